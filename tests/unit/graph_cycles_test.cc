// Cycles: through one edge, all of them, and out of a circulation; against plain enumeration.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <limits>
#include <map>
#include <random>
#include <set>
#include <vector>

#include "geo/graph/cycles.h"
#include "tests/support/circulation_problems.h"
#include "tests/support/environment.h"

namespace geo::graph {
namespace {

using Amounts = std::map<std::pair<NodeIndex, NodeIndex>, Flow>;

// A random network with one direction per pair at most.
Amounts RandomAmounts(std::mt19937_64& random, NodeIndex nodes, int edges) {
  Amounts amounts;
  for (int i = 0; i < edges; ++i) {
    const auto a = static_cast<NodeIndex>(random() % nodes);
    const auto b = static_cast<NodeIndex>(random() % nodes);
    if (a == b || amounts.count({b, a}) != 0) continue;
    amounts[{a, b}] = 1 + static_cast<Flow>(random() % 5000);
  }
  return amounts;
}

ResidualGraph GraphOf(NodeIndex nodes, const Amounts& amounts) {
  ResidualGraph graph;
  EXPECT_TRUE(graph.Grow(nodes).ok());
  for (const auto& [ends, amount] : amounts) {
    EXPECT_TRUE(graph.Insert(ends.first, ends.second, PlainArc(amount), Arc()).ok());
  }
  return graph;
}

// All simple cycles of 3…max_length nodes as lists from the smallest node, by plain recursion.
std::set<std::vector<NodeIndex>> Enumerate(const Amounts& amounts, NodeIndex nodes,
                                           std::uint32_t max_length, Flow min_amount) {
  std::set<std::vector<NodeIndex>> cycles;
  std::vector<NodeIndex> path;
  const std::function<void(NodeIndex)> extend = [&](NodeIndex node) {
    for (NodeIndex head = path.front(); head < nodes; ++head) {
      const auto found = amounts.find({node, head});
      if (found == amounts.end() || found->second < min_amount) continue;
      if (head == path.front() && path.size() >= 3) cycles.insert(path);
      if (std::count(path.begin(), path.end(), head) != 0 || path.size() == max_length) continue;
      path.push_back(head);
      extend(head);
      path.pop_back();
    }
  };
  for (NodeIndex start = 0; start < nodes; ++start) {
    path = {start};
    extend(start);
  }
  return cycles;
}

TEST(GraphCycles, ShortestThroughAnEdge) {
  std::mt19937_64 random(1);
  CycleSearch search;
  for (int round = 0; round < tests::TierCount(300, 20'000); ++round) {
    const auto nodes = static_cast<NodeIndex>(4 + random() % 12);
    const Amounts amounts = RandomAmounts(random, nodes, static_cast<int>(nodes) * 2);
    const ResidualGraph graph = GraphOf(nodes, amounts);
    const auto max_length = static_cast<std::uint32_t>(3 + random() % 5);
    const Flow min_amount = random() % 2 == 0 ? 1 : 2500;
    const auto cycles = Enumerate(amounts, nodes, max_length, min_amount);
    for (const auto& [ends, amount] : amounts) {
      std::size_t shortest = 0;
      for (const std::vector<NodeIndex>& cycle : cycles) {
        for (std::size_t i = 0; i < cycle.size(); ++i) {
          const bool through =
              cycle[i] == ends.first && cycle[(i + 1) % cycle.size()] == ends.second;
          if (through && (shortest == 0 || cycle.size() < shortest)) shortest = cycle.size();
        }
      }
      Cycle found;
      const Outcome outcome =
          search.FindShortest(graph, ends.first, ends.second,
                              {.max_length = max_length, .min_amount = min_amount}, &found);
      if (shortest == 0) {
        EXPECT_EQ(outcome, amount < min_amount ? Outcome::kExhausted : Outcome::kHopLimit);
        continue;
      }
      ASSERT_EQ(outcome, Outcome::kFound);
      EXPECT_EQ(found.length(), shortest);
      EXPECT_EQ(found.nodes[0], ends.first);
      EXPECT_EQ(found.nodes[1], ends.second);
      Flow least = kMaxAmount;
      std::set<NodeIndex> different;
      for (std::size_t i = 0; i < found.length(); ++i) {
        const NodeIndex next = found.nodes[(i + 1) % found.length()];
        least = std::min(least, amounts.at({found.nodes[i], next}));
        EXPECT_EQ(graph.Find(found.nodes[i], next), found.edges[i]);
        different.insert(found.nodes[i]);
      }
      EXPECT_EQ(found.amount, least);
      EXPECT_GE(found.amount, min_amount);
      EXPECT_EQ(different.size(), found.length());
    }
  }
}

TEST(GraphCycles, StopsAtTheWorkLimit) {
  // A hub on either side: the ways to each other are many arcs away.
  Amounts amounts = {{{0, 1}, 5}};
  for (NodeIndex node = 2; node < 500; ++node) amounts[{1, node}] = 5;
  for (NodeIndex node = 500; node < 1000; ++node) amounts[{node, 0}] = 5;
  amounts[{499, 500}] = 5;
  const ResidualGraph graph = GraphOf(1000, amounts);
  CycleSearch search;
  Cycle cycle;
  EXPECT_EQ(search.FindShortest(graph, 0, 1, {.max_length = 4}, &cycle), Outcome::kFound);
  EXPECT_GT(search.work(), 400U);
  EXPECT_EQ(search.FindShortest(graph, 0, 1, {.max_length = 4, .work_limit = 300}, &cycle),
            Outcome::kWorkLimit);
  EXPECT_LE(search.work(), 300U);
  EXPECT_EQ(search.FindShortest(graph, 1, 0, {.max_length = 4}, &cycle), Outcome::kExhausted);
}

TEST(GraphCycles, ListsAllOfThem) {
  std::mt19937_64 random(2);
  for (int round = 0; round < tests::TierCount(200, 10'000); ++round) {
    const auto nodes = static_cast<NodeIndex>(4 + random() % 9);
    const Amounts amounts = RandomAmounts(random, nodes, static_cast<int>(nodes) * 3);
    const auto max_length = static_cast<std::uint32_t>(3 + random() % 5);
    const CycleList list =
        ListCycles(GraphOf(nodes, amounts), {.max_length = max_length, .min_amount = 900}, 100'000);
    EXPECT_TRUE(list.complete);
    std::vector<std::vector<NodeIndex>> listed;
    for (const Cycle& cycle : list.cycles) listed.push_back(cycle.nodes);
    const auto all = Enumerate(amounts, nodes, max_length, 900);
    EXPECT_EQ(listed, std::vector<std::vector<NodeIndex>>(all.begin(), all.end()));
    if (all.size() < 2) continue;
    const CycleList some =
        ListCycles(GraphOf(nodes, amounts), {.max_length = max_length, .min_amount = 900}, 1);
    EXPECT_FALSE(some.complete);
    EXPECT_EQ(some.cycles.size(), 1U);
  }
}

TEST(GraphCycles, ListsWithoutLookingThroughAHubAgainAndAgain) {
  // Triangles with one hub in common, which has the largest number.
  constexpr NodeIndex kHub = 2000;
  Amounts amounts;
  for (NodeIndex node = 0; node < kHub; node += 2) {
    amounts[{node, kHub}] = 5;
    amounts[{kHub, node + 1}] = 5;
    amounts[{node + 1, node}] = 5;
  }
  const CycleQuery query{.max_length = 4, .min_amount = 1, .work_limit = 20 * amounts.size()};
  const CycleList list = ListCycles(GraphOf(kHub + 1, amounts), query, 100'000);
  EXPECT_TRUE(list.complete);
  ASSERT_EQ(list.cycles.size(), kHub / 2);
  EXPECT_EQ(list.cycles[1].nodes, (std::vector<NodeIndex>{2, kHub, 3}));
}

TEST(GraphCycles, DecomposesWholeCirculations) {
  for (std::uint64_t seed = 0; seed < tests::TierCount<std::uint64_t>(60, 2000); ++seed) {
    const auto& families = tests::CirculationFamilies();
    tests::CirculationProblem problem =
        tests::MakeCirculationProblem(families[seed % families.size()], 300, seed);
    if (seed % 3 == 0) tests::AllowGrowth(&problem, seed, 3);
    const auto solved = MaximumCirculation(problem.nodes, problem.edges);
    ASSERT_TRUE(solved.ok());
    for (const std::uint32_t max_length : {0U, 4U, 8U}) {
      const auto cycles = DecomposeCirculation(problem.nodes, problem.edges, solved->removed,
                                               {.max_length = max_length});
      ASSERT_TRUE(cycles.ok()) << cycles.status();
      std::vector<Flow> left = solved->removed;
      std::uint32_t longest = 0;
      for (const Cycle& cycle : *cycles) {
        EXPECT_GT(cycle.amount, 0);
        EXPECT_EQ(std::set<NodeIndex>(cycle.nodes.begin(), cycle.nodes.end()).size(),
                  cycle.length());
        if (max_length != 0) {
          EXPECT_LE(cycle.length(), max_length);
          EXPECT_GE(cycle.length(), longest);
        }
        longest = std::max(longest, cycle.length());
        for (std::size_t i = 0; i < cycle.length(); ++i) {
          const CirculationEdge& edge = problem.edges[cycle.edges[i]];
          const NodeIndex next = cycle.nodes[(i + 1) % cycle.length()];
          const bool along = edge.tail == cycle.nodes[i] && edge.head == next;
          EXPECT_TRUE(along || (edge.head == cycle.nodes[i] && edge.tail == next));
          Flow& rest = left[cycle.edges[i]];
          EXPECT_GT(along ? rest : -rest, 0);
          rest -= along ? cycle.amount : -cycle.amount;
          EXPECT_GE(along ? rest : -rest, 0);
        }
      }
      if (max_length != 0) continue;
      EXPECT_LE(cycles->size(), problem.edges.size());
      EXPECT_EQ(left, std::vector<Flow>(left.size(), 0));
    }
  }
}

TEST(GraphCycles, DecomposesOnlyCirculations) {
  const std::vector<CirculationEdge> edges = {{0, 1, 5, 5}, {1, 0, 5, 5}};
  const auto code = [&](const std::vector<Flow>& removed, std::uint32_t max_length) {
    return ErrorCodeOf(
        DecomposeCirculation(2, edges, removed, {.max_length = max_length}).status());
  };
  EXPECT_EQ(code({5, 5}, 0), ErrorCode::kOk);
  EXPECT_EQ(code({5, 4}, 0), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code({5}, 0), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code({6, 6}, 0), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code({-1, -1}, 0), ErrorCode::kInvalidArgument);
  constexpr Flow kLeast = std::numeric_limits<Flow>::min();
  EXPECT_EQ(code({kLeast, kLeast}, 0), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code({5, 5}, 1), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code({5, 5}, 65), ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace geo::graph
