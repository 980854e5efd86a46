// Cycles: the shortest through one edge, all of them, and the cycles that a circulation consists
// of.
#ifndef GEO_GRAPH_CYCLES_H_
#define GEO_GRAPH_CYCLES_H_

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "geo/base/status.h"
#include "geo/graph/circulation.h"
#include "geo/graph/residual_graph.h"
#include "geo/graph/search.h"

namespace geo::graph {

// A cycle has at least two nodes. Longest ones that searches look for, in nodes.
inline constexpr std::uint32_t kMaxCycleLength = 64;

// A simple cycle: an edge leads from each node to the next and from the last to the first; edges[i]
// is the one that leaves nodes[i].
struct Cycle {
  std::vector<NodeIndex> nodes = {};
  std::vector<EdgeIndex> edges = {};
  Flow amount = 0;  // found: the least capacity on it; decomposed: its part of the circulation

  std::uint32_t length() const { return static_cast<std::uint32_t>(nodes.size()); }
  friend bool operator==(const Cycle&, const Cycle&) = default;
};

// Which cycles a CycleSearch takes.
struct CycleQuery {
  std::uint32_t max_length = 4;  // nodes, 2–kMaxCycleLength
  Flow min_amount = 1;           // every edge can carry this, ≥ 1
  // The search ends with kWorkLimit after this many arcs: nothing is then known.
  std::uint64_t work_limit = kNoWorkLimit;
};

// Finds cycles through a given edge of a ResidualGraph whose arcs are plain (PlainArc; see
// geo/graph/residual_graph.h): searches from both ends of the edge at once and enlarges the cheaper
// side, so that a hub next to the edge costs little. A workspace; answers depend on the graph and
// the query only. One CycleSearch per thread; many may read one graph while nobody changes it.
class CycleSearch {
 public:
  CycleSearch();
  ~CycleSearch();
  CycleSearch(CycleSearch&&) noexcept;
  CycleSearch& operator=(CycleSearch&&) noexcept;

  // The shortest cycle through the arc tail→head; which one among several follows from the graph
  // alone. kFound fills `*cycle`, tail first. kHopLimit: there is none within max_length.
  // kExhausted: there is none because no such arc carries min_amount. kWorkLimit: unknown.
  // Precondition: nodes of the graph, a query within its ranges. O(work), 8 bytes per node kept.
  Outcome FindShortest(const ResidualGraph& graph, NodeIndex tail, NodeIndex head,
                       const CycleQuery& query, Cycle* cycle);

  // Arcs looked at by the last FindShortest.
  std::uint64_t work() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

struct CycleList {
  std::vector<Cycle> cycles;  // each begins with its smallest node; ascending by nodes
  bool complete = true;       // false: there are more than asked for, or the work limit was reached
};

// All simple cycles of 3…max_length nodes in a graph of plain arcs, as they are now (taking one
// away may take others with it): at most `max_cycles` of them. Exponential in the length where the
// graph is dense. Precondition: the query is within its ranges; its work limit counts arcs.
CycleList ListCycles(const ResidualGraph& graph, const CycleQuery& query, std::size_t max_cycles);

struct DecomposeOptions {
  // Longest cycles wanted. With a limit the shortest are taken first, as long as there are any; the
  // rest of the circulation, which only longer ones make up, is left out. Finding the split that
  // leaves the least is NP-hard.
  std::uint32_t max_length = 0;  // 0: any length; else 2–kMaxCycleLength
};

// Splits `removed` (of a Circulation over `edges`) into simple cycles whose amounts never exceed
// what was removed from any edge. Where an edge carries more afterwards, the cycle runs against it.
// `edges` of a cycle are positions in `edges`. Without a limit the cycles are the whole of it, at
// most as many as edges, in O(nodes + edges · longest cycle); with one a search for each cycle, and
// for each length one for each node. Errors: InvalidArgument (edges out of range, not a
// circulation, options out of range), TooLarge (as MaximumCirculation).
StatusOr<std::vector<Cycle>> DecomposeCirculation(NodeIndex nodes,
                                                  std::span<const CirculationEdge> edges,
                                                  std::span<const Flow> removed,
                                                  const DecomposeOptions& options = {});

}  // namespace geo::graph

#endif  // GEO_GRAPH_CYCLES_H_
