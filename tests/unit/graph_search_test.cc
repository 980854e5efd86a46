// Search and DecomposeFlow on networks small enough to draw.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <tuple>
#include <vector>

#include "geo/graph/decompose.h"
#include "geo/graph/residual_graph.h"
#include "geo/graph/search.h"
#include "src/graph/capacity_code.h"

namespace geo::graph {
namespace {

using Arcs = std::vector<std::tuple<NodeIndex, NodeIndex, Flow>>;

// A graph with these arcs and nothing back.
ResidualGraph Build(NodeIndex nodes, const Arcs& arcs) {
  ResidualGraph graph;
  EXPECT_TRUE(graph.Grow(nodes).ok());
  for (const auto& [tail, head, capacity] : arcs) {
    EXPECT_TRUE(graph.Insert(tail, head, PlainArc(capacity), Arc()).ok());
  }
  return graph;
}

Search Started(const ResidualGraph& graph, const Query& query) {
  Search search;
  const Status status = search.Begin(graph, query);
  EXPECT_TRUE(status.ok()) << status;
  return search;
}

TEST(CapacityCode, IsMonotoneAndExactBelow2048) {
  EXPECT_EQ(CodeOf(kAbsent), kAbsentCode);
  EXPECT_EQ(CodeOf(0), kEmptyCode);
  std::vector<Flow> values;
  for (Flow value = 0; value < 10000; ++value) values.push_back(value);
  for (int shift = 13; shift < 63; ++shift) {
    for (Flow offset = -3; offset <= 3; ++offset) values.push_back((Flow{1} << shift) + offset);
    values.push_back((Flow{1} << shift) + (Flow{1} << (shift - 1)));
  }
  values.push_back(kMaxAmount);
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  for (std::size_t i = 1; i < values.size(); ++i) {
    ASSERT_LE(CodeOf(values[i - 1]), CodeOf(values[i])) << values[i];
    ASSERT_TRUE(values[i] >= 2048 || CodeOf(values[i - 1]) < CodeOf(values[i])) << values[i];
    const CodeRange range = CodesFor(values[i]);
    ASSERT_LT(CodeOf(values[i] - 1), range.certain);
    ASSERT_GE(CodeOf(values[i]), range.possible);
    ASSERT_TRUE(range.possible == range.certain || CodeOf(values[i] - 1) == range.possible);
  }
}

TEST(Search, FindsAShortestPathWideEnough) {
  const ResidualGraph graph =
      Build(6, {{0, 1, 5}, {1, 5, 5}, {0, 2, 9}, {2, 3, 9}, {3, 5, 8}, {0, 4, 20}});
  Search search = Started(graph, {.source = 0, .target = 5});
  Path path;
  ASSERT_EQ(search.FindPath(5, kNoHopLimit, &path), Outcome::kFound);
  EXPECT_EQ(path.nodes, (std::vector<NodeIndex>{0, 1, 5}));
  EXPECT_EQ(path.amount, 5);
  ASSERT_EQ(search.FindPath(6, kNoHopLimit, &path), Outcome::kFound);
  EXPECT_EQ(path.nodes, (std::vector<NodeIndex>{0, 2, 3, 5}));
  EXPECT_EQ(path.amount, 8);
  EXPECT_EQ(search.FindPath(6, 2, &path), Outcome::kHopLimit);
  EXPECT_EQ(search.FindPath(9, kNoHopLimit, &path), Outcome::kExhausted);
}

TEST(Search, ComparesLargeCapacitiesExactly) {
  constexpr Flow kLarge = 123'456'789'012'345;
  const ResidualGraph graph = Build(3, {{0, 1, kLarge}, {1, 2, kLarge}});
  Search search = Started(graph, {.source = 0, .target = 2});
  Path path;
  EXPECT_EQ(search.FindPath(kLarge, kNoHopLimit, &path), Outcome::kFound);
  EXPECT_EQ(search.FindPath(kLarge + 1, kNoHopLimit, &path), Outcome::kExhausted);
}

TEST(Search, ThresholdZeroTellsUsedUpFromAbsent) {
  const ResidualGraph graph = Build(4, {{0, 1, 0}, {1, 2, 3}});
  Search search = Started(graph, {.source = 0, .target = 2});
  Path path;
  EXPECT_EQ(search.FindPath(0, kNoHopLimit, &path), Outcome::kFound);
  EXPECT_EQ(path.amount, 0);
  EXPECT_EQ(search.FindPath(1, kNoHopLimit, &path), Outcome::kExhausted);
  ASSERT_TRUE(search.Begin(graph, {.source = 0, .target = 3}).ok());
  EXPECT_EQ(search.FindPath(0, kNoHopLimit, &path), Outcome::kExhausted);
}

TEST(Search, PushedFlowIsUsedUpAndNeverUsedAgainst) {
  ResidualGraph graph;
  ASSERT_TRUE(graph.Grow(4).ok());
  ASSERT_TRUE(graph.Insert(0, 1, PlainArc(5), Arc()).ok());
  ASSERT_TRUE(graph.Insert(1, 2, PlainArc(5), PlainArc(5)).ok());
  ASSERT_TRUE(graph.Insert(2, 3, PlainArc(5), Arc()).ok());
  ASSERT_TRUE(graph.Insert(0, 2, PlainArc(5), Arc()).ok());
  ASSERT_TRUE(graph.Insert(1, 3, PlainArc(5), Arc()).ok());
  Search search = Started(graph, {.source = 0, .target = 3});
  const Path across{.nodes = {0, 1, 2, 3},
                    .edges = {graph.Find(0, 1), graph.Find(1, 2), graph.Find(2, 3)}};
  search.Push(across, 4);
  EXPECT_EQ(search.value(), 4);
  EXPECT_EQ(search.Residual(graph.Find(1, 2), 1), 1);
  EXPECT_EQ(search.Residual(graph.Find(1, 2), 2), kAbsent);
  Path path;
  ASSERT_EQ(search.FindPath(1, kNoHopLimit, &path), Outcome::kFound);
  EXPECT_EQ(path.amount, 1);
  EXPECT_EQ(search.FindPath(2, kNoHopLimit, &path), Outcome::kExhausted);
  // Exact flow takes the push across back.
  EXPECT_EQ(search.Maximize(kMaxAmount), Outcome::kExhausted);
  EXPECT_EQ(search.value(), 10);
  search.ClearFlow();
  EXPECT_TRUE(search.FlowArcs().empty());
  EXPECT_EQ(search.FindPath(5, 2, &path), Outcome::kFound);
}

TEST(Search, MaximizeStopsAtTheAmountAskedFor) {
  const ResidualGraph graph = Build(4, {{0, 1, 5}, {1, 3, 5}, {0, 2, 5}, {2, 3, 5}});
  Search search = Started(graph, {.source = 0, .target = 3});
  EXPECT_EQ(search.Maximize(7), Outcome::kFound);
  EXPECT_EQ(search.value(), 7);
  EXPECT_EQ(search.Maximize(7), Outcome::kFound);
  EXPECT_EQ(search.Maximize(11), Outcome::kExhausted);
  EXPECT_EQ(search.value(), 10);
}

// What the search remembers of a large graph must not be looked up in a small one.
TEST(Search, OneWorkspaceServesGraphsOfAnySize) {
  constexpr NodeIndex kMany = 100'000;
  Arcs chain;
  for (NodeIndex node = kMany - 200; node + 1 < kMany; ++node)
    chain.emplace_back(node, node + 1, 1);
  const ResidualGraph large = Build(kMany, chain);
  const ResidualGraph small = Build(3, {{0, 1, 5}, {1, 2, 4}});
  Search search = Started(large, {.source = kMany - 200, .target = kMany - 1});
  EXPECT_EQ(search.Maximize(kMaxAmount), Outcome::kExhausted);
  EXPECT_EQ(search.value(), 1);
  ASSERT_TRUE(search.Begin(small, {.source = 0, .target = 2}).ok());
  EXPECT_EQ(search.Maximize(kMaxAmount), Outcome::kExhausted);
  EXPECT_EQ(search.value(), 4);
  ASSERT_TRUE(search.Begin(large, {.source = kMany - 200, .target = kMany - 1}).ok());
  EXPECT_EQ(search.Maximize(kMaxAmount), Outcome::kExhausted);
  EXPECT_EQ(search.value(), 1);
}

TEST(Search, MinimumCutProvesTheMaximum) {
  const ResidualGraph graph =
      Build(6, {{0, 1, 9}, {0, 2, 9}, {1, 3, 2}, {2, 4, 3}, {3, 5, 9}, {4, 5, 9}, {2, 3, 0}});
  Search search = Started(graph, {.source = 0, .target = 5});
  ASSERT_EQ(search.Maximize(kMaxAmount), Outcome::kExhausted);
  EXPECT_EQ(search.value(), 5);
  std::vector<std::tuple<NodeIndex, NodeIndex, Flow>> cut;
  for (const CutArc& arc : search.MinimumCut()) cut.emplace_back(arc.tail, arc.head, arc.capacity);
  EXPECT_EQ(cut, (Arcs{{1, 3, 2}, {2, 3, 0}, {2, 4, 3}}));
}

TEST(Search, ExclusionsHoldAndCanBeUndone) {
  const ResidualGraph graph = Build(5, {{0, 1, 5}, {1, 4, 5}, {0, 2, 5}, {2, 3, 5}, {3, 4, 5}});
  Path path;
  Search search = Started(graph, {.source = 0, .target = 4, .excluded = {1, 0, 4}});
  ASSERT_EQ(search.FindPath(1, kNoHopLimit, &path), Outcome::kFound);
  EXPECT_EQ(path.hops(), 3U);
  search.ExcludeNode(2);
  EXPECT_EQ(search.FindPath(1, kNoHopLimit, &path), Outcome::kExhausted);
  search.IncludeNode(1);
  ASSERT_EQ(search.FindPath(1, kNoHopLimit, &path), Outcome::kFound);
  EXPECT_EQ(path.hops(), 2U);
  search.ExcludeArc(graph.Find(1, 4), 1);
  EXPECT_EQ(search.FindPath(0, kNoHopLimit, &path), Outcome::kExhausted);
  EXPECT_EQ(search.Maximize(1), Outcome::kExhausted);
  search.IncludeArc(graph.Find(1, 4), 1);
  EXPECT_EQ(search.Maximize(1), Outcome::kFound);

  ASSERT_TRUE(
      search.Begin(graph, {.source = 0, .target = 4, .allowed = std::vector<NodeIndex>{2, 3}})
          .ok());
  ASSERT_EQ(search.FindPath(1, kNoHopLimit, &path), Outcome::kFound);
  EXPECT_EQ(path.hops(), 3U);
  ASSERT_TRUE(search.Begin(graph, {.source = 0, .target = 4}).ok());
  ASSERT_EQ(search.FindPath(1, kNoHopLimit, &path), Outcome::kFound);
  EXPECT_EQ(path.hops(), 2U);
}

TEST(Search, EndPointsUseWhatTheyForbidToOthers) {
  ResidualGraph graph;
  ASSERT_TRUE(graph.Grow(4).ok());
  ASSERT_TRUE(graph.Insert(0, 1, Arc{.direct = 9, .transit = 5, .tail_forbids = true}, Arc()).ok());
  ASSERT_TRUE(graph.Insert(1, 2, Arc{.direct = 9, .transit = 5, .head_forbids = true}, Arc()).ok());
  ASSERT_TRUE(graph.Insert(2, 3, PlainArc(9), Arc()).ok());
  Path path;
  Search search = Started(graph, {.source = 0, .target = 2});
  ASSERT_EQ(search.FindPath(5, kNoHopLimit, &path), Outcome::kFound);
  EXPECT_EQ(search.FindPath(6, kNoHopLimit, &path), Outcome::kExhausted);
  EXPECT_EQ(search.Maximize(9), Outcome::kExhausted);
  EXPECT_EQ(search.value(), 5);
  ASSERT_TRUE(search.Begin(graph, {.source = 0, .target = 1}).ok());
  EXPECT_EQ(search.FindPath(9, kNoHopLimit, &path), Outcome::kFound);
  ASSERT_TRUE(search.Begin(graph, {.source = 0, .target = 3}).ok());
  EXPECT_EQ(search.FindPath(0, kNoHopLimit, &path), Outcome::kExhausted);
  const auto ignoring = [](Conditions conditions) {
    return Query{.source = 0, .target = 3, .conditions = conditions};
  };
  ASSERT_TRUE(search.Begin(graph, ignoring(Conditions::kIgnoredAtEnds)).ok());
  EXPECT_EQ(search.FindPath(0, kNoHopLimit, &path), Outcome::kExhausted);  // 2 forbids still
  ASSERT_TRUE(search.Begin(graph, ignoring(Conditions::kIgnored)).ok());
  EXPECT_EQ(search.FindPath(5, kNoHopLimit, &path), Outcome::kFound);
  EXPECT_EQ(search.Maximize(9), Outcome::kExhausted);
  EXPECT_EQ(search.value(), 5);
}

TEST(Search, RefusesUselessQueries) {
  ResidualGraph graph = Build(3, {{0, 1, 5}, {1, 2, 5}});
  Search search;
  EXPECT_EQ(ErrorCodeOf(search.Begin(graph, {.source = 0, .target = 3})),
            ErrorCode::kInvalidArgument);
  EXPECT_EQ(ErrorCodeOf(search.Begin(graph, {.source = 1, .target = 1})),
            ErrorCode::kInvalidArgument);
  ASSERT_TRUE(graph.SetEnabled(2, false).ok());
  EXPECT_EQ(ErrorCodeOf(search.Begin(graph, {.source = 0, .target = 2})),
            ErrorCode::kInvalidArgument);
}

TEST(Search, WorkIsCountedAndLimited) {
  Arcs chain;
  for (NodeIndex node = 0; node < 200; ++node) chain.emplace_back(node, node + 1, 5);
  const ResidualGraph graph = Build(201, chain);
  Path path;
  Search search = Started(graph, {.source = 0, .target = 200, .work_limit = 50});
  EXPECT_EQ(search.FindPath(1, kNoHopLimit, &path), Outcome::kWorkLimit);
  EXPECT_EQ(search.Maximize(1), Outcome::kWorkLimit);
  EXPECT_LE(search.work(), 60U);
  EXPECT_TRUE(search.out_of_work());
  int asked = 0;
  ASSERT_TRUE(
      search.Begin(graph, {.source = 0, .target = 200, .stop = [&asked] { return ++asked > 1; }})
          .ok());
  EXPECT_EQ(search.Maximize(1), Outcome::kFound);
  EXPECT_EQ(search.value(), 1);
  EXPECT_GT(search.work(), 300U);
  search.AddWork(20000);
  EXPECT_FALSE(search.out_of_work());
  search.AddWork(20000);
  EXPECT_TRUE(search.out_of_work());
  EXPECT_EQ(search.FindPath(1, kNoHopLimit, &path), Outcome::kWorkLimit);
}

TEST(Search, LongPathsAreNoDifferent) {
  Arcs chain;
  for (NodeIndex node = 0; node < 3000; ++node) chain.emplace_back(node, node + 1, 7);
  const ResidualGraph graph = Build(3001, chain);
  Search search = Started(graph, {.source = 0, .target = 3000});
  EXPECT_EQ(search.Maximize(100), Outcome::kExhausted);
  EXPECT_EQ(search.value(), 7);
  const std::vector<Path> paths = DecomposeFlow(search.FlowArcs(), 0, 3000);
  ASSERT_EQ(paths.size(), 1U);
  EXPECT_EQ(paths[0].hops(), 3000U);
}

TEST(Search, ASecondGraphAndALaterStateAreSeen) {
  ResidualGraph small = Build(3, {{0, 1, 5}, {1, 2, 5}});
  const ResidualGraph large = Build(100, {{0, 98, 5}, {98, 99, 6}});
  Search search = Started(small, {.source = 0, .target = 2});
  EXPECT_EQ(search.Maximize(9), Outcome::kExhausted);
  ASSERT_TRUE(small.Remove(small.Find(1, 2)).ok());
  ASSERT_TRUE(search.Begin(large, {.source = 0, .target = 99}).ok());
  EXPECT_EQ(search.Maximize(9), Outcome::kExhausted);
  EXPECT_EQ(search.value(), 5);
  ASSERT_TRUE(search.Begin(small, {.source = 0, .target = 2}).ok());
  EXPECT_EQ(search.Maximize(9), Outcome::kExhausted);
  EXPECT_EQ(search.value(), 0);
}

TEST(DecomposeFlow, LeavesCyclesOut) {
  const std::vector<FlowArc> arcs = {{0, 1, 0, 3}, {1, 2, 1, 5}, {2, 3, 2, 2}, {3, 1, 3, 2},
                                     {2, 4, 4, 3}, {5, 6, 5, 1}, {6, 5, 6, 1}};
  for (const std::uint32_t max_hops : {kNoHopLimit, 3U}) {
    const std::vector<Path> paths = DecomposeFlow(arcs, 0, 4, max_hops);
    ASSERT_EQ(paths.size(), 1U);
    EXPECT_EQ(paths[0].nodes, (std::vector<NodeIndex>{0, 1, 2, 4}));
    EXPECT_EQ(paths[0].edges, (std::vector<EdgeIndex>{0, 1, 4}));
    EXPECT_EQ(paths[0].amount, 3);
  }
  EXPECT_TRUE(DecomposeFlow(arcs, 0, 4, 2).empty());
  EXPECT_TRUE(DecomposeFlow({}, 0, 4).empty());
  const std::vector<Path> shortest = DecomposeShortestFirst(arcs, 0, 4, 3);
  ASSERT_EQ(shortest.size(), 1U);
  EXPECT_EQ(shortest[0].nodes, (std::vector<NodeIndex>{0, 1, 2, 4}));
  EXPECT_TRUE(DecomposeShortestFirst(arcs, 0, 4, 2).empty());
  EXPECT_TRUE(DecomposeShortestFirst({}, 0, 4, 2).empty());
}

TEST(DecomposeFlow, NothingLeadsFromANodeToItself) {
  const std::vector<FlowArc> round = {{0, 1, 0, 3}, {1, 0, 1, 3}};
  for (const std::uint32_t max_hops : {kNoHopLimit, 3U}) {
    EXPECT_TRUE(DecomposeFlow(round, 0, 0, max_hops).empty());
    EXPECT_TRUE(DecomposeShortestFirst(round, 0, 0, max_hops).empty());
  }
}

TEST(DecomposeFlow, TakesWidePathsWithinTheHopLimit) {
  // 5 over 0-1-4, 2 over 0-1-2-3-4, 4 over 0-3-4.
  const std::vector<FlowArc> arcs = {{0, 1, 0, 7}, {1, 4, 1, 5}, {1, 2, 2, 2},
                                     {2, 3, 3, 2}, {3, 4, 4, 6}, {0, 3, 5, 4}};
  std::vector<Flow> amounts;
  for (const Path& path : DecomposeFlow(arcs, 0, 4, 4)) amounts.push_back(path.amount);
  EXPECT_EQ(amounts, (std::vector<Flow>{5, 4, 2}));
  amounts.clear();
  for (const Path& path : DecomposeFlow(arcs, 0, 4, 3)) amounts.push_back(path.amount);
  EXPECT_EQ(amounts, (std::vector<Flow>{5, 4}));
  EXPECT_EQ(DecomposeFlow(arcs, 0, 4, 4, 2).size(), 2U);
  EXPECT_TRUE(DecomposeFlow(arcs, 0, 4, 4, 0).empty());
}

TEST(DecomposeFlow, TakesShortestPathsFirst) {
  // The flow of the last test: its longest way is the widest now.
  const std::vector<FlowArc> arcs = {{0, 1, 0, 14}, {1, 4, 1, 5},  {1, 2, 2, 9},
                                     {2, 3, 3, 9},  {3, 4, 4, 13}, {0, 3, 5, 4}};
  const auto amounts = [&](std::uint32_t max_hops) {
    std::vector<Flow> found;
    for (const Path& path : DecomposeShortestFirst(arcs, 0, 4, max_hops)) {
      found.push_back(path.amount);
    }
    return found;
  };
  EXPECT_EQ(amounts(kNoHopLimit), (std::vector<Flow>{5, 4, 9}));
  EXPECT_EQ(amounts(4), (std::vector<Flow>{5, 4, 9}));
  EXPECT_EQ(amounts(3), (std::vector<Flow>{5, 4}));
  EXPECT_TRUE(amounts(1).empty());
}

// Takes long if every path looks at every node.
TEST(DecomposeFlow, TakesManyPathsOneByOne) {
  constexpr std::uint32_t kPaths = 200'000;
  std::vector<FlowArc> arcs;
  for (std::uint32_t i = 0; i < kPaths; ++i) {
    arcs.push_back({0, 2 + i, 2 * i, 5});
    arcs.push_back({2 + i, 1, 2 * i + 1, 5});
  }
  EXPECT_EQ(DecomposeFlow(arcs, 0, 1).size(), kPaths);
  EXPECT_EQ(DecomposeShortestFirst(arcs, 0, 1, 2).size(), kPaths);
}

TEST(DecomposeFlow, EndsWhenToldTo) {
  // Three ways of two arcs.
  const std::vector<FlowArc> arcs = {{0, 1, 0, 5}, {1, 4, 1, 5}, {0, 2, 2, 4},
                                     {2, 4, 3, 4}, {0, 3, 4, 3}, {3, 4, 5, 3}};
  for (const std::uint32_t max_hops : {kNoHopLimit, 2U}) {
    std::vector<std::uint64_t> told;
    const auto stop = [&](std::uint64_t looked_at) {
      told.push_back(looked_at);
      return told.size() == 2;
    };
    EXPECT_EQ(DecomposeFlow(arcs, 0, 4, max_hops, kNoPathLimit, stop).size(), 2U);
    // Widest first: all arcs, then all but the one behind the arc that is used up.
    const auto expected =
        max_hops == 2 ? std::vector<std::uint64_t>{6, 11} : std::vector<std::uint64_t>{2, 4};
    EXPECT_EQ(told, expected);
  }
  std::uint64_t seen = 0;
  const auto at_once = [&](std::uint64_t looked_at) { return (seen = looked_at) > 0; };
  EXPECT_EQ(DecomposeShortestFirst(arcs, 0, 4, 2, at_once).size(), 1U);
  EXPECT_EQ(seen, 4U + 2U) << "arcs as far as the target is reached, then the way";
}

}  // namespace
}  // namespace geo::graph
