#include "src/graph/circulation_network.h"

#include <utility>

#include "src/graph/components.h"

namespace geo::graph {
namespace {

// Nodes within chains must be that part of the edges, or strands are not worth their lengths.
constexpr std::uint32_t kWorthIt = 5;

constexpr std::uint32_t kNoneSeen = 0xffffffff;
constexpr std::uint32_t kSeveral = 0xfffffffe;

// The only edge out of each node and into it, if there is just one.
struct OnlyEdges {
  explicit OnlyEdges(NodeIndex nodes) : out(nodes, kNoneSeen), in(nodes, 0) {}

  void Count(std::uint32_t edge, NodeIndex tail, NodeIndex head) {
    out[tail] = out[tail] == kNoneSeen ? edge : kSeveral;
    if (in[head] < 2) ++in[head];
  }
  bool PassesOn(NodeIndex node) const { return out[node] < kSeveral && in[node] == 1; }

  std::vector<std::uint32_t> out;
  std::vector<std::uint8_t> in;
};

std::vector<std::uint32_t> SizesOf(const Components& components) {
  std::vector<std::uint32_t> sizes(components.count, 0);
  for (const std::uint32_t component : components.of) ++sizes[component];
  return sizes;
}

}  // namespace

CirculationNetwork::CirculationNetwork(NodeIndex all_nodes,
                                       std::span<const CirculationEdge> all_edges)
    : edges(all_edges) {
  std::vector<std::uint32_t> component;
  {
    const OutLists out = ListOut(all_nodes, edges);
    Components found = FindComponents(all_nodes, out);
    components = found.count;
    NumberAll(found, out);
    component = std::move(found.of);
  }
  inside_.Reset(edges.size());
  for (std::size_t i = 0; i < edges.size(); ++i) {
    const bool is_inside =
        component[edges[i].tail] == component[edges[i].head] && !IsOutside(edges[i].tail);
    inside_.Add(i, is_inside);
    strands += is_inside ? 1 : 0;
  }
  inside = nodes;
  std::vector<std::uint32_t>().swap(component);
  MakeStrands();
}

void CirculationNetwork::NumberAll(const Components& found, const OutLists& out) {
  const std::vector<std::uint32_t> sizes = SizesOf(found);
  place_.resize(found.of.size());
  for (std::size_t node = 0; node < place_.size(); ++node) {
    place_[node] = sizes[found.of[node]] < 2 ? kOutside | found.of[node] : kWithin;
  }
  std::vector<NodeIndex> queue;
  for (NodeIndex node = 0; node < place_.size(); ++node) {
    if (place_[node] != kWithin) continue;
    groups.push_back({nodes, found.of[node]});
    depth = std::max(depth, NumberFrom(node, found, out, queue));
  }
}

// Numbers what can be reached from `start` inside its component, level by level; returns the number
// of levels.
std::uint32_t CirculationNetwork::NumberFrom(NodeIndex start, const Components& found,
                                             const OutLists& out, std::vector<NodeIndex>& queue) {
  queue.assign(1, start);
  place_[start] = nodes++;
  std::uint32_t levels = 0;
  std::size_t level_end = 1;
  for (std::size_t i = 0; i < queue.size(); ++i) {
    if (i == level_end) {
      ++levels;
      level_end = queue.size();
    }
    const NodeIndex node = queue[i];
    for (std::uint32_t j = out.first[node]; j < out.first[node + 1]; ++j) {
      const NodeIndex head = out.heads[j];
      if (place_[head] != kWithin || found.of[head] != found.of[node]) continue;
      place_[head] = nodes++;
      queue.push_back(head);
    }
  }
  return levels;
}

// The first node of each group keeps its number, so that no ring is without one.
void CirculationNetwork::MakeStrands() {
  OnlyEdges only(nodes);
  ForEachEdge(
      [&](std::uint32_t i) { only.Count(i, place_[edges[i].tail], place_[edges[i].head]); });
  for (const Group& group : groups) only.out[group.first] = kSeveral;
  NodeIndex within = 0;
  for (NodeIndex node = 0; node < nodes; ++node) within += only.PassesOn(node) ? 1 : 0;
  if (within < strands / kWorthIt + 1) return;

  // New numbers take the place of the only edges where these are not needed.
  auto group = groups.begin();
  NodeIndex next = 0;
  for (NodeIndex node = 0; node < nodes; ++node) {
    if (group != groups.end() && group->first == node) (group++)->first = next;
    only.out[node] = only.PassesOn(node) ? kWithin | only.out[node] : next++;
  }
  nodes = next;
  for (std::uint32_t& place : place_) {
    if (place < kWithin) place = only.out[place];
  }
  strands = 0;
  ForEachOpenStrand([&](const Strand& /*strand*/) { ++strands; });
}

void CirculationNetwork::Follow(Strand* strand) const {
  Flow growth = strand->capacity - strand->amount;
  while (strand->head >= kWithin) {
    const CirculationEdge& edge = edges[strand->head - kWithin];
    strand->amount = std::min(strand->amount, edge.amount);
    growth = std::min(growth, edge.capacity - edge.amount);
    strand->head = place_[edge.head];
    ++strand->length;
  }
  strand->capacity = strand->amount + growth;
}

}  // namespace geo::graph
