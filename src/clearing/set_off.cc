#include <algorithm>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "geo/clearing/clearing.h"
#include "geo/graph/cycles.h"
#include "src/base/status_macros.h"
#include "src/clearing/legal.h"
#include "src/clearing/problem.h"

namespace geo {
namespace {

constexpr std::uint32_t kFewestDebtsPerRecord = 3;

// Turns amounts taken off edges into effects on pairs. Effects of earlier records count: `balance`
// holds what they left.
class Recorder {
 public:
  Recorder(const Ledger& ledger, const SetOffProblem& problem)
      : ledger_(ledger), problem_(problem) {}

  void Take(std::size_t edge, Amount amount) {
    const PairIndex pair = problem_.pairs[edge];
    const bool forward = problem_.edges[edge].tail == ledger_.MembersOf(pair).a;
    changes_[pair] += forward ? amount : -amount;
  }

  std::size_t size() const { return changes_.size(); }

  // The effects of everything taken since the last time, in order of pairs.
  std::vector<Effect> Finish() {
    std::vector<std::pair<PairIndex, AmountSum>> sorted(changes_.begin(), changes_.end());
    std::sort(sorted.begin(), sorted.end(),
              [](const auto& x, const auto& y) { return x.first < y.first; });
    std::vector<Effect> effects;
    for (const auto& [index, taken] : sorted) {
      if (taken == 0) continue;
      Pair pair = ledger_.pair(index);
      const auto left = balance_.find(index);
      if (left != balance_.end()) pair.balance = left->second;
      const Direction owing = OwingDirection(pair);
      const AmountSum after = AmountSum{pair.balance} - taken;
      balance_[index] = static_cast<Amount>(after);
      const Amount owed = static_cast<Amount>(owing == Direction::kForward ? after : -after);
      effects.emplace_back(ChangeOfDebt(pair, owing, owed));
    }
    changes_.clear();
    return effects;
  }

 private:
  const Ledger& ledger_;
  const SetOffProblem& problem_;
  std::unordered_map<PairIndex, AmountSum> changes_;  // of the pair's balance, downwards
  std::unordered_map<PairIndex, Amount> balance_;
};

// Cycle by cycle into records, each of about the size asked for.
Status RecordInChunks(const Ledger& ledger, const SetOffProblem& problem,
                      const graph::Circulation& solved, std::uint32_t debts, ClearingPlan* plan) {
  GEO_ASSIGN_OR_RETURN(const std::vector<graph::Cycle> cycles,
                       graph::DecomposeCirculation(problem.nodes, problem.edges, solved.removed));
  Recorder recorder(ledger, problem);
  const auto finish = [&] {
    std::vector<Effect> effects = recorder.Finish();
    if (!effects.empty()) plan->records.push_back(std::move(effects));
  };
  for (const graph::Cycle& cycle : cycles) {
    if (recorder.size() != 0 && recorder.size() + cycle.length() > debts) finish();
    for (const graph::EdgeIndex edge : cycle.edges) {
      recorder.Take(edge, solved.removed[edge] > 0 ? cycle.amount : -cycle.amount);
    }
  }
  finish();
  return OkStatus();
}

Status WriteRecords(const Ledger& ledger, const SetOffProblem& problem,
                    const graph::Circulation& solved, std::uint32_t debts, ClearingPlan* plan) {
  const auto changed =
      std::count_if(solved.removed.begin(), solved.removed.end(), [](Amount a) { return a != 0; });
  if (changed == 0) return OkStatus();
  if (static_cast<std::uint64_t>(changed) > debts) {
    return RecordInChunks(ledger, problem, solved, debts, plan);
  }
  Recorder recorder(ledger, problem);
  for (std::size_t i = 0; i < solved.removed.size(); ++i) {
    if (solved.removed[i] != 0) recorder.Take(i, solved.removed[i]);
  }
  plan->records.push_back(recorder.Finish());
  return OkStatus();
}

}  // namespace

StatusOr<ClearingPlan> PlanSetOff(const Ledger& ledger, const SetOff& request) {
  GEO_RETURN_IF_ERROR(CheckScope(ledger, request.scope));
  if (request.max_debts_per_record < kFewestDebtsPerRecord) {
    return MakeError(ErrorCode::kInvalidArgument, "max_debts_per_record is " +
                                                      std::to_string(request.max_debts_per_record) +
                                                      "; a cycle alone has three");
  }
  GEO_ASSIGN_OR_RETURN(const SetOffProblem problem, GatherDebts(ledger, request, {}));
  graph::CirculationOptions options;
  options.work_limit = request.work_limit;
  options.enough_ppm = request.enough_ppm;
  GEO_ASSIGN_OR_RETURN(const graph::Circulation solved, SolveSetOff(problem, options));
  GEO_RETURN_IF_ERROR(graph::CheckCirculation(problem.nodes, problem.edges, solved));
  ClearingPlan plan;
  plan.cleared = solved.volume;
  plan.upper_bound = solved.upper_bound;
  plan.complete = solved.optimal();
  plan.work = solved.work;
  if (plan.cleared == 0) return plan;  // growth may turn debts round and round for nothing
  GEO_RETURN_IF_ERROR(WriteRecords(ledger, problem, solved, request.max_debts_per_record, &plan));
  if (plan.records.size() == 1) {
    GEO_RETURN_IF_ERROR(VerifyClearing(ledger, plan.records.front(), request.growth));
  }
  return plan;
}

}  // namespace geo
