// The residual network that push–relabel works on: what tiered preflow and bringing home share.
#ifndef GEO_SRC_GRAPH_PREFLOW_NETWORK_H_
#define GEO_SRC_GRAPH_PREFLOW_NETWORK_H_

#include <cstdint>
#include <vector>

#include "geo/base/large_vector.h"
#include "src/graph/circulation_network.h"

namespace geo::graph {

// One direction of an edge in the residual network. Along the edge one more hop-unit is carried;
// against it one less, and `to` has the bit kAgainst. kBackOpen: the other direction has something
// left. Nodes take 30 bits: each has an edge in, and there are less than 2^30 edges.
struct ResidualArc {
  static constexpr std::uint32_t kAgainst = 0x80000000;
  static constexpr std::uint32_t kBackOpen = 0x40000000;

  std::uint32_t to = 0;
  std::uint32_t back = 0;  // the other direction
  Flow left = 0;

  NodeIndex head() const { return to & ~(kAgainst | kBackOpen); }
  bool against() const { return (to & kAgainst) != 0; }
  bool back_open() const { return (to & kBackOpen) != 0; }
};

// `Sum` holds the surplus of a node: Flow, or 128 bits where amounts are huge.
template <typename Sum>
struct PreflowNode {
  Sum surplus = 0;
  std::int32_t depth = 0;     // its tier, counted downwards: the price of the minimum-cost flow
  std::uint32_t level = 0;    // number of arcs to a deficit
  std::uint32_t first = 0;    // its first arc
  std::uint32_t current = 0;  // arcs before this one lead nowhere
};

template <typename Sum>
struct PreflowNetwork {
  // Carries nothing, or `flow`.
  PreflowNetwork(const CirculationNetwork& from, const std::vector<Flow>* flow) : network(from) {
    nodes.resize(std::size_t{network.nodes} + 1);
    CountArcs();
    PlaceArcs(flow);
  }

  NodeIndex size() const { return network.nodes; }
  std::uint32_t end(NodeIndex node) const { return nodes[node + 1].first; }

  // Moves `amount` along arc `out`, but leaves the surplus of its ends to the caller.
  void Carry(ResidualArc& out, ResidualArc& back, Flow amount) {
    out.left -= amount;
    back.left += amount;
    out.to |= ResidualArc::kBackOpen;
    if (out.left == 0) back.to &= ~ResidualArc::kBackOpen;
    removed += out.against() ? amount : -amount;
  }

  // What the edges Inside carry, in their order. Gives back the nodes before it takes more memory.
  std::vector<Flow> TakeFlow() {
    std::vector<std::uint32_t> next(network.nodes);
    for (NodeIndex node = 0; node < network.nodes; ++node) next[node] = nodes[node].first;
    LargeVector<PreflowNode<Sum>>().swap(nodes);
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
  LargeVector<PreflowNode<Sum>> nodes;  // and one more, for the end of the last one's arcs
  LargeVector<ResidualArc> arcs;
  AmountSum removed = 0;  // with all surplus where it is

 private:
  void CountArcs() {
    for (const CirculationEdge& edge : network.edges) {
      if (!network.Inside(edge)) continue;
      PreflowNode<Sum>& tail = nodes[network.number[edge.tail]];
      PreflowNode<Sum>& head = nodes[network.number[edge.head]];
      ++tail.first;
      ++head.first;
      tail.surplus += edge.amount;
      head.surplus -= edge.amount;
      removed += edge.amount;
    }
    std::uint32_t sum = 0;
    for (PreflowNode<Sum>& node : nodes) {
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
      const Flow left = edge.capacity - carried;
      arcs[along] = {head | (carried > 0 ? ResidualArc::kBackOpen : 0), against, left};
      arcs[against] = {tail | ResidualArc::kAgainst | (left > 0 ? ResidualArc::kBackOpen : 0),
                       along, carried};
      nodes[tail].surplus -= carried;
      nodes[head].surplus += carried;
      removed -= carried;
    }
  }
};

}  // namespace geo::graph

#endif  // GEO_SRC_GRAPH_PREFLOW_NETWORK_H_
