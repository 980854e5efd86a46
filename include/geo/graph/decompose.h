// A flow as simple paths.
#ifndef GEO_GRAPH_DECOMPOSE_H_
#define GEO_GRAPH_DECOMPOSE_H_

#include <cstdint>
#include <vector>

#include "geo/graph/residual_graph.h"
#include "geo/graph/search.h"

namespace geo::graph {

// Splits a net flow into simple paths from `source` to `target` whose amounts never exceed what the
// flow holds on any edge, so no edge is used in both directions. Cycles in the flow are left out.
//
// Without a hop limit the paths carry the whole flow. With one, the widest path of at most
// `max_hops` is taken again and again until none is left, and the paths may carry less than the
// flow; what is missing only longer paths could carry, or another choice of paths.
//
// `arcs`: positive amounts, conserving flow at every node other than source and target. The number
// of paths is at most the number of arcs. Without a hop limit O(arcs · longest path); with one
// O(paths · arcs · min(max_hops, nodes)).
std::vector<Path> DecomposeFlow(const std::vector<FlowArc>& arcs, NodeIndex source,
                                NodeIndex target, std::uint32_t max_hops = kNoHopLimit);

}  // namespace geo::graph

#endif  // GEO_GRAPH_DECOMPOSE_H_
