// What operators allow (spec 01 §6.8).

#include "geo/base/limits.h"

#include "src/base/status_macros.h"
#include "src/trust/checks.h"

namespace geo {
namespace {

// Sets `limits` for the level that the command names, or for all.
template <typename T>
void SetLevels(const SetLimits& command, const std::optional<T>& value, ByLevel<T>& limits) {
  for (std::size_t level = 0; level < limits.size(); ++level) {
    if (!command.level || *command.level == level) limits[level] = value;
  }
}

Status SetAmounts(const SetLimits& command, const PolicySetting<AmountInput>& setting,
                  int precision, ByLevel<Amount>& limits) {
  if (!setting.mentioned) return OkStatus();
  std::optional<Amount> value;
  if (setting.value) {
    GEO_ASSIGN_OR_RETURN(value, ResolveAmount(*setting.value, precision));
  }
  SetLevels(command, value, limits);
  return OkStatus();
}

StatusOr<AmountLimitsEffect> ChangeAmounts(const Ledger& ledger, const SetLimits& command,
                                           EquivalentIndex equivalent) {
  AmountLimitsEffect effect;
  effect.equivalent = equivalent;
  effect.before = ledger.amount_limits(equivalent);
  effect.after = effect.before;
  const int precision = ledger.equivalent(equivalent).precision;
  GEO_RETURN_IF_ERROR(SetAmounts(command, command.payment, precision, effect.after.payment));
  GEO_RETURN_IF_ERROR(SetAmounts(command, command.line, precision, effect.after.line));
  return effect;
}

}  // namespace

Status CheckSyntax(const SetLimits& command) {
  GEO_RETURN_IF_ERROR(CheckText("reason", command.reason, 1, kMaxReasonBytes));
  const bool amounts = command.payment.mentioned || command.line.mentioned;
  const bool counts = command.lines.mentioned || command.payments_per_day.mentioned;
  if (!amounts && !counts) return MakeError(ErrorCode::kInvalidArgument, "no limit is given");
  if (amounts != command.equivalent.has_value()) {
    return MakeError(ErrorCode::kInvalidArgument,
                     amounts ? "limits on amounts need the equivalent that they are in"
                             : "an equivalent is named, but no limit on amounts");
  }
  for (const PolicySetting<AmountInput>* amount : {&command.payment, &command.line}) {
    if (amount->value) GEO_RETURN_IF_ERROR(CheckAmountSyntax(*amount->value));
  }
  if (command.level.value_or(0) < kVerificationLevels) return OkStatus();
  return MakeError(ErrorCode::kInvalidArgument,
                   "verification level " + std::to_string(*command.level) + " is outside 0 to 3");
}

StatusOr<TrustPlan> PlanChange(const Ledger& ledger, const Asking& asking,
                               const SetLimits& command) {
  GEO_RETURN_IF_ERROR(CheckSyntax(command));
  GEO_RETURN_IF_ERROR(CheckSequence(ledger, asking));
  std::optional<EquivalentIndex> equivalent;
  if (command.equivalent) {
    GEO_ASSIGN_OR_RETURN(equivalent, KnownEquivalent(ledger, *command.equivalent));
  }
  GEO_RETURN_IF_ERROR(CheckOperator(ledger, asking));
  TrustPlan plan = StartPlan(RecordKind::kSetLimits, ledger, asking);
  plan.reason = command.reason;
  if (equivalent) {
    GEO_ASSIGN_OR_RETURN(AmountLimitsEffect effect, ChangeAmounts(ledger, command, *equivalent));
    plan.effects.emplace_back(effect);
  }
  CountLimitsEffect counts{ledger.count_limits(), ledger.count_limits()};
  if (command.lines.mentioned) SetLevels(command, command.lines.value, counts.after.lines);
  if (command.payments_per_day.mentioned) {
    SetLevels(command, command.payments_per_day.value, counts.after.payments_per_day);
  }
  if (command.lines.mentioned || command.payments_per_day.mentioned) {
    plan.effects.emplace_back(counts);
  }
  return plan;
}

}  // namespace geo
