// The most volume that can be taken off a network's edges with every node's balance unchanged.
//
// Every edge carries an amount. A circulation takes `removed` off each edge, such that at every
// node as much is taken off incoming as off outgoing edges. The largest Σ removed is wanted: debts
// cleared in cycles are the case in point (spec 01 §7.4). It is a minimum-cost flow with unit
// costs: what stays carries every node's surplus to nodes with a deficit in the fewest hop-units.
//
// Proof. Integers, one per node, called tiers, prove an upper bound: for d = tier(head) −
// tier(tail), no circulation removes more than
//
//   Σ amount · (1 − d)                                   over edges with d ≤ 1
//   Σ (capacity − amount) · (d − 1)                      over edges with d > 1
//
// because Σ removed · d = 0 for every circulation. At the optimum the two are equal, so a vector of
// small integers proves optimality in one pass (N. Tatti, "Tiers for peers", arXiv 1903.02999, for
// capacity = amount). Every answer carries tiers; CheckCirculation needs nothing else.
//
// Engines. Chains, between whose ends nobody has another edge, are solved as one edge where they
// are many. Tiered preflow moves surplus by push–relabel along shortest ways by cost and then by
// arcs, and raises tiers by a search from all deficits at once, as often as needed: some dozens of
// times, less in networks where everybody is near everybody. When that gets slow, it moves deficits
// backwards instead, and so on in turn. Where it does not get on, a network simplex continues from
// the flow and the tiers reached so far. In small networks and in long and wide ones (plane
// lattices) that is first, and preflow where it does not get on. docs/circulation.md says more.
//
// Pure functions of their arguments; any number of threads may call them.
#ifndef GEO_GRAPH_CIRCULATION_H_
#define GEO_GRAPH_CIRCULATION_H_

#include <cstdint>
#include <span>
#include <vector>

#include "geo/base/amount.h"
#include "geo/base/status.h"
#include "geo/graph/residual_graph.h"
#include "geo/graph/search.h"

namespace geo::graph {

// A directed edge; tail and head differ. Several edges may join the same nodes.
struct CirculationEdge {
  NodeIndex tail = kNoNode;
  NodeIndex head = kNoNode;
  Flow amount = 0;    // what it carries now, 0…capacity
  Flow capacity = 0;  // what it may carry afterwards, at most; `amount`: it may only lose
  friend bool operator==(const CirculationEdge&, const CirculationEdge&) = default;
};

enum class CirculationEngine : std::uint8_t {
  kAutomatic = 0,       // the simplex where it is faster, else tiered preflow
  kTieredPreflow = 1,   // to the end, however many searches it takes
  kNetworkSimplex = 2,  // from the start
};

inline constexpr std::uint32_t kWholeInPpm = 1'000'000;

struct CirculationOptions {
  CirculationEngine engine = CirculationEngine::kAutomatic;
  // Ends early, with a valid circulation and a proven gap: when about this many arcs have been
  // looked at (a search with its moves, or 1,000 pivots, are finished first, and what waits then is
  // brought to where it is missing: some dozens of arcs per edge in long networks) …
  std::uint64_t work_limit = kNoWorkLimit;
  // … or when this share of the optimum, in millionths, is expected to be reached. The share that
  // is proven, volume / upper_bound, may turn out a little less or more. Pays in networks of some
  // 100,000 edges; in small ones the optimum takes no longer. kNetworkSimplex, which knows nothing
  // in between, goes to the end.
  std::uint32_t enough_ppm = kWholeInPpm;
};

struct Circulation {
  std::vector<Flow> removed;  // per edge, amount − capacity … amount; negative: it carries more
  AmountSum volume = 0;       // Σ removed, never negative
  AmountSum upper_bound = 0;  // what the tiers prove: no circulation has more volume
  std::vector<std::int32_t> tiers;  // per node
  std::uint64_t work = 0;           // arcs looked at, the same on every machine
  bool optimal() const { return volume == upper_bound; }
};

// A circulation of the largest volume, or the best found when `options` end the search early. Same
// arguments, same answer. Sums at a node may exceed the range of Flow. Needs about 26 bytes per
// edge and 42 per node beside the input, or 32 and 16 if that is more, the answer included; 8 per
// edge more when a capacity is 2^32 or more. Far less where debts come in chains. Errors:
// InvalidArgument (a node out of range, tail = head, amount or capacity out of range, enough_ppm
// above kWholeInPpm), TooLarge (more than kMaxEdges edges or kMaxNodes nodes).
//
// Complexity: O(edges · searches) in practice for tiered preflow, pivots · √edges for the simplex,
// which kAutomatic ends after some three pivots per edge where there are 64,000 or more.
StatusOr<Circulation> MaximumCirculation(NodeIndex nodes, std::span<const CirculationEdge> edges,
                                         const CirculationOptions& options = {});

// Whether `circulation` is one, has the volume that it says, and its tiers prove the bound that it
// says. Trusts nothing, shares no code with the engines. ok, or InvariantViolated naming the first
// thing that is wrong; InvalidArgument when the edges themselves are out of range, TooLarge when
// there are more of them, or of nodes, than MaximumCirculation takes. O(edges + nodes).
Status CheckCirculation(NodeIndex nodes, std::span<const CirculationEdge> edges,
                        const Circulation& circulation);

}  // namespace geo::graph

#endif  // GEO_GRAPH_CIRCULATION_H_
