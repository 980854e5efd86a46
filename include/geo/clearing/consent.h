// Cycles that need somebody's consent (spec 01 §7.5): proposed, accepted by signature, cleared.
//
//   proposed ──first acceptance──▶ waiting ──last acceptance──▶ committed
//       └───────────┴── rejection ──▶ rejected      └── time is up ──▶ expired
//
// Whose acceptance is needed follows from the lines as they are at the time: the owner of every
// line on the cycle that says `auto_clearing: false`. Everybody on the cycle owns one of its lines,
// so anybody of them may accept beforehand, and anybody may reject. With the last acceptance that
// is needed the cycle is cleared, in the same record, by the amount that still fits. When it does
// not fit (less than the minimum is left, a line is not active, a payment holds a pair) the
// proposal goes on waiting; any acceptance sent again tries once more, until it expires. Nothing
// expires by the clock alone: expiry is a record.
#ifndef GEO_CLEARING_CONSENT_H_
#define GEO_CLEARING_CONSENT_H_

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "geo/base/amount.h"
#include "geo/base/ids.h"
#include "geo/base/status.h"
#include "geo/base/time.h"
#include "geo/journal/entity.h"
#include "geo/journal/record.h"
#include "geo/ledger/ledger.h"

namespace geo {

// By an operator, or by somebody on the cycle.
struct ProposeClearing {
  TxId id;  // new, among payments too
  EquivalentCode equivalent;
  std::vector<Pid> cycle;                      // debtor→creditor, 3–32, no repeats
  std::optional<AmountInput> min_amount = {};  // less is not worth it; none: one minor unit
  std::optional<Duration> lifetime = {};       // whole seconds within ProposalDefaults
};

// By somebody on the cycle. `terms` is TermsOf the proposal: his signature holds for these and no
// others.
struct AcceptClearing {
  TxId id;
  Hash256 terms;
};

// By somebody on the cycle, the proposer, or an operator. Anybody else is told that there is no
// such proposal.
struct RejectClearing {
  TxId id;
};

// 1 s ≤ shortest_lifetime ≤ lifetime ≤ longest_lifetime ≤ 366 days.
struct ProposalDefaults {
  Duration lifetime = 7 * kDay;
  Duration shortest_lifetime = kMinute;  // what may be asked for
  Duration longest_lifetime = 366 * kDay;
  // So many may wait that one participant made; more is TooLarge. Operators are not counted. Of the
  // kMaxProposals that may wait in all nobody can so keep the others out.
  std::size_t max_waiting_per_proposer = 256;
};

// What is to be recorded.
struct ProposalPlan {
  RecordKind kind = RecordKind::kProposeClearing;
  std::vector<Effect> effects;
  Proposal proposal;  // as it then is
};

// What an acceptance signs: BLAKE2b-256 over network name, id, equivalent, the pids of the cycle in
// order, minimum and expiry (docs/formats.md). `proposal` must be of this ledger.
Hash256 TermsOf(const Ledger& ledger, const Proposal& proposal);

// Whose acceptance is missing now, ascending. O(length).
std::vector<ParticipantIndex> AwaitedBy(const Ledger& ledger, const Proposal& proposal);

// Whether `who` may know of the proposal: he is on its cycle, made it, or is an operator who is no
// auditor. O(length).
bool Concerns(const Ledger& ledger, const Proposal& proposal, const Pid& who);

// What is wrong with the command alone, as far as it shows without the equivalent's precision and
// the hub's lifetimes. Pure. Errors: TxIdSyntax (no id), TooLarge and InvalidArgument (the cycle),
// those of amounts.
Status CheckSyntax(const ProposeClearing& propose);

// Plans a proposal by `signer`, recorded at `now`. O(proposals that wait). Errors: those of
// CheckSyntax; InvalidArgument (a lifetime out of range), UnknownParticipant, ParticipantNotActive
// (of the signer), NotPermitted, UnknownEquivalent, EquivalentNotActive, those of amounts; TooLarge
// (kMaxProposals wait, or max_waiting_per_proposer of the signer's); StatusConflict: not a cycle of
// debts of at least the minimum under active lines now, or one that needs nobody's consent.
StatusOr<ProposalPlan> PlanProposal(const Ledger& ledger, const Pid& signer, Timestamp now,
                                    const ProposeClearing& propose,
                                    const ProposalDefaults& defaults);

// Whether `propose` by `signer` is the very proposal that is stored. Errors: TxIdReused to anybody
// but its proposer, to him TxIdOtherEquivalent, …Routes (the cycle), …Amount, …Lifetime; before
// them what is wrong with the cycle or the amount itself, as PlanProposal.
Status CheckSameProposal(const Ledger& ledger, const Proposal& stored, const Pid& signer,
                         const ProposeClearing& propose);

// What an acceptance, a rejection or the end of its time changes in `stored`; nothing when the
// answer stands already. Errors: NotPermitted, ParticipantNotActive (while it is open);
// StatusConflict (signed for other terms); TransactionFinal (accepted after a rejection or expiry,
// rejected after it was cleared).
StatusOr<std::optional<ProposalPlan>> PlanAcceptance(const Ledger& ledger, const Pid& signer,
                                                     const Proposal& stored, const Hash256& terms);
StatusOr<std::optional<ProposalPlan>> PlanRejection(const Ledger& ledger, const Pid& signer,
                                                    const Proposal& stored);
ProposalPlan PlanProposalExpiry(const Proposal& stored);

}  // namespace geo

#endif  // GEO_CLEARING_CONSENT_H_
