#include "geo/payment/payment.h"

#include <algorithm>
#include <string>
#include <utility>

#include "geo/base/bytes.h"
#include "geo/base/encoding.h"
#include "geo/base/limits.h"
#include "geo/routing/verify.h"
#include "src/base/quote.h"
#include "src/base/status_macros.h"

namespace geo {
namespace {

Hash256 DescriptionHash(const Pay& pay) {
  return pay.description ? TextHash(*pay.description) : Hash256();
}

// The canonical binary of the constraints, for comparing repeated requests (spec 01 §6.2): empty
// when nothing is asked for. docs/formats.md.
std::string EncodeConstraints(const PaymentConstraints& constraints) {
  if (!constraints.max_hops && !constraints.max_paths && constraints.avoid.empty()) return {};
  std::string bytes;
  ByteWriter writer(&bytes);
  writer.Varint(constraints.max_hops.value_or(0));  // 0 is no possible limit
  writer.Varint(constraints.max_paths.value_or(0));
  std::vector<Pid> avoid = constraints.avoid;
  std::sort(avoid.begin(), avoid.end());
  avoid.erase(std::unique(avoid.begin(), avoid.end()), avoid.end());
  writer.Varint(avoid.size());
  for (const Pid& pid : avoid) writer.Fixed(pid);
  return bytes;
}

Status CheckSyntax(const Pay& pay) {
  if (pay.id.text().empty()) {
    return MakeError(ErrorCode::kTxIdSyntax, "a payment needs a transaction id");
  }
  if (pay.description && (pay.description->text.size() > kMaxDescriptionBytes ||
                          !IsValidUtf8(pay.description->text))) {
    return MakeError(ErrorCode::kTextInvalid, "description " + Quote(pay.description->text) +
                                                  " is not at most 1024 bytes of UTF-8");
  }
  if (pay.constraints.avoid.size() > kMaxAvoid) {
    return MakeError(ErrorCode::kTooLarge, "avoid names " +
                                               std::to_string(pay.constraints.avoid.size()) +
                                               " participants; at most 1024 are taken");
  }
  const auto in_range = [](const std::optional<std::uint32_t>& limit, std::uint32_t most) {
    return !limit || *limit == kUnlimited || (*limit >= 1 && *limit <= most);
  };
  if (!in_range(pay.constraints.max_hops, kMostHops) ||
      !in_range(pay.constraints.max_paths, kMostPaths)) {
    return MakeError(ErrorCode::kConstraintRange,
                     "max_hops is 1 to 32, max_paths 1 to 64, or either unlimited");
  }
  return OkStatus();
}

StatusOr<ParticipantIndex> ActiveParty(const Ledger& ledger, const Pid& pid, const char* role) {
  const std::optional<ParticipantIndex> index = ledger.FindParticipant(pid);
  if (!index.has_value()) {
    return MakeError(ErrorCode::kUnknownParticipant,
                     std::string(role) + " " + FormatPid(pid) + " is not registered");
  }
  if (ledger.participant(*index).status != ParticipantStatus::kActive) {
    return MakeError(ErrorCode::kParticipantNotActive,
                     std::string(role) + " " + FormatPid(pid) + " is suspended, gone or banned");
  }
  return *index;
}

// Reads everything that the payment names. Pids to avoid that nobody has registered bar nobody.
StatusOr<RouteRequest> Resolve(const Ledger& ledger, const Pid& payer, const Pay& pay,
                               const RouteConstraints& by_default) {
  RouteRequest request;
  GEO_ASSIGN_OR_RETURN(request.from, ActiveParty(ledger, payer, "payer"));
  GEO_ASSIGN_OR_RETURN(request.to, ActiveParty(ledger, pay.payee, "payee"));
  if (request.from == request.to) {
    return MakeError(ErrorCode::kSelfPayment, "payer and payee are the same participant");
  }
  const std::optional<EquivalentIndex> equivalent = ledger.FindEquivalent(pay.equivalent);
  if (!equivalent.has_value()) {
    return MakeError(ErrorCode::kUnknownEquivalent,
                     "equivalent " + Quote(pay.equivalent.text()) + " does not exist here");
  }
  if (ledger.equivalent(*equivalent).status != EquivalentStatus::kActive) {
    return MakeError(ErrorCode::kEquivalentNotActive,
                     "equivalent " + Quote(pay.equivalent.text()) + " is not active");
  }
  request.equivalent = *equivalent;
  GEO_ASSIGN_OR_RETURN(request.amount,
                       ResolveAmount(pay.amount, ledger.equivalent(*equivalent).precision));
  if (request.amount == 0) {
    return MakeError(ErrorCode::kAmountNotPositive,
                     "the amount is zero; at least one minor unit must move");
  }
  request.constraints = by_default;
  if (pay.constraints.max_hops) request.constraints.max_hops = *pay.constraints.max_hops;
  if (pay.constraints.max_paths) request.constraints.max_paths = *pay.constraints.max_paths;
  for (const Pid& pid : pay.constraints.avoid) {
    const std::optional<ParticipantIndex> index = ledger.FindParticipant(pid);
    if (index.has_value()) request.constraints.avoid.push_back(*index);
  }
  return request;
}

// What the plan moves between each two participants, all routes together, in order of appearance.
struct Flow {
  ParticipantIndex from = kNoIndex;
  ParticipantIndex to = kNoIndex;
  Amount amount = 0;
};

std::vector<Flow> CombineRoutes(const Plan& plan) {
  std::vector<Flow> flows;
  for (const Route& route : plan.routes) {
    for (std::size_t i = 0; i + 1 < route.participants.size(); ++i) {
      flows.push_back({route.participants[i], route.participants[i + 1], route.amount});
    }
  }
  if (plan.routes.size() == 1) return flows;
  std::stable_sort(flows.begin(), flows.end(), [](const Flow& x, const Flow& y) {
    return std::pair(x.from, x.to) < std::pair(y.from, y.to);
  });
  std::vector<Flow> combined;
  for (const Flow& flow : flows) {
    const bool same =
        !combined.empty() && combined.back().from == flow.from && combined.back().to == flow.to;
    if (same) {
      combined.back().amount += flow.amount;  // at most the payment's amount: cannot overflow
    } else {
      combined.push_back(flow);
    }
  }
  return combined;
}

// Flow from→to first reduces the debt to→from, the rest becomes debt from→to (spec 01 §4.5): on the
// pair's signed balance that is one addition.
StatusOr<DebtEffect> MoveValue(const Ledger& ledger, EquivalentIndex equivalent, const Flow& flow,
                               std::int64_t day) {
  DebtEffect effect{equivalent, flow.from, flow.to, 0, 0, 0, 0};
  if (const std::optional<PairIndex> index = ledger.FindPair(equivalent, flow.from, flow.to)) {
    const Pair& pair = ledger.pair(*index);
    const Direction direction = pair.DirectionFrom(flow.from);
    effect.before = pair.owed(direction);
    effect.paid_before = pair.paid(direction, day);
  }
  const std::optional<Amount> after = CheckedAdd(effect.before, flow.amount);
  if (!after) {
    return MakeError(ErrorCode::kAmountOverflow, "a debt would pass the largest amount");
  }
  effect.after = *after;
  effect.paid_after = SaturateCapacity(AmountSum{effect.paid_before} + flow.amount);
  return effect;
}

}  // namespace

StatusOr<std::variant<PaymentPlan, Refusal>> PlanPayment(const Ledger& ledger, Router& router,
                                                         const Pid& payer, Timestamp now,
                                                         const Pay& pay,
                                                         const RouteConstraints& by_default,
                                                         const Plan* suggested) {
  GEO_RETURN_IF_ERROR(CheckSyntax(pay));
  GEO_ASSIGN_OR_RETURN(const RouteRequest request, Resolve(ledger, payer, pay, by_default));
  const std::int64_t day = DayOf(now);
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
  for (const Flow& flow : CombineRoutes(plan)) {
    GEO_ASSIGN_OR_RETURN(DebtEffect effect, MoveValue(ledger, request.equivalent, flow, day));
    payment.effects.emplace_back(std::move(effect));
  }
  payment.transaction = {pay.id,
                         request.from,
                         request.to,
                         request.equivalent,
                         request.amount,
                         TransactionState::kCommitted,
                         DescriptionHash(pay),
                         EncodeConstraints(pay.constraints),
                         std::move(plan.routes)};
  payment.effects.emplace_back(TransactionEffect{std::nullopt, payment.transaction});
  return payment;
}

Status CheckSamePayment(const Ledger& ledger, const Transaction& stored, const Pid& payer,
                        const Pay& pay) {
  GEO_RETURN_IF_ERROR(CheckSyntax(pay));
  const std::string id(pay.id.text());
  if (ledger.participant(stored.payer).pid != payer) {
    return MakeError(ErrorCode::kTxIdReused, "transaction id " + id + " is taken; use a new one");
  }
  const Equivalent& equivalent = ledger.equivalent(stored.equivalent);
  const StatusOr<Amount> amount = ResolveAmount(pay.amount, equivalent.precision);
  const char* field = nullptr;
  if (ledger.participant(stored.payee).pid != pay.payee) {
    field = "payee";
  } else if (equivalent.code != pay.equivalent) {
    field = "equivalent";
  } else if (!amount.ok() || *amount != stored.amount) {
    field = "amount";
  } else if (DescriptionHash(pay) != stored.description_hash) {
    field = "description";
  } else if (EncodeConstraints(pay.constraints) != stored.constraints) {
    field = "constraints";
  }
  if (field == nullptr) return OkStatus();
  return MakeError(ErrorCode::kTxIdReused,
                   "transaction id " + id + " belongs to a payment with another " + field);
}

}  // namespace geo
