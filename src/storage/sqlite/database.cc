#include "src/storage/sqlite/database.h"

#include <cerrno>

#include "src/base/no_memory.h"
#include "src/base/status_macros.h"

namespace geo {
namespace {

bool IsFull(int error) { return error == ENOSPC || error == EDQUOT || error == EFBIG; }
bool IsForbidden(int error) { return error == EACCES || error == EPERM || error == EROFS; }

ErrorCode IoErrorOf(int result, int system_error) {
  if (result == SQLITE_IOERR_DATA || result == SQLITE_IOERR_CORRUPTFS) {
    return ErrorCode::kStoreCorrupt;
  }
  const bool sharing = result == SQLITE_IOERR_SHMSIZE || result == SQLITE_IOERR_SHMOPEN;
  return sharing && IsFull(system_error) ? ErrorCode::kStoreFull : ErrorCode::kStoreIo;
}

}  // namespace

ErrorCode StoreErrorOf(int result, int system_error) {
  switch (result & 0xff) {
    case SQLITE_OK:
      return ErrorCode::kOk;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
      return ErrorCode::kStoreBusy;
    case SQLITE_FULL:
      return ErrorCode::kStoreFull;
    case SQLITE_IOERR:
      return IoErrorOf(result, system_error);
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return ErrorCode::kStoreReadOnly;
    case SQLITE_CANTOPEN:
      if (IsForbidden(system_error)) return ErrorCode::kStoreReadOnly;
      return IsFull(system_error) ? ErrorCode::kStoreFull : ErrorCode::kStoreIo;
    case SQLITE_TOOBIG:
      return ErrorCode::kTooLarge;
    case SQLITE_NOMEM:
      return ErrorCode::kOutOfMemory;
    case SQLITE_MISUSE:
    case SQLITE_RANGE:
    case SQLITE_INTERNAL:
      return ErrorCode::kInternal;
    default:
      // Damage that SQLite saw, or tables that are not as this store made them.
      return ErrorCode::kStoreCorrupt;
  }
}

void Statement::BindInteger(int index, std::int64_t value) {
  Remember(sqlite3_bind_int64(statement_, index, value));
}

void Statement::BindText(int index, std::string_view text) {
  const char* const bytes = text.data() == nullptr ? "" : text.data();
  Remember(sqlite3_bind_text64(statement_, index, bytes, text.size(), SQLITE_STATIC, SQLITE_UTF8));
}

void Statement::BindBytes(int index, std::string_view bytes) {
  const char* const data = bytes.data() == nullptr ? "" : bytes.data();
  Remember(sqlite3_bind_blob64(statement_, index, data, bytes.size(), SQLITE_STATIC));
}

void Statement::BindNull(int index) { Remember(sqlite3_bind_null(statement_, index)); }

int Statement::Step() {
  const int bound = std::exchange(bind_error_, SQLITE_OK);
  return bound == SQLITE_OK ? sqlite3_step(statement_) : bound;
}

int Statement::Run() {
  const int result = Step();
  const int reset = sqlite3_reset(statement_);
  if (result == SQLITE_DONE) return SQLITE_OK;
  return result == SQLITE_ROW ? SQLITE_MISUSE : (reset == SQLITE_OK ? result : reset);
}

std::string_view Statement::Bytes(int column) {
  const void* const data = sqlite3_column_blob(statement_, column);
  const int size = sqlite3_column_bytes(statement_, column);
  if (data == nullptr) return {};
  return {static_cast<const char*>(data), static_cast<std::size_t>(size)};
}

Status Database::Open(const std::string& path, int flags, const std::string& vfs) {
  // One thread at a time: no mutexes.
  const int result =
      sqlite3_open_v2(path.c_str(), &handle_, flags | SQLITE_OPEN_NOMUTEX, vfs.c_str());
  if (result != SQLITE_OK) {
    const Status error = Error(result, "open " + path);
    Close().IgnoreError();
    return error;
  }
  sqlite3_extended_result_codes(handle_, 1);
  return OkStatus();
}

Status Database::Close() {
  sqlite3* const handle = std::exchange(handle_, nullptr);
  if (handle == nullptr) return OkStatus();
  const int result = sqlite3_close_v2(handle);
  if (result == SQLITE_OK) return OkStatus();
  return CatchNoMemory([&] {
    return MakeError(StoreErrorOf(result, 0), std::string("close: ") + sqlite3_errstr(result));
  });
}

StatusOr<Statement> Database::Prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const int result = sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (result != SQLITE_OK) return Error(result, sql);
  return Statement(statement);
}

Status Database::Run(const std::string& sql) {
  const int result = sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr);
  return result == SQLITE_OK ? OkStatus() : Error(result, sql);
}

StatusOr<std::string> Database::Query(const std::string& sql) {
  GEO_ASSIGN_OR_RETURN(Statement statement, Prepare(sql));
  const int result = statement.Step();
  if (result == SQLITE_ROW) return std::string(statement.Bytes(0));
  if (result == SQLITE_DONE) return std::string();
  return Error(result, sql);
}

Status Database::Error(int result, std::string_view what) const {
  std::string message(what.substr(0, 200));
  message += ": ";
  message += handle_ == nullptr ? sqlite3_errstr(result) : sqlite3_errmsg(handle_);
  message += " (SQLite " + std::to_string(result) + ")";
  return MakeError(CodeOf(result), message);
}

}  // namespace geo
