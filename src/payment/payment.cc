#include "geo/payment/payment.h"

#include <utility>

#include "geo/routing/verify.h"
#include "src/base/status_macros.h"
#include "src/payment/request.h"

namespace geo {

StatusOr<std::variant<PaymentPlan, Refusal>> PlanPayment(const Ledger& ledger, Router& router,
                                                         const Pid& payer, Timestamp now,
                                                         const Pay& pay,
                                                         const RouteConstraints& by_default,
                                                         const Plan* suggested) {
  GEO_RETURN_IF_ERROR(CheckSyntax(pay));
  GEO_ASSIGN_OR_RETURN(const RouteRequest request, Resolve(ledger, payer, pay, by_default));
  const std::int64_t day = DayOf(now);
  GEO_RETURN_IF_ERROR(CheckOperatorLimits(ledger, request, day));
  PaymentPlan payment;
  Plan plan;
  if (suggested != nullptr && VerifyPlan(ledger, day, request, *suggested).ok()) {
    plan = *suggested;
  } else {
    payment.replanned = suggested != nullptr;
    GEO_ASSIGN_OR_RETURN(RouteAnswer answer, router.FindRoutes(request));
    if (auto* refusal = std::get_if<Refusal>(&answer.outcome)) return std::move(*refusal);
    plan = std::move(std::get<Plan>(answer.outcome));
    GEO_RETURN_IF_ERROR(VerifyPlan(ledger, day, request, plan));
  }
  const std::vector<Flow> flows = FlowsOf(plan.routes);
  payment.effects.reserve(flows.size() + 1);
  for (const Flow& flow : flows) {
    GEO_ASSIGN_OR_RETURN(DebtEffect effect, MoveValue(ledger, request.equivalent, flow, day));
    payment.effects.emplace_back(effect);
  }
  payment.transaction =
      MakeTransaction(pay, request, TransactionState::kCommitted, std::move(plan.routes));
  payment.effects.emplace_back(TransactionEffect{std::nullopt, payment.transaction});
  return payment;
}

Status CheckSamePayment(const Ledger& ledger, const Transaction& stored, const Pid& payer,
                        const Pay& pay) {
  GEO_RETURN_IF_ERROR(CheckSyntax(pay));
  if (ledger.participant(stored.payer).pid != payer) return IdTaken(pay.id, ErrorCode::kTxIdReused);
  if (stored.hold.has_value()) return IdTaken(pay.id, ErrorCode::kTxIdOtherOperation);
  const ErrorCode difference = Difference(ledger, stored, pay);
  return difference == ErrorCode::kOk ? OkStatus() : IdTaken(pay.id, difference);
}

}  // namespace geo
