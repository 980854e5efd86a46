// ResidualGraph: what it holds, what it refuses, and what its arcs carry for whom.
#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "geo/graph/residual_graph.h"

namespace geo::graph {
namespace {

ResidualGraph WithNodes(NodeIndex count) {
  ResidualGraph graph;
  EXPECT_TRUE(graph.Grow(count).ok());
  return graph;
}

EdgeIndex MustInsert(ResidualGraph& graph, NodeIndex u, NodeIndex v, const Arc& uv,
                     const Arc& vu = Arc()) {
  const StatusOr<EdgeIndex> edge = graph.Insert(u, v, uv, vu);
  EXPECT_TRUE(edge.ok()) << edge.status();
  return edge.value_or(kNoEdge);
}

TEST(ResidualGraph, HoldsBothDirectionsOfAnEdge) {
  ResidualGraph graph = WithNodes(3);
  const Arc forward{.direct = 7, .transit = 5, .constrained = true, .max_hops = 4};
  const Arc backward{.direct = 0, .transit = kAbsent, .tail_forbids = true, .head_forbids = true};
  const EdgeIndex edge = MustInsert(graph, 2, 0, forward, backward);
  EXPECT_EQ(graph.edge_count(), 1U);
  EXPECT_EQ(graph.ends(edge), (EdgeEnds{0, 2}));
  EXPECT_EQ(graph.ArcFrom(edge, 2), forward);
  EXPECT_EQ(graph.ArcFrom(edge, 0), backward);
  EXPECT_TRUE(graph.constrained(edge, 2));
  EXPECT_EQ(graph.max_hops(edge, 2), 4);
  EXPECT_FALSE(graph.constrained(edge, 0));
  EXPECT_EQ(graph.max_hops(edge, 0), 0);
  EXPECT_TRUE(graph.has_path_rules(edge));
  EXPECT_EQ(graph.Find(0, 2), edge);
  EXPECT_EQ(graph.Find(2, 0), edge);
  EXPECT_EQ(graph.Find(0, 1), kNoEdge);
  EXPECT_EQ(graph.degree(0), 1U);
  EXPECT_EQ(graph.neighbor(0, 0), 2U);
  EXPECT_EQ(graph.other_end(edge, 2), 0U);
}

TEST(ResidualGraph, RefusesWhatItCannotHoldAndStaysAsItWas) {
  ResidualGraph graph = WithNodes(3);
  const EdgeIndex edge = MustInsert(graph, 0, 1, PlainArc(5), PlainArc(6));
  const Arc fine = PlainArc(1);
  const auto code = [](const Status& status) { return ErrorCodeOf(status); };
  EXPECT_EQ(code(graph.Insert(0, 3, fine, fine).status()), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code(graph.Insert(2, 2, fine, fine).status()), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code(graph.Insert(1, 0, fine, fine).status()), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code(graph.Insert(0, 2, PlainArc(-2), fine).status()), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code(graph.Insert(0, 2, fine, Arc{.direct = 1, .transit = 2}).status()),
            ErrorCode::kInvalidArgument);
  EXPECT_EQ(code(graph.Change(edge, 2, fine, fine)), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code(graph.Change(edge + 1, 0, fine, fine)), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code(graph.Change(edge, 0, fine, PlainArc(-5))), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code(graph.Remove(edge + 1)), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code(graph.SetEnabled(3, false)), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code(graph.Grow(kMaxNodes + 1)), ErrorCode::kTooLarge);
  EXPECT_EQ(graph.edge_count(), 1U);
  EXPECT_EQ(graph.node_count(), 3U);
  EXPECT_EQ(graph.ArcFrom(edge, 0), PlainArc(5));
  EXPECT_FALSE(graph.has_path_rules(edge));
  EXPECT_EQ(graph.OutBound(0, 1), 5);
  EXPECT_EQ(graph.OutBound(0, 2), 5);
}

TEST(ResidualGraph, KnowsWhichEdgesAskSomethingOfPaths) {
  ResidualGraph graph = WithNodes(2);
  const EdgeIndex edge = MustInsert(graph, 0, 1, PlainArc(5), PlainArc(6));
  for (const NodeIndex tail : {0U, 1U}) {
    EXPECT_FALSE(graph.has_path_rules(edge));
    for (const Arc& arc : {Arc{.direct = 5, .transit = 5, .max_hops = 1},
                           Arc{.direct = 5, .transit = 5, .constrained = true}}) {
      ASSERT_TRUE(graph.Change(edge, tail, arc, PlainArc(6)).ok());
      EXPECT_TRUE(graph.has_path_rules(edge));
    }
    const Arc for_others{.direct = 5, .transit = 5, .tail_forbids = true, .head_forbids = true};
    ASSERT_TRUE(graph.Change(edge, tail, for_others, PlainArc(6)).ok());
  }
}

TEST(ResidualGraph, TakesAllEdgesAtOnceOrNone) {
  const auto insert = [](ResidualGraph& graph, const std::vector<NewEdge>& edges) {
    return ErrorCodeOf(graph.InsertAll(static_cast<EdgeIndex>(edges.size()),
                                       [&](EdgeIndex i) { return edges[i]; }));
  };
  const NewEdge fine{0, 1, PlainArc(5), PlainArc(6)};
  ResidualGraph graph = WithNodes(3);
  EXPECT_EQ(insert(graph, {fine, {1, 3, PlainArc(1), Arc()}}), ErrorCode::kInvalidArgument);
  EXPECT_EQ(insert(graph, {fine, {2, 2, PlainArc(1), Arc()}}), ErrorCode::kInvalidArgument);
  EXPECT_EQ(insert(graph, {fine, {1, 2, PlainArc(-2), Arc()}}), ErrorCode::kInvalidArgument);
  EXPECT_EQ(insert(graph, {fine, {2, 1, PlainArc(1), Arc()}, {1, 0, PlainArc(1), Arc()}}),
            ErrorCode::kInvalidArgument);
  EXPECT_EQ(ErrorCodeOf(graph.InsertAll(kMaxEdges + 1, nullptr)), ErrorCode::kTooLarge);
  EXPECT_EQ(graph.edge_limit(), 0U);
  EXPECT_EQ(graph.degree(0), 0U);
  EXPECT_EQ(graph.OutBound(0, 2), 0);
  ASSERT_TRUE(graph.SetEnabled(2, false).ok());
  EXPECT_EQ(insert(graph, {fine, {2, 1, PlainArc(1), Arc()}, {1, 0, PlainArc(1), Arc()}}),
            ErrorCode::kInvalidArgument);
  EXPECT_FALSE(graph.enabled(2));
  EXPECT_TRUE(graph.enabled(0));
  const Arc special{.direct = 9, .transit = 4};
  EXPECT_EQ(insert(graph, {{0, 1, special, Arc()}, fine}), ErrorCode::kInvalidArgument);
  EXPECT_EQ(graph.special_edges(), 0U);
  EXPECT_EQ(insert(graph, {fine}), ErrorCode::kOk);
  EXPECT_EQ(graph.edge_count(), 1U);
  EXPECT_EQ(graph.OutBound(0, 2), 5);
  EXPECT_EQ(graph.ArcFrom(graph.Find(1, 0), 1), PlainArc(6));
}

TEST(ResidualGraph, TakesAndGivesBackManyEdgesOfOneNodeAtOnce) {
  constexpr NodeIndex kNodes = 500;
  ResidualGraph graph = WithNodes(kNodes);
  for (NodeIndex node = 1; node < kNodes; node += 2) MustInsert(graph, 0, node, PlainArc(node));
  std::vector<NewEdge> news;
  for (NodeIndex node = kNodes - 2; node > 0; node -= 2) {
    news.push_back({node, 0, PlainArc(3), PlainArc(node)});
  }
  const auto insert = [&] {
    return graph.InsertAll(static_cast<EdgeIndex>(news.size()),
                           [&](EdgeIndex i) { return news[i]; });
  };
  const auto expect_neighbors = [&](NodeIndex step) {
    ASSERT_EQ(graph.degree(0), (kNodes - 1) / step + (step == 1 ? 0 : 1));
    Flow sum = 0;
    for (std::uint32_t i = 0; i < graph.degree(0); ++i) {
      const NodeIndex node = 1 + i * step;
      ASSERT_EQ(graph.neighbor(0, i), node);
      ASSERT_EQ(graph.edge(0, i), graph.Find(node, 0));
      ASSERT_EQ(graph.ArcFrom(graph.edge(0, i), 0), PlainArc(node));
      sum += node;
    }
    EXPECT_EQ(graph.OutBound(0, 1), sum);
  };
  ASSERT_TRUE(insert().ok());
  expect_neighbors(1);
  EXPECT_EQ(insert().message(), "edge between nodes 498 and 0 exists; change it instead");
  std::vector<EdgeIndex> gone;
  for (const NewEdge& edge : news) gone.push_back(graph.Find(edge.u, edge.v));
  ASSERT_TRUE(graph.RemoveAll(gone).ok());
  expect_neighbors(2);
  EXPECT_EQ(graph.edge_count(), kNodes / 2);
  EXPECT_EQ(graph.InBound(1, 0), 0);
}

TEST(ResidualGraph, TakesAndGivesBackNothingWhenOneOfManyIsWrong) {
  ResidualGraph graph = WithNodes(5);
  const EdgeIndex edge = MustInsert(graph, 0, 1, PlainArc(5), PlainArc(6));
  const auto insert = [&](const NewEdge& wrong) {
    const NewEdge edges[] = {{2, 3, PlainArc(1), Arc()}, wrong, NewEdge()};
    return ErrorCodeOf(graph.InsertAll(3, [&](EdgeIndex i) { return edges[i]; }));
  };
  EXPECT_EQ(insert({1, 0, PlainArc(1), Arc()}), ErrorCode::kInvalidArgument) << "there";
  EXPECT_EQ(insert({3, 2, PlainArc(1), Arc()}), ErrorCode::kInvalidArgument) << "twice";
  EXPECT_EQ(insert({2, 3, PlainArc(1), Arc()}), ErrorCode::kInvalidArgument) << "twice, as before";
  EXPECT_EQ(insert({3, 3, PlainArc(1), Arc()}), ErrorCode::kInvalidArgument);
  EXPECT_EQ(insert({3, 5, PlainArc(1), Arc()}), ErrorCode::kInvalidArgument);
  EXPECT_EQ(insert({3, 4, PlainArc(-2), Arc()}), ErrorCode::kInvalidArgument);
  EXPECT_EQ(ErrorCodeOf(graph.InsertAll(kMaxEdges + 1, nullptr)), ErrorCode::kTooLarge);
  const EdgeIndex twice[] = {edge, edge};
  const EdgeIndex unknown[] = {edge, edge + 1};
  EXPECT_EQ(graph.RemoveAll(twice).message(), "edge 0 twice; expected each once");
  EXPECT_EQ(graph.RemoveAll(unknown).message(), "edge 1 does not exist");
  EXPECT_EQ(graph.edge_count(), 1U);
  EXPECT_EQ(graph.edge_limit(), 1U);
  EXPECT_EQ(graph.degree(2) + graph.degree(3), 0U);
  EXPECT_EQ(graph.OutBound(2, 3), 0);
  EXPECT_EQ(graph.OutBound(0, 4), 5);
  EXPECT_TRUE(graph.RemoveAll({}).ok());
  EXPECT_EQ(insert(NewEdge()), ErrorCode::kOk);
  EXPECT_EQ(graph.edge_count(), 2U);
}

TEST(ResidualGraph, ChangesOnAfterAllEdgesCameAtOnce) {
  constexpr NodeIndex kNodes = 9;
  ResidualGraph graph = WithNodes(kNodes);
  ASSERT_TRUE(graph
                  .InsertAll(kNodes - 1,
                             [](EdgeIndex i) {
                               return NewEdge{0, i + 1, PlainArc(i + 1), Arc()};
                             })
                  .ok());
  EXPECT_EQ(graph.OutBound(0, 1), 36);
  for (EdgeIndex edge = 0; edge + 1 < kNodes; ++edge) ASSERT_TRUE(graph.Remove(edge).ok());
  EXPECT_EQ(graph.OutBound(0, 1), 0);
  for (NodeIndex node = 1; node < kNodes; ++node) {
    MustInsert(graph, node, 0, PlainArc(node), Arc());
    EXPECT_EQ(graph.degree(0), node);
  }
  EXPECT_EQ(graph.InBound(1, 0), 36);
}

// An edge remembers where its arcs lie; others that come and go move them.
TEST(ResidualGraph, ChangesEdgesWhoseArcsWereMoved) {
  ResidualGraph graph = WithNodes(7);
  const EdgeIndex edge = MustInsert(graph, 3, 6, PlainArc(1), PlainArc(1));
  const auto change = [&](Flow flow, const std::vector<NodeIndex>& around) {
    ASSERT_TRUE(graph.Change(edge, 3, PlainArc(flow), PlainArc(flow)).ok());
    for (const NodeIndex end : {3U, 6U}) {
      ASSERT_EQ(graph.degree(end), around.size() + 1);
      for (std::uint32_t i = 0; i < around.size(); ++i)
        EXPECT_EQ(graph.neighbor(end, i), around[i]);
      EXPECT_EQ(graph.edge(end, static_cast<std::uint32_t>(around.size())), edge);
    }
    EXPECT_EQ(graph.ArcFrom(edge, 3), PlainArc(flow));
    EXPECT_EQ(graph.OutBound(3, 6), flow);
  };
  change(2, {});
  std::vector<EdgeIndex> others;
  for (const NodeIndex node : {0U, 1U, 2U}) {
    for (const NodeIndex end : {3U, 6U})
      others.push_back(MustInsert(graph, end, node, Arc(), Arc()));
  }
  change(3, {0, 1, 2});
  for (const EdgeIndex other : {others[0], others[1], others[2], others[3]}) {
    ASSERT_TRUE(graph.Remove(other).ok());
  }
  change(4, {2});
}

TEST(ResidualGraph, LeavesOutEdgesThatAreNone) {
  ResidualGraph graph = WithNodes(3);
  const NewEdge edges[] = {NewEdge(),
                           {2, 1, PlainArc(3), PlainArc(4)},
                           NewEdge(),
                           {0, 2, PlainArc(5), Arc()},
                           NewEdge()};
  ASSERT_TRUE(graph.InsertAll(5, [&](EdgeIndex i) { return edges[i]; }).ok());
  EXPECT_EQ(graph.edge_count(), 2U);
  EXPECT_EQ(graph.edge_limit(), 2U);
  EXPECT_EQ(graph.Find(1, 2), 0U);
  EXPECT_EQ(graph.Find(0, 2), 1U);
  EXPECT_EQ(graph.ArcFrom(0, 2), PlainArc(3));
  EXPECT_EQ(graph.OutBound(2, 0), 3);
}

TEST(ResidualGraph, CapacityDependsOnWhoAsks) {
  ResidualGraph graph = WithNodes(4);
  const EdgeIndex edge = MustInsert(graph, 0, 1, Arc{.direct = 9, .transit = 4});
  EXPECT_EQ(graph.CapacityFor(edge, 0, 0, 1), 9);
  EXPECT_EQ(graph.CapacityFor(edge, 0, 0, 2), 4);
  EXPECT_EQ(graph.CapacityFor(edge, 0, 2, 1), 4);
  EXPECT_EQ(graph.CapacityFor(edge, 1, 0, 1), kAbsent);
  EXPECT_TRUE(graph.special(edge));
  EXPECT_FALSE(graph.forbids(0));
  EXPECT_EQ(graph.special_edges(), 1U);
}

TEST(ResidualGraph, ForbiddingEndsCarryOnlyTheirOwn) {
  ResidualGraph graph = WithNodes(4);
  const EdgeIndex tail =
      MustInsert(graph, 0, 1, Arc{.direct = 9, .transit = 4, .tail_forbids = true});
  EXPECT_EQ(graph.CapacityFor(tail, 0, 0, 3), 4);
  EXPECT_EQ(graph.CapacityFor(tail, 0, 3, 1), kAbsent);
  EXPECT_EQ(graph.CapacityFor(tail, 0, 3, 1, true), 4);
  const EdgeIndex head =
      MustInsert(graph, 1, 2, Arc{.direct = 9, .transit = 4, .head_forbids = true});
  EXPECT_EQ(graph.CapacityFor(head, 1, 0, 2), 4);
  EXPECT_EQ(graph.CapacityFor(head, 1, 1, 3), kAbsent);
  EXPECT_EQ(graph.CapacityFor(head, 1, 1, 2), 9);
  EXPECT_EQ(graph.OutBound(0, 3), 4);
  EXPECT_EQ(graph.InBound(3, 1), 0);
  EXPECT_EQ(graph.OutBound(1, 3), 0);
  EXPECT_EQ(graph.InBound(0, 2), 4);
  EXPECT_EQ(graph.OutBound(1, 2), 9);
  EXPECT_EQ(graph.InBound(1, 2), 9);
}

TEST(ResidualGraph, SumsDoNotOverflow) {
  ResidualGraph graph = WithNodes(4);
  for (NodeIndex v = 1; v < 4; ++v) MustInsert(graph, 0, v, PlainArc(kMaxAmount));
  EXPECT_EQ(graph.OutBound(0, 1), 3 * static_cast<AmountSum>(kMaxAmount));
}

TEST(ResidualGraph, DisabledNodesCarryNothingUntilEnabled) {
  ResidualGraph graph = WithNodes(3);
  const EdgeIndex edge = MustInsert(graph, 0, 1, PlainArc(5), PlainArc(3));
  ASSERT_TRUE(graph.SetEnabled(1, false).ok());
  EXPECT_FALSE(graph.enabled(1));
  EXPECT_EQ(graph.CapacityFor(edge, 0, 0, 2), kAbsent);
  EXPECT_EQ(graph.OutBound(0, 2), 0);
  ASSERT_TRUE(graph.Change(edge, 1, PlainArc(8), PlainArc(2)).ok());
  EXPECT_EQ(graph.OutBound(0, 2), 0);
  ASSERT_TRUE(graph.SetEnabled(1, true).ok());
  EXPECT_EQ(graph.OutBound(0, 2), 2);
  EXPECT_EQ(graph.CapacityFor(edge, 1, 1, 2), 8);
}

TEST(ResidualGraph, EdgeIndicesAreStableAndUsedAgain) {
  ResidualGraph graph = WithNodes(5);
  const EdgeIndex first = MustInsert(graph, 0, 1, PlainArc(1));
  const EdgeIndex second = MustInsert(graph, 0, 2, PlainArc(2));
  ASSERT_TRUE(graph.Remove(first).ok());
  EXPECT_FALSE(graph.Exists(first));
  EXPECT_TRUE(graph.Exists(second));
  EXPECT_EQ(graph.Find(0, 2), second);
  EXPECT_EQ(graph.Find(0, 1), kNoEdge);
  EXPECT_EQ(MustInsert(graph, 3, 4, PlainArc(3)), first);
  EXPECT_EQ(graph.edge_limit(), 2U);
}

TEST(ResidualGraph, BlocksGrowAndAreGivenBack) {
  constexpr NodeIndex kLeaves = 1000;
  ResidualGraph graph = WithNodes(kLeaves + 1);
  std::vector<EdgeIndex> edges;
  for (NodeIndex v = kLeaves; v >= 1; --v) edges.push_back(MustInsert(graph, 0, v, PlainArc(v)));
  EXPECT_EQ(graph.degree(0), kLeaves);
  for (std::uint32_t i = 0; i < kLeaves; ++i) ASSERT_EQ(graph.neighbor(0, i), i + 1);
  EXPECT_EQ(graph.OutBound(0, 1), AmountSum{kLeaves} * (kLeaves + 1) / 2);
  const std::size_t full = graph.MemoryBytes();
  for (int round = 0; round < 3; ++round) {
    for (const EdgeIndex edge : edges) ASSERT_TRUE(graph.Remove(edge).ok());
    EXPECT_EQ(graph.edge_count(), 0U);
    EXPECT_EQ(graph.OutBound(0, 1), 0);
    edges.clear();
    for (NodeIndex v = 1; v <= kLeaves; ++v) edges.push_back(MustInsert(graph, 0, v, PlainArc(v)));
  }
  EXPECT_EQ(graph.MemoryBytes(), full);
}

}  // namespace
}  // namespace geo::graph
