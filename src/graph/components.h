// Components of lists that are there already.
#ifndef GEO_SRC_GRAPH_COMPONENTS_H_
#define GEO_SRC_GRAPH_COMPONENTS_H_

#include "geo/graph/components.h"
#include "src/graph/out_lists.h"

namespace geo::graph {

// StronglyConnected on `out`. O(nodes + heads).
Components FindComponents(NodeIndex nodes, const OutLists& out);

}  // namespace geo::graph

#endif  // GEO_SRC_GRAPH_COMPONENTS_H_
