// Reading the compressed files of the data folder.
#ifndef GEO_TESTS_SUPPORT_GZIP_H_
#define GEO_TESTS_SUPPORT_GZIP_H_

#include <zlib.h>

#include <cstddef>
#include <filesystem>
#include <string>

namespace geo::tests {

// The content of a gzip file (or of a plain one); empty when it cannot be read.
inline std::string Unzipped(const std::filesystem::path& path) {
  std::string text;
  gzFile file = gzopen(path.c_str(), "rb");
  if (file == nullptr) return text;
  std::string buffer(1 << 16, '\0');
  int read = 0;
  while ((read = gzread(file, buffer.data(), static_cast<unsigned>(buffer.size()))) > 0) {
    text.append(buffer, 0, static_cast<std::size_t>(read));
  }
  gzclose(file);
  return text;
}

}  // namespace geo::tests

#endif  // GEO_TESTS_SUPPORT_GZIP_H_
