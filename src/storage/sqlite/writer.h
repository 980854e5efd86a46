// One writer's connection to a store's database: exclusive, fenced by its epoch, every change in a
// transaction that ends as durable as asked, and a log that is carried over into the database
// before it grows too long.
#ifndef GEO_SRC_STORAGE_SQLITE_WRITER_H_
#define GEO_SRC_STORAGE_SQLITE_WRITER_H_

#include <cstdint>
#include <functional>
#include <string>

#include "geo/storage/store.h"
#include "src/storage/sqlite/database.h"
#include "src/storage/sqlite/meta.h"
#include "src/storage/sqlite/store_file.h"

namespace geo {

class Writer {
 public:
  Writer() = default;
  ~Writer() { Close().IgnoreError(); }

  // Finds or makes the store, takes the lock, opens the database and checks that what was known to
  // be durable is there. Writes nothing but a new, empty store. Errors as Store::Open; then closed.
  Status Open(const std::string& path, SqliteFiles& files, const OpenOptions& options);

  // Carries the log over and closes; without that when poisoned or fenced. The caller's statements
  // must be gone. Errors: StoreIo; closed all the same.
  Status Close();

  bool is_open() const { return database_.handle() != nullptr; }
  const std::string& path() const { return path_; }
  Database& database() { return database_; }

  // Errors: StoreClosed, StorePoisoned.
  Status CheckReadable() const;

  // Keeps one view of the database for the reading that follows, until the next Change: many small
  // questions then cost no locks. Nobody else writes what is read.
  Status HoldView();

  // What geo_meta says. Errors: StoreIo, StoreCorrupt.
  StatusOr<Meta> ReadMeta() { return meta_.Read(); }

  // Runs `change` in a transaction and commits what it did, and `meta` as it left it. Errors of
  // `change` undo it; StoreFenced when another writer took over. Everything but
  // {Busy, Conflict, Fenced, InvalidArgument, TooLarge} poisons. `claim`: become the writer instead
  // of checking that one still is.
  Status Change(Durability durability, const std::function<Status(Meta& meta)>& change,
                bool claim = false);

  // Inside `change` of a durable Change: the log holds what should vanish, so cut it as soon as
  // nobody reads it.
  void CutLogSoon() { cut_log_ = true; }

 private:
  Status OpenFiles(const std::string& path, SqliteFiles& files, const OpenOptions& options);
  Status Configure();
  Status CheckMark(bool had_log);
  Status CarryOver();
  Status Settle();
  bool HoldsView() const;
  Status DropView();
  Status SetSync(bool sync);
  Status Begin(bool claim, Meta* meta);
  Status Commit();
  Status Undo(Status cause);
  Status TryChange(Durability durability, const std::function<Status(Meta& meta)>& change,
                   bool claim, bool* committed);
  void AfterCommit(bool synced, std::uint64_t writes);
  void Poison(const Status& cause);
  // Copies the log into the database, and cuts it to nothing when `cut`. ok when a reader is in the
  // way; `*done` tells.
  Status Checkpoint(bool cut, bool* done);

  std::string path_;
  StoreLock lock_;
  Database database_;
  MetaTable meta_;
  Statement hold_;
  Statement begin_;
  Statement commit_;
  Statement rollback_;
  std::uint64_t epoch_ = 0;
  std::uint64_t writes_ = 0;  // after the last commit
  std::uint64_t fenced_by_ = 0;
  Status poison_;
  bool sync_ = true;         // the connection's present setting
  bool last_synced_ = true;  // the last commit was
  bool sync_next_ = false;   // the log is full: sync, then carry it over
  bool cut_log_ = false;
  int log_pages_ = 0;      // in the log, told by SQLite after each commit
  int carried_pages_ = 0;  // of these, carried over already
};

}  // namespace geo

#endif  // GEO_SRC_STORAGE_SQLITE_WRITER_H_
