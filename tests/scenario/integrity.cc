// The full check: the library's own, and the state against a fresh fold of the journal.

#include <algorithm>
#include <string>
#include <vector>

#include "geo/integrity/check.h"
#include "src/base/status_macros.h"
#include "tests/scenario/members.h"
#include "tests/scenario/operations.h"

namespace geo::scenario {

// Reads the chain from its first record, checks every hash and every effect, and folds a ledger
// anew: what is then there in the equivalent must be what the hub shows, before and after it is
// opened again. A chain that is broken, or holds an effect on debts that it does not lead to, is
// wrong for all equivalents.
StatusOr<Problem> Operations::CompareWithJournal(EquivalentIndex equivalent) {
  GEO_RETURN_IF_ERROR(world_.Advance(0));  // nothing is pending
  const Kept before = world_.Keep(equivalent);
  const StatusOr<Ledger> folded = world_.Fold();
  if (ErrorCodeOf(folded.status()) == ErrorCode::kChainBroken) {
    return Problem(std::string(folded.status().message()));
  }
  GEO_RETURN_IF_ERROR(folded.status());
  if (const Problem problem = Difference(before, world_.Keep(equivalent))) return problem;
  return Difference(before, KeptOf(*folded, equivalent));
}

// What all debts together are above the limits of their live lines; no line counts as 0.
StatusOr<AmountSum> Operations::ExcessOver(const Json& step) {
  GEO_ASSIGN_OR_RETURN(const EquivalentCode code, Code(step));
  GEO_ASSIGN_OR_RETURN(const std::vector<DebtView> debts, AllDebts(step));
  AmountSum excess = 0;
  for (const DebtView& debt : debts) {
    GEO_ASSIGN_OR_RETURN(const std::optional<LineView> line,
                         world_.view().LineOf(debt.creditor, debt.debtor, code));
    const bool live = line.has_value() && line->line.status != LineStatus::kClosed;
    excess += std::max<AmountSum>(AmountSum{debt.amount} - (live ? line->line.limit : 0), 0);
  }
  return excess;
}

Observed Operations::CheckIntegrity(const Json& step) {
  const StatusOr<AmountSum> excess = ExcessOver(step);
  if (!excess.ok()) return Refused(excess.status());
  const EquivalentIndex equivalent = *world_.view().ledger().FindEquivalent(*Code(step));
  const StatusOr<Problem> journal = CompareWithJournal(equivalent);
  if (!journal.ok()) return Failed("the hub failed: " + std::string(journal.status().message()));
  const Ledger& ledger = world_.view().ledger();
  IntegrityReport report;
  report.equivalent = equivalent;
  Observed observed;
  observed.answer["failed"] = Json::array();
  for (std::size_t i = 0; i < kIntegrityChecks; ++i) {
    const auto check = static_cast<IntegrityCheck>(i);
    report.found[i] = RunIntegrityCheck(ledger, check)[report.equivalent];
    if (!report.passed(check)) observed.answer["failed"].push_back(IntegrityCheckName(check));
  }
  Health health = report.health();
  if (*journal) {
    observed.answer["failed"].push_back("journal");
    health = Health::kCritical;
  }
  if (report.passed(IntegrityCheck::kTrustLimits) != (*excess == 0)) {
    return Failed("debts and lines show another excess than the check of limits");
  }
  observed.answer["status"] = HealthName(health);
  const int precision = world_.PrecisionOf(Text(step, "eq"));
  observed.answer["violation_amount"] = FormatSum(*excess, precision);
  return observed;
}

Observed Operations::VerifyJournal(const Json& step) {
  const Status known = AllDebts(step).status();
  if (!known.ok()) return Refused(known);
  const StatusOr<Problem> journal =
      CompareWithJournal(*world_.view().ledger().FindEquivalent(*Code(step)));
  if (!journal.ok()) return Failed("the hub failed: " + std::string(journal.status().message()));
  Observed observed;
  observed.answer["ok"] = !journal->has_value();
  return observed;
}

}  // namespace geo::scenario
