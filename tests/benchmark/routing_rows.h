// The rows of the routing benchmark, by what they measure.
#ifndef GEO_TESTS_BENCHMARK_ROUTING_ROWS_H_
#define GEO_TESTS_BENCHMARK_ROUTING_ROWS_H_

#include "tests/benchmark/routing_network.h"
#include "tests/benchmark/support/row.h"

namespace geo::bench {

// Exact maximum flow and one path: geo and everybody else.
void AddFlowRows(const NetworkName& name, Size size);

// Payments: routed, refused, applied; completeness; policies.
void AddPaymentRows(const NetworkName& name, Size size);

// The network as it changes, and what it takes in memory.
void AddGraphRows(const NetworkName& name, Size size);

}  // namespace geo::bench

#endif  // GEO_TESTS_BENCHMARK_ROUTING_ROWS_H_
