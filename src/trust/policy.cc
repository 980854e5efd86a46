#include "geo/base/limits.h"
#include "geo/trust/commands.h"
#include "src/base/sort_unique.h"
#include "src/base/status_macros.h"

namespace geo {
namespace {

Status Invalid(std::string_view key, std::string_view wanted) {
  return MakeError(ErrorCode::kPolicyInvalid,
                   "policy key " + std::string(key) + " takes " + std::string(wanted));
}

StatusOr<std::optional<Amount>> ApplyAmount(std::string_view key,
                                            const std::optional<Amount>& present,
                                            const PolicySetting<AmountInput>& setting,
                                            int precision) {
  if (!setting.mentioned) return present;
  if (!setting.value.has_value()) return std::optional<Amount>();
  const StatusOr<Amount> amount = ResolveAmount(*setting.value, precision);
  if (!amount.ok()) return Invalid(key, "an amount: " + std::string(amount.status().message()));
  return std::optional<Amount>(*amount);
}

template <typename T>
void ApplyValue(T& present, const PolicySetting<T>& setting, const T& by_default) {
  if (setting.mentioned) present = setting.value.value_or(by_default);
}

}  // namespace

StatusOr<LinePolicy> ApplyPolicy(LinePolicy policy, const PolicyPatch& patch, int precision) {
  const LinePolicy by_default;
  ApplyValue(policy.auto_clearing, patch.auto_clearing, by_default.auto_clearing);
  ApplyValue(policy.can_be_intermediate, patch.can_be_intermediate, by_default.can_be_intermediate);
  ApplyValue(policy.allow_growth, patch.allow_growth, by_default.allow_growth);
  if (patch.max_hops.mentioned) {
    policy.max_hops = patch.max_hops.value;
    const std::uint32_t hops = policy.max_hops.value_or(1);
    if (hops < 1 || hops > kMostHops) {
      return Invalid("max_hops", "1 to 32, not " + std::to_string(hops));
    }
  }
  GEO_ASSIGN_OR_RETURN(policy.daily_limit, ApplyAmount("daily_limit", policy.daily_limit,
                                                       patch.daily_limit, precision));
  GEO_ASSIGN_OR_RETURN(policy.max_single_payment,
                       ApplyAmount("max_single_payment", policy.max_single_payment,
                                   patch.max_single_payment, precision));
  if (patch.blocked_participants.mentioned) {
    std::vector<Pid>& blocked = policy.blocked_participants;
    blocked = patch.blocked_participants.value.value_or(std::vector<Pid>());
    SortUnique(blocked);
    if (blocked.size() > kMaxBlockedParticipants) {
      return Invalid("blocked_participants",
                     "at most 256 participants, not " + std::to_string(blocked.size()));
    }
  }
  return policy;
}

}  // namespace geo
