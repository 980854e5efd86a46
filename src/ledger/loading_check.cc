#include "src/ledger/loading_check.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "src/base/status_macros.h"

namespace geo {
namespace {

// Which things there are.
struct Reach {
  explicit Reach(const LedgerState& state)
      : participants(state.participants.size()),
        equivalents(state.equivalents.size()),
        lines(state.lines.size()) {}

  bool Has(ParticipantIndex one) const { return one < participants; }
  bool Has(EquivalentIndex equivalent, ParticipantIndex x, ParticipantIndex y) const {
    return equivalent < equivalents && x < participants && y < participants && x != y;
  }
  bool HasAll(const std::vector<ParticipantIndex>& some) const {
    return std::all_of(some.begin(), some.end(), [this](auto one) { return Has(one); });
  }
  bool Has(const Transaction& transaction) const {
    return Has(transaction.equivalent, transaction.payer, transaction.payee) &&
           (transaction.state != TransactionState::kPrepared || transaction.hold.has_value()) &&
           std::all_of(transaction.routes.begin(), transaction.routes.end(),
                       [this](const Route& route) { return HasAll(route.participants); });
  }
  bool Has(const Proposal& proposal) const {
    return proposal.equivalent < equivalents && HasAll(proposal.cycle) && HasAll(proposal.accepted);
  }

  std::size_t participants;
  std::size_t equivalents;
  std::size_t lines;
};

// Goes through the effects of one record. What earlier ones of the same record create counts.
struct ReachCheck {
  Reach reach;

  static bool IsNext(std::uint32_t index, std::size_t* count) {
    if (index > *count) return false;
    if (index == *count) ++*count;
    return true;
  }

  bool operator()(const GenesisEffect&) const { return true; }
  bool operator()(const ParticipantEffect& effect) {
    return IsNext(effect.index, &reach.participants);
  }
  bool operator()(const EquivalentEffect& effect) {
    return IsNext(effect.index, &reach.equivalents);
  }
  bool operator()(const LineEffect& effect) {
    const TrustLine& line = effect.after;
    return IsNext(effect.index, &reach.lines) &&
           reach.Has(line.equivalent, line.owner, line.debtor);
  }
  bool operator()(const DebtEffect& effect) const {
    return reach.Has(effect.equivalent, effect.from, effect.to);
  }
  bool operator()(const SequenceEffect&) const { return true; }
  bool operator()(const TransactionEffect& effect) const { return reach.Has(effect.after); }
  bool operator()(const ReservationEffect& effect) const {
    return reach.Has(effect.equivalent, effect.from, effect.to);
  }
  bool operator()(const ProposalEffect& effect) const { return reach.Has(effect.after); }
  bool operator()(const AmountLimitsEffect& effect) const {
    return effect.equivalent < reach.equivalents;
  }
  bool operator()(const CountLimitsEffect&) const { return true; }
};

Status CorruptSnapshot(std::string_view what) {
  return MakeError(ErrorCode::kRecordCorrupt, "snapshot: " + std::string(what));
}

// Whether `index` is none, or the line of `pair` that `owner` gives `debtor`.
bool IsLineOf(const LedgerState& state, const Pair& pair, LineIndex index, ParticipantIndex owner,
              ParticipantIndex debtor) {
  if (index == kNoIndex) return true;
  if (index >= state.lines.size()) return false;
  const LineRecord& line = state.lines[index];
  return line.owner == owner && line.debtor == debtor && line.equivalent == pair.equivalent;
}

Status CheckPairs(const LedgerState& state, const Reach& reach) {
  std::size_t live = 0;
  for (const Pair& pair : state.pairs) {
    if (!reach.Has(pair.equivalent, pair.a, pair.b) ||
        !IsLineOf(state, pair, pair.line_ab, pair.a, pair.b) ||
        !IsLineOf(state, pair, pair.line_ba, pair.b, pair.a)) {
      return CorruptSnapshot("a pair names a participant, line or equivalent that is not there");
    }
    live += (state.Live(pair.line_ab) != nullptr ? 1U : 0U) +
            (state.Live(pair.line_ba) != nullptr ? 1U : 0U);
  }
  for (const LineRecord& line : state.lines) {
    if (!reach.Has(line.equivalent, line.owner, line.debtor)) {
      return CorruptSnapshot("a line names a participant or equivalent that is not there");
    }
    if (line.status != LineStatus::kClosed) --live;
  }
  return live == 0 ? OkStatus() : CorruptSnapshot("a live line without its pair");
}

}  // namespace

Status CheckReach(const LedgerState& state, const Record& record) {
  ReachCheck check{Reach(state)};
  for (std::size_t i = 0; i < record.effects.size(); ++i) {
    if (std::visit(check, record.effects[i])) continue;
    return MakeError(ErrorCode::kInvariantViolated, "record " + std::to_string(record.seq) +
                                                        ", effect " + std::to_string(i) +
                                                        ": names something that is not there");
  }
  return OkStatus();
}

Status CheckLoaded(const LedgerState& state) {
  const Reach reach(state);
  GEO_RETURN_IF_ERROR(CheckPairs(state, reach));
  for (const auto& [id, transaction] : state.prepared) {
    if (!reach.Has(transaction)) return CorruptSnapshot("a prepared payment of what is not there");
  }
  for (const auto& [id, proposal] : state.proposals) {
    if (!reach.Has(proposal)) return CorruptSnapshot("a proposal about what is not there");
  }
  for (const auto& [payer, count] : state.payment_counts.by_payer) {
    if (!reach.Has(payer)) return CorruptSnapshot("payments of a participant that is not there");
  }
  if (state.amount_limits.size() > reach.equivalents) {
    return CorruptSnapshot("limits in an equivalent that is not there");
  }
  for (EquivalentIndex i = 0; i < state.positions.size(); ++i) {
    if (state.positions[i].size() <= state.member_count(i)) continue;
    return CorruptSnapshot("a position of a member that is not there");
  }
  return OkStatus();
}

}  // namespace geo
