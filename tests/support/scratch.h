// A folder for one test, gone with the object.
#ifndef GEO_TESTS_SUPPORT_SCRATCH_H_
#define GEO_TESTS_SUPPORT_SCRATCH_H_

#include <filesystem>
#include <string>
#include <string_view>

namespace geo::tests {

class Scratch {
 public:
  enum class Place {
    kDisk,    // the system's folder for temporary files
    kMemory,  // /dev/shm where there is one, for tests whose syncs need not wait for a disk
  };

  explicit Scratch(Place place = Place::kDisk);  // makes an empty folder
  ~Scratch();                                    // removes it with everything in it
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  const std::filesystem::path& path() const { return path_; }
  // The path of `name` inside.
  std::string File(std::string_view name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

// The whole contents of a file; empty when there is none.
std::string ReadFile(const std::filesystem::path& path);

// Replaces the contents of a file, or makes it. False when that failed.
bool WriteFile(const std::filesystem::path& path, std::string_view bytes);

}  // namespace geo::tests

#endif  // GEO_TESTS_SUPPORT_SCRATCH_H_
