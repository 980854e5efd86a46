// How much a few given routes can carry together: a small packing problem, solved exactly.
#ifndef GEO_SRC_ROUTING_PACKING_H_
#define GEO_SRC_ROUTING_PACKING_H_

#include <cstdint>
#include <vector>

#include "geo/base/amount.h"

namespace geo {

// The routes in `routes` (bit i: route i) together carry at most `limit`.
struct PackingLimit {
  std::uint32_t routes = 0;
  Amount limit = 0;
};

struct Packing {
  AmountSum bound = 0;  // no packing carries more
  std::vector<Amount>
      amounts;        // one that fits, per route, ≥ 0; its sum reaches `wanted` or `exact`
  AmountSum sum = 0;  // of amounts
  bool exact = true;  // when sum < wanted: none that reaches it exists
};

// The most that `count` routes (1–8) can carry under `limits`, in whole units; stops looking for
// better ones at `wanted`. Every route must be limited. The linear bound comes from a simplex in
// exact integer arithmetic, whole units from branching on what it leaves fractional.
Packing Pack(int count, const std::vector<PackingLimit>& limits, Amount wanted);

}  // namespace geo

#endif  // GEO_SRC_ROUTING_PACKING_H_
