#include "src/graph/network_simplex.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "geo/base/large_vector.h"

namespace geo::graph {
namespace {

constexpr std::uint32_t kRootArc = 0xffffffff;  // between a node and the root

// Where the flow of an edge is. The sign says which reduced costs are in order.
enum Place : std::int8_t { kFull = -1, kInTree = 0, kEmpty = 1 };

// What a climb towards the root reads.
struct Link {
  NodeIndex parent = kNoNode;
  std::uint32_t size = 1;  // nodes of the subtree
  std::uint32_t arc = kRootArc;
  bool upward = true;  // the arc leads from the node to its parent
};

// Primal network simplex with strongly feasible trees (every arc of the tree could carry more
// towards the root), which never cycles (W. Cunningham, "A network simplex method", Math. Prog. 11,
// 1976), and block search for entering arcs. It starts from a star: what the given flow does not
// balance goes to the root, or comes from there at a price that no way between nodes can reach.
template <bool kChains>
class Simplex {
 public:
  Simplex(const CirculationNetwork& network, CirculationState* state)
      : network_(network), state_(*state), root_(network.nodes) {
    ends_.resize(network.strands);
    capacity_.resize(network.strands);
    flow_.resize(network.strands);
    place_.resize(network.strands);
    if constexpr (kChains) length_.resize(network.strands);
    stride_ = std::max(kLeastBlock, static_cast<std::uint32_t>(std::sqrt(network.strands)));
    const std::size_t nodes = std::size_t{network.nodes} + 1;
    links_.resize(nodes);
    tier_.resize(nodes);
    next_.resize(nodes);
    previous_.resize(nodes);
    last_.resize(nodes);
    to_root_.assign(network.nodes, 0);
    TakeOver();
    HangStar();
  }

  void Run(std::uint64_t work_limit) {
    std::uint64_t pivots = 0;
    while (++pivots % kPivotsAtOnce != 0 || state_.work < work_limit) {
      state_.optimal = !FindEntering();
      if (state_.optimal) break;
      Pivot(entering_);
    }
    HandOver();
    state_.balanced =
        std::all_of(to_root_.begin(), to_root_.end(), [](AmountSum amount) { return amount == 0; });
    if (!state_.optimal) return;  // such tiers would prove little: better keep those there are
    for (NodeIndex node = 0; node < root_; ++node) state_.tiers[node] = tier_[node];
  }

 private:
  struct Ends {
    NodeIndex tail;
    NodeIndex head;
  };

  // Root arcs have room without end, which must not look like the room of an arc that may block.
  using Room = std::uint64_t;
  static constexpr Room kNoEnd = Room{kMaxAmount} + 1;

  static constexpr std::uint64_t kPivotsAtOnce = 1000;
  static constexpr std::uint32_t kLeastBlock = 10;

  std::int32_t LengthOf(std::uint32_t arc) const {
    if constexpr (kChains) return length_[arc];
    return 1;
  }
  std::int32_t ReducedCost(std::uint32_t arc) const {
    return LengthOf(arc) + tier_[ends_[arc].tail] - tier_[ends_[arc].head];
  }

  // Visits positions 0, stride, 2·stride, …, 1, 1 + stride, …: neighbours in the input come far
  // apart, so that a block of arcs is a sample of the whole network.
  class Mixed {
   public:
    Mixed(std::uint32_t count, std::uint32_t stride) : count_(count), stride_(stride) {}
    std::uint32_t Next() {
      const std::uint32_t place = place_;
      place_ += stride_;
      if (place_ >= count_) place_ = ++start_;
      return place;
    }

   private:
    std::uint32_t count_;
    std::uint32_t stride_;
    std::uint32_t start_ = 0;
    std::uint32_t place_ = 0;
  };

  // Strands outside the tree are empty or full; whatever is between goes round by the root.
  void TakeOver() {
    Mixed mixed(network_.strands, stride_);
    std::size_t next = 0;
    network_.ForEachOpenStrand([&](const Strand& strand) {
      const std::uint32_t arc = mixed.Next();
      ends_[arc] = {strand.tail, strand.head};
      capacity_[arc] = strand.capacity;
      if constexpr (kChains) length_[arc] = static_cast<std::int32_t>(strand.length);
      const Flow given = state_.flow[next++];
      flow_[arc] = given == strand.capacity ? given : 0;
      place_[arc] = flow_[arc] == 0 ? kEmpty : kFull;
      to_root_[strand.tail] += AmountSum{strand.amount} - flow_[arc];
      to_root_[strand.head] -= AmountSum{strand.amount} - flow_[arc];
    });
  }

  void HandOver() {
    Mixed mixed(network_.strands, stride_);
    for (Flow& flow : state_.flow) flow = flow_[mixed.Next()];
  }

  void HangStar() {
    const auto [least, most] = std::minmax_element(state_.tiers.begin(), state_.tiers.end());
    const std::int32_t out_of_reach =
        static_cast<std::int32_t>(network_.inside) + 1 + (*most - *least);
    links_[root_].size = root_ + 1;
    last_[root_] = root_ - 1;
    Join(root_, 0);
    Join(root_ - 1, root_);
    for (NodeIndex node = 0; node < root_; ++node) {
      const bool upward = to_root_[node] >= 0;
      if (!upward) to_root_[node] = -to_root_[node];
      tier_[node] = state_.tiers[node] + (upward ? 0 : out_of_reach);
      links_[node] = {root_, 1, kRootArc, upward};
      last_[node] = node;
      if (node + 1 < root_) Join(node, node + 1);
    }
  }

  // The tree is kept as a ring in depth-first order (F. Glover, D. Karney, D. Klingman, "The
  // augmented predecessor index method", Transp. Science 6, 1972): a subtree is the stretch from
  // its top to last_[top].
  void Join(NodeIndex node, NodeIndex next) {
    next_[node] = next;
    previous_[next] = node;
  }

  // The worst offender of the next block that has one.
  bool FindEntering() {
    const auto arcs = static_cast<std::uint32_t>(ends_.size());
    for (std::uint32_t left = arcs; left > 0;) {
      const std::uint32_t block = std::min(stride_, left);
      const std::uint32_t before_end = std::min(block, arcs - scan_);
      std::int32_t worst = ScanForWorst(scan_, scan_ + before_end, 0);
      worst = ScanForWorst(0, block - before_end, worst);
      scan_ = before_end < block ? block - before_end : scan_ + before_end;
      if (scan_ == arcs) scan_ = 0;
      left -= block;
      state_.work += block;
      if (worst < 0) return true;
    }
    return false;
  }

  // Looks for an offender worse than `worst` among the arcs begin…end−1.
  std::int32_t ScanForWorst(std::uint32_t begin, std::uint32_t end, std::int32_t worst) {
    const Ends* const ends = ends_.data();
    const std::int8_t* const place = place_.data();
    const std::int32_t* const tier = tier_.data();
    for (std::uint32_t arc = begin; arc < end; ++arc) {
      const std::int32_t cost =
          place[arc] * (LengthOf(arc) + tier[ends[arc].tail] - tier[ends[arc].head]);
      if (cost >= worst) continue;
      worst = cost;
      entering_ = arc;
    }
    return worst;
  }

  // What the arc above `node` can carry more, upwards or downwards, up to kNoEnd.
  Room Residual(NodeIndex node, bool up) const {
    const Link& it = links_[node];
    if (it.arc == kRootArc) {
      return up == it.upward ? kNoEnd
                             : static_cast<Room>(std::min<AmountSum>(to_root_[node], kNoEnd));
    }
    return static_cast<Room>(it.upward == up ? capacity_[it.arc] - flow_[it.arc] : flow_[it.arc]);
  }

  void AddFlow(NodeIndex node, bool up, Flow amount) {
    const Link& it = links_[node];
    const Flow change = it.upward == up ? amount : -amount;
    if (it.arc == kRootArc) {
      to_root_[node] += change;
    } else {
      flow_[it.arc] += change;
    }
  }

  // Flow goes round the cycle that `arc` closes, along or against it, until something blocks: the
  // last thing that does, on the way from the apex round to the apex, leaves the tree.
  void Pivot(std::uint32_t arc) {
    const bool along = place_[arc] == kEmpty;
    const NodeIndex from = along ? ends_[arc].tail : ends_[arc].head;
    const NodeIndex to = along ? ends_[arc].head : ends_[arc].tail;
    auto amount = static_cast<Room>(capacity_[arc]);
    NodeIndex leaving = kNoNode;  // the node below the arc that leaves
    bool below_from = false;
    NodeIndex a = from;
    NodeIndex b = to;
    while (a != b) {
      if (links_[a].size < links_[b].size) {
        const Room residual = Residual(a, false);
        if (residual < amount) {
          amount = residual;
          leaving = a;
          below_from = true;
        }
        a = links_[a].parent;
      } else {
        const Room residual = Residual(b, true);
        if (residual <= amount) {
          amount = residual;
          leaving = b;
          below_from = false;
        }
        b = links_[b].parent;
      }
    }
    if (amount > 0) Augment(arc, along, from, to, a, static_cast<Flow>(amount));
    if (leaving == kNoNode) {
      place_[arc] = along ? kFull : kEmpty;
      return;
    }
    const std::uint32_t out = links_[leaving].arc;
    if (out != kRootArc) place_[out] = flow_[out] == 0 ? kEmpty : kFull;
    place_[arc] = kInTree;
    if (below_from) {
      Rehang(from, leaving, {to, 0, arc, ends_[arc].tail == from}, a);
    } else {
      Rehang(to, leaving, {from, 0, arc, ends_[arc].tail == to}, a);
    }
  }

  void Augment(std::uint32_t arc, bool along, NodeIndex from, NodeIndex to, NodeIndex apex,
               Flow amount) {
    flow_[arc] += along ? amount : -amount;
    for (; from != apex; from = links_[from].parent) AddFlow(from, false, amount);
    for (; to != apex; to = links_[to].parent) AddFlow(to, true, amount);
  }

  // Cuts the subtree of `top` off, turns it so that `node` in it comes out on top, hangs that by
  // `link`, and brings tiers into line. Nothing changes in the size of what is above `apex`.
  void Rehang(NodeIndex node, NodeIndex top, const Link& link, NodeIndex apex) {
    const std::int32_t cost = ReducedCost(link.arc);
    const std::int32_t shift = link.upward ? -cost : cost;
    CutOff(top, apex);
    const NodeIndex end = Turn(node, top, link);
    HangAfter(node, end, link.parent, apex);
    for (NodeIndex moved = node;; moved = next_[moved]) {
      tier_[moved] += shift;
      if (moved == end) break;
    }
    state_.work += links_[node].size;
  }

  void CutOff(NodeIndex top, NodeIndex apex) {
    const std::uint32_t size = links_[top].size;
    const NodeIndex end = last_[top];
    const NodeIndex before = previous_[top];
    Join(before, next_[end]);
    NodeIndex above = links_[top].parent;
    for (; above != apex; above = links_[above].parent) {
      links_[above].size -= size;
      if (last_[above] == end) last_[above] = before;
    }
    for (; above != kNoNode && last_[above] == end; above = links_[above].parent) {
      last_[above] = before;
    }
    next_[end] = kNoNode;
  }

  // On the way from `node` up to `top`, what hangs on each but not on the one before follows in
  // its old order. Returns the last of the turned subtree.
  NodeIndex Turn(NodeIndex node, NodeIndex top, Link link) {
    const std::uint32_t size = links_[top].size;
    NodeIndex end = last_[node];
    NodeIndex old_last = end;           // of the subtree below the one at hand
    NodeIndex after = next_[old_last];  // what followed it
    NodeIndex before = previous_[node];
    NodeIndex below = node;
    Link was = links_[node];
    link.size = size;
    links_[node] = link;
    while (below != top) {
      const NodeIndex here = was.parent;
      const NodeIndex here_before = previous_[here];
      const NodeIndex here_last = last_[here];
      const NodeIndex here_after = here_last == old_last ? after : next_[here_last];
      if (here_last != old_last) Join(before, after);
      Join(end, here);
      end = here_last == old_last ? before : here_last;
      const Link here_was = links_[here];
      links_[here] = {below, size - was.size, was.arc, !was.upward};
      old_last = here_last;
      after = here_after;
      before = here_before;
      below = here;
      was = here_was;
    }
    for (NodeIndex stem = top; stem != node; stem = links_[stem].parent) last_[stem] = end;
    last_[node] = end;
    return end;
  }

  void HangAfter(NodeIndex node, NodeIndex end, NodeIndex parent, NodeIndex apex) {
    const std::uint32_t size = links_[node].size;
    Join(end, next_[parent]);
    Join(parent, node);
    NodeIndex above = parent;
    for (; above != apex; above = links_[above].parent) {
      links_[above].size += size;
      if (last_[above] == parent) last_[above] = end;
    }
    for (; above != kNoNode && last_[above] == parent; above = links_[above].parent) {
      last_[above] = end;
    }
  }

  const CirculationNetwork& network_;
  CirculationState& state_;
  NodeIndex root_;
  LargeVector<Ends> ends_;
  LargeVector<Flow> capacity_;
  LargeVector<Flow> flow_;
  LargeVector<std::int8_t> place_;
  LargeVector<std::int32_t> length_;  // of chains
  LargeVector<Link> links_;
  LargeVector<std::int32_t> tier_;
  LargeVector<NodeIndex> next_;
  LargeVector<NodeIndex> previous_;
  LargeVector<NodeIndex> last_;
  LargeVector<AmountSum> to_root_;  // carried by the arc between node and root, either way
  std::uint32_t stride_ = 0;        // the size of a block, too
  std::uint32_t scan_ = 0;
  std::uint32_t entering_ = 0;
};

}  // namespace

void NetworkSimplex(const CirculationNetwork& network, std::uint64_t work_limit,
                    CirculationState* state) {
  if (network.has_chains()) {
    Simplex<true>(network, state).Run(work_limit);
  } else {
    Simplex<false>(network, state).Run(work_limit);
  }
}

}  // namespace geo::graph
