// What one-shot and two-phase payments share: reading what is asked for, and turning flows into
// effects.
#ifndef GEO_SRC_PAYMENT_REQUEST_H_
#define GEO_SRC_PAYMENT_REQUEST_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "geo/ledger/flows.h"
#include "geo/payment/payment.h"

namespace geo {

// The salted hash of the description; zeros when there is none.
Hash256 DescriptionHash(const Pay& pay);

// The canonical binary of the constraints, for comparing repeated requests (spec 01 §6.2): empty
// when nothing is asked for. docs/formats.md.
std::string EncodeConstraints(const PaymentConstraints& constraints);

// The active participant `pid`. Errors, naming the role: UnknownParticipant, ParticipantNotActive.
StatusOr<ParticipantIndex> ActiveParty(const Ledger& ledger, const Pid& pid, std::string_view role);

// Reads everything that the payment names. Pids to avoid that nobody has registered bar nobody.
// Errors: those of PlanPayment after the syntax.
StatusOr<RouteRequest> Resolve(const Ledger& ledger, const Pid& payer, const Pay& pay,
                               const RouteConstraints& by_default);

// Whether the operators let the payer make such a payment on `day` (spec 01 §6.8). Errors:
// PaymentAboveLimit, TooManyPaymentsToday.
Status CheckOperatorLimits(const Ledger& ledger, const RouteRequest& request, std::int64_t day);

// The transaction that the payment becomes. `routes` are moved in.
Transaction MakeTransaction(const Pay& pay, const RouteRequest& request, TransactionState state,
                            std::vector<Route> routes);

// Flow from→to first reduces the debt to→from, the rest becomes debt from→to (spec 01 §4.5): on the
// pair's signed balance that is one addition. Errors: AmountOverflow.
StatusOr<DebtEffect> MoveValue(const Ledger& ledger, EquivalentIndex equivalent, const Flow& flow,
                               std::int64_t day);

// What differs between `stored` and the payment as its payer asks for it now; kOk: nothing.
ErrorCode Difference(const Ledger& ledger, const Transaction& stored, const Pay& pay);

// The error for a known id: `difference` to the original payer, TxIdReused to anybody else.
Status IdTaken(const TxId& id, ErrorCode difference);

}  // namespace geo

#endif  // GEO_SRC_PAYMENT_REQUEST_H_
