// The files under a SQLite store, for hosts whose files are not the operating system's (a
// browser's, a small device's), and for tests that cut the power (geo/testing/simulated_sqlite.h).
#ifndef GEO_STORAGE_SQLITE_FILES_H_
#define GEO_STORAGE_SQLITE_FILES_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "geo/base/status.h"
#include "geo/storage/store.h"

namespace geo {

// SQLite itself goes through the file layer (sqlite3_vfs) that Vfs() names; what the store does
// besides goes through the other calls, and both see the same files. Used by one thread at a time.
// Errors of all calls, unless told otherwise: StoreIo, StoreFull (no space, quota, largest size),
// StoreReadOnly (not allowed). Cost: that of the system's own calls.
class SqliteFiles {
 public:
  virtual ~SqliteFiles() = default;

  // The name by which the file layer is registered with SQLite; empty: SQLite's default.
  virtual std::string Vfs() const = 0;

  // The same text for every spelling of a file, existing or not, at most 480 bytes. Errors also:
  // InvalidArgument (cannot be a file's name), StoreForeign (a folder).
  virtual StatusOr<std::string> Canonical(const std::string& path) = 0;

  struct Info {
    bool exists = false;
    bool ordinary = true;     // a file of bytes, not a folder or a device
    std::uint64_t names = 1;  // hard links
    std::uint64_t size = 0;   // in bytes
  };
  virtual StatusOr<Info> Look(const std::string& path) = 0;

  // ok when the file may be written, and when there is none. Errors: StoreReadOnly.
  virtual Status CheckWritable(const std::string& path) = 0;

  // Makes the contents of a file durable, its name not.
  virtual Status Sync(const std::string& path) = 0;
  // Replaces `to` in one step; durable with the next SyncFolderOf.
  virtual Status Rename(const std::string& from, const std::string& to) = 0;
  // Makes the names in the folder of `path` durable.
  virtual Status SyncFolderOf(const std::string& path) = 0;
  // A file that is not there is fine.
  virtual Status Remove(const std::string& path) = 0;

  // A file that is locked for its holder; destroying it, and the death of the process, unlock it.
  class LockFile {
   public:
    virtual ~LockFile() = default;
    virtual Status Write(std::string_view bytes) = 0;  // from the beginning of the file
    virtual Status Clear() = 0;                        // cuts it to nothing
    virtual Status Sync() = 0;
  };
  struct LockAttempt {
    std::unique_ptr<LockFile> held;  // null: somebody else holds it
    std::string contents;            // what the file begins with, held or not; at most 64 bytes
  };
  // Makes the file when it is not there, and takes its lock without waiting. A file that somebody
  // holds may be removed (Remove); its holder then keeps a lock without a name.
  virtual StatusOr<LockAttempt> Lock(const std::string& path) = 0;
};

// As NewSqliteStore(path), on these files, which must outlive the store; null counts as the
// operating system's.
std::unique_ptr<Store> NewSqliteStore(std::string path, SqliteFiles* files);

}  // namespace geo

#endif  // GEO_STORAGE_SQLITE_FILES_H_
