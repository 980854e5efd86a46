#include "src/routing/network.h"

#include <algorithm>
#include <span>

#include "src/base/no_memory.h"
#include "src/base/sort_unique.h"
#include "src/base/status_macros.h"

namespace geo {
namespace {

using graph::Arc;
using graph::EdgeIndex;
using graph::kAbsent;
using graph::NodeIndex;

// Whether the edge asks anything of whole paths.
bool HasRules(const graph::NewEdge& edge) {
  return edge.uv.constrained || edge.vu.constrained || edge.uv.max_hops != 0 ||
         edge.vu.max_hops != 0;
}

Arc ArcAlong(const Ledger& ledger, PairIndex pair, Direction direction, std::int64_t day) {
  const FlowCapacity capacity = ledger.CapacityOf(pair, direction, day);
  if (!capacity.exists) return Arc();
  Arc arc;
  arc.direct = capacity.direct;
  if (capacity.carries) arc.transit = capacity.transit;
  arc.tail_forbids = capacity.tail_forbids;
  arc.head_forbids = capacity.head_forbids;
  arc.constrained = capacity.blocked != nullptr;
  arc.max_hops = static_cast<std::uint8_t>(std::min(capacity.max_hops, 255U));
  if (capacity.carries && capacity.relaxed > capacity.transit) arc.relaxed = capacity.relaxed;
  return arc;
}

}  // namespace

graph::NewEdge EdgeOf(const Ledger& ledger, PairIndex pair, NodeIndex a, NodeIndex b,
                      std::int64_t day) {
  const graph::NewEdge edge{a, b, ArcAlong(ledger, pair, Direction::kForward, day),
                            ArcAlong(ledger, pair, Direction::kBackward, day)};
  const bool carries = edge.uv.direct != kAbsent || edge.vu.direct != kAbsent;
  return carries ? edge : graph::NewEdge();
}

Status Network::Read(std::int64_t day) {
  const std::span<const PairIndex> pairs = ledger_.PairsIn(equivalent_);
  GEO_RETURN_IF_ERROR(Grow());
  // What a pair leads to lies anywhere: each is asked of memory some steps before it is needed.
  constexpr std::size_t kAhead = 16;
  std::vector<EdgeIndex> with_rules;
  pair_of_edge_.reserve(pairs.size());
  GEO_RETURN_IF_ERROR(graph_.InsertAll(static_cast<EdgeIndex>(pairs.size()), [&](EdgeIndex i) {
    if (i + kAhead < pairs.size()) ledger_.PrefetchAround(pairs[i + kAhead]);
    const auto [a, b] = ledger_.MembersOf(pairs[i]);
    const graph::NewEdge edge = EdgeOf(ledger_, pairs[i], a, b, day);
    if (edge.u == graph::kNoNode) return edge;
    if (HasRules(edge)) with_rules.push_back(static_cast<EdgeIndex>(pair_of_edge_.size()));
    pair_of_edge_.push_back(pairs[i]);
    return edge;
  }));
  for (const EdgeIndex edge : with_rules) NoteRules(edge);
  return OkStatus();
}

Status Network::SyncPair(PairIndex index, std::int64_t day) {
  GEO_RETURN_IF_ERROR(Grow());
  const auto [a, b] = ledger_.MembersOf(index);
  const graph::NewEdge now = EdgeOf(ledger_, index, a, b, day);
  const bool wanted = now.u != graph::kNoNode;
  const EdgeIndex edge = graph_.Find(a, b);
  if (edge == graph::kNoEdge) {
    if (wanted) coming_.push_back(index);
    return OkStatus();
  }
  if (!wanted) {
    going_.push_back(edge);
    return OkStatus();
  }
  ForgetRules(edge, a, now.uv, now.vu);
  GEO_RETURN_IF_ERROR(graph_.Change(edge, a, now.uv, now.vu));
  NoteRules(edge);
  return OkStatus();
}

Status Network::SyncEdges(std::int64_t day) {
  if (!going_.empty()) GEO_RETURN_IF_ERROR(RemoveEdges());
  return coming_.empty() ? OkStatus() : InsertEdges(day);
}

Status Network::RemoveEdges() {
  SortUnique(going_);
  for (const EdgeIndex edge : going_) ForgetRules(edge, graph_.ends(edge).a, Arc(), Arc());
  GEO_RETURN_IF_ERROR(graph_.RemoveAll(going_));
  going_.clear();
  return OkStatus();
}

Status Network::InsertEdges(std::int64_t day) {
  SortUnique(coming_);
  GEO_RETURN_IF_ERROR(graph_.InsertAll(static_cast<EdgeIndex>(coming_.size()), [&](EdgeIndex i) {
    const auto [a, b] = ledger_.MembersOf(coming_[i]);
    return EdgeOf(ledger_, coming_[i], a, b, day);
  }));
  pair_of_edge_.resize(graph_.edge_limit(), kNoIndex);
  for (const PairIndex pair : coming_) {
    const auto [a, b] = ledger_.MembersOf(pair);
    const EdgeIndex edge = graph_.Find(a, b);
    pair_of_edge_[edge] = pair;
    NoteRules(edge);
  }
  coming_.clear();
  return OkStatus();
}

// What the edge's lines ask of whole paths.
void Network::NoteRules(EdgeIndex edge) {
  if (!graph_.has_path_rules(edge)) return;
  ++edges_with_rules_;
  for (const Direction way : {Direction::kForward, Direction::kBackward}) {
    const NodeIndex tail = ledger_.MembersOf(pair_of_edge_[edge]).tail(way);
    if (graph_.constrained(edge, tail)) SyncBlocked(edge, tail, way);
  }
}

// The list of a line seldom changes, its amounts do with every payment.
void Network::SyncBlocked(EdgeIndex edge, NodeIndex tail, Direction way) {
  const LineIndex line = ledger_.pair(pair_of_edge_[edge]).line_for(way);
  const std::vector<Pid>& pids = ledger_.line_policy(line).blocked_participants;
  MakeRoom(blocked_);
  Blocked& blocked = blocked_[ArcKey(edge, tail)];
  if (blocked.pids == pids) return;
  blocked = {.pids = pids, .known = {}, .unknown = {}};
  for (const Pid& pid : pids) {
    if (const std::optional<ParticipantIndex> known = ledger_.FindParticipant(pid)) {
      blocked.known.push_back(*known);
    } else {
      blocked.unknown.push_back(pid);
    }
  }
  std::sort(blocked.known.begin(), blocked.known.end());
}

// Before the arc leaving `a` becomes `ab`, and the one back `ba`. A line that stays constrained
// keeps its list.
void Network::ForgetRules(EdgeIndex edge, NodeIndex a, const Arc& ab, const Arc& ba) {
  if (!graph_.has_path_rules(edge)) return;
  --edges_with_rules_;
  if (!ab.constrained) blocked_.erase(ArcKey(edge, a));
  if (!ba.constrained) blocked_.erase(ArcKey(edge, graph_.other_end(edge, a)));
}

const Network::Blocked* Network::BlockedOn(EdgeIndex edge, NodeIndex tail) const {
  if (!graph_.constrained(edge, tail)) return nullptr;
  const auto found = blocked_.find(ArcKey(edge, tail));
  return found == blocked_.end() ? nullptr : &found->second;
}

// Makes nodes of all members.
Status Network::Grow() {
  const NodeIndex before = graph_.node_count();
  const auto members = static_cast<NodeIndex>(ledger_.member_count(equivalent_));
  if (members == before) return OkStatus();
  GEO_RETURN_IF_ERROR(graph_.Grow(members));
  constexpr NodeIndex kAhead = 16;
  for (NodeIndex node = before; node < members; ++node) {
    if (node + kAhead < members) ledger_.Prefetch(ParticipantAt(node + kAhead));
    GEO_RETURN_IF_ERROR(SyncNode(node));
  }
  return OkStatus();
}

Status Network::SyncParticipant(ParticipantIndex participant) {
  const NodeIndex node = NodeOf(participant);
  return node < graph_.node_count() ? SyncNode(node) : OkStatus();
}

Status Network::SyncNode(NodeIndex node) {
  const Participant& participant = ledger_.participant(ParticipantAt(node));
  return graph_.SetEnabled(node, participant.status == ParticipantStatus::kActive);
}

namespace {

bool Bars(const Network::Blocked& blocked, const Ledger& ledger, ParticipantIndex participant) {
  const auto& [pids, known, unknown] = blocked;
  return std::binary_search(known.begin(), known.end(), participant) ||
         (!unknown.empty() &&
          std::binary_search(unknown.begin(), unknown.end(), ledger.participant(participant).pid));
}

}  // namespace

std::optional<PathViolation> FirstViolation(const Network& network, const graph::Path& path) {
  const graph::ResidualGraph& graph = network.graph();
  for (std::size_t i = 0; i < path.edges.size(); ++i) {
    const EdgeIndex edge = path.edges[i];
    if (!graph.has_path_rules(edge)) continue;
    const NodeIndex tail = path.nodes[i];
    const std::uint32_t max_hops = graph.max_hops(edge, tail);
    if (max_hops != 0 && path.hops() > max_hops) {
      return PathViolation{edge, tail, PolicyKey::kMaxHops, graph::kNoNode};
    }
    const Network::Blocked* blocked = network.BlockedOn(edge, tail);
    if (blocked == nullptr) continue;
    for (std::size_t j = 1; j + 1 < path.nodes.size(); ++j) {
      if (!Bars(*blocked, network.ledger(), network.ParticipantAt(path.nodes[j]))) continue;
      return PathViolation{edge, tail, PolicyKey::kBlockedParticipants, path.nodes[j]};
    }
  }
  return std::nullopt;
}

}  // namespace geo
