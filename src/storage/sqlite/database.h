// SQLite's C interface as objects that release themselves, with errors as Status.
#ifndef GEO_SRC_STORAGE_SQLITE_DATABASE_H_
#define GEO_SRC_STORAGE_SQLITE_DATABASE_H_

#include <sqlite3.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "geo/base/status.h"

namespace geo {

// A prepared statement. Bind from 1, step, read columns from 0, reset. Bound bytes must stay alive
// until the next Reset.
class Statement {
 public:
  Statement() = default;
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}
  ~Statement() { sqlite3_finalize(statement_); }
  Statement(Statement&& other) noexcept : statement_(std::exchange(other.statement_, nullptr)) {}
  Statement& operator=(Statement&& other) noexcept {
    std::swap(statement_, other.statement_);
    return *this;
  }

  // A failed bind (no memory, too large) is remembered and returned by the next Step.
  void BindInteger(int index, std::int64_t value);
  void BindText(int index, std::string_view text);
  void BindBytes(int index, std::string_view bytes);
  void BindNull(int index);

  // SQLITE_ROW, SQLITE_DONE, or an error.
  int Step();
  // Step for a statement without rows: SQLITE_DONE becomes SQLITE_OK; resets.
  int Run();
  void Reset() { sqlite3_reset(statement_); }

  std::int64_t Integer(int column) { return sqlite3_column_int64(statement_, column); }
  // Text or bytes, valid until the next Step or Reset.
  std::string_view Bytes(int column);
  bool IsNull(int column) { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }

  explicit operator bool() const { return statement_ != nullptr; }

 private:
  void Remember(int result) {
    if (result != SQLITE_OK) bind_error_ = result;
  }

  sqlite3_stmt* statement_ = nullptr;
  int bind_error_ = SQLITE_OK;
};

// Resets a statement when the reading is over, however it ends.
class ResetLater {
 public:
  explicit ResetLater(Statement& statement) : statement_(statement) {}
  ~ResetLater() { statement_.Reset(); }
  ResetLater(const ResetLater&) = delete;
  ResetLater& operator=(const ResetLater&) = delete;

 private:
  Statement& statement_;
};

// The error code of store.h for a failed call of SQLite. `system_error`: errno, where it matters.
ErrorCode StoreErrorOf(int result, int system_error);

class Database {
 public:
  Database() = default;
  ~Database() { Close().IgnoreError(); }
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // `path` absolute. `flags` as SQLITE_OPEN_*.
  Status Open(const std::string& path, int flags, const std::string& vfs);
  // Statements must be gone. ok when it was not open.
  Status Close();

  StatusOr<Statement> Prepare(std::string_view sql);
  // Runs statements without results.
  Status Run(const std::string& sql);
  // The first column of the first row as text; empty when there is none.
  StatusOr<std::string> Query(const std::string& sql);

  // `what` failed with `result`: as Status, with SQLite's words.
  Status Error(int result, std::string_view what) const;
  ErrorCode CodeOf(int result) const { return StoreErrorOf(result, SystemError()); }

  sqlite3* handle() const { return handle_; }

 private:
  int SystemError() const { return handle_ == nullptr ? 0 : sqlite3_system_errno(handle_); }

  sqlite3* handle_ = nullptr;
};

// How much of what was read stays in memory: 64 MB, or 1 MB.
inline constexpr const char* kFullCache = "PRAGMA cache_size = -65536";
inline constexpr const char* kSmallCache = "PRAGMA cache_size = -1024";

// Without memory for the change it stays as it is, which costs time only.
inline void SetCache(sqlite3* handle, const char* cache) noexcept {
  sqlite3_exec(handle, cache, nullptr, nullptr, nullptr);
}

// While a lot is read that is not read again.
class SmallCache {
 public:
  explicit SmallCache(Database& database) : handle_(database.handle()) {
    SetCache(handle_, kSmallCache);
  }
  ~SmallCache() { SetCache(handle_, kFullCache); }
  SmallCache(const SmallCache&) = delete;
  SmallCache& operator=(const SmallCache&) = delete;

 private:
  sqlite3* handle_;
};

}  // namespace geo

#endif  // GEO_SRC_STORAGE_SQLITE_DATABASE_H_
