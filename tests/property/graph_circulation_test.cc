// Maximum circulations against two independent solvers, on random networks of every family and on
// published problems.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "geo/graph/circulation.h"
#include "geo/graph/components.h"
#include "geo/graph/cycles.h"
#include "geo/graph/residual_graph.h"
#include "tests/support/circulation_problems.h"
#include "tests/support/environment.h"
#include "tests/support/gzip.h"
#include "tests/support/scratch.h"

namespace geo::graph {
namespace {

using tests::AmountKind;
using tests::CirculationProblem;

// One of every family, amount kind and size below `most_edges`, some with growth or of chains, in
// turn.
CirculationProblem ProblemNumber(std::uint64_t number, std::uint32_t most_edges) {
  const auto& families = tests::CirculationFamilies();
  const std::string_view family = families[number % families.size()];
  const std::uint64_t round = number / families.size();
  const auto amounts = static_cast<AmountKind>(round % tests::kAmountKinds);
  const auto edges = static_cast<std::uint32_t>(4 + number * 7919 % most_edges);
  CirculationProblem problem = tests::MakeCirculationProblem(family, edges, number, amounts);
  if (round % 4 == 3 && amounts != AmountKind::kHuge && amounts != AmountKind::kMixed) {
    tests::AllowGrowth(&problem, number, 1 + static_cast<std::uint32_t>(round % 3));
  }
  if (round % 5 == 2) tests::Stretch(&problem, number, 2 + static_cast<std::uint32_t>(round % 7));
  return problem;
}

// What remains after the optimum of `engine`; checks the certificate on the way.
AmountSum Remainder(const CirculationProblem& problem, CirculationEngine engine) {
  const StatusOr<Circulation> solved =
      MaximumCirculation(problem.nodes, problem.edges, {.engine = engine});
  EXPECT_TRUE(solved.ok()) << solved.status();
  if (!solved.ok()) return -1;
  const Status checked = CheckCirculation(problem.nodes, problem.edges, *solved);
  EXPECT_TRUE(checked.ok()) << checked;
  EXPECT_TRUE(solved->optimal());
  AmountSum total = 0;
  for (const CirculationEdge& edge : problem.edges) total += edge.amount;
  return total - solved->volume;
}

std::string Describe(const CirculationProblem& problem, std::uint64_t number) {
  return problem.family + " " + std::to_string(number) + ", " + std::to_string(problem.nodes) +
         " nodes, " + std::to_string(problem.edges.size()) + " edges";
}

constexpr CirculationEngine EngineNumber(std::uint64_t number) {
  return static_cast<CirculationEngine>(number % 3);
}

TEST(GraphCirculationOracle, AgreesWithBoost) {
  const auto count = tests::TierCount<std::uint64_t>(600, 20'000);
  for (std::uint64_t number = 0; number < count; ++number) {
    const CirculationProblem problem = ProblemNumber(number, 60);
    const CirculationEngine engine = EngineNumber(number / 2);
    ASSERT_TRUE(Remainder(problem, engine) == tests::LeastRemainderByBoost(problem))
        << Describe(problem, number);
  }
}

// Every hundredth problem is larger, so that the simplex takes over, tiers are many and so on.
TEST(GraphCirculationOracle, AgreesWithLemon) {
  const auto count = tests::TierCount<std::uint64_t>(3'000, 100'000);
  constexpr std::uint64_t kAtOnce = 1000;
  const tests::Scratch scratch(tests::Scratch::Place::kMemory);
  for (std::uint64_t begin = 0; begin < count; begin += kAtOnce) {
    std::vector<CirculationProblem> problems;
    for (std::uint64_t number = begin; number < begin + kAtOnce; ++number) {
      problems.push_back(ProblemNumber(number, number % 100 == 0 ? 4000 : 200));
    }
    tests::WriteProblems(problems, scratch.File("problems"));
    const auto lines = tests::RunLemon({"solve", scratch.File("problems")});
    if (!lines) {
      GTEST_SKIP() << "LEMON (liblemon-dev) is not installed: nothing was compared with it";
    }
    ASSERT_EQ(lines->size(), problems.size()) << lines->back();
    for (std::size_t i = 0; i < problems.size(); ++i) {
      const AmountSum remainder = Remainder(problems[i], EngineNumber(begin + i));
      const std::string ours = FormatSum(remainder, 0);
      ASSERT_EQ((*lines)[i], ours) << Describe(problems[i], begin + i);
    }
  }
}

// The simplex takes over flow and tiers where the preflow makes too little progress.
TEST(GraphCirculationOracle, TakesOverWhereWaysAreLong) {
  const auto edges = tests::TierCount<std::uint32_t>(20'000, 200'000);
  for (const std::string_view family : {"chains", "ring", "torus", "ring_both_ways"}) {
    const CirculationProblem problem = tests::MakeCirculationProblem(family, edges, 11);
    EXPECT_TRUE(Remainder(problem, CirculationEngine::kAutomatic) ==
                Remainder(problem, CirculationEngine::kNetworkSimplex))
        << family;
  }
}

// However early the end, the answer is a circulation, and its tiers bound the best one.
TEST(GraphCirculationOracle, EndsEarlyWithAProof) {
  const auto count = tests::TierCount<std::uint64_t>(1'000, 20'000);
  for (std::uint64_t number = 0; number < count; ++number) {
    const CirculationProblem problem = ProblemNumber(number, 400);
    const auto best = MaximumCirculation(problem.nodes, problem.edges);
    ASSERT_TRUE(best.ok());
    const std::uint64_t work = 1 + number * 7919 % (1 + best->work);
    for (const CirculationOptions& options :
         {CirculationOptions{.engine = EngineNumber(number), .work_limit = work},
          CirculationOptions{.enough_ppm = 900'000}, CirculationOptions{.enough_ppm = 0}}) {
      const auto early = MaximumCirculation(problem.nodes, problem.edges, options);
      ASSERT_TRUE(early.ok());
      const Status checked = CheckCirculation(problem.nodes, problem.edges, *early);
      ASSERT_TRUE(checked.ok()) << checked << ' ' << Describe(problem, number);
      ASSERT_TRUE(early->volume <= best->volume) << Describe(problem, number);
      ASSERT_TRUE(early->upper_bound >= best->volume) << Describe(problem, number);
    }
  }
}

// ---- published minimum-cost flows, as circulations ----

struct CostArc {
  std::int64_t tail, head, low, capacity, cost;
};

struct CostProblem {
  std::int64_t nodes = 0;
  std::vector<std::int64_t> supply;
  std::vector<CostArc> arcs;
};

CostProblem ParseMin(const std::string& text) {
  CostProblem problem;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string kind;
    words >> kind;
    if (kind == "p") {
      std::string min;
      words >> min >> problem.nodes;
      problem.supply.assign(static_cast<std::size_t>(problem.nodes), 0);
    } else if (kind == "n") {
      std::size_t node = 0;
      words >> node;
      words >> problem.supply[node - 1];
    } else if (kind == "a") {
      CostArc arc{};
      words >> arc.tail >> arc.head >> arc.low >> arc.capacity >> arc.cost;
      --arc.tail;
      --arc.head;
      problem.arcs.push_back(arc);
    }
  }
  return problem;
}

// Arcs that cost nothing have no chain (see below). So nodes get colours that differ wherever such
// an arc joins two, and an arc of cost c costs colours · c plus the difference of its ends'
// colours. That multiplies what any flow costs by the number of colours and adds the same to all of
// them.
struct Recoloured {
  CostProblem problem;
  std::int64_t factor = 1;
  AmountSum constant = 0;  // cost · factor + constant is what the flow costs now
};

Recoloured WithoutFreeArcs(CostProblem problem) {
  Recoloured to;
  std::vector<std::vector<std::size_t>> joined(problem.supply.size());
  for (const CostArc& arc : problem.arcs) {
    if (arc.cost != 0 || arc.tail == arc.head) continue;
    joined[static_cast<std::size_t>(arc.tail)].push_back(static_cast<std::size_t>(arc.head));
    joined[static_cast<std::size_t>(arc.head)].push_back(static_cast<std::size_t>(arc.tail));
  }
  std::vector<std::int64_t> colour(joined.size(), -1);
  for (std::size_t node = 0; node < joined.size(); ++node) {
    std::vector<bool> taken(joined[node].size() + 1, false);
    for (const std::size_t other : joined[node]) {
      const auto its = static_cast<std::size_t>(colour[other]);
      if (colour[other] >= 0 && its < taken.size()) taken[its] = true;
    }
    colour[node] = std::find(taken.begin(), taken.end(), false) - taken.begin();
    to.factor = std::max(to.factor, colour[node] + 1);
    to.constant += AmountSum{colour[node]} * problem.supply[node];
  }
  for (CostArc& arc : problem.arcs) {
    arc.cost = to.factor * arc.cost + colour[static_cast<std::size_t>(arc.tail)] -
               colour[static_cast<std::size_t>(arc.head)];
  }
  to.problem = std::move(problem);
  return to;
}

// A minimum-cost flow as a circulation: an arc of cost c is a chain of c edges that carry nothing
// yet, so that what all edges carry in the end is the cost. An arc that earns is turned round: it
// carries what the flow leaves. What has to move begins on detours of `detour` edges each way; when
// none of them is used in the end, the flow is the best without them, too.
struct Expressed {
  CirculationProblem problem;
  std::vector<std::size_t> detours;  // an edge of each
  AmountSum constant = 0;            // cost = what remains − constant
};

// What each node has to send once lower bounds, and all that arcs which earn can carry, have moved.
std::vector<std::int64_t> LeftToSend(const CostProblem& problem) {
  std::vector<std::int64_t> supply = problem.supply;
  for (const CostArc& arc : problem.arcs) {
    const std::int64_t moved = arc.cost < 0 ? arc.capacity : arc.low;
    supply[static_cast<std::size_t>(arc.tail)] -= moved;
    supply[static_cast<std::size_t>(arc.head)] += moved;
  }
  return supply;
}

std::int64_t EdgesNeeded(const CostProblem& problem, std::int64_t detour) {
  std::int64_t needed = 0;
  for (const CostArc& arc : problem.arcs) needed += std::abs(arc.cost);
  return needed + 2 * detour * problem.nodes;  // at most
}

Expressed Express(const CostProblem& from, std::int64_t detour) {
  Expressed to;
  to.problem.nodes = static_cast<NodeIndex>(from.nodes) + 1;
  const auto chain = [&](std::int64_t tail, std::int64_t head, std::int64_t length, Flow amount,
                         Flow capacity) {
    auto node = static_cast<NodeIndex>(tail);
    for (std::int64_t i = 0; i < length; ++i) {
      const auto next = i + 1 < length ? to.problem.nodes++ : static_cast<NodeIndex>(head);
      to.problem.edges.push_back({node, next, amount, capacity});
      node = next;
    }
  };
  for (const CostArc& arc : from.arcs) {
    const std::int64_t free = arc.capacity - arc.low;
    to.constant -= AmountSum{arc.low} * arc.cost;
    if (arc.cost > 0) {
      if (arc.tail != arc.head) chain(arc.tail, arc.head, arc.cost, 0, free);
      continue;
    }
    to.constant -= AmountSum{free} * arc.cost;
    if (arc.tail != arc.head) chain(arc.head, arc.tail, -arc.cost, 0, free);
  }
  const std::vector<std::int64_t> supply = LeftToSend(from);
  for (std::int64_t node = 0; node < from.nodes; ++node) {
    const std::int64_t amount = supply[static_cast<std::size_t>(node)];
    if (amount == 0) continue;
    to.detours.push_back(to.problem.edges.size());
    if (amount > 0) chain(node, from.nodes, detour, amount, amount);
    if (amount < 0) chain(from.nodes, node, detour, -amount, -amount);
  }
  return to;
}

// The least cost; nothing when supplies cannot be moved without ever longer detours.
std::optional<AmountSum> LeastCost(const CostProblem& from, std::int64_t most_edges) {
  const Recoloured recoloured = WithoutFreeArcs(from);
  const CostProblem& problem = recoloured.problem;
  std::int64_t detour = 4;
  for (const CostArc& arc : problem.arcs) detour = std::max(detour, 4 * std::abs(arc.cost));
  for (; EdgesNeeded(problem, detour) <= most_edges; detour *= 4) {
    const Expressed expressed = Express(problem, detour);
    const auto solved = MaximumCirculation(expressed.problem.nodes, expressed.problem.edges);
    EXPECT_TRUE(solved.ok()) << solved.status();
    if (!solved.ok()) return std::nullopt;
    EXPECT_TRUE(CheckCirculation(expressed.problem.nodes, expressed.problem.edges, *solved).ok());
    EXPECT_TRUE(solved->optimal());
    AmountSum cost = -expressed.constant - recoloured.constant;
    bool detours_used = false;
    for (std::size_t i = 0; i < expressed.problem.edges.size(); ++i) {
      cost += expressed.problem.edges[i].amount - solved->removed[i];
    }
    for (const std::size_t edge : expressed.detours) {
      detours_used |= expressed.problem.edges[edge].amount != solved->removed[edge];
    }
    if (!detours_used) return cost / recoloured.factor;
  }
  return std::nullopt;
}

// Costs that need more edges than this are too long to say with unit costs.
TEST(GraphCirculationOracle, DimacsMinimumCostFlows) {
  const std::filesystem::path folder = tests::DataDir() / "dimacs";
  std::istringstream expected(tests::Unzipped(folder / "expected.csv"));
  if (expected.str().empty()) GTEST_SKIP() << folder << " is absent";
  const auto most_edges = tests::TierCount<std::int64_t>(100'000, 20'000'000);
  std::string line;
  std::getline(expected, line);
  std::set<std::string> solved;
  while (std::getline(expected, line)) {
    std::istringstream fields(line);
    std::string file, kind, nodes, arcs, status, optimum;
    for (std::string* field : {&file, &kind, &nodes, &arcs, &status, &optimum}) {
      std::getline(fields, *field, ',');
    }
    if (kind != "min") continue;
    const CostProblem problem = ParseMin(tests::Unzipped(folder / file));
    const std::optional<AmountSum> cost = LeastCost(problem, most_edges);
    if (status == "infeasible" || !cost.has_value()) {
      EXPECT_FALSE(cost.has_value()) << file;
      continue;
    }
    EXPECT_EQ(FormatSum(*cost, 0), optimum) << file;
    solved.insert(file);
  }
  EXPECT_GE(solved.size(), tests::TierCount(7U, 11U));
  EXPECT_TRUE(solved.count("negative_weight_cycle.min.gz") == 1);
}

// What is removed by taking off cycles of up to `max_length` until there is none.
AmountSum ClearedByCycles(NodeIndex nodes, const std::vector<CirculationEdge>& edges,
                          std::uint32_t max_length) {
  std::map<std::pair<NodeIndex, NodeIndex>, Flow> owed;
  for (const CirculationEdge& edge : edges) owed[{edge.tail, edge.head}] += edge.amount;
  const auto arc = [&](NodeIndex tail, NodeIndex head) {
    const auto found = owed.find({tail, head});
    return PlainArc(found == owed.end() ? kAbsent : found->second);
  };
  ResidualGraph graph;
  EXPECT_TRUE(graph.Grow(nodes).ok());
  for (const auto& [ends, amount] : owed) {
    const auto [tail, head] = ends;
    if (graph.Find(tail, head) != kNoEdge) continue;
    EXPECT_TRUE(graph.Insert(tail, head, arc(tail, head), arc(head, tail)).ok());
  }
  CycleSearch search;
  Cycle cycle;
  AmountSum cleared = 0;
  const CycleQuery query{.max_length = max_length};
  for (const CirculationEdge& edge : edges) {
    while (search.FindShortest(graph, edge.tail, edge.head, query, &cycle) == Outcome::kFound) {
      cleared += AmountSum{cycle.amount} * cycle.length();
      for (std::size_t i = 0; i < cycle.nodes.size(); ++i) {
        const NodeIndex tail = cycle.nodes[i];
        const NodeIndex head = graph.other_end(cycle.edges[i], tail);
        owed[{tail, head}] -= cycle.amount;
        EXPECT_TRUE(graph.Change(cycle.edges[i], tail, arc(tail, head), arc(head, tail)).ok());
      }
    }
  }
  return cleared;
}

// Debts among real parties: everything that can be cleared, to the unit; short cycles clear less.
TEST(GraphCirculationOracle, RealObligations) {
  const auto path = tests::DataDir() / "obligations-ripple" / "debts-2016.csv.gz";
  std::istringstream lines(tests::Unzipped(path));
  if (lines.str().empty()) GTEST_SKIP() << path << " is absent";
  std::vector<CirculationEdge> edges;
  std::map<std::int64_t, NodeIndex> numbers;
  const auto number_of = [&](const std::string& name) {
    return numbers.try_emplace(std::stoll(name), static_cast<NodeIndex>(numbers.size()))
        .first->second;
  };
  AmountSum total = 0;
  std::string line;
  std::getline(lines, line);
  while (std::getline(lines, line)) {
    std::istringstream fields(line);
    std::string debtor, creditor, amount;
    std::getline(fields, debtor, ',');
    std::getline(fields, creditor, ',');
    std::getline(fields, amount);
    const StatusOr<Amount> units = ParseAmount(amount, 6);
    ASSERT_TRUE(units.ok()) << line;
    const NodeIndex tail = number_of(debtor);
    edges.push_back({tail, number_of(creditor), *units, *units});
    total += *units;
  }
  const auto nodes = static_cast<NodeIndex>(numbers.size());
  const AmountSum by_short_cycles = ClearedByCycles(nodes, edges, 6);
  EXPECT_TRUE(by_short_cycles * 100 > total * 12);
  for (const CirculationEngine engine :
       {CirculationEngine::kAutomatic, CirculationEngine::kTieredPreflow,
        CirculationEngine::kNetworkSimplex}) {
    const StatusOr<Circulation> solved = MaximumCirculation(nodes, edges, {.engine = engine});
    ASSERT_TRUE(solved.ok());
    EXPECT_TRUE(CheckCirculation(nodes, edges, *solved).ok());
    EXPECT_EQ(FormatSum(solved->volume, 0), "197714928986612");
    EXPECT_TRUE(solved->optimal());
    EXPECT_EQ(static_cast<std::int64_t>(solved->volume * 1'000'000 / total), 147'726);
    EXPECT_TRUE(by_short_cycles <= solved->volume);
  }
}

}  // namespace
}  // namespace geo::graph
