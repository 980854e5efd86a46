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
  static const void* Sums(const ResidualGraph& graph, NodeIndex node) {
    return graph.info_.data() + node;
  }
  static const void* Record(const ResidualGraph& graph, EdgeIndex edge) {
    return graph.edges_.data() + edge;
  }
  // Whether what the arc at `slot` carries may differ from its code: for an end point of the query
  // or, with `ignore_conditions`, for anybody.
  static bool Differs(const ResidualGraph& graph, NodeIndex node, std::uint32_t slot,
                      bool ignore_conditions) {
    const std::uint32_t mask = ignore_conditions ? 2 : 1;
    return (graph.refs_[graph.nodes_[node].offset + slot] & mask) != 0;
  }
  static std::uint32_t SlotOf(const ResidualGraph& graph, NodeIndex node, NodeIndex neighbor) {
    return graph.LowerBound(node, neighbor);
  }
};

}  // namespace geo::graph

#endif  // GEO_SRC_GRAPH_GRAPH_ACCESS_H_
