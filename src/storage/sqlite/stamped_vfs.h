// A SQLite file layer that stamps every page of a database with its number and a checksum, and
// verifies both whenever a page is read. SQLite itself keeps no checksums in the database file, so
// a flipped bit in an index could hide a transaction id without anybody noticing.
//
// The stamp lives in the last kStampBytes of each page, which SQLite keeps free when it is told so
// (SQLITE_FCNTL_RESERVE_BYTES); tools without this layer read such databases as any other. Pages
// that another tool wrote carry no stamp (all zero) and are taken as they are. Byte by byte in
// docs/formats.md.
#ifndef GEO_SRC_STORAGE_SQLITE_STAMPED_VFS_H_
#define GEO_SRC_STORAGE_SQLITE_STAMPED_VFS_H_

#include <cstddef>
#include <string>

#include "geo/base/status.h"

namespace geo {

inline constexpr std::size_t kPageBytes = 4096;
inline constexpr int kStampBytes = 8;

// The name under which the layer on top of the VFS `base` (empty: SQLite's default) is registered
// with SQLite; registers it on first use, for the life of the process. Only databases with pages of
// kPageBytes and kStampBytes reserved may be opened through it. A damaged page makes reads fail
// with SQLITE_IOERR_DATA. Errors: InvalidArgument (no such base).
StatusOr<std::string> StampedVfs(const std::string& base);

// The VFS on which `stamped`, such a name, is a layer: what reads a file that may be no store.
std::string VfsBelow(const std::string& stamped);

}  // namespace geo

#endif  // GEO_SRC_STORAGE_SQLITE_STAMPED_VFS_H_
