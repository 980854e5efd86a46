// The residual network that push–relabel works on: what tiered preflow and bringing home share.
#ifndef GEO_SRC_GRAPH_PREFLOW_NETWORK_H_
#define GEO_SRC_GRAPH_PREFLOW_NETWORK_H_

#include <cstdint>
#include <limits>
#include <vector>

#include "geo/base/large_vector.h"
#include "src/graph/circulation_network.h"

namespace geo::graph {

// How wide numbers must be: what is left of an arc, and the surplus of a node.
struct SmallAmounts {
  using Left = std::uint32_t;
  using Sum = Flow;
};
struct LargeAmounts {
  using Left = Flow;
  using Sum = Flow;
};
struct HugeAmounts {
  using Left = Flow;
  using Sum = AmountSum;
};

// Calls `solve` with the least of the three that will do. No surplus can pass what all edges can
// carry together.
template <typename Solve>
auto WithAmountsOf(const CirculationNetwork& network, const Solve& solve) {
  AmountSum total = 0;
  Flow most = 0;
  for (const CirculationEdge& edge : network.edges) {
    if (!network.Inside(edge)) continue;
    total += edge.capacity;
    if (edge.capacity > most) most = edge.capacity;
  }
  if (most <= std::numeric_limits<SmallAmounts::Left>::max()) return solve(SmallAmounts());
  return total <= kMaxAmount ? solve(LargeAmounts()) : solve(HugeAmounts());
}

// One direction of an edge in the residual network. Along the edge one more hop-unit is carried;
// against it one less, and `to` has the bit kAgainst. kBackOpen: the other direction has something
// left. Nodes take 30 bits: each has an edge in, and there are less than 2^30 edges.
template <typename Left>
struct ResidualArc {
  static constexpr std::uint32_t kAgainst = 0x80000000;
  static constexpr std::uint32_t kBackOpen = 0x40000000;

  std::uint32_t to = 0;
  std::uint32_t back = 0;  // the other direction
  Left left = 0;

  NodeIndex head() const { return to & ~(kAgainst | kBackOpen); }
  bool against() const { return (to & kAgainst) != 0; }
  bool back_open() const { return (to & kBackOpen) != 0; }
};

template <typename Amounts>
struct PreflowNode {
  typename Amounts::Sum surplus = 0;
  std::int32_t depth = 0;     // its tier, counted downwards: the price of the minimum-cost flow
  std::uint32_t level = 0;    // number of arcs to a deficit
  std::uint32_t first = 0;    // its first arc
  std::uint32_t current = 0;  // arcs before this one lead nowhere
};

template <typename Amounts>
struct PreflowNetwork {
  using Left = typename Amounts::Left;
  using Sum = typename Amounts::Sum;
  using Node = PreflowNode<Amounts>;
  using Arc = ResidualArc<Left>;

  // Carries nothing, or `flow`.
  PreflowNetwork(const CirculationNetwork& from, const std::vector<Flow>* flow) : network(from) {
    nodes.resize(std::size_t{network.nodes} + 1);
    CountArcs();
    PlaceArcs(flow);
  }

  NodeIndex size() const { return network.nodes; }
  std::uint32_t end(NodeIndex node) const { return nodes[node + 1].first; }

  // Moves as much of `surplus` along arc `out` as it can take, but leaves the surplus of its ends
  // to the caller.
  Flow Carry(Arc& out, Arc& back, Sum surplus) {
    const Left moved = surplus < out.left ? static_cast<Left>(surplus) : out.left;
    out.left -= moved;
    back.left += moved;
    out.to |= Arc::kBackOpen;
    if (out.left == 0) back.to &= ~Arc::kBackOpen;
    const Flow flow = moved;
    removed += out.against() ? flow : -flow;
    return flow;
  }

  // What the edges Inside carry, in their order. Gives back the nodes before it takes more memory.
  std::vector<Flow> TakeFlow() {
    std::vector<std::uint32_t> next(network.nodes);
    for (NodeIndex node = 0; node < network.nodes; ++node) next[node] = nodes[node].first;
    LargeVector<Node>().swap(nodes);
    std::vector<Flow> flow;
    flow.reserve(network.inside);
    for (const CirculationEdge& edge : network.edges) {
      if (!network.Inside(edge)) continue;
      ++next[network.number[edge.tail]];
      flow.push_back(arcs[next[network.number[edge.head]]++].left);
    }
    return flow;
  }

  const CirculationNetwork& network;
  LargeVector<Node> nodes;  // and one more, for the end of the last one's arcs
  LargeVector<Arc> arcs;
  AmountSum removed = 0;  // with all surplus where it is

 private:
  void CountArcs() {
    for (const CirculationEdge& edge : network.edges) {
      if (!network.Inside(edge)) continue;
      Node& tail = nodes[network.number[edge.tail]];
      Node& head = nodes[network.number[edge.head]];
      ++tail.first;
      ++head.first;
      tail.surplus += edge.amount;
      head.surplus -= edge.amount;
      removed += edge.amount;
    }
    std::uint32_t sum = 0;
    for (Node& node : nodes) {
      node.current = sum;
      sum += node.first;
      node.first = node.current;
    }
    arcs.resize(sum);
  }

  // Places are dealt in the order of the edges; TakeFlow relies on it.
  void PlaceArcs(const std::vector<Flow>* flow) {
    std::size_t given = 0;
    for (const CirculationEdge& edge : network.edges) {
      if (!network.Inside(edge)) continue;
      const NodeIndex tail = network.number[edge.tail];
      const NodeIndex head = network.number[edge.head];
      const std::uint32_t along = nodes[tail].current++;
      const std::uint32_t against = nodes[head].current++;
      const Flow carried = flow == nullptr ? 0 : (*flow)[given++];
      const auto left = static_cast<Left>(edge.capacity - carried);
      arcs[along] = {head | (carried > 0 ? Arc::kBackOpen : 0), against, left};
      arcs[against] = {tail | Arc::kAgainst | (left > 0 ? Arc::kBackOpen : 0), along,
                       static_cast<Left>(carried)};
      nodes[tail].surplus -= carried;
      nodes[head].surplus += carried;
      removed -= carried;
    }
  }
};

}  // namespace geo::graph

#endif  // GEO_SRC_GRAPH_PREFLOW_NETWORK_H_
