#include "geo/integrity/check.h"

#include <algorithm>

namespace geo {
namespace {

using Found = std::vector<AmountSum>;

Found SumPositions(const Ledger& ledger) {
  Found found(ledger.equivalent_count());
  for (EquivalentIndex e = 0; e < found.size(); ++e) {
    for (MemberIndex m = 0; m < ledger.member_count(e); ++m) {
      found[e] += ledger.Position(ledger.member(e, m), e);
    }
  }
  return found;
}

Found CountWrongPositions(const Ledger& ledger) {
  Found found(ledger.equivalent_count());
  const std::vector<std::vector<AmountSum>> fresh = ledger.SumPairs();
  for (EquivalentIndex e = 0; e < found.size(); ++e) {
    for (MemberIndex m = 0; m < fresh[e].size(); ++m) {
      found[e] += ledger.Position(ledger.member(e, m), e) != fresh[e][m] ? 1 : 0;
    }
  }
  return found;
}

Amount LimitOf(const Ledger& ledger, LineIndex line) {
  if (line == kNoIndex || ledger.line_status(line) == LineStatus::kClosed) return 0;
  return ledger.line_limit(line);
}

Found CountDebtsAboveLimits(const Ledger& ledger) {
  Found found(ledger.equivalent_count());
  for (PairIndex i = 0; i < ledger.pair_count(); ++i) {
    const Pair& pair = ledger.pair(i);
    const Direction owing = pair.balance > 0 ? Direction::kForward : Direction::kBackward;
    const Amount debt = pair.owed(owing);
    if (debt > LimitOf(ledger, pair.line_for(owing))) ++found[pair.equivalent];
  }
  return found;
}

Found CountDoublePairs(const Ledger& ledger) {
  Found found(ledger.equivalent_count());
  for (PairIndex i = 0; i < ledger.pair_count(); ++i) {
    const Pair& pair = ledger.pair(i);
    if (ledger.FindPair(pair.equivalent, pair.a, pair.b) != i) ++found[pair.equivalent];
  }
  return found;
}

}  // namespace

std::string_view IntegrityCheckName(IntegrityCheck check) {
  static constexpr std::array<std::string_view, kIntegrityChecks> kNames = {
      "zero_sum", "accumulators", "trust_limits", "debt_symmetry"};
  return kNames[static_cast<std::size_t>(check)];
}

std::string_view HealthName(Health health) {
  static constexpr std::array<std::string_view, 3> kNames = {"healthy", "warning", "critical"};
  return kNames[static_cast<std::size_t>(health)];
}

Health SeverityOf(IntegrityCheck check) {
  return check == IntegrityCheck::kDebtSymmetry ? Health::kWarning : Health::kCritical;
}

std::vector<AmountSum> RunIntegrityCheck(const Ledger& ledger, IntegrityCheck check) {
  switch (check) {
    case IntegrityCheck::kZeroSum:
      return SumPositions(ledger);
    case IntegrityCheck::kAccumulators:
      return CountWrongPositions(ledger);
    case IntegrityCheck::kTrustLimits:
      return CountDebtsAboveLimits(ledger);
    case IntegrityCheck::kDebtSymmetry:
      break;
  }
  return CountDoublePairs(ledger);
}

Health IntegrityReport::health() const {
  Health worst = Health::kHealthy;
  for (std::size_t i = 0; i < kIntegrityChecks; ++i) {
    const auto check = static_cast<IntegrityCheck>(i);
    if (!passed(check)) worst = std::max(worst, SeverityOf(check));
  }
  return worst;
}

}  // namespace geo
