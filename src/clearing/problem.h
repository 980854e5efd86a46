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
  graph::NodeIndex nodes = 0;  // the members of the equivalent
  std::vector<graph::CirculationEdge> edges;
  std::vector<PairIndex> pairs;  // of each edge
};

// What a pair's debt has lost already, in thought.
using TakenOff = std::unordered_map<PairIndex, Amount>;

// Errors: those of Within::Of. O(pairs of the equivalent).
StatusOr<SetOffProblem> GatherDebts(const Ledger& ledger, const SetOff& request,
                                    const TakenOff& taken);

// graph::MaximumCirculation over the debts. What a search that ended early lets two owe each other
// both ways is one debt in the books: it is less by what the two have in common.
StatusOr<graph::Circulation> SolveSetOff(const SetOffProblem& problem,
                                         const graph::CirculationOptions& options);

}  // namespace geo

#endif  // GEO_SRC_CLEARING_PROBLEM_H_
