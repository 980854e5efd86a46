#include "tests/support/fault_vfs.h"

#include <sqlite3.h>

#include <array>
#include <cerrno>
#include <cstddef>

namespace geo::tests {
namespace {

FileFault fault;
std::array<std::uint64_t, kFileOperations> counts;
int last_error = 0;

// SQLITE_OK, or the error that this operation is to answer.
int Next(FileOperation operation) {
  const std::uint64_t count = ++counts[static_cast<std::size_t>(operation)];
  if (fault.nth == 0 || fault.operation != operation || count < fault.nth) return SQLITE_OK;
  if (count > fault.nth && !fault.for_ever) return SQLITE_OK;
  errno = last_error = fault.system_error;
  return fault.result;
}

struct alignas(std::max_align_t) File {
  sqlite3_file base;
};

sqlite3_file* Inner(sqlite3_file* file) {
  return reinterpret_cast<sqlite3_file*>(reinterpret_cast<File*>(file) + 1);
}

template <auto Method, typename... Args>
int Forward(sqlite3_file* file, Args... args) {
  return (Inner(file)->pMethods->*Method)(Inner(file), args...);
}

using Methods = sqlite3_io_methods;

template <FileOperation operation, auto Method, typename... Args>
int Faulty(sqlite3_file* file, Args... args) {
  const int error = Next(operation);
  return error != SQLITE_OK ? error : Forward<Method>(file, args...);
}

int Write(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 offset) {
  const int error = Next(FileOperation::kWrite);
  if (error == SQLITE_OK) return Forward<&Methods::xWrite>(file, bytes, size, offset);
  if (fault.half) Forward<&Methods::xWrite>(file, bytes, size / 2, offset);
  return error;
}

// Does not wait for the disk: no test that uses this layer cuts the power.
int Sync(sqlite3_file*, int) { return Next(FileOperation::kSync); }

void Barrier(sqlite3_file* file) { Inner(file)->pMethods->xShmBarrier(Inner(file)); }

const Methods kMethods = {
    2,
    Forward<&Methods::xClose>,
    Faulty<FileOperation::kRead, &Methods::xRead, void*, int, sqlite3_int64>,
    Write,
    Faulty<FileOperation::kTruncate, &Methods::xTruncate, sqlite3_int64>,
    Sync,
    Forward<&Methods::xFileSize, sqlite3_int64*>,
    Forward<&Methods::xLock, int>,
    Forward<&Methods::xUnlock, int>,
    Forward<&Methods::xCheckReservedLock, int*>,
    Forward<&Methods::xFileControl, int, void*>,
    Forward<&Methods::xSectorSize>,
    Forward<&Methods::xDeviceCharacteristics>,
    Faulty<FileOperation::kShm, &Methods::xShmMap, int, int, int, void volatile**>,
    Forward<&Methods::xShmLock, int, int, int>,
    Barrier,
    Forward<&Methods::xShmUnmap, int>,
    nullptr,
    nullptr,
};

sqlite3_vfs* base = nullptr;
sqlite3_vfs vfs;

int Open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  file->pMethods = nullptr;
  const int error = Next(FileOperation::kOpen);
  if (error != SQLITE_OK) return error;
  Inner(file)->pMethods = nullptr;
  const int result = base->xOpen(base, name, Inner(file), flags, out_flags);
  file->pMethods = Inner(file)->pMethods == nullptr ? nullptr : &kMethods;
  return result;
}

int Delete(sqlite3_vfs*, const char* name, int sync) {
  const int error = Next(FileOperation::kDelete);
  return error != SQLITE_OK ? error : base->xDelete(base, name, sync);
}

int GetLastError(sqlite3_vfs*, int size, char* text) {
  return last_error != 0 ? last_error : base->xGetLastError(base, size, text);
}

}  // namespace

std::string FaultVfs() {
  if (base == nullptr) {
    base = sqlite3_vfs_find(nullptr);
    vfs = *base;
    vfs.zName = "geo-fault";
    vfs.szOsFile = static_cast<int>(sizeof(File)) + base->szOsFile;
    vfs.xOpen = Open;
    vfs.xDelete = Delete;
    vfs.xGetLastError = GetLastError;
    sqlite3_vfs_register(&vfs, 0);
  }
  return vfs.zName;
}

void SetFileFault(const FileFault& next) {
  fault = next;
  counts = {};
  last_error = 0;
}

std::uint64_t FileOperations(FileOperation operation) {
  return counts[static_cast<std::size_t>(operation)];
}

}  // namespace geo::tests
