// What an objective (spec 01 §5.4) costs, and routes that cost less.
#ifndef GEO_SRC_ROUTING_OBJECTIVE_H_
#define GEO_SRC_ROUTING_OBJECTIVE_H_

#include <array>
#include <cstdint>
#include <functional>
#include <vector>

#include "geo/graph/search.h"
#include "geo/ledger/ledger.h"
#include "geo/routing/router.h"
#include "src/routing/network.h"

namespace geo {

// Up to `room` more units at `cost` each.
struct CostStep {
  Amount room = 0;
  std::int64_t cost = 0;
};

// The cost of flow over one arc: steps that cost more and more.
using ArcCost = std::array<CostStep, 3>;

class CostModel {
 public:
  CostModel(const Network& network, const RouteRequest& request)
      : network_(network), request_(request) {}

  // For the arc of `edge` leaving `tail`, which carries `capacity` in this request. Steps are
  // positive and ascending in cost; hops count a little, so that of equal plans the shorter wins.
  ArcCost Of(graph::EdgeIndex edge, graph::NodeIndex tail, Amount capacity) const;
  // Of everything that `routes` move together. `search` holds the request and no flow.
  AmountSum Of(const std::vector<graph::Path>& routes, const graph::Search& search) const;

 private:
  const Network& network_;
  const RouteRequest& request_;
};

// Routes from payer to payee that carry `amount`, of least cost, as far as they were found: by
// minimum-cost flow over the surroundings of the end points, which is exact when `max_hops` lets
// every route be and the surroundings are the whole network; and one by one within `max_hops`. Both
// may be empty, and neither keeps to more than capacities and, the second, to `max_hops`.
struct CheapRoutes {
  std::vector<graph::Path> by_flow;
  std::vector<graph::Path> one_by_one;
};

// Looks at a bounded number of arcs, added to the work of `search`, which holds the request and no
// flow. `known`: routes of the request, one at least, that the surroundings shall hold in any case.
CheapRoutes FindCheapRoutes(const CostModel& model, const graph::ResidualGraph& graph,
                            graph::Search& search, const RouteRequest& request,
                            const std::vector<graph::Path>& known);

}  // namespace geo

#endif  // GEO_SRC_ROUTING_OBJECTIVE_H_
