#include "src/ledger/clearing_check.h"

#include <set>
#include <variant>

#include "geo/base/limits.h"
#include "src/base/status_macros.h"
#include "src/ledger/violated.h"

namespace geo {
namespace {

// Consents beside those that lines give.
using Accepted = std::vector<ParticipantIndex>;

// `owing` leads from the debtor to the creditor; a negative debt is one the other way.
Status CheckSide(const LedgerState& state, const Accepted& accepted, const Pair& pair,
                 Direction owing, Amount before, Amount after) {
  before = std::max<Amount>(before, 0);
  after = std::max<Amount>(after, 0);
  if (before == after) return OkStatus();
  const LineRecord* line = state.Live(pair.line_for(owing));
  if (line == nullptr || line->status != LineStatus::kActive) {
    return Violated("a debt is cleared that no active line covers");
  }
  const LinePolicy& policy = LedgerState::PolicyOf(*line);
  const bool accepts = std::binary_search(accepted.begin(), accepted.end(), line->owner);
  if (!policy.auto_clearing && !accepts) return Violated("a debt is cleared without consent");
  if (after > before && !policy.allow_growth) {
    return Violated("a clearing raises a debt whose line does not allow it");
  }
  return OkStatus();
}

Status CheckDebt(const LedgerState& state, const Accepted& accepted, const DebtEffect& effect) {
  const std::optional<PairIndex> index =
      state.FindPair(PairKey::Of(effect.equivalent, effect.from, effect.to));
  if (!index.has_value()) return Violated("a debt is cleared that is not there");
  const Pair& pair = state.pairs[*index];
  if (pair.reserved_ab != 0 || pair.reserved_ba != 0) {
    return Violated("a clearing touches a pair that a payment holds");
  }
  const Direction way = pair.DirectionFrom(effect.from);
  GEO_RETURN_IF_ERROR(CheckSide(state, accepted, pair, way, effect.before, effect.after));
  return CheckSide(state, accepted, pair, Reverse(way), -effect.before, -effect.after);
}

// What each debt of the cycle falls by.
Status CheckCycle(const Record& record, const Proposal& proposal) {
  std::set<std::pair<ParticipantIndex, ParticipantIndex>> cleared;
  for (const Effect& effect : record.effects) {
    const auto* debt = std::get_if<DebtEffect>(&effect);
    if (debt == nullptr) continue;
    const bool fits = debt->equivalent == proposal.equivalent && debt->after >= 0 &&
                      debt->before - debt->after == proposal.cleared;
    if (!fits) return Violated("a debt falls by other than what the proposal clears");
    cleared.emplace(debt->from, debt->to);
  }
  const auto& cycle = proposal.cycle;
  for (std::size_t i = 0; i < cycle.size(); ++i) {
    if (cleared.erase({cycle[i], cycle[(i + 1) % cycle.size()]}) == 0) {
      return Violated("a debt of the proposed cycle is not cleared");
    }
  }
  return cleared.empty() ? OkStatus() : Violated("a debt off the proposed cycle is cleared");
}

Status CheckNewProposal(const LedgerState& state, const Record& record, const Proposal& proposal) {
  std::set<ParticipantIndex> members(proposal.cycle.begin(), proposal.cycle.end());
  const bool in_range = proposal.cycle.size() >= 3 && proposal.cycle.size() <= kMaxCycleMembers &&
                        members.size() == proposal.cycle.size() &&
                        *members.rbegin() < state.participants.size() &&
                        proposal.equivalent < state.equivalents.size() && proposal.min_amount > 0;
  if (!in_range) return Violated("a proposal of what is no cycle");
  if (record.kind != RecordKind::kProposeClearing || state.proposals.contains(proposal.id) ||
      proposal.state != ProposalState::kProposed || !proposal.accepted.empty() ||
      proposal.cleared != 0 || proposal.proposed_at != record.time ||
      proposal.expires_at <= proposal.proposed_at) {
    return Violated("a proposal is born in a state that it cannot have");
  }
  return OkStatus();
}

// `after` is `known`, which one more may have accepted.
bool IsAccepted(const Proposal& known, const Proposal& after) {
  const std::size_t more = after.accepted.size() - known.accepted.size();
  if (after.accepted.size() < known.accepted.size() || more > 1) return false;
  const std::set<ParticipantIndex> members(after.cycle.begin(), after.cycle.end());
  return std::includes(after.accepted.begin(), after.accepted.end(), known.accepted.begin(),
                       known.accepted.end()) &&
         std::includes(members.begin(), members.end(), after.accepted.begin(),
                       after.accepted.end()) &&
         std::adjacent_find(after.accepted.begin(), after.accepted.end(), std::greater_equal<>()) ==
             after.accepted.end();
}

bool MayBecome(const Record& record, const Proposal& known, const Proposal& after) {
  const bool is_over = known.expires_at <= record.time;
  switch (record.kind) {
    case RecordKind::kAcceptClearing:
      return !is_over && IsAccepted(known, after) &&
             (after.state == ProposalState::kWaiting
                  ? after.cleared == 0 && after.accepted != known.accepted
                  : after.state == ProposalState::kCommitted && after.cleared >= after.min_amount);
    case RecordKind::kRejectClearing:
      return !is_over && after.state == ProposalState::kRejected &&
             after.accepted == known.accepted && after.cleared == 0;
    case RecordKind::kExpireProposal:
      return is_over && after.state == ProposalState::kExpired &&
             after.accepted == known.accepted && after.cleared == 0;
    default:
      return false;
  }
}

// The proposal that the record commits; null when it commits none.
const Proposal* CommittedBy(const Record& record) {
  for (const Effect& effect : record.effects) {
    const auto* proposal = std::get_if<ProposalEffect>(&effect);
    if (proposal != nullptr && proposal->after.state == ProposalState::kCommitted) {
      return &proposal->after;
    }
  }
  return nullptr;
}

bool IsAboutProposals(RecordKind kind) {
  return kind >= RecordKind::kProposeClearing && kind <= RecordKind::kExpireProposal;
}

}  // namespace

Status CheckProposal(const LedgerState& state, const Record& record, const ProposalEffect& effect) {
  if (!effect.before.has_value()) return CheckNewProposal(state, record, effect.after);
  const auto found = state.proposals.find(effect.after.id);
  if (found == state.proposals.end() || found->second.state != *effect.before) {
    return Violated("a proposal is not as the effect says");
  }
  const Proposal& known = found->second;
  Proposal same = effect.after;
  same.state = known.state;
  same.accepted = known.accepted;
  same.cleared = known.cleared;
  if (same != known) return Violated("a proposal's terms change");
  if (MayBecome(record, known, effect.after)) return OkStatus();
  return Violated("a proposal reaches a state that its record cannot give it");
}

Status CheckClearing(const LedgerState& state, const Record& record) {
  const bool about_proposal = IsAboutProposals(record.kind);
  if (record.kind != RecordKind::kClearing && !about_proposal) return OkStatus();
  const Proposal* committed = CommittedBy(record);
  const Accepted accepted = committed == nullptr ? Accepted() : committed->accepted;
  const DebtEffect* first = nullptr;
  bool has_proposal = false;
  for (const Effect& effect : record.effects) {
    if (std::holds_alternative<SequenceEffect>(effect)) continue;
    if (std::holds_alternative<ProposalEffect>(effect)) {
      has_proposal = true;
      continue;
    }
    const auto* debt = std::get_if<DebtEffect>(&effect);
    if (debt == nullptr) return Violated("a clearing changes something other than debts");
    if (first == nullptr) first = debt;
    if (debt->equivalent != first->equivalent) return Violated("a clearing crosses equivalents");
    GEO_RETURN_IF_ERROR(CheckDebt(state, accepted, *debt));
  }
  if (has_proposal != about_proposal) return Violated("a proposal in a record of another kind");
  if (committed != nullptr) return CheckCycle(record, *committed);
  if ((first != nullptr) == about_proposal) {
    return Violated(about_proposal ? "a debt is cleared before all have accepted"
                                   : "a clearing that clears nothing");
  }
  return OkStatus();
}

}  // namespace geo
