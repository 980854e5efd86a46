// Paths, exact maximum flows and minimum cuts in a ResidualGraph.
//
// A Search is a workspace: it answers one query after another and keeps its memory between them. A
// query is a small conversation. Begin names source and target; FindPath and Push take single paths
// one by one; Maximize adds whatever is missing by exact maximum flow, re-routing earlier paths
// where that makes room; DecomposeFlow (geo/graph/decompose.h) turns the flow into paths;
// MinimumCut says why there is no more. Each step may be left out.
//
// Searches run from both ends at once and always enlarge the side with the smaller frontier, so
// that in networks with hubs they look at a small part of the graph (Bläsius, Friedrich, Weyand,
// "Efficiently computing maximum flows in scale-free networks", ESA 2021). Nodes on a flow get
// private copies of their arcs in the workspace; the graph itself is only read.
//
// Results depend on the graph's content and the calls made, on nothing else. Work is counted in
// arcs looked at, the same on every machine.
//
// Threads: one Search per thread; many may read one graph while nobody changes it. A change of the
// graph ends the query: Begin again.
#ifndef GEO_GRAPH_SEARCH_H_
#define GEO_GRAPH_SEARCH_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <vector>

#include "geo/base/status.h"
#include "geo/graph/residual_graph.h"

namespace geo::graph {

// For limits on hops and on work: none.
inline constexpr std::uint32_t kNoHopLimit = std::numeric_limits<std::uint32_t>::max();
inline constexpr std::uint64_t kNoWorkLimit = std::numeric_limits<std::uint64_t>::max();

// What a query makes of the conditions on arcs: forbidding ends, and capacities below `relaxed`.
enum class Conditions : std::uint8_t {
  kApply = 0,
  kIgnoredAtEnds = 1,  // none on the arcs of source and target
  kIgnored = 2,        // none anywhere: see ResidualGraph::CapacityFor. Slower.
};

struct Query {
  NodeIndex source = kNoNode;
  NodeIndex target = kNoNode;

  // Nodes that no path or flow may pass; source and target are exempt. Nodes that the graph does
  // not have count for nothing, here and in `allowed`.
  std::vector<NodeIndex> excluded = {};
  // When present, only these nodes, source and target may take part.
  std::optional<std::vector<NodeIndex>> allowed = {};

  // Whether to ask what would be if arcs had no conditions.
  Conditions conditions = Conditions::kApply;

  // Searches end with kWorkLimit as soon as this many arcs have been looked at since Begin. What
  // one node has (its degree) is always looked at to the end.
  std::uint64_t work_limit = kNoWorkLimit;
  // When set, asked about every 10,000 arcs; true ends the search with kWorkLimit. With it results
  // depend on more than the graph.
  std::function<bool()> stop = {};
};

enum class Outcome : std::uint8_t {
  kFound = 0,      // the path; the amount of flow asked for
  kExhausted = 1,  // there is no (more) path at all: proven
  kHopLimit = 2,   // none within the hop limit; there may be longer ones
  kWorkLimit = 3,  // the work limit or `stop` ended the search: nothing is known
};

// A simple path from source to target.
struct Path {
  std::vector<NodeIndex> nodes = {};  // hops + 1
  std::vector<EdgeIndex> edges = {};  // hops; edges[i] joins nodes[i] and nodes[i + 1]
  Flow amount = 0;  // found: the least residual capacity on it; decomposed: its flow

  std::uint32_t hops() const { return static_cast<std::uint32_t>(edges.size()); }
  friend bool operator==(const Path&, const Path&) = default;
};

// Net flow on one edge, in the direction it goes.
struct FlowArc {
  NodeIndex tail = kNoNode;
  NodeIndex head = kNoNode;
  EdgeIndex edge = kNoEdge;
  Flow amount = 0;  // positive
  friend bool operator==(const FlowArc&, const FlowArc&) = default;
};

// An arc of a minimum cut and what it carries in this query.
struct CutArc {
  NodeIndex tail = kNoNode;
  NodeIndex head = kNoNode;
  EdgeIndex edge = kNoEdge;
  Flow capacity = 0;
  friend bool operator==(const CutArc&, const CutArc&) = default;
};

class Search {
 public:
  Search();
  ~Search();
  Search(Search&&) noexcept;
  Search& operator=(Search&&) noexcept;

  // Starts a query on `graph`, which must outlive it unchanged, and forgets the one before.
  // O(size of the previous query), plus O(nodes / 16) when `allowed` is given, plus O(degree of
  // source and target) when they forbid arcs to others; the first call on a larger graph grows the
  // workspace to about 24 bytes per node and 8 per edge.
  // Errors: InvalidArgument (a node that does not exist or is disabled as source or target, or
  // source = target): then there is no query, and until a Begin succeeds nothing else may be
  // called.
  Status Begin(const ResidualGraph& graph, const Query& query);

  // --- Less to search in. Both kinds last until Begin, or until included again. ---

  // No new flow over the arc of `edge`, which exists, that leaves `tail`. O(log degree + arcs
  // excluded); first use per node O(degree). Meant for few: wherever an exact capacity is read all
  // of them are looked through.
  void ExcludeArc(EdgeIndex edge, NodeIndex tail);
  void IncludeArc(EdgeIndex edge, NodeIndex tail);
  // No path through `node`. O(1). Source and target are ignored.
  void ExcludeNode(NodeIndex node);
  // Takes that back, and Query::excluded, not Query::allowed. O(nodes excluded).
  void IncludeNode(NodeIndex node);
  // Whether no path may pass `node` now, by Query or by ExcludeNode. O(1).
  bool Excluded(NodeIndex node) const;

  // --- Single paths. ---

  // Finds a path of fewest hops, at most `max_hops`, on which every arc still carries at least
  // `threshold`, 0 or more, and writes it to `*path`. What pushed paths use is taken off, and pairs
  // that carry flow are not used against it. Threshold 0 asks whether there is a path whatever the
  // capacities (absent arcs excepted). Among paths of equal length the choice is fixed by node
  // indices. Worst case O(arcs); typically far less.
  Outcome FindPath(Flow threshold, std::uint32_t max_hops, Path* path);

  // Adds `amount` along `path`, which FindPath found or which DecomposeFlow made, and which must
  // have room for it; value() must stay within kMaxAmount. O(hops · log degree); first use of a
  // node O(degree).
  void Push(const Path& path, Flow amount);

  // --- Flow. ---

  // Enlarges the flow until its value is `limit` (kFound) or maximal (kExhausted). Paths are
  // augmented in order of length, and the search ends with kHopLimit when the next augmenting path
  // is longer than `max_hops`. Earlier flow is re-routed freely, so a path that DecomposeFlow finds
  // later may be longer than any augmenting path.
  //
  // With a `quantum` (1 or more) above 1 flow moves in multiples of it only, over arcs that still
  // carry one; kExhausted then speaks of such flow alone, and the value may pass `limit` by less
  // than one quantum. A `limit` above kMaxAmount − quantum + 1 is taken for that, so that no value
  // passes kMaxAmount. A flow of k quanta decomposes into at most k paths.
  //
  // Dinic's algorithm with level searches from both ends: O(nodes² · arcs) at worst.
  Outcome Maximize(Flow limit, std::uint32_t max_hops = kNoHopLimit, Flow quantum = 1);

  // What leaves the source now.
  Flow value() const;

  // The net flow, ascending by edge. May contain cycles after Maximize. O(edges with flow · log).
  std::vector<FlowArc> FlowArcs() const;

  // Takes all flow back; exclusions stay. O(edges with flow).
  void ClearFlow();

  // Right after Maximize returned kExhausted at quantum 1: the existing arcs from the source's side
  // to the target's side of a minimum cut, those of capacity 0 included, ascending by tail and
  // head. Their capacities add up to value() if nothing was excluded by arc. O(arcs of the smaller
  // searched side). `*unconditional`, if given, becomes what that cut would let through if no arc
  // had conditions.
  std::vector<CutArc> MinimumCut(AmountSum* unconditional = nullptr);

  // --- Accounts. ---

  // Arcs looked at since Begin.
  std::uint64_t work() const;
  // Adds work that the caller did on behalf of the query, so that one limit covers both.
  void AddWork(std::uint64_t arcs);
  // Whether the limit is used up or `stop` has said so.
  bool out_of_work();

  // What an arc still carries under the flow pushed so far: kAbsent or an amount. O(1), or O(arcs
  // excluded) when there are some.
  Flow Residual(EdgeIndex edge, NodeIndex tail) const;

  // Bytes that the workspace holds.
  std::size_t MemoryBytes() const;

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace geo::graph

#endif  // GEO_GRAPH_SEARCH_H_
