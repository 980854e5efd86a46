// Who can be reached: by payments, and by trust.
#ifndef GEO_SRC_ROUTING_REACH_H_
#define GEO_SRC_ROUTING_REACH_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "geo/ledger/ledger.h"
#include "geo/routing/router.h"
#include "src/routing/network.h"

namespace geo {

// Whom a payment can reach, and in how many hops at least.
struct Payee {
  ParticipantIndex participant = kNoIndex;
  std::uint32_t hops = 0;
};

// The first `most` from index `first` on, ascending, whom `from` reaches within max_hops over lines
// with capacity. Honours avoid, within, and policies about intermediaries, not those that depend on
// the path. O(members + arcs within reach).
std::vector<Payee> PayeesFrom(const Network& network, ParticipantIndex from,
                              const RouteConstraints& constraints, ParticipantIndex first,
                              std::size_t most);

// See Router::TrustDistance.
std::optional<std::uint32_t> DistanceOfTrust(const Ledger& ledger, EquivalentIndex equivalent,
                                             ParticipantIndex from, ParticipantIndex to,
                                             std::uint32_t max_distance);

}  // namespace geo

#endif  // GEO_SRC_ROUTING_REACH_H_
