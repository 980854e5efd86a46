// The rows of the routing benchmark, by what they measure.
#ifndef GEO_TESTS_BENCHMARK_ROUTING_ROWS_H_
#define GEO_TESTS_BENCHMARK_ROUTING_ROWS_H_

#include <span>

#include "tests/benchmark/routing_network.h"
#include "tests/benchmark/support/row.h"

namespace geo::bench {

// Rows for one network: first without policies, then perhaps with. What is compared comes side by
// side, because a machine's memory is not equally fast all the time.

// Exact maximum flow and one path: geo and everybody else.
void AddFlowRows(std::span<const NetworkName> names, Size size);

// Payments: routed, refused, applied; completeness; policies.
void AddPaymentRows(std::span<const NetworkName> names, Size size);

// What takes longest: payments and capacities between the participants with the most lines.
void AddLongestRows(std::span<const NetworkName> names);

// The network as it changes, and what it takes in memory.
void AddGraphRows(const NetworkName& name, Size size);
// Very many lines of one node, at once and one by one.
void AddBankRows(Size size);

}  // namespace geo::bench

#endif  // GEO_TESTS_BENCHMARK_ROUTING_ROWS_H_
