#include "tests/benchmark/lemon/lemon_circulation.h"

#include <lemon/cost_scaling.h>
#include <lemon/network_simplex.h>
#include <lemon/smart_graph.h>

namespace geo::bench {

struct LemonCirculation::Network {
  Network() : capacity(graph), cost(graph), supply(graph, 0) {}

  template <typename Solver>
  std::int64_t Solve() {
    Solver solver(graph);
    solver.upperMap(capacity).costMap(cost).supplyMap(supply);
    return solver.run() == Solver::OPTIMAL ? solver.template totalCost<std::int64_t>() : -1;
  }

  lemon::SmartDigraph graph;
  lemon::SmartDigraph::ArcMap<std::int64_t> capacity;
  lemon::SmartDigraph::ArcMap<std::int64_t> cost;
  lemon::SmartDigraph::NodeMap<std::int64_t> supply;
};

LemonCirculation::LemonCirculation(std::uint32_t nodes, const std::vector<LemonDebt>& debts)
    : network_(std::make_unique<Network>()) {
  using lemon::SmartDigraph;
  SmartDigraph& graph = network_->graph;
  graph.reserveNode(static_cast<int>(nodes));
  graph.reserveArc(static_cast<int>(debts.size()));
  for (std::uint32_t i = 0; i < nodes; ++i) graph.addNode();
  for (const LemonDebt& debt : debts) {
    const auto tail = SmartDigraph::nodeFromId(static_cast<int>(debt.tail));
    const auto head = SmartDigraph::nodeFromId(static_cast<int>(debt.head));
    const auto arc = graph.addArc(tail, head);
    network_->capacity[arc] = debt.capacity;
    network_->cost[arc] = 1;
    network_->supply[tail] += debt.amount;
    network_->supply[head] -= debt.amount;
  }
}

LemonCirculation::~LemonCirculation() = default;

std::int64_t LemonCirculation::CostScaling() {
  return network_->Solve<lemon::CostScaling<lemon::SmartDigraph, std::int64_t, std::int64_t>>();
}

std::int64_t LemonCirculation::NetworkSimplex() {
  return network_->Solve<lemon::NetworkSimplex<lemon::SmartDigraph, std::int64_t, std::int64_t>>();
}

}  // namespace geo::bench
