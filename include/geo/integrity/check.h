// The state against itself: the checks of spec 01 §8.6 that need nothing but a ledger.
#ifndef GEO_INTEGRITY_CHECK_H_
#define GEO_INTEGRITY_CHECK_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "geo/base/amount.h"
#include "geo/ledger/ledger.h"

namespace geo {

enum class IntegrityCheck : std::uint8_t {
  kZeroSum = 0,  // the Σ of all positions, as kept effect by effect, in minor units; must be 0
  kAccumulators = 1,  // participants whose position differs from a fresh sum over the debts
  kTrustLimits = 2,   // debts above the limit of their live line; frozen lines count, no line = 0.
                      // Debts brought in above a limit are among them (spec 01 §6.10)
  kDebtSymmetry = 3,  // pairs that stand twice, so that both sides could owe each other. A ledger
                      // keeps one balance per pair and loads no second one: only broken memory
                      // or code shows any
};
inline constexpr std::size_t kIntegrityChecks = 4;

// "zero_sum", "accumulators", "trust_limits", "debt_symmetry".
std::string_view IntegrityCheckName(IntegrityCheck check);

enum class Health : std::uint8_t { kHealthy, kWarning, kCritical };

// "healthy", "warning", "critical".
std::string_view HealthName(Health health);

// How bad a failure of this check is: debt symmetry is a warning, everything else critical.
Health SeverityOf(IntegrityCheck check);

// One check on everything: what it finds in each equivalent, by index, removed ones included; 0 is
// good. O(positions kept + pairs). Any thread, as long as the ledger does not change.
std::vector<AmountSum> RunIntegrityCheck(const Ledger& ledger, IntegrityCheck check);

// What all checks found in one equivalent.
struct IntegrityReport {
  EquivalentIndex equivalent = kNoIndex;
  std::array<AmountSum, kIntegrityChecks> found = {};  // by check

  bool passed(IntegrityCheck check) const { return found[static_cast<std::size_t>(check)] == 0; }
  // The worst severity of a check that failed.
  Health health() const;
};

}  // namespace geo

#endif  // GEO_INTEGRITY_CHECK_H_
