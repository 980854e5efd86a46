// The store in memory. All contents are in the medium; the store holds an epoch to it.
#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "geo/storage/store.h"
#include "src/base/status_macros.h"

namespace geo {

struct MemoryMedium::Contents {
  using Row = std::vector<ColumnValue>;

  struct Group {
    std::uint64_t last = 0;  // number of its last record
    std::string records;
  };

  StoreState state;  // epoch: that of the latest Open
  bool held = false;
  std::vector<Group> groups;
  std::unordered_map<TxId, std::uint64_t> transactions;
  std::unordered_map<Hash256, TextEntry> texts;

  std::uint32_t read_model_version = 0;
  std::vector<TableDefinition> tables;
  std::vector<ViewDefinition> views;
  std::vector<std::map<Row, Row>> rows;  // by table, by key

  std::vector<SnapshotSlice> snapshot;  // the newest complete one
  std::vector<SnapshotSlice> writing;
};

MemoryMedium::MemoryMedium() : contents_(std::make_unique<Contents>()) {}
MemoryMedium::~MemoryMedium() = default;

std::vector<std::vector<ColumnValue>> MemoryMedium::Rows(std::string_view table) const {
  std::vector<std::vector<ColumnValue>> result;
  for (std::size_t i = 0; i < contents_->tables.size(); ++i) {
    if (contents_->tables[i].name != table) continue;
    for (const auto& [key, row] : contents_->rows[i]) result.push_back(row);
  }
  return result;
}

namespace {

using Contents = MemoryMedium::Contents;

class MemoryStore : public Store {
 public:
  explicit MemoryStore(std::shared_ptr<MemoryMedium> medium)
      : medium_(std::move(medium)), contents_(medium_->contents()) {}
  ~MemoryStore() override { Release(); }

  StatusOr<StoreState> Open(const OpenOptions& options) override;
  Status LoadSnapshot(const std::function<Status(const SnapshotSlice&)>& visit) override;
  Status Replay(std::uint64_t after,
                const std::function<StatusOr<bool>(std::string_view packed)>& visit) override;
  Status Append(const Batch& batch) override;
  StatusOr<std::optional<std::uint64_t>> FindTransaction(const TxId& id) override;
  StatusOr<std::optional<TextEntry>> FindText(const Hash256& hash) override;
  Status WriteSnapshot(const SnapshotSlice& slice) override;
  StatusOr<std::uint64_t> SizeBytes() override;
  Status Close() override {
    Release();
    return OkStatus();
  }

 private:
  bool Fenced() const { return contents_.state.epoch != epoch_; }
  Status CheckOpen() const;
  Status CheckWriter() const;
  void WriteRows(const std::vector<RowChange>& changes);

  void Release() {
    if (open_ && !Fenced()) contents_.held = false;
    open_ = false;
  }

  std::shared_ptr<MemoryMedium> medium_;
  Contents& contents_;
  std::uint64_t epoch_ = 0;
  bool open_ = false;
};

Status MemoryStore::CheckOpen() const {
  return open_ ? OkStatus() : MakeError(ErrorCode::kStoreClosed, "the store is not open");
}

Status MemoryStore::CheckWriter() const {
  GEO_RETURN_IF_ERROR(CheckOpen());
  if (!Fenced()) return OkStatus();
  return MakeError(ErrorCode::kStoreFenced, "writer " + std::to_string(contents_.state.epoch) +
                                                " took over from this one, number " +
                                                std::to_string(epoch_));
}

StatusOr<StoreState> MemoryStore::Open(const OpenOptions& options) {
  if (open_) return MakeError(ErrorCode::kInvalidArgument, "the store is open already");
  GEO_RETURN_IF_ERROR(CheckReadModel(options));
  Contents& c = contents_;
  if (!options.create && c.state.epoch == 0) {
    return MakeError(ErrorCode::kInvalidArgument, "no store there, and `create` is false");
  }
  if (c.held && !options.take_over) {
    return MakeError(ErrorCode::kStoreBusy, "another writer holds this memory");
  }
  c.held = true;
  epoch_ = ++c.state.epoch;
  open_ = true;
  c.writing.clear();
  if (c.read_model_version != options.read_model_version || c.tables != options.tables ||
      c.views != options.views) {
    c.read_model_version = options.read_model_version;
    c.tables = options.tables;
    c.views = options.views;
    c.rows.assign(c.tables.size(), {});
    c.state.rows_seq = 0;
  }
  return c.state;
}

Status MemoryStore::LoadSnapshot(const std::function<Status(const SnapshotSlice&)>& visit) {
  GEO_RETURN_IF_ERROR(CheckOpen());
  for (const SnapshotSlice& slice : contents_.snapshot) GEO_RETURN_IF_ERROR(visit(slice));
  return OkStatus();
}

Status MemoryStore::Replay(std::uint64_t after,
                           const std::function<StatusOr<bool>(std::string_view packed)>& visit) {
  GEO_RETURN_IF_ERROR(CheckOpen());
  const auto begin =
      std::partition_point(contents_.groups.begin(), contents_.groups.end(),
                           [after](const Contents::Group& group) { return group.last <= after; });
  for (auto group = begin; group != contents_.groups.end(); ++group) {
    GEO_ASSIGN_OR_RETURN(const bool more, visit(group->records));
    if (!more) break;
  }
  return OkStatus();
}

void MemoryStore::WriteRows(const std::vector<RowChange>& changes) {
  for (const RowChange& change : changes) {
    const std::size_t keys = contents_.tables[change.table].key_columns;
    Contents::Row key(change.values.begin(),
                      change.values.begin() + static_cast<std::ptrdiff_t>(keys));
    if (change.remove) {
      contents_.rows[change.table].erase(key);
    } else {
      contents_.rows[change.table].insert_or_assign(std::move(key), change.values);
    }
  }
}

Status MemoryStore::Append(const Batch& batch) {
  GEO_RETURN_IF_ERROR(CheckWriter());
  Contents& c = contents_;
  GEO_RETURN_IF_ERROR(CheckBatch(batch, c.tables, c.state));
  if (!batch.records.empty()) c.groups.push_back({batch.after.seq, batch.records});
  c.state.head = batch.after;
  c.state.rows_seq = batch.rows_seq;
  c.state.acknowledged = batch.acknowledged;
  for (const TransactionEntry& entry : batch.transactions) {
    c.transactions.insert_or_assign(entry.id, entry.seq);
  }
  for (const TextEntry& entry : batch.texts) c.texts.insert_or_assign(entry.hash, entry);
  for (const Hash256& hash : batch.erased_texts) c.texts.erase(hash);
  WriteRows(batch.rows);
  return OkStatus();
}

StatusOr<std::optional<std::uint64_t>> MemoryStore::FindTransaction(const TxId& id) {
  GEO_RETURN_IF_ERROR(CheckOpen());
  const auto found = contents_.transactions.find(id);
  if (found == contents_.transactions.end()) return std::optional<std::uint64_t>();
  return std::optional<std::uint64_t>(found->second);
}

StatusOr<std::optional<TextEntry>> MemoryStore::FindText(const Hash256& hash) {
  GEO_RETURN_IF_ERROR(CheckOpen());
  const auto found = contents_.texts.find(hash);
  if (found == contents_.texts.end()) return std::optional<TextEntry>();
  return std::optional<TextEntry>(found->second);
}

Status MemoryStore::WriteSnapshot(const SnapshotSlice& slice) {
  GEO_RETURN_IF_ERROR(CheckWriter());
  Contents& c = contents_;
  SnapshotProgress progress;
  progress.has_complete = !c.snapshot.empty();
  if (progress.has_complete) progress.complete = c.snapshot.front().snapshot;
  if (!c.writing.empty()) progress.writing = c.writing.front().snapshot;
  progress.next_slice = static_cast<std::uint32_t>(c.writing.size());
  GEO_RETURN_IF_ERROR(CheckSlice(slice, progress));
  if (slice.slice == 0) c.writing.clear();
  c.writing.push_back(slice);
  if (slice.last) c.snapshot = std::exchange(c.writing, {});
  return OkStatus();
}

StatusOr<std::uint64_t> MemoryStore::SizeBytes() {
  GEO_RETURN_IF_ERROR(CheckOpen());
  return std::uint64_t{0};
}

}  // namespace

std::unique_ptr<Store> NewMemoryStore() { return NewMemoryStore(std::make_shared<MemoryMedium>()); }

std::unique_ptr<Store> NewMemoryStore(std::shared_ptr<MemoryMedium> medium) {
  return std::make_unique<MemoryStore>(std::move(medium));
}

}  // namespace geo
