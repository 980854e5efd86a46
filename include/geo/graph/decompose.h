// A flow as simple paths.
#ifndef GEO_GRAPH_DECOMPOSE_H_
#define GEO_GRAPH_DECOMPOSE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <vector>

#include "geo/graph/residual_graph.h"
#include "geo/graph/search.h"

namespace geo::graph {

// Of the number of paths.
inline constexpr std::size_t kNoPathLimit = std::numeric_limits<std::size_t>::max();

// Splits a net flow into simple paths from `source` to `target` whose amounts never exceed what the
// flow holds on any edge, so no edge is used in both directions. Cycles in the flow are left out;
// from a node to itself leads no path.
//
// Without a hop limit the paths carry the whole flow, and `max_paths` does not count. With one, the
// widest path of at most `max_hops` is taken again and again until none is left or there are
// `max_paths`, and the paths may carry less than the flow; what is missing only longer or further
// paths could carry, or another choice of paths.
//
// `stop`, when set, is told after each path how many arcs have been looked at so far; true ends it
// there, and the paths carry what they do.
//
// `arcs`: positive amounts, conserving flow at every node other than source and target, each edge
// once. The number of paths is at most the number of arcs. Without a hop limit O(arcs · longest
// path); with one O(paths · arcs · min(max_hops, nodes)).
std::vector<Path> DecomposeFlow(const std::vector<FlowArc>& arcs, NodeIndex source,
                                NodeIndex target, std::uint32_t max_hops = kNoHopLimit,
                                std::size_t max_paths = kNoPathLimit,
                                const std::function<bool(std::uint64_t arcs)>& stop = {});

// The same with shortest paths first, each along the widest arcs at hand, until none of at most
// `max_hops` is left. For flows of thousands of paths, where it does not matter how many there are.
// O(arcs · min(max_hops, nodes) + hops of all paths).
std::vector<Path> DecomposeShortestFirst(const std::vector<FlowArc>& arcs, NodeIndex source,
                                         NodeIndex target, std::uint32_t max_hops,
                                         const std::function<bool(std::uint64_t arcs)>& stop = {});

}  // namespace geo::graph

#endif  // GEO_GRAPH_DECOMPOSE_H_
