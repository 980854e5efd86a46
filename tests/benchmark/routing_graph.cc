#include <algorithm>
#include <numeric>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "geo/graph/search.h"
#include "src/base/sort_unique.h"
#include "tests/benchmark/routing_rows.h"

namespace geo::bench {
namespace {

using graph::EdgeIndex;
using graph::NodeIndex;
using graph::PlainArc;
using graph::ResidualGraph;

// Edges that the graph does not have, between random nodes.
std::vector<std::pair<NodeIndex, NodeIndex>> NewEdges(const ResidualGraph& graph,
                                                      std::size_t count) {
  std::mt19937_64 random(3);
  std::vector<std::pair<NodeIndex, NodeIndex>> edges;
  while (edges.size() < count) {
    const auto u = static_cast<NodeIndex>(random() % graph.node_count());
    const auto v = static_cast<NodeIndex>(random() % graph.node_count());
    if (u < v && graph.Find(u, v) == graph::kNoEdge) edges.emplace_back(u, v);
  }
  SortUnique(edges);
  std::shuffle(edges.begin(), edges.end(), random);
  return edges;
}

// Opening, changing and closing of lines between people who had none.
void MeasureChanges(Row& row, Workbench& bench, std::size_t count) {
  ResidualGraph graph = bench.graph();
  const auto edges = NewEdges(graph, count);
  std::vector<EdgeIndex> opened;
  bool ok = true;
  const std::int64_t begin = ThreadCpuTime();
  for (const auto& [u, v] : edges) {
    const auto edge = graph.Insert(u, v, PlainArc(100'00), PlainArc(0));
    ok = ok && edge.ok();
    opened.push_back(ok ? *edge : 0);
  }
  const std::int64_t inserted = ThreadCpuTime();
  for (std::size_t i = 0; i < edges.size(); ++i) {
    ok = ok && graph.Change(opened[i], edges[i].first, PlainArc(50'00), PlainArc(50'00)).ok();
  }
  const std::int64_t changed = ThreadCpuTime();
  for (const EdgeIndex edge : opened) ok = ok && graph.Remove(edge).ok();
  const std::int64_t removed = ThreadCpuTime();
  if (!ok) return row.Fail("an edge could not be opened, changed or closed");
  row.AddMicroseconds(static_cast<double>(removed - begin) / 1000, 3 * edges.size());
  const auto each = [&](std::int64_t time) {
    return static_cast<double>(time) / 1000 / static_cast<double>(edges.size());
  };
  row.Set("open_us", each(inserted - begin));
  row.Set("change_us", each(changed - inserted));
  row.Set("close_us", each(removed - changed));
}

// Building the graph from sorted lines, and the bytes of it, of a search and of a whole router.
void MeasureMemory(Row& row, Workbench& bench) {
  ResidualGraph graph;
  bool ok = graph.Grow(bench.network().participants).ok();
  const auto& pairs = bench.pairs();
  const std::int64_t begin = ThreadCpuTime();
  for (const CapacityPair& pair : pairs) {
    ok = ok && graph.Insert(pair.u, pair.v, PlainArc(pair.uv), PlainArc(pair.vu)).ok();
  }
  row.AddMicroseconds(static_cast<double>(ThreadCpuTime() - begin) / 1000, bench.lines());
  graph::Search search;
  ok = ok && search.Begin(graph, {.source = pairs.front().u, .target = pairs.front().v}).ok();
  search.Maximize(kMaxAmount);
  if (!ok) return row.Fail("the graph could not be built");
  const auto per_line = [&](std::size_t bytes) {
    return static_cast<double>(bytes) / static_cast<double>(bench.lines());
  };
  row.Set("lines", static_cast<double>(bench.lines()));
  row.Set("graph_bytes_per_line", per_line(graph.MemoryBytes()));
  row.Set("search_bytes_per_line", per_line(search.MemoryBytes()));
  bench.router();
  row.Set("router_bytes_per_line", per_line(bench.router_bytes()));
}

// The lines of a bank, opened and closed in an order that is nobody's.
void MeasureBank(Row& row, NodeIndex lines, bool at_once) {
  ResidualGraph graph;
  bool ok = graph.Grow(lines + 2).ok() && graph.Insert(0, 1, PlainArc(1), PlainArc(1)).ok();
  std::vector<NodeIndex> customers(lines);
  std::iota(customers.begin(), customers.end(), 2U);
  std::mt19937_64 random(13);
  std::shuffle(customers.begin(), customers.end(), random);
  std::vector<EdgeIndex> opened(lines);
  std::iota(opened.begin(), opened.end(), 1U);
  const auto line = [&](EdgeIndex i) {
    return graph::NewEdge{0, customers[i], PlainArc(100'00), PlainArc(0)};
  };
  const std::int64_t begin = ThreadCpuTime();
  if (at_once) ok = ok && graph.InsertAll(lines, line).ok();
  for (EdgeIndex i = 0; i < lines && !at_once; ++i) {
    const graph::NewEdge edge = line(i);
    ok = ok && graph.Insert(edge.u, edge.v, edge.uv, edge.vu).ok();
  }
  const std::int64_t inserted = ThreadCpuTime();
  if (at_once) ok = ok && graph.RemoveAll(opened).ok();
  for (EdgeIndex i = 0; i < lines && !at_once; ++i) ok = ok && graph.Remove(opened[i]).ok();
  const std::int64_t removed = ThreadCpuTime();
  if (!ok || graph.edge_count() != 1) return row.Fail("a bank's lines could not come and go");
  row.AddMicroseconds(static_cast<double>(removed - begin) / 1000, 2 * std::size_t{lines});
  row.Set("open_all_ms", static_cast<double>(inserted - begin) / 1e6);
  row.Set("close_all_ms", static_cast<double>(removed - inserted) / 1e6);
}

}  // namespace

void AddBankRows(Size size) {
  const NodeIndex lines = size == Size::kSmoke ? 100 : size == Size::kQuick ? 20'000 : 200'000;
  const std::string network = "bank of " + std::to_string(lines);
  AddRow({network, "open and close all lines", "geo"},
         [=](Row& row) { MeasureBank(row, lines, true); });
  AddRow({network, "open and close all lines", "geo, one by one"},
         [=](Row& row) { MeasureBank(row, lines, false); });
}

void AddGraphRows(const NetworkName& name, Size size) {
  const std::size_t count = size == Size::kSmoke ? 50 : 20'000;
  AddRow({name.row(), "open, change, close a line", "geo"},
         [=](Row& row) { MeasureChanges(row, WorkbenchOf(name), count); });
  AddRow({name.row(), "build, per line", "geo"},
         [=](Row& row) { MeasureMemory(row, WorkbenchOf(name)); });
}

}  // namespace geo::bench
