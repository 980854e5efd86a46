#include "src/storage/sqlite/sqlite_store.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "geo/base/bytes.h"
#include "geo/storage/sqlite_files.h"
#include "src/base/no_memory.h"
#include "src/base/status_macros.h"
#include "src/storage/sqlite/group.h"
#include "src/storage/sqlite/meta.h"
#include "src/storage/sqlite/posix_files.h"
#include "src/storage/sqlite/read_model.h"
#include "src/storage/sqlite/schema.h"
#include "src/storage/sqlite/transaction_index.h"
#include "src/storage/sqlite/writer.h"

namespace geo {
namespace {

// Of the journal: who looks for one record reads and checks a whole row, and an append may have
// tens of thousands.
constexpr std::uint64_t kRowRecords = 1024;

// What is behind the first `count` records of `packed`, which begin with number `first`; nothing
// when there are no more, or they are not records, which is not the store's to judge.
std::string_view BehindRecords(std::uint64_t count, std::uint64_t first, std::string_view packed) {
  return SkipToRecord(first + count, &packed).ok() ? packed : std::string_view();
}

std::uint32_t SliceChecksum(std::uint64_t snapshot, std::uint32_t slice, std::string_view bytes) {
  return GroupChecksum(snapshot, slice, bytes);
}

Status Corrupt(const std::string& message) { return MakeError(ErrorCode::kStoreCorrupt, message); }

class SqliteStore : public Store {
 public:
  SqliteStore(std::string path, std::unique_ptr<SqliteFiles> owned, SqliteFiles* files)
      : given_path_(std::move(path)),
        owned_files_(std::move(owned)),
        files_(files != nullptr ? files : owned_files_.get()) {}
  ~SqliteStore() override { SqliteStore::Close().IgnoreError(); }

  StatusOr<StoreState> Open(const OpenOptions& options) override;
  Status LoadSnapshot(const std::function<Status(const SnapshotSlice&)>& visit) override {
    return CatchNoMemory([&] { return DoLoadSnapshot(visit); });
  }
  Status Replay(std::uint64_t after,
                const std::function<StatusOr<bool>(std::string_view packed)>& visit) override {
    return CatchNoMemory([&] { return DoReplay(after, visit); });
  }
  Status Append(const Batch& batch) override;
  StatusOr<std::optional<std::uint64_t>> FindTransaction(const TxId& id) override {
    return CatchNoMemory([&] { return DoFindTransaction(id); });
  }
  StatusOr<std::optional<TextEntry>> FindText(const Hash256& hash) override {
    return CatchNoMemory([&] { return DoFindText(hash); });
  }
  Status WriteSnapshot(const SnapshotSlice& slice) override;
  StatusOr<std::uint64_t> SizeBytes() override {
    return CatchNoMemory([&] { return DoSizeBytes(); });
  }
  Status Close() override {
    return CatchNoMemory([&] { return DoClose(); });
  }

 private:
  // The statements that a store keeps prepared.
  struct Statements {
    Statement add_group, groups, set_text, erase_text, find_text, add_slice, slices, drop_snapshot;
  };

  StatusOr<StoreState> DoOpen(const OpenOptions& options);
  Status DoLoadSnapshot(const std::function<Status(const SnapshotSlice&)>& visit);
  Status DoReplay(std::uint64_t after,
                  const std::function<StatusOr<bool>(std::string_view packed)>& visit);
  StatusOr<std::optional<std::uint64_t>> DoFindTransaction(const TxId& id);
  StatusOr<std::optional<TextEntry>> DoFindText(const Hash256& hash);
  StatusOr<std::uint64_t> DoSizeBytes();
  Status DoClose();
  StatusOr<StoreState> Claim(const OpenOptions& options);
  Status Prepare();
  Status Run(Statement& statement, std::string_view what);
  Status CheckLastGroup(const Meta& meta);
  Status WriteBatch(const Batch& batch);
  Status WriteRecords(const Batch& batch);
  Status WriteRow(std::uint64_t first, std::uint64_t last, std::string_view records);
  Status WriteTexts(const Batch& batch);
  Status WriteSlice(const SnapshotSlice& slice, Meta* meta);

  std::string given_path_;
  std::unique_ptr<SqliteFiles> owned_files_;
  SqliteFiles* files_;  // never null
  Writer writer_;
  Statements statements_;
  TransactionIndex transactions_;
  ReadModelTables read_model_;
  std::vector<TableDefinition> tables_;
  SnapshotProgress progress_;  // `complete` is in geo_meta; the rest is this writer's
};

StatusOr<StoreState> SqliteStore::Open(const OpenOptions& options) {
  if (writer_.is_open()) {
    return CatchNoMemory([]() -> StatusOr<StoreState> {
      return MakeError(ErrorCode::kInvalidArgument, "the store is open already");
    });
  }
  StatusOr<StoreState> state = CatchNoMemory([&] { return DoOpen(options); });
  if (!state.ok()) Close().IgnoreError();
  return state;
}

StatusOr<StoreState> SqliteStore::DoOpen(const OpenOptions& options) {
  GEO_RETURN_IF_ERROR(CheckReadModel(options));
  GEO_RETURN_IF_ERROR(writer_.Open(given_path_, *files_, options));
  auto state = Claim(options);
  // Whether the epoch rose does not matter to a writer that is not there.
  if (ErrorCodeOf(state.status()) != ErrorCode::kStoreUnknown) return state;
  return MakeError(ErrorCode::kStoreIo, std::string(state.status().message()));
}

// Becomes the writer: the epoch rises, what an earlier writer left unfinished goes, and the read
// model is as wanted.
StatusOr<StoreState> SqliteStore::Claim(const OpenOptions& options) {
  GEO_RETURN_IF_ERROR(Prepare());
  StoreState state;
  const auto claim = [&](Meta& meta) -> Status {
    GEO_RETURN_IF_ERROR(CheckLastGroup(meta));
    GEO_RETURN_IF_ERROR(UpgradeSchema(writer_.database()));
    GEO_RETURN_IF_ERROR(read_model_.Make(writer_.database(), options, &meta));
    progress_ = SnapshotProgress();
    statements_.drop_snapshot.BindInteger(
        1, meta.snapshot_slices == 0 ? -1 : static_cast<std::int64_t>(meta.snapshot));
    state = meta.state;
    return Run(statements_.drop_snapshot, "drop an unfinished snapshot");
  };
  GEO_RETURN_IF_ERROR(writer_.Change(Durability::kDurable, claim, /*claim=*/true));
  GEO_RETURN_IF_ERROR(writer_.CheckReadable());
  GEO_RETURN_IF_ERROR(transactions_.Open(writer_.database()));
  GEO_RETURN_IF_ERROR(read_model_.Prepare(writer_.database(), options.tables));
  tables_ = options.tables;
  return state;
}

Status SqliteStore::Prepare() {
  const struct {
    Statement* statement;
    std::string_view sql;
  } kAll[] = {
      {&statements_.add_group,
       "INSERT INTO geo_journal (last_seq, first_seq, checksum, records) VALUES (?, ?, ?, ?)"},
      {&statements_.groups, kGroupsAfter},
      {&statements_.set_text,
       "INSERT INTO geo_text (hash, erased, salt, text) VALUES (?, 0, ?, ?) ON CONFLICT (hash) "
       "DO UPDATE SET erased = 0, salt = excluded.salt, text = excluded.text"},
      // The same sizes, so that SQLite writes over the old bytes.
      {&statements_.erase_text,
       "UPDATE geo_text SET erased = 1, salt = zeroblob(length(salt)), "
       "text = zeroblob(length(text)) WHERE hash = ?"},
      {&statements_.find_text, "SELECT salt, text FROM geo_text WHERE hash = ? AND erased = 0"},
      {&statements_.add_slice,
       "INSERT INTO geo_snapshot (snapshot, slice, checksum, bytes) VALUES (?, ?, ?, ?)"},
      {&statements_.slices,
       "SELECT slice, checksum, bytes FROM geo_snapshot WHERE snapshot = ? ORDER BY slice"},
      {&statements_.drop_snapshot, "DELETE FROM geo_snapshot WHERE snapshot <> ?"},
  };
  for (const auto& row : kAll) {
    GEO_ASSIGN_OR_RETURN(*row.statement, writer_.database().Prepare(row.sql));
  }
  return OkStatus();
}

Status SqliteStore::Run(Statement& statement, std::string_view what) {
  const int result = statement.Run();
  return result == SQLITE_OK ? OkStatus() : writer_.database().Error(result, what);
}

// A database whose head is not its last group is not one that this store wrote.
Status SqliteStore::CheckLastGroup(const Meta& meta) {
  GEO_ASSIGN_OR_RETURN(const std::string last,
                       writer_.database().Query("SELECT max(last_seq) FROM geo_journal"));
  const std::string want = meta.state.head.seq == 0 ? "" : std::to_string(meta.state.head.seq);
  if (last == want) return OkStatus();
  return Corrupt("the journal ends with record " + (last.empty() ? "0" : last) +
                 ", but its head is record " + std::to_string(meta.state.head.seq));
}

Status SqliteStore::DoClose() {
  statements_ = Statements();
  transactions_.Close();
  read_model_.Finalize();
  return writer_.Close();
}

Status SqliteStore::Append(const Batch& batch) {
  // A text that is to vanish must not be in a log that comes back after a power cut.
  const Durability durability =
      batch.erased_texts.empty() ? batch.durability : Durability::kDurable;
  GEO_RETURN_IF_ERROR(writer_.Change(durability, [&](Meta& meta) -> Status {
    GEO_RETURN_IF_ERROR(CheckBatch(batch, tables_, meta.state));
    meta.state.head = batch.after;
    meta.state.rows_seq = batch.rows_seq;
    meta.state.acknowledged = batch.acknowledged;
    return WriteBatch(batch);
  }));
  transactions_.Committed();
  return OkStatus();
}

Status SqliteStore::WriteBatch(const Batch& batch) {
  GEO_RETURN_IF_ERROR(WriteRecords(batch));
  // Views join rows with the index.
  GEO_RETURN_IF_ERROR(transactions_.Write(batch.transactions, /*complete=*/!batch.rows.empty()));
  GEO_RETURN_IF_ERROR(WriteTexts(batch));
  return read_model_.Write(writer_.database(), batch.rows);
}

// In rows of so many records at most.
Status SqliteStore::WriteRecords(const Batch& batch) {
  std::string_view rest = batch.records;
  for (std::uint64_t first = batch.before.seq + 1; !rest.empty();) {
    const bool is_last = batch.after.seq - first < kRowRecords;
    const std::string_view behind = is_last ? "" : BehindRecords(kRowRecords, first, rest);
    const std::uint64_t last = behind.empty() ? batch.after.seq : first + kRowRecords - 1;
    GEO_RETURN_IF_ERROR(WriteRow(first, last, rest.substr(0, rest.size() - behind.size())));
    rest = behind;
    first = last + 1;
  }
  return OkStatus();
}

Status SqliteStore::WriteRow(std::uint64_t first, std::uint64_t last, std::string_view records) {
  Statement& add = statements_.add_group;
  add.BindInteger(1, static_cast<std::int64_t>(last));
  add.BindInteger(2, static_cast<std::int64_t>(first));
  add.BindInteger(3, GroupChecksum(first, last, records));
  add.BindBytes(4, records);
  return Run(add, "write records");
}

Status SqliteStore::WriteTexts(const Batch& batch) {
  for (const TextEntry& entry : batch.texts) {
    statements_.set_text.BindBytes(1, entry.hash.view());
    statements_.set_text.BindBytes(2, entry.salt.view());
    statements_.set_text.BindBytes(3, entry.text);
    GEO_RETURN_IF_ERROR(Run(statements_.set_text, "write a text"));
  }
  for (const Hash256& hash : batch.erased_texts) {
    statements_.erase_text.BindBytes(1, hash.view());
    GEO_RETURN_IF_ERROR(Run(statements_.erase_text, "erase a text"));
  }
  if (!batch.erased_texts.empty()) writer_.CutLogSoon();
  return OkStatus();
}

Status SqliteStore::DoReplay(std::uint64_t after,
                             const std::function<StatusOr<bool>(std::string_view packed)>& visit) {
  GEO_RETURN_IF_ERROR(writer_.CheckReadable());
  GEO_ASSIGN_OR_RETURN(const Meta meta, writer_.ReadMeta());
  const std::uint64_t head = meta.state.head.seq;
  GEO_ASSIGN_OR_RETURN(const std::optional<std::uint64_t> seen,
                       VisitGroups(writer_.database(), statements_.groups, after, visit));
  if (!seen || *seen >= head) return OkStatus();
  return Corrupt("records " + std::to_string(*seen + 1) + " to " + std::to_string(head) +
                 " are missing");
}

StatusOr<std::optional<std::uint64_t>> SqliteStore::DoFindTransaction(const TxId& id) {
  GEO_RETURN_IF_ERROR(writer_.CheckReadable());
  GEO_RETURN_IF_ERROR(writer_.HoldView());
  return transactions_.Find(id);
}

StatusOr<std::optional<TextEntry>> SqliteStore::DoFindText(const Hash256& hash) {
  GEO_RETURN_IF_ERROR(writer_.CheckReadable());
  Statement& find = statements_.find_text;
  const ResetLater reset(find);
  find.BindBytes(1, hash.view());
  const int result = find.Step();
  if (result == SQLITE_DONE) return std::optional<TextEntry>();
  if (result != SQLITE_ROW) return writer_.database().Error(result, "find a text");
  const auto salt = Salt::FromBytes(find.Bytes(0));
  if (!salt.ok()) return Corrupt("the salt of a text has a wrong size");
  return std::optional<TextEntry>(TextEntry{hash, *salt, std::string(find.Bytes(1))});
}

Status SqliteStore::DoLoadSnapshot(const std::function<Status(const SnapshotSlice&)>& visit) {
  GEO_RETURN_IF_ERROR(writer_.CheckReadable());
  GEO_ASSIGN_OR_RETURN(const Meta meta, writer_.ReadMeta());
  if (meta.snapshot_slices == 0) return OkStatus();
  // Its pages are read once: not worth the memory of a full cache, which would have to be cleared.
  const SmallCache small(writer_.database());
  Statement& slices = statements_.slices;
  const ResetLater reset(slices);
  slices.BindInteger(1, static_cast<std::int64_t>(meta.snapshot));
  SnapshotSlice slice;  // its memory is used again
  slice.snapshot = meta.snapshot;
  for (std::uint32_t i = 0; i < meta.snapshot_slices; ++i) {
    const int result = slices.Step();
    if (result != SQLITE_ROW && result != SQLITE_DONE) {
      return writer_.database().Error(result, "read a snapshot");
    }
    slice.slice = i;
    slice.last = i + 1 == meta.snapshot_slices;
    slice.bytes = result == SQLITE_ROW ? slices.Bytes(2) : std::string_view();
    if (result == SQLITE_DONE || slices.Integer(0) != i ||
        slices.Integer(1) != SliceChecksum(meta.snapshot, i, slice.bytes)) {
      return Corrupt("slice " + std::to_string(i) + " of snapshot " +
                     std::to_string(meta.snapshot) + " is damaged or missing");
    }
    GEO_RETURN_IF_ERROR(visit(slice));
  }
  return OkStatus();
}

Status SqliteStore::WriteSnapshot(const SnapshotSlice& slice) {
  const Durability durability = slice.last ? Durability::kDurable : Durability::kOrdered;
  GEO_RETURN_IF_ERROR(
      writer_.Change(durability, [&](Meta& meta) -> Status { return WriteSlice(slice, &meta); }));
  progress_.writing = slice.snapshot;
  progress_.next_slice = slice.last ? 0 : slice.slice + 1;
  return OkStatus();
}

Status SqliteStore::WriteSlice(const SnapshotSlice& slice, Meta* meta) {
  progress_.has_complete = meta->snapshot_slices > 0;
  progress_.complete = meta->snapshot;
  GEO_RETURN_IF_ERROR(CheckSlice(slice, progress_));
  if (slice.slice == 0) {
    statements_.drop_snapshot.BindInteger(
        1, progress_.has_complete ? static_cast<std::int64_t>(meta->snapshot) : -1);
    GEO_RETURN_IF_ERROR(Run(statements_.drop_snapshot, "drop an unfinished snapshot"));
  }
  Statement& add = statements_.add_slice;
  add.BindInteger(1, static_cast<std::int64_t>(slice.snapshot));
  add.BindInteger(2, slice.slice);
  add.BindInteger(3, SliceChecksum(slice.snapshot, slice.slice, slice.bytes));
  add.BindBytes(4, slice.bytes);
  GEO_RETURN_IF_ERROR(Run(add, "write a slice"));
  if (!slice.last) return OkStatus();
  meta->snapshot = slice.snapshot;
  meta->snapshot_slices = slice.slice + 1;
  statements_.drop_snapshot.BindInteger(1, static_cast<std::int64_t>(slice.snapshot));
  return Run(statements_.drop_snapshot, "drop older snapshots");
}

StatusOr<std::uint64_t> SqliteStore::DoSizeBytes() {
  if (!writer_.is_open()) return MakeError(ErrorCode::kStoreClosed, "the store is not open");
  GEO_ASSIGN_OR_RETURN(const std::uint64_t database, FileSize(*files_, writer_.path()));
  GEO_ASSIGN_OR_RETURN(const std::uint64_t log, FileSize(*files_, writer_.path() + "-wal"));
  return database + log;
}

}  // namespace

std::unique_ptr<Store> NewSqliteStoreOn(std::string path, std::string base) {
  return std::make_unique<SqliteStore>(std::move(path), NewPosixFiles(std::move(base)), nullptr);
}

std::unique_ptr<Store> NewSqliteStore(std::string path, SqliteFiles* files) {
  if (files == nullptr) return NewSqliteStoreOn(std::move(path), "");
  return std::make_unique<SqliteStore>(std::move(path), nullptr, files);
}

std::unique_ptr<Store> NewSqliteStore(std::string path) {
  return NewSqliteStoreOn(std::move(path), "");
}

}  // namespace geo
