#include "geo/ledger/ledger.h"

#include <map>
#include <set>
#include <string>
#include <utility>

#include "geo/ledger/flows.h"
#include "src/base/prefetch.h"
#include "src/ledger/state.h"

namespace geo {
namespace {

template <typename Waiting>
WaitingPage<Waiting> PageFrom(const ExpiryPlace& from, std::size_t max,
                              const std::set<ExpiryPlace>& places,
                              const std::map<TxId, Waiting>& waiting) {
  WaitingPage<Waiting> page;
  auto at = places.lower_bound(from);
  for (; at != places.end() && page.waiting.size() < max; ++at) {
    page.waiting.push_back(&waiting.at(at->id));
  }
  if (at != places.end()) page.next = *at;
  return page;
}

}  // namespace

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
  return state_->participant_by_pid.Find(pid);
}

std::size_t Ledger::equivalent_count() const { return state_->equivalents.size(); }

const Equivalent& Ledger::equivalent(EquivalentIndex index) const {
  return state_->equivalents[index];
}

std::optional<EquivalentIndex> Ledger::FindEquivalent(const EquivalentCode& code) const {
  return state_->EquivalentByCode(code);
}

std::size_t Ledger::member_count(EquivalentIndex equivalent) const {
  return state_->member_count(equivalent);
}

ParticipantIndex Ledger::member(EquivalentIndex equivalent, MemberIndex index) const {
  return state_->members[equivalent][index];
}

std::optional<MemberIndex> Ledger::FindMember(EquivalentIndex equivalent,
                                              ParticipantIndex participant) const {
  if (equivalent >= state_->members.size()) return std::nullopt;
  return state_->members[equivalent].Find(participant);
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
  return state_->line_by_id.Find(id);
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

PairMembers Ledger::MembersOf(PairIndex index) const { return state_->pair_members[index]; }

std::optional<PairIndex> Ledger::FindPair(EquivalentIndex equivalent, ParticipantIndex x,
                                          ParticipantIndex y) const {
  return state_->FindPair(PairKey::Of(equivalent, x, y));
}

std::span<const PairIndex> Ledger::PairsOf(ParticipantIndex participant) const {
  return state_->pairs_of[participant];
}

std::span<const PairIndex> Ledger::PairsIn(EquivalentIndex equivalent) const {
  if (equivalent >= state_->pairs_in.size()) return {};
  return state_->pairs_in[equivalent];
}

std::vector<PairIndex> Ledger::DailyLimitedPairs() const {
  return {state_->daily_limited.begin(), state_->daily_limited.end()};
}

Timestamp Ledger::last_time() const { return state_->last_time; }

bool Ledger::has_payments() const { return state_->has_payments; }

std::size_t Ledger::prepared_count() const { return state_->prepared.size(); }

std::size_t Ledger::prepared_bytes() const { return state_->prepared_bytes; }

std::size_t Ledger::PreparedBy(ParticipantIndex payer) const {
  const auto found = state_->prepared_by.find(payer);
  return found == state_->prepared_by.end() ? 0 : found->second;
}

const Transaction* Ledger::FindPrepared(const TxId& id) const {
  const auto found = state_->prepared.find(id);
  return found == state_->prepared.end() ? nullptr : &found->second;
}

WaitingPage<Transaction> Ledger::Prepared(const ExpiryPlace& from, std::size_t max) const {
  return PageFrom(from, max, state_->prepared_by_expiry, state_->prepared);
}

const Transaction* Ledger::FirstExpired(Timestamp now) const {
  if (state_->prepared_by_expiry.empty()) return nullptr;
  const Transaction& first = state_->prepared.at(state_->prepared_by_expiry.begin()->id);
  return !first.hold->voted && first.hold->expires_at <= now ? &first : nullptr;
}

std::size_t Ledger::proposal_count() const { return state_->proposals.size(); }

std::size_t Ledger::ProposedBy(const Pid& proposer) const {
  const auto found = state_->proposed_by.find(proposer);
  return found == state_->proposed_by.end() ? 0 : found->second;
}

const Proposal* Ledger::FindProposal(const TxId& id) const {
  const auto found = state_->proposals.find(id);
  return found == state_->proposals.end() ? nullptr : &found->second;
}

WaitingPage<Proposal> Ledger::Proposals(const ExpiryPlace& from, std::size_t max) const {
  return PageFrom(from, max, state_->proposals_by_expiry, state_->proposals);
}

const Proposal* Ledger::FirstExpiredProposal(Timestamp now) const {
  const auto first = state_->proposals_by_expiry.begin();
  if (first == state_->proposals_by_expiry.end() || first->expires_at > now) return nullptr;
  return &state_->proposals.at(first->id);
}

const CountLimits& Ledger::count_limits() const { return state_->count_limits; }

const AmountLimits& Ledger::amount_limits(EquivalentIndex equivalent) const {
  static const AmountLimits kNone;
  const auto& limits = state_->amount_limits;
  return equivalent < limits.size() ? limits[equivalent] : kNone;
}

std::size_t Ledger::LiveLinesOf(ParticipantIndex owner) const { return state_->live_lines[owner]; }

std::uint32_t Ledger::PaymentsOn(ParticipantIndex payer, std::int64_t day) const {
  const PaymentCounts& counts = state_->payment_counts;
  const auto found = counts.by_payer.find(payer);
  return day == counts.day && found != counts.by_payer.end() ? found->second : 0;
}

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

void Ledger::Prefetch(const Pid& pid) const { state_->participant_by_pid.Prefetch(pid); }

void Ledger::Prefetch(ParticipantIndex participant) const {
  if (participant >= state_->participants.size()) return;
  PrefetchMemory(&state_->participants[participant].status);
}

void Ledger::PrefetchPair(EquivalentIndex equivalent, ParticipantIndex x,
                          ParticipantIndex y) const {
  state_->pair_by_key.Prefetch(PairKey::Of(equivalent, x, y));
}

void Ledger::PrefetchAround(PairIndex pair) const {
  if (pair < state_->pairs.size()) state_->PrefetchAround(pair);
}

namespace {

// fresh + back − held as a capacity; only amounts close to the largest need more than 64 bits.
Amount Room(Amount fresh, Amount back, Amount held) {
  Amount sum = 0;
  if (__builtin_add_overflow(fresh, back, &sum) || __builtin_sub_overflow(sum, held, &sum)) {
    return SaturateCapacity(AmountSum{fresh} + back - held);
  }
  return std::max<Amount>(sum, 0);
}

// What a line's own policy lets through.
Amount MostUnder(const LinePolicy& policy, const Pair& pair, Direction direction,
                 std::int64_t day) {
  Amount most = policy.max_single_payment.value_or(kMaxAmount);
  if (policy.daily_limit) {
    const AmountSum moved = AmountSum{pair.paid(direction, day)} + pair.reserved(direction);
    most = std::min(most, SaturateCapacity(*policy.daily_limit - moved));
  }
  return most;
}

}  // namespace

FlowCapacity Ledger::CapacityOf(PairIndex index, Direction direction, std::int64_t day) const {
  const Pair& pair = state_->pairs[index];
  const LineRecord* used = state_->Live(pair.line_for(direction));               // head→tail
  const LineRecord* opposite = state_->Live(pair.line_for(Reverse(direction)));  // tail→head
  const auto is_active = [](const LineRecord* line) {
    return line != nullptr && line->status == LineStatus::kActive;
  };
  const Amount owed = pair.owed(direction);
  const Amount counter_debt = std::max<Amount>(-owed, 0);
  const Amount fresh = is_active(used) ? used->limit - std::max<Amount>(owed, 0) : 0;
  const Amount held = pair.reserved(direction);

  FlowCapacity capacity;
  capacity.exists = is_active(used) || owed < 0;
  capacity.carries = is_active(used) || is_active(opposite);
  capacity.direct = Room(fresh, counter_debt, held);
  capacity.relaxed = is_active(opposite) ? capacity.direct : Room(fresh, 0, held);
  capacity.transit = capacity.relaxed;
  if (used != nullptr && used->policy != nullptr) {
    const LinePolicy& policy = *used->policy;
    const Amount most = MostUnder(policy, pair, direction, day);
    capacity.direct = std::min(capacity.direct, most);
    capacity.transit = std::min(capacity.transit, most);
    capacity.head_forbids = !policy.can_be_intermediate;
    capacity.max_hops = policy.max_hops.value_or(0);
    if (!policy.blocked_participants.empty()) capacity.blocked = &policy.blocked_participants;
  }
  if (opposite != nullptr && opposite->policy != nullptr) {
    capacity.tail_forbids = !opposite->policy->can_be_intermediate;
  }
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
  const std::optional<MemberIndex> member = FindMember(equivalent, participant);
  if (!member.has_value() || equivalent >= state_->positions.size()) return 0;
  const std::vector<AmountSum>& row = state_->positions[equivalent];
  return *member < row.size() ? row[*member] : 0;
}

std::vector<std::vector<AmountSum>> Ledger::SumPairs() const {
  std::vector<std::vector<AmountSum>> fresh(equivalent_count());
  for (EquivalentIndex e = 0; e < equivalent_count(); ++e) fresh[e].resize(member_count(e));
  for (PairIndex i = 0; i < pair_count(); ++i) {
    const auto [a, b] = MembersOf(i);
    fresh[pair(i).equivalent][a] -= pair(i).balance;
    fresh[pair(i).equivalent][b] += pair(i).balance;
  }
  return fresh;
}

Status Ledger::CheckPositions() const {
  const std::vector<std::vector<AmountSum>> fresh = SumPairs();
  for (EquivalentIndex e = 0; e < equivalent_count(); ++e) {
    AmountSum total = 0;
    for (MemberIndex m = 0; m < fresh[e].size(); ++m) {
      const AmountSum position = Position(member(e, m), e);
      total += position;
      if (fresh[e][m] == position) continue;
      return MakeError(ErrorCode::kInvariantViolated,
                       "position of " + FormatPid(participant(member(e, m)).pid) + " in " +
                           std::string(equivalent(e).code.text()) + " is " +
                           FormatSum(position, equivalent(e).precision) + ", its debts say " +
                           FormatSum(fresh[e][m], equivalent(e).precision));
    }
    if (total != 0) {
      return MakeError(ErrorCode::kInvariantViolated,
                       "positions in " + std::string(equivalent(e).code.text()) + " sum to " +
                           FormatSum(total, equivalent(e).precision) + " instead of zero");
    }
  }
  return OkStatus();
}

Status Ledger::CheckReservations() const {
  std::map<std::pair<PairIndex, Direction>, AmountSum> held;
  for (const auto& [id, transaction] : state_->prepared) {
    for (const Flow& flow : FlowsOf(transaction.routes)) {
      const std::optional<PairIndex> index = FindPair(transaction.equivalent, flow.from, flow.to);
      if (!index.has_value()) {
        return MakeError(ErrorCode::kInvariantViolated,
                         "payment " + std::string(id.text()) + " holds a pair that is not there");
      }
      held[{*index, pair(*index).DirectionFrom(flow.from)}] += flow.amount;
    }
  }
  for (PairIndex i = 0; i < pair_count(); ++i) {
    for (const Direction direction : {Direction::kForward, Direction::kBackward}) {
      const Pair& one = pair(i);
      const Amount reserved = one.reserved(direction);
      const auto found = held.find({i, direction});
      const AmountSum sum = found == held.end() ? 0 : found->second;
      const LineRecord* line = state_->Live(one.line_for(direction));
      const AmountSum room =
          AmountSum{line == nullptr ? 0 : line->limit} - one.owed(direction) - reserved;
      if (sum == reserved && (reserved == 0 || room >= 0)) continue;
      return MakeError(ErrorCode::kInvariantViolated,
                       "between " + FormatPid(participant(one.tail(direction)).pid) + " and " +
                           FormatPid(participant(one.head(direction)).pid) + " " +
                           std::to_string(reserved) + " minor units are reserved, prepared " +
                           "payments hold " + FormatSum(sum, 0) +
                           (room < 0 ? ", and the line has no room for it" : ""));
    }
  }
  return OkStatus();
}

}  // namespace geo
