#include "geo/graph/residual_graph.h"

#include <algorithm>
#include <string>
#include <utility>

#include "src/base/status_macros.h"
#include "src/graph/make_room.h"

namespace geo::graph {
namespace {

bool IsSound(const Arc& arc) {
  return arc.direct >= kAbsent && arc.transit >= kAbsent && arc.transit <= arc.direct &&
         arc.relaxed >= kAbsent;
}

Status Unsound(const Arc& arc) {
  return MakeError(ErrorCode::kInvalidArgument,
                   "arc with direct " + std::to_string(arc.direct) + ", transit " +
                       std::to_string(arc.transit) + ", relaxed " + std::to_string(arc.relaxed) +
                       "; expected -1 ≤ transit ≤ direct and -1 ≤ relaxed");
}

// Whether an arc says no more than one number does.
bool IsPlain(const Arc& arc) {
  return arc.direct == arc.transit && arc.relaxed == kAbsent && !arc.tail_forbids &&
         !arc.head_forbids && !arc.constrained;
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
  info_.resize(count);
  return OkStatus();
}

void ResidualGraph::StoreArcs(Edge& edge, const Arc& ab, const Arc& ba) {
  const Arc* arcs[2] = {&ab, &ba};
  const int shut = edge.flags[0] & kShut;
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

// Whether the edge says no more than two numbers do, as most edges.
bool ResidualGraph::IsPlainEdge(const Edge& edge) {
  return edge.extra == kNoExtra && (edge.flags[0] | edge.flags[1]) == 0;
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

Status ResidualGraph::CheckNew(NodeIndex u, NodeIndex v, const Arc& uv, const Arc& vu) const {
  if (u >= nodes_.size() || v >= nodes_.size() || u == v) {
    return MakeError(ErrorCode::kInvalidArgument,
                     "edge between nodes " + std::to_string(u) + " and " + std::to_string(v) +
                         "; expected two different nodes below " + std::to_string(nodes_.size()));
  }
  if (!IsSound(uv)) return Unsound(uv);
  return IsSound(vu) ? OkStatus() : Unsound(vu);
}

Status ResidualGraph::AlreadyThere(NodeIndex u, NodeIndex v) {
  return MakeError(ErrorCode::kInvalidArgument, "edge between nodes " + std::to_string(u) +
                                                    " and " + std::to_string(v) +
                                                    " exists; change it instead");
}

Status ResidualGraph::NoSuchEdge(EdgeIndex edge) {
  return MakeError(ErrorCode::kInvalidArgument, "edge " + std::to_string(edge) + " does not exist");
}

Status ResidualGraph::NoRoomForEdges() {
  return MakeError(ErrorCode::kTooLarge,
                   "a graph holds " + std::to_string(kMaxEdges) + " edges; no more fit");
}

// What is stored says nothing of the ends, nor they of it, before LinkNew.
void ResidualGraph::StoreNew(Edge& edge, NodeIndex u, NodeIndex v, const Arc& uv, const Arc& vu) {
  edge.a = std::min(u, v);
  edge.b = std::max(u, v);
  StoreArcs(edge, u < v ? uv : vu, u < v ? vu : uv);
}

void ResidualGraph::LinkNew(Edge& edge) {
  if (!info_[edge.a].enabled || !info_[edge.b].enabled) {
    for (std::uint8_t& flags : edge.flags) flags |= kShut;
  }
  if (IsPlainEdge(edge)) {
    AddToSums(edge, std::max<Flow>(edge.transit[0], 0), std::max<Flow>(edge.transit[1], 0));
  } else {
    ChangeSums(edge, Share(), ShareOf(edge));
  }
}

// What a plain edge carries more than before, each way.
void ResidualGraph::AddToSums(const Edge& edge, Flow more_ab, Flow more_ba) {
  NodeInfo& a = info_[edge.a];
  NodeInfo& b = info_[edge.b];
  a.out += more_ab;
  b.in += more_ab;
  b.out += more_ba;
  a.in += more_ba;
}

StatusOr<EdgeIndex> ResidualGraph::Insert(NodeIndex u, NodeIndex v, const Arc& uv, const Arc& vu) {
  GEO_RETURN_IF_ERROR(CheckNew(u, v, uv, vu));
  if (Find(u, v) != kNoEdge) return AlreadyThere(u, v);
  if (free_edge_ == kNoEdge && edges_.size() >= kMaxEdges) return NoRoomForEdges();
  const EdgeIndex index = TakeEdge();
  StoreNew(edges_[index], u, v, uv, vu);
  LinkNew(edges_[index]);
  for (const Place& place : {Place{u, v, index}, Place{v, u, index}}) InsertSlots({&place, 1});
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
  if (!IsSound(uv)) return Unsound(uv);
  if (!IsSound(vu)) return Unsound(vu);
  Edge& edge = edges_[index];
  const Arc& ab = tail == edge.a ? uv : vu;
  const Arc& ba = tail == edge.a ? vu : uv;
  if (IsPlainEdge(edge) && IsPlain(ab) && IsPlain(ba)) {
    ChangePlain(edge, ab, ba);
    return OkStatus();
  }
  const Share before = ShareOf(edge);
  StoreArcs(edge, ab, ba);
  const Share after = ShareOf(edge);
  ChangeSums(edge, before, after);
  WriteCodes(index, after.relaxed != before.relaxed || after.forbids[0] != before.forbids[0] ||
                        after.forbids[1] != before.forbids[1]);
  return OkStatus();
}

// What most changes are: an edge that says no more than two numbers, before and after.
void ResidualGraph::ChangePlain(Edge& edge, const Arc& ab, const Arc& ba) {
  AddToSums(edge, std::max<Flow>(ab.transit, 0) - std::max<Flow>(edge.transit[0], 0),
            std::max<Flow>(ba.transit, 0) - std::max<Flow>(edge.transit[1], 0));
  edge.transit[0] = ab.transit;
  edge.transit[1] = ba.transit;
  edge.max_hops[0] = ab.max_hops;
  edge.max_hops[1] = ba.max_hops;
  WriteArcs(edge, SlotsOf(edge));
}

Status ResidualGraph::Remove(EdgeIndex index) {
  if (!Exists(index)) return NoSuchEdge(index);
  const Edge& edge = edges_[index];
  const auto [a, b] = ends(index);
  ChangeSums(edge, ShareOf(edge), Share());
  for (const Place& place : {Place{a, b, index}, Place{b, a, index}}) RemoveSlots({&place, 1});
  FreeEdge(index);
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

void ResidualGraph::FreeEdge(EdgeIndex index) {
  Edge& edge = edges_[index];
  if (edge.extra != kNoExtra) free_extras_.push_back(edge.extra);
  edge = Edge{};
  edge.b = free_edge_;
  free_edge_ = index;
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

}  // namespace geo::graph
