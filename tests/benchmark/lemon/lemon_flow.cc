#include "tests/benchmark/lemon/lemon_flow.h"

#include <lemon/preflow.h>
#include <lemon/static_graph.h>

#include <algorithm>
#include <utility>

namespace geo::bench {

struct LemonFlow::Network {
  lemon::StaticDigraph graph;
  std::unique_ptr<lemon::StaticDigraph::ArcMap<std::int64_t>> capacity;
};

LemonFlow::LemonFlow(std::uint32_t nodes, const std::vector<LemonArc>& arcs)
    : network_(std::make_unique<Network>()) {
  std::vector<LemonArc> sorted = arcs;
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const LemonArc& x, const LemonArc& y) { return x.tail < y.tail; });
  std::vector<std::pair<int, int>> ends;
  ends.reserve(sorted.size());
  for (const LemonArc& arc : sorted) {
    ends.emplace_back(static_cast<int>(arc.tail), static_cast<int>(arc.head));
  }
  lemon::StaticDigraph& graph = network_->graph;
  graph.build(static_cast<int>(nodes), ends.begin(), ends.end());
  network_->capacity = std::make_unique<lemon::StaticDigraph::ArcMap<std::int64_t>>(graph);
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    (*network_->capacity)[graph.arc(static_cast<int>(i))] = sorted[i].capacity;
  }
}

LemonFlow::~LemonFlow() = default;

std::int64_t LemonFlow::MaxFlow(std::uint32_t source, std::uint32_t target) {
  const lemon::StaticDigraph& graph = network_->graph;
  lemon::Preflow<lemon::StaticDigraph, lemon::StaticDigraph::ArcMap<std::int64_t>> preflow(
      graph, *network_->capacity, graph.node(static_cast<int>(source)),
      graph.node(static_cast<int>(target)));
  preflow.init();
  preflow.startFirstPhase();  // the value is known; the second phase would only make it a flow
  return preflow.flowValue();
}

}  // namespace geo::bench
