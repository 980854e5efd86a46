// Reads a SQLite database with the plain library, as the sqlite3 tool does: what other programs see
// of a store.
#ifndef GEO_TESTS_SUPPORT_SQLITE_READER_H_
#define GEO_TESTS_SUPPORT_SQLITE_READER_H_

#include <sqlite3.h>

#include <string>
#include <utility>
#include <vector>

#include "geo/storage/store.h"

namespace geo::tests {

class SqliteReader {
 public:
  // `vfs`: SQLite's file layer; null: the default one.
  explicit SqliteReader(const std::string& path, int flags = SQLITE_OPEN_READONLY,
                        const char* vfs = nullptr) {
    sqlite3_open_v2(path.c_str(), &handle_, flags, vfs);
  }
  ~SqliteReader() { sqlite3_close(handle_); }
  SqliteReader(const SqliteReader&) = delete;
  SqliteReader& operator=(const SqliteReader&) = delete;

  // All rows of a query; one row with one text beginning "error" when it failed.
  std::vector<std::vector<ColumnValue>> Rows(const std::string& sql) {
    std::vector<std::vector<ColumnValue>> rows;
    sqlite3_stmt* statement = nullptr;
    int result = sqlite3_prepare_v2(handle_, sql.c_str(), -1, &statement, nullptr);
    while (result == SQLITE_OK || result == SQLITE_ROW) {
      result = sqlite3_step(statement);
      if (result != SQLITE_ROW) break;
      std::vector<ColumnValue> row;
      for (int i = 0; i < sqlite3_column_count(statement); ++i) row.push_back(Value(statement, i));
      rows.push_back(std::move(row));
    }
    if (result != SQLITE_DONE) rows = {{Fail()}};
    sqlite3_finalize(statement);
    return rows;
  }

  // The first value of the first row; null when there is none.
  ColumnValue One(const std::string& sql) {
    const auto rows = Rows(sql);
    return rows.empty() ? ColumnValue() : rows[0][0];
  }

  sqlite3* handle() const { return handle_; }

 private:
  static ColumnValue Value(sqlite3_stmt* statement, int column) {
    switch (sqlite3_column_type(statement, column)) {
      case SQLITE_NULL:
        return std::monostate();
      case SQLITE_INTEGER:
        return sqlite3_column_int64(statement, column);
      default: {
        const void* bytes = sqlite3_column_blob(statement, column);
        const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, column));
        return bytes == nullptr ? std::string()
                                : std::string(static_cast<const char*>(bytes), size);
      }
    }
  }

  std::string Fail() const { return std::string("error: ") + sqlite3_errmsg(handle_); }

  sqlite3* handle_ = nullptr;
};

}  // namespace geo::tests

#endif  // GEO_TESTS_SUPPORT_SQLITE_READER_H_
