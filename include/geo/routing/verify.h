// Checks answers of a router without a router: small, slow, and independent of it and of its graph.
#ifndef GEO_ROUTING_VERIFY_H_
#define GEO_ROUTING_VERIFY_H_

#include <cstdint>

#include "geo/base/status.h"
#include "geo/ledger/ledger.h"
#include "geo/routing/router.h"

namespace geo {

// Whether `plan` answers `request` on UTC day `day` in the state of `ledger`: simple routes from
// payer to payee whose positive amounts add up to the request's; at most max_paths routes of at
// most max_hops; nobody avoided, only those within, only active ones; no pair in both directions;
// and on the combined flow the capacity (spec 01 §4.6) and the policies (§4.3) of every line used.
// Plans from elsewhere (spec 01 §6.5) are checked by the same call.
//
// Errors: PlanInvalid (the plan breaks its request or a policy; the message says which rule and
// where), InsufficientCapacity (it is well-formed but some pair, or a line's limit on amounts,
// cannot carry it), ParticipantNotActive, NoRoute (two neighbours without a line or debt),
// LineNotActive (with only a frozen one: §5.2), InvalidArgument (unknown indices). O(hops of the
// plan · log of them); a line that bars participants adds, for each route over it, hops · barred.
Status VerifyPlan(const Ledger& ledger, std::int64_t day, const RouteRequest& request,
                  const Plan& plan);

// Whether what `refusal` says about `request` is so. kSenderLimit, kReceiverLimit, kNotConnected
// and kNetworkCut are proofs that it is impossible: the sum, the search or the cut is done again,
// on the ledger. For kHopLimit, kPathLimit and kPolicy the witness is verified under what is said
// to be needed, against the named policies only. Numbers that a proof rests on, its upper bound
// among them, must be so; what does not belong to the reason must be empty. best_found is what the
// router says, only held against the bound and the amount; so is which of E001 and E002 applies.
// kWorkLimit claims nothing that could be checked. Errors: InvalidArgument saying what does not
// hold; those of VerifyPlan for a witness that is no plan. O(pairs of the payer or payee); for
// kNotConnected and kNetworkCut O(pairs on the smaller side of the cut), typically next to payer or
// payee; O(hops) for the others, as for VerifyPlan.
Status VerifyRefusal(const Ledger& ledger, std::int64_t day, const RouteRequest& request,
                     const Refusal& refusal);

}  // namespace geo

#endif  // GEO_ROUTING_VERIFY_H_
