// Invariants on everything a record touches, before it is written (spec 01 §8.1).

#include <string>
#include <variant>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "geo/ledger/flows.h"
#include "src/base/prefetch.h"
#include "src/base/status_macros.h"
#include "src/ledger/clearing_check.h"
#include "src/ledger/loading_check.h"
#include "src/ledger/state.h"
#include "src/ledger/violated.h"

namespace geo {
namespace {

// What one record touches, in a form that is quickly compared: kind and key.
struct Touched {
  Touched(std::uint32_t kind, std::uint32_t x, std::uint32_t y, std::uint32_t z)
      : high(std::uint64_t{kind} << 32 | x), low(std::uint64_t{y} << 32 | z) {}
  std::uint64_t high;
  std::uint64_t low;
  friend auto operator<=>(const Touched&, const Touched&) = default;
};

// The change of a net position within the record.
struct Delta {
  Delta(EquivalentIndex equivalent, ParticipantIndex participant, AmountSum moved)
      : whose(std::uint64_t{equivalent} << 32 | participant), amount(moved) {}
  EquivalentIndex equivalent() const { return static_cast<EquivalentIndex>(whose >> 32); }
  ParticipantIndex participant() const { return static_cast<ParticipantIndex>(whose); }
  std::uint64_t whose;
  AmountSum amount;
};

// The pairs of a record's debts, in order of the effects; null: there is none yet.
using Pairs = absl::InlinedVector<const Pair*, 32>;

template <typename Look>
void ForEachDebt(const Record& record, Look look) {
  for (const Effect& effect : record.effects) {
    const auto* debt = std::get_if<DebtEffect>(&effect);
    if (debt != nullptr) look(PairKey::Of(debt->equivalent, debt->from, debt->to));
  }
}

const Pair* PairAt(const LedgerState& state, const PairKey& key) {
  const std::optional<PairIndex> index = state.FindPair(key);
  return index.has_value() ? &state.pairs[*index] : nullptr;
}

PairIndex IndexOf(const LedgerState& state, const Pair& pair) {
  return static_cast<PairIndex>(&pair - state.pairs.data());
}

// What the members of the pair lead to.
void PrefetchPositions(const LedgerState& state, const Pair& pair) {
  if (pair.equivalent >= state.positions.size()) return;
  const std::vector<AmountSum>& row = state.positions[pair.equivalent];
  const PairMembers& members = state.pair_members[IndexOf(state, pair)];
  for (const MemberIndex one : {members.a, members.b}) {
    if (one < row.size()) PrefetchMemory(&row[one]);
  }
}

// Looks them all up, and asks for the memory that they lie in all at once: checking and folding
// them in would wait for one place after the other.
Pairs FindPairs(const LedgerState& state, const Record& record) {
  constexpr std::size_t kMost = 32;  // what is fetched ahead should not push out itself
  const bool ahead = record.effects.size() <= kMost;
  if (ahead) {
    ForEachDebt(record, [&](const PairKey& key) { state.pair_by_key.Prefetch(key); });
    ForEachDebt(record, [&](const PairKey& key) { state.pair_by_key.PrefetchThing(key); });
  }
  Pairs pairs;
  ForEachDebt(record, [&](const PairKey& key) { pairs.push_back(PairAt(state, key)); });
  if (!ahead) return pairs;
  for (const Pair* pair : pairs) {
    if (pair != nullptr) state.PrefetchAround(IndexOf(state, *pair));
  }
  for (const Pair* pair : pairs) {
    if (pair != nullptr) PrefetchPositions(state, *pair);
  }
  return pairs;
}

}  // namespace

// Checks the effects of one record in order. What earlier effects of the same record create counts.
struct RecordCheck {
  const LedgerState& state;
  const Record& record;
  std::size_t participants;
  std::size_t equivalents;
  std::size_t lines;
  absl::InlinedVector<Touched, 24> touched;
  std::vector<std::pair<PairKey, std::pair<ParticipantIndex, LineIndex>>> opened;
  absl::InlinedVector<Delta, 32> deltas;
  const TransactionEffect* transaction = nullptr;
  std::vector<Flow> held;      // what reservations grow by
  std::vector<Flow> released;  // what they shrink by
  Pairs pairs;
  std::size_t debts = 0;  // checked so far

  RecordCheck(const LedgerState& s, const Record& r)
      : state(s),
        record(r),
        participants(s.participants.size()),
        equivalents(s.equivalents.size()),
        lines(s.lines.size()),
        pairs(FindPairs(s, r)) {}

  // Money moves by this record.
  bool pays() const {
    return record.kind == RecordKind::kPayment || record.kind == RecordKind::kCommitPayment;
  }
  bool founded() const { return state.founded || record.kind == RecordKind::kGenesis; }

  Status operator()(const GenesisEffect& effect) {
    touched.emplace_back(1, 0, 0, 0);
    if (state.founded || record.seq != 1) {
      return Violated("a genesis that is not the first record");
    }
    if (effect.genesis.network.empty()) return Violated("a network without a name");
    return OkStatus();
  }

  Status operator()(const ParticipantEffect& effect) {
    touched.emplace_back(2, effect.index, 0, 0);
    const Participant& after = effect.after;
    if (!effect.before.has_value()) {
      if (effect.index != participants) return Violated("participant index out of order");
      ++participants;
      if (state.participant_by_pid.Contains(after.pid)) return Violated("pid registered twice");
      return OkStatus();
    }
    if (effect.index >= state.participants.size() ||
        *effect.before != state.participants[effect.index]) {
      return Violated("participant is not as the effect says");
    }
    const Participant& before = *effect.before;
    if (before.pid != after.pid || before.key != after.key || before.created != after.created) {
      return Violated("a participant's identity changes");
    }
    return OkStatus();
  }

  Status operator()(const EquivalentEffect& effect) {
    touched.emplace_back(3, effect.index, 0, 0);
    if (!effect.before.has_value()) {
      if (effect.index != equivalents) return Violated("equivalent index out of order");
      ++equivalents;
      if (state.EquivalentByCode(effect.after.code)) return Violated("equivalent code taken");
      return OkStatus();
    }
    if (effect.index >= state.equivalents.size() ||
        *effect.before != state.equivalents[effect.index]) {
      return Violated("equivalent is not as the effect says");
    }
    if (effect.before->code != effect.after.code ||
        effect.before->precision != effect.after.precision) {
      return Violated("an equivalent's code or precision changes");
    }
    return OkStatus();
  }

  Status operator()(const LineEffect& effect) {
    touched.emplace_back(4, effect.index, 0, 0);
    return effect.before.has_value() ? CheckLineChange(effect) : CheckLineOpening(effect);
  }

  Status CheckLineOpening(const LineEffect& effect) {
    const TrustLine& line = effect.after;
    if (effect.index != lines) return Violated("line index out of order");
    ++lines;
    if (line.owner >= participants || line.debtor >= participants ||
        line.equivalent >= equivalents || line.owner == line.debtor) {
      return Violated("a line between participants that cannot have one");
    }
    if (state.line_by_id.Contains(line.id)) return Violated("line id used twice");
    if (line.status == LineStatus::kClosed) return Violated("a line is born closed");
    const PairKey key = PairKey::Of(line.equivalent, line.owner, line.debtor);
    touched.emplace_back(5, line.equivalent, line.owner, line.debtor);
    opened.emplace_back(key, std::pair(line.owner, effect.index));
    const std::optional<PairIndex> pair = state.FindPair(key);
    if (!pair.has_value()) return OkStatus();
    const Pair& p = state.pairs[*pair];
    if (state.Live(p.line_for(p.DirectionFrom(line.debtor))) != nullptr) {
      return Violated("a second live line for one pair and equivalent");
    }
    return OkStatus();
  }

  Status CheckLineChange(const LineEffect& effect) {
    if (effect.index >= state.lines.size()) return Violated("unknown line");
    const TrustLine& before = *effect.before;
    const TrustLine& after = effect.after;
    const LineRecord& now = state.lines[effect.index];
    if (now.id != before.id || now.status != before.status || now.limit != before.limit ||
        LedgerState::PolicyOf(now) != before.policy || now.updated != before.updated ||
        now.created != before.created) {
      return Violated("line is not as the effect says");
    }
    if (before.id != after.id || before.equivalent != after.equivalent ||
        before.owner != after.owner || before.debtor != after.debtor ||
        before.created != after.created || now.owner != after.owner || now.debtor != after.debtor ||
        now.equivalent != after.equivalent) {
      return Violated("a line's identity changes");
    }
    if (before.status == LineStatus::kClosed) return Violated("a closed line changes");
    const std::optional<PairIndex> pair =
        state.FindPair(PairKey::Of(after.equivalent, after.owner, after.debtor));
    if (!pair.has_value()) return Violated("a line without its pair");
    const Pair& p = state.pairs[*pair];
    const bool reserved = p.reserved_ab != 0 || p.reserved_ba != 0;
    if (after.status == LineStatus::kClosed && (p.balance != 0 || reserved)) {
      return Violated("a line closes over a debt or a reservation");
    }
    const Direction use = p.DirectionFrom(after.debtor);
    if (after.limit < before.limit && after.limit < p.owed(use)) {
      return Violated("a limit falls below the debt");
    }
    const bool breaks = AmountSum{after.limit} - p.owed(use) < p.reserved(use);
    if (after.limit < before.limit && p.reserved(use) != 0 && breaks) {
      return Violated("a limit falls below what is reserved");
    }
    return OkStatus();
  }

  Status operator()(const DebtEffect& effect) {
    const Pair* pair = pairs[debts++];
    const PairKey key = PairKey::Of(effect.equivalent, effect.from, effect.to);
    touched.emplace_back(6, key.equivalent, key.a, key.b);
    if (effect.from >= participants || effect.to >= participants || effect.from == effect.to ||
        effect.equivalent >= equivalents) {
      return Violated("a debt between participants that cannot have one");
    }
    GEO_RETURN_IF_ERROR(CheckDebtBefore(effect, pair));
    // Seen from both ends: whichever debt grows must stay under its creditor's line.
    if (record.kind != RecordKind::kOpeningBalances) {
      GEO_RETURN_IF_ERROR(CheckLimit(effect.before, effect.after, pair, effect.to));
      GEO_RETURN_IF_ERROR(CheckLimit(-effect.before, -effect.after, pair, effect.from));
    }
    const AmountSum moved = AmountSum{effect.after} - effect.before;
    deltas.emplace_back(effect.equivalent, effect.from, -moved);
    deltas.emplace_back(effect.equivalent, effect.to, moved);
    // The day's counter counts one way only.
    if (pays() && moved <= 0) return Violated("a payment that moves a debt backwards");
    const AmountSum paid = pays() ? moved : 0;
    if (effect.paid_after != SaturateCapacity(effect.paid_before + paid)) {
      return Violated("the day's counter does not move with the payment");
    }
    return OkStatus();
  }

  Status CheckDebtBefore(const DebtEffect& effect, const Pair* pair) const {
    Amount balance = 0;
    Amount paid = 0;
    if (pair != nullptr) {
      const Direction direction = pair->DirectionFrom(effect.from);
      balance = pair->owed(direction);
      paid = pair->paid(direction, DayOf(record.time));
    }
    if (balance != effect.before) return Violated("debt is not as the effect says");
    if (pays() && effect.paid_before != paid) {
      return Violated("the day's counter is not as the effect says");
    }
    return OkStatus();
  }

  // A debt that rises needs an active line of `creditor` that covers it. What a prepared payment
  // holds was promised before: its commit passes over a line that was frozen meanwhile.
  Status CheckLimit(Amount before, Amount after, const Pair* pair,
                    ParticipantIndex creditor) const {
    if (after <= before) return OkStatus();
    if (pair == nullptr) return after <= 0 ? OkStatus() : Violated("a debt without a line rises");
    const bool commits = record.kind == RecordKind::kCommitPayment;
    const LineIndex line = creditor == pair->a ? pair->line_ab : pair->line_ba;
    const LineRecord* live = state.Live(line);
    if (after > 0 && after > (commits && live != nullptr ? live->limit : state.ActiveLimit(line))) {
      return Violated("a debt rises above its line's limit");
    }
    const Amount reserved = creditor == pair->a ? pair->reserved_ba : pair->reserved_ab;
    if (commits || reserved == 0) return OkStatus();
    if (AmountSum{live == nullptr ? 0 : live->limit} - after < reserved) {
      return Violated("a debt takes what is reserved");
    }
    return OkStatus();
  }

  Status operator()(const ReservationEffect& effect) {
    touched.emplace_back(9, effect.equivalent, effect.from, effect.to);
    const std::optional<PairIndex> index =
        state.FindPair(PairKey::Of(effect.equivalent, effect.from, effect.to));
    if (!index.has_value()) {
      return Violated("a reservation between participants without a line or debt");
    }
    const Pair& pair = state.pairs[*index];
    const Direction direction = pair.DirectionFrom(effect.from);
    if (pair.reserved(direction) != effect.before || effect.after == effect.before) {
      return Violated("a reservation is not as the effect says");
    }
    if (effect.after < effect.before) {
      released.push_back({effect.from, effect.to, effect.before - effect.after});
      return OkStatus();
    }
    held.push_back({effect.from, effect.to, effect.after - effect.before});
    const Amount limit = state.ActiveLimit(pair.line_for(direction));
    if (AmountSum{limit} - pair.owed(direction) < effect.after) {
      return Violated("more is reserved than the line has room for");
    }
    return OkStatus();
  }

  Status operator()(const ProposalEffect& effect) {
    touched.emplace_back(10, 0, 0, 0);  // one proposal per record
    return CheckProposal(state, record, effect);
  }

  Status operator()(const AmountLimitsEffect& effect) {
    touched.emplace_back(11, effect.equivalent, 0, 0);
    const auto& limits = state.amount_limits;
    const bool any = effect.equivalent < limits.size();
    if (record.kind != RecordKind::kSetLimits || effect.equivalent >= equivalents ||
        effect.before != (any ? limits[effect.equivalent] : AmountLimits())) {
      return Violated("limits on amounts are not as the effect says");
    }
    return OkStatus();
  }

  Status operator()(const CountLimitsEffect& effect) {
    touched.emplace_back(12, 0, 0, 0);
    if (record.kind == RecordKind::kSetLimits && effect.before == state.count_limits) {
      return OkStatus();
    }
    return Violated("limits on numbers are not as the effect says");
  }

  Status operator()(const SequenceEffect& effect) {
    std::uint64_t last = 0;
    if (const auto participant = state.participant_by_pid.Find(effect.signer)) {
      touched.emplace_back(7, *participant, 0, 0);
      last = state.sequences[*participant];
    } else {
      const auto found = state.operator_sequences.find(effect.signer);
      if (found != state.operator_sequences.end()) last = found->second;
    }
    if (effect.before != last || effect.after <= last) {
      return Violated("a command sequence does not rise");
    }
    return OkStatus();
  }

  Status operator()(const TransactionEffect& effect) {
    touched.emplace_back(8, 0, 0, 0);  // one transaction per record
    const Transaction& after = effect.after;
    transaction = &effect;
    if (after.payer >= participants || after.payee >= participants || after.payer == after.payee ||
        after.equivalent >= equivalents || after.amount <= 0) {
      return Violated("a transaction between participants that cannot pay");
    }
    AmountSum total = 0;
    for (const Route& route : after.routes) {
      total += route.amount;
      if (route.amount <= 0 || route.participants.size() < 2 ||
          route.participants.front() != after.payer || route.participants.back() != after.payee) {
        return Violated("a route that does not lead from payer to payee");
      }
      for (const ParticipantIndex one : route.participants) {
        if (one >= participants) return Violated("a route over somebody who is not there");
      }
    }
    if (total != after.amount) return Violated("routes do not add up to the amount");
    return CheckState(effect);
  }

  // The states of spec 01 §6.7, each reached by its own kind of record.
  Status CheckState(const TransactionEffect& effect) const {
    const Transaction& after = effect.after;
    const auto known = state.prepared.find(after.id);
    if (!effect.before.has_value()) {
      if (known != state.prepared.end()) return Violated("a transaction id is used twice");
      const bool prepares = record.kind == RecordKind::kPreparePayment;
      const auto born = prepares ? TransactionState::kPrepared : TransactionState::kCommitted;
      if ((!prepares && record.kind != RecordKind::kPayment) || after.state != born ||
          prepares != after.hold.has_value()) {
        return Violated("a transaction is born in a state that its record cannot give it");
      }
      if (!prepares) return OkStatus();
      const Hold& hold = *after.hold;
      if (hold.expired || hold.prepared_at != record.time ||
          (hold.voted ? hold.expires_at != 0 : hold.expires_at <= hold.prepared_at)) {
        return Violated("a reservation with times that cannot be");
      }
      return OkStatus();
    }
    Transaction decided = after;
    decided.state = TransactionState::kPrepared;
    const bool expires = record.kind == RecordKind::kExpirePayment;
    if (decided.hold.has_value() && decided.hold->expired == expires) decided.hold->expired = false;
    if (*effect.before != TransactionState::kPrepared || known == state.prepared.end() ||
        decided != known->second) {
      return Violated("a transaction is not as the effect says");
    }
    return CheckDecision(after);
  }

  Status CheckDecision(const Transaction& after) const {
    const Hold& hold = *after.hold;
    const bool is_over = !hold.voted && hold.expires_at <= record.time;
    const bool aborts = after.state == TransactionState::kAborted;
    switch (record.kind) {
      case RecordKind::kCommitPayment:
        if (after.state == TransactionState::kCommitted && !is_over) return OkStatus();
        break;
      case RecordKind::kAbortPayment:
        if (aborts && !is_over) return OkStatus();
        break;
      case RecordKind::kExpirePayment:
        if (aborts && is_over) return OkStatus();
        break;
      default:
        break;
    }
    return Violated("a prepared payment ends in a state or at a time that its record cannot");
  }

  // A prepared payment holds its flows, its end releases them, and a commit moves them.
  Status CheckFlows() {
    const bool prepares = record.kind == RecordKind::kPreparePayment;
    const bool ends = record.kind == RecordKind::kCommitPayment ||
                      record.kind == RecordKind::kAbortPayment ||
                      record.kind == RecordKind::kExpirePayment;
    if (!prepares && !ends) {
      if (held.empty() && released.empty()) return OkStatus();
      return Violated("reservations change without a prepared payment");
    }
    if (transaction == nullptr) return Violated("a decision about no payment");
    const std::vector<Flow> flows = Sorted(FlowsOf(transaction->after.routes));
    if (Sorted(held) != (prepares ? flows : std::vector<Flow>()) ||
        Sorted(released) != (ends ? flows : std::vector<Flow>()) ||
        !ReservesOnlyIn(transaction->after.equivalent)) {
      return Violated("reservations differ from the routes");
    }
    std::vector<Flow> moved;
    for (const Effect& effect : record.effects) {
      const auto* debt = std::get_if<DebtEffect>(&effect);
      if (debt == nullptr) continue;
      const AmountSum amount = AmountSum{debt->after} - debt->before;
      if (debt->equivalent != transaction->after.equivalent || amount <= 0 || amount > kMaxAmount) {
        return Violated("a debt that the routes do not move");
      }
      moved.push_back({debt->from, debt->to, static_cast<Amount>(amount)});
    }
    const bool commits = record.kind == RecordKind::kCommitPayment;
    if (Sorted(std::move(moved)) == (commits ? flows : std::vector<Flow>())) return OkStatus();
    return Violated("debts differ from the routes");
  }

  bool ReservesOnlyIn(EquivalentIndex equivalent) const {
    return std::all_of(record.effects.begin(), record.effects.end(), [&](const Effect& effect) {
      const auto* reservation = std::get_if<ReservationEffect>(&effect);
      return reservation == nullptr || reservation->equivalent == equivalent;
    });
  }

  static std::vector<Flow> Sorted(std::vector<Flow> flows) {
    std::sort(flows.begin(), flows.end(), [](const Flow& x, const Flow& y) {
      return std::pair(x.from, x.to) < std::pair(y.from, y.to);
    });
    return flows;
  }

  // Payer −amount, payee +amount, everybody else 0 (spec 01 §8.1). Other records move no position,
  // except that opening balances bring them in.
  Status CheckDeltas() {
    if (record.kind == RecordKind::kOpeningBalances) return OkStatus();
    std::sort(deltas.begin(), deltas.end(),
              [](const Delta& x, const Delta& y) { return x.whose < y.whose; });
    std::size_t ends = 0;  // of the payment, that were met
    for (std::size_t i = 0; i < deltas.size();) {
      const Delta& first = deltas[i];
      AmountSum sum = 0;
      for (; i < deltas.size() && deltas[i].whose == first.whose; ++i) sum += deltas[i].amount;
      if (sum != ExpectedDelta(first)) return Violated("a net position changes by other than paid");
      if (sum != 0) ++ends;
    }
    if (pays() && ends != 2) return Violated("a payment that moves nothing");
    return OkStatus();
  }

  AmountSum ExpectedDelta(const Delta& delta) const {
    if (!pays() || transaction == nullptr || delta.equivalent() != transaction->after.equivalent) {
      return 0;
    }
    const Transaction& paid = transaction->after;
    if (delta.participant() == paid.payer) return -AmountSum{paid.amount};
    return delta.participant() == paid.payee ? paid.amount : AmountSum{0};
  }

  Status Finish() {
    std::sort(touched.begin(), touched.end());
    if (std::adjacent_find(touched.begin(), touched.end()) != touched.end()) {
      return Violated("a record touches one thing twice");
    }
    GEO_RETURN_IF_ERROR(CheckFlows());
    GEO_RETURN_IF_ERROR(CheckClearing(state, record));
    return CheckDeltas();
  }
};

// In two rounds, as the second place is known from the first.
void Ledger::Prefetch(std::span<const ReadRecord> records) const {
  const auto for_each_debt = [&](auto look) {
    for (const ReadRecord& one : records) ForEachDebt(one.record, look);
  };
  for_each_debt([&](const PairKey& key) { state_->pair_by_key.Prefetch(key); });
  for_each_debt([&](const PairKey& key) { state_->pair_by_key.PrefetchThing(key); });
}

Status Ledger::Check(const Record& record) const {
  if (!state_->coverage.empty()) return CheckReach(*state_, record);
  RecordCheck check(*state_, record);
  if (!check.founded()) return Violated("a record before the genesis");
  if (state_->founded && record.time < state_->last_time) {
    return Violated("a record dated before the one in front of it");
  }
  for (std::size_t i = 0; i < record.effects.size(); ++i) {
    const Status status = std::visit(check, record.effects[i]);
    if (!status.ok()) {
      return Violated("record " + std::to_string(record.seq) + " (" +
                      std::string(RecordKindName(record.kind)) + "), effect " + std::to_string(i) +
                      ": " + std::string(status.message()));
    }
  }
  Status status = check.Finish();
  if (status.ok()) return status;
  return Violated("record " + std::to_string(record.seq) + " (" +
                  std::string(RecordKindName(record.kind)) + "): " + std::string(status.message()));
}

}  // namespace geo
