#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "geo/graph/cycles.h"
#include "tests/benchmark/clearing_rows.h"

namespace geo::bench {
namespace {

using graph::CycleQuery;
using graph::EdgeIndex;
using graph::Flow;
using graph::NodeIndex;
using graph::PlainArc;
using graph::ResidualGraph;

constexpr std::uint64_t kBudget = 1'000;  // arcs per search, as clearing after payments has it

Flow Owed(const ResidualGraph& graph, EdgeIndex edge, NodeIndex tail) {
  return std::max<Flow>(graph.ArcFrom(edge, tail).transit, 0);
}

void AddTo(ResidualGraph& graph, EdgeIndex edge, NodeIndex tail, Flow amount) {
  const NodeIndex head = graph.other_end(edge, tail);
  const graph::Arc along = PlainArc(Owed(graph, edge, tail) + amount);
  (void)graph.Change(edge, tail, along, graph.ArcFrom(edge, head));
}

// Takes a cycle off; returns what was removed.
AmountSum Clear(ResidualGraph& graph, const graph::Cycle& cycle) {
  for (std::size_t i = 0; i < cycle.nodes.size(); ++i) {
    AddTo(graph, cycle.edges[i], cycle.nodes[i], -cycle.amount);
  }
  return AmountSum{cycle.amount} * cycle.length();
}

// Takes off all cycles through an arc as long as the search finds any.
AmountSum ClearThrough(ResidualGraph& graph, graph::CycleSearch& search, NodeIndex tail,
                       NodeIndex head, const CycleQuery& query) {
  AmountSum cleared = 0;
  graph::Cycle cycle;
  while (search.FindShortest(graph, tail, head, query, &cycle) == graph::Outcome::kFound) {
    cleared += Clear(graph, cycle);
  }
  return cleared;
}

AmountSum ClearAll(ResidualGraph& graph, std::uint32_t max_length) {
  graph::CycleSearch search;
  const CycleQuery query{.max_length = max_length};
  AmountSum cleared = 0;
  for (EdgeIndex edge = 0; edge < graph.edge_limit(); ++edge) {
    const graph::EdgeEnds ends = graph.ends(edge);
    cleared += ClearThrough(graph, search, ends.a, ends.b, query);
    cleared += ClearThrough(graph, search, ends.b, ends.a, query);
  }
  return cleared;
}

void MeasureAll(Row& row, ClearingBench& bench, std::uint32_t max_length) {
  ResidualGraph graph = bench.NewGraph();
  AmountSum cleared = 0;
  row.Time([&] { cleared = ClearAll(graph, max_length); });
  const AmountSum best = bench.optimum().volume;
  row.Set("share_cleared", static_cast<double>(cleared) / static_cast<double>(bench.total()));
  row.Set("share_of_optimum", static_cast<double>(cleared) / static_cast<double>(best));
  if (cleared > best) row.Fail("more than the optimum");
}

// Debts that stay when no short cycle is left, and new ones between neighbours of neighbours.
class Trade {
 public:
  explicit Trade(ClearingBench& bench, std::uint32_t max_length) : graph_(bench.NewGraph()) {
    ClearAll(graph_, max_length);
  }

  // A new debt of `tail` to `head`; false: these two do not deal with each other.
  bool Owe(NodeIndex* tail, NodeIndex* head) {
    *tail = static_cast<NodeIndex>(random_() % graph_.node_count());
    *head = *tail;
    for (auto steps = 1 + random_() % 3; steps > 0 && graph_.degree(*head) > 0; --steps) {
      *head = graph_.neighbor(*head, static_cast<std::uint32_t>(random_() % graph_.degree(*head)));
    }
    if (*head == *tail) return false;
    const Flow amount = 1 + static_cast<Flow>(random_() % 10'000);
    const EdgeIndex edge = graph_.Find(*tail, *head);
    if (edge != graph::kNoEdge) {
      AddTo(graph_, edge, *tail, amount);
      return true;
    }
    return graph_.Insert(*tail, *head, PlainArc(amount), PlainArc(graph::kAbsent)).ok();
  }

  ResidualGraph& graph() { return graph_; }

 private:
  ResidualGraph graph_;
  std::mt19937_64 random_{11};
};

// One search per new debt, and one more for each cycle that was found.
void MeasureTriggered(Row& row, ClearingBench& bench, std::uint32_t max_length,
                      std::uint32_t count) {
  Trade trade(bench, max_length);
  graph::CycleSearch search;
  const CycleQuery query{.max_length = max_length, .work_limit = kBudget};
  graph::Cycle cycle;
  std::uint32_t found = 0;
  std::uint32_t ended = 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    NodeIndex tail = 0;
    NodeIndex head = 0;
    if (!trade.Owe(&tail, &head)) continue;
    auto outcome = graph::Outcome::kFound;
    while (outcome == graph::Outcome::kFound) {
      row.Time([&] { outcome = search.FindShortest(trade.graph(), tail, head, query, &cycle); });
      if (outcome == graph::Outcome::kFound) {
        Clear(trade.graph(), cycle);
        ++found;
      }
    }
    ended += outcome == graph::Outcome::kWorkLimit ? 1 : 0;
  }
  row.Set("share_found", static_cast<double>(found) / static_cast<double>(row.times().size()));
  row.Set("share_out_of_budget",
          static_cast<double>(ended) / static_cast<double>(row.times().size()));
}

}  // namespace

void AddCycleRows(const DebtsName& name, std::uint32_t triggers) {
  AddRow({name.label, "bilateral", "geo"},
         [=](Row& row) { MeasureAll(row, ClearingBenchOf(name), 2); });
  for (const std::uint32_t length : {3U, 4U, 6U}) {
    AddRow({name.label, "all cycles up to " + std::to_string(length), "geo"},
           [=](Row& row) { MeasureAll(row, ClearingBenchOf(name), length); });
  }
  for (const std::uint32_t length : {4U, 6U}) {
    AddRow({name.label, "a cycle up to " + std::to_string(length) + " through a new debt", "geo"},
           [=](Row& row) { MeasureTriggered(row, ClearingBenchOf(name), length, triggers); });
  }
}

}  // namespace geo::bench
