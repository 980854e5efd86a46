#include "geo/graph/circulation.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "src/base/status_macros.h"
#include "src/graph/check_edges.h"
#include "src/graph/circulation_network.h"
#include "src/graph/components.h"
#include "src/graph/network_simplex.h"
#include "src/graph/out_lists.h"
#include "src/graph/tiered_preflow.h"

namespace geo::graph {
namespace {

// Searches after which the preflow must show progress, or the simplex takes over.
constexpr std::uint32_t kManySearches = 64;

// Where the simplex is faster from the start: in networks that are long and wide, as plane lattices
// are, and in small ones, the longer the larger. Where one way leads round it is not, however long.
bool SuitsSimplex(const CirculationNetwork& network) {
  constexpr std::uint64_t kShallow = 3;
  constexpr std::uint64_t kLongWay = 40;
  constexpr std::uint64_t kEdgesPerDepth = 2'200;
  constexpr std::uint64_t kSmall = 64'000;
  const std::uint64_t depth = network.depth;
  if (depth <= kShallow || depth > network.nodes / 4) return false;
  if (depth > kLongWay && depth * depth > std::uint64_t{2} * network.nodes) return true;
  return network.inside < std::min(kSmall, kEdgesPerDepth * depth);
}

std::vector<std::uint32_t> SizesOf(const Components& components) {
  std::vector<std::uint32_t> sizes(components.count, 0);
  for (const std::uint32_t component : components.of) ++sizes[component];
  return sizes;
}

// Numbers what can be reached from `start` inside its component, level by level; returns the number
// of levels.
std::uint32_t NumberFrom(NodeIndex start, const OutLists& out, CirculationNetwork& network,
                         std::vector<NodeIndex>& queue) {
  queue.assign(1, start);
  network.number[start] = network.nodes++;
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
      const bool new_here =
          network.number[head] == kNoNode && network.component[head] == network.component[node];
      if (!new_here) continue;
      network.number[head] = network.nodes++;
      queue.push_back(head);
    }
  }
  return levels;
}

CirculationState RunEngines(const CirculationNetwork& network, const CirculationOptions& options) {
  const bool automatic = options.engine == CirculationEngine::kAutomatic;
  const bool exact = options.enough_ppm == kWholeInPpm;  // the simplex knows nothing in between
  const bool simplex_first = options.engine == CirculationEngine::kNetworkSimplex ||
                             (automatic && exact && SuitsSimplex(network));
  CirculationState state;
  if (simplex_first) {
    state.flow.assign(network.inside, 0);
    state.tiers.assign(network.nodes, 0);
    NetworkSimplex(network, options.work_limit, &state);
    return state;
  }
  TieredPreflowOptions tiered;
  tiered.work_limit = options.work_limit;
  tiered.enough_ppm = options.enough_ppm;
  if (automatic) tiered.patience = kManySearches;
  state = TieredPreflow(network, tiered);
  if (state.gave_up) NetworkSimplex(network, options.work_limit, &state);
  return state;
}

CirculationState Solve(const CirculationNetwork& network, const CirculationOptions& options) {
  if (network.nodes == 0) return {};
  CirculationState state = RunEngines(network, options);
  if (!state.balanced) BringHome(network, &state);
  return state;
}

// Tiers of all nodes: those of each component lie wholly above those of the components before it,
// so that edges between components, which no circulation can use, count for nothing.
std::vector<std::int32_t> StackTiers(const CirculationNetwork& network,
                                     const std::vector<std::int32_t>& local,
                                     std::uint32_t components) {
  struct Range {
    std::int32_t least = 0;
    std::int32_t most = 0;
    bool seen = false;
  };
  std::vector<Range> ranges(components);
  const auto tier_of = [&](std::size_t node) {
    return network.number[node] == kNoNode ? 0 : local[network.number[node]];
  };
  for (std::size_t node = 0; node < network.number.size(); ++node) {
    Range& range = ranges[network.component[node]];
    const std::int32_t tier = tier_of(node);
    range.least = range.seen ? std::min(range.least, tier) : tier;
    range.most = range.seen ? std::max(range.most, tier) : tier;
    range.seen = true;
  }
  std::int32_t base = 0;
  for (Range& range : ranges) {
    const std::int32_t height = range.most - range.least + 1;
    range.least = base - range.least;  // from now on what to add
    base += height;
  }
  std::vector<std::int32_t> tiers(network.number.size());
  for (std::size_t node = 0; node < tiers.size(); ++node) {
    tiers[node] = tier_of(node) + ranges[network.component[node]].least;
  }
  return tiers;
}

AmountSum BoundOf(std::span<const CirculationEdge> edges, const std::vector<std::int32_t>& tiers) {
  AmountSum bound = 0;
  for (const CirculationEdge& edge : edges) {
    const std::int64_t d = std::int64_t{tiers[edge.head]} - tiers[edge.tail];
    if (d < 1) bound += AmountSum{edge.amount} * (1 - d);
    if (d > 1) bound += AmountSum{edge.capacity - edge.amount} * (d - 1);
  }
  return bound;
}

}  // namespace

CirculationNetwork ReduceToComponents(NodeIndex nodes, std::span<const CirculationEdge> edges) {
  CirculationNetwork network;
  network.edges = edges;
  const OutLists out = ListOut(nodes, edges);
  Components components = FindComponents(nodes, out);
  const std::vector<std::uint32_t> sizes = SizesOf(components);
  network.components = components.count;
  network.component = std::move(components.of);
  network.number.assign(nodes, kNoNode);
  std::vector<NodeIndex> queue;
  for (NodeIndex node = 0; node < nodes; ++node) {
    if (sizes[network.component[node]] < 2 || network.number[node] != kNoNode) continue;
    network.depth = std::max(network.depth, NumberFrom(node, out, network, queue));
  }
  for (const CirculationEdge& edge : edges) network.inside += network.Inside(edge) ? 1 : 0;
  return network;
}

StatusOr<Circulation> MaximumCirculation(NodeIndex nodes, std::span<const CirculationEdge> edges,
                                         const CirculationOptions& options) {
  GEO_RETURN_IF_ERROR(CheckEdges(nodes, edges));
  if (options.enough_ppm > kWholeInPpm) {
    return MakeError(
        ErrorCode::kInvalidArgument,
        "enough_ppm is " + std::to_string(options.enough_ppm) + "; the whole is 1000000");
  }
  CirculationNetwork network = ReduceToComponents(nodes, edges);
  CirculationState state = Solve(network, options);
  Circulation result;
  result.work = state.work + edges.size();
  result.tiers = StackTiers(network, state.tiers, network.components);
  result.removed.resize(edges.size(), 0);
  std::size_t next = 0;
  for (std::size_t i = 0; i < edges.size(); ++i) {
    if (!network.Inside(edges[i])) continue;
    result.removed[i] = edges[i].amount - state.flow[next++];
    result.volume += result.removed[i];
  }
  result.upper_bound = BoundOf(edges, result.tiers);
  return result;
}

}  // namespace geo::graph
