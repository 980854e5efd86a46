#include "tests/support/case_files.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "tests/support/environment.h"

namespace geo::tests {

std::vector<nlohmann::json> ReadCaseFiles() {
  namespace fs = std::filesystem;
  std::vector<fs::path> paths;
  if (fs::is_directory(CasesPath())) {
    for (const auto& entry : fs::directory_iterator(CasesPath())) {
      if (entry.path().extension() == ".json") paths.push_back(entry.path());
    }
  } else if (fs::exists(CasesPath())) {
    paths.push_back(CasesPath());
  }
  std::sort(paths.begin(), paths.end());
  std::vector<nlohmann::json> files;
  for (const fs::path& path : paths) {
    std::ifstream in(path);
    files.push_back(nlohmann::json::parse(in));
  }
  return files;
}

std::vector<nlohmann::json> CaseVectors(const char* name) {
  std::vector<nlohmann::json> entries;
  for (const nlohmann::json& file : ReadCaseFiles()) {
    if (!file.contains("vectors") || !file["vectors"].contains(name)) continue;
    const nlohmann::json& found = file["vectors"][name];
    entries.insert(entries.end(), found.begin(), found.end());
  }
  return entries;
}

bool IsAsExpected(const nlohmann::json& step, const Status& status) {
  const nlohmann::json expect = step.value("expect", nlohmann::json::object());
  if (expect.value("any", false)) return true;
  const std::string errors = expect.value("error", "");
  if (errors.empty()) return status.ok() == expect.value("ok", true);
  return errors.find(ProtocolName(ProtocolCodeOf(ErrorCodeOf(status)))) != std::string::npos &&
         !status.ok();
}

}  // namespace geo::tests
