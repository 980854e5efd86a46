// A SQLite file layer that fails on demand: the nth operation of a kind answers an error, once or
// from then on, with or without having written half of its bytes.
#ifndef GEO_TESTS_SUPPORT_FAULT_VFS_H_
#define GEO_TESTS_SUPPORT_FAULT_VFS_H_

#include <cstdint>
#include <string>

namespace geo::tests {

enum class FileOperation : std::uint8_t { kOpen, kRead, kWrite, kSync, kTruncate, kDelete, kShm };
inline constexpr int kFileOperations = 7;

struct FileFault {
  FileOperation operation = FileOperation::kWrite;
  std::uint64_t nth = 0;  // from now on, counting from 1; 0: none
  int result = 0;         // SQLITE_FULL, SQLITE_IOERR_WRITE...
  int system_error = 0;   // errno to go with it
  bool for_ever = false;  // and every later one as well
  bool half = false;      // writes: the first half of the bytes is written
};

// The name under which the layer is registered with SQLite; one for the process, since SQLite keeps
// it for ever.
std::string FaultVfs();

// Replaces the fault to come, and counts anew.
void SetFileFault(const FileFault& fault);

// Operations of a kind since SetFileFault.
std::uint64_t FileOperations(FileOperation operation);

}  // namespace geo::tests

#endif  // GEO_TESTS_SUPPORT_FAULT_VFS_H_
