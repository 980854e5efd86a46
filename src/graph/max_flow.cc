// Exact maximum flow: Dinic's phases, each with a level search from both ends. When the sides meet,
// the rest of that level is scanned and flow is sent through every arc that crosses over, climbing
// from it to both roots along falling levels. Climbing starts where the sides met and not at the
// source, so it never wanders into parts that do not lead to the target.
#include <algorithm>

#include "src/base/prefetch.h"
#include "src/graph/search_state.h"

namespace geo::graph {
namespace {

constexpr std::uint32_t kDead = 0xffffffff;  // as a cursor: no way to the root any more
constexpr std::uint32_t kNowhere = 0xffffffff;

}  // namespace

Outcome Search::State::Maximize(Flow limit, std::uint32_t max_hops, Flow quantum) {
  AllowCancelling(true);
  CompleteCopies();
  quantum_ = quantum;
  open_ = CodesFor(quantum);
  limit = std::min(limit, kMaxAmount - (quantum - 1));  // the value may pass it by that much
  Flow missing = limit - value_;
  while (missing > 0) {
    if (OutOfWork()) return Outcome::kWorkLimit;
    const Flow before = missing;
    const Outcome outcome = RunPhase(&missing, max_hops);
    value_ += before - missing;
    if (outcome != Outcome::kFound) return outcome;
  }
  return Outcome::kFound;
}

// kFound: flow was sent along shortest paths until none of that length is left or nothing missing.
Outcome Search::State::RunPhase(Flow* missing, std::uint32_t max_hops) {
  const Ending ending{*this};
  StartSearch();
  while (true) {
    const int side = NextSide();
    if (sides_[side].level_size() == 0) {
      exhausted_side_ = side;
      return Outcome::kExhausted;
    }
    if (sides_[0].depth() + sides_[1].depth() + 1 > max_hops) return Outcome::kHopLimit;
    const bool met =
        side == kFromSource ? GrowForFlow<kFromSource>(missing) : GrowForFlow<kFromTarget>(missing);
    if (met) return Outcome::kFound;
    if (OutOfWork()) return Outcome::kWorkLimit;
  }
}

// Expands one level; from the first meeting on only looks for further crossings and sends flow
// through each. Returns whether there was one.
template <int kSide>
bool Search::State::GrowForFlow(Flow* missing) {
  Side& side = sides_[kSide];
  const std::uint32_t begin = side.level_begin();
  const std::uint32_t end = side.count;
  side.levels.push_back(end);
  PrefetchLevel(side, begin, end);
  bool met = false;
  for (std::uint32_t position = begin; position < end; ++position) {
    std::uint32_t slot = 0;
    if (!met) {
      slot = Expand<kSide>(position, open_, quantum_);
      met = slot < graph_->degree(side.node(position));
    } else {
      work_ += graph_->degree(side.node(position));
    }
    if (met) CrossFrom<kSide>(position, slot, missing);
    if (*missing <= 0) return true;
    if (OutOfWork()) return met;
  }
  if (met) return true;
  for (std::uint32_t position = end; position < side.count; ++position) {
    position_[side.node(position)] = position;
    side.cursors[position] = 0;
  }
  return false;
}

// The first arc from `slot` on that is open towards a node of the other side; the degree if none.
template <int kSide>
std::uint32_t Search::State::NextCrossing(NodeIndex node, std::uint32_t slot) {
  const HotArc* arcs = ArcsOf(node);
  const std::uint8_t* visited = visited_.data();
  const std::uint32_t degree = graph_->degree(node);
  const std::uint16_t code = open_.possible;
  for (; slot < degree; ++slot) {
    const HotArc arc = arcs[slot];
    const std::uint32_t bits = visited[arc.to];
    const int open = CodeFrom(kSide, arc) >= code ? 1 : 0;
    const int other = bits == BitOf(1 - kSide) ? 1 : 0;
    if ((open & other) != 0) break;
  }
  return slot;
}

// Sends flow through every arc from the node at `position`, from `slot` on, that crosses over.
template <int kSide>
void Search::State::CrossFrom(std::uint32_t position, std::uint32_t slot, Flow* missing) {
  const NodeIndex node = sides_[kSide].node(position);
  const std::uint32_t degree = graph_->degree(node);
  while (*missing > 0) {
    slot = NextCrossing<kSide>(node, slot);
    if (slot >= degree) return;
    AugmentThrough<kSide>(position, graph_->neighbor(node, slot), graph_->edge(node, slot),
                          missing);
    ++slot;
  }
}

// Sends as much as possible through the arc that joins the node at `position` of kSide with
// `other`, which the other side knows.
template <int kSide>
void Search::State::AugmentThrough(std::uint32_t position, NodeIndex other, EdgeIndex edge,
                                   Flow* missing) {
  constexpr int kOther = 1 - kSide;
  const NodeIndex node = sides_[kSide].node(position);
  const Step crossing = kSide == kFromSource ? Step{node, other, edge} : Step{other, node, edge};
  // kSide has begun a new level already; the crossing leaves from the one before.
  const std::uint32_t level = sides_[kSide].depth() - 1;
  const std::uint32_t other_level = sides_[kOther].depth();
  const std::uint32_t other_position = LivePosition(sides_[kOther], other, other_level);
  while (*missing > 0 && other_position != kNowhere) {
    steps_.assign(1, crossing);
    if (Residual(edge, crossing.tail) < quantum_) return;
    if (!Climb<kSide>(position, level)) return;
    if (!Climb<kOther>(other_position, other_level)) return;
    Flow amount = kMaxAmount;
    for (const Step& step : steps_) amount = std::min(amount, Residual(step.edge, step.tail));
    // At most what is missing, in whole quanta, at least one.
    const Flow wanted = (*missing - 1) / quantum_ + 1;
    amount = std::min(amount / quantum_, wanted) * quantum_;
    for (const Step& step : steps_) AddFlow(step.edge, step.tail, amount);
    *missing -= amount;
  }
}

// Appends to steps_ arcs with room from the node at `position`, on `level`, to the root of kSide.
// False: there are none; the node is dead for this phase.
template <int kSide>
bool Search::State::Climb(std::uint32_t position, std::uint32_t level) {
  Side& side = sides_[kSide];
  const std::size_t first_step = steps_.size();
  climb_.assign(1, position);
  while (!climb_.empty()) {
    const auto climbed = static_cast<std::uint32_t>(climb_.size() - 1);
    if (climbed == level) return true;
    const std::uint32_t top = climb_.back();
    std::uint32_t slot = 0;
    const std::uint32_t parent = ParentOf<kSide>(top, level - climbed, &slot);
    if (parent == kNowhere) {
      side.cursors[top] = kDead;
      climb_.pop_back();
      if (steps_.size() > first_step) steps_.pop_back();
      continue;
    }
    const NodeIndex node = side.node(top);
    const NodeIndex above = side.node(parent);
    const EdgeIndex edge = graph_->edge(node, slot);
    PrefetchMemory(GraphAccess::Record(*graph_, edge));
    PrefetchMemory(&flow_[edge]);
    steps_.push_back(kSide == kFromSource ? Step{above, node, edge} : Step{node, above, edge});
    climb_.push_back(parent);
  }
  return false;
}

// Whether flow can go between `node` and its neighbour at `slot`, one level nearer to the root of
// kSide. Of arcs at the root only its own copy of them knows; there exact amounts decide.
template <int kSide>
bool Search::State::CanStep(NodeIndex node, std::uint32_t slot, std::uint32_t level) {
  const HotArc& arc = ArcsOf(node)[slot];
  const std::uint16_t code = CodeFrom(1 - kSide, arc);
  if (level > 1 && code >= open_.certain) return true;
  if (level > 1 && code < open_.possible) return false;
  return Residual(graph_->edge(node, slot), kSide == kFromSource ? arc.to : node) >= quantum_;
}

// Where `side` holds `node`, if it is on `level` and not dead.
std::uint32_t Search::State::LivePosition(const Side& side, NodeIndex node,
                                          std::uint32_t level) const {
  const std::uint32_t position = position_[node];
  const std::uint32_t end = level + 1 < side.levels.size() ? side.levels[level + 1] : side.count;
  if (position < side.levels[level] || position >= end) return kNowhere;
  if (side.node(position) != node || side.cursors[position] == kDead) return kNowhere;
  return position;
}

// The position of a live node one level nearer to the root that has room towards the node at
// `position` (on `level` ≥ 1), and the slot of the arc to it; kNowhere if there is none. Tries
// first the node that discovered it, then its arcs in order; the cursor remembers how far it came,
// because in one phase no arc gets room again.
template <int kSide>
std::uint32_t Search::State::ParentOf(std::uint32_t position, std::uint32_t level,
                                      std::uint32_t* slot) {
  Side& side = sides_[kSide];
  const NodeIndex node = side.node(position);
  std::uint32_t& cursor = side.cursors[position];
  if (cursor == kDead) return kNowhere;
  if (cursor == 0) {
    const std::uint32_t parent = side.parent(position);
    *slot = GraphAccess::SlotOf(*graph_, node, side.node(parent));
    if (side.cursors[parent] != kDead && CanStep<kSide>(node, *slot, level)) return parent;
    cursor = 1;
  }
  if (level == 1) return kNowhere;  // one edge to the root, and it was the one tried
  const HotArc* arcs = ArcsOf(node);
  const std::uint32_t degree = graph_->degree(node);
  for (; cursor <= degree; ++cursor) {
    ++work_;
    const HotArc& arc = arcs[cursor - 1];
    if (CodeFrom(1 - kSide, arc) < open_.possible) continue;
    if ((VisitedBits(arc.to) & BitOf(kSide)) == 0) continue;
    const std::uint32_t parent = LivePosition(side, arc.to, level - 1);
    if (parent == kNowhere) continue;
    *slot = cursor - 1;
    if (CanStep<kSide>(node, *slot, level)) return parent;
  }
  return kNowhere;
}

std::vector<CutArc> Search::State::MinimumCut(AmountSum* unconditional) {
  AllowCancelling(true);
  const int side = exhausted_side_;
  const Side& reached = sides_[side];
  const Ending ending{*this};
  for (std::uint32_t i = 0; i < reached.count; ++i) Visit(reached.node(i), side);
  if (unconditional != nullptr) *unconditional = 0;
  std::vector<CutArc> cut;
  for (std::uint32_t i = 0; i < reached.count; ++i) {
    const NodeIndex node = reached.node(i);
    work_ += graph_->degree(node);
    for (std::uint32_t j = 0; j < graph_->degree(node); ++j) {
      const NodeIndex to = graph_->neighbor(node, j);
      if ((VisitedBits(to) & BitOf(side)) != 0) continue;
      const EdgeIndex edge = graph_->edge(node, j);
      const NodeIndex tail = side == kFromSource ? node : to;
      if (unconditional != nullptr) {
        *unconditional +=
            std::max<Flow>(graph_->CapacityFor(edge, tail, source_, target_, true), 0);
      }
      const Flow capacity = BaseCapacity(edge, tail);
      if (capacity == kAbsent) continue;
      cut.push_back({tail, side == kFromSource ? to : node, edge, capacity});
    }
  }
  std::sort(cut.begin(), cut.end(), [](const CutArc& x, const CutArc& y) {
    return x.tail != y.tail ? x.tail < y.tail : x.head < y.head;
  });
  return cut;
}

}  // namespace geo::graph
