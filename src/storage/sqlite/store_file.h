// The files of a SQLite store: one canonical path, the lock that keeps a second writer out, and
// the mark that tells how far the log must reach.
#ifndef GEO_SRC_STORAGE_SQLITE_STORE_FILE_H_
#define GEO_SRC_STORAGE_SQLITE_STORE_FILE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "geo/base/status.h"
#include "geo/storage/sqlite_files.h"

namespace geo {

// What identifies the file to SQLite and to file(1): "geo" and 1, and the version of the tables.
// Older versions are brought to this one when they are opened to write:
//   1  had no geo_recent_transactions
inline constexpr std::uint32_t kApplicationId = 0x67656f01;
inline constexpr std::uint32_t kStoreFormat = 2;

// A failed system call as Status: StoreReadOnly, StoreFull or StoreIo by `error` (errno).
Status SystemError(int error, std::string_view what, const std::string& path);

// The file's one name (SqliteFiles::Canonical), checked. Errors: InvalidArgument (not a path), and
// those of SqliteFiles::Canonical.
StatusOr<std::string> CanonicalPath(SqliteFiles& files, const std::string& path);

// Whether the file at `path`, which is there, is a store that this version can read, judged by its
// first bytes, read through the SQLite VFS `vfs` because closing a file past SQLite would drop
// SQLite's locks on it. Errors: StoreForeign, StoreNewer, StoreCorrupt (empty or cut), StoreIo.
Status CheckStoreFile(const SqliteFiles::Info& info, const std::string& path,
                      const std::string& vfs);

// Whether there is a store to write at `path` (canonical). Errors: those of CheckStoreFile,
// StoreCorrupt (a log without its database), StoreReadOnly, InvalidArgument (hard links).
StatusOr<bool> HasStore(SqliteFiles& files, const std::string& path, const std::string& vfs);

// 0 when there is none.
StatusOr<std::uint64_t> FileSize(SqliteFiles& files, const std::string& path);

// The `.lock` file beside the database, locked while a writer is open. It also holds the mark: how
// many write transactions are known to be durable. A log that ends before that has been damaged.
class StoreLock {
 public:
  // Takes the lock and reads the mark. With `take_over` a present holder keeps its lock on a file
  // that has lost its name, and this one holds a new file. Errors: StoreBusy, StoreReadOnly,
  // StoreFull, StoreIo.
  Status Acquire(SqliteFiles& files, const std::string& path, bool take_over);
  void Release() { file_.reset(); }

  std::optional<std::uint64_t> mark() const { return mark_; }
  // Raises the mark; on stable storage when `sync`. Errors: StoreIo, StoreFull.
  Status SetMark(std::uint64_t mark, bool sync);
  // Forgets it, on stable storage.
  Status ClearMark();

 private:
  std::unique_ptr<SqliteFiles::LockFile> file_;
  std::optional<std::uint64_t> mark_;
};

}  // namespace geo

#endif  // GEO_SRC_STORAGE_SQLITE_STORE_FILE_H_
