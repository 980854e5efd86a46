#include "src/routing/network.h"

#include <algorithm>

#include "src/base/no_memory.h"
#include "src/base/status_macros.h"

namespace geo {
namespace {

using graph::Arc;
using graph::EdgeIndex;
using graph::kAbsent;

// Spec 01 §4.6 as an arc, be it used up.
Arc ArcAlong(const Ledger& ledger, PairIndex index, Direction direction, std::int64_t day) {
  const FlowCapacity capacity = ledger.CapacityOf(index, direction, day);
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

// Otherwise the pair has no edge.
bool CarriesAnything(const Arc& ab, const Arc& ba) {
  return ab.direct != kAbsent || ba.direct != kAbsent;
}

// Whether the arc asks anything of whole paths.
bool HasRules(const Arc& arc) { return arc.constrained || arc.max_hops != 0; }

}  // namespace

Status Network::Read(const Ledger& ledger, std::span<const PairIndex> pairs, std::int64_t day) {
  ParticipantIndex last = 0;
  for (const PairIndex pair : pairs) last = std::max(last, ledger.pair(pair).b);
  if (!pairs.empty()) GEO_RETURN_IF_ERROR(GrowTo(ledger, last));
  // Lines lie anywhere: each is asked of memory some steps before it is needed.
  constexpr std::size_t kAhead = 16;
  std::vector<EdgeIndex> with_rules;
  pair_of_edge_.reserve(pairs.size());
  GEO_RETURN_IF_ERROR(graph_.InsertAll(static_cast<EdgeIndex>(pairs.size()), [&](EdgeIndex i) {
    if (i + kAhead < pairs.size()) ledger.PrefetchLines(pairs[i + kAhead]);
    const Pair& pair = ledger.pair(pairs[i]);
    const graph::NewEdge edge{pair.a, pair.b, ArcAlong(ledger, pairs[i], Direction::kForward, day),
                              ArcAlong(ledger, pairs[i], Direction::kBackward, day)};
    if (!CarriesAnything(edge.uv, edge.vu)) return graph::NewEdge();
    if (HasRules(edge.uv) || HasRules(edge.vu)) {
      with_rules.push_back(static_cast<EdgeIndex>(pair_of_edge_.size()));
    }
    pair_of_edge_.push_back(pairs[i]);
    return edge;
  }));
  for (const EdgeIndex edge : with_rules) {
    NoteRules(ledger, ledger.pair(pair_of_edge_[edge]), edge);
  }
  return OkStatus();
}

Status Network::SyncPair(const Ledger& ledger, PairIndex index, std::int64_t day) {
  const Pair& pair = ledger.pair(index);
  GEO_RETURN_IF_ERROR(GrowTo(ledger, pair.b));
  return Store(ledger, index, ArcAlong(ledger, index, Direction::kForward, day),
               ArcAlong(ledger, index, Direction::kBackward, day));
}

Status Network::Store(const Ledger& ledger, PairIndex index, const Arc& ab, const Arc& ba) {
  const Pair& pair = ledger.pair(index);
  const bool wanted = CarriesAnything(ab, ba);
  EdgeIndex edge = graph_.Find(pair.a, pair.b);
  if (edge != graph::kNoEdge) {
    ForgetRules(edge, ab, ba);
    if (!wanted) return graph_.Remove(edge);
    GEO_RETURN_IF_ERROR(graph_.Change(edge, pair.a, ab, ba));
  } else {
    if (!wanted) return OkStatus();
    GEO_ASSIGN_OR_RETURN(edge, graph_.Insert(pair.a, pair.b, ab, ba));
  }
  if (pair_of_edge_.size() <= edge) pair_of_edge_.resize(graph_.edge_limit(), kNoIndex);
  pair_of_edge_[edge] = index;
  NoteRules(ledger, pair, edge);
  return OkStatus();
}

// What the edge's lines ask of whole paths.
void Network::NoteRules(const Ledger& ledger, const Pair& pair, EdgeIndex edge) {
  if (!graph_.has_path_rules(edge)) return;
  ++edges_with_rules_;
  for (const Direction way : {Direction::kForward, Direction::kBackward}) {
    if (graph_.constrained(edge, pair.tail(way))) SyncBlocked(ledger, pair, edge, way);
  }
}

// The list of a line seldom changes, its amounts do with every payment.
void Network::SyncBlocked(const Ledger& ledger, const Pair& pair, EdgeIndex edge, Direction way) {
  const std::vector<Pid>& pids = ledger.line_policy(pair.line_for(way)).blocked_participants;
  MakeRoom(blocked_);
  Blocked& blocked = blocked_[ArcKey(edge, pair.tail(way))];
  if (blocked.pids == pids) return;
  blocked = {.pids = pids, .known = {}, .unknown = {}};
  for (const Pid& pid : pids) {
    if (const std::optional<ParticipantIndex> known = ledger.FindParticipant(pid)) {
      blocked.known.push_back(*known);
    } else {
      blocked.unknown.push_back(pid);
    }
  }
  std::sort(blocked.known.begin(), blocked.known.end());
}

// Before the edge's arcs become `ab` and `ba`. A line that stays constrained keeps its list.
void Network::ForgetRules(EdgeIndex edge, const Arc& ab, const Arc& ba) {
  if (!graph_.has_path_rules(edge)) return;
  --edges_with_rules_;
  const auto [a, b] = graph_.ends(edge);
  if (!ab.constrained) blocked_.erase(ArcKey(edge, a));
  if (!ba.constrained) blocked_.erase(ArcKey(edge, b));
}

const Network::Blocked* Network::BlockedOn(EdgeIndex edge, ParticipantIndex tail) const {
  if (!graph_.constrained(edge, tail)) return nullptr;
  const auto found = blocked_.find(ArcKey(edge, tail));
  return found == blocked_.end() ? nullptr : &found->second;
}

Status Network::GrowTo(const Ledger& ledger, ParticipantIndex participant) {
  const graph::NodeIndex before = graph_.node_count();
  if (participant < before) return OkStatus();
  GEO_RETURN_IF_ERROR(graph_.Grow(participant + 1));
  for (ParticipantIndex node = before; node <= participant; ++node) {
    GEO_RETURN_IF_ERROR(SyncParticipant(ledger, node));
  }
  return OkStatus();
}

Status Network::SyncParticipant(const Ledger& ledger, ParticipantIndex participant) {
  if (participant >= graph_.node_count()) return OkStatus();
  return graph_.SetEnabled(participant,
                           ledger.participant(participant).status == ParticipantStatus::kActive);
}

namespace {

bool Bars(const Network::Blocked& blocked, const Ledger& ledger, ParticipantIndex participant) {
  const auto& [pids, known, unknown] = blocked;
  return std::binary_search(known.begin(), known.end(), participant) ||
         (!unknown.empty() &&
          std::binary_search(unknown.begin(), unknown.end(), ledger.participant(participant).pid));
}

}  // namespace

std::optional<PathViolation> FirstViolation(const Ledger& ledger, const Network& network,
                                            const graph::Path& path) {
  const graph::ResidualGraph& graph = network.graph();
  for (std::size_t i = 0; i < path.edges.size(); ++i) {
    const EdgeIndex edge = path.edges[i];
    if (!graph.has_path_rules(edge)) continue;
    const ParticipantIndex tail = path.nodes[i];
    const std::uint32_t max_hops = graph.max_hops(edge, tail);
    if (max_hops != 0 && path.hops() > max_hops) {
      return PathViolation{edge, tail, PolicyKey::kMaxHops, kNoIndex};
    }
    const Network::Blocked* blocked = network.BlockedOn(edge, tail);
    if (blocked == nullptr) continue;
    for (std::size_t j = 1; j + 1 < path.nodes.size(); ++j) {
      if (!Bars(*blocked, ledger, path.nodes[j])) continue;
      return PathViolation{edge, tail, PolicyKey::kBlockedParticipants, path.nodes[j]};
    }
  }
  return std::nullopt;
}

}  // namespace geo
