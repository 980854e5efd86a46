// The pigeonhole rule: of so many routes that carry an amount together, one carries its fair share.
#ifndef GEO_SRC_ROUTING_FAIR_SHARE_H_
#define GEO_SRC_ROUTING_FAIR_SHARE_H_

#include <cstdint>

#include "geo/base/amount.h"

namespace geo {

inline constexpr std::uint32_t kUsualSplit = 8;  // routes aimed at when their number is unlimited

// `amount` and `routes` are at least 1.
inline Amount FairShare(Amount amount, std::uint32_t routes) {
  return (amount - 1) / static_cast<Amount>(routes) + 1;
}

}  // namespace geo

#endif  // GEO_SRC_ROUTING_FAIR_SHARE_H_
