// Heads of the edges that leave each node, in one block.
#ifndef GEO_SRC_GRAPH_OUT_LISTS_H_
#define GEO_SRC_GRAPH_OUT_LISTS_H_

#include <cstdint>
#include <span>
#include <vector>

#include "geo/graph/circulation.h"

namespace geo::graph {

struct OutLists {
  std::vector<std::uint32_t> first;  // nodes + 1: where each list begins
  std::vector<NodeIndex> heads;
};

// Ways in which a circulation can remove: along an edge that carries something, against an edge
// that may carry more.
OutLists ListOut(NodeIndex nodes, std::span<const CirculationEdge> edges);

}  // namespace geo::graph

#endif  // GEO_SRC_GRAPH_OUT_LISTS_H_
