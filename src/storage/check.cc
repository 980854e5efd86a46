// What every store checks before it writes.
#include <algorithm>
#include <set>
#include <string>

#include "geo/base/encoding.h"
#include "geo/storage/store.h"
#include "src/base/quote.h"
#include "src/base/status_macros.h"

namespace geo {
namespace {

Status Invalid(const std::string& message) {
  return MakeError(ErrorCode::kInvalidArgument, message);
}

std::string Text(std::uint64_t number) { return std::to_string(number); }

bool IsName(std::string_view name) {
  return !name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || c == '_';
  });
}

Status CheckObjectName(std::string_view name, std::set<std::string_view>* used) {
  if (!IsName(name)) {
    return Invalid("table or view name " + Quote(name) + ": want 1 to 64 of a-z and _");
  }
  if (name.starts_with("geo_") || name.starts_with("sqlite_")) {
    return Invalid("table or view name " + Quote(name) + ": geo_ and sqlite_ belong to the store");
  }
  if (!used->insert(name).second) {
    return Invalid("table or view name " + Quote(name) + " appears twice");
  }
  return OkStatus();
}

Status CheckTable(const TableDefinition& table) {
  const std::string where = "table " + Quote(table.name) + ": ";
  if (table.columns.empty() || table.columns.size() > kMaxColumns) {
    return Invalid(where + Text(table.columns.size()) + " columns; want 1 to " + Text(kMaxColumns));
  }
  std::set<std::string_view> columns;
  for (const ColumnDefinition& column : table.columns) {
    if (!IsName(column.name)) {
      return Invalid(where + "column name " + Quote(column.name) + ": want 1 to 64 of a-z and _");
    }
    if (!columns.insert(column.name).second) {
      return Invalid(where + "column " + Quote(column.name) + " appears twice");
    }
    if (column.type > ColumnType::kBytes) {
      return Invalid(where + "column " + Quote(column.name) + " has no type");
    }
  }
  if (table.key_columns == 0 || table.key_columns > table.columns.size()) {
    return Invalid(where + Text(table.key_columns) + " key columns of " +
                   Text(table.columns.size()));
  }
  for (const std::vector<std::string>& index : table.indexes) {
    if (index.empty()) return Invalid(where + "an index over no column");
    for (const std::string& column : index) {
      if (!columns.contains(column)) return Invalid(where + "index over unknown " + Quote(column));
    }
  }
  return OkStatus();
}

bool Fits(const ColumnValue& value, ColumnType type) {
  if (std::holds_alternative<std::monostate>(value)) return true;
  return std::holds_alternative<std::int64_t>(value) == (type == ColumnType::kInteger);
}

Status CheckValue(const ColumnValue& value, const TableDefinition& table, std::size_t column) {
  const ColumnDefinition& definition = table.columns[column];
  const auto error = [&](std::string_view what) {
    return Invalid("row of table " + Quote(table.name) + ", column " + Quote(definition.name) +
                   ": " + std::string(what));
  };
  if (!Fits(value, definition.type)) return error("a value of another type");
  if (column < table.key_columns && std::holds_alternative<std::monostate>(value)) {
    return error("a key column is never null");
  }
  const auto* text = std::get_if<std::string>(&value);
  if (text == nullptr || definition.type == ColumnType::kBytes) return OkStatus();
  // SQL tools end text at a zero byte, and PostgreSQL refuses it.
  if (!IsValidUtf8(*text) || text->find('\0') != std::string::npos) {
    return error("text that is not UTF-8, or with a zero byte");
  }
  return OkStatus();
}

Status CheckRow(const RowChange& row, const std::vector<TableDefinition>& tables) {
  if (row.table >= tables.size()) {
    return Invalid("row of table " + Text(row.table) + "; there are " + Text(tables.size()));
  }
  const TableDefinition& table = tables[row.table];
  const std::size_t want = row.remove ? table.key_columns : table.columns.size();
  if (row.values.size() != want) {
    return Invalid("row of table " + Quote(table.name) + " with " + Text(row.values.size()) +
                   " values; want " + Text(want));
  }
  for (std::size_t i = 0; i < want; ++i) GEO_RETURN_IF_ERROR(CheckValue(row.values[i], table, i));
  return OkStatus();
}

Status CheckHeads(const Batch& batch, const JournalHead& head) {
  if (batch.before != head) {
    return MakeError(ErrorCode::kStoreConflict,
                     "the batch follows record " + Text(batch.before.seq) +
                         ", the journal's head is record " + Text(head.seq) +
                         (batch.before.seq == head.seq ? " with another hash" : ""));
  }
  if (batch.records.size() > kMaxAppendBytes) {
    return MakeError(ErrorCode::kTooLarge, "records of " + Text(batch.records.size()) +
                                               " bytes; at most " + Text(kMaxAppendBytes));
  }
  const bool moves = batch.after != batch.before;
  if (moves == batch.records.empty()) {
    return Invalid(moves ? "the head moves without records" : "records, but the head stays");
  }
  if (moves && batch.after.seq <= batch.before.seq) {
    return Invalid("the head goes from record " + Text(batch.before.seq) + " to " +
                   Text(batch.after.seq));
  }
  // Media keep numbers as signed 64-bit integers.
  if (batch.after.seq > static_cast<std::uint64_t>(INT64_MAX)) {
    return Invalid("record number " + Text(batch.after.seq) + " above 2^63-1");
  }
  return OkStatus();
}

Status CheckMark(std::string_view name, std::uint64_t now, std::uint64_t next, std::uint64_t head) {
  if (next >= now && next <= head) return OkStatus();
  return Invalid(std::string(name) + " " + Text(next) + "; want " + Text(now) + " to " +
                 Text(head));
}

}  // namespace

Status CheckReadModel(const OpenOptions& options) {
  if (options.tables.size() > kMaxTables || options.views.size() > kMaxTables) {
    return Invalid("more than " + Text(kMaxTables) + " tables or views");
  }
  std::set<std::string_view> used;
  for (const TableDefinition& table : options.tables) {
    GEO_RETURN_IF_ERROR(CheckObjectName(table.name, &used));
    GEO_RETURN_IF_ERROR(CheckTable(table));
  }
  for (const ViewDefinition& view : options.views) {
    GEO_RETURN_IF_ERROR(CheckObjectName(view.name, &used));
    if (view.select.empty() || !IsValidUtf8(view.select)) {
      return Invalid("view " + Quote(view.name) + ": want a SELECT in UTF-8");
    }
  }
  return OkStatus();
}

Status CheckBatch(const Batch& batch, const std::vector<TableDefinition>& tables,
                  const StoreState& state) {
  GEO_RETURN_IF_ERROR(CheckHeads(batch, state.head));
  GEO_RETURN_IF_ERROR(CheckMark("rows_seq", state.rows_seq, batch.rows_seq, batch.after.seq));
  GEO_RETURN_IF_ERROR(
      CheckMark("acknowledged", state.acknowledged, batch.acknowledged, batch.after.seq));
  if (batch.durability < Durability::kMemory || batch.durability > Durability::kDurable) {
    return Invalid("durability " + Text(static_cast<std::uint64_t>(batch.durability)) +
                   "; want kMemory, kOrdered or kDurable");
  }
  for (const TransactionEntry& entry : batch.transactions) {
    if (entry.id.text().empty() || entry.seq == 0 || entry.seq > batch.after.seq) {
      return Invalid("transaction " + Quote(entry.id.text()) + " of record " + Text(entry.seq) +
                     "; want an id and a record up to " + Text(batch.after.seq));
    }
  }
  for (const TextEntry& entry : batch.texts) {
    if (entry.text.size() > kMaxStoredTextBytes) {
      return MakeError(ErrorCode::kTooLarge, "personal text of " + Text(entry.text.size()) +
                                                 " bytes; at most " + Text(kMaxStoredTextBytes));
    }
  }
  for (const RowChange& row : batch.rows) GEO_RETURN_IF_ERROR(CheckRow(row, tables));
  return OkStatus();
}

Status CheckSlice(const SnapshotSlice& slice, const SnapshotProgress& progress) {
  if (slice.bytes.size() > kMaxAppendBytes) {
    return MakeError(ErrorCode::kTooLarge, "snapshot slice of " + Text(slice.bytes.size()) +
                                               " bytes; at most " + Text(kMaxAppendBytes));
  }
  const std::string name =
      "slice " + Text(slice.slice) + " of snapshot " + Text(slice.snapshot) + ": ";
  if (slice.snapshot > static_cast<std::uint64_t>(INT64_MAX)) {
    return Invalid(name + "want a number up to 2^63-1");
  }
  if (progress.has_complete && slice.snapshot <= progress.complete) {
    return Invalid(name + "snapshot " + Text(progress.complete) + " is complete; want a newer one");
  }
  if (slice.slice == 0) return OkStatus();
  if (progress.next_slice == 0) return Invalid(name + "want slice 0 first");
  if (slice.snapshot != progress.writing || slice.slice != progress.next_slice) {
    return Invalid(name + "want slice " + Text(progress.next_slice) + " of snapshot " +
                   Text(progress.writing));
  }
  return OkStatus();
}

}  // namespace geo
