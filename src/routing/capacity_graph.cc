#include "geo/routing/capacity_graph.h"

#include <string>
#include <utility>
#include <vector>

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
  std::vector<PairIndex> pairs;
  for (PairIndex i = 0; i < ledger.pair_count(); ++i) {
    if (ledger.pair(i).equivalent == equivalent) pairs.push_back(i);
  }
  Network network;
  GEO_RETURN_IF_ERROR(network.Read(ledger, pairs, day));
  const auto participants = static_cast<ParticipantIndex>(ledger.participant_count());
  if (participants > 0) GEO_RETURN_IF_ERROR(network.GrowTo(ledger, participants - 1));
  return std::move(network).Release();
}

}  // namespace geo
