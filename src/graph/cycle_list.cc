#include <algorithm>
#include <deque>
#include <limits>
#include <numeric>
#include <utility>

#include "geo/graph/cycles.h"

namespace geo::graph {
namespace {

constexpr std::uint32_t kNoWayBack = std::numeric_limits<std::uint32_t>::max();

// Depth first from each node in turn, over those that come later only, so that each cycle is met
// once; and only where the way back is short enough. Nodes with many edges come first, so that the
// others need not look through all of a hub's.
class CycleLister {
 public:
  CycleLister(const ResidualGraph& graph, const CycleQuery& query, std::size_t max_cycles)
      : graph_(graph),
        query_(query),
        max_cycles_(max_cycles),
        turn_(graph.node_count()),
        way_back_(graph.node_count(), kNoWayBack),
        on_path_(graph.node_count(), 0) {}

  CycleList Run() {
    for (const NodeIndex start : InTurn()) {
      if (!list_.complete) break;
      MeasureWaysBack(start);
      path_.assign(1, start);
      path_edges_.clear();
      on_path_[start] = 1;
      Extend(start, kMaxAmount);
      on_path_[start] = 0;
      for (const NodeIndex node : measured_) way_back_[node] = kNoWayBack;
    }
    std::sort(list_.cycles.begin(), list_.cycles.end(),
              [](const Cycle& x, const Cycle& y) { return x.nodes < y.nodes; });
    return std::move(list_);
  }

 private:
  // All nodes, those with the most edges first.
  std::vector<NodeIndex> InTurn() {
    std::vector<NodeIndex> nodes(graph_.node_count());
    std::iota(nodes.begin(), nodes.end(), 0);
    std::sort(nodes.begin(), nodes.end(), [this](NodeIndex x, NodeIndex y) {
      return std::pair(graph_.degree(y), x) < std::pair(graph_.degree(x), y);
    });
    for (std::uint32_t i = 0; i < nodes.size(); ++i) turn_[nodes[i]] = i;
    return nodes;
  }

  Flow Carried(EdgeIndex edge, NodeIndex tail) const {
    return graph_.CapacityFor(edge, tail, kNoNode, kNoNode);
  }

  bool MayLookAt(std::uint32_t arcs) {
    work_ += arcs;
    if (work_ > query_.work_limit) list_.complete = false;
    return list_.complete;
  }

  // Arcs from each later node back to `start`, as far as they matter.
  void MeasureWaysBack(NodeIndex start) {
    measured_.assign(1, start);
    way_back_[start] = 0;
    for (std::size_t next = 0; next < measured_.size(); ++next) {
      const NodeIndex node = measured_[next];
      if (way_back_[node] + 1 >= query_.max_length) break;
      if (!MayLookAt(graph_.degree(node))) return;
      for (std::uint32_t i = 0; i < graph_.degree(node); ++i) {
        const NodeIndex from = graph_.neighbor(node, i);
        if (turn_[from] < turn_[start] || way_back_[from] != kNoWayBack) continue;
        if (Carried(graph_.edge(node, i), from) < query_.min_amount) continue;
        way_back_[from] = way_back_[node] + 1;
        measured_.push_back(from);
      }
    }
  }

  void Extend(NodeIndex node, Flow amount) {
    const NodeIndex start = path_.front();
    if (!MayLookAt(graph_.degree(node))) return;
    for (std::uint32_t i = 0; i < graph_.degree(node) && list_.complete; ++i) {
      const NodeIndex head = graph_.neighbor(node, i);
      if (way_back_[head] == kNoWayBack) continue;
      const EdgeIndex edge = graph_.edge(node, i);
      const Flow carried = Carried(edge, node);
      if (carried < query_.min_amount) continue;
      path_edges_.push_back(edge);
      if (head == start) {
        if (path_.size() >= 3) Add(std::min(amount, carried));
      } else if (on_path_[head] == 0 && path_.size() + way_back_[head] <= query_.max_length) {
        path_.push_back(head);
        on_path_[head] = 1;
        Extend(head, std::min(amount, carried));
        on_path_[head] = 0;
        path_.pop_back();
      }
      path_edges_.pop_back();
    }
  }

  void Add(Flow amount) {
    if (list_.cycles.size() == max_cycles_) {
      list_.complete = false;
      return;
    }
    Cycle& cycle = list_.cycles.emplace_back(Cycle{path_, path_edges_, amount});
    const auto smallest = std::min_element(path_.begin(), path_.end()) - path_.begin();
    std::rotate(cycle.nodes.begin(), cycle.nodes.begin() + smallest, cycle.nodes.end());
    std::rotate(cycle.edges.begin(), cycle.edges.begin() + smallest, cycle.edges.end());
  }

  const ResidualGraph& graph_;
  const CycleQuery& query_;
  std::size_t max_cycles_;
  std::vector<std::uint32_t> turn_;  // of each node
  std::vector<std::uint32_t> way_back_;
  std::vector<NodeIndex> measured_;
  std::vector<std::uint8_t> on_path_;
  std::vector<NodeIndex> path_;
  std::vector<EdgeIndex> path_edges_;
  std::uint64_t work_ = 0;
  CycleList list_;
};

}  // namespace

CycleList ListCycles(const ResidualGraph& graph, const CycleQuery& query, std::size_t max_cycles) {
  return CycleLister(graph, query, max_cycles).Run();
}

}  // namespace geo::graph
