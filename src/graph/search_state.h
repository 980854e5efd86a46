// The inside of Search. Four files: search_state.cc (query, residual capacities), path_search.cc
// (single paths), max_flow.cc (flow and cut), search.cc (the public face).
#ifndef GEO_SRC_GRAPH_SEARCH_STATE_H_
#define GEO_SRC_GRAPH_SEARCH_STATE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "geo/graph/search.h"
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
  bool Excluded(NodeIndex node) const { return VisitedBits(node) == 3; }

  Outcome FindPath(Flow threshold, std::uint32_t max_hops, Path* path);
  void Push(const Path& path, Flow amount);
  Outcome Maximize(Flow limit, std::uint32_t max_hops, Flow quantum);
  Flow value() const { return value_; }
  std::vector<FlowArc> FlowArcs() const;
  void ClearFlow();
  std::vector<CutArc> MinimumCut();

  std::uint64_t work() const { return work_; }
  void AddWork(std::uint64_t arcs) { work_ += arcs; }
  bool OutOfWork();
  Flow Residual(EdgeIndex edge, NodeIndex tail) const;
  std::size_t MemoryBytes() const;

 private:
  using HotArc = GraphAccess::HotArc;

  // The two ends of a search. Side 0 grows from the source along arcs, side 1 from the target
  // against them.
  static constexpr int kFromSource = 0;
  static constexpr int kFromTarget = 1;

  // What one side has discovered, level by level.
  struct Side {
    std::vector<NodeIndex> nodes;        // in order of discovery; [0] is the root
    std::vector<std::uint32_t> parents;  // position of the node that discovered it
    std::vector<std::uint32_t> cursors;  // Maximize: the next arc to try towards the root
    std::vector<std::uint32_t> levels;   // where each level begins
    std::uint32_t count = 0;             // nodes discovered; the vectors have room for more

    std::uint32_t level_begin() const { return levels.back(); }
    std::uint32_t level_size() const { return count - levels.back(); }
    std::uint32_t depth() const { return static_cast<std::uint32_t>(levels.size() - 1); }
    void Reserve(std::uint32_t more);
    void Add(NodeIndex node, std::uint32_t parent);
  };

  // Where the two sides touch: a node at a position of the side that was growing, and a node that
  // the other side knows.
  struct Meeting {
    int side = kFromSource;
    std::uint32_t position = 0;
    NodeIndex other = kNoNode;
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
  void EndQuery();
  void GrowWorkspace();
  void CloseAllBut(const std::vector<NodeIndex>& allowed);
  Flow BaseCapacity(EdgeIndex edge, NodeIndex tail) const;
  Flow FlowFrom(EdgeIndex edge, NodeIndex tail) const;
  bool HasCopy(NodeIndex node) const { return (copied_[node >> 5] >> (node & 31) & 1) != 0; }
  void CopyArcs(NodeIndex node);
  // The arcs of `node` as this query sees them; valid until the next CopyArcs.
  const HotArc* ArcsOf(NodeIndex node);
  void RefreshEdge(EdgeIndex edge);
  void AddFlow(EdgeIndex edge, NodeIndex tail, Flow amount);
  void AllowCancelling(bool allow);

  // --- Shared by both kinds of search ---
  static constexpr std::uint32_t kChunk = 64;
  std::uint32_t VisitedBits(NodeIndex node) const {
    return visited_[node >> 4] >> ((node & 15) * 2) & 3;
  }
  static constexpr std::uint32_t BitOf(int side) { return side == kFromSource ? 1 : 2; }
  void Visit(NodeIndex node, int side) { visited_[node >> 4] |= BitOf(side) << ((node & 15) * 2); }
  void Unvisit(NodeIndex node) { visited_[node >> 4] &= ~(3U << ((node & 15) * 2)); }
  void StartSearch();
  void EndSearch();
  int NextSide() const;
  void PrefetchAhead(const Side& side, std::uint32_t position) const;
  // Writes to `slots` which of `count` arcs have a code of at least `code` seen from `side`.
  template <int kSide>
  static std::uint32_t Filter(const HotArc* arcs, std::uint32_t count, std::uint16_t code,
                              std::uint32_t* slots);

  // --- path_search.cc ---
  template <int kSide, bool kCompareExact>
  bool GrowForPath(CodeRange codes, Flow threshold, Meeting* meeting);
  bool GrowForPath(int side, CodeRange codes, Flow threshold, Meeting* meeting);
  void BuildPath(const Meeting& meeting, Path* path) const;
  std::uint32_t PositionOnLastLevel(const Side& side, NodeIndex node) const;

  // --- max_flow.cc ---
  Outcome RunPhase(Flow* missing, std::uint32_t max_hops);
  template <int kSide>
  bool GrowForFlow(Flow* missing);
  template <int kSide>
  void Discover(NodeIndex node, std::uint32_t parent);
  template <int kSide>
  void AugmentThrough(std::uint32_t position, NodeIndex other, EdgeIndex edge, Flow* missing);
  template <int kSide>
  bool Climb(std::uint32_t position, std::uint32_t level);
  template <int kSide>
  std::uint32_t ParentOf(std::uint32_t position, std::uint32_t level);
  template <int kSide>
  bool CanStep(NodeIndex node, NodeIndex parent, EdgeIndex edge) const;
  std::uint32_t LivePosition(const Side& side, NodeIndex node, std::uint32_t level) const;

  // The query.
  const ResidualGraph* graph_ = nullptr;
  NodeIndex source_ = kNoNode;
  NodeIndex target_ = kNoNode;
  bool ignore_conditions_ = false;
  bool all_closed_ = false;  // `allowed` was given: visited_ began full
  std::vector<NodeIndex> closed_;
  std::vector<ArcKey> excluded_arcs_;
  std::uint64_t work_ = 0;
  std::uint64_t work_limit_ = kNoWorkLimit;
  std::uint64_t next_stop_ = 0;
  bool stopped_ = false;
  std::function<bool()> stop_;

  Flow quantum_ = 1;  // Maximize: what flow moves in
  CodeRange open_;    // and the codes of arcs that carry one

  // The flow, and private arcs of the nodes it touches.
  Flow value_ = 0;
  bool cancelling_ = false;            // whether arcs against the flow are open
  std::vector<Flow> flow_;             // per edge, from its smaller to its larger end
  std::vector<EdgeIndex> flow_edges_;  // may repeat an edge and name edges without flow
  std::vector<std::uint32_t> copied_;  // a bit per node: has private arcs
  std::vector<NodeIndex> copied_nodes_;
  std::vector<std::uint32_t> copy_offset_;  // per node, valid when copied
  std::vector<HotArc> copies_;

  // The search. Two bits per node: known to side 0, to side 1; both: closed.
  std::vector<std::uint32_t> visited_;
  std::vector<std::uint32_t> position_;  // Maximize: per node, where its side holds it
  Side sides_[2];
  int exhausted_side_ = kFromSource;
  std::vector<Step> steps_;
  std::vector<std::uint32_t> climb_;
};

template <int kSide>
std::uint32_t Search::State::Filter(const HotArc* arcs, std::uint32_t count, std::uint16_t code,
                                    std::uint32_t* slots) {
  std::uint32_t found = 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    slots[found] = i;
    found += (kSide == kFromSource ? arcs[i].out : arcs[i].in) >= code ? 1 : 0;
  }
  return found;
}

}  // namespace geo::graph

#endif  // GEO_SRC_GRAPH_SEARCH_STATE_H_
