// The read model's tables and views inside a SQLite store.
#ifndef GEO_SRC_STORAGE_SQLITE_READ_MODEL_H_
#define GEO_SRC_STORAGE_SQLITE_READ_MODEL_H_

#include <string>
#include <string_view>
#include <vector>

#include "geo/storage/store.h"
#include "src/storage/sqlite/database.h"
#include "src/storage/sqlite/meta.h"

namespace geo {

class ReadModelTables {
 public:
  // Inside a write transaction: when the stored read model is another one (by version or
  // definition), drops it and makes the wanted one, empty, with rows_seq 0. Errors: InvalidArgument
  // (a view that SQLite does not understand, a name that somebody else took).
  Status Make(Database& database, const OpenOptions& options, Meta* meta);

  // Prepares the statements that Write uses.
  Status Prepare(Database& database, const std::vector<TableDefinition>& tables);
  void Finalize() { tables_.clear(); }

  // Inside a write transaction. `changes` have passed CheckBatch.
  Status Write(Database& database, const std::vector<RowChange>& changes);

 private:
  struct Table {
    std::vector<ColumnType> types;
    Statement set;
    Statement remove;
  };

  std::vector<Table> tables_;
};

}  // namespace geo

#endif  // GEO_SRC_STORAGE_SQLITE_READ_MODEL_H_
