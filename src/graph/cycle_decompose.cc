#include <algorithm>
#include <string>
#include <utility>

#include "geo/graph/cycles.h"
#include "src/base/status_macros.h"
#include "src/graph/check_edges.h"

namespace geo::graph {
namespace {

constexpr std::uint32_t kNoArc = 0xffffffff;

// The support of a circulation: what is removed, or added the other way round.
class CycleSupport {
 public:
  CycleSupport(NodeIndex nodes, std::span<const CirculationEdge> edges,
               std::span<const Flow> removed)
      : first_(std::size_t{nodes} + 1, 0) {
    for (std::size_t i = 0; i < edges.size(); ++i) {
      if (removed[i] != 0) ++first_[Tail(edges[i], removed[i])];
    }
    std::uint32_t sum = 0;
    for (std::uint32_t& count : first_) count = sum += count;
    arcs_.resize(sum);
    for (std::size_t i = edges.size(); i > 0; --i) {
      const Flow amount = removed[i - 1];
      if (amount == 0) continue;
      const CirculationEdge& edge = edges[i - 1];
      Arc& arc = arcs_[--first_[Tail(edge, amount)]];
      arc.head = amount > 0 ? edge.head : edge.tail;
      arc.edge = static_cast<EdgeIndex>(i - 1);
      arc.left = amount > 0 ? amount : -amount;
    }
    next_.assign(first_.begin(), first_.end() - 1);
    seen_.assign(nodes, kNoArc);
    via_.assign(nodes, kNoArc);
    from_.assign(nodes, kNoNode);
  }

  // Walks on until a node comes again, takes that cycle off, and walks on from there.
  void TakeAll(std::vector<Cycle>* cycles) {
    for (NodeIndex start = 0; start < next_.size(); ++start) {
      std::vector<std::uint32_t> walk;
      seen_[start] = 0;
      NodeIndex node = start;
      while (true) {
        const std::uint32_t arc = NextArc(node);
        if (arc == kNoArc) break;  // at the start: everything that left it has come back
        walk.push_back(arc);
        node = arcs_[arc].head;
        if (seen_[node] == kNoArc) {
          seen_[node] = static_cast<std::uint32_t>(walk.size());
          continue;
        }
        const std::uint32_t begin = seen_[node];
        const std::span<const std::uint32_t> round = std::span(walk).subspan(begin);
        cycles->push_back(Take(node, round));
        for (std::size_t i = 0; i + 1 < round.size(); ++i) seen_[arcs_[round[i]].head] = kNoArc;
        walk.resize(begin);
      }
      seen_[start] = kNoArc;
    }
  }

  // All cycles of up to `length` nodes.
  void TakeUpTo(std::uint32_t length, std::vector<Cycle>* cycles) {
    for (NodeIndex node = 0; node < next_.size(); ++node) {
      std::vector<std::uint32_t> round;
      while (FindCycle(node, length, &round)) cycles->push_back(Take(node, round));
    }
  }

 private:
  struct Arc {
    NodeIndex head = kNoNode;
    EdgeIndex edge = kNoEdge;
    Flow left = 0;
  };

  static NodeIndex Tail(const CirculationEdge& edge, Flow amount) {
    return amount > 0 ? edge.tail : edge.head;
  }

  std::uint32_t NextArc(NodeIndex node) {
    std::uint32_t& next = next_[node];
    while (next < first_[node + 1] && arcs_[next].left == 0) ++next;
    return next < first_[node + 1] ? next : kNoArc;
  }

  Cycle Take(NodeIndex start, std::span<const std::uint32_t> round) {
    Cycle cycle;
    cycle.amount = kMaxAmount;
    NodeIndex node = start;
    for (const std::uint32_t arc : round) {
      cycle.amount = std::min(cycle.amount, arcs_[arc].left);
      cycle.nodes.push_back(node);
      cycle.edges.push_back(arcs_[arc].edge);
      node = arcs_[arc].head;
    }
    for (const std::uint32_t arc : round) arcs_[arc].left -= cycle.amount;
    return cycle;
  }

  // Breadth first from `start` back to it.
  bool FindCycle(NodeIndex start, std::uint32_t length, std::vector<std::uint32_t>* round) {
    if (NextArc(start) == kNoArc) return false;
    queue_.assign(1, start);
    std::uint32_t closing = kNoArc;
    NodeIndex closing_from = kNoNode;
    seen_[start] = 0;
    for (std::size_t i = 0; i < queue_.size() && closing == kNoArc; ++i) {
      const NodeIndex node = queue_[i];
      if (seen_[node] >= length) break;
      for (std::uint32_t arc = next_[node]; arc < first_[node + 1]; ++arc) {
        const NodeIndex head = arcs_[arc].head;
        if (arcs_[arc].left == 0) continue;
        if (head == start) {
          closing = arc;
          closing_from = node;
          break;
        }
        if (seen_[head] != kNoArc) continue;
        seen_[head] = seen_[node] + 1;
        via_[head] = arc;
        from_[head] = node;
        queue_.push_back(head);
      }
    }
    round->clear();
    if (closing != kNoArc) {
      round->push_back(closing);
      for (NodeIndex node = closing_from; node != start; node = from_[node]) {
        round->push_back(via_[node]);
      }
      std::reverse(round->begin(), round->end());
    }
    for (const NodeIndex node : queue_) seen_[node] = kNoArc;
    return closing != kNoArc;
  }

  std::vector<std::uint32_t> first_;
  std::vector<Arc> arcs_;
  std::vector<std::uint32_t> next_;  // per node: arcs before this one are used up
  std::vector<std::uint32_t> seen_;  // arcs from the start of a walk or search, or kNoArc
  std::vector<std::uint32_t> via_;   // the arc by which a search came
  std::vector<NodeIndex> from_;      // and the node
  std::vector<NodeIndex> queue_;
};

Status CheckConserved(NodeIndex nodes, std::span<const CirculationEdge> edges,
                      std::span<const Flow> removed) {
  if (removed.size() != edges.size()) {
    return MakeError(ErrorCode::kInvalidArgument, std::to_string(removed.size()) + " amounts for " +
                                                      std::to_string(edges.size()) + " edges");
  }
  std::vector<AmountSum> balance(nodes, 0);
  for (std::size_t i = 0; i < edges.size(); ++i) {
    if (removed[i] > edges[i].amount || removed[i] < edges[i].amount - edges[i].capacity) {
      return MakeError(ErrorCode::kInvalidArgument, std::to_string(removed[i]) +
                                                        " is more than can be removed from, or "
                                                        "added to, edge " +
                                                        std::to_string(i));
    }
    balance[edges[i].tail] -= removed[i];
    balance[edges[i].head] += removed[i];
  }
  const auto off =
      std::find_if(balance.begin(), balance.end(), [](AmountSum amount) { return amount != 0; });
  if (off == balance.end()) return OkStatus();
  return MakeError(ErrorCode::kInvalidArgument,
                   "node " + std::to_string(off - balance.begin()) +
                       " does not keep its balance: this is no circulation");
}

}  // namespace

StatusOr<std::vector<Cycle>> DecomposeCirculation(NodeIndex nodes,
                                                  std::span<const CirculationEdge> edges,
                                                  std::span<const Flow> removed,
                                                  const DecomposeOptions& options) {
  GEO_RETURN_IF_ERROR(CheckEdges(nodes, edges));
  GEO_RETURN_IF_ERROR(CheckConserved(nodes, edges, removed));
  if (options.max_length == 1 || options.max_length > kMaxCycleLength) {
    return MakeError(
        ErrorCode::kInvalidArgument,
        "max_length " + std::to_string(options.max_length) + " is neither 0 nor 2 to 64");
  }
  CycleSupport support(nodes, edges, removed);
  std::vector<Cycle> cycles;
  if (options.max_length == 0) support.TakeAll(&cycles);
  for (std::uint32_t length = 2; length <= options.max_length; ++length) {
    support.TakeUpTo(length, &cycles);
  }
  return cycles;
}

}  // namespace geo::graph
