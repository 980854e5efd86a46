#include "geo/graph/components.h"

#include <vector>

#include "src/graph/components.h"

namespace geo::graph {
namespace {

// Pearce's algorithm with its recursion on `path_`. rank_ is 0 for nodes not seen; 1, 2, … in order
// of discovery for those in work; the component's number, above all of these, for the rest.
class ComponentSearch {
 public:
  ComponentSearch(NodeIndex nodes, const OutLists& out)
      : out_(out),
        rank_(nodes, 0),
        place_(out.first.begin(), out.first.end() - 1),
        is_root_(nodes, 1),
        component_(nodes) {}

  Components Run() {
    for (NodeIndex node = 0; node < rank_.size(); ++node) {
      if (rank_[node] == 0) Visit(node);
    }
    // Numbers were given from `nodes` downwards, sinks first.
    Components result;
    result.count = static_cast<std::uint32_t>(rank_.size()) - component_;
    for (std::uint32_t& rank : rank_) rank -= component_ + 1;
    result.of = std::move(rank_);
    return result;
  }

 private:
  void Visit(NodeIndex start) {
    Begin(start);
    while (!path_.empty()) {
      const NodeIndex node = path_.back();
      if (place_[node] == out_.first[node + 1]) {
        path_.pop_back();
        Finish(node);
        continue;
      }
      const NodeIndex head = out_.heads[place_[node]];
      if (rank_[head] == 0) {
        Begin(head);  // the same edge is looked at again when it is done
        continue;
      }
      ++place_[node];
      if (rank_[head] < rank_[node]) {
        rank_[node] = rank_[head];
        is_root_[node] = 0;
      }
    }
  }

  void Begin(NodeIndex node) {
    rank_[node] = ++discovered_;
    path_.push_back(node);
  }

  void Finish(NodeIndex node) {
    if (is_root_[node] == 0) {
      waiting_.push_back(node);
      return;
    }
    --discovered_;
    while (!waiting_.empty() && rank_[waiting_.back()] >= rank_[node]) {
      rank_[waiting_.back()] = component_;
      waiting_.pop_back();
      --discovered_;
    }
    rank_[node] = component_--;
  }

  const OutLists& out_;
  std::vector<std::uint32_t> rank_;
  std::vector<std::uint32_t> place_;  // the next edge of each node
  std::vector<std::uint8_t> is_root_;
  std::vector<NodeIndex> path_;
  std::vector<NodeIndex> waiting_;
  std::uint32_t discovered_ = 0;
  std::uint32_t component_;  // the number of the next component
};

}  // namespace

OutLists ListOut(NodeIndex nodes, std::span<const CirculationEdge> edges) {
  OutLists out;
  out.first.assign(std::size_t{nodes} + 1, 0);
  for (const CirculationEdge& edge : edges) {
    out.first[edge.tail] += edge.amount > 0 ? 1 : 0;
    out.first[edge.head] += edge.capacity > edge.amount ? 1 : 0;
  }
  std::uint32_t sum = 0;
  for (std::uint32_t& first : out.first) {
    sum += first;
    first = sum;  // the end of the list; filling it moves this to its beginning
  }
  out.heads.resize(sum);
  for (std::size_t i = edges.size(); i > 0; --i) {
    const CirculationEdge& edge = edges[i - 1];
    if (edge.amount > 0) out.heads[--out.first[edge.tail]] = edge.head;
    if (edge.capacity > edge.amount) out.heads[--out.first[edge.head]] = edge.tail;
  }
  return out;
}

Components FindComponents(NodeIndex nodes, const OutLists& out) {
  return ComponentSearch(nodes, out).Run();
}

Components StronglyConnected(NodeIndex nodes, std::span<const CirculationEdge> edges) {
  return FindComponents(nodes, ListOut(nodes, edges));
}

}  // namespace geo::graph
