// ResidualGraph under random changes against a map, and against a graph built afresh.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "geo/graph/residual_graph.h"
#include "geo/graph/search.h"

namespace geo::graph {
namespace {

using Ends = std::pair<NodeIndex, NodeIndex>;

struct Model {
  NodeIndex nodes = 0;
  std::map<Ends, Arc> arcs;  // both directions of every edge
  std::map<Ends, EdgeIndex> edges;
  std::set<NodeIndex> disabled;
};

Arc GenerateArc() {
  const Flow direct = *rc::gen::inRange<Flow>(kAbsent, 50) * *rc::gen::element<Flow>(1, 1, 1000003);
  Arc arc = PlainArc(std::max(direct, kAbsent));
  if (*rc::gen::inRange(0, 3) == 0) {
    arc.transit = *rc::gen::inRange<Flow>(kAbsent, arc.direct + 1);
    arc.tail_forbids = *rc::gen::arbitrary<bool>();
    arc.head_forbids = *rc::gen::arbitrary<bool>();
    arc.constrained = *rc::gen::arbitrary<bool>();
    arc.max_hops = *rc::gen::inRange<std::uint8_t>(0, 33);
  }
  return arc;
}

void InsertOne(ResidualGraph& graph, Model& model, NodeIndex u, NodeIndex v) {
  const Arc uv = GenerateArc();
  const Arc vu = GenerateArc();
  const StatusOr<EdgeIndex> edge = graph.Insert(u, v, uv, vu);
  const bool possible = u != v && model.edges.count(std::minmax(u, v)) == 0;
  RC_ASSERT(edge.ok() == possible);
  if (!possible) return;
  for (const auto& [ends, other] : model.edges) RC_ASSERT(other != *edge);
  model.edges[std::minmax(u, v)] = *edge;
  model.arcs[{u, v}] = uv;
  model.arcs[{v, u}] = vu;
}

void ChangeOne(ResidualGraph& graph, Model& model, NodeIndex u, NodeIndex v) {
  const auto found = model.edges.find(std::minmax(u, v));
  if (found == model.edges.end()) return;
  const Arc uv = GenerateArc();
  const Arc vu = GenerateArc();
  RC_ASSERT(graph.Change(found->second, u, uv, vu).ok());
  model.arcs[{u, v}] = uv;
  model.arcs[{v, u}] = vu;
}

void RemoveOne(ResidualGraph& graph, Model& model, NodeIndex u, NodeIndex v) {
  const auto found = model.edges.find(std::minmax(u, v));
  if (found == model.edges.end()) return;
  RC_ASSERT(graph.Remove(found->second).ok());
  model.edges.erase(found);
  model.arcs.erase({u, v});
  model.arcs.erase({v, u});
}

// Some edges at once, of which one may be there already, twice in them, or a loop: then none comes.
void InsertSome(ResidualGraph& graph, Model& model) {
  std::vector<NewEdge> edges;
  std::set<Ends> seen;
  bool possible = true;
  for (int i = *rc::gen::inRange(0, 12); i > 0; --i) {
    const auto u = *rc::gen::inRange<NodeIndex>(0, model.nodes);
    const auto v = *rc::gen::inRange<NodeIndex>(0, model.nodes);
    const bool fine = u != v && model.edges.count(std::minmax(u, v)) == 0 &&
                      seen.insert(std::minmax(u, v)).second;
    if (!fine && *rc::gen::inRange(0, 20) != 0) continue;
    possible = possible && fine;
    edges.push_back({u, v, GenerateArc(), GenerateArc()});
  }
  const Status status =
      graph.InsertAll(static_cast<EdgeIndex>(edges.size()), [&](EdgeIndex i) { return edges[i]; });
  RC_ASSERT(ErrorCodeOf(status) == (possible ? ErrorCode::kOk : ErrorCode::kInvalidArgument));
  if (!possible) return;
  for (const NewEdge& edge : edges) {
    model.edges[std::minmax(edge.u, edge.v)] = graph.Find(edge.u, edge.v);
    model.arcs[{edge.u, edge.v}] = edge.uv;
    model.arcs[{edge.v, edge.u}] = edge.vu;
  }
}

// Some edges at once, in any order, of which one may be there twice: then none goes.
void RemoveSome(ResidualGraph& graph, Model& model) {
  std::vector<Ends> gone;
  std::vector<EdgeIndex> edges;
  for (const auto& [ends, edge] : model.edges) {
    if (*rc::gen::inRange(0, 3) != 0) continue;
    const auto place = *rc::gen::inRange<std::ptrdiff_t>(0, std::ssize(edges) + 1);
    edges.insert(edges.begin() + place, edge);
    gone.push_back(ends);
  }
  const bool twice = !edges.empty() && *rc::gen::inRange(0, 8) == 0;
  if (twice) edges.push_back(edges.front());
  RC_ASSERT(ErrorCodeOf(graph.RemoveAll(edges)) ==
            (twice ? ErrorCode::kInvalidArgument : ErrorCode::kOk));
  if (twice) return;
  for (const Ends& ends : gone) {
    model.edges.erase(ends);
    model.arcs.erase(ends);
    model.arcs.erase({ends.second, ends.first});
  }
}

Flow ModelCapacity(const Model& model, const Ends& ends, NodeIndex source, NodeIndex target) {
  const Arc& arc = model.arcs.at(ends);
  if (model.disabled.count(ends.first) + model.disabled.count(ends.second) != 0) return kAbsent;
  if (ends == Ends(source, target)) return arc.direct;
  if (arc.tail_forbids && ends.first != source) return kAbsent;
  if (arc.head_forbids && ends.second != target) return kAbsent;
  return arc.transit;
}

void CheckAgainst(const ResidualGraph& graph, const Model& model) {
  RC_ASSERT(graph.edge_count() == model.edges.size());
  std::vector<std::vector<NodeIndex>> neighbors(model.nodes);
  std::vector<AmountSum> out(model.nodes, 0);
  std::vector<AmountSum> in(model.nodes, 0);
  const NodeIndex source = 0;
  const NodeIndex target = model.nodes - 1;
  for (const auto& [ends, arc] : model.arcs) {
    neighbors[ends.first].push_back(ends.second);
    const EdgeIndex edge = model.edges.at(std::minmax(ends.first, ends.second));
    RC_ASSERT(graph.Find(ends.first, ends.second) == edge);
    RC_ASSERT(graph.ArcFrom(edge, ends.first) == arc);
    RC_ASSERT(graph.CapacityFor(edge, ends.first, source, target) ==
              ModelCapacity(model, ends, source, target));
    // Sums for queries between the two ends of every pair of nodes.
    for (NodeIndex other = 0; other < model.nodes; ++other) {
      if (other == ends.first) continue;
      const Flow sent = std::max<Flow>(ModelCapacity(model, ends, ends.first, other), 0);
      const Flow received =
          std::max<Flow>(ModelCapacity(model, {ends.second, ends.first}, other, ends.first), 0);
      if (other == target) out[ends.first] += sent;
      if (other == target) in[ends.first] += received;
    }
  }
  for (NodeIndex node = 0; node < model.nodes; ++node) {
    RC_ASSERT(graph.degree(node) == neighbors[node].size());
    for (std::uint32_t i = 0; i < graph.degree(node); ++i) {
      RC_ASSERT(graph.neighbor(node, i) == neighbors[node][i]);
      RC_ASSERT(graph.edge(node, i) == graph.Find(node, neighbors[node][i]));
    }
    if (node == target) continue;
    RC_ASSERT(graph.OutBound(node, target) == out[node]);
    RC_ASSERT(graph.InBound(target, node) == in[node]);
  }
}

// The same content entered in another order.
ResidualGraph Rebuilt(const Model& model) {
  ResidualGraph graph;
  RC_ASSERT(graph.Grow(model.nodes).ok());
  for (auto edge = model.edges.rbegin(); edge != model.edges.rend(); ++edge) {
    const auto [a, b] = edge->first;
    RC_ASSERT(graph.Insert(a, b, model.arcs.at({a, b}), model.arcs.at({b, a})).ok());
  }
  for (const NodeIndex node : model.disabled) RC_ASSERT(graph.SetEnabled(node, false).ok());
  return graph;
}

// Searches see content, not history.
void CheckSearches(const ResidualGraph& graph, const Model& model) {
  if (model.disabled.count(0) + model.disabled.count(1) != 0) return;
  const ResidualGraph fresh = Rebuilt(model);
  Search searches[2];
  RC_ASSERT(searches[0].Begin(graph, {.source = 0, .target = 1}).ok());
  RC_ASSERT(searches[1].Begin(fresh, {.source = 0, .target = 1}).ok());
  for (const Flow threshold : {Flow{0}, Flow{1}, Flow{20}}) {
    Path paths[2];
    const Outcome outcome = searches[0].FindPath(threshold, 6, &paths[0]);
    RC_ASSERT(searches[1].FindPath(threshold, 6, &paths[1]) == outcome);
    RC_ASSERT(paths[0].nodes == paths[1].nodes);
  }
  RC_ASSERT(searches[0].Maximize(kMaxAmount) == searches[1].Maximize(kMaxAmount));
  RC_ASSERT(searches[0].work() == searches[1].work());
  const auto flow = [](const Search& search) {
    std::map<Ends, Flow> amounts;
    for (const FlowArc& arc : search.FlowArcs()) amounts[{arc.tail, arc.head}] = arc.amount;
    return amounts;
  };
  RC_ASSERT(flow(searches[0]) == flow(searches[1]));
}

void ChangeAtRandom(ResidualGraph& graph, Model& model, int steps) {
  for (int step = 0; step < steps; ++step) {
    const auto u = *rc::gen::inRange<NodeIndex>(0, model.nodes);
    const auto v = *rc::gen::inRange<NodeIndex>(0, model.nodes);
    switch (
        *rc::gen::weightedElement<int>({{6, 0}, {3, 1}, {3, 2}, {1, 3}, {1, 4}, {1, 5}, {1, 6}})) {
      case 0:
        InsertOne(graph, model, u, v);
        break;
      case 1:
        ChangeOne(graph, model, u, v);
        break;
      case 2:
        RemoveOne(graph, model, u, v);
        break;
      case 3: {
        const bool enable = *rc::gen::arbitrary<bool>();
        RC_ASSERT(graph.SetEnabled(u, enable).ok());
        if (enable) model.disabled.erase(u);
        if (!enable) model.disabled.insert(u);
        break;
      }
      case 5:
        InsertSome(graph, model);
        break;
      case 6:
        RemoveSome(graph, model);
        break;
      default:
        model.nodes += *rc::gen::inRange<NodeIndex>(0, 3);
        RC_ASSERT(graph.Grow(model.nodes).ok());
    }
  }
}

// The model's content entered all at once, in any order; the model then knows the new indices.
ResidualGraph AllAtOnce(Model& model) {
  ResidualGraph graph;
  RC_ASSERT(graph.Grow(model.nodes).ok());
  for (const NodeIndex node : model.disabled) RC_ASSERT(graph.SetEnabled(node, false).ok());
  std::vector<NewEdge> edges;
  for (const auto& [ends, index] : model.edges) {
    const auto [u, v] = *rc::gen::arbitrary<bool>() ? ends : Ends(ends.second, ends.first);
    const auto place = *rc::gen::inRange<std::ptrdiff_t>(0, std::ssize(edges) + 1);
    edges.insert(edges.begin() + place, {u, v, model.arcs.at({u, v}), model.arcs.at({v, u})});
  }
  const auto count = static_cast<EdgeIndex>(edges.size());
  RC_ASSERT(graph.InsertAll(count, [&](EdgeIndex i) { return edges[i]; }).ok());
  for (EdgeIndex i = 0; i < count; ++i) model.edges[std::minmax(edges[i].u, edges[i].v)] = i;
  return graph;
}

RC_GTEST_PROP(GraphMutation, AgreesWithAMapAndForgetsItsHistory, ()) {
  ResidualGraph graph;
  Model model;
  model.nodes = *rc::gen::inRange<NodeIndex>(2, 12);
  RC_ASSERT(graph.Grow(model.nodes).ok());
  ChangeAtRandom(graph, model, *rc::gen::inRange(0, 120));
  CheckAgainst(graph, model);
  CheckSearches(graph, model);
}

RC_GTEST_PROP(GraphMutation, EdgesInsertedAllAtOnceAreAsIfOneByOne, ()) {
  Model model;
  model.nodes = *rc::gen::inRange<NodeIndex>(2, 12);
  ResidualGraph one_by_one;
  RC_ASSERT(one_by_one.Grow(model.nodes).ok());
  ChangeAtRandom(one_by_one, model, *rc::gen::inRange(0, 120));
  ResidualGraph graph = AllAtOnce(model);
  CheckAgainst(graph, model);
  CheckSearches(graph, model);
  ChangeAtRandom(graph, model, *rc::gen::inRange(0, 30));
  CheckAgainst(graph, model);
  CheckSearches(graph, model);
}

}  // namespace
}  // namespace geo::graph
