// Maximum flow by Boost.Graph, as an oracle.
#ifndef GEO_TESTS_SUPPORT_FLOW_ORACLE_H_
#define GEO_TESTS_SUPPORT_FLOW_ORACLE_H_

#include <cstdint>
#include <vector>

namespace geo::tests {

struct CapacityArc {
  std::uint32_t tail = 0;
  std::uint32_t head = 0;
  std::int64_t capacity = 0;
};

// The value of a maximum flow over `arcs` between nodes 0…nodes−1. Every arc gets a reverse arc of
// capacity 0 of its own: Boost's algorithms assert when two opposite arcs are each other's reverse.
std::int64_t BoykovKolmogorovFlow(std::uint32_t nodes, const std::vector<CapacityArc>& arcs,
                                  std::uint32_t source, std::uint32_t target);
// The same without Boost, in twenty lines: one shortest augmenting path after another over a
// matrix.
std::int64_t AugmentingPathFlow(std::uint32_t nodes, const std::vector<CapacityArc>& arcs,
                                std::uint32_t source, std::uint32_t target);
std::int64_t PushRelabelFlow(std::uint32_t nodes, const std::vector<CapacityArc>& arcs,
                             std::uint32_t source, std::uint32_t target);

}  // namespace geo::tests

#endif  // GEO_TESTS_SUPPORT_FLOW_ORACLE_H_
