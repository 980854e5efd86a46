#include <gtest/gtest.h>

#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/betweenness_centrality.hpp>
#include <boost/graph/boykov_kolmogorov_max_flow.hpp>
#include <boost/graph/breadth_first_search.hpp>
#include <boost/graph/graph_concepts.hpp>
#include <boost/graph/reverse_graph.hpp>
#include <boost/graph/strong_components.hpp>
#include <random>
#include <set>
#include <utility>
#include <vector>

#include "geo/adapters/boost_graph.h"
#include "geo/graph/residual_graph.h"
#include "geo/graph/search.h"
#include "geo/routing/capacity_graph.h"
#include "tests/support/flow_oracle.h"
#include "tests/support/routing_world.h"

namespace geo::adapters {
namespace {

using graph::Arc;
using graph::Flow;
using graph::kAbsent;
using graph::NodeIndex;
using graph::PlainArc;
using graph::ResidualGraph;
using tests::RoutingWorld;

BOOST_CONCEPT_ASSERT((boost::VertexListGraphConcept<CapacityView>));
BOOST_CONCEPT_ASSERT((boost::EdgeListGraphConcept<CapacityView>));
BOOST_CONCEPT_ASSERT((boost::IncidenceGraphConcept<CapacityView>));
BOOST_CONCEPT_ASSERT((boost::BidirectionalGraphConcept<CapacityView>));
BOOST_CONCEPT_ASSERT((boost::AdjacencyGraphConcept<CapacityView>));
BOOST_CONCEPT_ASSERT(
    (boost::ReadablePropertyGraphConcept<CapacityView, NodeIndex, boost::vertex_index_t>));
BOOST_CONCEPT_ASSERT(
    (boost::ReadablePropertyGraphConcept<CapacityView, ViewArc, boost::edge_capacity_t>));

// Random, with absent, used-up and forbidden arcs.
ResidualGraph RandomGraph(std::mt19937_64& random, NodeIndex nodes) {
  ResidualGraph graph;
  EXPECT_TRUE(graph.Grow(nodes).ok());
  const auto arc = [&] {
    Arc arc = PlainArc(static_cast<Flow>(random() % 12) - 2);
    arc.direct = arc.transit = std::max(arc.direct, kAbsent);
    if (arc.direct > 0 && random() % 8 == 0) --arc.transit;
    arc.tail_forbids = random() % 10 == 0;
    arc.head_forbids = random() % 10 == 0;
    return arc;
  };
  for (NodeIndex u = 0; u < nodes; ++u) {
    for (NodeIndex v = u + 1; v < nodes; ++v) {
      if (random() % 3 != 0) continue;
      EXPECT_TRUE(graph.Insert(u, v, arc(), arc()).ok());
    }
  }
  if (nodes > 5) {
    EXPECT_TRUE(graph.SetEnabled(nodes / 2, false).ok());
  }
  return graph;
}

using ArcSet = std::set<std::pair<NodeIndex, NodeIndex>>;

template <typename Range>
ArcSet Ends(const Range& range) {
  ArcSet ends;
  for (auto it = range.first; it != range.second; ++it) ends.insert({(*it).tail, (*it).head});
  return ends;
}

// The arcs that carry at least `least` between others, by asking the graph for every pair.
ArcSet Expected(const ResidualGraph& graph, Flow least) {
  ArcSet ends;
  for (NodeIndex u = 0; u < graph.node_count(); ++u) {
    for (NodeIndex v = 0; v < graph.node_count(); ++v) {
      if (u == v || graph.Find(u, v) == graph::kNoEdge) continue;
      const Flow flow = graph.CapacityFor(graph.Find(u, v), u, graph::kNoNode, graph::kNoNode);
      if (least == kAbsent || flow >= least) ends.insert({u, v});
    }
  }
  return ends;
}

TEST(BoostGraphTest, EveryTraversalShowsTheSameArcs) {
  std::mt19937_64 random(1);
  for (int round = 0; round < 50; ++round) {
    const ResidualGraph graph = RandomGraph(random, 1 + static_cast<NodeIndex>(random() % 12));
    for (const Flow least : {kAbsent, Flow{1}, Flow{5}}) {
      const CapacityView view(graph, {.least = least});
      const ArcSet expected = Expected(graph, least);
      EXPECT_EQ(Ends(edges(view)), expected);
      EXPECT_EQ(num_edges(view), expected.size());
      ArcSet out;
      ArcSet in;
      ArcSet adjacent;
      for (NodeIndex node = 0; node < num_vertices(view); ++node) {
        const ArcSet from = Ends(out_edges(node, view));
        const ArcSet into = Ends(in_edges(node, view));
        EXPECT_EQ(out_degree(node, view), from.size());
        EXPECT_EQ(in_degree(node, view), into.size());
        EXPECT_EQ(degree(node, view), from.size() + into.size());
        out.insert(from.begin(), from.end());
        in.insert(into.begin(), into.end());
        const auto [begin, end] = adjacent_vertices(node, view);
        for (auto it = begin; it != end; ++it) adjacent.insert({node, *it});
      }
      EXPECT_EQ(out, expected);
      EXPECT_EQ(in, expected);
      EXPECT_EQ(adjacent, expected);
    }
  }
}

TEST(BoostGraphTest, AnEmptyGraphHasNothing) {
  const ResidualGraph graph;
  const CapacityView view(graph);
  EXPECT_EQ(num_vertices(view), 0U);
  EXPECT_EQ(num_edges(view), 0U);
  EXPECT_TRUE(edges(view).first == edges(view).second);
}

TEST(BoostGraphTest, ArcsAreNumberedWithoutRepeats) {
  std::mt19937_64 random(2);
  const ResidualGraph graph = RandomGraph(random, 12);
  const CapacityView view(graph, {.least = kAbsent});
  std::set<std::size_t> numbers;
  const auto [begin, end] = edges(view);
  for (auto it = begin; it != end; ++it) {
    const std::size_t number = get(boost::edge_index, view, *it);
    EXPECT_TRUE(numbers.insert(number).second);
    EXPECT_LT(number, std::size_t{2} * graph.edge_limit());
    EXPECT_EQ(get(boost::edge_index, view, get(boost::edge_reverse, view, *it)), number ^ 1);
  }
}

Flow BoostFlow(const CapacityView& view, NodeIndex from, NodeIndex to) {
  const std::size_t arcs = std::size_t{2} * view.graph().edge_limit();
  const std::size_t nodes = num_vertices(view);
  std::vector<Flow> residual(arcs);
  std::vector<ViewArc> predecessor(nodes);
  std::vector<boost::default_color_type> colour(nodes);
  std::vector<long> distance(nodes);
  const auto arc_index = get(boost::edge_index, view);
  const auto node_index = get(boost::vertex_index, view);
  return boost::boykov_kolmogorov_max_flow(
      view, get(boost::edge_capacity, view),
      boost::make_iterator_property_map(residual.begin(), arc_index),
      get(boost::edge_reverse, view),
      boost::make_iterator_property_map(predecessor.begin(), node_index),
      boost::make_iterator_property_map(colour.begin(), node_index),
      boost::make_iterator_property_map(distance.begin(), node_index), node_index, from, to);
}

TEST(BoostGraphTest, MaximumFlowOnTheViewIsTheSearchs) {
  std::mt19937_64 random(3);
  graph::Search search;
  int with_flow = 0;
  for (int round = 0; round < 300; ++round) {
    const ResidualGraph graph = RandomGraph(random, 12);
    if (!search.Begin(graph, {.source = 0, .target = 11}).ok()) continue;
    search.Maximize(kMaxAmount);
    const CapacityView view(graph, {.least = kAbsent, .source = 0, .target = 11});
    EXPECT_EQ(BoostFlow(view, 0, 11), search.value());
    with_flow += search.value() > 0;
  }
  EXPECT_GT(with_flow, 100);
}

TEST(BoostGraphTest, StrongComponentsAndBetweennessAreThoseOfACopy) {
  using Copy = boost::adjacency_list<boost::vecS, boost::vecS, boost::bidirectionalS>;
  std::mt19937_64 random(4);
  for (int round = 0; round < 30; ++round) {
    const ResidualGraph graph = RandomGraph(random, 15);
    const CapacityView view(graph, {.least = 4});
    Copy copy(graph.node_count());
    for (const auto& [u, v] : Expected(graph, 4)) boost::add_edge(u, v, copy);

    std::vector<int> components(graph.node_count());
    std::vector<int> of_copy(graph.node_count());
    const auto index = get(boost::vertex_index, view);
    EXPECT_EQ(boost::strong_components(
                  view, boost::make_iterator_property_map(components.begin(), index)),
              boost::strong_components(copy, boost::make_iterator_property_map(
                                                 of_copy.begin(), get(boost::vertex_index, copy))));
    for (NodeIndex u = 0; u < graph.node_count(); ++u) {
      for (NodeIndex v = 0; v < u; ++v) {
        EXPECT_EQ(components[u] == components[v], of_copy[u] == of_copy[v]);
      }
    }
    std::vector<double> betweenness(graph.node_count());
    std::vector<double> betweenness_of_copy(graph.node_count());
    boost::brandes_betweenness_centrality(
        view, boost::centrality_map(boost::make_iterator_property_map(betweenness.begin(), index))
                  .vertex_index_map(index));
    boost::brandes_betweenness_centrality(
        copy, boost::make_iterator_property_map(betweenness_of_copy.begin(),
                                                get(boost::vertex_index, copy)));
    for (NodeIndex u = 0; u < graph.node_count(); ++u) {
      EXPECT_NEAR(betweenness[u], betweenness_of_copy[u], 1e-9);
    }
  }
}

TEST(BoostGraphTest, ReversedItLeadsBack) {
  ResidualGraph graph;
  ASSERT_TRUE(graph.Grow(3).ok());
  ASSERT_TRUE(graph.Insert(0, 1, PlainArc(5), PlainArc(kAbsent)).ok());
  ASSERT_TRUE(graph.Insert(1, 2, PlainArc(5), PlainArc(0)).ok());
  const CapacityView view(graph);
  const auto reversed = boost::make_reverse_graph(view);
  EXPECT_EQ(out_degree(NodeIndex{2}, reversed), 1U);
  EXPECT_EQ(out_degree(NodeIndex{0}, reversed), 0U);
}

// The whole way from a ledger, conditions of lines included, against the router.
TEST(BoostGraphTest, MaximumFlowOnALedgerIsItsCapacity) {
  std::mt19937_64 random(5);
  for (int round = 0; round < 40; ++round) {
    RoutingWorld world(8);
    for (ParticipantIndex owner = 0; owner < 8; ++owner) {
      for (ParticipantIndex debtor = 0; debtor < 8; ++debtor) {
        if (owner == debtor || random() % 3 != 0) continue;
        LinePolicy policy;
        policy.can_be_intermediate = random() % 6 != 0;
        if (random() % 6 == 0) policy.max_single_payment = static_cast<Amount>(random() % 40);
        const auto limit = static_cast<Amount>(1 + random() % 100);
        const LineIndex line = world.Open(owner, debtor, limit, policy);
        if (random() % 2 == 0) world.Owe(debtor, owner, limit / 2);
        if (random() % 8 == 0) world.Freeze(line);
      }
    }
    if (round % 4 == 0) world.SetStatus(3, ParticipantStatus::kSuspended);
    const auto graph = CapacityGraph(world.ledger, 0, world.day);
    ASSERT_TRUE(graph.ok()) << graph.status();
    ASSERT_EQ(graph->node_count(), 8U);
    RouteRequest request = RoutingWorld::Ask(0, 7, 1);
    request.constraints.max_hops = request.constraints.max_paths = kUnlimited;
    const CapacityView view(*graph, {.least = kAbsent, .source = 0, .target = 7});
    EXPECT_EQ(BoostFlow(view, 0, 7), world.Capacity(request).amount);
  }
}

TEST(CapacityGraphTest, AnUnknownEquivalentIsAnError) {
  const RoutingWorld world(2);
  const auto graph = CapacityGraph(world.ledger, 1, world.day);
  EXPECT_EQ(ErrorCodeOf(graph.status()), ErrorCode::kInvalidArgument);
  EXPECT_EQ(CapacityGraph(world.ledger, 0, world.day)->node_count(), 2U);
}

}  // namespace
}  // namespace geo::adapters
