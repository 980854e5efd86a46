// The parts of the benchmark of the commit path.
#ifndef GEO_TESTS_BENCHMARK_COMMIT_ROWS_H_
#define GEO_TESTS_BENCHMARK_COMMIT_ROWS_H_

#include <cstddef>

#include "tests/benchmark/support/row.h"

namespace geo::bench {

// "rows later": so many rows of the read model may wait that none is written in time.
inline constexpr std::size_t kAnyLag = 10'000'000;

void AddDurableRows(Size size);     // SQLite, groups of 1,000, beside one UPSERT per row
void AddThreadRows(Size size);      // many submitters and one, by the clock on the wall
void AddSignedRows(Size size);      // signed payments, beside the bare signature check
void AddReopenRows(Size size);      // opening again, with a snapshot and without
void AddEquivalentRows(Size size);  // many equivalents beside one

}  // namespace geo::bench

#endif  // GEO_TESTS_BENCHMARK_COMMIT_ROWS_H_
