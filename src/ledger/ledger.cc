#include "geo/ledger/ledger.h"

#include <string>

#include "src/ledger/state.h"

namespace geo {

Ledger::Ledger() : state_(std::make_unique<LedgerState>()) {}
Ledger::~Ledger() = default;
Ledger::Ledger(Ledger&&) noexcept = default;
Ledger& Ledger::operator=(Ledger&&) noexcept = default;

bool Ledger::founded() const { return state_->founded; }

const Genesis& Ledger::genesis() const { return state_->genesis; }

std::size_t Ledger::participant_count() const { return state_->participants.size(); }

const Participant& Ledger::participant(ParticipantIndex index) const {
  return state_->participants[index];
}

std::optional<ParticipantIndex> Ledger::FindParticipant(const Pid& pid) const {
  const auto found = state_->participant_by_pid.find(pid);
  if (found == state_->participant_by_pid.end()) return std::nullopt;
  return found->second;
}

std::size_t Ledger::equivalent_count() const { return state_->equivalents.size(); }

const Equivalent& Ledger::equivalent(EquivalentIndex index) const {
  return state_->equivalents[index];
}

std::optional<EquivalentIndex> Ledger::FindEquivalent(const EquivalentCode& code) const {
  return state_->EquivalentByCode(code);
}

std::size_t Ledger::line_count() const { return state_->lines.size(); }

TrustLine Ledger::line(LineIndex index) const {
  const LineRecord& record = state_->lines[index];
  TrustLine line;
  line.id = record.id;
  line.equivalent = record.equivalent;
  line.owner = record.owner;
  line.debtor = record.debtor;
  line.status = record.status;
  line.limit = record.limit;
  line.policy = LedgerState::PolicyOf(record);
  line.created = record.created;
  line.updated = record.updated;
  return line;
}

LineStatus Ledger::line_status(LineIndex index) const { return state_->lines[index].status; }

Amount Ledger::line_limit(LineIndex index) const { return state_->lines[index].limit; }

const LinePolicy& Ledger::line_policy(LineIndex index) const {
  return LedgerState::PolicyOf(state_->lines[index]);
}

std::optional<LineIndex> Ledger::FindLine(const LineId& id) const {
  const auto found = state_->line_by_id.find(id);
  if (found == state_->line_by_id.end()) return std::nullopt;
  return found->second;
}

std::optional<LineIndex> Ledger::FindLatestLine(EquivalentIndex equivalent, ParticipantIndex owner,
                                                ParticipantIndex debtor) const {
  const std::optional<PairIndex> found = FindPair(equivalent, owner, debtor);
  if (!found.has_value()) return std::nullopt;
  const Pair& pair = state_->pairs[*found];
  const LineIndex line = pair.line_for(pair.DirectionFrom(debtor));
  if (line == kNoIndex) return std::nullopt;
  return line;
}

std::size_t Ledger::pair_count() const { return state_->pairs.size(); }

const Pair& Ledger::pair(PairIndex index) const { return state_->pairs[index]; }

std::optional<PairIndex> Ledger::FindPair(EquivalentIndex equivalent, ParticipantIndex x,
                                          ParticipantIndex y) const {
  return state_->FindPair(PairKey::Of(equivalent, x, y));
}

std::span<const PairIndex> Ledger::PairsOf(ParticipantIndex participant) const {
  return state_->pairs_of[participant];
}

std::vector<PairIndex> Ledger::DailyLimitedPairs() const {
  return {state_->daily_limited.begin(), state_->daily_limited.end()};
}

Timestamp Ledger::last_time() const { return state_->last_time; }

bool Ledger::has_payments() const { return state_->has_payments; }

std::uint64_t Ledger::LastSequence(const Pid& signer) const {
  if (const std::optional<ParticipantIndex> index = FindParticipant(signer)) {
    return state_->sequences[*index];
  }
  const auto found = state_->operator_sequences.find(signer);
  return found == state_->operator_sequences.end() ? 0 : found->second;
}

const Operator* Ledger::FindOperator(const Pid& pid) const {
  for (const Operator& one : state_->genesis.operators) {
    if (one.pid == pid) return &one;
  }
  return nullptr;
}

FlowCapacity Ledger::CapacityOf(PairIndex index, Direction direction, std::int64_t day) const {
  const Pair& pair = state_->pairs[index];
  const LineRecord* used = state_->Live(pair.line_for(direction));               // head→tail
  const LineRecord* opposite = state_->Live(pair.line_for(Reverse(direction)));  // tail→head
  const auto is_active = [](const LineRecord* line) {
    return line != nullptr && line->status == LineStatus::kActive;
  };
  const AmountSum owed = pair.owed(direction);
  const AmountSum debt = owed > 0 ? owed : 0;
  const AmountSum counter_debt = owed < 0 ? -owed : 0;
  const AmountSum fresh = is_active(used) ? AmountSum{used->limit} - debt : 0;
  const AmountSum held = pair.reserved(direction);

  FlowCapacity capacity;
  AmountSum most = kMaxAmount;
  if (used != nullptr) {
    const LinePolicy& policy = LedgerState::PolicyOf(*used);
    if (policy.max_single_payment) most = std::min<AmountSum>(most, *policy.max_single_payment);
    if (policy.daily_limit) {
      most = std::min<AmountSum>(most, AmountSum{*policy.daily_limit} - pair.paid(direction, day));
    }
    capacity.head_forbids = !policy.can_be_intermediate;
    capacity.max_hops = policy.max_hops.value_or(0);
    if (!policy.blocked_participants.empty()) capacity.blocked = &policy.blocked_participants;
  }
  if (opposite != nullptr) {
    capacity.tail_forbids = !LedgerState::PolicyOf(*opposite).can_be_intermediate;
  }
  const AmountSum carried = is_active(opposite) ? counter_debt : 0;
  capacity.direct = SaturateCapacity(std::min(fresh + counter_debt - held, most));
  capacity.transit = SaturateCapacity(std::min(fresh + carried - held, most));
  return capacity;
}

Balance Ledger::BalanceOf(ParticipantIndex participant, EquivalentIndex equivalent,
                          std::int64_t day) const {
  const auto is_active = [&](ParticipantIndex index) {
    return this->participant(index).status == ParticipantStatus::kActive;
  };
  const bool payments =
      is_active(participant) && this->equivalent(equivalent).status == EquivalentStatus::kActive;
  Balance balance;
  for (const PairIndex index : PairsOf(participant)) {
    const Pair& pair = state_->pairs[index];
    if (pair.equivalent != equivalent) continue;
    const Direction away = pair.DirectionFrom(participant);
    const Amount owed = pair.owed(away);
    (owed > 0 ? balance.total_debt : balance.total_credit) += owed > 0 ? owed : -owed;
    if (!payments || !is_active(pair.head(away))) continue;
    balance.available_to_spend += CapacityOf(index, away, day).direct;
    balance.available_to_receive += CapacityOf(index, Reverse(away), day).direct;
  }
  balance.net = balance.total_credit - balance.total_debt;
  return balance;
}

AmountSum Ledger::Position(ParticipantIndex participant, EquivalentIndex equivalent) const {
  if (equivalent >= state_->positions.size()) return 0;
  const std::vector<AmountSum>& row = state_->positions[equivalent];
  return participant < row.size() ? row[participant] : 0;
}

Status Ledger::CheckPositions() const {
  std::vector<std::vector<AmountSum>> fresh(equivalent_count());
  for (std::vector<AmountSum>& row : fresh) row.resize(participant_count());
  for (const Pair& pair : state_->pairs) {
    fresh[pair.equivalent][pair.a] -= pair.balance;
    fresh[pair.equivalent][pair.b] += pair.balance;
  }
  for (EquivalentIndex e = 0; e < equivalent_count(); ++e) {
    AmountSum total = 0;
    for (ParticipantIndex p = 0; p < participant_count(); ++p) {
      total += Position(p, e);
      if (fresh[e][p] == Position(p, e)) continue;
      return MakeError(ErrorCode::kInvariantViolated,
                       "position of " + FormatPid(participant(p).pid) + " in " +
                           std::string(equivalent(e).code.text()) + " is " +
                           FormatSum(Position(p, e), equivalent(e).precision) + ", its debts say " +
                           FormatSum(fresh[e][p], equivalent(e).precision));
    }
    if (total != 0) {
      return MakeError(ErrorCode::kInvariantViolated,
                       "positions in " + std::string(equivalent(e).code.text()) + " sum to " +
                           FormatSum(total, equivalent(e).precision) + " instead of zero");
    }
  }
  return OkStatus();
}

}  // namespace geo
