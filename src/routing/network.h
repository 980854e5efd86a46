// One equivalent as a residual graph, kept in step with the ledger. Nodes are participants.
#ifndef GEO_SRC_ROUTING_NETWORK_H_
#define GEO_SRC_ROUTING_NETWORK_H_

#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "geo/graph/residual_graph.h"
#include "geo/graph/search.h"
#include "geo/ledger/ledger.h"
#include "geo/routing/router.h"

namespace geo {

class Network {
 public:
  // Who may not be an intermediary of paths over a line.
  struct Blocked {
    std::vector<Pid> pids;                // as the line's policy has them
    std::vector<ParticipantIndex> known;  // ascending
    std::vector<Pid> unknown;             // ascending; not registered when the line was read
  };

  // Reads all pairs of an equivalent into a network that is empty: as SyncPair of each, in a
  // fraction of the time.
  Status Read(const Ledger& ledger, std::span<const PairIndex> pairs, std::int64_t day);

  // Reads a pair of this equivalent again. A pair that can carry nothing has no edge.
  Status SyncPair(const Ledger& ledger, PairIndex pair, std::int64_t day);
  // Reads a participant's status again.
  Status SyncParticipant(const Ledger& ledger, ParticipantIndex participant);

  // Nodes up to `participant` exist from now on.
  Status GrowTo(const Ledger& ledger, ParticipantIndex participant);

  const graph::ResidualGraph& graph() const { return graph_; }
  // The graph, taken out of a network that is of no more use.
  graph::ResidualGraph Release() && { return std::move(graph_); }
  PairIndex PairOf(graph::EdgeIndex edge) const { return pair_of_edge_[edge]; }
  // Null: anybody may. Valid until the next change.
  const Blocked* BlockedOn(graph::EdgeIndex edge, ParticipantIndex tail) const;
  // Whether any line has a policy that depends on the path.
  bool has_path_rules() const { return edges_with_rules_ != 0; }

 private:
  Status Store(const Ledger& ledger, PairIndex index, const graph::Arc& ab, const graph::Arc& ba);
  void NoteRules(const Ledger& ledger, const Pair& pair, graph::EdgeIndex edge);
  void SyncBlocked(const Ledger& ledger, const Pair& pair, graph::EdgeIndex edge, Direction way);
  void ForgetRules(graph::EdgeIndex edge, const graph::Arc& ab, const graph::Arc& ba);
  std::uint64_t ArcKey(graph::EdgeIndex edge, ParticipantIndex tail) const {
    return std::uint64_t{edge} << 1 | (graph_.ends(edge).a == tail ? 0 : 1);
  }

  graph::ResidualGraph graph_;
  std::vector<PairIndex> pair_of_edge_;
  std::uint32_t edges_with_rules_ = 0;
  absl::flat_hash_map<std::uint64_t, Blocked> blocked_;  // by ArcKey
};

// The first policy that a path breaks because of its length or its intermediaries.
struct PathViolation {
  graph::EdgeIndex edge = graph::kNoEdge;
  ParticipantIndex tail = kNoIndex;          // of the arc over that edge
  PolicyKey key = PolicyKey::kMaxHops;       // or kBlockedParticipants
  ParticipantIndex intermediary = kNoIndex;  // who is blocked, when somebody is
};

// Looks at `blocked_participants` and `max_hops` of every line of `path`, as the network last read
// them. O(hops² · log blocked) at worst, O(hops) when no line has such a policy.
std::optional<PathViolation> FirstViolation(const Ledger& ledger, const Network& network,
                                            const graph::Path& path);

}  // namespace geo

#endif  // GEO_SRC_ROUTING_NETWORK_H_
