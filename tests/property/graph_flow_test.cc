// Searches on random small networks against Boost.Graph and exhaustive search.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <queue>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "geo/graph/decompose.h"
#include "geo/graph/residual_graph.h"
#include "geo/graph/search.h"
#include "tests/support/environment.h"
#include "tests/support/flow_oracle.h"

namespace geo::graph {
namespace {

using Random = std::mt19937_64;

std::uint64_t Below(Random& random, std::uint64_t bound) { return random() % bound; }

Flow RandomCapacity(Random& random, Flow largest) {
  const std::uint64_t kind = Below(random, 8);
  if (kind == 0) return kAbsent;
  if (kind == 1) return 0;
  return 1 + static_cast<Flow>(Below(random, static_cast<std::uint64_t>(largest)));
}

// One arc in four has conditions when `conditions` is set.
Arc RandomArc(Random& random, Flow largest, bool conditions) {
  Arc arc = PlainArc(RandomCapacity(random, largest));
  if (!conditions || Below(random, 4) != 0) return arc;
  if (arc.direct > 0)
    arc.transit = static_cast<Flow>(Below(random, static_cast<std::uint64_t>(arc.direct) + 2)) - 1;
  if (Below(random, 2) == 0) arc.relaxed = RandomCapacity(random, largest);
  arc.tail_forbids = Below(random, 3) == 0;
  arc.head_forbids = Below(random, 3) == 0;
  return arc;
}

ResidualGraph RandomGraph(Random& random, bool conditions) {
  const auto nodes = static_cast<NodeIndex>(2 + Below(random, 11));
  const Flow largests[] = {3, 20, 5000, Flow{1} << 40, kMaxAmount / 1024};
  const Flow largest = largests[Below(random, 5)];
  ResidualGraph graph;
  EXPECT_TRUE(graph.Grow(nodes).ok());
  const std::uint64_t density = 1 + Below(random, 9);
  for (NodeIndex u = 0; u < nodes; ++u) {
    for (NodeIndex v = u + 1; v < nodes; ++v) {
      if (Below(random, 10) >= density) continue;
      EXPECT_TRUE(graph
                      .Insert(u, v, RandomArc(random, largest, conditions),
                              RandomArc(random, largest, conditions))
                      .ok());
    }
  }
  if (conditions && nodes > 4 && Below(random, 3) == 0) {
    EXPECT_TRUE(graph.SetEnabled(static_cast<NodeIndex>(2 + Below(random, nodes - 2)), false).ok());
  }
  return graph;
}

// What is left of a graph for one query, told by the rules of residual_graph.h and not by
// CapacityFor.
std::vector<tests::CapacityArc> ArcsFor(const ResidualGraph& graph, const Query& query) {
  const std::set<NodeIndex> excluded(query.excluded.begin(), query.excluded.end());
  const auto takes_part = [&](NodeIndex node) {
    if (!graph.enabled(node)) return false;
    if (node == query.source || node == query.target) return true;
    if (excluded.count(node) != 0) return false;
    return !query.allowed.has_value() ||
           std::count(query.allowed->begin(), query.allowed->end(), node) != 0;
  };
  const auto is_end = [&](NodeIndex node) { return node == query.source || node == query.target; };
  std::vector<tests::CapacityArc> arcs;
  for (NodeIndex tail = 0; tail < graph.node_count(); ++tail) {
    for (std::uint32_t i = 0; i < graph.degree(tail); ++i) {
      const NodeIndex head = graph.neighbor(tail, i);
      if (!takes_part(tail) || !takes_part(head)) continue;
      const Arc arc = graph.ArcFrom(graph.edge(tail, i), tail);
      const bool at_end = is_end(tail) || is_end(head);
      const bool ignored = query.conditions == Conditions::kIgnored ||
                           (query.conditions == Conditions::kIgnoredAtEnds && at_end);
      Flow capacity = arc.transit;
      if (!ignored && tail != query.source && arc.tail_forbids) capacity = kAbsent;
      if (!ignored && head != query.target && arc.head_forbids) capacity = kAbsent;
      if (tail == query.source && head == query.target) capacity = arc.direct;
      if (ignored) capacity = std::max(capacity, arc.relaxed);
      if (capacity != kAbsent) arcs.push_back({tail, head, capacity});
    }
  }
  return arcs;
}

Query RandomQuery(Random& random, const ResidualGraph& graph) {
  Query query{.source = 0, .target = 1};
  if (Below(random, 2) == 0) std::swap(query.source, query.target);
  for (NodeIndex node = 0; node < graph.node_count(); ++node) {
    if (Below(random, 10) == 0) query.excluded.push_back(node);
  }
  if (Below(random, 8) == 0) {
    query.allowed.emplace();
    for (NodeIndex node = 0; node < graph.node_count(); ++node) {
      if (Below(random, 4) != 0) query.allowed->push_back(node);
    }
  }
  if (Below(random, 6) == 0) {
    query.conditions = Below(random, 2) == 0 ? Conditions::kIgnored : Conditions::kIgnoredAtEnds;
  }
  return query;
}

// Fewest hops over arcs of at least `threshold`; 0: no path.
std::uint32_t FewestHops(const ResidualGraph& graph, const std::vector<tests::CapacityArc>& arcs,
                         const Query& query, Flow threshold) {
  std::vector<std::uint32_t> distance(graph.node_count(), 0);
  std::queue<NodeIndex> queue({query.source});
  while (!queue.empty()) {
    const NodeIndex node = queue.front();
    queue.pop();
    for (const tests::CapacityArc& arc : arcs) {
      if (arc.tail != node || arc.capacity < threshold || arc.head == query.source) continue;
      if (distance[arc.head] != 0) continue;
      distance[arc.head] = distance[node] + 1;
      queue.push(arc.head);
    }
  }
  return distance[query.target];
}

// Paths are simple and stay within the flow. What they leave of it; `*sum` is what they carry.
std::vector<FlowArc> TakeOff(const std::vector<Path>& paths, const std::vector<FlowArc>& flow,
                             const Query& query, AmountSum* sum) {
  std::vector<FlowArc> left = flow;
  for (const Path& path : paths) {
    *sum += path.amount;
    EXPECT_GT(path.amount, 0);
    EXPECT_EQ(path.nodes.front(), query.source);
    EXPECT_EQ(path.nodes.back(), query.target);
    EXPECT_EQ(std::set<NodeIndex>(path.nodes.begin(), path.nodes.end()).size(), path.nodes.size());
    for (std::size_t i = 0; i < path.edges.size(); ++i) {
      const auto arc = std::find_if(left.begin(), left.end(), [&](const FlowArc& candidate) {
        return candidate.tail == path.nodes[i] && candidate.head == path.nodes[i + 1];
      });
      if (arc == left.end()) {
        ADD_FAILURE() << "a path without flow";
        return left;
      }
      EXPECT_EQ(arc->edge, path.edges[i]);
      arc->amount -= path.amount;
      EXPECT_GE(arc->amount, 0);
    }
  }
  return left;
}

// Hops of the shortest path on which some flow is left; 0: none.
std::uint32_t HopsLeft(const std::vector<FlowArc>& left, const Query& query) {
  std::set<NodeIndex> reached = {query.source};
  for (std::uint32_t hops = 1;; ++hops) {
    std::set<NodeIndex> further = reached;
    for (const FlowArc& arc : left) {
      if (arc.amount > 0 && reached.count(arc.tail) != 0) further.insert(arc.head);
    }
    if (further.count(query.target) != 0) return hops;
    if (further == reached) return 0;
    reached = std::move(further);
  }
}

// Decomposed paths carry the whole flow, or as much as no short path is left of.
void ExpectGoodDecomposition(const std::vector<FlowArc>& flow, const Query& query, Flow value) {
  AmountSum sum = 0;
  TakeOff(DecomposeFlow(flow, query.source, query.target), flow, query, &sum);
  EXPECT_EQ(sum, value);
  for (const std::uint32_t max_hops : {1U, 3U, 5U, kNoHopLimit}) {
    const std::vector<Path> paths =
        DecomposeShortestFirst(flow, query.source, query.target, max_hops);
    ASSERT_TRUE(std::is_sorted(paths.begin(), paths.end(),
                               [](const Path& x, const Path& y) { return x.hops() < y.hops(); }));
    ASSERT_TRUE(paths.empty() || paths.back().hops() <= max_hops);
    AmountSum part = 0;
    const std::uint32_t hops = HopsLeft(TakeOff(paths, flow, query, &part), query);
    ASSERT_TRUE(hops == 0 || hops > max_hops);
    ASSERT_LE(part, value);
    ASSERT_TRUE(max_hops != kNoHopLimit || part == value);
  }
}

void ExpectFlowFits(const std::vector<FlowArc>& flow, const std::vector<tests::CapacityArc>& arcs,
                    const Query& query, Flow value) {
  std::vector<AmountSum> balance(64, 0);
  for (const FlowArc& arc : flow) {
    balance[arc.tail] -= arc.amount;
    balance[arc.head] += arc.amount;
    const auto found =
        std::find_if(arcs.begin(), arcs.end(), [&](const tests::CapacityArc& candidate) {
          return candidate.tail == arc.tail && candidate.head == arc.head;
        });
    ASSERT_NE(found, arcs.end());
    ASSERT_LE(arc.amount, found->capacity);
  }
  balance[query.source] += value;
  balance[query.target] -= value;
  for (const AmountSum sum : balance) EXPECT_EQ(sum, 0);
}

void ExpectMinimumCut(Search& search, const std::vector<tests::CapacityArc>& arcs,
                      const ResidualGraph& graph, const Query& query) {
  std::vector<tests::CapacityArc> left = arcs;
  AmountSum sum = 0;
  AmountSum unconditional = 0;
  for (const CutArc& cut : search.MinimumCut(&unconditional)) {
    sum += cut.capacity;
    const auto found =
        std::find_if(left.begin(), left.end(), [&](const tests::CapacityArc& candidate) {
          return candidate.tail == cut.tail && candidate.head == cut.head;
        });
    ASSERT_NE(found, left.end());
    ASSERT_EQ(found->capacity, cut.capacity);
    left.erase(found);
  }
  EXPECT_EQ(sum, search.value());
  EXPECT_EQ(FewestHops(graph, left, query, 0), 0U);
  Query free = query;
  free.conditions = Conditions::kIgnored;
  EXPECT_GE(unconditional, tests::BoykovKolmogorovFlow(graph.node_count(), ArcsFor(graph, free),
                                                       query.source, query.target));
  if (query.conditions == Conditions::kIgnored) {
    EXPECT_EQ(unconditional, sum);
  }
}

void CheckFlow(Search& search, Random& random, const ResidualGraph& graph, const Query& query,
               bool third_oracle) {
  const std::vector<tests::CapacityArc> arcs = ArcsFor(graph, query);
  const Flow maximum =
      tests::BoykovKolmogorovFlow(graph.node_count(), arcs, query.source, query.target);
  ASSERT_EQ(tests::AugmentingPathFlow(graph.node_count(), arcs, query.source, query.target),
            maximum);
  if (third_oracle) {
    ASSERT_EQ(tests::PushRelabelFlow(graph.node_count(), arcs, query.source, query.target),
              maximum);
  }
  ASSERT_TRUE(search.Begin(graph, query).ok());
  Path path;
  // Warm starts, good and bad ones.
  for (std::uint64_t i = Below(random, 4); i > 0; --i) {
    if (search.FindPath(1, kNoHopLimit, &path) != Outcome::kFound) break;
    search.Push(path,
                1 + static_cast<Flow>(Below(random, static_cast<std::uint64_t>(path.amount))));
  }
  if (Below(random, 4) == 0) {
    (void)search.Maximize(kMaxAmount, static_cast<std::uint32_t>(Below(random, 4)));
    ExpectFlowFits(search.FlowArcs(), arcs, query, search.value());
  }
  if (maximum > 0 && search.value() < maximum) {
    const Flow limit =
        search.value() + 1 +
        static_cast<Flow>(Below(random, static_cast<std::uint64_t>(maximum - search.value())));
    ASSERT_EQ(search.Maximize(limit), Outcome::kFound);
    ASSERT_EQ(search.value(), limit);
    ExpectFlowFits(search.FlowArcs(), arcs, query, limit);
  }
  ASSERT_EQ(search.Maximize(kMaxAmount), Outcome::kExhausted);
  ASSERT_EQ(search.value(), maximum);
  ExpectFlowFits(search.FlowArcs(), arcs, query, maximum);
  ExpectGoodDecomposition(search.FlowArcs(), query, maximum);
  ExpectMinimumCut(search, arcs, graph, query);
  if (query.conditions != Conditions::kApply) return;
  ASSERT_LE(maximum, graph.OutBound(query.source, query.target));
  ASSERT_LE(maximum, graph.InBound(query.source, query.target));
}

// Flow in whole quanta is flow in the network whose capacities are counted in quanta.
void CheckQuanta(Search& search, Random& random, const ResidualGraph& graph, const Query& query) {
  const std::vector<tests::CapacityArc> arcs = ArcsFor(graph, query);
  Flow largest = 2;
  for (const tests::CapacityArc& arc : arcs) largest = std::max(largest, arc.capacity);
  const Flow quantum = 1 + static_cast<Flow>(Below(random, static_cast<std::uint64_t>(largest)));
  std::vector<tests::CapacityArc> counted = arcs;
  for (tests::CapacityArc& arc : counted) arc.capacity /= quantum;
  const Flow maximum =
      tests::BoykovKolmogorovFlow(graph.node_count(), counted, query.source, query.target);
  ASSERT_TRUE(search.Begin(graph, query).ok());
  if (maximum > 0) {
    const Flow quanta = 1 + static_cast<Flow>(Below(random, static_cast<std::uint64_t>(maximum)));
    ASSERT_EQ(search.Maximize(quanta * quantum - (quantum - 1), kNoHopLimit, quantum),
              Outcome::kFound);
    ASSERT_EQ(search.value(), quanta * quantum);
    ASSERT_LE(DecomposeFlow(search.FlowArcs(), query.source, query.target).size(),
              static_cast<std::size_t>(quanta));
  }
  ASSERT_EQ(search.Maximize(kMaxAmount, kNoHopLimit, quantum), Outcome::kExhausted);
  ASSERT_EQ(search.value(), maximum * quantum);
  ExpectFlowFits(search.FlowArcs(), arcs, query, search.value());
}

void CheckPaths(Search& search, Random& random, const ResidualGraph& graph, const Query& query) {
  const std::vector<tests::CapacityArc> arcs = ArcsFor(graph, query);
  ASSERT_TRUE(search.Begin(graph, query).ok());
  std::vector<Flow> thresholds = {0, 1};
  for (const tests::CapacityArc& arc : arcs) {
    if (Below(random, 4) == 0) thresholds.push_back(arc.capacity);
    if (Below(random, 8) == 0) thresholds.push_back(arc.capacity + 1);
  }
  for (const Flow threshold : thresholds) {
    const std::uint32_t hops = FewestHops(graph, arcs, query, threshold);
    const auto max_hops = static_cast<std::uint32_t>(1 + Below(random, 8));
    Path path;
    const Outcome outcome = search.FindPath(threshold, max_hops, &path);
    if (hops == 0) {
      // The limit may end the search before it knows that there is nothing.
      ASSERT_NE(outcome, Outcome::kFound);
      ASSERT_EQ(search.FindPath(threshold, kNoHopLimit, &path), Outcome::kExhausted);
    } else if (hops > max_hops) {
      ASSERT_EQ(outcome, Outcome::kHopLimit);
    } else {
      ASSERT_EQ(outcome, Outcome::kFound);
      ASSERT_EQ(path.hops(), hops);
      ASSERT_GE(path.amount, threshold);
    }
  }
}

// The runs are seeded by number, so that a failing one can be repeated alone.
void CheckRun(int run) {
  SCOPED_TRACE("run " + std::to_string(run));
  Random random(static_cast<std::uint64_t>(run));
  static Search search;
  const ResidualGraph graph = RandomGraph(random, run % 2 == 1);
  for (int i = 0; i < 3; ++i) {
    const Query query = RandomQuery(random, graph);
    CheckFlow(search, random, graph, query, run % 4 == 0 || tests::FullTier());
    if (::testing::Test::HasFatalFailure()) return;
    CheckQuanta(search, random, graph, query);
    if (::testing::Test::HasFatalFailure()) return;
    CheckPaths(search, random, graph, query);
    if (::testing::Test::HasFatalFailure()) return;
  }
}

TEST(GraphFlow, AgreesWithEveryOracleOnRandomNetworks) {
  const int runs = tests::TierCount(6000, 100000);
  for (int run = 0; run < runs && !HasFailure(); ++run) CheckRun(run);
}

}  // namespace
}  // namespace geo::graph
