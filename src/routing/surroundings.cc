#include "src/routing/surroundings.h"

#include <algorithm>
#include <limits>
#include <queue>
#include <utility>

#include "geo/base/limits.h"
#include "geo/graph/decompose.h"
#include "src/base/no_memory.h"
#include "src/base/sort_unique.h"
#include "src/routing/fair_share.h"
#include "src/routing/widest_first.h"

namespace geo {
namespace {

using graph::NodeIndex;
using graph::Path;

constexpr std::uint32_t kMostOfHub = 10 * kMaxObjectiveArcs;  // arcs, with those before it
constexpr std::uint64_t kCrowded = 300'000;                   // arcs of all chosen: then fewer are
constexpr std::uint64_t kMostSteps = 300'000;                 // arcs looked at for one augmentation
constexpr std::uint64_t kMostOfFlow = 10'000'000;             // and for one flow
constexpr std::uint32_t kFewLookups = 8;  // arcs that one look-up of an edge takes as long as
constexpr std::int64_t kUnreached = std::numeric_limits<std::int64_t>::max() / 4;
constexpr std::uint32_t kNone = 0xffffffff;

}  // namespace

Surroundings::Surroundings(const CostModel& model, const graph::ResidualGraph& graph,
                           graph::Search& search, std::uint32_t max_hops,
                           const std::vector<Path>& known)
    : graph_(graph),
      search_(search),
      source_(known.front().nodes.front()),
      target_(known.front().nodes.back()) {
  ChooseNodes(known, max_hops);
  ChooseEdges(model);
}

// How many hops it takes from `from`, or to it.
Surroundings::Distances Surroundings::Measure(NodeIndex from, bool outwards,
                                              std::uint32_t max_hops) {
  Distances hops = {{from, 0}};
  std::queue<NodeIndex> waiting({from});
  std::uint32_t looked_at = 0;
  for (; !waiting.empty() && looked_at < kMaxObjectiveArcs; waiting.pop()) {
    const NodeIndex node = waiting.front();
    const std::uint32_t next = hops[node] + 1;
    if (next > max_hops) break;
    const std::uint32_t arcs = std::min(graph_.degree(node), kMostOfHub - looked_at);
    looked_at += arcs;
    for (std::uint32_t i = 0; i < arcs; ++i) {
      const NodeIndex other = graph_.neighbor(node, i);
      if (search_.Excluded(other) || hops.contains(other)) continue;
      if (search_.Residual(graph_.edge(node, i), outwards ? node : other) <= 0) continue;
      MakeRoom(hops);
      hops.emplace(other, next);
      waiting.push(other);
    }
  }
  search_.AddWork(looked_at);
  return hops;
}

void Surroundings::ChooseNodes(const std::vector<Path>& known, std::uint32_t max_hops) {
  const Distances from_source = Measure(source_, true, max_hops);
  const Distances to_target = Measure(target_, false, max_hops);
  std::vector<std::pair<std::uint64_t, NodeIndex>> between;  // by the hops of a way over them
  std::uint64_t arcs = 0;
  for (const auto& [node, hops] : from_source) {
    const auto rest = to_target.find(node);
    if (rest == to_target.end() || std::uint64_t{hops} + rest->second > max_hops) continue;
    between.emplace_back(std::uint64_t{hops} + rest->second, node);
    arcs += graph_.degree(node);
  }
  // Those who are nearest to both ends, then.
  if (arcs > kCrowded && between.size() > kMaxObjectiveArcs) {
    std::sort(between.begin(), between.end());
    between.resize(kMaxObjectiveArcs);
  }
  for (const auto& [hops, node] : between) nodes_.push_back(node);
  for (const Path& path : known) {
    nodes_.insert(nodes_.end(), path.nodes.begin(), path.nodes.end());
  }
  SortUnique(nodes_);
}

void Surroundings::ChooseEdges(const CostModel& model) {
  ways_.resize(nodes_.size());
  for (std::uint32_t u = 0; u < nodes_.size() && !search_.out_of_work(); ++u) {
    const std::uint32_t degree = graph_.degree(nodes_[u]);
    if (degree / kFewLookups > nodes_.size()) {  // a hub most of whose neighbours are elsewhere
      search_.AddWork(nodes_.size() * kFewLookups);
      for (std::uint32_t v = u + 1; v < nodes_.size(); ++v) {
        const graph::EdgeIndex edge = graph_.Find(nodes_[u], nodes_[v]);
        if (edge != graph::kNoEdge) AddEdge(model, u, v, edge);
      }
      continue;
    }
    search_.AddWork(degree);
    for (std::uint32_t i = 0; i < degree; ++i) {
      const NodeIndex other = graph_.neighbor(nodes_[u], i);
      if (other < nodes_[u]) continue;
      const std::uint32_t v = LocalOf(other);
      if (v != kNone) AddEdge(model, u, v, graph_.edge(nodes_[u], i));
    }
  }
}

void Surroundings::AddEdge(const CostModel& model, std::uint32_t u, std::uint32_t v,
                           graph::EdgeIndex index) {
  Edge edge{{u, v}, index, {}, 0};
  const Amount there = std::max<Amount>(search_.Residual(index, nodes_[u]), 0);
  const Amount back = std::max<Amount>(search_.Residual(index, nodes_[v]), 0);
  if (there == 0 && back == 0) return;
  if (there > 0) edge.costs[0] = model.Of(index, nodes_[u], there);
  if (back > 0) edge.costs[1] = model.Of(index, nodes_[v], back);
  const auto local = static_cast<std::uint32_t>(edges_.size());
  edges_.push_back(edge);
  ways_[u].push_back({local, 0});
  ways_[v].push_back({local, 1});
}

std::uint32_t Surroundings::LocalOf(NodeIndex node) const {
  const auto found = std::lower_bound(nodes_.begin(), nodes_.end(), node);
  if (found == nodes_.end() || *found != node) return kNone;
  return static_cast<std::uint32_t>(found - nodes_.begin());
}

void Surroundings::Clear() {
  for (Edge& edge : edges_) edge.flow = 0;
}

// What the next units over `way` cost, and how many cost that: taking back the dearest units that
// go the other way, or else the first step that is not full.
CostStep Surroundings::Next(const Way& way) const {
  const Edge& edge = edges_[way.edge];
  Amount flow = way.side == 0 ? edge.flow : -edge.flow;
  if (flow < 0) {
    Amount above = -flow;
    CostStep last;
    for (const CostStep& step : edge.costs[1 - way.side]) {
      if (above <= 0) break;
      if (step.room == 0) continue;
      last = {std::min(above, step.room), -step.cost};
      above -= step.room;
    }
    return last;
  }
  for (const CostStep& step : edge.costs[way.side]) {
    if (flow < step.room) return {step.room - flow, step.cost};
    flow -= step.room;
  }
  return {};
}

// The cost of `amount` more units that take nothing back. False: they do not fit.
bool Surroundings::CostOfMore(const Way& way, Amount amount, std::int64_t* cost) const {
  const Edge& edge = edges_[way.edge];
  Amount flow = way.side == 0 ? edge.flow : -edge.flow;
  if (flow < 0) return false;
  AmountSum total = 0;
  Amount left = amount;
  for (const CostStep& step : edge.costs[way.side]) {
    const Amount skipped = std::min(flow, step.room);
    flow -= skipped;
    const Amount part = std::min(left, step.room - skipped);
    total += AmountSum{part} * step.cost;
    left -= part;
  }
  *cost = static_cast<std::int64_t>(total / amount);  // per unit, rounded down: at least one hop's
  return left == 0;
}

void Surroundings::Move(const Way& way, Amount amount) {
  edges_[way.edge].flow += way.side == 0 ? amount : -amount;
}

// Labels from the source, corrected until none can be lowered (Bellman, Ford, Moore). False: the
// target is not reached, or it takes too long.
bool Surroundings::CheapestWays(std::vector<Label>* labels, std::uint64_t* looked_at) {
  const std::uint32_t source = LocalOf(source_);
  labels->assign(nodes_.size(), {kUnreached, {0, 0}});
  (*labels)[source].cost = 0;
  std::vector<bool> queued(nodes_.size());
  std::queue<std::uint32_t> waiting({source});
  std::uint64_t steps = 0;
  for (; !waiting.empty() && steps <= kMostSteps; waiting.pop()) {
    const std::uint32_t node = waiting.front();
    queued[node] = false;
    steps += ways_[node].size();
    for (const Way& way : ways_[node]) {
      const CostStep next = Next(way);
      const std::uint32_t head = Head(way);
      if (next.room == 0 || (*labels)[node].cost + next.cost >= (*labels)[head].cost) continue;
      (*labels)[head] = {(*labels)[node].cost + next.cost, way};
      if (queued[head]) continue;
      queued[head] = true;
      waiting.push(head);
    }
  }
  search_.AddWork(steps);
  *looked_at += steps;
  return waiting.empty() && (*labels)[LocalOf(target_)].cost < kUnreached;
}

std::vector<Path> Surroundings::RoutesByFlow(Amount amount, std::uint32_t max_hops) {
  const std::uint32_t source = LocalOf(source_);
  const std::uint32_t target = LocalOf(target_);
  std::vector<Label> labels;
  Amount left = amount;
  std::uint64_t looked_at = 0;
  while (left > 0 && looked_at < kMostOfFlow) {
    if (search_.out_of_work() || !CheapestWays(&labels, &looked_at)) return {};
    Amount room = left;
    for (std::uint32_t node = target; node != source; node = Tail(labels[node].by)) {
      room = std::min(room, Next(labels[node].by).room);
    }
    for (std::uint32_t node = target; node != source; node = Tail(labels[node].by)) {
      Move(labels[node].by, room);
    }
    left -= room;
  }
  if (left > 0) return {};
  const std::vector<graph::FlowArc> arcs = FlowArcs();
  if (max_hops == kUnlimited && arcs.size() > kDenseSupport) {
    return graph::DecomposeFlow(arcs, source_, target_);
  }
  // Widest routes first, so that they are few.
  const auto longest = static_cast<std::uint32_t>(arcs.size());
  return graph::DecomposeFlow(arcs, source_, target_, std::min(max_hops, longest));
}

// The cheapest way of at most `max_hops` on which `amount` more units fit.
bool Surroundings::CheapestWithin(std::uint32_t max_hops, Amount amount, std::vector<Way>* ways) {
  const std::size_t count = nodes_.size();
  const std::size_t layers = std::min<std::size_t>(std::min(max_hops, kMostHops), count - 1) + 1;
  // labels[h][v]: the cheapest way to v of exactly the hops that its steps say, at most h.
  std::vector<std::vector<Label>> labels(1, std::vector<Label>(count, {kUnreached, {kNone, 0}}));
  labels[0][LocalOf(source_)].cost = 0;
  for (std::size_t h = 1; h < layers; ++h) {
    labels.push_back(labels.back());
    for (Label& label : labels[h]) label.by.edge = kNone;
    bool lowered = false;
    for (std::uint32_t node = 0; node < count; ++node) {
      if (labels[h - 1][node].cost >= kUnreached) continue;
      for (const Way& way : ways_[node]) {
        std::int64_t cost = 0;
        if (!CostOfMore(way, amount, &cost)) continue;
        cost += labels[h - 1][node].cost;
        if (cost >= labels[h][Head(way)].cost) continue;
        labels[h][Head(way)] = {cost, way};
        lowered = true;
      }
    }
    search_.AddWork(edges_.size());
    if (!lowered || search_.out_of_work()) break;
  }
  std::uint32_t node = LocalOf(target_);
  if (labels.back()[node].cost >= kUnreached) return false;
  ways->clear();
  for (std::size_t h = labels.size() - 1; h > 0; --h) {
    const Way by = labels[h][node].by;
    if (by.edge == kNone) continue;
    ways->push_back(by);
    node = Tail(by);
  }
  std::reverse(ways->begin(), ways->end());
  return true;
}

std::vector<Path> Surroundings::RoutesOneByOne(Amount amount, std::uint32_t max_hops,
                                               std::uint32_t max_paths) {
  std::vector<Path> routes;
  std::vector<Way> ways;
  std::uint32_t slots = max_paths == kUnlimited ? kUsualSplit : max_paths;
  for (Amount left = amount; left > 0; --slots) {
    if (slots == 0) return {};
    const Amount share = FairShare(left, slots);
    if (!CheapestWithin(max_hops, share, &ways)) return {};
    Amount room = left;
    for (const Way& way : ways) room = std::min(room, Next(way).room);
    const Amount moved = std::min(left, std::max(room, share));
    for (const Way& way : ways) Move(way, moved);
    routes.push_back(ToPath(ways, moved));
    left -= moved;
  }
  return routes;
}

Path Surroundings::ToPath(const std::vector<Way>& ways, Amount amount) const {
  Path path;
  path.amount = amount;
  path.nodes.push_back(source_);
  for (const Way& way : ways) {
    path.nodes.push_back(nodes_[Head(way)]);
    path.edges.push_back(edges_[way.edge].edge);
  }
  return path;
}

std::vector<graph::FlowArc> Surroundings::FlowArcs() const {
  std::vector<graph::FlowArc> arcs;
  for (const Edge& edge : edges_) {
    if (edge.flow == 0) continue;
    const NodeIndex u = nodes_[edge.ends[0]];
    const NodeIndex v = nodes_[edge.ends[1]];
    if (edge.flow > 0) arcs.push_back({u, v, edge.edge, edge.flow});
    if (edge.flow < 0) arcs.push_back({v, u, edge.edge, -edge.flow});
  }
  return arcs;
}

}  // namespace geo
