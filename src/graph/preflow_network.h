// The residual network that push–relabel works on: what tiered preflow and bringing home share.
#ifndef GEO_SRC_GRAPH_PREFLOW_NETWORK_H_
#define GEO_SRC_GRAPH_PREFLOW_NETWORK_H_

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "geo/base/large_vector.h"
#include "src/base/prefetch.h"
#include "src/graph/circulation_network.h"

namespace geo::graph {

// How wide numbers must be: what is left of an arc, and the surplus of a node; and whether arcs may
// be longer than one edge.
struct SmallAmounts {
  using Left = std::uint32_t;
  using Sum = Flow;
  static constexpr bool kChains = false;
};
struct LargeAmounts {
  using Left = Flow;
  using Sum = Flow;
  static constexpr bool kChains = false;
};
struct HugeAmounts {
  using Left = Flow;
  using Sum = AmountSum;
  static constexpr bool kChains = false;
};
struct AmountsOfChains {
  using Left = Flow;
  using Sum = AmountSum;
  static constexpr bool kChains = true;
};

// Calls `solve` with the least of these that will do. No surplus can pass what all edges can carry
// together.
template <typename Solve>
auto WithAmountsOf(const CirculationNetwork& network, const Solve& solve) {
  if (network.has_chains()) return solve(AmountsOfChains());
  AmountSum total = 0;
  Flow most = 0;
  network.ForEachEdge([&](std::uint32_t edge) {
    const Flow capacity = network.edges[edge].capacity;
    total += capacity;
    if (capacity > most) most = capacity;
  });
  if (most <= std::numeric_limits<SmallAmounts::Left>::max()) return solve(SmallAmounts());
  return total <= kMaxAmount ? solve(LargeAmounts()) : solve(HugeAmounts());
}

// How many edges an arc has.
template <bool kChains>
struct ArcLength {
  void SetLength(std::uint32_t /*one*/) {}
  std::int32_t length() const { return 1; }
  Flow TimesLength(Flow amount) const { return amount; }
};
template <>
struct ArcLength<true> {
  void SetLength(std::uint32_t length) { edges = static_cast<std::int32_t>(length); }
  std::int32_t length() const { return edges; }
  AmountSum TimesLength(Flow amount) const { return AmountSum{amount} * edges; }
  std::int32_t edges = 1;
};

// One direction of a strand in the residual network. Along it as many more hop-units are carried as
// it has edges; against it as many less, and `to` has the bit kAgainst. kBackOpen: the other
// direction has something left. Nodes take 30 bits: there are less than 2^30.
struct ArcHead {
  static constexpr std::uint32_t kAgainst = 0x80000000;
  static constexpr std::uint32_t kBackOpen = 0x40000000;

  std::uint32_t to = 0;

  NodeIndex node() const { return to & ~(kAgainst | kBackOpen); }
  bool against() const { return (to & kAgainst) != 0; }
  bool back_open() const { return (to & kBackOpen) != 0; }
};

// The rest of it, looked up far less often. Large numbers are kept in halves, so that nothing is
// left empty between them.
template <typename Left, bool kChains>
struct ResidualArc : ArcLength<kChains> {
  std::uint32_t back = 0;  // the other direction
  static constexpr std::size_t kWordSize = 4;
  std::array<std::uint32_t, sizeof(Left) / kWordSize> words{};

  Left left() const { return std::bit_cast<Left>(words); }
  void SetLeft(Left left) { words = std::bit_cast<decltype(words)>(left); }
};

template <typename Amounts>
struct PreflowNode {
  typename Amounts::Sum surplus = 0;
  std::uint32_t first = 0;    // its first arc
  std::uint32_t current = 0;  // arcs before this one lead nowhere
};

template <typename Amounts>
struct PreflowNetwork {
  using Left = typename Amounts::Left;
  using Sum = typename Amounts::Sum;
  using Node = PreflowNode<Amounts>;
  using Arc = ResidualArc<Left, Amounts::kChains>;

  // Carries nothing, or `flow`.
  PreflowNetwork(const CirculationNetwork& from, const std::vector<Flow>* flow) : network(from) {
    nodes.resize(std::size_t{network.nodes} + 1);
    depth.resize(network.nodes);
    CountArcs();
    PlaceArcs(flow);
  }

  NodeIndex size() const { return network.nodes; }
  std::uint32_t end(NodeIndex node) const { return nodes[node + 1].first; }

  // Has the processor fetch what is read soon: a node, and where the first arcs of another lead to,
  // which is nearer. How many nodes ahead they are, and those whose next arc is looked for and
  // whose next arc's other end is fetched:
  static constexpr std::size_t kFetchNode = 16;
  static constexpr std::size_t kFetchArcs = 8;
  static constexpr std::size_t kFindNext = 6;
  static constexpr std::size_t kFetchNext = 3;
  void Fetch(NodeIndex node, NodeIndex nearer) const {
    PrefetchMemory(&nodes[node]);
    PrefetchMemory(heads.data() + nodes[nearer].first);
  }
  // What carrying along a node's current arc changes at its other end.
  void FetchNext(NodeIndex node) const {
    const std::uint32_t place = nodes[node].current;
    if (place == end(node)) return;
    PrefetchMemoryToWrite(&arcs[arcs[place].back]);
    PrefetchMemoryToWrite(&heads[arcs[place].back]);
    PrefetchMemoryToWrite(&nodes[heads[place].node()]);
  }

  // Moves as much of `surplus` along arc `out` as it can take, but leaves the surplus of its ends
  // to the caller.
  Flow Carry(std::uint32_t out, std::uint32_t back, Sum surplus) {
    Arc& arc = arcs[out];
    Arc& other = arcs[back];
    const Left before = arc.left();
    const Left moved = surplus < before ? static_cast<Left>(surplus) : before;
    arc.SetLeft(before - moved);
    other.SetLeft(other.left() + moved);
    heads[out].to |= ArcHead::kBackOpen;
    if (moved == before) heads[back].to &= ~ArcHead::kBackOpen;
    const Flow flow = moved;
    const auto saved = arc.TimesLength(flow);
    removed += heads[out].against() ? saved : -saved;
    return flow;
  }

  std::int32_t CostOf(std::uint32_t arc) const {
    return heads[arc].against() ? -arcs[arc].length() : arcs[arc].length();
  }

  // What the open strands carry, in their order. Gives back the nodes before it takes more memory.
  std::vector<Flow> TakeFlow() {
    std::vector<std::uint32_t> next(network.nodes);
    for (NodeIndex node = 0; node < network.nodes; ++node) next[node] = nodes[node].first;
    LargeVector<Node>().swap(nodes);
    LargeVector<std::int32_t>().swap(depth);
    std::vector<Flow> flow;
    flow.reserve(network.strands);
    network.ForEachOpenStrand([&](const Strand& strand) {
      ++next[strand.tail];
      flow.push_back(arcs[next[strand.head]++].left());
    });
    return flow;
  }

  const CirculationNetwork& network;
  LargeVector<Node> nodes;  // and one more, for the end of the last one's arcs
  // Their tiers, counted downwards: the prices of the minimum-cost flow. Looked up far more often
  // than the rest, so they keep together.
  LargeVector<std::int32_t> depth;
  LargeVector<ArcHead> heads;  // of all arcs
  LargeVector<Arc> arcs;
  Sum removed = 0;  // with all surplus where it is

 private:
  void CountArcs() {
    network.ForEachOpenStrand([&](const Strand& strand) {
      Node& tail = nodes[strand.tail];
      Node& head = nodes[strand.head];
      ++tail.first;
      ++head.first;
      tail.surplus += strand.amount;
      head.surplus -= strand.amount;
      removed += Sum{strand.amount} * strand.length;
    });
    std::uint32_t sum = 0;
    for (Node& node : nodes) {
      node.current = sum;
      sum += node.first;
      node.first = node.current;
    }
    arcs.resize(sum);
    heads.resize(sum);
  }

  // Places are dealt in the order of the strands; TakeFlow relies on it.
  void PlaceArcs(const std::vector<Flow>* flow) {
    std::size_t given = 0;
    network.ForEachOpenStrand([&](const Strand& strand) {
      const Flow carried = flow == nullptr ? 0 : (*flow)[given++];
      const Flow left = strand.capacity - carried;
      const std::uint32_t along = nodes[strand.tail].current++;
      const std::uint32_t against = nodes[strand.head].current++;
      SetArc(along, against, strand, strand.head | (carried > 0 ? ArcHead::kBackOpen : 0), left);
      SetArc(against, along, strand,
             strand.tail | ArcHead::kAgainst | (left > 0 ? ArcHead::kBackOpen : 0), carried);
      nodes[strand.tail].surplus -= carried;
      nodes[strand.head].surplus += carried;
      removed -= Sum{carried} * strand.length;
    });
  }

  void SetArc(std::uint32_t place, std::uint32_t back, const Strand& strand, std::uint32_t to,
              Flow left) {
    Arc& arc = arcs[place];
    heads[place].to = to;
    arc.back = back;
    arc.SetLeft(static_cast<Left>(left));
    arc.SetLength(strand.length);
  }
};

}  // namespace geo::graph

#endif  // GEO_SRC_GRAPH_PREFLOW_NETWORK_H_
