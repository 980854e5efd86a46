// Inside a simulated disk: files, and what is not durable of them.
#ifndef GEO_SRC_TESTING_DISK_CONTENTS_H_
#define GEO_SRC_TESTING_DISK_CONTENTS_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "geo/testing/simulated_disk.h"

namespace geo::testing {

// A write, or the cutting of a file to `offset` bytes.
struct DiskWrite {
  std::uint64_t number = 0;  // over the whole disk, in the order of calls
  std::uint64_t offset = 0;
  std::string bytes;
  bool truncate = false;
};
using DiskWrites = std::vector<std::shared_ptr<const DiskWrite>>;

inline constexpr std::uint64_t kSectorBytes = 512;

void ApplyWrite(const DiskWrite& write, std::string* bytes);

// `from` loses the file, `to` gets it; either may be empty.
struct DiskNameChange {
  std::uint64_t number = 0;
  std::string from;
  std::string to;
  std::uint64_t file = 0;
};

using DiskNames = std::map<std::string, std::uint64_t, std::less<>>;
void ApplyName(const DiskNameChange& change, DiskNames* names);

struct DiskFile {
  std::uint64_t id = 0;
  std::string name;  // that it was opened under last
  std::string bytes;
  std::shared_ptr<const std::string> durable;
  DiskWrites pending;
  bool diverged = false;         // after a failed sync `bytes` shows what will never be durable
  bool lost = false;             // the disk was restored without it
  std::shared_ptr<void> shared;  // what its openers share: locks, memory
};

struct DiskImage::Contents {
  struct File {
    std::shared_ptr<const std::string> durable;
    DiskWrites pending;
    std::shared_ptr<const std::string> cached;  // what reads show, when diverged
  };
  std::map<std::uint64_t, File> files;
  DiskNames names;  // durable
  std::vector<DiskNameChange> pending_names;
  std::uint64_t changes = 0;
  std::uint64_t fresh = 0;
};

}  // namespace geo::testing

#endif  // GEO_SRC_TESTING_DISK_CONTENTS_H_
