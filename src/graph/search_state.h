// The inside of Search. Four files: search_state.cc (query, residual capacities), path_search.cc
// (single paths), max_flow.cc (flow and cut), search.cc (the public face).
#ifndef GEO_SRC_GRAPH_SEARCH_STATE_H_
#define GEO_SRC_GRAPH_SEARCH_STATE_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "geo/graph/search.h"
#include "src/base/prefetch.h"
#include "src/graph/capacity_code.h"
#include "src/graph/graph_access.h"

namespace geo::graph {

class Search::State {
 public:
  Status Begin(const ResidualGraph& graph, const Query& query);
  void ExcludeArc(EdgeIndex edge, NodeIndex tail);
  void IncludeArc(EdgeIndex edge, NodeIndex tail);
  void ExcludeNode(NodeIndex node);
  void IncludeNode(NodeIndex node);
  bool Excluded(NodeIndex node) const { return VisitedBits(node) == kClosed; }

  Outcome FindPath(Flow threshold, std::uint32_t max_hops, Path* path);
  void Push(const Path& path, Flow amount);
  Outcome Maximize(Flow limit, std::uint32_t max_hops, Flow quantum);
  Flow value() const { return value_; }
  std::vector<FlowArc> FlowArcs() const;
  void ClearFlow();
  std::vector<CutArc> MinimumCut(AmountSum* unconditional);

  std::uint64_t work() const { return work_; }
  void AddWork(std::uint64_t arcs) { work_ += arcs; }
  bool OutOfWork() { return work_ >= next_check_ && AskWhetherToStop(); }
  Flow Residual(EdgeIndex edge, NodeIndex tail) const;
  std::size_t MemoryBytes() const;

 private:
  using HotArc = GraphAccess::HotArc;

  // The two ends of a search. Side 0 grows from the source along arcs, side 1 from the target
  // against them.
  static constexpr int kFromSource = 0;
  static constexpr int kFromTarget = 1;

  // A node and the position of the one that discovered it, in one word, which is written at once.
  class Discovery {
   public:
    Discovery() = default;
    Discovery(NodeIndex node, std::uint32_t parent)
        : word_(std::uint64_t{parent} << kNodeBits | node) {}

    NodeIndex node() const { return static_cast<NodeIndex>(word_); }
    std::uint32_t parent() const { return static_cast<std::uint32_t>(word_ >> kNodeBits); }

   private:
    static constexpr int kNodeBits = 32;
    std::uint64_t word_ = 0;
  };

  // What one side has discovered, level by level.
  struct Side {
    std::vector<Discovery> found;        // in order of discovery; [0] is the root
    std::vector<std::uint32_t> cursors;  // Maximize: the next arc to try towards the root
    std::vector<std::uint32_t> levels;   // where each level begins
    std::uint32_t count = 0;             // nodes discovered; the vectors have room for more

    NodeIndex node(std::uint32_t position) const { return found[position].node(); }
    std::uint32_t parent(std::uint32_t position) const { return found[position].parent(); }
    std::uint32_t level_begin() const { return levels.back(); }
    std::uint32_t level_size() const { return count - levels.back(); }
    std::uint32_t depth() const { return static_cast<std::uint32_t>(levels.size() - 1); }
    void Reserve(std::uint32_t more) {
      if (std::size_t{count} + more > found.size()) Grow(more);
    }
    void Grow(std::uint32_t more);
  };

  // Where the two sides touch: a node at a position of the side that was growing, a node that the
  // other side knows, and the edge between them.
  struct Meeting {
    int side = kFromSource;
    std::uint32_t position = 0;
    NodeIndex other = kNoNode;
    EdgeIndex edge = kNoEdge;
  };

  struct ArcKey {
    EdgeIndex edge;
    NodeIndex tail;
    friend bool operator==(const ArcKey&, const ArcKey&) = default;
  };

  // One arc of an augmenting path, in the direction of flow.
  struct Step {
    NodeIndex tail;
    NodeIndex head;
    EdgeIndex edge;
  };

  // --- search_state.cc ---
  bool AskWhetherToStop();
  void EndQuery();
  void GrowWorkspace();
  void CloseAllBut(const std::vector<NodeIndex>& allowed);
  Flow BaseCapacity(EdgeIndex edge, NodeIndex tail) const;
  Flow FlowFrom(EdgeIndex edge, NodeIndex tail) const;
  bool HasCopy(NodeIndex node) const { return (copied_[node >> 5] >> (node & 31) & 1) != 0; }
  void CopyArcs(NodeIndex node);
  void WriteDiffering(NodeIndex node);
  void CompleteCopies();
  bool ignores_all() const { return conditions_ == Conditions::kIgnored; }
  bool IgnoresOn(EdgeIndex edge) const;
  // The arcs of `node` with the flow and what is excluded; valid until the next CopyArcs. When all
  // conditions are ignored, those that a condition is on may carry more than they say.
  const HotArc* KnownArcs(NodeIndex node) const {
    return HasCopy(node) ? copies_.data() + copy_offset_[node] : GraphAccess::Arcs(*graph_, node);
  }
  // The same as this query sees them, after CompleteCopies if it ignores all conditions.
  const HotArc* ArcsOf(NodeIndex node) {
    if (ignores_all() && !HasCopy(node) && graph_->relaxed(node)) CopyArcs(node);
    return KnownArcs(node);
  }
  void RefreshEdge(EdgeIndex edge);
  void AddFlow(EdgeIndex edge, NodeIndex tail, Flow amount);
  void AllowCancelling(bool allow);

  // --- Shared by both kinds of search ---
  static constexpr std::uint32_t kNoCode = 0x10000;      // codes have 16 bits
  static constexpr std::uint32_t kCachedEdges = 65'536;  // a graph of so many is 4 MB
  static constexpr std::uint32_t kArcsPerLine = 8;       // of the processor's caches
  static constexpr std::uint32_t kFetchNode = 16;
  static constexpr std::uint32_t kFetchArcs = 8;
  std::uint32_t VisitedBits(NodeIndex node) const { return visited_[node]; }
  static constexpr std::uint8_t kClosed = 3;  // to both sides
  static constexpr std::uint32_t BitOf(int side) { return side == kFromSource ? 1 : 2; }
  void Visit(NodeIndex node, int side) {
    visited_[node] = static_cast<std::uint8_t>(visited_[node] | BitOf(side));
  }
  void Unvisit(NodeIndex node) { visited_[node] = 0; }
  void StartSearch();
  void EndSearch();
  // Ends a search however it is left, want of memory included: what it marked would mislead others.
  struct Ending {
    State& state;
    ~Ending() { state.EndSearch(); }
  };
  int NextSide() const;
  // Fetches what lies behind a node that is expanded soon. Its block is two dependent loads away:
  // first where it is, then the block. A graph that fits into the processor's caches needs none.
  void PrefetchAhead(const Side& side, std::uint32_t position) const {
    if (!fetches_) return;
    // Beyond the end stand nodes of earlier searches in a graph no larger, or zeros: a wasted
    // fetch, but a valid one.
    PrefetchMemory(GraphAccess::Header(*graph_, side.node(position + kFetchNode)));
    PrefetchArcs(side.node(position + kFetchArcs));
  }
  // The first nodes of a level, which nobody could fetch ahead of.
  void PrefetchLevel(const Side& side, std::uint32_t begin, std::uint32_t end) const {
    if (!fetches_) return;
    const std::uint32_t nodes = std::min(end, begin + kFetchNode);
    for (std::uint32_t i = begin; i < nodes; ++i) {
      PrefetchMemory(GraphAccess::Header(*graph_, side.node(i)));
    }
    const std::uint32_t blocks = std::min(end, begin + kFetchArcs);
    for (std::uint32_t i = begin; i < blocks; ++i) PrefetchArcs(side.node(i));
  }
  // As many arcs as processors do not fetch by themselves when the first are read.
  void PrefetchArcs(NodeIndex node) const {
    const HotArc* arcs = GraphAccess::Arcs(*graph_, node);
    PrefetchMemory(arcs);
    PrefetchMemory(arcs + kArcsPerLine);
    if (graph_->degree(node) <= 2 * kArcsPerLine) return;
    PrefetchMemory(arcs + 2 * kArcsPerLine);
    PrefetchMemory(arcs + 3 * kArcsPerLine);
    PrefetchMemory(arcs + 4 * kArcsPerLine);
  }
  static std::uint16_t CodeFrom(int side, const HotArc& arc) {
    return side == kFromSource ? arc.out : arc.in;
  }

  // Looks at the arcs of the node at `position` and discovers the nodes behind those that carry
  // `threshold`. Stops at the first that the other side knows and returns its slot; the degree when
  // there is none.
  template <int kSide>
  std::uint32_t Expand(std::uint32_t position, CodeRange codes, Flow threshold);
  // Whether the arc at `slot` of `node`, as `side` goes over it, carries `threshold`.
  bool Carries(int side, NodeIndex node, std::uint32_t slot, Flow threshold) const;
  // Whether `arc`, which stands there, does: exact amounts are read only if its code is in doubt.
  template <int kSide>
  bool IsOpen(const HotArc& arc, CodeRange codes, NodeIndex node, std::uint32_t slot,
              Flow threshold) const {
    const std::uint16_t code = CodeFrom(kSide, arc);
    return code >= codes.certain ||
           (code >= codes.possible && Carries(kSide, node, slot, threshold));
  }
  template <int kSide>
  std::uint32_t ScanArcs(const HotArc* arcs, std::uint32_t slot, std::uint32_t degree,
                         std::uint32_t position, CodeRange codes);
  template <int kSide>
  void Discover(NodeIndex node, std::uint32_t parent) {
    Visit(node, kSide);
    Side& side = sides_[kSide];
    side.found[side.count++] = Discovery(node, parent);
  }
  template <int kSide>
  std::uint32_t ScanRelaxed(std::uint32_t position, CodeRange codes, Flow threshold);

  // --- path_search.cc ---
  template <int kSide>
  bool IsCrossingLikely(std::uint32_t begin, std::uint32_t end) const;
  template <int kSide>
  bool FindCrossing(std::uint32_t begin, std::uint32_t end, CodeRange codes, Flow threshold,
                    Meeting* meeting);
  template <int kSide>
  bool GrowForPath(CodeRange codes, Flow threshold, Meeting* meeting);
  void BuildPath(const Meeting& meeting, Path* path) const;
  void Trace(const Side& side, std::uint32_t position, Path* path) const;
  std::uint32_t PositionOnLastLevel(const Side& side, NodeIndex node) const;

  // --- max_flow.cc ---
  Outcome RunPhase(Flow* missing, std::uint32_t max_hops);
  template <int kSide>
  bool GrowForFlow(Flow* missing);
  template <int kSide>
  std::uint32_t NextCrossing(NodeIndex node, std::uint32_t slot);
  template <int kSide>
  void CrossFrom(std::uint32_t position, std::uint32_t slot, Flow* missing);
  template <int kSide>
  void AugmentThrough(std::uint32_t position, NodeIndex other, EdgeIndex edge, Flow* missing);
  template <int kSide>
  bool Climb(std::uint32_t position, std::uint32_t level);
  template <int kSide>
  std::uint32_t ParentOf(std::uint32_t position, std::uint32_t level, std::uint32_t* slot);
  template <int kSide>
  bool CanStep(NodeIndex node, std::uint32_t slot, std::uint32_t level);
  std::uint32_t LivePosition(const Side& side, NodeIndex node, std::uint32_t level) const;

  // The query.
  const ResidualGraph* graph_ = nullptr;
  NodeIndex source_ = kNoNode;
  NodeIndex target_ = kNoNode;
  Conditions conditions_ = Conditions::kApply;
  bool fetches_ = false;     // whether searches fetch memory ahead
  bool all_closed_ = false;  // `allowed` was given: visited_ began full
  std::vector<NodeIndex> closed_;
  std::vector<ArcKey> excluded_arcs_;
  std::uint64_t work_ = 0;
  std::uint64_t work_limit_ = kNoWorkLimit;
  std::uint64_t next_check_ = 0;  // the work at which to look whether to go on
  bool stopped_ = false;
  std::function<bool()> stop_;

  Flow quantum_ = 1;  // Maximize: what flow moves in
  CodeRange open_;    // and the codes of arcs that carry one

  // The flow, and private arcs of the nodes it touches.
  Flow value_ = 0;
  bool cancelling_ = false;            // whether arcs against the flow are open
  LargeVector<Flow> flow_;             // per edge, from its smaller to its larger end
  std::vector<EdgeIndex> flow_edges_;  // may repeat an edge and name edges without flow
  LargeVector<std::uint32_t> copied_;  // a bit per node: has private arcs
  std::vector<NodeIndex> copied_nodes_;
  LargeVector<std::uint32_t> copy_offset_;  // per node, valid when copied
  std::vector<HotArc> copies_;
  bool copies_complete_ = false;  // all conditions ignored: private arcs say what they carry then

  // The search. What each node is: known to side 0 (1), to side 1 (2); closed (3). A byte each, as
  // picking bits out of words costs the search more than the memory does.
  LargeVector<std::uint8_t> visited_;
  std::size_t known_nodes_ = 0;          // all nodes that stand in the sides are below this
  LargeVector<std::uint32_t> position_;  // Maximize: per node, where its side holds it
  Side sides_[2];
  int exhausted_side_ = kFromSource;
  std::vector<Step> steps_;
  std::vector<std::uint32_t> climb_;
};

// Discovers what lies behind the arcs from `slot` on; stops at the first arc that wants a look: its
// code leaves open whether it carries the threshold, or the other side knows its head. Without
// branches that depend on the data, save those: whether a neighbour is new is as good as random.
// Without calls, so that all it works with stays in registers. This loop is what searches spend
// their time on.
template <int kSide>
[[gnu::noinline]] std::uint32_t Search::State::ScanArcs(const HotArc* arcs, std::uint32_t slot,
                                                        std::uint32_t degree,
                                                        std::uint32_t position, CodeRange codes) {
  constexpr std::uint32_t kMine = BitOf(kSide);
  constexpr std::uint32_t kOther = BitOf(1 - kSide);
  Side& side = sides_[kSide];
  Discovery* found = side.found.data();
  std::uint8_t* visited = visited_.data();
  const std::uint32_t possible = codes.possible;
  // The one code in doubt, if there is one.
  const std::uint32_t doubtful = codes.possible == codes.certain ? kNoCode : codes.possible;
  Discovery* next = found + side.count;
  const HotArc* arc = arcs + slot;
  for (const HotArc* end = arcs + degree; arc != end; ++arc) {
    const NodeIndex to = arc->to;
    const std::uint32_t code = CodeFrom(kSide, *arc);
    const std::uint32_t known = visited[to];
    // 0: nobody knows the neighbour; 1, 2, 3: as in visited_; 7: the arc is shut (a difference
    // below zero has its upper bits set).
    const std::uint32_t state = known | (code - possible) >> 29;
    if (code == doubtful || state == kOther) [[unlikely]]
      break;
    const std::uint32_t fresh = (state - 1) >> 31;  // state == 0
    visited[to] = static_cast<std::uint8_t>(known | fresh * kMine);
    *next = Discovery(to, position);
    next += fresh;
  }
  side.count = static_cast<std::uint32_t>(next - found);
  return static_cast<std::uint32_t>(arc - arcs);
}

template <int kSide>
std::uint32_t Search::State::Expand(std::uint32_t position, CodeRange codes, Flow threshold) {
  Side& side = sides_[kSide];
  PrefetchAhead(side, position);
  const NodeIndex node = side.node(position);
  const std::uint32_t degree = graph_->degree(node);
  side.Reserve(degree + kFetchNode + 1);
  work_ += degree;
  if (ignores_all()) [[unlikely]] {
    return ScanRelaxed<kSide>(position, codes, threshold);
  }
  const HotArc* arcs = KnownArcs(node);
  std::uint32_t slot = ScanArcs<kSide>(arcs, 0, degree, position, codes);
  while (slot < degree) {
    const NodeIndex to = arcs[slot].to;
    const std::uint32_t known = VisitedBits(to);
    const bool mine = (known & BitOf(kSide)) != 0;
    if (!mine && IsOpen<kSide>(arcs[slot], codes, node, slot, threshold)) {
      if (known != 0) break;
      Discover<kSide>(to, position);
    }
    slot = ScanArcs<kSide>(arcs, slot + 1, degree, position, codes);
  }
  return slot;
}

// The same when all conditions are ignored. What an arc then carries is read only where a condition
// is on it, its code is too low, and it leads to somebody new.
template <int kSide>
std::uint32_t Search::State::ScanRelaxed(std::uint32_t position, CodeRange codes, Flow threshold) {
  Side& side = sides_[kSide];
  const NodeIndex node = side.node(position);
  const HotArc* arcs = KnownArcs(node);
  const std::uint32_t degree = graph_->degree(node);
  for (std::uint32_t slot = 0; slot < degree; ++slot) {
    const NodeIndex to = arcs[slot].to;
    const std::uint32_t known = VisitedBits(to);
    if ((known & BitOf(kSide)) != 0) continue;  // closed ones have both bits
    const std::uint16_t code = CodeFrom(kSide, arcs[slot]);
    if (code < codes.certain) {
      const bool doubtful =
          code >= codes.possible || GraphAccess::Differs(*graph_, node, slot, true);
      if (!doubtful || !Carries(kSide, node, slot, threshold)) continue;
    }
    if (known != 0) return slot;
    Discover<kSide>(to, position);
  }
  return degree;
}

}  // namespace geo::graph

#endif  // GEO_SRC_GRAPH_SEARCH_STATE_H_
