#include "geo/readmodel/read_model.h"

#include <algorithm>
#include <array>
#include <deque>
#include <utility>
#include <variant>

#include "geo/ledger/flows.h"
#include "src/readmodel/rows.h"
#include "src/readmodel/tables.h"

namespace geo {
namespace {

// A row that waits: which table, which thing, and the first record that changed it since its last
// writing.
struct Dirty {
  Table table = Table::kParticipants;
  std::uint32_t index = 0;
  std::uint64_t since = 0;
};

// Tables whose rows are things of the ledger, by index: all before Table::kTransactions.
constexpr auto kIndexedTables = static_cast<std::size_t>(Table::kTransactions);

// Rows taken at a time that have so many bytes get no further one: a payment may pass everybody.
constexpr std::size_t kFullRowsBytes = std::size_t{16} << 20;

std::size_t BytesOf(const RowChange& row) {
  std::size_t bytes = 0;
  for (const ColumnValue& value : row.values) {
    const auto* text = std::get_if<std::string>(&value);
    bytes += sizeof(value) + (text == nullptr ? 0 : text->size());
  }
  return bytes;
}

}  // namespace

struct ReadModel::State {
  std::deque<Dirty> queue;                                // in order of `since`
  std::array<std::vector<bool>, kIndexedTables> waiting;  // what is in the queue, by index
  std::deque<RecordedTransaction> transactions;           // those in the queue, in its order
  std::deque<RowChange> reservations;                     // likewise
  std::uint64_t applied = 0;

  void Mark(Table table, std::uint32_t index) {
    std::vector<bool>& waits = waiting[static_cast<std::size_t>(table)];
    if (index >= waits.size()) waits.resize(std::max<std::size_t>(index + 1, waits.size() * 2));
    if (waits[index]) return;
    queue.push_back({table, index, applied});
    waits[index] = true;
  }

  void Mark(const Record& record, Effect& effect, const Ledger& ledger) {
    if (const auto* participant = std::get_if<ParticipantEffect>(&effect)) {
      Mark(Table::kParticipants, participant->index);
    } else if (const auto* equivalent = std::get_if<EquivalentEffect>(&effect)) {
      Mark(Table::kEquivalents, equivalent->index);
    } else if (const auto* line = std::get_if<LineEffect>(&effect)) {
      Mark(Table::kLines, line->index);
    } else if (const auto* debt = std::get_if<DebtEffect>(&effect)) {
      Mark(Table::kPairs, *ledger.FindPair(debt->equivalent, debt->from, debt->to));
    } else if (auto* transaction = std::get_if<TransactionEffect>(&effect)) {
      Keep(record, *transaction);
    }
  }

  // The ledger keeps no transactions and forgets their reservations.
  void Keep(const Record& record, TransactionEffect& effect) {
    Transaction& transaction = effect.after;
    const bool prepared = transaction.state == TransactionState::kPrepared;
    if (prepared || effect.before.has_value()) {
      for (const Flow& flow : FlowsOf(transaction.routes)) {
        reservations.push_back(ReservationRow(transaction, flow));
        queue.push_back({Table::kReservations, 0, applied});
      }
    }
    transactions.push_back({record.seq, record.kind, record.time, std::move(transaction)});
    queue.push_back({Table::kTransactions, 0, applied});
  }

  RowChange TakeTransaction() {
    RowChange row = TransactionRow(transactions.front());
    transactions.pop_front();
    return row;
  }

  RowChange Take(const Ledger& ledger, const Dirty& dirty) {
    switch (dirty.table) {
      case Table::kParticipants:
        return ParticipantRow(ledger, dirty.index);
      case Table::kEquivalents:
        return EquivalentRow(ledger, dirty.index);
      case Table::kLines:
        return LineRow(ledger, dirty.index);
      case Table::kPairs:
        return PairRow(ledger, dirty.index);
      case Table::kTransactions:
        return TakeTransaction();
      case Table::kReservations:
        break;
    }
    RowChange row = std::move(reservations.front());
    reservations.pop_front();
    return row;
  }
};

std::vector<TableDefinition> ReadModel::Tables() { return ReadModelTables(); }
std::vector<ViewDefinition> ReadModel::Views() { return ReadModelViews(); }

ReadModel::ReadModel() : state_(std::make_unique<State>()) {}
ReadModel::~ReadModel() = default;

void ReadModel::StartAfter(std::uint64_t seq) { state_->applied = seq; }

void ReadModel::Apply(Record record, const Ledger& ledger) {
  state_->applied = record.seq;
  for (Effect& effect : record.effects) state_->Mark(record, effect, ledger);
}

void ReadModel::TakeRows(const Ledger& ledger, std::size_t max, std::vector<RowChange>* rows) {
  std::size_t bytes = 0;
  for (std::size_t taken = 0; taken < max && bytes < kFullRowsBytes; ++taken) {
    if (state_->queue.empty()) return;
    const Dirty dirty = state_->queue.front();
    state_->queue.pop_front();
    const auto table = static_cast<std::size_t>(dirty.table);
    if (table < kIndexedTables) state_->waiting[table][dirty.index] = false;
    rows->push_back(state_->Take(ledger, dirty));
    bytes += BytesOf(rows->back());
  }
}

std::size_t ReadModel::backlog() const { return state_->queue.size(); }

std::uint64_t ReadModel::shown_seq() const {
  return state_->queue.empty() ? state_->applied : state_->queue.front().since - 1;
}

}  // namespace geo
