// Strongly connected components of a directed graph.
#ifndef GEO_GRAPH_COMPONENTS_H_
#define GEO_GRAPH_COMPONENTS_H_

#include <cstdint>
#include <span>
#include <vector>

#include "geo/graph/circulation.h"
#include "geo/graph/residual_graph.h"

namespace geo::graph {

struct Components {
  std::uint32_t count = 0;
  // Per node, below `count`, in topological order: no way (see below) leads to a smaller number.
  std::vector<std::uint32_t> of = {};
};

// Two nodes are in one component when each can be reached from the other. An edge counts in its
// direction when its amount is positive, and against it when it may carry more than that: these
// are the ways in which a circulation can remove. Edges must be valid (see CirculationEdge).
// O(nodes + edges). (D. Pearce, "A space-efficient algorithm for finding strongly connected
// components", Inf. Proc. Lett. 116, 2016.)
Components StronglyConnected(NodeIndex nodes, std::span<const CirculationEdge> edges);

}  // namespace geo::graph

#endif  // GEO_GRAPH_COMPONENTS_H_
