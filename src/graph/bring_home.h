// Moves the surplus that tiered preflow leaves when it ends early.
#ifndef GEO_SRC_GRAPH_BRING_HOME_H_
#define GEO_SRC_GRAPH_BRING_HOME_H_

#include <cstdint>

#include "src/graph/preflow_network.h"

namespace geo::graph {

// Moves all surplus to deficits by ways that need not be the cheapest. When the depths of the nodes
// prove that the flow is the best for what has arrived, and the network is not very deep, by ways
// that are nearly those with the smallest sum of price times cost and arcs; else by those with the
// fewest arcs, whatever they cost. Spoils the depths. Returns the number of arcs looked at.
template <typename Amounts>
std::uint64_t BringHome(PreflowNetwork<Amounts>& net, bool depths_are_proof);

extern template std::uint64_t BringHome(PreflowNetwork<SmallAmounts>&, bool);
extern template std::uint64_t BringHome(PreflowNetwork<LargeAmounts>&, bool);
extern template std::uint64_t BringHome(PreflowNetwork<HugeAmounts>&, bool);
extern template std::uint64_t BringHome(PreflowNetwork<AmountsOfChains>&, bool);

}  // namespace geo::graph

#endif  // GEO_SRC_GRAPH_BRING_HOME_H_
