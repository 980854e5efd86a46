// Whether edges are what circulations take.
#ifndef GEO_SRC_GRAPH_CHECK_EDGES_H_
#define GEO_SRC_GRAPH_CHECK_EDGES_H_

#include <span>

#include "geo/base/status.h"
#include "geo/graph/circulation.h"

namespace geo::graph {

// Errors: InvalidArgument naming the first edge that is out of range, TooLarge.
Status CheckEdges(NodeIndex nodes, std::span<const CirculationEdge> edges);

}  // namespace geo::graph

#endif  // GEO_SRC_GRAPH_CHECK_EDGES_H_
