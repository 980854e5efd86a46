#include "src/payment/request.h"

#include <utility>

#include "geo/base/bytes.h"
#include "geo/base/encoding.h"
#include "geo/base/limits.h"
#include "src/base/id_taken.h"
#include "src/base/quote.h"
#include "src/base/sort_unique.h"
#include "src/base/status_macros.h"

namespace geo {

Hash256 DescriptionHash(const Pay& pay) {
  return pay.description ? TextHash(*pay.description) : Hash256();
}

std::string EncodeConstraints(const PaymentConstraints& constraints) {
  if (!constraints.max_hops && !constraints.max_paths && constraints.avoid.empty()) return {};
  std::string bytes;
  ByteWriter writer(&bytes);
  writer.Varint(constraints.max_hops.value_or(0));  // 0 is no possible limit
  writer.Varint(constraints.max_paths.value_or(0));
  std::vector<Pid> avoid = constraints.avoid;
  SortUnique(avoid);
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
  GEO_RETURN_IF_ERROR(CheckPositiveAmountSyntax(pay.amount));
  return CheckRouteLimits(pay.constraints.max_hops.value_or(kUnlimited),
                          pay.constraints.max_paths.value_or(kUnlimited));
}

StatusOr<ParticipantIndex> ActiveParty(const Ledger& ledger, const Pid& pid,
                                       std::string_view role) {
  const std::optional<ParticipantIndex> index = ledger.FindParticipant(pid);
  if (!index.has_value()) {
    return MakeError(ErrorCode::kUnknownParticipant,
                     std::string(role) + " " + FormatPid(pid) + " is not registered");
  }
  const ParticipantStatus status = ledger.participant(*index).status;
  if (status != ParticipantStatus::kActive) {
    return MakeError(ErrorCode::kParticipantNotActive,
                     std::string(role) + " " + FormatPid(pid) + " is not active but " +
                         std::string(ParticipantStatusName(status)));
  }
  return *index;
}

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
  request.constraints = by_default;
  if (pay.constraints.max_hops) request.constraints.max_hops = *pay.constraints.max_hops;
  if (pay.constraints.max_paths) request.constraints.max_paths = *pay.constraints.max_paths;
  for (const Pid& pid : pay.constraints.avoid) {
    const std::optional<ParticipantIndex> index = ledger.FindParticipant(pid);
    if (index.has_value()) request.constraints.avoid.push_back(*index);
  }
  return request;
}

Status CheckOperatorLimits(const Ledger& ledger, const RouteRequest& request, std::int64_t day) {
  const std::uint8_t level = ledger.participant(request.from).verification_level;
  const std::optional<Amount> largest = ledger.amount_limits(request.equivalent).payment[level];
  if (largest && request.amount > *largest) {
    const int precision = ledger.equivalent(request.equivalent).precision;
    return MakeError(ErrorCode::kPaymentAboveLimit,
                     "a payment of " + FormatAmount(request.amount, precision) +
                         "; participants of level " + std::to_string(level) + " may pay at most " +
                         FormatAmount(*largest, precision) + " at once");
  }
  const std::optional<std::uint32_t> most = ledger.count_limits().payments_per_day[level];
  if (!most || ledger.PaymentsOn(request.from, day) < *most) return OkStatus();
  return MakeError(ErrorCode::kTooManyPaymentsToday,
                   "participants of level " + std::to_string(level) + " may make " +
                       std::to_string(*most) + " payments a day (UTC); try tomorrow");
}

Transaction MakeTransaction(const Pay& pay, const RouteRequest& request, TransactionState state,
                            std::vector<Route> routes) {
  return {pay.id,           request.from, request.to,           request.equivalent,
          request.amount,   state,        DescriptionHash(pay), EncodeConstraints(pay.constraints),
          std::move(routes)};
}

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

ErrorCode Difference(const Ledger& ledger, const Transaction& stored, const Pay& pay) {
  const Equivalent& equivalent = ledger.equivalent(stored.equivalent);
  if (ledger.participant(stored.payee).pid != pay.payee) return ErrorCode::kTxIdOtherPayee;
  if (equivalent.code != pay.equivalent) return ErrorCode::kTxIdOtherEquivalent;
  const StatusOr<Amount> amount = ResolveAmount(pay.amount, equivalent.precision);
  if (!amount.ok() || *amount != stored.amount) return ErrorCode::kTxIdOtherAmount;
  if (DescriptionHash(pay) != stored.description_hash) return ErrorCode::kTxIdOtherDescription;
  if (EncodeConstraints(pay.constraints) != stored.constraints) {
    return ErrorCode::kTxIdOtherConstraints;
  }
  return ErrorCode::kOk;
}

Status IdTaken(const TxId& id, ErrorCode difference) {
  const std::string taken = "transaction id " + std::string(id.text());
  switch (difference) {
    case ErrorCode::kTxIdOtherOperation:
      return MakeError(difference, taken + " was used for another operation");
    case ErrorCode::kTxIdOtherPayee:
      return MakeError(difference, taken + " belongs to a payment with another payee");
    case ErrorCode::kTxIdOtherEquivalent:
      return MakeError(difference, taken + " belongs to a payment with another equivalent");
    case ErrorCode::kTxIdOtherAmount:
      return MakeError(difference, taken + " belongs to a payment with another amount");
    case ErrorCode::kTxIdOtherDescription:
      return MakeError(difference, taken + " belongs to a payment with another description");
    case ErrorCode::kTxIdOtherConstraints:
      return MakeError(difference, taken + " belongs to a payment with other constraints");
    case ErrorCode::kTxIdOtherRoutes:
      return MakeError(difference, taken + " belongs to a payment with other explicit routes");
    case ErrorCode::kTxIdOtherLifetime:
      return MakeError(difference, taken + " belongs to a reservation with another lifetime");
    default:
      return IdTaken(id);
  }
}

}  // namespace geo
