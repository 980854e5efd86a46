#include "src/clearing/problem.h"

#include <algorithm>
#include <span>

#include "src/base/status_macros.h"
#include "src/clearing/legal.h"

namespace geo {
namespace {

// What the edge may carry afterwards when its line lets debts grow, and both are active.
Amount GrowsTo(const Ledger& ledger, const Pair& pair, Direction owing, Amount owed) {
  const LineIndex line = pair.line_for(owing);
  if (!Consents(ledger, line) || !ledger.line_policy(line).allow_growth) return owed;
  if (!AreActive(ledger, pair)) return owed;
  return std::max(owed, ledger.line_limit(line));
}

void AddPair(const Ledger& ledger, PairIndex index, const SetOff& request, Amount taken,
             SetOffProblem* problem) {
  const Pair& pair = ledger.pair(index);
  const PairMembers members = ledger.MembersOf(index);
  const Direction owing = OwingDirection(pair);
  const Amount legal = LegalDebt(ledger, pair);
  if (Reserved(pair) || (pair.balance != 0 && legal == 0)) return;
  const Amount owed = legal - taken;
  if (owed != 0 && owed < request.scope.min_amount) return;
  const auto add = [&](Direction way, Amount amount, Amount capacity) {
    if (capacity == 0) return;
    problem->edges.push_back({members.tail(way), members.head(way), amount, capacity});
    problem->pairs.push_back(index);
  };
  if (!request.growth) {
    add(owing, owed, owed);
    return;
  }
  add(owing, owed, GrowsTo(ledger, pair, owing, owed));
  add(Reverse(owing), 0, GrowsTo(ledger, pair, Reverse(owing), 0));
}

// The two edges of a pair follow one another.
void NetOut(const SetOffProblem& problem, graph::Circulation* solved) {
  const auto left = [&](std::size_t i) { return problem.edges[i].amount - solved->removed[i]; };
  for (std::size_t i = 1; i < problem.pairs.size(); ++i) {
    if (problem.pairs[i] != problem.pairs[i - 1]) continue;
    const Amount common = std::min(left(i - 1), left(i));
    solved->removed[i - 1] += common;
    solved->removed[i] += common;
    solved->volume += AmountSum{common} * 2;
  }
}

}  // namespace

StatusOr<SetOffProblem> GatherDebts(const Ledger& ledger, const SetOff& request,
                                    const TakenOff& taken) {
  GEO_ASSIGN_OR_RETURN(const Within within, Within::Of(ledger, request.scope));
  SetOffProblem problem;
  problem.nodes = static_cast<graph::NodeIndex>(ledger.member_count(request.scope.equivalent));
  // What a pair leads to lies anywhere: each is asked of memory some steps before it is needed.
  constexpr std::size_t kAhead = 16;
  const std::span<const PairIndex> pairs = ledger.PairsIn(request.scope.equivalent);
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    if (i + kAhead < pairs.size()) ledger.PrefetchAround(pairs[i + kAhead]);
    if (!within.Has(ledger.pair(pairs[i]))) continue;
    const auto less = taken.find(pairs[i]);
    AddPair(ledger, pairs[i], request, less == taken.end() ? 0 : less->second, &problem);
  }
  return problem;
}

StatusOr<graph::Circulation> SolveSetOff(const SetOffProblem& problem,
                                         const graph::CirculationOptions& options) {
  GEO_ASSIGN_OR_RETURN(graph::Circulation solved,
                       graph::MaximumCirculation(problem.nodes, problem.edges, options));
  NetOut(problem, &solved);
  return solved;
}

}  // namespace geo
