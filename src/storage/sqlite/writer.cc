#include "src/storage/sqlite/writer.h"

#include <utility>

#include "src/base/no_memory.h"
#include "src/base/status_macros.h"
#include "src/storage/sqlite/schema.h"
#include "src/storage/sqlite/stamped_vfs.h"

namespace geo {
namespace {

// The log is carried over when it has this many pages (16 MB): often enough to stay small, rarely
// enough that a page changed by many appends is copied once.
constexpr int kLogPages = 4096;
constexpr int kBusyMilliseconds = 1000;

bool Poisons(ErrorCode code) {
  switch (code) {
    case ErrorCode::kStoreBusy:
    case ErrorCode::kStoreConflict:
    case ErrorCode::kStoreFenced:
    case ErrorCode::kInvalidArgument:
    case ErrorCode::kTooLarge:
      return false;
    default:
      return true;
  }
}

}  // namespace

Status Writer::Open(const std::string& path, SqliteFiles& files, const OpenOptions& options) {
  const Status status = CatchNoMemory([&] { return OpenFiles(path, files, options); });
  if (!status.ok()) {
    Poison(status);  // Close leaves the files as they are
    Close().IgnoreError();
  }
  return status;
}

Status Writer::OpenFiles(const std::string& path, SqliteFiles& files, const OpenOptions& options) {
  GEO_ASSIGN_OR_RETURN(const std::string vfs, StampedVfs(files.Vfs()));
  const std::string header_vfs = VfsBelow(vfs);
  GEO_ASSIGN_OR_RETURN(path_, CanonicalPath(files, path));
  GEO_ASSIGN_OR_RETURN(bool exists, HasStore(files, path_, header_vfs));
  if (!exists && !options.create) {
    return MakeError(ErrorCode::kInvalidArgument,
                     "no store at " + path_ + ", and `create` is false");
  }
  GEO_RETURN_IF_ERROR(lock_.Acquire(files, path_ + ".lock", options.take_over));
  GEO_ASSIGN_OR_RETURN(exists, HasStore(files, path_, header_vfs));  // or made meanwhile
  if (!exists) GEO_RETURN_IF_ERROR(CreateStore(files, path_, vfs));
  GEO_ASSIGN_OR_RETURN(const SqliteFiles::Info log, files.Look(path_ + "-wal"));
  GEO_RETURN_IF_ERROR(database_.Open(path_, SQLITE_OPEN_READWRITE, vfs));
  GEO_RETURN_IF_ERROR(Configure());
  GEO_RETURN_IF_ERROR(CheckSchema(database_));
  GEO_RETURN_IF_ERROR(meta_.Prepare(database_));
  GEO_RETURN_IF_ERROR(CheckMark(log.exists));
  GEO_ASSIGN_OR_RETURN(hold_, database_.Prepare("BEGIN"));
  GEO_ASSIGN_OR_RETURN(begin_, database_.Prepare("BEGIN IMMEDIATE"));
  GEO_ASSIGN_OR_RETURN(commit_, database_.Prepare("COMMIT"));
  GEO_ASSIGN_OR_RETURN(rollback_, database_.Prepare("ROLLBACK"));
  // What the log holds may be in the kernel's memory only, if its last sync failed. In the database
  // and synced there, it is safe, and may be acknowledged.
  bool done = false;
  return Checkpoint(/*cut=*/true, &done);
}

Status Writer::Configure() {
  sqlite3* const handle = database_.handle();
  sqlite3_busy_timeout(handle, kBusyMilliseconds);
  // An unhealthy store must not touch its files when it is closed.
  sqlite3_db_config(handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DQS_DDL, 0, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
  GEO_RETURN_IF_ERROR(database_.Query("PRAGMA user_version").status());  // reads page 1
  if (sqlite3_db_readonly(handle, "main") != 0) {
    return MakeError(ErrorCode::kStoreReadOnly, path_ + " may not be written");
  }
  GEO_ASSIGN_OR_RETURN(const std::string mode, database_.Query("PRAGMA journal_mode = WAL"));
  if (mode != "wal") {
    return MakeError(ErrorCode::kStoreIo, "SQLite can keep no write-ahead log here: " + path_);
  }
  GEO_RETURN_IF_ERROR(
      database_.Run("PRAGMA synchronous = FULL; PRAGMA secure_delete = FAST; "
                    "PRAGMA temp_store = MEMORY; PRAGMA cell_size_check = ON; "
                    "PRAGMA mmap_size = 0; "
                    "PRAGMA journal_size_limit = 67108864"));
  SetCache(handle, kFullCache);
  // Replaces SQLite's own carrying over, which hides its errors.
  sqlite3_wal_hook(
      handle,
      [](void* pages, sqlite3*, const char*, int count) {
        *static_cast<int*>(pages) = count;
        return SQLITE_OK;
      },
      &log_pages_);
  sync_ = true;
  return OkStatus();
}

// A log with a flipped bit looks to SQLite like one that ends there. The mark says how far it must
// reach. Without a log there is nothing to compare: the database was closed, or restored.
Status Writer::CheckMark(bool had_log) {
  GEO_ASSIGN_OR_RETURN(const Meta meta, meta_.Read());
  if (!lock_.mark().has_value()) return OkStatus();
  if (!had_log) return lock_.ClearMark();
  if (meta.writes >= *lock_.mark()) return OkStatus();
  return MakeError(ErrorCode::kStoreCorrupt,
                   "the log of " + path_ + " ends at write " + std::to_string(meta.writes) +
                       ", but " + std::to_string(*lock_.mark()) +
                       " were durable: it is damaged. After restoring a backup, delete its -wal "
                       "file");
}

// Makes the last appends safe: in the database, or, while somebody reads, in a synced log.
Status Writer::Settle() {
  bool done = false;
  GEO_RETURN_IF_ERROR(Checkpoint(/*cut=*/true, &done));
  if (!done && !last_synced_) {
    GEO_RETURN_IF_ERROR(Change(Durability::kDurable, [](Meta&) { return OkStatus(); }));
  }
  // Now SQLite may remove the log, unless somebody still reads.
  if (done) sqlite3_db_config(database_.handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, nullptr);
  return OkStatus();
}

Status Writer::Close() {
  Status status;
  if (is_open() && poison_.ok() && fenced_by_ == 0) {
    status = CatchNoMemory([&] {
      const Status dropped = DropView();
      return dropped.ok() ? Settle() : dropped;
    });
  }
  meta_.Finalize();
  hold_ = Statement();
  begin_ = Statement();
  commit_ = Statement();
  rollback_ = Statement();
  const Status closed = database_.Close();
  if (status.ok()) status = closed;
  lock_.Release();
  poison_ = OkStatus();
  fenced_by_ = 0;
  cut_log_ = sync_next_ = false;
  log_pages_ = carried_pages_ = 0;
  const ErrorCode code = ErrorCodeOf(status);
  if (status.ok() || code == ErrorCode::kStoreIo || code == ErrorCode::kOutOfMemory) return status;
  return CatchNoMemory(
      [&] { return MakeError(ErrorCode::kStoreIo, std::string(status.message())); });
}

Status Writer::CheckReadable() const {
  if (!is_open()) return MakeError(ErrorCode::kStoreClosed, "the store is not open");
  if (poison_.ok()) return OkStatus();
  return MakeError(ErrorCode::kStorePoisoned,
                   "close and reopen the store; it failed with: " + std::string(poison_.message()));
}

void Writer::Poison(const Status& cause) {
  if (poison_.ok()) poison_ = cause;
}

// SQLite is asked, since it ends a transaction by itself when a read fails or memory runs out.
bool Writer::HoldsView() const { return sqlite3_get_autocommit(database_.handle()) == 0; }

Status Writer::HoldView() {
  if (HoldsView()) return OkStatus();
  const int result = hold_.Run();
  return result == SQLITE_OK ? OkStatus() : database_.Error(result, "begin to read");
}

Status Writer::DropView() {
  if (!HoldsView()) return OkStatus();
  const int result = commit_.Run();
  return result == SQLITE_OK ? OkStatus() : database_.Error(result, "end reading");
}

Status Writer::SetSync(bool sync) {
  if (sync == sync_) return OkStatus();
  GEO_RETURN_IF_ERROR(
      database_.Run(sync ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL"));
  sync_ = sync;
  return OkStatus();
}

Status Writer::Begin(bool claim, Meta* meta) {
  const int result = begin_.Run();
  if (result != SQLITE_OK) return database_.Error(result, "begin to write");
  GEO_ASSIGN_OR_RETURN(*meta, meta_.Read());
  if (claim) {
    epoch_ = ++meta->state.epoch;
  } else if (meta->state.epoch != epoch_) {
    fenced_by_ = meta->state.epoch;
    return MakeError(ErrorCode::kStoreFenced, "writer " + std::to_string(fenced_by_) +
                                                  " took over from this one, number " +
                                                  std::to_string(epoch_));
  }
  return OkStatus();
}

Status Writer::Commit() {
  const int result = commit_.Run();
  if (result == SQLITE_OK) return OkStatus();
  const Status error = database_.Error(result, "commit");
  const ErrorCode code = ErrorCodeOf(error);
  // A full medium cuts the last frame short, so it does not count. Of anything else nobody knows.
  if (code == ErrorCode::kStoreFull || code == ErrorCode::kStoreBusy) return error;
  return MakeError(ErrorCode::kStoreUnknown, std::string(error.message()));
}

// Ends a transaction that failed, and returns why it failed.
Status Writer::Undo(Status cause) {
  if (sqlite3_get_autocommit(database_.handle()) == 0 && rollback_.Run() != SQLITE_OK) {
    Poison(cause);
  }
  if (Poisons(ErrorCodeOf(cause))) Poison(cause);
  if (fenced_by_ != 0) lock_.Release();
  return cause;
}

Status Writer::Change(Durability durability, const std::function<Status(Meta& meta)>& change,
                      bool claim) {
  bool committed = false;
  const Status status =
      CatchNoMemory([&] { return TryChange(durability, change, claim, &committed); });
  if (ErrorCodeOf(status) != ErrorCode::kOutOfMemory) return status;
  if (!committed) return Undo(status);
  Poison(status);
  return OkStatus();
}

Status Writer::TryChange(Durability durability, const std::function<Status(Meta& meta)>& change,
                         bool claim, bool* committed) {
  GEO_RETURN_IF_ERROR(CheckReadable());
  const bool sync = durability == Durability::kDurable || sync_next_ || cut_log_;
  Meta meta;
  Status status = DropView();
  if (status.ok()) status = SetSync(sync);
  if (status.ok()) status = Begin(claim, &meta);
  if (status.ok()) status = change(meta);
  if (status.ok()) {
    ++meta.writes;
    status = meta_.Write(meta);
  }
  if (status.ok()) status = Commit();
  if (!status.ok()) return Undo(std::move(status));
  *committed = true;
  AfterCommit(sync, meta.writes);
  return OkStatus();
}

// The change is done; what fails here only keeps the next one from happening.
void Writer::AfterCommit(bool synced, std::uint64_t writes) {
  writes_ = writes;
  last_synced_ = synced;
  // A mark that cannot be written only makes damage harder to notice.
  if (synced) lock_.SetMark(writes, /*sync=*/false).IgnoreError();
  if (log_pages_ < carried_pages_) carried_pages_ = 0;  // SQLite began the log anew
  const bool full = log_pages_ - carried_pages_ >= kLogPages;
  sync_next_ = (full || cut_log_) && !synced;
  if (!synced || !(full || cut_log_)) return;
  const Status status = CarryOver();
  if (!status.ok() && ErrorCodeOf(status) != ErrorCode::kStoreFull) Poison(status);
}

// The mark must be as far as the database before the database gets ahead of the log: a log that is
// damaged later, in a part that was carried over, would bring old pages back among new ones.
Status Writer::CarryOver() {
  carried_pages_ = log_pages_;  // also when a reader is in the way: not again at once
  GEO_RETURN_IF_ERROR(lock_.SetMark(writes_, /*sync=*/true));
  bool done = false;
  GEO_RETURN_IF_ERROR(Checkpoint(cut_log_, &done));
  if (done) cut_log_ = false;
  return OkStatus();
}

Status Writer::Checkpoint(bool cut, bool* done) {
  sqlite3* const handle = database_.handle();
  sqlite3_busy_timeout(handle, 0);  // waiting for readers is not worth it
  int in_log = 0;
  int copied = 0;
  const int mode = cut ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE;
  const int result = sqlite3_wal_checkpoint_v2(handle, "main", mode, &in_log, &copied);
  const Status error = database_.Error(result, "carry the log over");
  sqlite3_busy_timeout(handle, kBusyMilliseconds);
  *done = result == SQLITE_OK && in_log == copied;
  if (*done && cut) log_pages_ = 0;
  if (result == SQLITE_OK || ErrorCodeOf(error) == ErrorCode::kStoreBusy) return OkStatus();
  return error;
}

}  // namespace geo
