// Who can be reached: by payments, and by trust.
#ifndef GEO_SRC_ROUTING_REACH_H_
#define GEO_SRC_ROUTING_REACH_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "geo/ledger/ledger.h"
#include "geo/routing/router.h"
#include "src/routing/network.h"

namespace geo {

// Per node of the network: the fewest hops by which `from` reaches it as payee over lines with
// capacity, 0 when there are none within max_hops. Honours avoid, within, and policies about
// intermediaries, not those that depend on the path. O(arcs within reach).
std::vector<std::uint32_t> HopsToPayees(const Network& network, ParticipantIndex from,
                                        const RouteConstraints& constraints);

// See Router::TrustDistance.
std::optional<std::uint32_t> DistanceOfTrust(const Ledger& ledger, EquivalentIndex equivalent,
                                             ParticipantIndex from, ParticipantIndex to,
                                             std::uint32_t max_distance);

}  // namespace geo

#endif  // GEO_SRC_ROUTING_REACH_H_
