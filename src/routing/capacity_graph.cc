#include "geo/routing/capacity_graph.h"

#include <span>
#include <string>

#include "src/base/status_macros.h"
#include "src/routing/network.h"

namespace geo {

StatusOr<graph::ResidualGraph> CapacityGraph(const Ledger& ledger, EquivalentIndex equivalent,
                                             std::int64_t day) {
  if (equivalent >= ledger.equivalent_count()) {
    return MakeError(ErrorCode::kInvalidArgument, "equivalent " + std::to_string(equivalent) +
                                                      " does not exist; there are " +
                                                      std::to_string(ledger.equivalent_count()));
  }
  graph::ResidualGraph graph;
  const auto participants = static_cast<ParticipantIndex>(ledger.participant_count());
  GEO_RETURN_IF_ERROR(graph.Grow(participants));
  for (ParticipantIndex one = 0; one < participants; ++one) {
    if (ledger.participant(one).status == ParticipantStatus::kActive) continue;
    GEO_RETURN_IF_ERROR(graph.SetEnabled(one, false));
  }
  const std::span<const PairIndex> pairs = ledger.PairsIn(equivalent);
  const auto edge = [&](graph::EdgeIndex i) {
    const Pair& pair = ledger.pair(pairs[i]);
    return EdgeOf(ledger, pairs[i], pair.a, pair.b, day);
  };
  GEO_RETURN_IF_ERROR(graph.InsertAll(static_cast<graph::EdgeIndex>(pairs.size()), edge));
  return graph;
}

}  // namespace geo
