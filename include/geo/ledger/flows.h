// What routes move between each two participants, all of them together.
#ifndef GEO_LEDGER_FLOWS_H_
#define GEO_LEDGER_FLOWS_H_

#include <vector>

#include "geo/base/amount.h"
#include "geo/journal/entity.h"

namespace geo {

// Value that moves, or is held to move, from→to.
struct Flow {
  ParticipantIndex from = kNoIndex;
  ParticipantIndex to = kNoIndex;
  Amount amount = 0;
  friend bool operator==(const Flow&, const Flow&) = default;
};

// One flow per ordered pair of neighbours: along the path for a single route, else ascending. The
// amounts of the routes must not sum to more than kMaxAmount. O(hops · log hops).
std::vector<Flow> FlowsOf(const std::vector<Route>& routes);

}  // namespace geo

#endif  // GEO_LEDGER_FLOWS_H_
