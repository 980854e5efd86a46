// The engine for networks in which everybody is near everybody (geo/graph/circulation.h).
#ifndef GEO_SRC_GRAPH_TIERED_PREFLOW_H_
#define GEO_SRC_GRAPH_TIERED_PREFLOW_H_

#include <cstdint>

#include "src/graph/circulation_network.h"

namespace geo::graph {

struct TieredPreflowOptions {
  // From this search on, the engine gives up when sixteen searches leave more than three quarters
  // of those with surplus as they were, unless they are few.
  std::uint32_t patience = 0xffffffff;
  std::uint64_t work_limit = kNoWorkLimit;
  std::uint32_t enough_ppm = kWholeInPpm;
};

// Runs until optimal or until an option ends it; what is then left to move takes ways that are
// short and cost little, without proof that they are the best. Only when it gave up, the flow is
// not balanced, and the tiers suit it: every edge that could carry more leads up by one tier at
// most, every edge that carries something by one at least.
CirculationState TieredPreflow(const CirculationNetwork& network,
                               const TieredPreflowOptions& options);

// Balances the flow of `state` by the ways with the fewest edges, whatever they cost.
void BringHome(const CirculationNetwork& network, CirculationState* state);

}  // namespace geo::graph

#endif  // GEO_SRC_GRAPH_TIERED_PREFLOW_H_
