// The operating system's files, with flock(2) as the lock.
#ifndef GEO_SRC_STORAGE_SQLITE_POSIX_FILES_H_
#define GEO_SRC_STORAGE_SQLITE_POSIX_FILES_H_

#include <memory>
#include <string>

#include "geo/storage/sqlite_files.h"

namespace geo {

// With SQLite's files going through the registered VFS `vfs` (empty: SQLite's default).
std::unique_ptr<SqliteFiles> NewPosixFiles(std::string vfs);

}  // namespace geo

#endif  // GEO_SRC_STORAGE_SQLITE_POSIX_FILES_H_
