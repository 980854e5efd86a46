// The store in memory. All contents are in the medium; the store holds an epoch to it.
#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "absl/hash/hash.h"
#include "geo/storage/journal_reader.h"
#include "geo/storage/store.h"
#include "src/base/no_memory.h"
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
  std::unordered_map<TxId, std::uint64_t, absl::Hash<TxId>> transactions;
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

// Grows by doubling, as a vector does by itself.
std::size_t Roomy(std::size_t needed, std::size_t present) {
  return needed <= present ? needed : std::max(needed, present * 2);
}

// Moves all entries, over those of the same key. Cannot fail when `to` has room.
template <typename Map>
void MoveInto(Map& from, Map* to) {
  while (!from.empty()) {
    auto node = from.extract(from.begin());
    const auto found = to->find(node.key());
    if (found == to->end()) {
      to->insert(std::move(node));
    } else {
      std::swap(found->second, node.mapped());
    }
  }
}

// Changes of rows, ready to be made without an allocation.
class StagedRows {
 public:
  StagedRows(const std::vector<TableDefinition>& tables, const std::vector<RowChange>& changes)
      : set_(tables.size()), removed_(tables.size()) {
    for (const RowChange& change : changes) {
      const auto keys = static_cast<std::ptrdiff_t>(tables[change.table].key_columns);
      Contents::Row key(change.values.begin(), change.values.begin() + keys);
      if (change.remove) {
        set_[change.table].erase(key);
        removed_[change.table].insert(std::move(key));
      } else {
        set_[change.table].insert_or_assign(std::move(key), change.values);
      }
    }
  }

  void MoveInto(std::vector<std::map<Contents::Row, Contents::Row>>* tables) {
    for (std::size_t i = 0; i < tables->size(); ++i) {
      for (const Contents::Row& key : removed_[i]) (*tables)[i].erase(key);
      geo::MoveInto(set_[i], &(*tables)[i]);
    }
  }

 private:
  std::vector<std::map<Contents::Row, Contents::Row>> set_;
  std::vector<std::set<Contents::Row>> removed_;  // before what is set
};

Status VisitGroups(const Contents& contents, std::uint64_t after,
                   const std::function<StatusOr<bool>(std::string_view packed)>& visit) {
  const auto begin =
      std::partition_point(contents.groups.begin(), contents.groups.end(),
                           [after](const Contents::Group& group) { return group.last <= after; });
  for (auto group = begin; group != contents.groups.end(); ++group) {
    GEO_ASSIGN_OR_RETURN(const bool more, visit(group->records));
    if (!more) break;
  }
  return OkStatus();
}

std::optional<std::uint64_t> FindSeq(const Contents& contents, const TxId& id) {
  const auto found = contents.transactions.find(id);
  if (found == contents.transactions.end()) return std::nullopt;
  return found->second;
}

class MemoryStore : public Store {
 public:
  explicit MemoryStore(std::shared_ptr<MemoryMedium> medium)
      : medium_(std::move(medium)), contents_(medium_->contents()) {}
  ~MemoryStore() override { Release(); }

  StatusOr<StoreState> Open(const OpenOptions& options) override {
    return CatchNoMemory([&] { return DoOpen(options); });
  }
  Status LoadSnapshot(const std::function<Status(const SnapshotSlice&)>& visit) override;
  Status Replay(std::uint64_t after,
                const std::function<StatusOr<bool>(std::string_view packed)>& visit) override;
  Status Append(const Batch& batch) override {
    return CatchNoMemory([&] { return DoAppend(batch); });
  }
  StatusOr<std::optional<std::uint64_t>> FindTransaction(const TxId& id) override;
  StatusOr<std::optional<TextEntry>> FindText(const Hash256& hash) override;
  Status WriteSnapshot(const SnapshotSlice& slice) override {
    return CatchNoMemory([&] { return DoWriteSnapshot(slice); });
  }
  StatusOr<std::uint64_t> SizeBytes() override;
  Status Close() override {
    Release();
    return OkStatus();
  }

 private:
  bool Fenced() const { return contents_.state.epoch != epoch_; }
  Status CheckOpen() const;
  Status CheckWriter() const;
  StatusOr<StoreState> DoOpen(const OpenOptions& options);
  Status DoAppend(const Batch& batch);
  Status DoWriteSnapshot(const SnapshotSlice& slice);

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

StatusOr<StoreState> MemoryStore::DoOpen(const OpenOptions& options) {
  if (open_) return MakeError(ErrorCode::kInvalidArgument, "the store is open already");
  GEO_RETURN_IF_ERROR(CheckReadModel(options));
  Contents& c = contents_;
  if (!options.create && c.state.epoch == 0) {
    return MakeError(ErrorCode::kInvalidArgument, "no store there, and `create` is false");
  }
  if (c.held && !options.take_over) {
    return MakeError(ErrorCode::kStoreBusy, "another writer holds this memory");
  }
  const bool same = c.read_model_version == options.read_model_version &&
                    c.tables == options.tables && c.views == options.views;
  if (!same) {
    std::vector<TableDefinition> tables = options.tables;
    std::vector<ViewDefinition> views = options.views;
    std::vector<std::map<Contents::Row, Contents::Row>> rows(tables.size());
    c.read_model_version = options.read_model_version;
    c.tables = std::move(tables);
    c.views = std::move(views);
    c.rows = std::move(rows);
    c.state.rows_seq = 0;
  }
  c.held = true;
  epoch_ = ++c.state.epoch;
  open_ = true;
  c.writing.clear();
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
  return VisitGroups(contents_, after, visit);
}

// Like the constructors of the staged maps: everything that can fail comes before any change.
Status MemoryStore::DoAppend(const Batch& batch) {
  GEO_RETURN_IF_ERROR(CheckWriter());
  Contents& c = contents_;
  GEO_RETURN_IF_ERROR(CheckBatch(batch, c.tables, c.state));
  std::vector<Contents::Group> group;
  if (!batch.records.empty()) group.push_back({batch.after.seq, batch.records});
  std::unordered_map<TxId, std::uint64_t, absl::Hash<TxId>> transactions;
  for (const TransactionEntry& entry : batch.transactions) {
    transactions.insert_or_assign(entry.id, entry.seq);
  }
  std::unordered_map<Hash256, TextEntry> texts;
  for (const TextEntry& entry : batch.texts) texts.insert_or_assign(entry.hash, entry);
  StagedRows rows(c.tables, batch.rows);
  c.groups.reserve(Roomy(c.groups.size() + 1, c.groups.capacity()));
  c.transactions.reserve(c.transactions.size() + transactions.size());
  c.texts.reserve(c.texts.size() + texts.size());

  for (Contents::Group& one : group) c.groups.push_back(std::move(one));
  c.state.head = batch.after;
  c.state.rows_seq = batch.rows_seq;
  c.state.acknowledged = batch.acknowledged;
  MoveInto(transactions, &c.transactions);
  MoveInto(texts, &c.texts);
  for (const Hash256& hash : batch.erased_texts) c.texts.erase(hash);
  rows.MoveInto(&c.rows);
  return OkStatus();
}

StatusOr<std::optional<std::uint64_t>> MemoryStore::FindTransaction(const TxId& id) {
  GEO_RETURN_IF_ERROR(CheckOpen());
  return FindSeq(contents_, id);
}

StatusOr<std::optional<TextEntry>> MemoryStore::FindText(const Hash256& hash) {
  GEO_RETURN_IF_ERROR(CheckOpen());
  const auto found = contents_.texts.find(hash);
  if (found == contents_.texts.end()) return std::optional<TextEntry>();
  return CatchNoMemory([&]() -> StatusOr<std::optional<TextEntry>> {
    return std::optional<TextEntry>(found->second);
  });
}

Status MemoryStore::DoWriteSnapshot(const SnapshotSlice& slice) {
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

class MemoryJournalReader : public JournalReader {
 public:
  explicit MemoryJournalReader(std::shared_ptr<MemoryMedium> medium) : medium_(std::move(medium)) {}

  Status Replay(std::uint64_t after,
                const std::function<StatusOr<bool>(std::string_view packed)>& visit) override {
    return VisitGroups(medium_->contents(), after, visit);
  }
  StatusOr<std::optional<std::uint64_t>> FindTransaction(const TxId& id) override {
    return FindSeq(medium_->contents(), id);
  }

 private:
  std::shared_ptr<MemoryMedium> medium_;
};

}  // namespace

std::unique_ptr<JournalReader> NewMemoryJournalReader(std::shared_ptr<MemoryMedium> medium) {
  return std::make_unique<MemoryJournalReader>(std::move(medium));
}

std::unique_ptr<Store> NewMemoryStore() { return NewMemoryStore(std::make_shared<MemoryMedium>()); }

std::unique_ptr<Store> NewMemoryStore(std::shared_ptr<MemoryMedium> medium) {
  return std::make_unique<MemoryStore>(std::move(medium));
}

}  // namespace geo
