// The searches' view of a ResidualGraph's layout.
#ifndef GEO_SRC_GRAPH_GRAPH_ACCESS_H_
#define GEO_SRC_GRAPH_GRAPH_ACCESS_H_

#include <cstdint>

#include "geo/graph/residual_graph.h"

namespace geo::graph {

struct GraphAccess {
  using HotArc = ResidualGraph::HotArc;

  static const HotArc* Arcs(const ResidualGraph& graph, NodeIndex node) {
    return graph.arcs_.data() + graph.nodes_[node].offset;
  }
  static const void* Header(const ResidualGraph& graph, NodeIndex node) {
    return graph.nodes_.data() + node;
  }
  static const void* Record(const ResidualGraph& graph, EdgeIndex edge) {
    return graph.edges_.data() + edge;
  }
  static bool SpecialSlot(const ResidualGraph& graph, NodeIndex node, std::uint32_t slot) {
    return (graph.refs_[graph.nodes_[node].offset + slot] & 1) != 0;
  }
  static std::uint32_t SlotOf(const ResidualGraph& graph, NodeIndex node, NodeIndex neighbor) {
    return graph.LowerBound(node, neighbor);
  }
};

}  // namespace geo::graph

#endif  // GEO_SRC_GRAPH_GRAPH_ACCESS_H_
