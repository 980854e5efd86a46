// Payments in two phases (spec 01 §6.5–6.7): a prepared payment holds its routes until it is
// committed, aborted or expired.
//
//   new ──prepare──▶ prepared ──commit──▶ committed
//                        └──abort, expiry──▶ aborted
//
// Reservations lower capacity and exclude their pairs from clearing, so nothing that happens to the
// network meanwhile can make a commit in time fail: what was promised is kept over lines that were
// frozen, to payees and by intermediaries that were suspended. Only a payer who was suspended
// himself cannot commit (but where the payment is voted), only abort. Nothing expires by the clock
// alone: expiry is a record of its own, written before whatever the hub does next.
#ifndef GEO_PAYMENT_TWO_PHASE_H_
#define GEO_PAYMENT_TWO_PHASE_H_

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "geo/base/amount.h"
#include "geo/base/ids.h"
#include "geo/base/status.h"
#include "geo/base/time.h"
#include "geo/journal/entity.h"
#include "geo/ledger/ledger.h"
#include "geo/payment/payment.h"
#include "geo/routing/router.h"

namespace geo {

// A route as its payer names it.
struct NamedRoute {
  std::vector<Pid> participants;   // payer, …, payee
  AmountInput amount = Amount{0};  // more than zero
};

// "Hold this payment for me."
struct PreparePayment {
  Pay payment = {};
  // How long, in whole seconds of what PaymentDefaults allows; none: its `lifetime`.
  std::optional<Duration> lifetime = {};
  // An explicit plan, whose amounts must sum to the payment's: checked, not searched. It answers to
  // the constraints that the payment names itself, and else to kMostHops and kMostPaths. Empty: the
  // hub plans.
  std::vector<NamedRoute> routes = {};
  // Held for another hub: never expires, only the payment's own decision releases it (§6.6). Only
  // as a trusted command, since it may hold other people's lines for ever; `lifetime` must be none.
  bool voted = false;
};

// The payer decides. His payee is told that he may not (NotPermitted); everybody else is answered
// UnknownTransaction, as if there were no such payment, whether there is one or not.
struct CommitPayment {
  TxId id;
};
struct AbortPayment {
  TxId id;
};

// What fills in for what a payer leaves open, and bounds what he may ask for.
struct PaymentDefaults {
  RouteConstraints routing = {};
  Duration lifetime = 60 * kSecond;           // of a reservation (§6.5)
  Duration shortest_lifetime = 30 * kSecond;  // what may be asked for
  Duration longest_lifetime = 300 * kSecond;  // 1 s <= shortest <= lifetime <= longest <= 366 days
  // Payments of one payer that may be prepared and not decided, at least 1, so that nobody takes
  // all of kMaxPrepared for himself. Voted ones do not count and are not refused: whoever trusts
  // their command answers for them. An option of the hub and no limit of spec 01 §6.8: it protects
  // the hub's memory, so it is not in the journal, and replay, which folds effects, never asks it.
  std::uint32_t max_prepared_per_payer = 256;
};

// The hop where an explicit plan fails for want of capacity; of several, the first in the order of
// its routes.
struct HopShortage {
  ParticipantIndex from = kNoIndex;
  ParticipantIndex to = kNoIndex;
  Amount needed = 0;     // what the route would move there
  Amount available = 0;  // capacity from→to without any reservation
  Amount reserved = 0;   // of that, held by others or moved by earlier routes of this plan
  friend bool operator==(const HopShortage&, const HopShortage&) = default;
};

using PrepareOutcome = std::variant<PaymentPlan, Refusal, HopShortage>;

// As CheckSyntax of the payment, and for explicit routes: TooLarge (more than kMostPaths, or one of
// more than kMostHops), the syntax errors of their amounts.
Status CheckSyntax(const PreparePayment& prepare);

// Plans a reservation by `payer`, recorded at `now`: all hops or nothing. Nothing changes. Errors
// as PlanPayment, and: InvalidArgument (a lifetime out of range, beyond the last Timestamp, or of a
// voted one), TooManyPrepared, TooManyPreparedByPayer; for explicit routes UnknownParticipant and
// those of VerifyPlan, InsufficientCapacity only where a line's limit on amounts is in the way
// (want of capacity is a HopShortage); AmountOverflow where more than kMaxAmount would be held.
StatusOr<PrepareOutcome> PlanPrepare(const Ledger& ledger, Router& router, const Pid& payer,
                                     Timestamp now, const PreparePayment& prepare,
                                     const PaymentDefaults& defaults);

// As CheckSamePayment, and TxIdOtherRoutes, TxIdOtherLifetime.
Status CheckSamePrepare(const Ledger& ledger, const Transaction& stored, const Pid& payer,
                        const PreparePayment& prepare);

enum class Decision : std::uint8_t { kCommit, kAbort, kExpire };

// What a decision about the known transaction `stored` by `signer` at `now` changes; nothing when
// it is decided that way already, or when an abort comes after the commit: the stored answer holds.
// A prepared one must be the ledger's own, and kExpire is for those whose time is up at `now`: they
// end (Ledger::FirstExpired) before anything else is decided, or Ledger::Check refuses the record.
// Errors: NotPermitted unless `signer` is its payer (or the decision is kExpire);
// ReservationExpired (a commit after it expired), TransactionFinal (a commit after an abort);
// ParticipantNotActive (a suspended payer commits, unless it is voted).
StatusOr<std::optional<PaymentPlan>> PlanDecision(const Ledger& ledger, const Pid& signer,
                                                  Timestamp now, const Transaction& stored,
                                                  Decision decision);

}  // namespace geo

#endif  // GEO_PAYMENT_TWO_PHASE_H_
