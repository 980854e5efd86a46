#include "src/routing/objective.h"

#include <algorithm>
#include <map>
#include <utility>

#include "src/routing/surroundings.h"

namespace geo {
namespace {

using graph::EdgeIndex;
using graph::NodeIndex;
using graph::Path;

// Costs are weighed so that no number of hops makes up for one unit of what the objective is about.
constexpr std::int64_t kWeight = 1024;
constexpr std::int64_t kHop = 1;

// kSpread: the first half of what a line has left, the third quarter, the rest.
constexpr std::int64_t kSpreadCosts[3] = {1, 4, 16};

}  // namespace

ArcCost CostModel::Of(EdgeIndex edge, NodeIndex tail, Amount capacity) const {
  if (request_.constraints.objective == Objective::kSpread) {
    const Amount half = (capacity - 1) / 2 + 1;
    const Amount quarter = (capacity - half) / 2;
    return {CostStep{half, kWeight * kSpreadCosts[0] + kHop},
            CostStep{quarter, kWeight * kSpreadCosts[1] + kHop},
            CostStep{capacity - half - quarter, kWeight * kSpreadCosts[2] + kHop}};
  }
  const Pair& pair = network_.ledger().pair(network_.PairOf(edge));
  const Direction way = pair.DirectionFrom(network_.ParticipantAt(tail));
  if (request_.constraints.objective == Objective::kCheapest) {
    const std::int64_t cost =
        std::clamp<std::int64_t>(request_.cost(pair.tail(way), pair.head(way)), 0, kMaxLineCost);
    return {CostStep{capacity, kWeight * cost + kHop}};
  }
  const Amount owed = pair.owed(Reverse(way));  // head → tail: paid back first
  const Amount repaid = std::clamp<Amount>(owed, 0, capacity);
  return {CostStep{repaid, kHop}, CostStep{capacity - repaid, kWeight + kHop}};
}

AmountSum CostModel::Of(const std::vector<Path>& routes, const graph::Search& search) const {
  std::map<std::pair<EdgeIndex, NodeIndex>, Amount> flows;
  for (const Path& path : routes) {
    for (std::size_t i = 0; i < path.edges.size(); ++i) {
      flows[{path.edges[i], path.nodes[i]}] += path.amount;
    }
  }
  AmountSum total = 0;
  for (const auto& [arc, flow] : flows) {
    Amount left = flow;
    for (const CostStep& step : Of(arc.first, arc.second, search.Residual(arc.first, arc.second))) {
      const Amount part = std::min(left, step.room);
      total += AmountSum{part} * step.cost;
      left -= part;
    }
  }
  return total;
}

CheapRoutes FindCheapRoutes(const CostModel& model, const graph::ResidualGraph& graph,
                            graph::Search& search, const RouteRequest& request,
                            const std::vector<Path>& known) {
  Surroundings around(model, graph, search, request.constraints.max_hops, known);
  CheapRoutes routes;
  routes.by_flow = around.RoutesByFlow(request.amount, request.constraints.max_hops);
  around.Clear();
  routes.one_by_one = around.RoutesOneByOne(request.amount, request.constraints.max_hops,
                                            request.constraints.max_paths);
  return routes;
}

}  // namespace geo
