#include "src/graph/bring_home.h"

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

#include "src/graph/bit_set.h"
#include "src/graph/node_queue.h"

namespace geo::graph {
namespace {

// Labels in the sense of push–relabel, kept in `depth`: a residual arc is as long as its cost times
// the price, and one.
using Label = std::int32_t;

constexpr Label kTooFar = std::numeric_limits<Label>::max() / 2;
constexpr Label kUnseen = std::numeric_limits<Label>::max();
constexpr Label kHomePrice = 2;          // of a hop-unit, in arcs
constexpr std::uint32_t kNotFar = 1000;  // deeper networks might take a million of buckets
constexpr Label kDeepest = 1 << 24;
constexpr std::size_t kPatience = 3;

template <typename Amounts>
class HomeEngine {
  using Node = PreflowNode<Amounts>;
  using Sum = typename Amounts::Sum;

 public:
  HomeEngine(PreflowNetwork<Amounts>& net, Label price)
      : net_(net),
        nodes_(net.nodes),
        depth_(net.depth),
        price_(price),
        next_(net.size(), kUnseen),
        queue_(net.size()) {
    for (NodeIndex node = 0; node < net.size(); ++node) {
      depth_[node] = price == 0 ? kTooFar : depth_[node] * price;
      nodes_[node].current = nodes_[node].first;
      if (nodes_[node].surplus > 0) ++missing_;
      if (nodes_[node].surplus < 0) sinks_.push_back(node);
    }
  }

  std::uint64_t Run() {
    while (missing_ > 0) {
      SearchFromDeficits();
      Move();
    }
    return work_;
  }

 private:
  static constexpr std::size_t kFetchNode = PreflowNetwork<Amounts>::kFetchNode;
  static constexpr std::size_t kFetchArcs = PreflowNetwork<Amounts>::kFetchArcs;

  Label CostOf(std::uint32_t arc) const { return price_ * net_.CostOf(arc); }

  // Labels of all that are no farther from a deficit than the farthest surplus: backwards from all
  // deficits at once, in buckets of what they rise. Without a price arcs are all that counts.
  void SearchFromDeficits() {
    if (price_ == 0) {
      for (const NodeIndex node : seen_) depth_[node] = kTooFar;
    }
    seen_.clear();
    unsettled_.Fill(net_.size());
    for (const NodeIndex node : sinks_) {
      if (nodes_[node].surplus >= 0) continue;
      next_[node] = price_ == 0 ? 0 : depth_[node] + 1;
      seen_.push_back(node);
    }
    sinks_.assign(seen_.begin(), seen_.end());
    if (buckets_.size() < 2) buckets_.resize(2);
    std::size_t distance = price_ == 0 ? 0 : 1;
    buckets_[distance].assign(seen_.begin(), seen_.end());
    while (missing_ > 0 && distance < buckets_.size()) Settle(distance++);
    // Those that were not reached stay where they are, as the last that was reached.
    const Label shift = price_ == 0 ? 0 : static_cast<Label>(distance - 1);
    for (const NodeIndex node : seen_) {
      if (depth_[node] == next_[node]) depth_[node] -= shift;
      next_[node] = kUnseen;
    }
    for (; distance < buckets_.size(); ++distance)
      std::vector<NodeIndex>().swap(buckets_[distance]);
  }

  void Settle(std::size_t distance) {
    arrived_ = std::move(buckets_[distance]);
    buckets_[distance].clear();
    queue_.Clear();  // the queue serves those found here
    for (std::size_t i = 0; missing_ > 0 && (i < arrived_.size() || !queue_.empty());) {
      if (i + kFetchNode < arrived_.size()) {
        net_.Fetch(arrived_[i + kFetchNode], arrived_[i + kFetchArcs]);
      } else if (queue_.size() > kFetchNode) {
        net_.Fetch(queue_.Ahead(kFetchNode), queue_.Ahead(kFetchArcs));
      }
      const NodeIndex node = i < arrived_.size() ? arrived_[i++] : queue_.Pop();
      if (unsettled_.Has(node)) Expand(node, distance);
    }
  }

  void Expand(NodeIndex index, std::size_t distance) {
    Node& node = nodes_[index];
    depth_[index] = next_[index];
    node.current = node.first;
    if (node.surplus > 0) --missing_;
    const std::uint32_t end = net_.end(index);
    const Label above = depth_[index] + 1;
    unsettled_.Remove(index);
    work_ += end - node.first;
    for (std::uint32_t i = node.first; i < end; ++i) {
      const ArcHead arc = net_.heads[i];
      if (!arc.back_open()) continue;
      const NodeIndex from = arc.node();
      if (!unsettled_.Has(from)) continue;
      const Label label = above - CostOf(i);
      if (label >= next_[from]) continue;
      if (next_[from] == kUnseen) seen_.push_back(from);
      next_[from] = label;
      const auto there = price_ == 0 ? distance : static_cast<std::size_t>(label - depth_[from]);
      if (there == distance) {
        queue_.Push(from);
      } else {
        if (there >= buckets_.size()) buckets_.resize(there + 1);
        buckets_[there].push_back(from);
      }
    }
  }

  // First in, first out push–relabel until all has arrived, or for as many relabels as a third of
  // the nodes; then the labels are made exact again.
  void Move() {
    queue_.Clear();
    relabels_ = 0;
    highest_ = 0;
    stuck_ = 0;
    for (const NodeIndex node : seen_) {
      if (depth_[node] == kTooFar) continue;
      highest_ = std::max(highest_, depth_[node]);
      if (nodes_[node].surplus > 0) queue_.Push(node);
    }
    highest_ = 2 * highest_ + 1;
    const std::uint64_t patience = seen_.size() / kPatience + 16;
    while (!queue_.empty() && relabels_ < patience) {
      if (queue_.size() > kFetchNode) LookAhead();
      Discharge(queue_.Pop());
    }
    missing_ = queue_.size() + stuck_;
  }

  // Gets ready for those that wait; as in tiered preflow, what is found for one of them holds.
  void LookAhead() {
    net_.Fetch(queue_.Ahead(kFetchNode), queue_.Ahead(kFetchArcs));
    const NodeIndex index = queue_.Ahead(PreflowNetwork<Amounts>::kFindNext);
    Node& node = nodes_[index];
    node.current = NextDown(node.current, net_.end(index), depth_[index]);
    net_.FetchNext(queue_.Ahead(PreflowNetwork<Amounts>::kFetchNext));
  }

  // The first arc from `arc` on, before `end`, that has something left and leads down by as much as
  // it is long; or `end`.
  std::uint32_t NextDown(std::uint32_t arc, std::uint32_t end, Label label) {
    std::uint32_t i = arc;
    for (; i < end; ++i) {
      const Label below = label - 1 - CostOf(i);
      if (depth_[net_.heads[i].node()] == below && net_.arcs[i].left() > 0) break;
    }
    work_ += i - arc;
    return i;
  }

  void Discharge(NodeIndex index) {
    Node& node = nodes_[index];
    const std::uint32_t end = net_.end(index);
    const Label label = depth_[index];
    Sum surplus = node.surplus;
    std::uint32_t i = NextDown(node.current, end, label);
    for (; i < end; i = NextDown(i + 1, end, label)) {
      const NodeIndex to = net_.heads[i].node();
      Node& head = nodes_[to];
      const Flow moved = net_.Carry(i, net_.arcs[i].back, surplus);
      const Sum before = head.surplus;
      head.surplus = before + moved;
      if (before <= 0 && before + moved > 0) queue_.Push(to);
      surplus -= moved;
      if (surplus == 0) break;
    }
    node.surplus = surplus;
    node.current = i;
    if (surplus > 0) Relabel(index);
  }

  void Relabel(NodeIndex index) {
    Node& node = nodes_[index];
    const std::uint32_t end = net_.end(index);
    Label lowest = kUnseen;
    work_ += end - node.first;
    ++relabels_;
    for (std::uint32_t i = node.first; i < end; ++i) {
      const Label label = depth_[net_.heads[i].node()] + CostOf(i);
      if (label >= lowest || net_.arcs[i].left() == 0) continue;
      lowest = label;
      node.current = i;
    }
    if (price_ == 0 && lowest >= highest_) {
      depth_[index] = kTooFar;
      ++stuck_;
      return;
    }
    depth_[index] = lowest + 1;
    queue_.Push(index);
  }

  PreflowNetwork<Amounts>& net_;
  LargeVector<Node>& nodes_;
  LargeVector<Label>& depth_;
  const Label price_;
  std::vector<Label> next_;  // while searching: the best known; equal to the label when final
  BitSet unsettled_;         // those that are not final
  NodeQueue queue_;
  std::vector<NodeIndex> sinks_;  // all with deficits, and some that had one
  std::vector<NodeIndex> seen_;   // by the last search
  std::vector<std::vector<NodeIndex>> buckets_;
  std::vector<NodeIndex> arrived_;
  std::size_t missing_ = 0;  // nodes with surplus not found yet
  std::size_t stuck_ = 0;
  Label highest_ = 0;  // labels beyond this one are not worth a try
  std::uint64_t relabels_ = 0;
  std::uint64_t work_ = 0;
};

template <typename Amounts>
bool IsShallow(const PreflowNetwork<Amounts>& net) {
  if (net.network.depth > kNotFar) return false;
  return std::all_of(net.depth.begin(), net.depth.end(),
                     [](Label depth) { return -kDeepest < depth && depth < kDeepest; });
}

}  // namespace

template <typename Amounts>
std::uint64_t BringHome(PreflowNetwork<Amounts>& net, bool depths_are_proof) {
  const Label price = depths_are_proof && IsShallow(net) ? kHomePrice : 0;
  return HomeEngine<Amounts>(net, price).Run();
}

template std::uint64_t BringHome(PreflowNetwork<SmallAmounts>&, bool);
template std::uint64_t BringHome(PreflowNetwork<LargeAmounts>&, bool);
template std::uint64_t BringHome(PreflowNetwork<HugeAmounts>&, bool);
template std::uint64_t BringHome(PreflowNetwork<AmountsOfChains>&, bool);

}  // namespace geo::graph
