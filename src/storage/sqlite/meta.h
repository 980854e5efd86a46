// The one row of geo_meta: where the store stands. It is read and written in every write
// transaction, so it decides who may write and whether a batch fits.
#ifndef GEO_SRC_STORAGE_SQLITE_META_H_
#define GEO_SRC_STORAGE_SQLITE_META_H_

#include <cstdint>
#include <string_view>

#include "geo/storage/store.h"
#include "src/storage/sqlite/database.h"

namespace geo {

struct Meta {
  StoreState state;
  std::uint64_t writes = 0;  // write transactions so far
  std::uint32_t read_model_version = 0;
  std::uint64_t snapshot = 0;         // number of the newest complete snapshot
  std::uint32_t snapshot_slices = 0;  // of that; 0: there is none
};

class MetaTable {
 public:
  Status Prepare(Database& database);
  void Finalize();

  // Errors: StoreCorrupt (no row, or one that does not add up) and what SQLite says.
  StatusOr<Meta> Read();
  Status Write(const Meta& meta);

 private:
  Database* database_ = nullptr;
  Statement read_;
  Statement write_;
};

}  // namespace geo

#endif  // GEO_SRC_STORAGE_SQLITE_META_H_
