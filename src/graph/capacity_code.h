// 16-bit codes of capacities: monotone, so that a search compares codes instead of amounts.
#ifndef GEO_SRC_GRAPH_CAPACITY_CODE_H_
#define GEO_SRC_GRAPH_CAPACITY_CODE_H_

#include <bit>
#include <cstdint>

#include "geo/graph/residual_graph.h"

namespace geo::graph {

// Of an arc that does not exist, and of one that exists with no capacity left.
inline constexpr std::uint16_t kAbsentCode = 0;
inline constexpr std::uint16_t kEmptyCode = 1;

// 0 for kAbsent, else 1 + the capacity rounded down to 11 significant bits, as a tiny floating
// number: capacities below 2048 have codes of their own. a ≤ b implies CodeOf(a) ≤ CodeOf(b).
constexpr std::uint16_t CodeOf(Flow capacity) {
  if (capacity < 2048) return static_cast<std::uint16_t>(capacity + 1);
  const auto bits = static_cast<std::uint64_t>(capacity);
  const int exponent = static_cast<int>(std::bit_width(bits)) - 11;  // 1…52
  const auto mantissa = static_cast<std::uint32_t>(bits >> exponent) - 1024;
  return static_cast<std::uint16_t>(((exponent + 1) << 10) + static_cast<int>(mantissa) + 1);
}

// The smallest code that proves `capacity ≥ threshold`, and the smallest that leaves it possible.
struct CodeRange {
  std::uint16_t possible = 0;
  std::uint16_t certain = 0;
};

constexpr CodeRange CodesFor(Flow threshold) {
  const std::uint16_t code = CodeOf(threshold);
  const bool exact = threshold == 0 || CodeOf(threshold - 1) != code;
  return {code, static_cast<std::uint16_t>(exact ? code : code + 1)};
}

}  // namespace geo::graph

#endif  // GEO_SRC_GRAPH_CAPACITY_CODE_H_
