#include "geo/graph/circulation.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "src/base/status_macros.h"
#include "src/graph/check_edges.h"
#include "src/graph/circulation_network.h"
#include "src/graph/network_simplex.h"
#include "src/graph/tiered_preflow.h"

namespace geo::graph {
namespace {

// Searches after which the preflow must show progress, or the simplex takes over.
constexpr std::uint32_t kManySearches = 64;

constexpr std::uint64_t kSmall = 64'000;  // strands

// Where the simplex is faster from the start: in networks that are long and wide, as plane lattices
// are, and in small ones, the longer the larger. Where one way leads round it is not, however long.
bool SuitsSimplex(const CirculationNetwork& network) {
  constexpr std::uint64_t kShallow = 3;
  constexpr std::uint64_t kLongWay = 40;
  constexpr std::uint64_t kEdgesPerDepth = 1'200;
  const std::uint64_t depth = network.depth;
  if (depth <= kShallow || depth > network.nodes / 4) return false;
  if (depth > kLongWay && depth * depth > std::uint64_t{2} * network.nodes) return true;
  return network.strands < std::min(kSmall, kEdgesPerDepth * depth);
}

// Where the simplex suits large networks it takes up to two pivots per strand, each of which looks
// at √strands arcs; where it only seemed to, as in rings of narrow layers, many times as long as
// preflow. Small ones it ends soon in any case.
std::uint64_t ManyArcs(const CirculationNetwork& network) {
  if (network.strands < kSmall) return kNoWorkLimit;
  const double strands = network.strands;
  return static_cast<std::uint64_t>(3 * strands * std::sqrt(strands));
}

CirculationState RunSimplex(const CirculationNetwork& network, std::uint64_t work_limit) {
  CirculationState state;
  state.flow.assign(network.strands, 0);
  state.tiers.assign(network.nodes, 0);
  NetworkSimplex(network, work_limit, &state);
  return state;
}

CirculationState RunEngines(const CirculationNetwork& network, const CirculationOptions& options) {
  if (options.engine == CirculationEngine::kNetworkSimplex) {
    return RunSimplex(network, options.work_limit);
  }
  TieredPreflowOptions tiered;
  tiered.enough_ppm = options.enough_ppm;
  std::uint64_t spent = 0;
  if (options.engine == CirculationEngine::kAutomatic) {
    const bool exact = options.enough_ppm == kWholeInPpm;  // the simplex knows nothing in between
    if (exact && SuitsSimplex(network)) {
      const std::uint64_t many = ManyArcs(network);
      CirculationState state = RunSimplex(network, std::min(many, options.work_limit));
      if (state.optimal || options.work_limit <= many) return state;
      spent = state.work;
    } else {
      tiered.patience = kManySearches;
    }
  }
  tiered.work_limit = options.work_limit - std::min(options.work_limit, spent);
  CirculationState state = TieredPreflow(network, tiered);
  if (state.gave_up) NetworkSimplex(network, options.work_limit, &state);
  state.work += spent;
  return state;
}

CirculationState Solve(const CirculationNetwork& network, const CirculationOptions& options) {
  CirculationState state;
  if (network.strands == 0) {
    state.tiers.assign(network.nodes, 0);
    return state;
  }
  state = RunEngines(network, options);
  if (!state.balanced) BringHome(network, &state);
  return state;
}

// The tiers of the nodes within a strand, between those of its ends: one edge after the other leads
// up by one, but the one that proves the bound of all of them takes the rest, up or down. Calls
// `visit` with the nodes and their tiers.
template <typename Visit>
void ForEachWithin(const CirculationNetwork& network, const Strand& strand,
                   const std::vector<std::int32_t>& tiers, const Visit& visit) {
  const auto length = static_cast<std::int32_t>(strand.length);
  const std::int32_t tail = tiers[strand.tail];
  const std::int32_t head = tiers[strand.head];
  const bool is_steep = head - tail > length;
  bool is_past = false;  // the edge that takes the rest
  std::uint32_t edge = strand.first;
  for (std::int32_t i = 1; i < length; ++i, edge = network.Next(edge)) {
    const CirculationEdge& it = network.edges[edge];
    is_past = is_past || (is_steep ? it.capacity - it.amount == strand.capacity - strand.amount
                                   : it.amount == strand.amount);
    visit(it.head, is_past ? head - (length - i) : tail + i);
  }
}

// Of the tiers in a component.
struct Range {
  std::int32_t least = 0;
  std::int32_t most = 0;

  void Add(std::int32_t tier) {
    least = std::min(least, tier);
    most = std::max(most, tier);
  }
};

// One per group; nodes within strands may lie outside of what their ends span.
std::vector<Range> RangesOf(const CirculationNetwork& network,
                            const std::vector<std::int32_t>& tiers) {
  std::vector<Range> ranges(network.groups.size());
  std::vector<std::uint32_t> group_of(network.nodes);
  for (std::uint32_t group = 0; group < ranges.size(); ++group) {
    const NodeIndex first = network.groups[group].first;
    ranges[group] = {tiers[first], tiers[first]};
    for (NodeIndex node = first; node < network.EndOf(group); ++node) {
      group_of[node] = group;
      ranges[group].Add(tiers[node]);
    }
  }
  if (!network.has_chains()) return ranges;
  network.ForEachStrand([&](const Strand& strand) {
    Range& range = ranges[group_of[strand.tail]];
    ForEachWithin(network, strand, tiers,
                  [&](NodeIndex /*node*/, std::int32_t tier) { range.Add(tier); });
  });
  return ranges;
}

// Makes the tiers of each component lie wholly above those of the components before it, so that
// edges between components, which no circulation can use, count for nothing. Returns where each
// component begins; `tiers` are per number.
std::vector<std::int32_t> StackTiers(const CirculationNetwork& network,
                                     std::vector<std::int32_t>* tiers) {
  const std::vector<Range> ranges = RangesOf(network, *tiers);
  std::vector<std::int32_t> bases(network.components, 1);  // heights at first
  for (std::size_t group = 0; group < ranges.size(); ++group) {
    bases[network.groups[group].component] = ranges[group].most - ranges[group].least + 1;
  }
  std::int32_t sum = 0;
  for (std::int32_t& base : bases) base = std::exchange(sum, sum + base);
  for (std::uint32_t group = 0; group < ranges.size(); ++group) {
    const std::int32_t add = bases[network.groups[group].component] - ranges[group].least;
    for (NodeIndex node = network.groups[group].first; node < network.EndOf(group); ++node) {
      (*tiers)[node] += add;
    }
  }
  return bases;
}

std::vector<std::int32_t> TiersOfAll(const CirculationNetwork& network, std::size_t nodes,
                                     std::vector<std::int32_t>* tiers) {
  const std::vector<std::int32_t> bases = StackTiers(network, tiers);
  std::vector<std::int32_t> all(nodes);
  for (NodeIndex node = 0; node < nodes; ++node) {
    if (network.IsOutside(node)) all[node] = bases[network.ComponentOf(node)];
    if (network.HasNumber(node)) all[node] = (*tiers)[network.NumberOf(node)];
  }
  if (!network.has_chains()) return all;
  network.ForEachStrand([&](const Strand& strand) {
    ForEachWithin(network, strand, *tiers,
                  [&](NodeIndex node, std::int32_t tier) { all[node] = tier; });
  });
  return all;
}

// What `flow` leaves to be removed from each edge of each strand.
void Remove(const CirculationNetwork& network, const std::vector<Flow>& flow, Circulation* result) {
  std::size_t next = 0;
  network.ForEachStrand([&](const Strand& strand) {
    const Flow removed = strand.amount - (strand.closed() ? 0 : flow[next++]);
    std::uint32_t edge = strand.first;
    result->removed[edge] = removed;
    for (std::uint32_t i = 1; i < strand.length; ++i) {
      edge = network.Next(edge);
      result->removed[edge] = removed;
    }
    result->volume += AmountSum{removed} * strand.length;
  });
}

// What brings surplus home after an early end looks at ways, not at what they add: where edges may
// grow, that may come to more than is removed elsewhere. Removing nothing is better then.
void RemoveNothingInstead(Circulation* result) {
  std::fill(result->removed.begin(), result->removed.end(), 0);
  result->volume = 0;
}

// Edges between components prove nothing.
AmountSum BoundOf(const CirculationNetwork& network, const std::vector<std::int32_t>& tiers) {
  AmountSum bound = 0;
  network.ForEachEdge([&](std::uint32_t i) {
    const CirculationEdge& edge = network.edges[i];
    const std::int64_t d = std::int64_t{tiers[edge.head]} - tiers[edge.tail];
    if (d < 1) bound += AmountSum{edge.amount} * (1 - d);
    if (d > 1) bound += AmountSum{edge.capacity - edge.amount} * (d - 1);
  });
  return bound;
}

}  // namespace

StatusOr<Circulation> MaximumCirculation(NodeIndex nodes, std::span<const CirculationEdge> edges,
                                         const CirculationOptions& options) {
  GEO_RETURN_IF_ERROR(CheckEdges(nodes, edges));
  if (options.enough_ppm > kWholeInPpm) {
    return MakeError(
        ErrorCode::kInvalidArgument,
        "enough_ppm is " + std::to_string(options.enough_ppm) + "; the whole is 1000000");
  }
  const CirculationNetwork network(nodes, edges);
  CirculationState state = Solve(network, options);
  Circulation result;
  result.work = state.work + edges.size();
  result.tiers = TiersOfAll(network, nodes, &state.tiers);
  result.removed.resize(edges.size(), 0);
  Remove(network, state.flow, &result);
  if (result.volume < 0) RemoveNothingInstead(&result);
  result.upper_bound = BoundOf(network, result.tiers);
  return result;
}

}  // namespace geo::graph
