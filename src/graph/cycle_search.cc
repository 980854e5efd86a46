#include <algorithm>
#include <utility>

#include "geo/graph/cycles.h"
#include "src/graph/capacity_code.h"
#include "src/graph/graph_access.h"

namespace geo::graph {

// Searches from the head along arcs and from the tail against them, level by level; the first node
// that both have seen lies on a shortest cycle.
class CycleSearch::Impl {
 public:
  Outcome FindShortest(const ResidualGraph& graph, NodeIndex tail, NodeIndex head,
                       const CycleQuery& query, Cycle* cycle) {
    graph_ = &graph;
    query_ = query;
    work_ = 0;
    codes_ = CodesFor(query.min_amount);
    if (ArcAmount(tail, head) < query.min_amount) return Outcome::kExhausted;
    Begin(tail, head);
    const Outcome outcome = Meet();
    if (outcome == Outcome::kFound) WriteCycle(tail, cycle);
    return outcome;
  }

  std::uint64_t work() const { return work_; }

 private:
  // Which side saw a node in which search, and from where.
  struct Mark {
    std::uint32_t stamp = 0;  // search · 2 + side
    NodeIndex from = kNoNode;
  };
  struct Side {
    std::vector<NodeIndex> frontier;
    std::uint64_t degrees = 0;  // of the frontier: what the next level costs
  };
  enum Which : std::uint32_t { kForward = 0, kBackward = 1 };

  Flow ArcAmount(NodeIndex tail, NodeIndex head) const {
    const EdgeIndex edge = graph_->Find(tail, head);
    return edge == kNoEdge ? kAbsent : graph_->CapacityFor(edge, tail, kNoNode, kNoNode);
  }

  void Begin(NodeIndex tail, NodeIndex head) {
    if (marks_.size() < graph_->node_count()) marks_.resize(graph_->node_count());
    if (++search_ == 0x7fffffff) {
      std::fill(marks_.begin(), marks_.end(), Mark());
      search_ = 1;
    }
    Start(kForward, head);
    Start(kBackward, tail);
  }

  void Start(Which side, NodeIndex node) {
    sides_[side].frontier.assign(1, node);
    sides_[side].degrees = graph_->degree(node);
    marks_[node] = {Stamp(side), kNoNode};
  }

  std::uint32_t Stamp(Which side) const { return search_ * 2 + side; }

  Outcome Meet() {
    for (std::uint32_t left = query_.max_length - 1; left > 0; --left) {
      const Which which =
          sides_[kForward].degrees <= sides_[kBackward].degrees ? kForward : kBackward;
      if (sides_[which].frontier.empty()) return Outcome::kHopLimit;
      const Outcome outcome = Enlarge(which, left == 1);
      if (outcome != Outcome::kHopLimit) return outcome;
    }
    return Outcome::kHopLimit;
  }

  // One level more on one side; in the last one only the other side's nodes count.
  Outcome Enlarge(Which which, bool last) {
    Side& side = sides_[which];
    next_.clear();
    std::uint64_t degrees = 0;
    const std::uint32_t mine = Stamp(which);
    const std::uint32_t others = mine ^ 1;
    for (const NodeIndex node : side.frontier) {
      const GraphAccess::HotArc* arcs = GraphAccess::Arcs(*graph_, node);
      const std::uint64_t allowed = query_.work_limit - work_;
      const auto count =
          static_cast<std::uint32_t>(std::min<std::uint64_t>(graph_->degree(node), allowed));
      for (std::uint32_t i = 0; i < count; ++i) {
        if (!Carries(which, node, arcs[i])) continue;
        Mark& mark = marks_[arcs[i].to];
        if (mark.stamp == mine) continue;
        if (mark.stamp == others) {
          work_ += i + 1;
          meeting_[which] = node;
          meeting_[which ^ 1] = arcs[i].to;
          return Outcome::kFound;
        }
        if (last) continue;
        mark = {mine, node};
        next_.push_back(arcs[i].to);
        degrees += graph_->degree(arcs[i].to);
      }
      work_ += count;
      if (work_ >= query_.work_limit) return Outcome::kWorkLimit;
    }
    side.frontier.swap(next_);
    side.degrees = degrees;
    return Outcome::kHopLimit;
  }

  bool Carries(Which which, NodeIndex node, const GraphAccess::HotArc& arc) const {
    const std::uint16_t code = which == kForward ? arc.out : arc.in;
    if (code >= codes_.certain) return true;
    if (code < codes_.possible) return false;
    return (which == kForward ? ArcAmount(node, arc.to) : ArcAmount(arc.to, node)) >=
           query_.min_amount;
  }

  void WriteCycle(NodeIndex tail, Cycle* cycle) const {
    cycle->nodes.assign(1, tail);
    for (NodeIndex node = meeting_[kForward]; node != kNoNode; node = marks_[node].from) {
      cycle->nodes.push_back(node);
    }
    std::reverse(cycle->nodes.begin() + 1, cycle->nodes.end());
    for (NodeIndex node = meeting_[kBackward]; node != tail; node = marks_[node].from) {
      cycle->nodes.push_back(node);
    }
    cycle->edges.clear();
    cycle->amount = kMaxAmount;
    NodeIndex from = tail;
    for (std::size_t i = 1; i <= cycle->nodes.size(); ++i) {
      const NodeIndex to = i < cycle->nodes.size() ? cycle->nodes[i] : tail;
      const EdgeIndex edge = graph_->Find(from, to);
      cycle->edges.push_back(edge);
      cycle->amount = std::min(cycle->amount, graph_->CapacityFor(edge, from, kNoNode, kNoNode));
      from = to;
    }
  }

  const ResidualGraph* graph_ = nullptr;
  CycleQuery query_;
  CodeRange codes_;
  std::uint64_t work_ = 0;
  std::uint32_t search_ = 0;
  std::vector<Mark> marks_;
  Side sides_[2];
  std::vector<NodeIndex> next_;
  NodeIndex meeting_[2] = {kNoNode, kNoNode};  // the arc that closed the cycle
};

CycleSearch::CycleSearch() : impl_(std::make_unique<Impl>()) {}
CycleSearch::~CycleSearch() = default;
CycleSearch::CycleSearch(CycleSearch&&) noexcept = default;
CycleSearch& CycleSearch::operator=(CycleSearch&&) noexcept = default;

Outcome CycleSearch::FindShortest(const ResidualGraph& graph, NodeIndex tail, NodeIndex head,
                                  const CycleQuery& query, Cycle* cycle) {
  return impl_->FindShortest(graph, tail, head, query, cycle);
}

std::uint64_t CycleSearch::work() const { return impl_->work(); }

}  // namespace geo::graph
