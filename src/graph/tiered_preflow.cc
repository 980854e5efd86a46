#include "src/graph/tiered_preflow.h"

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

#include "geo/base/large_vector.h"

namespace geo::graph {
namespace {

// Keys order nodes: by depth, which is the tier counted downwards, then by level, the number of
// arcs to a deficit. They are labels in the sense of push–relabel with arcs of length (cost, 1):
// flow moves along arcs whose ends' keys differ by just that, so that one comparison decides.
using Key = std::int64_t;

constexpr int kDepthBits = 32;
constexpr Key kDepth = Key{1} << kDepthBits;
constexpr Key kLevels = kDepth - 1;
constexpr Key kStuck = 0x7fffffff;  // the level of those from whom no way is known
constexpr Key kUnseen = std::numeric_limits<Key>::max();
constexpr std::uint32_t kAgainst = 0x80000000;
constexpr std::uint32_t kBackOpen = 0x40000000;

constexpr Key LevelOf(Key key) { return key & kLevels; }
constexpr Key WithLevel(Key key, Key level) { return (key & ~kLevels) + level; }

// One direction of an edge in the residual network. Along the edge one more hop-unit is carried;
// against it one less, and `to` has the bit kAgainst. kBackOpen: the other direction has something
// left. Nodes take 30 bits: each has an edge in, and there are less than 2^30 edges.
struct ResidualArc {
  std::uint32_t to = 0;
  std::uint32_t back = 0;  // the other direction
  Flow left = 0;

  NodeIndex head() const { return to & ~(kAgainst | kBackOpen); }
  bool against() const { return (to & kAgainst) != 0; }
};

// `Sum` holds the surplus of a node: Flow, or 128 bits where amounts are huge.
template <typename Sum>
struct Node {
  Key key = kStuck;
  Key next = kUnseen;  // while searching: the best known; equal to `key` as soon as that is final
  Sum surplus = 0;
  std::uint32_t first = 0;    // its first arc
  std::uint32_t current = 0;  // arcs before this one lead nowhere
};

template <typename Sum>
class Engine {
 public:
  // Begins with nothing carried, or with `flow`.
  Engine(const CirculationNetwork& network, const std::vector<Flow>* flow) : network_(network) {
    nodes_.resize(std::size_t{network.nodes} + 1);
    CountArcs();
    PlaceArcs(flow);
    queue_.resize(std::size_t{network.nodes} + 1);
    seen_.reserve(network.nodes);
    for (NodeIndex node = 0; node < network.nodes; ++node) {
      if (nodes_[node].surplus > 0) holders_.push_back(node);
      if (nodes_[node].surplus < 0) sinks_.push_back(node);
    }
  }

  CirculationState Run(const TieredPreflowOptions& options) {
    CirculationState state;
    std::size_t before = holders_.size();
    for (std::uint32_t rounds = 1; !holders_.empty() && !state.gave_up; ++rounds) {
      SearchFromDeficits<true>();
      Move<true>();
      if (work_ >= options.work_limit) break;
      if (options.enough_ppm < kWholeInPpm && IsEnough(options.enough_ppm)) break;
      if (rounds % kProgress != 0) continue;
      state.gave_up =
          rounds >= options.patience && holders_.size() > kFew && holders_.size() > before / 4 * 3;
      before = holders_.size();
    }
    state.optimal = holders_.empty();
    state.gave_up = state.gave_up && !state.optimal;
    state.tiers.resize(network_.nodes);
    for (NodeIndex node = 0; node < network_.nodes; ++node) {
      state.tiers[node] = static_cast<std::int32_t>(-(nodes_[node].key >> 32));
    }
    if (state.gave_up) {
      state.work = work_;
      Finish(&state.flow);
    } else {
      BringHome(network_.depth <= kNotFar ? kHomePrice : 0, &state);
    }
    return state;
  }

  // Moves the rest by ways that need not be the cheapest: nearly those with the smallest sum of
  // `price` times cost and arcs. A price other than 0 wants the tiers of a flow that is the best
  // for what has arrived.
  void BringHome(Key price, CirculationState* state) {
    home_price_ = price;
    for (Node<Sum>& node : nodes_) node.key = price == 0 ? kStuck : (node.key >> 32) * price;
    while (!holders_.empty()) {
      SearchFromDeficits<false>();
      Move<false>();
    }
    state->work += work_;
    state->balanced = true;
    Finish(&state->flow);
  }

 private:
  void CountArcs() {
    for (const CirculationEdge& edge : network_.edges) {
      if (!network_.Inside(edge)) continue;
      Node<Sum>& tail = nodes_[network_.number[edge.tail]];
      Node<Sum>& head = nodes_[network_.number[edge.head]];
      ++tail.first;
      ++head.first;
      tail.surplus += edge.amount;
      head.surplus -= edge.amount;
      removed_ += edge.amount;
    }
    std::uint32_t sum = 0;
    for (Node<Sum>& node : nodes_) {
      node.current = sum;
      sum += node.first;
      node.first = node.current;
    }
    arcs_.resize(sum);
  }

  // Places are dealt in the order of the edges; Finish relies on it.
  void PlaceArcs(const std::vector<Flow>* flow) {
    std::size_t given = 0;
    for (const CirculationEdge& edge : network_.edges) {
      if (!network_.Inside(edge)) continue;
      const NodeIndex tail = network_.number[edge.tail];
      const NodeIndex head = network_.number[edge.head];
      const std::uint32_t along = nodes_[tail].current++;
      const std::uint32_t against = nodes_[head].current++;
      const Flow carried = flow == nullptr ? 0 : (*flow)[given++];
      const Flow left = edge.capacity - carried;
      arcs_[along] = {head | (carried > 0 ? kBackOpen : 0), against, left};
      arcs_[against] = {tail | kAgainst | (left > 0 ? kBackOpen : 0), along, carried};
      nodes_[tail].surplus -= carried;
      nodes_[head].surplus += carried;
      removed_ -= carried;
    }
  }

  template <bool kPriced>
  Key CostOf(const ResidualArc& arc) const {
    const Key cost = kPriced ? kDepth : home_price_;
    return arc.against() ? -cost : cost;
  }

  // Whether keys have a depth and a level. On the way home with a price they are one sum.
  template <bool kPriced>
  bool HaveLevels() const {
    return kPriced || home_price_ == 0;
  }

  template <typename Vector>
  static void Drop(Vector& vector) {
    Vector().swap(vector);
  }

  // Hands over the flow, and gives back all memory but that of the arcs before it takes more.
  void Finish(std::vector<Flow>* flow) {
    std::vector<std::uint32_t> next(network_.nodes);
    for (NodeIndex node = 0; node < network_.nodes; ++node) next[node] = nodes_[node].first;
    Drop(nodes_);
    Drop(queue_);
    for (auto* list : {&holders_, &sinks_, &seen_, &arrived_}) Drop(*list);
    Drop(buckets_);
    Drop(*flow);
    flow->reserve(network_.inside);
    for (const CirculationEdge& edge : network_.edges) {
      if (!network_.Inside(edge)) continue;
      ++next[network_.number[edge.tail]];
      flow->push_back(arcs_[next[network_.number[edge.head]]++].left);
    }
  }

  // Keys of all that are no farther from a deficit than the farthest surplus, by cost and then by
  // arcs: backwards from all deficits at once, in buckets of cost beyond what the tiers tell.
  template <bool kPriced>
  void SearchFromDeficits() {
    const bool levels = HaveLevels<kPriced>();
    if (levels) {
      for (const NodeIndex node : seen_) nodes_[node].key = WithLevel(nodes_[node].key, kStuck);
    }
    seen_.clear();
    if (buckets_.size() < 2) buckets_.resize(2);
    for (const NodeIndex node : sinks_) {
      if (nodes_[node].surplus >= 0) continue;
      nodes_[node].next = levels ? WithLevel(nodes_[node].key, 0) : nodes_[node].key + 1;
      seen_.push_back(node);
    }
    sinks_.assign(seen_.begin(), seen_.end());
    buckets_[levels ? 0 : 1].assign(seen_.begin(), seen_.end());
    missing_ = holders_.size();
    std::size_t distance = 0;
    while (missing_ > 0 && distance < buckets_.size()) Settle<kPriced>(distance++);
    // Everybody sinks by his distance, the rest as far as the last; told as what they rise.
    const Key shift =
        distance == 0 ? 0 : static_cast<Key>(distance - 1) << (levels ? kDepthBits : 0);
    for (const NodeIndex node : seen_) {
      if (nodes_[node].key == nodes_[node].next) nodes_[node].key -= shift;
      nodes_[node].next = kUnseen;
    }
    for (; distance < buckets_.size(); ++distance) Drop(buckets_[distance]);
  }

  // The nodes at one distance by cost, those with few arcs to go first: what came from smaller
  // distances is sorted and merged with what is found here, which is in order anyway.
  template <bool kPriced>
  void Settle(std::size_t distance) {
    arrived_ = std::move(buckets_[distance]);
    buckets_[distance].clear();
    if (kPriced && distance > 0) SortByLevel();
    begin_ = size_ = 0;  // the queue serves those found here
    std::size_t next = 0;
    while (missing_ > 0) {
      const bool some_wait = size_ > 0;
      const bool some_arrived = next < arrived_.size();
      if (!some_wait && !some_arrived) break;
      const bool waits = !some_arrived || (some_wait && LevelOf(nodes_[queue_[begin_]].next) <=
                                                            LevelOf(nodes_[arrived_[next]].next));
      const NodeIndex node = waits ? Dequeue() : arrived_[next++];
      if (nodes_[node].key != nodes_[node].next) Expand<kPriced>(node, distance);
    }
  }

  void SortByLevel() {
    const auto settled = [&](NodeIndex node) { return nodes_[node].key == nodes_[node].next; };
    arrived_.erase(std::remove_if(arrived_.begin(), arrived_.end(), settled), arrived_.end());
    std::stable_sort(arrived_.begin(), arrived_.end(), [&](NodeIndex a, NodeIndex b) {
      return LevelOf(nodes_[a].next) < LevelOf(nodes_[b].next);
    });
  }

  template <bool kPriced>
  void Expand(NodeIndex index, std::size_t distance) {
    Node<Sum>& node = nodes_[index];
    node.key = node.next;
    node.current = node.first;
    if (node.surplus > 0) --missing_;
    const int shift = HaveLevels<kPriced>() ? kDepthBits : 0;
    const std::uint32_t end = nodes_[index + 1].first;
    work_ += end - node.first;
    for (std::uint32_t i = node.first; i < end; ++i) {
      const ResidualArc& arc = arcs_[i];
      if ((arc.to & kBackOpen) == 0) continue;
      Node<Sum>& from = nodes_[arc.head()];
      const Key key = node.key - CostOf<kPriced>(arc) + 1;
      if (key >= from.next) continue;
      if (from.next == kUnseen) seen_.push_back(arc.head());
      const Key before = std::exchange(from.next, key);
      const auto there = static_cast<std::size_t>((key >> shift) - (from.key >> shift));
      if (there == distance) {
        Enqueue(arc.head());
      } else if (before >> shift != key >> shift) {  // else it waits in that bucket already
        if (there >= buckets_.size()) buckets_.resize(there + 1);
        buckets_[there].push_back(arc.head());
      }
    }
  }

  // First in, first out push–relabel from the holders. What gets stuck at its depth stays where it
  // is and holds for the next search, and so does everything after many relabels.
  template <bool kPriced>
  void Move() {
    holders_.clear();
    begin_ = size_ = 0;
    relabels_ = 0;
    Key highest = 0;
    for (const NodeIndex node : seen_) {
      const Key level = LevelOf(nodes_[node].key);
      if (level == kStuck && HaveLevels<kPriced>()) continue;
      highest = std::max(highest, level);
      if (nodes_[node].surplus > 0) Enqueue(node);
    }
    highest_ = kHeadroom * highest + 1;
    const std::uint64_t patience = seen_.size() / kPatience + 16;
    while (size_ > 0 && relabels_ < patience) Discharge<kPriced>(Dequeue());
    while (size_ > 0) holders_.push_back(Dequeue());
  }

  void Enqueue(NodeIndex node) {
    std::size_t end = begin_ + size_++;
    if (end >= queue_.size()) end -= queue_.size();
    queue_[end] = node;
  }

  NodeIndex Dequeue() {
    const NodeIndex node = queue_[begin_];
    if (++begin_ == queue_.size()) begin_ = 0;
    --size_;
    return node;
  }

  template <bool kPriced>
  void Discharge(NodeIndex index) {
    Node<Sum>& node = nodes_[index];
    const std::uint32_t end = nodes_[index + 1].first;
    const Key below = node.key - 1;
    Sum surplus = node.surplus;
    std::uint32_t i = node.current;
    for (; i < end; ++i) {
      ResidualArc& arc = arcs_[i];
      if (arc.left == 0) continue;
      Node<Sum>& head = nodes_[arc.head()];
      if (head.key != below - CostOf<kPriced>(arc)) continue;
      const Flow moved = surplus < arc.left ? static_cast<Flow>(surplus) : arc.left;
      ResidualArc& back = arcs_[arc.back];
      arc.left -= moved;
      arc.to |= kBackOpen;
      if (arc.left == 0) back.to &= ~kBackOpen;
      back.left += moved;
      removed_ += arc.against() ? moved : -moved;
      const Sum before = head.surplus;
      head.surplus = before + moved;
      if (before <= 0 && before + moved > 0) Enqueue(arc.head());
      surplus -= moved;
      if (surplus == 0) break;
    }
    work_ += i - node.current;
    node.surplus = surplus;
    node.current = i;
    if (surplus > 0) Relabel<kPriced>(index);
  }

  template <bool kPriced>
  void Relabel(NodeIndex index) {
    Node<Sum>& node = nodes_[index];
    const std::uint32_t end = nodes_[index + 1].first;
    Key lowest = kUnseen;
    std::uint32_t where = end;
    work_ += end - node.first;
    ++relabels_;
    for (std::uint32_t i = node.first; i < end; ++i) {
      const ResidualArc& arc = arcs_[i];
      if (arc.left == 0) continue;
      const Key key = nodes_[arc.head()].key + CostOf<kPriced>(arc);
      if (key >= lowest) continue;
      lowest = key;
      where = i;
    }
    if (HaveLevels<kPriced>() && lowest - WithLevel(node.key, 0) >= highest_) {
      node.key = WithLevel(node.key, kStuck);
      holders_.push_back(index);
      return;
    }
    node.key = lowest + 1;
    node.current = where;
    Enqueue(index);
  }

  // Whether what is still to be moved can cost no more than its share, by estimate.
  bool IsEnough(std::uint32_t ppm) const {
    AmountSum waiting = 0;
    for (const NodeIndex node : holders_) waiting += nodes_[node].surplus;
    const std::uint32_t detour = std::clamp(network_.depth / 10, kLeastDetour, kMostDetour);
    const AmountSum lost = detour * waiting;
    return removed_ > 0 && lost <= removed_ / kWholeInPpm * (kWholeInPpm - ppm);
  }

  static constexpr std::uint32_t kProgress = 16;
  static constexpr std::size_t kFew = 64;
  static constexpr std::uint32_t kLeastDetour = 2;
  static constexpr std::uint32_t kMostDetour = 10;
  static constexpr Key kHomePrice = 4;            // of a hop-unit, in arcs
  static constexpr std::uint32_t kNotFar = 1000;  // deeper networks might take a million of buckets
  static constexpr Key kHeadroom = 2;
  static constexpr std::size_t kPatience = 3;

  const CirculationNetwork& network_;
  AmountSum removed_ = 0;         // with all surplus where it is
  LargeVector<Node<Sum>> nodes_;  // and one more, for the end of the last one's arcs
  LargeVector<ResidualArc> arcs_;
  std::vector<NodeIndex> queue_;  // a ring
  std::size_t begin_ = 0;
  std::size_t size_ = 0;
  std::vector<NodeIndex> holders_;  // of surplus that waits
  std::vector<NodeIndex> sinks_;    // all with deficits, and some that had one
  std::vector<NodeIndex> seen_;     // by the last search
  std::vector<std::vector<NodeIndex>> buckets_;
  std::vector<NodeIndex> arrived_;
  std::size_t missing_ = 0;  // holders not found yet
  Key home_price_ = 0;
  Key highest_ = 0;  // levels beyond this one are not worth a try
  std::uint64_t relabels_ = 0;
  std::uint64_t work_ = 0;
};

// No surplus can pass what all edges can carry together.
bool FitsFlow(const CirculationNetwork& network) {
  AmountSum total = 0;
  for (const CirculationEdge& edge : network.edges) {
    if (network.Inside(edge)) total += edge.capacity;
  }
  return total <= kMaxAmount;
}

}  // namespace

CirculationState TieredPreflow(const CirculationNetwork& network,
                               const TieredPreflowOptions& options) {
  if (FitsFlow(network)) return Engine<Flow>(network, nullptr).Run(options);
  return Engine<AmountSum>(network, nullptr).Run(options);
}

void BringHome(const CirculationNetwork& network, CirculationState* state) {
  if (FitsFlow(network)) {
    Engine<Flow>(network, &state->flow).BringHome(0, state);
  } else {
    Engine<AmountSum>(network, &state->flow).BringHome(0, state);
  }
}

}  // namespace geo::graph
