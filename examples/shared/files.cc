#include "shared/files.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <system_error>

namespace geo::examples {

Status WriteTextFile(const std::string& path, std::string_view text, bool overwrite) {
  std::error_code error;
  if (!overwrite && std::filesystem::exists(path, error)) {
    return MakeError(ErrorCode::kInvalidArgument,
                     path + ": is there already; take another path, or --overwrite");
  }
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  if (file) return OkStatus();
  return MakeError(ErrorCode::kStoreIo, path + ": cannot be written");
}

bool AnyTwice(std::vector<std::string> paths) {
  std::erase(paths, std::string());
  std::sort(paths.begin(), paths.end());
  return std::adjacent_find(paths.begin(), paths.end()) != paths.end();
}

Status WriteAnswer(std::string_view text) {
  const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  if (written && std::fflush(stdout) == 0) return OkStatus();
  return MakeError(ErrorCode::kStoreIo, "standard output: cannot be written");
}

}  // namespace geo::examples
