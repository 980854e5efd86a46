// The set-off as a circulation problem.
#ifndef GEO_SRC_CLEARING_PROBLEM_H_
#define GEO_SRC_CLEARING_PROBLEM_H_

#include <unordered_map>
#include <vector>

#include "geo/clearing/clearing.h"
#include "geo/graph/circulation.h"

namespace geo {

// The legal debts as edges, in order of pairs. With growth a pair may have two: its debt, and the
// debt that the other line would allow.
struct SetOffProblem {
  std::vector<graph::CirculationEdge> edges;
  std::vector<PairIndex> pairs;  // of each edge
};

// What a pair's debt has lost already, in thought.
using TakenOff = std::unordered_map<PairIndex, Amount>;

// Errors: those of Within::Of. O(pairs).
StatusOr<SetOffProblem> GatherDebts(const Ledger& ledger, const SetOff& request,
                                    const TakenOff& taken);

// graph::MaximumCirculation over the debts of `ledger`. What a search that ended early lets two owe
// each other both ways is one debt in the books: it is less by what the two have in common.
StatusOr<graph::Circulation> SolveSetOff(const Ledger& ledger, const SetOffProblem& problem,
                                         const graph::CirculationOptions& options);

}  // namespace geo

#endif  // GEO_SRC_CLEARING_PROBLEM_H_
