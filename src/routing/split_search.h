// The last resort under hop and path limits: list the routes there are and try which few of them
// carry the amount together.
#ifndef GEO_SRC_ROUTING_SPLIT_SEARCH_H_
#define GEO_SRC_ROUTING_SPLIT_SEARCH_H_

#include <cstdint>
#include <functional>
#include <vector>

#include "geo/base/amount.h"
#include "geo/graph/residual_graph.h"
#include "geo/graph/search.h"

namespace geo {

// One way along an edge, with what it carries for this query.
struct ListedArc {
  graph::EdgeIndex edge = graph::kNoEdge;
  graph::NodeIndex tail = graph::kNoNode;
  Amount capacity = 0;
};

// Simple routes over a few arcs.
struct RouteList {
  std::vector<ListedArc> arcs;
  std::vector<graph::Path> paths;                // amount: what it carries alone
  std::vector<std::vector<std::uint32_t>> uses;  // per path: positions in `arcs`
  bool complete = false;  // these are all routes that there are within the hop limit
};

// Lists the simple paths of at most `max_hops` from source to target that can carry anything and
// that `accept` likes; the wider half when there are more than kMaxListedRoutes. Looks at a bounded
// number of arcs, added to the work of `search`, which holds the query and no flow.
RouteList ListRoutes(const graph::ResidualGraph& graph, graph::Search& search,
                     graph::NodeIndex source, graph::NodeIndex target, std::uint32_t max_hops,
                     const std::function<bool(const graph::Path&)>& accept);

struct Split {
  bool found = false;
  bool exhaustive = false;          // when not found: there is none over these routes
  std::vector<graph::Path> routes;  // the best split found, at most `amount`; amounts set
  Amount sum = 0;
};

// Tries which at most `max_paths` (and at most kMaxSplitPaths) of the listed routes carry `amount`
// together, no pair in both directions. Branch and bound over sets of routes, widest first, each
// set packed exactly; a bounded number of sets.
Split FindSplit(const RouteList& list, Amount amount, std::uint32_t max_paths,
                graph::Search& search);

}  // namespace geo

#endif  // GEO_SRC_ROUTING_SPLIT_SEARCH_H_
