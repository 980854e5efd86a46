// One equivalent of a ledger as a graph of capacities, for searches and analysis of one's own.
#ifndef GEO_ROUTING_CAPACITY_GRAPH_H_
#define GEO_ROUTING_CAPACITY_GRAPH_H_

#include <cstdint>

#include "geo/base/status.h"
#include "geo/graph/residual_graph.h"
#include "geo/ledger/ledger.h"

namespace geo {

// The network as a router sees it on UTC day `day`: node i is participant i (all of them, those
// who are not active disabled); an edge joins two who have an active line or a debt that can be
// paid back; an arc carries the capacity of spec 01 §4.6 with the conditions of §4.3. A copy: later
// changes of the ledger do not show. Errors: InvalidArgument (no such equivalent), TooLarge (more
// participants or pairs than a graph holds). O(pairs · log pairs).
StatusOr<graph::ResidualGraph> CapacityGraph(const Ledger& ledger, EquivalentIndex equivalent,
                                             std::int64_t day);

}  // namespace geo

#endif  // GEO_ROUTING_CAPACITY_GRAPH_H_
