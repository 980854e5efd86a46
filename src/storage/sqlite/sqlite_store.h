// The SQLite store over another SQLite file layer, for tests that let the layer fail.
#ifndef GEO_SRC_STORAGE_SQLITE_SQLITE_STORE_H_
#define GEO_SRC_STORAGE_SQLITE_SQLITE_STORE_H_

#include <memory>
#include <string>

#include "geo/storage/store.h"

namespace geo {

// As NewSqliteStore, with SQLite's files going through the registered VFS `base` (empty: SQLite's
// default). Everything else is done by the operating system.
std::unique_ptr<Store> NewSqliteStoreOn(std::string path, std::string base);

}  // namespace geo

#endif  // GEO_SRC_STORAGE_SQLITE_SQLITE_STORE_H_
