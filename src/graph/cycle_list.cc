#include <algorithm>
#include <deque>
#include <limits>

#include "geo/graph/cycles.h"

namespace geo::graph {
namespace {

constexpr std::uint32_t kFar = std::numeric_limits<std::uint32_t>::max();

// Depth first from each node in turn, over larger nodes only, so that each cycle is met once, at
// its smallest node; and only where the way back is short enough.
class CycleLister {
 public:
  CycleLister(const ResidualGraph& graph, const CycleQuery& query, std::size_t max_cycles)
      : graph_(graph),
        query_(query),
        max_cycles_(max_cycles),
        way_back_(graph.node_count(), kFar),
        on_path_(graph.node_count(), 0) {}

  CycleList Run() {
    for (NodeIndex start = 0; start < graph_.node_count() && list_.complete; ++start) {
      MeasureWaysBack(start);
      path_.assign(1, start);
      path_edges_.clear();
      on_path_[start] = 1;
      Extend(start, kMaxAmount);
      on_path_[start] = 0;
      for (const NodeIndex node : measured_) way_back_[node] = kFar;
    }
    return std::move(list_);
  }

 private:
  Flow Carried(EdgeIndex edge, NodeIndex tail) const {
    return graph_.CapacityFor(edge, tail, kNoNode, kNoNode);
  }

  bool MayLookAt(std::uint32_t arcs) {
    work_ += arcs;
    if (work_ > query_.work_limit) list_.complete = false;
    return list_.complete;
  }

  // Arcs from each larger node back to `start`, as far as they matter.
  void MeasureWaysBack(NodeIndex start) {
    measured_.assign(1, start);
    way_back_[start] = 0;
    for (std::size_t next = 0; next < measured_.size(); ++next) {
      const NodeIndex node = measured_[next];
      if (way_back_[node] + 1 >= query_.max_length) break;
      if (!MayLookAt(graph_.degree(node))) return;
      for (std::uint32_t i = 0; i < graph_.degree(node); ++i) {
        const NodeIndex from = graph_.neighbor(node, i);
        if (from < start || way_back_[from] != kFar) continue;
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
      if (way_back_[head] == kFar) continue;
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
    list_.cycles.push_back({path_, path_edges_, amount});
  }

  const ResidualGraph& graph_;
  const CycleQuery& query_;
  std::size_t max_cycles_;
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
