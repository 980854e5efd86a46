// The rows of the clearing benchmark, by what they measure.
#ifndef GEO_TESTS_BENCHMARK_CLEARING_ROWS_H_
#define GEO_TESTS_BENCHMARK_CLEARING_ROWS_H_

#include <cstdint>

#include "tests/benchmark/clearing_network.h"
#include "tests/benchmark/support/row.h"

namespace geo::bench {

// Who else solves for the optimum: the slow ones only where they end in reasonable time.
struct Others {
  bool cost_scaling = true;
  bool cost_scaling_inside = true;  // within components only
  bool network_simplex = true;
  bool boost = false;
};

// The optimum: geo and everybody else.
void AddOptimumRows(const DebtsName& name, const Others& others);

// Nearly the optimum; again after changes; checking the proof.
void AddFurtherRows(const DebtsName& name, const Others& others);

// Short cycles: all of them, and those that one new debt closes.
void AddCycleRows(const DebtsName& name, std::uint32_t triggers);

}  // namespace geo::bench

#endif  // GEO_TESTS_BENCHMARK_CLEARING_ROWS_H_
