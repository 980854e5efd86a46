// The part of a circulation problem that is left to solve: nodes that lie on some cycle, numbered
// so that neighbours are near each other in memory.
#ifndef GEO_SRC_GRAPH_CIRCULATION_NETWORK_H_
#define GEO_SRC_GRAPH_CIRCULATION_NETWORK_H_

#include <cstdint>
#include <span>
#include <vector>

#include "geo/graph/circulation.h"

namespace geo::graph {

struct CirculationNetwork {
  std::span<const CirculationEdge> edges;  // all of them; only those Inside take part
  std::vector<NodeIndex> number;           // per node: its number here, or kNoNode
  std::vector<std::uint32_t> component;    // per node, in topological order
  std::uint32_t components = 0;
  NodeIndex nodes = 0;       // numbers given
  std::uint32_t inside = 0;  // edges that take part
  std::uint32_t depth = 0;   // longest of the shortest ways found while numbering

  bool Inside(const CirculationEdge& edge) const {
    return component[edge.tail] == component[edge.head] && number[edge.tail] != kNoNode;
  }
};

// Finds components and numbers the nodes of those with more than one, breadth first.
// O(nodes + edges).
CirculationNetwork ReduceToComponents(NodeIndex nodes, std::span<const CirculationEdge> edges);

// What an engine has reached: what the edges Inside carry afterwards, in their order, and tiers per
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
