#include "geo/clearing/policy.h"

#include <limits>
#include <string>
#include <utility>
#include <variant>

#include "src/base/status_macros.h"
#include "src/clearing/legal.h"
#include "src/clearing/problem.h"

namespace geo {
namespace {

Status CheckSchedule(std::string_view what, Duration every, Amount min_amount) {
  if (every < kSecond) {
    return MakeError(ErrorCode::kInvalidArgument, "clearing." + std::string(what) + " runs every " +
                                                      std::to_string(every) +
                                                      " microseconds; a second at least");
  }
  if (min_amount >= 1) return OkStatus();
  return MakeError(ErrorCode::kInvalidArgument, "clearing." + std::string(what) +
                                                    ".min_amount is " + std::to_string(min_amount) +
                                                    "; one minor unit or more is taken");
}

Status CheckRange(std::string_view what, std::uint64_t value, std::uint64_t least,
                  std::uint64_t most) {
  if (value >= least && value <= most) return OkStatus();
  return MakeError(ErrorCode::kConstraintRange,
                   "clearing." + std::string(what) + " is " + std::to_string(value) + "; " +
                       std::to_string(least) + " to " + std::to_string(most) + " are taken");
}

constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();

std::uint32_t ShareOf(AmountSum part, AmountSum whole) {
  if (whole <= 0) return 0;
  return static_cast<std::uint32_t>(part * graph::kWholeInPpm / whole);
}

// What a plan takes off the debts of each pair.
TakenOff TakenBy(const Ledger& ledger, const ClearingPlan& plan) {
  TakenOff taken;
  for (const std::vector<Effect>& effects : plan.records) {
    for (const Effect& effect : effects) {
      const auto& debt = std::get<DebtEffect>(effect);
      const PairIndex pair = *ledger.FindPair(debt.equivalent, debt.from, debt.to);
      taken[pair] += debt.before - debt.after;
    }
  }
  return taken;
}

SetOff RequestOf(const Comparison& comparison) {
  SetOff request;
  request.scope = comparison.scope;
  request.growth = comparison.growth;
  request.work_limit = comparison.work_limit;
  return request;
}

// What a set-off clears when `taken` is gone already.
StatusOr<graph::Circulation> Solve(const Ledger& ledger, const Comparison& comparison,
                                   const TakenOff& taken) {
  const SetOff request = RequestOf(comparison);
  GEO_ASSIGN_OR_RETURN(const SetOffProblem problem, GatherDebts(ledger, request, taken));
  graph::CirculationOptions options;
  options.work_limit = request.work_limit;
  return SolveSetOff(problem, options);
}

StatusOr<ClearingChoice> CyclesFirst(const Ledger& ledger, Clearer& clearer,
                                     const Comparison& comparison, std::uint32_t length) {
  CycleClearing request;
  request.scope = comparison.scope;
  request.max_length = length;
  request.max_cycles = std::numeric_limits<std::uint32_t>::max();
  request.work_limit = comparison.work_limit;
  GEO_ASSIGN_OR_RETURN(const ClearingPlan plan, clearer.PlanCycles(ledger, request));
  GEO_ASSIGN_OR_RETURN(const graph::Circulation after,
                       Solve(ledger, comparison, TakenBy(ledger, plan)));
  ClearingChoice choice;
  choice.max_length = length;
  choice.cleared = plan.cleared;
  choice.reachable = plan.cleared + after.volume;
  choice.cycles = plan.cycles.size();
  choice.complete = plan.complete && after.optimal();
  choice.work = plan.work + after.work;
  return choice;
}

// All debts within the scope, and those that may be cleared.
Status AddTotals(const Ledger& ledger, const ClearingScope& scope, ClearingReport* report) {
  GEO_ASSIGN_OR_RETURN(const Within within, Within::Of(ledger, scope));
  for (const PairIndex index : ledger.PairsIn(scope.equivalent)) {
    const Pair& pair = ledger.pair(index);
    if (!within.Has(pair)) continue;
    report->debt += pair.owed(OwingDirection(pair));
    report->legal += LegalDebt(ledger, pair);
  }
  return OkStatus();
}

}  // namespace

Status CheckClearingPolicy(const ClearingPolicy& policy) {
  if (const auto& it = policy.triggered) {
    GEO_RETURN_IF_ERROR(
        CheckRange("triggered.max_length", it->max_length, kShortestCycle, kLongestTriggeredCycle));
    GEO_RETURN_IF_ERROR(CheckRange("triggered.work_limit", it->work_limit, 1, kMost));
    GEO_RETURN_IF_ERROR(CheckSchedule("triggered", kSecond, it->min_amount));
  }
  if (const auto& it = policy.cycles) {
    GEO_RETURN_IF_ERROR(CheckSchedule("cycles", it->every, it->min_amount));
    GEO_RETURN_IF_ERROR(
        CheckRange("cycles.max_length", it->max_length, kShortestCycle, kLongestPeriodicCycle));
    GEO_RETURN_IF_ERROR(CheckRange("cycles.max_cycles", it->max_cycles, 1, kMost));
    GEO_RETURN_IF_ERROR(CheckRange("cycles.work_limit", it->work_limit, 1, kMost));
  }
  if (const auto& it = policy.set_off) {
    GEO_RETURN_IF_ERROR(CheckSchedule("set_off", it->every, it->min_amount));
    GEO_RETURN_IF_ERROR(CheckRange("set_off.enough_ppm", it->enough_ppm, 0, graph::kWholeInPpm));
    GEO_RETURN_IF_ERROR(CheckRange("set_off.work_limit", it->work_limit, 1, kMost));
  }
  return OkStatus();
}

StatusOr<ClearingReport> CompareClearings(const Ledger& ledger, const Comparison& comparison) {
  GEO_RETURN_IF_ERROR(CheckScope(ledger, comparison.scope));
  ClearingReport report;
  GEO_RETURN_IF_ERROR(AddTotals(ledger, comparison.scope, &report));
  GEO_ASSIGN_OR_RETURN(const graph::Circulation best, Solve(ledger, comparison, {}));
  report.upper_bound = best.upper_bound;
  report.optimal = best.optimal();
  GEO_ASSIGN_OR_RETURN(const std::unique_ptr<Clearer> clearer,
                       Clearer::Create(ledger, comparison.scope.equivalent));
  for (const std::uint32_t length : comparison.lengths) {
    GEO_ASSIGN_OR_RETURN(ClearingChoice choice, CyclesFirst(ledger, *clearer, comparison, length));
    report.choices.push_back(choice);
  }
  ClearingChoice set_off;
  set_off.cleared = set_off.reachable = best.volume;
  set_off.complete = best.optimal();
  set_off.work = best.work;
  report.choices.push_back(set_off);
  for (ClearingChoice& choice : report.choices) {
    choice.share_ppm = ShareOf(choice.cleared, report.upper_bound);
    choice.reachable_share_ppm = ShareOf(choice.reachable, report.upper_bound);
  }
  return report;
}

}  // namespace geo
