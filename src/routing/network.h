// One equivalent as a residual graph, kept in step with the ledger. Nodes are its members.
#ifndef GEO_SRC_ROUTING_NETWORK_H_
#define GEO_SRC_ROUTING_NETWORK_H_

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "geo/graph/residual_graph.h"
#include "geo/graph/search.h"
#include "geo/ledger/ledger.h"
#include "geo/routing/router.h"

namespace geo {

// A pair as the edge between nodes `a` and `b`, which are its two: what it carries either way on
// UTC day `day` (spec 01 §4.6), be it used up. NewEdge() when it can carry nothing, whatever is
// paid.
graph::NewEdge EdgeOf(const Ledger& ledger, PairIndex pair, graph::NodeIndex a, graph::NodeIndex b,
                      std::int64_t day);

class Network {
 public:
  // Of an equivalent of `ledger`, which must outlive this.
  Network(const Ledger& ledger, EquivalentIndex equivalent)
      : ledger_(ledger), equivalent_(equivalent) {}

  // Who may not be an intermediary of paths over a line.
  struct Blocked {
    std::vector<Pid> pids;                // as the line's policy has them
    std::vector<ParticipantIndex> known;  // ascending
    std::vector<Pid> unknown;             // ascending; not registered when the line was read
  };

  // Reads all pairs of the equivalent into a network that is empty.
  Status Read(std::int64_t day);

  // Reads a pair of the equivalent again, and makes nodes of members that came since. A pair that
  // is to become an edge, or to be none any more, waits for SyncEdges.
  Status SyncPair(PairIndex pair, std::int64_t day);
  bool waits() const { return !going_.empty() || !coming_.empty(); }
  // All that wait, at once. Nothing else may be asked before.
  Status SyncEdges(std::int64_t day);
  // Reads a participant's status again.
  Status SyncParticipant(ParticipantIndex participant);

  const Ledger& ledger() const { return ledger_; }
  const graph::ResidualGraph& graph() const { return graph_; }
  // kNoNode when he is no member.
  graph::NodeIndex NodeOf(ParticipantIndex participant) const {
    return ledger_.FindMember(equivalent_, participant).value_or(graph::kNoNode);
  }
  ParticipantIndex ParticipantAt(graph::NodeIndex node) const {
    return ledger_.member(equivalent_, node);
  }
  PairIndex PairOf(graph::EdgeIndex edge) const { return pair_of_edge_[edge]; }
  // Null: anybody may. Valid until the next change.
  const Blocked* BlockedOn(graph::EdgeIndex edge, graph::NodeIndex tail) const;
  // Whether any line has a policy that depends on the path.
  bool has_path_rules() const { return edges_with_rules_ != 0; }

 private:
  Status Grow();
  Status RemoveEdges();
  Status InsertEdges(std::int64_t day);
  Status SyncNode(graph::NodeIndex node);
  void NoteRules(graph::EdgeIndex edge);
  void SyncBlocked(graph::EdgeIndex edge, graph::NodeIndex tail, Direction way);
  void ForgetRules(graph::EdgeIndex edge, graph::NodeIndex a, const graph::Arc& ab,
                   const graph::Arc& ba);
  std::uint64_t ArcKey(graph::EdgeIndex edge, graph::NodeIndex tail) const {
    return std::uint64_t{edge} << 1 | (graph_.ends(edge).a == tail ? 0 : 1);
  }

  const Ledger& ledger_;
  EquivalentIndex equivalent_;
  graph::ResidualGraph graph_;
  std::vector<PairIndex> pair_of_edge_;
  std::vector<graph::EdgeIndex> going_;  // edges of pairs that wait
  std::vector<PairIndex> coming_;        // pairs that wait to have one
  std::uint32_t edges_with_rules_ = 0;
  absl::flat_hash_map<std::uint64_t, Blocked> blocked_;  // by ArcKey
};

// The first policy that a path breaks because of its length or its intermediaries.
struct PathViolation {
  graph::EdgeIndex edge = graph::kNoEdge;
  graph::NodeIndex tail = graph::kNoNode;          // of the arc over that edge
  PolicyKey key = PolicyKey::kMaxHops;             // or kBlockedParticipants
  graph::NodeIndex intermediary = graph::kNoNode;  // who is blocked, when somebody is
};

// Looks at `blocked_participants` and `max_hops` of every line of `path`, as the network last read
// them. O(hops² · log blocked) at worst, O(hops) when no line has such a policy.
std::optional<PathViolation> FirstViolation(const Network& network, const graph::Path& path);

}  // namespace geo

#endif  // GEO_SRC_ROUTING_NETWORK_H_
