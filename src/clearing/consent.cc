#include "geo/clearing/consent.h"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include "geo/base/bytes.h"
#include "geo/base/limits.h"
#include "geo/clearing/clearing.h"
#include "geo/crypto/hash.h"
#include "src/base/id_taken.h"
#include "src/base/status_macros.h"
#include "src/clearing/legal.h"
#include "src/clearing/resolve.h"

namespace geo {
namespace {

// One debt of a cycle.
struct Link {
  const Pair* pair = nullptr;  // null: the two never had anything to do with each other
  Direction owing = Direction::kForward;
  ParticipantIndex creditor = kNoIndex;

  Amount owed() const { return pair == nullptr ? 0 : std::max<Amount>(pair->owed(owing), 0); }
  LineIndex line() const { return pair == nullptr ? kNoIndex : pair->line_for(owing); }
};

std::vector<Link> LinksOf(const Ledger& ledger, EquivalentIndex equivalent,
                          const std::vector<ParticipantIndex>& cycle) {
  std::vector<Link> links;
  for (std::size_t i = 0; i < cycle.size(); ++i) {
    Link link;
    link.creditor = cycle[(i + 1) % cycle.size()];
    if (const auto index = ledger.FindPair(equivalent, cycle[i], link.creditor)) {
      link.pair = &ledger.pair(*index);
      link.owing = link.pair->DirectionFrom(cycle[i]);
    }
    links.push_back(link);
  }
  return links;
}

bool IsActive(const Ledger& ledger, const Link& link) {
  return link.line() != kNoIndex && ledger.line_status(link.line()) == LineStatus::kActive;
}

// What could be cleared if everybody consented; reservations count when `now`.
Amount Fitting(const Ledger& ledger, const std::vector<Link>& links, bool now) {
  Amount least = kMaxAmount;
  for (const Link& link : links) {
    if (!IsActive(ledger, link) || (now && Reserved(*link.pair))) return 0;
    least = std::min(least, link.owed());
  }
  return least;
}

bool IsOperator(const Ledger& ledger, const Pid& pid) {
  const Operator* one = ledger.FindOperator(pid);
  return one != nullptr && one->role != OperatorRole::kAuditor;
}

bool IsOn(const std::vector<ParticipantIndex>& cycle, ParticipantIndex participant) {
  return std::find(cycle.begin(), cycle.end(), participant) != cycle.end();
}

Status NotTheirs(const Pid& signer, const char* who) {
  return MakeError(ErrorCode::kNotPermitted, FormatPid(signer) + " is not " + std::string(who));
}

// The signer as somebody on the cycle. Errors: NotPermitted.
StatusOr<ParticipantIndex> Member(const Ledger& ledger, const Pid& signer,
                                  const std::vector<ParticipantIndex>& cycle) {
  const std::optional<ParticipantIndex> index = ledger.FindParticipant(signer);
  if (!index.has_value() || !IsOn(cycle, *index)) return NotTheirs(signer, "on the cycle");
  return *index;
}

Status CheckActive(const Ledger& ledger, ParticipantIndex member) {
  const Participant& participant = ledger.participant(member);
  if (participant.status == ParticipantStatus::kActive) return OkStatus();
  return MakeError(ErrorCode::kParticipantNotActive,
                   "participant " + FormatPid(participant.pid) + " is not active but " +
                       std::string(ParticipantStatusName(participant.status)));
}

StatusOr<Duration> LifetimeOf(const ProposeClearing& propose, const ProposalDefaults& defaults) {
  const Duration lifetime = propose.lifetime.value_or(defaults.lifetime);
  if (lifetime >= defaults.shortest_lifetime && lifetime <= defaults.longest_lifetime &&
      lifetime % kSecond == 0) {
    return lifetime;
  }
  return MakeError(ErrorCode::kInvalidArgument,
                   "a proposal of " + std::to_string(lifetime) + " microseconds; whole seconds" +
                       " from " + std::to_string(defaults.shortest_lifetime / kSecond) + " to " +
                       std::to_string(defaults.longest_lifetime / kSecond) + " are taken");
}

Status CheckProposable(const Ledger& ledger, const Proposal& proposal) {
  const std::vector<Link> links = LinksOf(ledger, proposal.equivalent, proposal.cycle);
  const Amount fits = Fitting(ledger, links, false);
  if (fits == 0) {
    return MakeError(ErrorCode::kStatusConflict,
                     "not a cycle of debts, debtor to creditor, each under an active line");
  }
  if (fits < proposal.min_amount) {
    return MakeError(ErrorCode::kStatusConflict,
                     "the least debt on the cycle is " + std::to_string(fits) +
                         " minor units; the proposal wants " + std::to_string(proposal.min_amount));
  }
  if (!AwaitedBy(ledger, proposal).empty()) return OkStatus();
  return MakeError(ErrorCode::kStatusConflict,
                   "nobody has to be asked: the cycle can be cleared as it is");
}

std::vector<Effect> ClearingEffects(const std::vector<Link>& links, Amount amount) {
  std::vector<Effect> effects;
  effects.reserve(links.size());
  for (const Link& link : links) {
    effects.emplace_back(ChangeOfDebt(*link.pair, link.owing, link.owed() - amount));
  }
  return effects;
}

ProposalPlan Change(RecordKind kind, const Proposal& stored, Proposal after) {
  ProposalPlan plan;
  plan.kind = kind;
  plan.effects.emplace_back(ProposalEffect{stored.state, after});
  plan.proposal = std::move(after);
  return plan;
}

bool CanChange(const Proposal& proposal) {
  return proposal.state == ProposalState::kProposed || proposal.state == ProposalState::kWaiting;
}

Status IsFinal(const Proposal& proposal) {
  const char* how = proposal.state == ProposalState::kCommitted  ? "cleared"
                    : proposal.state == ProposalState::kRejected ? "rejected"
                                                                 : "expired";
  return MakeError(ErrorCode::kTransactionFinal,
                   "proposal " + std::string(proposal.id.text()) + " is " + how + " already");
}

}  // namespace

Hash256 TermsOf(const Ledger& ledger, const Proposal& proposal) {
  std::string bytes;
  ByteWriter writer(&bytes);
  writer.Bytes("geo/clearing-terms/1");
  writer.Bytes(ledger.genesis().network);
  writer.Bytes(proposal.id.text());
  writer.Bytes(ledger.equivalent(proposal.equivalent).code.text());
  writer.Varint(proposal.cycle.size());
  for (const ParticipantIndex one : proposal.cycle) writer.Fixed(ledger.participant(one).pid);
  writer.Varint(static_cast<std::uint64_t>(proposal.min_amount));
  writer.Signed(proposal.expires_at);
  return Blake2b(bytes);
}

std::vector<ParticipantIndex> AwaitedBy(const Ledger& ledger, const Proposal& proposal) {
  std::vector<ParticipantIndex> awaited;
  for (const Link& link : LinksOf(ledger, proposal.equivalent, proposal.cycle)) {
    const bool consents =
        link.line() == kNoIndex || ledger.line_policy(link.line()).auto_clearing ||
        std::binary_search(proposal.accepted.begin(), proposal.accepted.end(), link.creditor);
    if (!consents) awaited.push_back(link.creditor);
  }
  std::sort(awaited.begin(), awaited.end());
  return awaited;
}

bool Concerns(const Ledger& ledger, const Proposal& proposal, const Pid& who) {
  if (who == proposal.proposer || IsOperator(ledger, who)) return true;
  const std::optional<ParticipantIndex> index = ledger.FindParticipant(who);
  return index.has_value() && IsOn(proposal.cycle, *index);
}

// That there is room, and that one member's proposals leave some for those of others.
static Status CheckRoom(const Ledger& ledger, const Pid& signer, const ProposalDefaults& defaults) {
  if (ledger.proposal_count() >= kMaxProposals) {
    return MakeError(ErrorCode::kTooLarge,
                     std::to_string(kMaxProposals) + " proposals wait already");
  }
  if (IsOperator(ledger, signer)) return OkStatus();
  const std::size_t own = ledger.ProposedBy(signer);
  if (own < defaults.max_waiting_per_proposer) return OkStatus();
  return MakeError(ErrorCode::kTooLarge, std::to_string(own) + " proposals of " +
                                             FormatPid(signer) + " wait already; each may have " +
                                             std::to_string(defaults.max_waiting_per_proposer));
}

Status CheckSyntax(const ProposeClearing& propose) {
  if (propose.id.text().empty()) {
    return MakeError(ErrorCode::kTxIdSyntax, "a proposal needs an id");
  }
  GEO_RETURN_IF_ERROR(CheckCycle(propose.cycle));
  return propose.min_amount.has_value() ? CheckPositiveAmountSyntax(*propose.min_amount)
                                        : OkStatus();
}

StatusOr<ProposalPlan> PlanProposal(const Ledger& ledger, const Pid& signer, Timestamp now,
                                    const ProposeClearing& propose,
                                    const ProposalDefaults& defaults) {
  GEO_RETURN_IF_ERROR(CheckSyntax(propose));
  Proposal proposal;
  proposal.id = propose.id;
  proposal.proposer = signer;
  GEO_ASSIGN_OR_RETURN(const Duration lifetime, LifetimeOf(propose, defaults));
  GEO_ASSIGN_OR_RETURN(proposal.cycle, ResolveCycle(ledger, propose.cycle));
  if (!IsOperator(ledger, signer)) {
    GEO_ASSIGN_OR_RETURN(const ParticipantIndex member, Member(ledger, signer, proposal.cycle));
    GEO_RETURN_IF_ERROR(CheckActive(ledger, member));
  }
  GEO_ASSIGN_OR_RETURN(proposal.equivalent, ResolveEquivalent(ledger, propose.equivalent));
  GEO_ASSIGN_OR_RETURN(proposal.min_amount,
                       ResolveMinimum(ledger, proposal.equivalent, propose.min_amount));
  GEO_RETURN_IF_ERROR(CheckRoom(ledger, signer, defaults));
  if (now > std::numeric_limits<Timestamp>::max() - lifetime) {
    return MakeError(ErrorCode::kInvalidArgument, "a proposal beyond the last time there is");
  }
  proposal.proposed_at = now;
  proposal.expires_at = now + lifetime;
  proposal.default_lifetime = !propose.lifetime.has_value();
  GEO_RETURN_IF_ERROR(CheckProposable(ledger, proposal));
  ProposalPlan plan;
  plan.effects.emplace_back(ProposalEffect{std::nullopt, proposal});
  plan.proposal = std::move(proposal);
  return plan;
}

Status CheckSameProposal(const Ledger& ledger, const Proposal& stored, const Pid& signer,
                         const ProposeClearing& propose) {
  const auto differs = [&](ErrorCode code, const char* what) {
    return MakeError(code, "id " + std::string(stored.id.text()) + " was used for " + what);
  };
  if (stored.proposer != signer) return IdTaken(stored.id);
  if (ledger.equivalent(stored.equivalent).code != propose.equivalent) {
    return differs(ErrorCode::kTxIdOtherEquivalent, "another equivalent");
  }
  GEO_ASSIGN_OR_RETURN(const std::vector<ParticipantIndex> cycle,
                       ResolveCycle(ledger, propose.cycle));
  if (cycle != stored.cycle) return differs(ErrorCode::kTxIdOtherRoutes, "another cycle");
  GEO_ASSIGN_OR_RETURN(const Amount least,
                       ResolveMinimum(ledger, stored.equivalent, propose.min_amount));
  if (least != stored.min_amount) return differs(ErrorCode::kTxIdOtherAmount, "another minimum");
  const Duration lifetime = stored.expires_at - stored.proposed_at;
  const bool by_default = !propose.lifetime.has_value();
  if (by_default == stored.default_lifetime && propose.lifetime.value_or(lifetime) == lifetime) {
    return OkStatus();
  }
  return differs(ErrorCode::kTxIdOtherLifetime, "another lifetime");
}

// What is decided is answered, whoever he is by now; only who may act answers what is open
// (spec 01 §6.3).
StatusOr<std::optional<ProposalPlan>> PlanAcceptance(const Ledger& ledger, const Pid& signer,
                                                     const Proposal& stored, const Hash256& terms) {
  GEO_ASSIGN_OR_RETURN(const ParticipantIndex member, Member(ledger, signer, stored.cycle));
  if (CanChange(stored)) GEO_RETURN_IF_ERROR(CheckActive(ledger, member));
  if (terms != TermsOf(ledger, stored)) {
    return MakeError(ErrorCode::kStatusConflict,
                     "the acceptance is for other terms than those of the proposal");
  }
  if (stored.state == ProposalState::kCommitted) return std::optional<ProposalPlan>();
  if (!CanChange(stored)) return IsFinal(stored);
  Proposal after = stored;
  after.state = ProposalState::kWaiting;
  const auto at = std::lower_bound(after.accepted.begin(), after.accepted.end(), member);
  const bool is_new = at == after.accepted.end() || *at != member;
  if (is_new) after.accepted.insert(at, member);
  const std::vector<Link> links = LinksOf(ledger, stored.equivalent, stored.cycle);
  const bool open = ledger.equivalent(stored.equivalent).status == EquivalentStatus::kActive;
  const Amount fits = open ? Fitting(ledger, links, true) : 0;
  if (AwaitedBy(ledger, after).empty() && fits >= stored.min_amount) {
    after.state = ProposalState::kCommitted;
    after.cleared = fits;
  } else if (!is_new) {
    return std::optional<ProposalPlan>();
  }
  ProposalPlan plan = Change(RecordKind::kAcceptClearing, stored, std::move(after));
  if (plan.proposal.state == ProposalState::kCommitted) {
    std::vector<Effect> cleared = ClearingEffects(links, fits);
    std::move(cleared.begin(), cleared.end(), std::back_inserter(plan.effects));
  }
  return std::optional<ProposalPlan>(std::move(plan));
}

StatusOr<std::optional<ProposalPlan>> PlanRejection(const Ledger& ledger, const Pid& signer,
                                                    const Proposal& stored) {
  if (signer != stored.proposer && !IsOperator(ledger, signer)) {
    GEO_ASSIGN_OR_RETURN(const ParticipantIndex member, Member(ledger, signer, stored.cycle));
    if (CanChange(stored)) GEO_RETURN_IF_ERROR(CheckActive(ledger, member));
  }
  if (stored.state == ProposalState::kCommitted) return IsFinal(stored);
  if (!CanChange(stored)) return std::optional<ProposalPlan>();
  Proposal after = stored;
  after.state = ProposalState::kRejected;
  return std::optional<ProposalPlan>(Change(RecordKind::kRejectClearing, stored, std::move(after)));
}

ProposalPlan PlanProposalExpiry(const Proposal& stored) {
  Proposal after = stored;
  after.state = ProposalState::kExpired;
  return Change(RecordKind::kExpireProposal, stored, std::move(after));
}

}  // namespace geo
