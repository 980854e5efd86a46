// Making a database file, and what its tables are.
#ifndef GEO_SRC_STORAGE_SQLITE_SCHEMA_H_
#define GEO_SRC_STORAGE_SQLITE_SCHEMA_H_

#include <string>

#include "geo/base/status.h"
#include "geo/storage/sqlite_files.h"
#include "src/storage/sqlite/database.h"

namespace geo {

// Makes an empty store at `path`, where nothing is: complete and durable, or not at all. The caller
// holds the lock. Errors: StoreReadOnly, StoreFull, StoreIo.
Status CreateStore(SqliteFiles& files, const std::string& path, const std::string& vfs);

// Whether the store's own tables are all there, as CreateStore makes them now or made them in the
// format that the file has. Errors: StoreCorrupt.
Status CheckSchema(Database& database);

// Inside a write transaction: brings tables that CheckSchema passed to the present format.
Status UpgradeSchema(Database& database);

}  // namespace geo

#endif  // GEO_SRC_STORAGE_SQLITE_SCHEMA_H_
