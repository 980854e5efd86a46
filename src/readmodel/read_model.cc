#include "geo/readmodel/read_model.h"

#include <deque>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "src/readmodel/rows.h"
#include "src/readmodel/tables.h"

namespace geo {
namespace {

// A row that waits: which table, which thing, and the first record that changed it since its last
// writing. Things of the debts table are pairs.
struct Dirty {
  Table table = Table::kParticipants;
  std::uint64_t index = 0;
  std::uint64_t since = 0;
};

constexpr int kTableShift = 56;

std::uint64_t KeyOf(Table table, std::uint64_t index) {
  return static_cast<std::uint64_t>(table) << kTableShift | index;
}

}  // namespace

struct ReadModel::State {
  std::deque<Dirty> queue;                    // in order of `since`
  std::unordered_set<std::uint64_t> waiting;  // keys in the queue
  std::deque<RowChange> transactions;         // rows of the queue's transactions, in the same order
  std::unordered_map<Hash256, std::string> names;
  std::unordered_set<ParticipantIndex> erased;
  std::uint64_t applied = 0;
  PidTexts pids;

  void Mark(Table table, std::uint64_t index) {
    if (waiting.insert(KeyOf(table, index)).second) queue.push_back({table, index, applied});
  }

  void Mark(const Record& record, const Effect& effect, const Ledger& ledger) {
    if (const auto* participant = std::get_if<ParticipantEffect>(&effect)) {
      Mark(Table::kParticipants, participant->index);
      const auto& before = participant->before;
      if (before && before->name_hash != participant->after.name_hash) {
        names.erase(before->name_hash);
      }
    } else if (const auto* equivalent = std::get_if<EquivalentEffect>(&effect)) {
      Mark(Table::kEquivalents, equivalent->index);
    } else if (const auto* line = std::get_if<LineEffect>(&effect)) {
      Mark(Table::kTrustLines, line->index);
    } else if (const auto* debt = std::get_if<DebtEffect>(&effect)) {
      Mark(Table::kDebts, *ledger.FindPair(debt->equivalent, debt->from, debt->to));
    } else if (const auto* transaction = std::get_if<TransactionEffect>(&effect)) {
      // The ledger keeps no transactions: the row is made now. Each one is a row of its own.
      transactions.push_back(TransactionRow(ledger, record, transaction->after, pids));
      queue.push_back({Table::kTransactions, 0, applied});
    }
  }

  std::optional<std::string> NameOf(
      const Ledger& ledger, ParticipantIndex index,
      const std::function<std::optional<std::string>(const Hash256&)>& name_of) {
    const Hash256& hash = ledger.participant(index).name_hash;
    const bool was_erased = erased.erase(index) > 0;
    const auto remembered = names.extract(hash);
    if (!remembered.empty()) return remembered.mapped();
    if (was_erased) return std::nullopt;  // the store may not know yet
    return name_of(hash);
  }
};

std::vector<TableDefinition> ReadModel::Tables() { return ReadModelTables(); }

ReadModel::ReadModel() : state_(std::make_unique<State>()) {}
ReadModel::~ReadModel() = default;

void ReadModel::StartAfter(std::uint64_t seq) { state_->applied = seq; }

void ReadModel::Apply(const Record& record, const Ledger& ledger) {
  state_->applied = record.seq;
  for (const Effect& effect : record.effects) state_->Mark(record, effect, ledger);
}

void ReadModel::RememberName(const Hash256& hash, std::string text) {
  state_->names.insert_or_assign(hash, std::move(text));
}

void ReadModel::TextErased(ParticipantIndex participant, const Hash256& name_hash) {
  state_->names.erase(name_hash);
  state_->erased.insert(participant);
  state_->Mark(Table::kParticipants, participant);
}

void ReadModel::TakeRows(const Ledger& ledger, std::size_t max,
                         const std::function<std::optional<std::string>(const Hash256&)>& name_of,
                         std::vector<RowChange>* rows) {
  State& state = *state_;
  const std::size_t wanted = rows->size() + max;
  while (!state.queue.empty() && rows->size() < wanted) {
    const Dirty dirty = state.queue.front();
    state.queue.pop_front();
    state.waiting.erase(KeyOf(dirty.table, dirty.index));
    const auto index = static_cast<std::uint32_t>(dirty.index);
    switch (dirty.table) {
      case Table::kParticipants:
        rows->push_back(
            ParticipantRow(ledger, index, state.NameOf(ledger, index, name_of), state.pids));
        break;
      case Table::kEquivalents:
        rows->push_back(EquivalentRow(ledger, index));
        break;
      case Table::kTrustLines:
        rows->push_back(LineRow(ledger, index, state.pids));
        break;
      case Table::kDebts:
        for (RowChange& row : DebtRows(ledger, index, state.pids)) rows->push_back(std::move(row));
        break;
      case Table::kTransactions:
        rows->push_back(std::move(state.transactions.front()));
        state.transactions.pop_front();
        break;
      case Table::kReservations:
        break;
    }
  }
}

std::size_t ReadModel::backlog() const { return state_->queue.size(); }

std::uint64_t ReadModel::shown_seq() const {
  return state_->queue.empty() ? state_->applied : state_->queue.front().since - 1;
}

}  // namespace geo
