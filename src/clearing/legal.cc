#include "src/clearing/legal.h"

#include <string>

namespace geo {

StatusOr<Within> Within::Of(const Ledger& ledger, const ClearingScope& scope) {
  Within within;
  if (!scope.within.has_value()) return within;
  within.all_ = false;
  within.is_member_.assign(ledger.participant_count(), 0);
  for (const ParticipantIndex participant : *scope.within) {
    if (participant >= ledger.participant_count()) {
      return MakeError(ErrorCode::kInvalidArgument,
                       "participant " + std::to_string(participant) + " is not there");
    }
    within.is_member_[participant] = 1;
  }
  return within;
}

Status CheckScope(const Ledger& ledger, const ClearingScope& scope) {
  if (scope.equivalent >= ledger.equivalent_count()) {
    return MakeError(ErrorCode::kInvalidArgument,
                     "equivalent " + std::to_string(scope.equivalent) + " is not there");
  }
  return CheckLeast(scope.min_amount);
}

Status CheckLeast(Amount min_amount) {
  if (min_amount >= 1) return OkStatus();
  return MakeError(ErrorCode::kInvalidArgument, "a least amount of " + std::to_string(min_amount) +
                                                    " minor units; it is one or more");
}

DebtEffect ChangeOfDebt(const Pair& pair, Direction owing, Amount after) {
  DebtEffect effect;
  effect.equivalent = pair.equivalent;
  effect.from = pair.tail(owing);
  effect.to = pair.head(owing);
  effect.before = pair.owed(owing);
  effect.after = after;
  return effect;
}

}  // namespace geo
