// One equivalent as a residual graph, kept in step with the ledger. Nodes are participants.
#ifndef GEO_SRC_ROUTING_NETWORK_H_
#define GEO_SRC_ROUTING_NETWORK_H_

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "geo/graph/residual_graph.h"
#include "geo/graph/search.h"
#include "geo/ledger/ledger.h"
#include "geo/routing/router.h"

namespace geo {

class Network {
 public:
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
  // Whether any line has a policy that depends on the path.
  bool has_path_rules() const { return constrained_ != 0; }

 private:
  Status Store(const Pair& pair, PairIndex index, const graph::Arc& ab, const graph::Arc& ba);
  std::uint32_t CountConstrained(graph::EdgeIndex edge) const;

  graph::ResidualGraph graph_;
  std::vector<PairIndex> pair_of_edge_;
  std::uint32_t constrained_ = 0;  // arcs with a path-dependent policy
};

// The first policy that a path breaks because of its length or its intermediaries.
struct PathViolation {
  graph::EdgeIndex edge = graph::kNoEdge;
  ParticipantIndex tail = kNoIndex;          // of the arc over that edge
  PolicyKey key = PolicyKey::kMaxHops;       // or kBlockedParticipants
  ParticipantIndex intermediary = kNoIndex;  // who is blocked, when somebody is
};

// Looks at `blocked_participants` and `max_hops` of every line of `path`. O(hops² · log blocked) at
// worst, O(hops) when no line has such a policy.
std::optional<PathViolation> FirstViolation(const Ledger& ledger, const Network& network,
                                            const graph::Path& path);

}  // namespace geo

#endif  // GEO_SRC_ROUTING_NETWORK_H_
