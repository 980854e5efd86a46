#include "src/graph/tiered_preflow.h"

#include <algorithm>
#include <vector>

namespace geo::graph {
namespace {

// Keys order nodes by tier, then by a place within the tier: while searching, the distance from
// surplus; while moving, the level, which is the number of arcs to a deficit. So one comparison
// says whether an arc leads where it should.
using Key = std::int64_t;

constexpr Key kTier = Key{1} << 32;
constexpr Key kUnseen = 0x7fffffff;  // the search did not come here
constexpr Key kStuck = 0x7ffffffe;   // it did, but no way leads on to a deficit
constexpr std::uint32_t kAgainst = 0x80000000;

constexpr Key PlaceOf(Key key) { return key & 0xffffffff; }
constexpr Key TierPart(Key key) { return key & ~Key{0xffffffff}; }

// One direction of an edge in the residual network. Along the edge one more hop-unit is carried;
// against it one less, and `to` has the bit kAgainst.
struct ResidualArc {
  std::uint32_t to = 0;
  std::uint32_t back = 0;  // the other direction
  Flow left = 0;

  NodeIndex head() const { return to & ~kAgainst; }
  Key cost() const { return (to & kAgainst) != 0 ? -kTier : kTier; }
};

// `Sum` holds the surplus of a node: Flow, or 128 bits where amounts are huge.
template <typename Sum>
class Engine {
 public:
  // Begins with nothing carried, or with `flow`.
  Engine(const CirculationNetwork& network, const std::vector<Flow>* flow) : network_(network) {
    CountArcs();
    PlaceArcs(flow);
    key_.assign(network.nodes, kUnseen);
    current_.resize(network.nodes);
    queue_.resize(std::size_t{network.nodes} + 1);
    for (NodeIndex node = 0; node < network.nodes; ++node) {
      if (surplus_[node] > 0) holders_.push_back(node);
    }
  }

  CirculationState Run(const TieredPreflowOptions& options) {
    CirculationState state;
    std::size_t before = holders_.size();
    for (std::uint32_t tiers = 1; !holders_.empty() && !state.gave_up; ++tiers) {
      SearchFromSurplus();
      RaiseTiers();
      MoveWithinTier();
      if (work_ >= options.work_limit) break;
      if (options.enough_ppm < kWholeInPpm && IsEnough(options.enough_ppm)) break;
      if (tiers % 8 != 0) continue;
      state.gave_up = tiers >= options.patience && holders_.size() > before / 4 * 3;
      before = holders_.size();
    }
    state.optimal = state.balanced = holders_.empty();
    state.gave_up = state.gave_up && !state.optimal;
    state.tiers.resize(network_.nodes);
    for (NodeIndex node = 0; node < network_.nodes; ++node) {
      state.tiers[node] = static_cast<std::int32_t>(key_[node] >> 32);
    }
    state.work = work_;
    Finish(&state.flow);
    return state;
  }

  // Moves the rest by ways that may cost something.
  void BringHome(CirculationState* state) {
    seen_.resize(network_.nodes);
    for (NodeIndex node = 0; node < network_.nodes; ++node) {
      seen_[node] = node;
      key_[node] = kStuck;
      if (surplus_[node] < 0) sinks_.push_back(node);
    }
    FindLevels<false>();
    Move<false>();
    state->work += work_;
    state->balanced = true;
    Finish(&state->flow);
  }

 private:
  template <typename T>
  static void Drop(std::vector<T>& vector) {
    std::vector<T>().swap(vector);
  }

  void CountArcs() {
    first_.assign(std::size_t{network_.nodes} + 1, 0);
    surplus_.assign(network_.nodes, 0);
    for (const CirculationEdge& edge : network_.edges) {
      if (!network_.Inside(edge)) continue;
      const NodeIndex tail = network_.number[edge.tail];
      const NodeIndex head = network_.number[edge.head];
      ++first_[tail];
      ++first_[head];
      surplus_[tail] += edge.amount;
      surplus_[head] -= edge.amount;
      total_ += edge.amount;
    }
    std::uint32_t sum = 0;
    for (std::uint32_t& first : first_) {
      const std::uint32_t count = first;
      first = sum;
      sum += count;
    }
    arcs_.resize(sum);
  }

  // Places are dealt in the order of the edges; Finish relies on it.
  void PlaceArcs(const std::vector<Flow>* flow) {
    std::size_t given = 0;
    std::vector<std::uint32_t> next(first_.begin(), first_.end() - 1);
    for (const CirculationEdge& edge : network_.edges) {
      if (!network_.Inside(edge)) continue;
      const NodeIndex tail = network_.number[edge.tail];
      const NodeIndex head = network_.number[edge.head];
      const std::uint32_t along = next[tail]++;
      const std::uint32_t against = next[head]++;
      const Flow carried = flow == nullptr ? 0 : (*flow)[given++];
      arcs_[along] = {head, against, edge.capacity - carried};
      arcs_[against] = {tail | kAgainst, along, carried};
      surplus_[tail] -= carried;
      surplus_[head] += carried;
    }
  }

  // Hands over the flow, and gives back all memory but that of the arcs before it takes more.
  void Finish(std::vector<Flow>* flow) {
    Drop(key_);
    Drop(current_);
    Drop(queue_);
    Drop(surplus_);
    Drop(seen_);
    flow->clear();
    std::vector<std::uint32_t> next(first_.begin(), first_.end() - 1);
    flow->reserve(network_.inside);
    for (const CirculationEdge& edge : network_.edges) {
      if (!network_.Inside(edge)) continue;
      ++next[network_.number[edge.tail]];
      flow->push_back(arcs_[next[network_.number[edge.head]]++].left);
    }
  }

  // Distances by reduced costs, in buckets, from all nodes with surplus at once, as far as the
  // nearest deficit and the ways without further cost from there.
  void SearchFromSurplus() {
    seen_.clear();
    sinks_.clear();
    nearest_ = kUnseen;
    if (buckets_.empty()) buckets_.resize(1);
    for (const NodeIndex node : holders_) {
      key_[node] = TierPart(key_[node]);
      seen_.push_back(node);
    }
    buckets_[0] = holders_;
    for (Key distance = 0; distance < static_cast<Key>(buckets_.size()); ++distance) {
      const auto index = static_cast<std::size_t>(distance);
      if (distance > nearest_) {
        buckets_[index].clear();
        continue;
      }
      for (std::size_t i = 0; i < buckets_[index].size(); ++i) {
        const NodeIndex node = buckets_[index][i];
        if (PlaceOf(key_[node]) == distance) Expand(node, distance);
      }
      buckets_[index].clear();
    }
  }

  void Expand(NodeIndex node, Key distance) {
    const Key tier = TierPart(key_[node]);
    const std::uint32_t end = first_[node + 1];
    work_ += end - first_[node];
    for (std::uint32_t i = first_[node]; i < end; ++i) {
      const ResidualArc& arc = arcs_[i];
      if (arc.left == 0) continue;
      const NodeIndex head = arc.head();
      const Key key = key_[head];
      const Key there = distance + ((arc.cost() + tier - TierPart(key)) >> 32);
      if (there >= PlaceOf(key) || there > nearest_) continue;
      if (PlaceOf(key) == kUnseen) seen_.push_back(head);
      key_[head] = TierPart(key) + there;
      if (surplus_[head] < 0) nearest_ = std::min(nearest_, there);
      const auto bucket = static_cast<std::size_t>(there);
      if (bucket >= buckets_.size()) buckets_.resize(bucket + 1);
      buckets_[bucket].push_back(head);
    }
  }

  // Everybody rises by his distance, at most that of the nearest deficit; told as what those who
  // are nearer fall behind the rest.
  void RaiseTiers() {
    for (const NodeIndex node : seen_) {
      const Key distance = PlaceOf(key_[node]);
      const Key behind = std::max<Key>(nearest_ - distance, 0);
      if (surplus_[node] < 0 && distance == nearest_) sinks_.push_back(node);
      key_[node] = TierPart(key_[node]) - behind * kTier + kStuck;
    }
  }

  // Levels: arcs to the nearest sink over ways without cost, backwards from all sinks at once.
  template <bool kPriced>
  void FindLevels() {
    std::size_t tail = 0;
    for (const NodeIndex sink : sinks_) {
      if (surplus_[sink] >= 0) continue;
      key_[sink] = TierPart(key_[sink]);
      current_[sink] = first_[sink];
      queue_[tail++] = sink;
    }
    for (std::size_t head = 0; head < tail; ++head) {
      const NodeIndex node = queue_[head];
      const Key level = PlaceOf(key_[node]) + 1;
      const Key stuck_here = TierPart(key_[node]) + kStuck;
      const std::uint32_t end = first_[node + 1];
      work_ += end - first_[node];
      for (std::uint32_t i = first_[node]; i < end; ++i) {
        const NodeIndex from = arcs_[i].head();
        const Key wanted = kPriced ? stuck_here + arcs_[i].cost() : stuck_here;
        if (key_[from] != wanted || arcs_[arcs_[i].back].left == 0) continue;
        key_[from] = wanted - kStuck + level;
        current_[from] = first_[from];
        queue_[tail++] = from;
      }
    }
  }

  void MoveWithinTier() {
    FindLevels<true>();
    Move<true>();
    for (const NodeIndex node : seen_) key_[node] = TierPart(key_[node]) + kUnseen;
  }

  // First in, first out push–relabel from the holders. What cannot reach a deficit in this tier
  // stays where it is and holds for the next.
  template <bool kPriced>
  void Move() {
    begin_ = size_ = 0;
    std::vector<NodeIndex> start;
    start.swap(holders_);
    relabels_ = 0;
    for (const NodeIndex node : start) {
      if (PlaceOf(key_[node]) == kStuck) {
        holders_.push_back(node);
      } else {
        Enqueue(node);
      }
    }
    const std::uint64_t patience = seen_.size() / 3 + 16;
    while (size_ > 0) {
      if (relabels_ >= patience) Relevel<kPriced>();
      if (size_ == 0) break;
      Discharge<kPriced>(Dequeue());
    }
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
  void Relevel() {
    std::vector<NodeIndex> active;
    active.reserve(size_);
    while (size_ > 0) active.push_back(Dequeue());
    for (const NodeIndex node : seen_) key_[node] = TierPart(key_[node]) + kStuck;
    FindLevels<kPriced>();
    begin_ = 0;
    for (const NodeIndex node : active) {
      if (PlaceOf(key_[node]) == kStuck) {
        holders_.push_back(node);
      } else {
        Enqueue(node);
      }
    }
    relabels_ = 0;
  }

  template <bool kPriced>
  void Discharge(NodeIndex node) {
    const std::uint32_t end = first_[node + 1];
    const Key below = key_[node] - 1;
    Sum surplus = surplus_[node];
    std::uint32_t i = current_[node];
    work_ += end - i;
    for (; i < end; ++i) {
      ResidualArc& arc = arcs_[i];
      const NodeIndex head = arc.head();
      const Key wanted = kPriced ? below + arc.cost() : below;
      if (key_[head] != wanted || arc.left == 0) continue;
      const Flow moved = surplus < arc.left ? static_cast<Flow>(surplus) : arc.left;
      arc.left -= moved;
      arcs_[arc.back].left += moved;
      const Sum before = surplus_[head];
      surplus_[head] = before + moved;
      if (before <= 0 && before + moved > 0) Enqueue(head);
      surplus -= moved;
      if (surplus == 0) break;
    }
    surplus_[node] = surplus;
    current_[node] = i;
    if (surplus > 0) Relabel<kPriced>(node);
  }

  template <bool kPriced>
  void Relabel(NodeIndex node) {
    const Key tier = TierPart(key_[node]);
    const std::uint32_t end = first_[node + 1];
    auto lowest = static_cast<std::uint64_t>(kStuck) - 1;
    std::uint32_t where = end;
    work_ += end - first_[node];
    ++relabels_;
    for (std::uint32_t i = first_[node]; i < end; ++i) {
      const ResidualArc& arc = arcs_[i];
      const Key base = kPriced ? tier + arc.cost() : tier;
      const auto level = static_cast<std::uint64_t>(key_[arc.head()] - base);
      if (level >= lowest || arc.left == 0) continue;
      lowest = level;
      where = i;
    }
    if (where == end || lowest >= seen_.size()) {
      key_[node] = tier + kStuck;
      holders_.push_back(node);
      return;
    }
    key_[node] = tier + static_cast<Key>(lowest) + 1;
    current_[node] = where;
    Enqueue(node);
  }

  // Whether what is still to be moved can cost no more than its share, by estimate.
  bool IsEnough(std::uint32_t ppm) const {
    AmountSum carried = 0;
    for (const ResidualArc& arc : arcs_) {
      if ((arc.to & kAgainst) != 0) carried += arc.left;
    }
    AmountSum waiting = 0;
    for (const NodeIndex node : holders_) waiting += surplus_[node];
    const AmountSum removed = total_ - carried;
    const AmountSum lost = kUsualDetour * waiting;
    return removed > 0 && lost <= removed / kWholeInPpm * (kWholeInPpm - ppm);
  }

  static constexpr int kUsualDetour = 8;

  const CirculationNetwork& network_;
  AmountSum total_ = 0;
  std::vector<std::uint32_t> first_;  // per node: its first arc; and the end
  std::vector<ResidualArc> arcs_;
  std::vector<Key> key_;
  std::vector<Sum> surplus_;
  std::vector<std::uint32_t> current_;  // per node: arcs before this one lead nowhere
  std::vector<NodeIndex> queue_;        // a ring
  std::size_t begin_ = 0;
  std::size_t size_ = 0;
  std::vector<NodeIndex> holders_;  // of surplus that waits
  std::vector<NodeIndex> seen_;
  std::vector<NodeIndex> sinks_;
  std::vector<std::vector<NodeIndex>> buckets_;
  Key nearest_ = 0;
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
    Engine<Flow>(network, &state->flow).BringHome(state);
  } else {
    Engine<AmountSum>(network, &state->flow).BringHome(state);
  }
}

}  // namespace geo::graph
