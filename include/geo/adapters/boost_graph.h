// A graph of capacities as a Boost.Graph model, so that Boost's algorithms can analyse it in place.
//
//   const auto graph = geo::CapacityGraph(ledger, equivalent, day).value();
//   const geo::adapters::CapacityView view(graph);
//   std::vector<std::uint32_t> component(num_vertices(view));
//   boost::strong_components(view, boost::make_iterator_property_map(
//                                      component.begin(), get(boost::vertex_index, view)));
//
// Models: VertexListGraph, EdgeListGraph, IncidenceGraph, BidirectionalGraph, AdjacencyGraph. The
// edges of Boost are the arcs here, one per direction. Property maps, all readable only:
// boost::vertex_index, boost::edge_index, boost::edge_capacity, boost::edge_reverse.
//
// This is the only header of geo that needs Boost (1.74 or later, headers only); the library does
// not. It throws what the algorithms throw.
//
// Threads: as for the graph, which must outlive the view and not change while algorithms run.
#ifndef GEO_ADAPTERS_BOOST_GRAPH_H_
#define GEO_ADAPTERS_BOOST_GRAPH_H_

#include <boost/graph/graph_traits.hpp>
#include <boost/graph/properties.hpp>
#include <boost/iterator/counting_iterator.hpp>
#include <boost/iterator/iterator_facade.hpp>
#include <boost/property_map/property_map.hpp>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <utility>

#include "geo/graph/residual_graph.h"

namespace geo::adapters {

// An edge in the sense of Boost.
struct ViewArc {
  graph::NodeIndex tail = graph::kNoNode;
  graph::NodeIndex head = graph::kNoNode;
  graph::EdgeIndex edge = graph::kNoEdge;
  friend auto operator<=>(const ViewArc&, const ViewArc&) = default;
};

// Which arcs a view shows, and what they carry.
struct ViewOptions {
  // Arcs that carry less are left out. kAbsent shows both directions of every edge, so that each
  // has its reverse, which maximum-flow algorithms need; absent and disabled ones have capacity 0.
  graph::Flow least = 1;
  // Capacities are those of a payment between these two; kNoNode: of one between two others.
  graph::NodeIndex source = graph::kNoNode;
  graph::NodeIndex target = graph::kNoNode;
};

template <bool out>
class NodeArcIterator;
class NeighborIterator;
class ArcIterator;

class CapacityView {
 public:
  // The names that boost::graph_traits looks for.
  // NOLINTNEXTLINE(readability-identifier-naming)
  struct traversal_category : boost::bidirectional_graph_tag,
                              boost::adjacency_graph_tag,
                              boost::vertex_list_graph_tag,
                              boost::edge_list_graph_tag {};
  using vertex_descriptor = graph::NodeIndex;
  using edge_descriptor = ViewArc;
  using directed_category = boost::directed_tag;
  using edge_parallel_category = boost::disallow_parallel_edge_tag;
  using vertices_size_type = std::size_t;
  using edges_size_type = std::size_t;
  using degree_size_type = std::size_t;
  using vertex_iterator = boost::counting_iterator<graph::NodeIndex>;
  using out_edge_iterator = NodeArcIterator<true>;
  using in_edge_iterator = NodeArcIterator<false>;
  using adjacency_iterator = NeighborIterator;
  using edge_iterator = ArcIterator;
  static vertex_descriptor null_vertex() { return graph::kNoNode; }

  explicit CapacityView(const graph::ResidualGraph& graph, const ViewOptions& options = {})
      : graph_(&graph), options_(options) {}

  const graph::ResidualGraph& graph() const { return *graph_; }
  bool shows_all() const { return options_.least == graph::kAbsent; }

  // What the arc carries, 0 if nothing. O(1).
  graph::Flow Capacity(const ViewArc& arc) const {
    const graph::Flow flow =
        graph_->CapacityFor(arc.edge, arc.tail, options_.source, options_.target);
    return flow == graph::kAbsent ? 0 : flow;
  }
  bool Shows(const ViewArc& arc) const { return shows_all() || Capacity(arc) >= options_.least; }

 private:
  const graph::ResidualGraph* graph_;
  ViewOptions options_;
};

// Goes over the arcs out of a node, or into it.
template <bool out>
class NodeArcIterator : public boost::iterator_facade<NodeArcIterator<out>, ViewArc,
                                                      boost::forward_traversal_tag, ViewArc> {
 public:
  NodeArcIterator() = default;
  NodeArcIterator(const CapacityView& view, graph::NodeIndex node, std::uint32_t place)
      : view_(&view), node_(node), place_(place) {
    SkipHidden();
  }

 private:
  friend class boost::iterator_core_access;

  ViewArc dereference() const {
    const graph::NodeIndex other = view_->graph().neighbor(node_, place_);
    const graph::EdgeIndex edge = view_->graph().edge(node_, place_);
    return out ? ViewArc{node_, other, edge} : ViewArc{other, node_, edge};
  }
  bool equal(const NodeArcIterator& other) const {
    return node_ == other.node_ && place_ == other.place_;
  }
  void increment() {
    ++place_;
    SkipHidden();
  }
  void SkipHidden() {
    if (view_->shows_all()) return;
    const std::uint32_t degree = view_->graph().degree(node_);
    while (place_ < degree && !view_->Shows(dereference())) ++place_;
  }

  const CapacityView* view_ = nullptr;
  graph::NodeIndex node_ = graph::kNoNode;
  std::uint32_t place_ = 0;
};

// Goes over the other ends of the arcs out of a node.
class NeighborIterator
    : public boost::iterator_facade<NeighborIterator, graph::NodeIndex,
                                    boost::forward_traversal_tag, graph::NodeIndex> {
 public:
  NeighborIterator() = default;
  explicit NeighborIterator(NodeArcIterator<true> arc) : arc_(arc) {}

 private:
  friend class boost::iterator_core_access;

  graph::NodeIndex dereference() const { return (*arc_).head; }
  bool equal(const NeighborIterator& other) const { return arc_ == other.arc_; }
  void increment() { ++arc_; }

  NodeArcIterator<true> arc_;
};

// Goes over all arcs, by tail and then by head.
class ArcIterator
    : public boost::iterator_facade<ArcIterator, ViewArc, boost::forward_traversal_tag, ViewArc> {
 public:
  ArcIterator() = default;
  ArcIterator(const CapacityView& view, graph::NodeIndex node) : view_(&view), node_(node) {
    if (node_ < view_->graph().node_count()) Enter();
  }

 private:
  friend class boost::iterator_core_access;

  ViewArc dereference() const { return *arc_; }
  bool equal(const ArcIterator& other) const { return node_ == other.node_ && arc_ == other.arc_; }
  void increment() {
    if (++arc_ == end_) Leave();
  }
  void Enter() {
    arc_ = NodeArcIterator<true>(*view_, node_, 0);
    end_ = NodeArcIterator<true>(*view_, node_, view_->graph().degree(node_));
    if (arc_ == end_) Leave();
  }
  // To the next node that has arcs.
  void Leave() {
    const graph::NodeIndex count = view_->graph().node_count();
    do {
      if (++node_ == count) {
        arc_ = end_ = NodeArcIterator<true>();
        return;
      }
      arc_ = NodeArcIterator<true>(*view_, node_, 0);
      end_ = NodeArcIterator<true>(*view_, node_, view_->graph().degree(node_));
    } while (arc_ == end_);
  }

  const CapacityView* view_ = nullptr;
  graph::NodeIndex node_ = graph::kNoNode;
  NodeArcIterator<true> arc_;
  NodeArcIterator<true> end_;
};

// --- What Boost's concepts ask for; found by argument-dependent lookup. ---

inline graph::NodeIndex source(const ViewArc& arc, const CapacityView&) { return arc.tail; }
inline graph::NodeIndex target(const ViewArc& arc, const CapacityView&) { return arc.head; }

// O(1).
inline std::size_t num_vertices(const CapacityView& view) { return view.graph().node_count(); }

inline auto vertices(const CapacityView& view) {
  using Iterator = boost::counting_iterator<graph::NodeIndex>;
  return std::pair(Iterator(0), Iterator(view.graph().node_count()));
}

inline auto out_edges(graph::NodeIndex node, const CapacityView& view) {
  return std::pair(NodeArcIterator<true>(view, node, 0),
                   NodeArcIterator<true>(view, node, view.graph().degree(node)));
}

inline auto in_edges(graph::NodeIndex node, const CapacityView& view) {
  return std::pair(NodeArcIterator<false>(view, node, 0),
                   NodeArcIterator<false>(view, node, view.graph().degree(node)));
}

// O(degree), O(1) when all arcs are shown.
inline std::size_t out_degree(graph::NodeIndex node, const CapacityView& view) {
  if (view.shows_all()) return view.graph().degree(node);
  const auto [begin, end] = out_edges(node, view);
  return static_cast<std::size_t>(std::distance(begin, end));
}
inline std::size_t in_degree(graph::NodeIndex node, const CapacityView& view) {
  if (view.shows_all()) return view.graph().degree(node);
  const auto [begin, end] = in_edges(node, view);
  return static_cast<std::size_t>(std::distance(begin, end));
}
inline std::size_t degree(graph::NodeIndex node, const CapacityView& view) {
  return in_degree(node, view) + out_degree(node, view);
}

inline auto adjacent_vertices(graph::NodeIndex node, const CapacityView& view) {
  const auto [begin, end] = out_edges(node, view);
  return std::pair(NeighborIterator(begin), NeighborIterator(end));
}

inline auto edges(const CapacityView& view) {
  return std::pair(ArcIterator(view, 0), ArcIterator(view, view.graph().node_count()));
}

// O(nodes + arcs), O(1) when all arcs are shown.
inline std::size_t num_edges(const CapacityView& view) {
  if (view.shows_all()) return std::size_t{2} * view.graph().edge_count();
  const auto [begin, end] = edges(view);
  return static_cast<std::size_t>(std::distance(begin, end));
}

// --- Property maps. ---

// What an arc carries.
struct ArcCapacityMap {
  using key_type = ViewArc;
  using value_type = graph::Flow;
  using reference = graph::Flow;
  using category = boost::readable_property_map_tag;
  CapacityView view;
};
inline graph::Flow get(const ArcCapacityMap& map, const ViewArc& arc) {
  return map.view.Capacity(arc);
}

// The arc back. It is shown by views that show all arcs; in others it may be hidden.
struct ArcReverseMap {
  using key_type = ViewArc;
  using value_type = ViewArc;
  using reference = ViewArc;
  using category = boost::readable_property_map_tag;
};
inline ViewArc get(const ArcReverseMap&, const ViewArc& arc) {
  return {arc.head, arc.tail, arc.edge};
}

// Numbers arcs from 0 to below 2 · ResidualGraph::edge_limit(), for arrays of properties: an edge's
// arc to the larger node is 2 · edge, the one back is that + 1.
struct ArcIndexMap {
  using key_type = ViewArc;
  using value_type = std::size_t;
  using reference = std::size_t;
  using category = boost::readable_property_map_tag;
};
inline std::size_t get(const ArcIndexMap&, const ViewArc& arc) {
  return std::size_t{2} * arc.edge + (arc.tail > arc.head ? 1 : 0);
}

using NodeIndexMap = boost::typed_identity_property_map<graph::NodeIndex>;

inline NodeIndexMap get(boost::vertex_index_t, const CapacityView&) { return {}; }
inline ArcIndexMap get(boost::edge_index_t, const CapacityView&) { return {}; }
inline ArcCapacityMap get(boost::edge_capacity_t, const CapacityView& view) { return {view}; }
inline ArcReverseMap get(boost::edge_reverse_t, const CapacityView&) { return {}; }

inline graph::NodeIndex get(boost::vertex_index_t, const CapacityView&, graph::NodeIndex node) {
  return node;
}
template <typename Tag>
auto get(Tag tag, const CapacityView& view, const ViewArc& arc) {
  return get(get(tag, view), arc);
}

}  // namespace geo::adapters

namespace boost {

template <>
struct property_map<geo::adapters::CapacityView, vertex_index_t> {
  using type = geo::adapters::NodeIndexMap;
  using const_type = type;
};
template <>
struct property_map<geo::adapters::CapacityView, edge_index_t> {
  using type = geo::adapters::ArcIndexMap;
  using const_type = type;
};
template <>
struct property_map<geo::adapters::CapacityView, edge_capacity_t> {
  using type = geo::adapters::ArcCapacityMap;
  using const_type = type;
};
template <>
struct property_map<geo::adapters::CapacityView, edge_reverse_t> {
  using type = geo::adapters::ArcReverseMap;
  using const_type = type;
};

}  // namespace boost

#endif  // GEO_ADAPTERS_BOOST_GRAPH_H_
