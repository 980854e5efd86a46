#include "geo/graph/residual_graph.h"

#include <algorithm>
#include <string>
#include <utility>

#include "src/base/status_macros.h"
#include "src/graph/capacity_code.h"

namespace geo::graph {
namespace {

constexpr std::uint8_t kTailForbids = 1;
constexpr std::uint8_t kHeadForbids = 2;
constexpr std::uint8_t kConstrained = 4;
constexpr std::uint8_t kShut = 8;  // on both sides: an end is disabled

constexpr std::uint32_t kNoBlock = 0xffffffff;
constexpr std::uint8_t kNoClass = 0xff;  // a node without a block

// Two sizes per octave, so that at most a third of a block is slack: 2, 3, 4, 6, 8, 12, 16…
constexpr std::uint32_t ClassSize(std::uint8_t size_class) {
  if (size_class == kNoClass) return 0;
  const std::uint32_t base = 2U << (size_class / 2);
  return size_class % 2 == 0 ? base : base + base / 2;
}

constexpr std::uint8_t ClassFor(std::uint32_t degree) {
  std::uint8_t size_class = 0;
  while (ClassSize(size_class) < degree) ++size_class;
  return size_class;
}

// Room for `size` elements. Tables grow by a quarter: they are most of the memory there is, and
// what doubling would leave empty is a third of them on average.
template <typename Table>
void MakeRoom(Table& table, std::size_t size) {
  if (size <= table.capacity()) return;
  table.reserve(std::max(size, table.capacity() + table.capacity() / 4));
}

Status CheckArc(const Arc& arc) {
  if (arc.direct < kAbsent || arc.transit < kAbsent || arc.transit > arc.direct ||
      arc.relaxed < kAbsent) {
    return MakeError(ErrorCode::kInvalidArgument,
                     "arc with direct " + std::to_string(arc.direct) + ", transit " +
                         std::to_string(arc.transit) + ", relaxed " + std::to_string(arc.relaxed) +
                         "; expected -1 ≤ transit ≤ direct and -1 ≤ relaxed");
  }
  return OkStatus();
}

}  // namespace

Status ResidualGraph::Grow(NodeIndex count) {
  if (count > kMaxNodes) {
    return MakeError(ErrorCode::kTooLarge, "graph of " + std::to_string(count) +
                                               " nodes; at most " + std::to_string(kMaxNodes));
  }
  if (count <= nodes_.size()) return OkStatus();
  MakeRoom(nodes_, count);
  MakeRoom(info_, count);
  nodes_.resize(count);
  info_.resize(count, NodeInfo{.size_class = kNoClass});
  return OkStatus();
}

void ResidualGraph::StoreArcs(Edge& edge, const Arc& ab, const Arc& ba) {
  const Arc* arcs[2] = {&ab, &ba};
  const std::uint8_t shut = info_[edge.a].enabled && info_[edge.b].enabled ? 0 : kShut;
  bool plain = true;
  for (int side = 0; side < 2; ++side) {
    const Arc& arc = *arcs[side];
    edge.flags[side] = static_cast<std::uint8_t>((arc.tail_forbids ? kTailForbids : 0) |
                                                 (arc.head_forbids ? kHeadForbids : 0) |
                                                 (arc.constrained ? kConstrained : 0) | shut);
    edge.max_hops[side] = arc.max_hops;
    edge.transit[side] = arc.transit;
    plain = plain && arc.direct == arc.transit && arc.relaxed == kAbsent;
  }
  if (plain) {
    if (edge.extra != kNoExtra) free_extras_.push_back(edge.extra);
    edge.extra = kNoExtra;
    return;
  }
  if (edge.extra == kNoExtra) edge.extra = TakeExtra();
  extras_[edge.extra] = {{ab.direct, ba.direct}, {ab.relaxed, ba.relaxed}};
}

// Whether that end (0: a, 1: b) forbids an arc to others.
bool ResidualGraph::Forbids(const Edge& edge, int end) {
  return (edge.flags[end] & kTailForbids) != 0 || (edge.flags[1 - end] & kHeadForbids) != 0;
}

bool ResidualGraph::IsSpecial(const Edge& edge) const {
  return Forbids(edge, 0) || Forbids(edge, 1) || Direct(edge, 0) != edge.transit[0] ||
         Direct(edge, 1) != edge.transit[1];
}

bool ResidualGraph::IsRelaxed(const Edge& edge) const {
  return Forbids(edge, 0) || Forbids(edge, 1) || Relaxed(edge, 0) > edge.transit[0] ||
         Relaxed(edge, 1) > edge.transit[1];
}

StatusOr<EdgeIndex> ResidualGraph::Insert(NodeIndex u, NodeIndex v, const Arc& uv, const Arc& vu) {
  if (u >= nodes_.size() || v >= nodes_.size() || u == v) {
    return MakeError(ErrorCode::kInvalidArgument,
                     "edge between nodes " + std::to_string(u) + " and " + std::to_string(v) +
                         "; expected two different nodes below " + std::to_string(nodes_.size()));
  }
  GEO_RETURN_IF_ERROR(CheckArc(uv));
  GEO_RETURN_IF_ERROR(CheckArc(vu));
  if (Find(u, v) != kNoEdge) {
    return MakeError(ErrorCode::kInvalidArgument, "edge between nodes " + std::to_string(u) +
                                                      " and " + std::to_string(v) +
                                                      " exists; change it instead");
  }
  if (free_edge_ == kNoEdge && edges_.size() >= kMaxEdges) {
    return MakeError(ErrorCode::kTooLarge,
                     "graph holds " + std::to_string(kMaxEdges) + " edges; no more fit");
  }
  const EdgeIndex index = TakeEdge();
  Edge& edge = edges_[index];
  edge.a = std::min(u, v);
  edge.b = std::max(u, v);
  StoreArcs(edge, u < v ? uv : vu, u < v ? vu : uv);
  InsertSlot(u, v, index);
  InsertSlot(v, u, index);
  ChangeSums(edge, Share(), ShareOf(edge));
  WriteCodes(index, true);
  ++live_edges_;
  return index;
}

Status ResidualGraph::Change(EdgeIndex index, NodeIndex tail, const Arc& uv, const Arc& vu) {
  if (!Exists(index) || (tail != edges_[index].a && tail != edges_[index].b)) {
    return MakeError(ErrorCode::kInvalidArgument, "edge " + std::to_string(index) +
                                                      " does not exist or does not touch node " +
                                                      std::to_string(tail));
  }
  GEO_RETURN_IF_ERROR(CheckArc(uv));
  GEO_RETURN_IF_ERROR(CheckArc(vu));
  Edge& edge = edges_[index];
  const Share before = ShareOf(edge);
  StoreArcs(edge, tail == edge.a ? uv : vu, tail == edge.a ? vu : uv);
  const Share after = ShareOf(edge);
  ChangeSums(edge, before, after);
  WriteCodes(index, after.relaxed != before.relaxed || after.forbids[0] != before.forbids[0] ||
                        after.forbids[1] != before.forbids[1]);
  return OkStatus();
}

Status ResidualGraph::Remove(EdgeIndex index) {
  if (!Exists(index)) {
    return MakeError(ErrorCode::kInvalidArgument,
                     "edge " + std::to_string(index) + " does not exist");
  }
  Edge& edge = edges_[index];
  ChangeSums(edge, ShareOf(edge), Share());
  RemoveSlot(edge.a, edge.b);
  RemoveSlot(edge.b, edge.a);
  if (edge.extra != kNoExtra) free_extras_.push_back(edge.extra);
  edge = Edge{};
  edge.b = free_edge_;
  free_edge_ = index;
  --live_edges_;
  return OkStatus();
}

Status ResidualGraph::SetEnabled(NodeIndex node, bool enabled) {
  if (node >= nodes_.size()) {
    return MakeError(
        ErrorCode::kInvalidArgument,
        "node " + std::to_string(node) + "; expected one below " + std::to_string(nodes_.size()));
  }
  if (info_[node].enabled == enabled) return OkStatus();
  info_[node].enabled = enabled;
  for (std::uint32_t i = 0; i < degree(node); ++i) {
    Edge& at = edges_[edge(node, i)];
    const Share before = ShareOf(at);
    const bool shut = !enabled || !info_[neighbor(node, i)].enabled;
    for (std::uint8_t& flags : at.flags) {
      flags = static_cast<std::uint8_t>(shut ? flags | kShut : flags & ~kShut);
    }
    ChangeSums(at, before, ShareOf(at));
    WriteCodes(edge(node, i), false);
  }
  return OkStatus();
}

EdgeIndex ResidualGraph::Find(NodeIndex u, NodeIndex v) const {
  if (degree(u) > degree(v)) std::swap(u, v);
  const std::uint32_t i = LowerBound(u, v);
  return i < degree(u) && neighbor(u, i) == v ? edge(u, i) : kNoEdge;
}

Arc ResidualGraph::ArcFrom(EdgeIndex index, NodeIndex tail) const {
  const Edge& edge = edges_[index];
  const int side = tail == edge.a ? 0 : 1;
  return Arc{.direct = Direct(edge, side),
             .transit = edge.transit[side],
             .tail_forbids = (edge.flags[side] & kTailForbids) != 0,
             .head_forbids = (edge.flags[side] & kHeadForbids) != 0,
             .constrained = (edge.flags[side] & kConstrained) != 0,
             .max_hops = edge.max_hops[side],
             .relaxed = Relaxed(edge, side)};
}

bool ResidualGraph::constrained(EdgeIndex edge, NodeIndex tail) const {
  const Edge& at = edges_[edge];
  return (at.flags[tail == at.a ? 0 : 1] & kConstrained) != 0;
}

Flow ResidualGraph::CapacityFor(EdgeIndex index, NodeIndex tail, NodeIndex source, NodeIndex target,
                                bool ignore_conditions) const {
  const Edge& edge = edges_[index];
  if ((edge.flags[0] & kShut) != 0) return kAbsent;
  const int side = tail == edge.a ? 0 : 1;
  const NodeIndex head = tail == edge.a ? edge.b : edge.a;
  const bool direct = tail == source && head == target;
  const Flow given = direct ? Direct(edge, side) : edge.transit[side];
  if (ignore_conditions) return std::max(given, Relaxed(edge, side));
  if (tail != source && (edge.flags[side] & kTailForbids) != 0) return kAbsent;
  if (head != target && (edge.flags[side] & kHeadForbids) != 0) return kAbsent;
  return given;
}

AmountSum ResidualGraph::OutBound(NodeIndex source, NodeIndex target) const {
  const EdgeIndex index = Find(source, target);
  AmountSum sum = info_[source].out;
  if (index == kNoEdge) return sum;
  const Edge& edge = edges_[index];
  const int side = source == edge.a ? 0 : 1;
  const Flow direct = CapacityFor(index, source, source, target);
  return sum - SourceCapacity(edge, side) + std::max<Flow>(direct, 0);
}

AmountSum ResidualGraph::InBound(NodeIndex source, NodeIndex target) const {
  const EdgeIndex index = Find(source, target);
  AmountSum sum = info_[target].in;
  if (index == kNoEdge) return sum;
  const Edge& edge = edges_[index];
  const int side = source == edge.a ? 0 : 1;
  const Flow direct = CapacityFor(index, source, source, target);
  return sum - TargetCapacity(edge, side) + std::max<Flow>(direct, 0);
}

std::size_t ResidualGraph::MemoryBytes() const {
  return nodes_.capacity() * sizeof(Node) + info_.capacity() * sizeof(NodeInfo) +
         arcs_.capacity() * sizeof(HotArc) + refs_.capacity() * sizeof(std::uint32_t) +
         edges_.capacity() * sizeof(Edge) + extras_.capacity() * sizeof(Extra) +
         (free_extras_.capacity() + free_blocks_.capacity()) * sizeof(std::uint32_t);
}

// What the arc on `side` carries when its tail is the source and its head is not the target.
Flow ResidualGraph::SourceCapacity(const Edge& edge, int side) const {
  if ((edge.flags[side] & (kHeadForbids | kShut)) != 0) return 0;
  return std::max<Flow>(edge.transit[side], 0);
}

// What it carries when its head is the target and its tail is not the source.
Flow ResidualGraph::TargetCapacity(const Edge& edge, int side) const {
  if ((edge.flags[side] & (kTailForbids | kShut)) != 0) return 0;
  return std::max<Flow>(edge.transit[side], 0);
}

// What it carries when neither end is an end point of the query.
Flow ResidualGraph::BetweenOthers(const Edge& edge, int side) const {
  if ((edge.flags[side] & (kTailForbids | kHeadForbids | kShut)) != 0) return kAbsent;
  return edge.transit[side];
}

ResidualGraph::Share ResidualGraph::ShareOf(const Edge& edge) const {
  Share share;
  for (int side = 0; side < 2; ++side) {
    share.out[side] = SourceCapacity(edge, side);
    share.in[side] = TargetCapacity(edge, side);
    share.forbids[side] = Forbids(edge, side) ? 1 : 0;
  }
  share.relaxed = IsRelaxed(edge) ? 1 : 0;
  share.special = share.relaxed != 0 || IsSpecial(edge) ? 1 : 0;
  return share;
}

// Puts `after` in the place of `before` in the sums of the edge's ends.
void ResidualGraph::ChangeSums(const Edge& edge, const Share& before, const Share& after) {
  NodeInfo* ends[2] = {&info_[edge.a], &info_[edge.b]};
  for (int side = 0; side < 2; ++side) {
    ends[side]->out += after.out[side] - before.out[side];
    ends[1 - side]->in += after.in[side] - before.in[side];
    ends[side]->forbids += after.forbids[side] - before.forbids[side];
    ends[side]->relaxed += after.relaxed - before.relaxed;
  }
  special_edges_ += after.special - before.special;
}

// `conditions`: also what the ends forbid and whether it is relaxed, which seldom changes and lies
// elsewhere in memory.
void ResidualGraph::WriteCodes(EdgeIndex index, bool conditions) {
  const Edge& edge = edges_[index];
  const std::uint16_t ab = CodeOf(BetweenOthers(edge, 0));
  const std::uint16_t ba = CodeOf(BetweenOthers(edge, 1));
  const std::size_t at_a = nodes_[edge.a].offset + LowerBound(edge.a, edge.b);
  const std::size_t at_b = nodes_[edge.b].offset + LowerBound(edge.b, edge.a);
  arcs_[at_a] = {edge.b, ab, ba};
  arcs_[at_b] = {edge.a, ba, ab};
  if (!conditions) return;
  const std::uint32_t ref = index << 2 | (IsRelaxed(edge) ? 2U : 0U);
  refs_[at_a] = ref | (Forbids(edge, 0) ? 1U : 0U);
  refs_[at_b] = ref | (Forbids(edge, 1) ? 1U : 0U);
}

EdgeIndex ResidualGraph::TakeEdge() {
  if (free_edge_ == kNoEdge) {
    MakeRoom(edges_, edges_.size() + 1);
    edges_.emplace_back();
    return static_cast<EdgeIndex>(edges_.size() - 1);
  }
  const EdgeIndex index = free_edge_;
  free_edge_ = edges_[index].b;
  return index;
}

std::uint32_t ResidualGraph::TakeExtra() {
  if (free_extras_.empty()) {
    extras_.emplace_back();
    return static_cast<std::uint32_t>(extras_.size() - 1);
  }
  const std::uint32_t extra = free_extras_.back();
  free_extras_.pop_back();
  return extra;
}

// The first slot of `node` whose neighbour is not below `neighbor`. How often the loop runs depends
// on the degree alone, which processors foresee better than what is compared.
std::uint32_t ResidualGraph::LowerBound(NodeIndex node, NodeIndex neighbor) const {
  const HotArc* begin = arcs_.data() + nodes_[node].offset;
  const HotArc* first = begin;
  std::uint32_t length = nodes_[node].degree;
  if (length == 0) return 0;
  while (length > 1) {
    const std::uint32_t half = length / 2;
    const std::uint32_t below = first[half - 1].to < neighbor ? 1 : 0;
    first += half & (0U - below);
    length -= half;
  }
  return static_cast<std::uint32_t>(first - begin) + (first->to < neighbor ? 1U : 0U);
}

std::uint32_t ResidualGraph::TakeBlock(std::uint8_t size_class) {
  if (free_blocks_.size() <= size_class) free_blocks_.resize(size_class + 1U, kNoBlock);
  const std::uint32_t offset = free_blocks_[size_class];
  if (offset != kNoBlock) {
    free_blocks_[size_class] = arcs_[offset].to;
    return offset;
  }
  const std::size_t end = arcs_.size();
  MakeRoom(arcs_, end + ClassSize(size_class));
  MakeRoom(refs_, end + ClassSize(size_class));
  arcs_.resize(end + ClassSize(size_class));
  refs_.resize(end + ClassSize(size_class));
  return static_cast<std::uint32_t>(end);
}

void ResidualGraph::FreeBlock(std::uint32_t offset, std::uint8_t size_class) {
  if (size_class == kNoClass) return;
  arcs_[offset].to = free_blocks_[size_class];
  free_blocks_[size_class] = offset;
}

// Moves the arcs of `node` to a block of `size_class`, which must hold them.
void ResidualGraph::MoveBlock(NodeIndex node, std::uint8_t size_class) {
  const Node old = nodes_[node];
  const std::uint32_t offset = size_class == kNoClass ? 0 : TakeBlock(size_class);
  std::copy_n(arcs_.begin() + old.offset, old.degree, arcs_.begin() + offset);
  std::copy_n(refs_.begin() + old.offset, old.degree, refs_.begin() + offset);
  FreeBlock(old.offset, info_[node].size_class);
  nodes_[node].offset = offset;
  info_[node].size_class = size_class;
}

void ResidualGraph::InsertSlot(NodeIndex node, NodeIndex neighbor, EdgeIndex edge) {
  const std::uint32_t degree = nodes_[node].degree;
  if (degree == ClassSize(info_[node].size_class)) MoveBlock(node, ClassFor(degree + 1));
  const std::uint32_t slot = LowerBound(node, neighbor);
  const auto arcs = arcs_.begin() + nodes_[node].offset;
  const auto refs = refs_.begin() + nodes_[node].offset;
  std::copy_backward(arcs + slot, arcs + degree, arcs + degree + 1);
  std::copy_backward(refs + slot, refs + degree, refs + degree + 1);
  arcs[slot] = {neighbor, kAbsentCode, kAbsentCode};
  refs[slot] = edge << 2;
  ++nodes_[node].degree;
}

void ResidualGraph::RemoveSlot(NodeIndex node, NodeIndex neighbor) {
  const std::uint32_t slot = LowerBound(node, neighbor);
  const std::uint32_t degree = --nodes_[node].degree;
  const auto arcs = arcs_.begin() + nodes_[node].offset;
  const auto refs = refs_.begin() + nodes_[node].offset;
  std::copy(arcs + slot + 1, arcs + degree + 1, arcs + slot);
  std::copy(refs + slot + 1, refs + degree + 1, refs + slot);
  if (degree == 0) {
    MoveBlock(node, kNoClass);
  } else if (degree <= ClassSize(info_[node].size_class) / 4) {
    MoveBlock(node, ClassFor(degree));
  }
}

}  // namespace geo::graph
