// The files of a SQLite store: one canonical path, the lock that keeps a second writer out, and
// the mark that tells how far the log must reach.
#ifndef GEO_SRC_STORAGE_SQLITE_STORE_FILE_H_
#define GEO_SRC_STORAGE_SQLITE_STORE_FILE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "geo/base/status.h"

namespace geo {

// What identifies the file to SQLite and to file(1): "geo" and 1, and the version of the tables.
inline constexpr std::uint32_t kApplicationId = 0x67656f01;
inline constexpr std::uint32_t kStoreFormat = 1;

// A failed system call as Status: StoreReadOnly, StoreFull or StoreIo by `error` (errno).
Status SystemError(int error, std::string_view what, const std::string& path);

// The absolute path without links, the same for every spelling of a file, existing or not. Errors:
// InvalidArgument (not a path), StoreForeign (a folder), StoreIo (no such folder), StoreReadOnly
// (not allowed to look).
StatusOr<std::string> CanonicalPath(const std::string& path);

// Whether there is a store at `path` (canonical), judged by the file's first bytes, read through
// the SQLite VFS `vfs` because closing a file past SQLite would drop SQLite's locks on it. Errors:
// StoreForeign, StoreNewer, StoreCorrupt (empty, cut, or a log without its database),
// StoreReadOnly, StoreIo, InvalidArgument (hard links).
StatusOr<bool> HasStore(const std::string& path, const std::string& vfs);

// Makes `path` and what leads to it durable as a name. Errors: StoreIo.
Status SyncFolderOf(const std::string& path);

// Whether a file is there, its size, and removing it.
bool FileExists(const std::string& path);
std::uint64_t FileSize(const std::string& path);  // 0 when there is none

// The `.lock` file beside the database, locked with flock(2) while a writer is open; the kernel
// unlocks it when the process ends. It also holds the mark: how many write transactions are known
// to be durable. A log that ends before that has been damaged.
class StoreLock {
 public:
  StoreLock() = default;
  ~StoreLock() { Release(); }
  StoreLock(const StoreLock&) = delete;
  StoreLock& operator=(const StoreLock&) = delete;

  // Takes the lock and reads the mark. With `take_over` a present holder keeps its lock on a file
  // that has lost its name, and this one holds a new file. Errors: StoreBusy, StoreReadOnly,
  // StoreFull, StoreIo.
  Status Acquire(const std::string& path, bool take_over);
  void Release();

  std::optional<std::uint64_t> mark() const { return mark_; }
  // Raises the mark; on stable storage when `sync`. Errors: StoreIo, StoreFull.
  Status SetMark(std::uint64_t mark, bool sync);
  // Forgets it, on stable storage.
  Status ClearMark();

 private:
  enum class Attempt { kHeld, kTaken, kGone };

  StatusOr<Attempt> TryOnce(const std::string& path);

  int file_ = -1;
  std::optional<std::uint64_t> mark_;
};

}  // namespace geo

#endif  // GEO_SRC_STORAGE_SQLITE_STORE_FILE_H_
