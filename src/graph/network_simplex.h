// The engine for networks with long ways (geo/graph/circulation.h).
#ifndef GEO_SRC_GRAPH_NETWORK_SIMPLEX_H_
#define GEO_SRC_GRAPH_NETWORK_SIMPLEX_H_

#include <cstdint>

#include "src/graph/circulation_network.h"

namespace geo::graph {

// Continues from `state`: any flow and any tiers will do, good ones save work. Stops when optimal
// or when state->work has reached `work_limit`; then the flow need not be balanced.
void NetworkSimplex(const CirculationNetwork& network, std::uint64_t work_limit,
                    CirculationState* state);

}  // namespace geo::graph

#endif  // GEO_SRC_GRAPH_NETWORK_SIMPLEX_H_
