// The wider routes first, so that few carry an amount.
#ifndef GEO_SRC_ROUTING_WIDEST_FIRST_H_
#define GEO_SRC_ROUTING_WIDEST_FIRST_H_

#include <cstddef>

#include "geo/graph/search.h"

namespace geo {

inline constexpr std::size_t kDenseSupport = 512;  // arcs of a flow up to which it is worth it

// An order; of equally wide routes the shorter first.
inline bool Wider(const graph::Path& x, const graph::Path& y) {
  if (x.amount != y.amount) return x.amount > y.amount;
  if (x.hops() != y.hops()) return x.hops() < y.hops();
  return x.nodes < y.nodes;
}

}  // namespace geo

#endif  // GEO_SRC_ROUTING_WIDEST_FIRST_H_
