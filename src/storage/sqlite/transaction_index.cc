#include "src/storage/sqlite/transaction_index.h"

#include <algorithm>
#include <string>
#include <tuple>

#include "geo/base/bytes.h"
#include "src/base/crc32.h"
#include "src/base/no_memory.h"
#include "src/base/status_macros.h"
#include "src/storage/sqlite/meta.h"

namespace geo {
namespace {

// Ids outside the tree: enough that several fall on one page of it, few enough to keep in memory
// and to read when opening. Rows: readers look through them one by one.
constexpr std::size_t kMostRecent = 32'768;
constexpr std::size_t kMostRows = 1'024;

constexpr std::string_view kFind = "SELECT seq FROM geo_transactions WHERE tx_id = ?";
constexpr std::string_view kWalk =
    "SELECT tx_id FROM geo_transactions WHERE tx_id > ? ORDER BY tx_id LIMIT 64";
constexpr std::string_view kRows = "SELECT checksum, entries FROM geo_recent_transactions";

std::uint64_t HashOf(std::string_view id) { return std::hash<std::string_view>()(id); }

// As a number that orders ids as they are ordered themselves, as far as it goes.
std::uint64_t FirstLetters(std::string_view id) {
  std::uint64_t letters = 0;
  for (std::size_t i = 0; i < sizeof(letters); ++i) {
    letters = letters << 8 | (i < id.size() ? static_cast<std::uint8_t>(id[i]) : 0U);
  }
  return letters;
}

// Calls `visit` with each id and record in the present row of kRows.
template <typename Visit>
Status ReadRow(Statement& rows, const Visit& visit) {
  const std::string_view entries = rows.Bytes(1);
  ByteReader reader(entries);
  if (rows.Integer(0) != Crc32(entries)) reader.Fail();
  while (reader.ok() && !reader.AtEnd()) {
    const std::string_view id = reader.Bytes();
    const std::uint64_t seq = reader.Varint();
    if (reader.ok()) visit(id, seq);
  }
  if (reader.ok()) return OkStatus();
  return MakeError(ErrorCode::kStoreCorrupt, "a row of recent transaction ids is damaged");
}

// The one row of `find`, reset afterwards.
StatusOr<std::optional<std::uint64_t>> FindInTree(Database& database, Statement& find,
                                                  const TxId& id) {
  const ResetLater reset(find);
  find.BindText(1, id.text());
  const int result = find.Step();
  if (result == SQLITE_DONE) return std::optional<std::uint64_t>();
  if (result != SQLITE_ROW) return database.Error(result, "find a transaction");
  return std::optional<std::uint64_t>(static_cast<std::uint64_t>(find.Integer(0)));
}

}  // namespace

// --- The writer's. ---

Status TransactionIndex::Open(Database& database) {
  database_ = &database;
  // Without a clause for conflicts, which would look for the id first.
  GEO_ASSIGN_OR_RETURN(set_, database.Prepare("INSERT OR REPLACE INTO geo_transactions "
                                              "(tx_id, seq) VALUES (?, ?)"));
  GEO_ASSIGN_OR_RETURN(find_, database.Prepare(kFind));
  GEO_ASSIGN_OR_RETURN(
      add_row_,
      database.Prepare("INSERT INTO geo_recent_transactions (checksum, entries) VALUES (?, ?)"));
  GEO_ASSIGN_OR_RETURN(drop_rows_, database.Prepare("DELETE FROM geo_recent_transactions"));
  GEO_ASSIGN_OR_RETURN(walk_, database.Prepare(kWalk));
  GEO_ASSIGN_OR_RETURN(Statement rows, database.Prepare(std::string(kRows) + " ORDER BY number"));
  Status status;
  const auto keep = [&](std::string_view text, std::uint64_t seq) {
    const StatusOr<TxId> id = TxId::Parse(text);
    if (id.ok()) MakeRoom(recent_);
    if (id.ok()) recent_[*id] = seq;
    status.Update(id.status());
  };
  for (int result = rows.Step(); result != SQLITE_DONE; result = rows.Step()) {
    if (result != SQLITE_ROW) return database.Error(result, "read recent transaction ids");
    GEO_RETURN_IF_ERROR(ReadRow(rows, keep));
    ++rows_;
  }
  if (status.ok()) return status;
  return MakeError(ErrorCode::kStoreCorrupt,
                   "recent transaction ids: " + std::string(status.message()));
}

void TransactionIndex::Close() {
  set_ = Statement();
  find_ = Statement();
  add_row_ = Statement();
  drop_rows_ = Statement();
  walk_ = Statement();
  recent_ = Ids();
  filter_ = IdFilter();
  read_up_to_.clear();
  filter_complete_ = false;
  written_ = {};
  rows_ = 0;
}

Status TransactionIndex::Run(Statement& statement) {
  const int result = statement.Run();
  return result == SQLITE_OK ? OkStatus() : database_->Error(result, "write transaction ids");
}

Status TransactionIndex::Write(const std::vector<TransactionEntry>& entries, bool complete) {
  written_ = entries;
  const bool full = recent_.size() + written_.size() >= kMostRecent || rows_ + 1 >= kMostRows;
  moved_ = complete || full;
  if (moved_) return MoveIntoTree();
  if (entries.empty()) return OkStatus();
  MakeRoom(recent_, written_.size());  // so that Committed needs no memory
  return AddRow(entries);
}

Status TransactionIndex::AddRow(const std::vector<TransactionEntry>& entries) {
  std::string packed;
  ByteWriter writer(&packed);
  for (const TransactionEntry& entry : entries) {
    writer.Bytes(entry.id.text());
    writer.Varint(entry.seq);
  }
  add_row_.BindInteger(1, Crc32(packed));
  add_row_.BindBytes(2, packed);
  return Run(add_row_);
}

// In the order of the tree, so that neighbours share the way down and the page; of one id the entry
// that was written last comes last.
Status TransactionIndex::MoveIntoTree() {
  using Entry = std::tuple<std::uint64_t, std::string_view, std::size_t, std::uint64_t>;
  std::vector<Entry> all;
  all.reserve(recent_.size() + written_.size());
  const auto add = [&](const TxId& id, std::size_t when, std::uint64_t seq) {
    all.emplace_back(FirstLetters(id.text()), id.text(), when, seq);
  };
  for (const auto& [id, seq] : recent_) add(id, 0, seq);
  for (std::size_t i = 0; i < written_.size(); ++i) add(written_[i].id, i + 1, written_[i].seq);
  std::sort(all.begin(), all.end());
  for (const auto& [letters, id, when, seq] : all) {
    set_.BindText(1, id);
    set_.BindInteger(2, static_cast<std::int64_t>(seq));
    GEO_RETURN_IF_ERROR(Run(set_));
    filter_.Add(HashOf(id));
  }
  return rows_ == 0 ? OkStatus() : Run(drop_rows_);
}

void TransactionIndex::Committed() noexcept {
  if (moved_) {
    recent_.clear();
    rows_ = 0;
  } else if (!written_.empty()) {
    ++rows_;
    for (const TransactionEntry& entry : written_) recent_[entry.id] = entry.seq;
  }
  written_.clear();
  moved_ = false;
}

StatusOr<std::optional<std::uint64_t>> TransactionIndex::Find(const TxId& id) {
  const auto found = recent_.find(id);
  if (found != recent_.end()) return std::optional<std::uint64_t>(found->second);
  if (filter_complete_ && !filter_.MayHave(HashOf(id.text())))
    return std::optional<std::uint64_t>();
  if (!filter_complete_) ReadMoreOfTree();
  return FindInTree(*database_, find_, id);
}

// So that opening need not wait for it. What goes wrong is left to those who need what is there.
void TransactionIndex::ReadMoreOfTree() {
  const std::string after = read_up_to_;
  const ResetLater reset(walk_);
  walk_.BindText(1, after);
  int result = walk_.Step();
  filter_complete_ = result == SQLITE_DONE;
  for (; result == SQLITE_ROW; result = walk_.Step()) {
    filter_.Add(HashOf(walk_.Bytes(0)));
    read_up_to_ = walk_.Bytes(0);
  }
}

// --- A reader's. ---

Status TransactionLookup::Open(Database& database) {
  database_ = &database;
  GEO_ASSIGN_OR_RETURN(find_, database.Prepare(kFind));
  return OkStatus();
}

// The rows first: what is moved into the tree between the two questions is seen twice, not never.
StatusOr<std::optional<std::uint64_t>> TransactionLookup::Find(const TxId& id) {
  if (!rows_) {
    GEO_ASSIGN_OR_RETURN(const std::string format, database_->Query("PRAGMA user_version"));
    if (format == "1") return FindInTree(*database_, find_, id);  // which has no such rows
    GEO_ASSIGN_OR_RETURN(rows_, database_->Prepare(std::string(kRows) + " ORDER BY number DESC"));
  }
  const ResetLater reset(rows_);
  std::optional<std::uint64_t> found;
  const auto look = [&](std::string_view text, std::uint64_t seq) {
    if (text == id.text()) found = seq;
  };
  for (int result = rows_.Step(); result != SQLITE_DONE; result = rows_.Step()) {
    if (result != SQLITE_ROW) return database_->Error(result, "read recent transaction ids");
    GEO_RETURN_IF_ERROR(ReadRow(rows_, look));
    if (found) return found;
  }
  return FindInTree(*database_, find_, id);
}

}  // namespace geo
