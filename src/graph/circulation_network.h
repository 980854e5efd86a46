// The part of a circulation problem that is left to solve: what lies on some cycle, numbered so
// that neighbours are near each other in memory.
#ifndef GEO_SRC_GRAPH_CIRCULATION_NETWORK_H_
#define GEO_SRC_GRAPH_CIRCULATION_NETWORK_H_

#include <cstdint>
#include <span>
#include <vector>

#include "geo/graph/circulation.h"
#include "geo/graph/components.h"
#include "src/graph/bit_set.h"
#include "src/graph/out_lists.h"

namespace geo::graph {

// An edge, or a chain of edges one after the other between whose ends nobody has any other: the
// same is removed from all of them. It carries as little as the one that carries the least, and
// may carry as much more as the one that may carry the least more.
struct Strand {
  NodeIndex tail = 0;  // numbers
  NodeIndex head = 0;
  std::uint32_t length = 1;  // edges
  std::uint32_t first = 0;   // the first of them
  Flow amount = 0;
  Flow capacity = 0;

  bool closed() const { return tail == head; }  // all there is to remove can be
};

// Finds components, leaves out what belongs to none with more than one node, and makes strands of
// chains where these are many. Numbers nodes breadth first, one component after the other.
class CirculationNetwork {
 public:
  // A component with more than one node.
  struct Group {
    NodeIndex first = 0;  // the number of its first node
    std::uint32_t component = 0;
  };

  // O(nodes + edges).
  CirculationNetwork(NodeIndex all_nodes, std::span<const CirculationEdge> all_edges);

  const std::span<const CirculationEdge> edges;  // of the whole problem
  NodeIndex nodes = 0;                           // numbers given
  NodeIndex inside = 0;                          // those and the nodes within strands
  std::uint32_t strands = 0;                     // that are not closed
  std::uint32_t depth = 0;       // edges in the longest of the shortest ways found while numbering
  std::uint32_t components = 0;  // of the whole problem, in topological order
  std::vector<Group> groups;

  NodeIndex EndOf(std::size_t group) const {
    return group + 1 < groups.size() ? groups[group + 1].first : nodes;
  }
  bool has_chains() const { return nodes < inside; }
  bool HasNumber(NodeIndex node) const { return place_[node] < kWithin; }
  bool IsOutside(NodeIndex node) const { return (place_[node] & kOutside) != 0; }
  NodeIndex NumberOf(NodeIndex node) const { return place_[node]; }                    // HasNumber
  std::uint32_t ComponentOf(NodeIndex node) const { return place_[node] - kOutside; }  // IsOutside

  // Calls `visit` with the index of each edge inside a component, in their order.
  template <typename Visit>
  void ForEachEdge(const Visit& visit) const {
    inside_.ForEach(visit);
  }

  // Calls `visit` with each strand, in the order of their first edges.
  template <typename Visit>
  void ForEachStrand(const Visit& visit) const {
    ForEachEdge([&](std::uint32_t first) {
      if (HasNumber(edges[first].tail)) visit(StrandFrom(first));
    });
  }

  // The same without those that are closed.
  template <typename Visit>
  void ForEachOpenStrand(const Visit& visit) const {
    ForEachStrand([&](const Strand& strand) {
      if (!strand.closed()) visit(strand);
    });
  }

  // The edge of a strand that follows `edge`, unless it is the last one.
  std::uint32_t Next(std::uint32_t edge) const { return place_[edges[edge].head] - kWithin; }

 private:
  // What a place says: a number; within a strand, and the edge that leads on; or outside, and the
  // component. There are less than 2^30 edges, and not more nodes than edges inside.
  static constexpr std::uint32_t kWithin = 0x40000000;
  static constexpr std::uint32_t kOutside = 0x80000000;

  Strand StrandFrom(std::uint32_t first) const {
    const CirculationEdge& edge = edges[first];
    Strand strand{place_[edge.tail], place_[edge.head], 1, first, edge.amount, edge.capacity};
    if (strand.head >= kWithin) Follow(&strand);
    return strand;
  }
  void Follow(Strand* strand) const;

  void NumberAll(const Components& found, const OutLists& out);
  std::uint32_t NumberFrom(NodeIndex start, const Components& found, const OutLists& out,
                           std::vector<NodeIndex>& queue);
  void MakeStrands();

  std::vector<std::uint32_t> place_;  // per node
  BitSet inside_;                     // edges
};

// What an engine has reached: what the open strands carry afterwards, in their order, and tiers per
// number that prove a bound.
struct CirculationState {
  std::vector<Flow> flow;  // each 0…capacity
  std::vector<std::int32_t> tiers;
  std::uint64_t work = 0;
  bool balanced = false;  // the flow keeps every node's balance
  bool optimal = false;   // and is the best
  bool gave_up = false;   // tiered preflow made too little progress
};

}  // namespace geo::graph

#endif  // GEO_SRC_GRAPH_CIRCULATION_NETWORK_H_
