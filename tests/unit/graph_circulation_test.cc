// Circulations with known answers, bad input, and a checker that cannot be fooled.
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "geo/graph/circulation.h"
#include "geo/graph/components.h"
#include "tests/support/circulation_problems.h"
#include "tests/support/status.h"

namespace geo::graph {
namespace {

using Edges = std::vector<CirculationEdge>;

CirculationEdge Fixed(NodeIndex tail, NodeIndex head, Flow amount) {
  return {tail, head, amount, amount};
}

constexpr CirculationEngine kEngines[] = {CirculationEngine::kAutomatic,
                                          CirculationEngine::kTieredPreflow,
                                          CirculationEngine::kNetworkSimplex};

// Solves with every engine; all must agree, prove it, and pass the checker.
Circulation Solve(NodeIndex nodes, const Edges& edges) {
  Circulation first;
  for (const CirculationEngine engine : kEngines) {
    StatusOr<Circulation> solved = MaximumCirculation(nodes, edges, {.engine = engine});
    EXPECT_TRUE(solved.ok()) << solved.status();
    if (!solved.ok()) return {};
    EXPECT_TRUE(solved->optimal());
    const Status checked = CheckCirculation(nodes, edges, *solved);
    EXPECT_TRUE(checked.ok()) << checked;
    if (engine == kEngines[0]) first = *solved;
    EXPECT_TRUE(first.volume == solved->volume);
  }
  return first;
}

TEST(GraphCirculation, NothingToDo) {
  EXPECT_TRUE(Solve(0, {}).volume == 0);
  EXPECT_TRUE(Solve(3, {}).volume == 0);
  EXPECT_EQ(Solve(3, {Fixed(0, 1, 5), Fixed(1, 2, 5)}).removed, (std::vector<Flow>{0, 0}));
  EXPECT_TRUE(Solve(2, {Fixed(0, 1, 0), Fixed(1, 0, 0)}).volume == 0);
}

TEST(GraphCirculation, TriangleLosesItsLeastEdge) {
  const Circulation result = Solve(3, {Fixed(0, 1, 30), Fixed(1, 2, 50), Fixed(2, 0, 20)});
  EXPECT_EQ(result.removed, (std::vector<Flow>{20, 20, 20}));
  EXPECT_TRUE(result.volume == 60);
}

// Clearing the short cycle first would leave 2·10; the long one clears 4·10.
TEST(GraphCirculation, PrefersMuchToShort) {
  const Circulation result = Solve(5, {Fixed(0, 1, 10), Fixed(1, 2, 10), Fixed(2, 0, 10),
                                       Fixed(2, 3, 10), Fixed(3, 4, 10), Fixed(4, 0, 10)});
  EXPECT_TRUE(result.volume == 50);
}

TEST(GraphCirculation, ParallelEdgesAndOpposites) {
  EXPECT_TRUE(Solve(2, {Fixed(0, 1, 7), Fixed(0, 1, 5), Fixed(1, 0, 9)}).volume == 18);
}

TEST(GraphCirculation, LongestAmountsThereAre) {
  const Flow most = kMaxAmount;
  Edges edges;
  for (NodeIndex node = 0; node < 40; ++node) {
    edges.push_back(Fixed(node, (node + 1) % 40, most));
    edges.push_back(Fixed(node, (node + 1) % 40, most));
  }
  EXPECT_TRUE(Solve(40, edges).volume == AmountSum{80} * most);
}

// Nodes with more surplus than an amount can say.
TEST(GraphCirculation, LongestAmountsSideBySide) {
  const Flow most = kMaxAmount;
  EXPECT_TRUE(Solve(3, {Fixed(2, 0, most - 2), Fixed(1, 2, most), Fixed(1, 2, most - 1),
                        Fixed(0, 1, most - 1)})
                  .volume == AmountSum{3} * (most - 2));
}

// 0 owes 1 ten, 1 owes 2 ten, and 0 may owe 2: one hop instead of two.
TEST(GraphCirculation, GrowthShortensWays) {
  const Edges edges = {Fixed(0, 1, 10), Fixed(1, 2, 10), {0, 2, 0, 6}};
  const Circulation result = Solve(3, edges);
  EXPECT_EQ(result.removed, (std::vector<Flow>{6, 6, -6}));
  EXPECT_TRUE(result.volume == 6);
}

// What passes on all it gets is solved as one; the tiers of everybody within prove it all the same.
TEST(GraphCirculation, ChainsLoseTheirLeastEdge) {
  const Circulation ring =
      Solve(4, {Fixed(2, 3, 7), Fixed(0, 1, 9), Fixed(3, 0, 8), Fixed(1, 2, 7)});
  EXPECT_EQ(ring.removed, (std::vector<Flow>{7, 7, 7, 7}));
  // Two ways from 1 back to 0, one of them longer; the edge they share is short of both.
  const Circulation two = Solve(6, {Fixed(0, 1, 10), Fixed(1, 2, 6), Fixed(2, 0, 7), Fixed(1, 3, 9),
                                    Fixed(3, 4, 8), Fixed(4, 5, 12), Fixed(5, 0, 9)});
  EXPECT_EQ(two.removed, (std::vector<Flow>{10, 2, 2, 8, 8, 8, 8}));
}

// A detour of three edges carries what a chain of two can take over, as far as both of its edges
// may grow.
TEST(GraphCirculation, ChainsGrowAsFarAsAllTheirEdgesMay) {
  const Circulation result =
      Solve(5, {Fixed(0, 1, 9), Fixed(1, 2, 9), Fixed(2, 3, 9), {0, 4, 0, 5}, {4, 3, 1, 5}});
  EXPECT_EQ(result.removed, (std::vector<Flow>{4, 4, 4, -4, -4}));
  EXPECT_TRUE(result.volume == 4);
}

TEST(GraphCirculation, RefusesWhatIsOutOfRange) {
  const auto code = [](NodeIndex nodes, const CirculationEdge& edge) {
    return ErrorCodeOf(MaximumCirculation(nodes, Edges{edge}).status());
  };
  EXPECT_EQ(code(2, Fixed(0, 2, 1)), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code(2, Fixed(2, 0, 1)), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code(2, Fixed(1, 1, 1)), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code(2, Fixed(0, 1, -1)), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code(2, {0, 1, 5, 4}), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code(0xffffffff, Fixed(0, 1, 1)), ErrorCode::kTooLarge);
  const StatusOr<Circulation> share = MaximumCirculation(2, {}, {.enough_ppm = 1'000'001});
  EXPECT_EQ(ErrorCodeOf(share.status()), ErrorCode::kInvalidArgument);
}

TEST(GraphCirculation, EndsEarlyWithAProvenGap) {
  const tests::CirculationProblem problem = tests::MakeCirculationProblem("power_law", 20000, 3);
  const StatusOr<Circulation> best = MaximumCirculation(problem.nodes, problem.edges);
  ASSERT_TRUE(best.ok());
  for (const CirculationEngine engine : kEngines) {
    for (const std::uint64_t work : {1U, 50'000U, 300'000U}) {
      const StatusOr<Circulation> early =
          MaximumCirculation(problem.nodes, problem.edges, {.engine = engine, .work_limit = work});
      ASSERT_TRUE(early.ok());
      const Status checked = CheckCirculation(problem.nodes, problem.edges, *early);
      EXPECT_TRUE(checked.ok()) << checked;
      EXPECT_TRUE(early->volume <= best->volume);
      EXPECT_TRUE(early->upper_bound >= best->volume);
    }
  }
  const StatusOr<Circulation> near =
      MaximumCirculation(problem.nodes, problem.edges, {.enough_ppm = 990'000});
  ASSERT_TRUE(near.ok());
  EXPECT_FALSE(near->optimal());
  EXPECT_TRUE(near->volume * 100 >= near->upper_bound * 98);
  // What is left then goes home by ways that cost little.
  EXPECT_TRUE(near->volume * 1000 >= best->volume * 995);
}

// Ways home may make more grow than is removed elsewhere.
TEST(GraphCirculation, EndsEarlyWithNothingRatherThanLess) {
  const Edges edges = {{1, 7, 24, 213}, {0, 4, 35, 179}, {1, 0, 37, 101}, {1, 7, 49, 238},
                       {2, 1, 3, 3},    {2, 6, 15, 92},  {4, 6, 22, 50},  {1, 8, 22, 41},
                       {8, 6, 48, 48},  {5, 3, 35, 35},  {1, 5, 14, 32}};
  for (const CirculationEngine engine : kEngines) {
    const StatusOr<Circulation> early =
        MaximumCirculation(9, edges, {.engine = engine, .work_limit = 1});
    ASSERT_TRUE(early.ok());
    EXPECT_TRUE(early->volume >= 0);
    const Status checked = CheckCirculation(9, edges, *early);
    EXPECT_TRUE(checked.ok()) << checked;
  }
}

// Narrow layers, each leading to the next, the last to the first: they look as if they suited the
// simplex, which takes some 2,000 arcs per edge to the end. Preflow takes 80.
TEST(GraphCirculation, AnEngineThatDoesNotSuitIsLeft) {
  constexpr NodeIndex kNodes = 30'000;
  constexpr NodeIndex kWide = 5;
  Edges edges;
  std::uint64_t random = 7;
  const auto below = [&](std::uint64_t limit) {
    random = random * 6364136223846793005 + 1442695040888963407;
    return (random >> 33) % limit;
  };
  for (NodeIndex node = 0; node < kNodes; ++node) {
    const NodeIndex layer = (node / kWide + 1) * kWide % kNodes;
    for (int i = 0; i < 3; ++i) {
      const NodeIndex head = layer + static_cast<NodeIndex>(below(kWide));
      edges.push_back(Fixed(node, head, static_cast<Flow>(1 + below(1000))));
    }
  }
  const auto solve = [&](CirculationOptions options) {
    return MaximumCirculation(kNodes, edges, options).value();
  };
  const Circulation best = solve({.engine = CirculationEngine::kTieredPreflow});
  const Circulation found = solve({});
  EXPECT_TRUE(found.optimal() && found.volume == best.volume);
  EXPECT_LT(found.work, 1200 * edges.size());
  // What the first engine looked at counts, too.
  const std::uint64_t limit = found.work - best.work / 2;
  const Circulation early = solve({.work_limit = limit});
  EXPECT_FALSE(early.optimal());
  EXPECT_GT(early.work, limit - best.work / 2);
  EXPECT_TRUE(CheckCirculation(kNodes, edges, early).ok());
}

TEST(GraphCirculation, TheSameEveryTime) {
  const tests::CirculationProblem problem = tests::MakeCirculationProblem("small_world", 5000, 9);
  const StatusOr<Circulation> one = MaximumCirculation(problem.nodes, problem.edges);
  const StatusOr<Circulation> two = MaximumCirculation(problem.nodes, problem.edges);
  ASSERT_TRUE(one.ok() && two.ok());
  EXPECT_EQ(one->removed, two->removed);
  EXPECT_EQ(one->tiers, two->tiers);
  EXPECT_EQ(one->work, two->work);
}

// Every way of lying that somebody might try, on a problem with growth.
TEST(GraphCirculation, CheckerSeesThroughTampering) {
  tests::CirculationProblem problem = tests::MakeCirculationProblem("communities", 3000, 5);
  tests::AllowGrowth(&problem, 6, 3);
  const StatusOr<Circulation> solved = MaximumCirculation(problem.nodes, problem.edges);
  ASSERT_TRUE(solved.ok());
  const Edges& edges = problem.edges;
  std::size_t some = 0;
  while (solved->removed[some] <= 0 || solved->removed[some] == edges[some].amount) ++some;
  std::size_t other = some + 1;
  while (edges[other].head == edges[some].head || edges[other].tail == edges[some].tail) ++other;
  std::size_t grown = 0;
  while (solved->removed[grown] >= 0) ++grown;

  const std::vector<std::pair<std::string, std::function<void(Circulation&)>>> ways = {
      {"one unit more off an edge", [&](Circulation& c) { ++c.removed[some]; }},
      {"the same, and the volume to match",
       [&](Circulation& c) {
         ++c.removed[some];
         ++c.volume;
       }},
      {"shifted from one edge to another",
       [&](Circulation& c) {
         --c.removed[some];
         ++c.removed[other];
       }},
      {"more off than there is", [&](Circulation& c) { c.removed[some] = edges[some].amount + 1; }},
      {"grown above the capacity",
       [&](Circulation& c) { c.removed[grown] = edges[grown].amount - edges[grown].capacity - 1; }},
      {"a larger volume", [](Circulation& c) { ++c.volume; }},
      {"a smaller volume", [](Circulation& c) { --c.volume; }},
      {"a larger bound", [](Circulation& c) { ++c.upper_bound; }},
      {"a smaller bound", [](Circulation& c) { --c.upper_bound; }},
      {"a bound of nothing", [](Circulation& c) { c.upper_bound = 0; }},
      {"a tier changed", [&](Circulation& c) { c.tiers[edges[some].head] += 1; }},
      {"two tiers exchanged",
       [&](Circulation& c) { std::swap(c.tiers[edges[some].tail], c.tiers[edges[some].head]); }},
      {"all tiers the same", [](Circulation& c) { c.tiers.assign(c.tiers.size(), 0); }},
      {"a tier missing", [](Circulation& c) { c.tiers.pop_back(); }},
      {"an edge missing", [](Circulation& c) { c.removed.pop_back(); }},
      {"an edge too many", [](Circulation& c) { c.removed.push_back(0); }},
      {"everything turned round",
       [](Circulation& c) {
         for (Flow& removed : c.removed) removed = -removed;
         c.volume = -c.volume;
       }},
      {"sums that are right only modulo 2^64",
       [&](Circulation& c) { c.volume += AmountSum{1} << 64; }},
  };
  EXPECT_GE(ways.size(), 10U);
  EXPECT_TRUE(CheckCirculation(problem.nodes, edges, *solved).ok());
  for (const auto& [name, tamper] : ways) {
    Circulation forged = *solved;
    tamper(forged);
    const Status checked = CheckCirculation(problem.nodes, edges, forged);
    EXPECT_EQ(ErrorCodeOf(checked), ErrorCode::kInvariantViolated) << name;
  }
  Edges wrong = edges;
  wrong[0].head = problem.nodes;
  EXPECT_EQ(ErrorCodeOf(CheckCirculation(problem.nodes, wrong, *solved)),
            ErrorCode::kInvalidArgument);
}

// Sums, balances and bound agree with each other: only the edges say that it cannot be.
TEST(GraphCirculation, CheckerKeepsToWhatEachEdgeAllows) {
  Edges edges;
  for (const NodeIndex first : {0U, 3U}) {
    for (NodeIndex i = 0; i < 3; ++i) edges.push_back(Fixed(first + i, first + (i + 1) % 3, 10));
  }
  const auto forge = [&](Flow here, Flow there) {
    Circulation forged;
    forged.removed = {here, here, here, there, there, there};
    forged.volume = AmountSum{3} * (here + there);
    forged.upper_bound = 60;
    forged.tiers.assign(6, 0);
    return ErrorCodeOf(CheckCirculation(6, edges, forged));
  };
  EXPECT_EQ(forge(10, 0), ErrorCode::kOk);
  EXPECT_EQ(forge(11, 0), ErrorCode::kInvariantViolated) << "more than is owed";
  EXPECT_EQ(forge(10, -1), ErrorCode::kInvariantViolated) << "debts may not grow";
}

// Balances that are off by a multiple of 2^64 are off.
TEST(GraphCirculation, CheckerDoesNotWrap) {
  const Flow most = kMaxAmount;
  Edges edges;
  Circulation forged;
  for (int i = 0; i < 2; ++i) {
    edges.push_back(Fixed(0, 1, most));
    forged.removed.push_back(most);
  }
  edges.push_back(Fixed(0, 1, 2));
  forged.removed.push_back(2);
  forged.volume = AmountSum{2} * most + 2;  // 2^64
  forged.upper_bound = forged.volume;
  forged.tiers = {0, 0};
  EXPECT_EQ(ErrorCodeOf(CheckCirculation(2, edges, forged)), ErrorCode::kInvariantViolated);
}

TEST(GraphComponents, InTopologicalOrder) {
  // 3 → {0, 1, 2} → 4, and 5 alone.
  const Edges edges = {Fixed(0, 1, 1), Fixed(1, 2, 1), Fixed(2, 0, 1),
                       Fixed(3, 0, 1), Fixed(2, 4, 1), Fixed(4, 5, 0)};
  const Components components = StronglyConnected(6, edges);
  EXPECT_EQ(components.count, 4U);
  EXPECT_EQ(components.of[0], components.of[1]);
  EXPECT_EQ(components.of[1], components.of[2]);
  EXPECT_LT(components.of[3], components.of[0]);
  EXPECT_LT(components.of[0], components.of[4]);
}

TEST(GraphComponents, GrowthLeadsBack) {
  EXPECT_EQ(StronglyConnected(2, Edges{{0, 1, 5, 5}}).count, 2U);
  EXPECT_EQ(StronglyConnected(2, Edges{{0, 1, 5, 6}}).count, 1U);
}

}  // namespace
}  // namespace geo::graph
