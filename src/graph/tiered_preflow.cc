#include "src/graph/tiered_preflow.h"

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

#include "src/graph/bit_set.h"
#include "src/graph/bring_home.h"
#include "src/graph/make_room.h"
#include "src/graph/node_queue.h"
#include "src/graph/preflow_network.h"
#include "src/graph/tight_arcs.h"

namespace geo::graph {
namespace {

constexpr std::uint32_t kFar = 0x7fffffff;           // the level of those from whom no way is known
constexpr std::uint32_t kWaiting = 0x80000000;       // set in the level of those found, not settled
constexpr std::uint64_t kNoWay = ~std::uint64_t{0};  // instead of a distance and a level
constexpr int kLevelBits = 32;

// Push–relabel in both directions. Pushing, nodes with a surplus are the holders and move it along
// arcs to those with a deficit, the sinks; pulling, everything is turned round: arcs lead the other
// way, surplus and depth change their sign. What one of the two leaves where hardly a way leads to,
// the other fetches easily.
template <typename Amounts>
class Engine {
  using Node = PreflowNode<Amounts>;
  using Sum = typename Amounts::Sum;
  using Arc = typename PreflowNetwork<Amounts>::Arc;

 public:
  explicit Engine(const CirculationNetwork& network)
      : net_(network, nullptr),
        nodes_(net_.nodes),
        depth_(net_.depth),
        level_(net_.size()),
        longest_way_(network.depth),
        queue_(net_.size()) {
    tight_.Resize(net_.arcs.size());
    seen_.reserve(net_.size());
    ListSinks();
  }

  CirculationState Run(const TieredPreflowOptions& options) {
    CirculationState state;
    Progress progress(options.patience, holders_);
    for (std::uint32_t rounds = 1; holders_ > 0 && !state.gave_up; ++rounds) {
      if (IsSlow(rounds)) Turn();
      pulling_ ? Round<true>() : Round<false>();
      if (work_ >= options.work_limit) break;
      if (options.enough_ppm < kWholeInPpm && IsEnough(options.enough_ppm)) break;
      state.gave_up = progress.IsTooLittle(rounds, holders_);
    }
    state.optimal = holders_ == 0;
    state.gave_up = state.gave_up && !state.optimal;
    if (pulling_) Turn();
    state.tiers.resize(net_.size());
    for (NodeIndex node = 0; node < net_.size(); ++node) state.tiers[node] = -depth_[node];
    state.balanced = !state.gave_up;
    state.work = work_;
    ReleaseAll();
    if (state.balanced && !state.optimal) state.work += BringHome(net_, true);
    state.flow = net_.TakeFlow();
    return state;
  }

 private:
  // Whether to give up: sixteen searches left more than three quarters of the holders, and many.
  class Progress {
   public:
    Progress(std::uint32_t patience, std::size_t holders) : patience_(patience), before_(holders) {}

    bool IsTooLittle(std::uint32_t rounds, std::size_t holders) {
      if (rounds % kSpan != 0) return false;
      const std::size_t before = std::exchange(before_, holders);
      return rounds >= patience_ && holders > kFew && holders > before / 4 * 3;
    }

   private:
    static constexpr std::uint32_t kSpan = 16;
    static constexpr std::size_t kFew = 64;
    std::uint32_t patience_;
    std::size_t before_;
  };

  template <bool kPulling>
  static constexpr TightArcs::Way kOnward = kPulling ? TightArcs::kBackward : TightArcs::kOnward;
  template <bool kPulling>
  static constexpr TightArcs::Way kBackward = kPulling ? TightArcs::kOnward : TightArcs::kBackward;

  template <bool kPulling>
  std::int32_t CostOf(std::uint32_t arc) const {
    return kPulling ? -net_.CostOf(arc) : net_.CostOf(arc);
  }
  // Whether surplus can move along `arc`, and whether it can move back.
  template <bool kPulling>
  bool IsOpen(std::uint32_t arc) const {
    return kPulling ? net_.heads[arc].back_open() : net_.arcs[arc].left() > 0;
  }
  template <bool kPulling>
  bool IsBackOpen(std::uint32_t arc) const {
    return IsOpen<!kPulling>(arc);
  }

  template <typename Vector>
  static void Drop(Vector& vector) {
    Vector().swap(vector);
  }

  void ReleaseAll() {
    tight_.Release();
    queue_.Release();
    Drop(level_);
    Drop(seen_);
    Drop(buckets_);
    Drop(arrived_);
  }

  // Begins anew: nothing is seen but the sinks, and those with a surplus are counted.
  void ListSinks() {
    seen_.clear();
    holders_ = 0;
    waiting_ = 0;
    for (NodeIndex index = 0; index < net_.size(); ++index) {
      Node& node = nodes_[index];
      level_[index] = kFar;
      if (node.surplus < 0) seen_.push_back(index);
      if (node.surplus <= 0) continue;
      ++holders_;
      waiting_ += node.surplus;
    }
    sinks_ = seen_.size();
  }

  // Whether the last round moved little of what waited.
  bool IsSlow(std::uint32_t rounds) {
    const Sum before = std::exchange(waited_, waiting_);
    if (rounds < turned_ + kLeastRounds || before - waiting_ >= before / kLittle) return false;
    turned_ = rounds;
    return true;
  }

  void Turn() {
    pulling_ = !pulling_;
    for (Node& node : nodes_) node.surplus = -node.surplus;
    for (std::int32_t& depth : depth_) depth = -depth;
    ListSinks();
  }

  template <bool kPulling>
  void Round() {
    Search<kPulling>();
    Move<kPulling>();
  }

  // Levels and depths of all that are no farther from a sink than the farthest holder, by cost and
  // then by arcs: backwards from all sinks at once.
  template <bool kPulling>
  void Search() {
    seen_.resize(sinks_);
    std::erase_if(seen_, [&](NodeIndex node) { return nodes_[node].surplus >= 0; });
    sinks_ = seen_.size();
    rest_.Fill(net_.size());
    for (const NodeIndex node : seen_) {
      rest_.Remove(node);
      level_[node] = 0;
    }
    missing_ = holders_;
    for (std::size_t i = 0; missing_ > 0 && i < seen_.size(); ++i) {
      if (i + kFetchNode < seen_.size()) Fetch(seen_[i + kFetchNode], seen_[i + kFetchArcs]);
      FollowTight<kPulling>(seen_[i]);
    }
    rest_.ForEach([&](NodeIndex node) { level_[node] = kFar; });
    if (missing_ > 0) SearchRest<kPulling>();
  }

  void Fetch(NodeIndex node, NodeIndex nearer) const {
    net_.Fetch(node, nearer);
    tight_.Fetch(nodes_[nearer].first);
  }
  void FetchQueued() const { Fetch(queue_.Ahead(kFetchNode), queue_.Ahead(kFetchArcs)); }

  void See(NodeIndex node, std::uint32_t level) {
    level_[node] = level;
    seen_.push_back(node);
  }

  template <bool kPulling>
  void FollowTight(NodeIndex index) {
    constexpr TightArcs::Way kWay = kBackward<kPulling>;
    const Node& node = nodes_[index];
    if (node.surplus > 0) --missing_;
    const std::uint32_t level = level_[index] + 1;
    std::uint64_t looked_at = 0;
    tight_.ForEach<kWay>(node.first, net_.end(index), [&](std::uint32_t i) {
      ++looked_at;
      const NodeIndex from = net_.heads[i].node();
      if (!rest_.Has(from)) return;
      rest_.Remove(from);
      See(from, level);
    });
    work_ += looked_at;
  }

  // Goes on to those that cannot reach a sink without cost, in buckets of cost. They are the fewer
  // ones, as a rule, so they look for those that can. All of them change their depth.
  template <bool kPulling>
  void SearchRest() {
    rest_.ForEach([&](NodeIndex node) { FindSeen<kPulling>(node); });
    std::uint32_t distance = 0;
    while (missing_ > 0 && distance + 1 < buckets_.size()) Settle<kPulling>(++distance);
    for (auto& bucket : buckets_) Drop(bucket);
    Drop(arrived_);
    rest_.ForEach([&](NodeIndex index) {
      if (level_[index] < kFar) return;
      level_[index] = kFar;
      depth_[index] += static_cast<std::int32_t>(distance);
    });
    rest_.ForEach([&](NodeIndex node) { Tighten<kPulling>(node); });
  }

  // The nearest way from a node of the rest to one that is not, along one arc. Which arc is nearer,
  // or open at all, nobody can guess, so there is nothing to guess: the least number wins.
  template <bool kPulling>
  void FindSeen(NodeIndex index) {
    const std::int32_t depth = depth_[index];
    const std::uint32_t end = net_.end(index);
    work_ += end - nodes_[index].first;
    std::uint64_t nearest = kNoWay;
    for (std::uint32_t i = nodes_[index].first; i < end; ++i) {
      const NodeIndex head = net_.heads[i].node();
      const std::uint32_t level = level_[head];
      const auto distance = static_cast<std::uint32_t>(depth_[head] + CostOf<kPulling>(i) - depth);
      std::uint64_t way = std::uint64_t{distance} << kLevelBits | level;
      way = IsOpen<kPulling>(i) ? way : kNoWay;
      way = level < kFar ? way : kNoWay;
      nearest = way < nearest ? way : nearest;
    }
    if (nearest == kNoWay) return;
    level_[index] = (static_cast<std::uint32_t>(nearest) + 1) | kWaiting;
    nodes_[index].current = static_cast<std::uint32_t>(nearest >> kLevelBits);
    Wait(index);
  }

  // A way by which a node would have that depth and level. While it waits, `current` holds how much
  // the depth would grow. Whether it is the best known.
  bool Offer(NodeIndex index, std::int32_t depth, std::uint32_t level) {
    Node& node = nodes_[index];
    if (level_[index] < kFar) return false;
    const auto distance = static_cast<std::uint32_t>(depth - depth_[index]);
    if (level_[index] != kFar && (distance > node.current || (distance == node.current &&
                                                              (level | kWaiting) >= level_[index])))
      return false;
    level_[index] = level | kWaiting;
    node.current = distance;
    return true;
  }

  void Wait(NodeIndex node) {
    const std::uint32_t distance = nodes_[node].current;
    if (distance >= buckets_.size()) buckets_.resize(distance + 1);
    std::vector<NodeIndex>& bucket = buckets_[distance];
    MakeRoom(bucket, bucket.size() + 1);
    bucket.push_back(node);
  }

  // The nodes at one distance by cost, those with few arcs to go first: what came from smaller
  // distances is sorted and merged with what is found here, which is in order anyway.
  template <bool kPulling>
  void Settle(std::uint32_t distance) {
    arrived_ = std::move(buckets_[distance]);
    buckets_[distance].clear();
    const auto waits = [&](NodeIndex node) {
      return level_[node] > kFar && nodes_[node].current == distance;
    };
    std::erase_if(arrived_, [&](NodeIndex node) { return !waits(node); });
    std::sort(arrived_.begin(), arrived_.end(), [&](NodeIndex a, NodeIndex b) {
      return std::pair(level_[a], a) < std::pair(level_[b], b);
    });
    queue_.Clear();  // the queue serves those found here
    std::size_t next = 0;
    while (missing_ > 0 && (!queue_.empty() || next < arrived_.size())) {
      const bool from_queue = next == arrived_.size() ||
                              (!queue_.empty() && level_[queue_.front()] <= level_[arrived_[next]]);
      if (next + kFetchNode < arrived_.size()) {
        Fetch(arrived_[next + kFetchNode], arrived_[next + kFetchArcs]);
      }
      if (queue_.size() > kFetchNode) FetchQueued();
      const NodeIndex node = from_queue ? queue_.Pop() : arrived_[next++];
      if (waits(node)) Expand<kPulling>(node, distance);
    }
  }

  template <bool kPulling>
  void Expand(NodeIndex index, std::uint32_t distance) {
    Node& node = nodes_[index];
    depth_[index] += static_cast<std::int32_t>(distance);
    if (node.surplus > 0) --missing_;
    See(index, level_[index] & ~kWaiting);
    const std::uint32_t end = net_.end(index);
    work_ += end - node.first;
    for (std::uint32_t i = node.first; i < end; ++i) {
      if (!IsBackOpen<kPulling>(i)) continue;
      const NodeIndex from = net_.heads[i].node();
      if (!rest_.Has(from)) continue;
      const std::uint32_t before = nodes_[from].current;
      const bool waited = level_[from] > kFar;
      if (!Offer(from, depth_[index] - CostOf<kPulling>(i), level_[index] + 1)) continue;
      if (nodes_[from].current == distance) {
        queue_.Push(from);
      } else if (!waited || nodes_[from].current != before) {
        Wait(from);
      }
    }
  }

  // Which of a node's arcs are tight, told at both ends. Most are what they were.
  template <bool kPulling>
  void Tighten(NodeIndex index) {
    const std::int32_t depth = depth_[index];
    const std::uint32_t end = net_.end(index);
    for (std::uint32_t i = nodes_[index].first; i < end; ++i) {
      const bool tight = depth_[net_.heads[i].node()] + CostOf<kPulling>(i) == depth;
      if (tight == tight_.IsTight(i)) continue;
      const bool onward = tight && net_.arcs[i].left() > 0;
      const bool backward = tight && net_.heads[i].back_open();
      tight_.Set(i, onward, backward);
      tight_.Set(net_.arcs[i].back, backward, onward);
    }
  }

  // First in, first out push–relabel from the holders. What gets stuck at its depth stays where it
  // is and holds for the next search, and so does everything after many relabels.
  template <bool kPulling>
  void Move() {
    queue_.Clear();
    relabels_ = 0;
    highest_ = 0;
    stuck_ = 0;
    for (const NodeIndex index : seen_) {
      Node& node = nodes_[index];
      highest_ = std::max(highest_, level_[index]);
      node.current = node.first;
      if (node.surplus > 0) queue_.Push(index);
    }
    highest_ = kHeadroom * highest_ + 1;
    const std::uint64_t patience = seen_.size() / kPatience + 16;
    while (!queue_.empty() && relabels_ < patience) {
      if (queue_.size() > kFetchNode) LookAhead<kPulling>();
      Discharge<kPulling>(queue_.Pop());
    }
    holders_ = queue_.size() + stuck_;
  }

  // Gets ready for those that wait. What is found for one of them holds until its turn: only its
  // own relabel could make an arc before that one lead down.
  template <bool kPulling>
  void LookAhead() {
    FetchQueued();
    const NodeIndex index = queue_.Ahead(PreflowNetwork<Amounts>::kFindNext);
    Node& node = nodes_[index];
    node.current = NextDown<kPulling>(node.current, net_.end(index), level_[index]);
    PrefetchMemoryToWrite(net_.arcs.data() + node.current);
    net_.FetchNext(queue_.Ahead(PreflowNetwork<Amounts>::kFetchNext));
  }

  // The first tight arc from `arc` on, before `end`, that leads down from `level`; or `end`.
  template <bool kPulling>
  std::uint32_t NextDown(std::uint32_t arc, std::uint32_t end, std::uint32_t level) {
    constexpr TightArcs::Way kWay = kOnward<kPulling>;
    std::uint32_t i = tight_.Next<kWay>(arc, end);
    for (; i < end; i = tight_.Next<kWay>(i + 1, end)) {
      ++work_;
      if (level_[net_.heads[i].node()] + 1 == level) break;
    }
    return i;
  }

  template <bool kPulling>
  void Discharge(NodeIndex index) {
    Node& node = nodes_[index];
    const std::uint32_t end = net_.end(index);
    const std::uint32_t level = level_[index];
    Sum surplus = node.surplus;
    std::uint32_t i = NextDown<kPulling>(node.current, end, level);
    for (; i < end; i = NextDown<kPulling>(i + 1, end, level)) {
      const NodeIndex to = net_.heads[i].node();
      Node& head = nodes_[to];
      const Flow moved = Carry<kPulling>(i, surplus);
      const Sum before = head.surplus;
      head.surplus = before + moved;
      if (before <= 0) {
        waiting_ -= std::min<Sum>(moved, -before);
        if (before + moved > 0) queue_.Push(to);
      }
      surplus -= moved;
      if (surplus == 0) break;
    }
    node.surplus = surplus;
    node.current = i;
    if (surplus > 0) Relabel<kPulling>(index);
  }

  // Moves as much of `surplus` along an arc as it can take.
  template <bool kPulling>
  Flow Carry(std::uint32_t place, Sum surplus) {
    const Arc& arc = net_.arcs[place];
    const std::uint32_t back = arc.back;
    const Arc& other = net_.arcs[back];
    const bool was_open = IsBackOpen<kPulling>(place);
    const Flow moved = net_.Carry(kPulling ? back : place, kPulling ? place : back, surplus);
    if (was_open && IsOpen<kPulling>(place)) return moved;  // both ways are as open as before
    tight_.Set(place, arc.left() > 0, other.left() > 0);
    tight_.Set(back, other.left() > 0, arc.left() > 0);
    return moved;
  }

  template <bool kPulling>
  void Relabel(NodeIndex index) {
    constexpr TightArcs::Way kWay = kOnward<kPulling>;
    Node& node = nodes_[index];
    std::uint32_t lowest = kFar;
    std::uint32_t lowest_at = node.first;
    ++relabels_;
    tight_.ForEach<kWay>(node.first, net_.end(index), [&](std::uint32_t i) {
      ++work_;
      const std::uint32_t level = level_[net_.heads[i].node()];
      if (level >= lowest) return;
      lowest = level;
      lowest_at = i;
    });
    node.current = lowest_at;
    if (lowest >= highest_) {
      level_[index] = kFar;
      ++stuck_;
      return;
    }
    level_[index] = lowest + 1;
    queue_.Push(index);
  }

  // Whether what is still to be moved can cost no more than its share, by estimate.
  bool IsEnough(std::uint32_t ppm) const {
    const std::uint32_t detour = std::clamp(longest_way_ / 10, kLeastDetour, kMostDetour);
    const AmountSum lost = AmountSum{waiting_} * detour;
    return net_.removed > 0 && lost <= net_.removed / kWholeInPpm * (kWholeInPpm - ppm);
  }

  static constexpr std::size_t kFetchNode = PreflowNetwork<Amounts>::kFetchNode;
  static constexpr std::size_t kFetchArcs = PreflowNetwork<Amounts>::kFetchArcs;
  static constexpr std::uint32_t kLeastDetour = 2;
  static constexpr std::uint32_t kMostDetour = 10;
  static constexpr std::uint32_t kHeadroom = 2;
  static constexpr std::size_t kPatience = 3;
  static constexpr std::uint32_t kLeastRounds = 3;  // between turns
  static constexpr int kLittle = 6;

  PreflowNetwork<Amounts> net_;
  LargeVector<Node>& nodes_;
  LargeVector<std::int32_t>& depth_;
  LargeVector<std::uint32_t> level_;  // number of arcs to a deficit
  TightArcs tight_;
  const std::uint32_t longest_way_;
  bool pulling_ = false;
  std::uint32_t turned_ = 0;  // the round of the last turn
  std::size_t holders_ = 0;   // nodes with a surplus
  Sum waiting_ = 0;           // what they hold
  Sum waited_ = 0;            // before the last round
  NodeQueue queue_;
  std::vector<NodeIndex> seen_;  // by the last search, the sinks first
  std::size_t sinks_ = 0;        // all with deficits, and some that had one
  BitSet rest_;                  // not seen as long as ways may not cost anything
  std::vector<std::vector<NodeIndex>> buckets_;
  std::vector<NodeIndex> arrived_;
  std::size_t missing_ = 0;    // holders not found yet
  std::size_t stuck_ = 0;      // holders that moving has given up
  std::uint32_t highest_ = 0;  // levels beyond this one are not worth a try
  std::uint64_t relabels_ = 0;
  std::uint64_t work_ = 0;
};

}  // namespace

CirculationState TieredPreflow(const CirculationNetwork& network,
                               const TieredPreflowOptions& options) {
  return WithAmountsOf(
      network, [&]<typename Amounts>(Amounts) { return Engine<Amounts>(network).Run(options); });
}

void BringHome(const CirculationNetwork& network, CirculationState* state) {
  WithAmountsOf(network, [&]<typename Amounts>(Amounts) {
    PreflowNetwork<Amounts> net(network, &state->flow);
    std::vector<Flow>().swap(state->flow);
    state->work += BringHome(net, false);
    state->flow = net.TakeFlow();
  });
  state->balanced = true;
}

}  // namespace geo::graph
