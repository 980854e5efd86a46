// One-shot payments: route and commit in one record, all routes or nothing (spec 01 §6).
#ifndef GEO_PAYMENT_PAYMENT_H_
#define GEO_PAYMENT_PAYMENT_H_

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "geo/base/amount.h"
#include "geo/base/ids.h"
#include "geo/base/status.h"
#include "geo/base/time.h"
#include "geo/crypto/personal_text.h"
#include "geo/journal/effect.h"
#include "geo/ledger/ledger.h"
#include "geo/routing/router.h"

namespace geo {

// What the payer asks of the routes (spec 01 §5.1); what he leaves open follows the hub's options.
struct PaymentConstraints {
  std::optional<std::uint32_t> max_hops = {};   // 1–32, or kUnlimited
  std::optional<std::uint32_t> max_paths = {};  // 1–64, or kUnlimited
  std::vector<Pid> avoid = {};                  // never intermediaries; at most 1024
};

// "I, the signer, pay `payee`" (spec 01 §6.1).
struct Pay {
  TxId id;  // new for each intent
  Pid payee;
  EquivalentCode equivalent;
  AmountInput amount = Amount{0};                // more than zero
  std::optional<PersonalText> description = {};  // at most 1 KiB of UTF-8
  PaymentConstraints constraints = {};
};

// A payment that can be made: what to record.
struct PaymentPlan {
  Transaction transaction;
  std::vector<Effect> effects;
  bool replanned = false;  // there was a suggestion and it did not fit
};

// What is wrong with a payment whatever the state. Planners ask this first; whoever verifies signed
// commands asks before the signature (spec 01 §6.3). Errors: the first ones of PlanPayment, up to
// ConstraintRange.
Status CheckSyntax(const Pay& pay);

// Plans a payment by `payer`, recorded at `now`. A refusal for want of a route is a value, not an
// error; it leaves no transaction, so the id may be tried again (§6.2). Nothing changes. The router
// must be in step with the ledger and on the day of `now`. `by_default` fills in what the payer
// left open. `suggested`, if any, is used when it passes VerifyPlan for this payment in this state
// (spec 01 §6.5); else it counts for nothing. Errors, in the order of §6.3: TxIdSyntax (no id),
// TextInvalid, TooLarge, those of CheckPositiveAmountSyntax, ConstraintRange; UnknownParticipant,
// ParticipantNotActive (payer, then payee), SelfPayment; UnknownEquivalent, EquivalentNotActive;
// AmountTooPrecise and AmountOverflow at the equivalent's precision; PaymentAboveLimit,
// TooManyPaymentsToday (§6.8); those of Router::FindRoutes; and those of VerifyPlan, when a
// router's plan does not hold: a defect of the router, which so moves nothing.
StatusOr<std::variant<PaymentPlan, Refusal>> PlanPayment(const Ledger& ledger, Router& router,
                                                         const Pid& payer, Timestamp now,
                                                         const Pay& pay,
                                                         const RouteConstraints& by_default,
                                                         const Plan* suggested = nullptr);

// Whether `pay` by `payer` is the very payment that is stored, so that the stored answer holds
// again (§6.2). What it means counts, not how it is written: "10" and "10.00" are the same amount,
// `avoid` is a set; but a limit that is asked for is another request than none, even if it is the
// hub's own. Errors: the syntax errors of PlanPayment; TxIdReused to anybody but the original
// payer; to him what differs: TxIdOtherOperation, …Payee, …Equivalent,
// …Amount, …Description, …Constraints.
Status CheckSamePayment(const Ledger& ledger, const Transaction& stored, const Pid& payer,
                        const Pay& pay);

}  // namespace geo

#endif  // GEO_PAYMENT_PAYMENT_H_
