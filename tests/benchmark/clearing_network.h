// The networks of the clearing benchmark, and what is built from them.
#ifndef GEO_TESTS_BENCHMARK_CLEARING_NETWORK_H_
#define GEO_TESTS_BENCHMARK_CLEARING_NETWORK_H_

#include <cstdint>
#include <memory>
#include <string>

#include "geo/graph/circulation.h"
#include "geo/graph/residual_graph.h"
#include "tests/support/circulation_problems.h"

namespace geo::bench {

// Which debts: of a family of tests/support/circulation_problems.h, "generated" (the debts of
// geo/testing/network_generator.h), or "debts-2016" of the data folder, which may be absent.
struct DebtsName {
  std::string label;  // "power_law 500k"
  std::string family;
  std::uint32_t debts = 0;  // about
};

// Debts and what is built from them when first asked for.
class ClearingBench {
 public:
  explicit ClearingBench(const DebtsName& name);

  const tests::CirculationProblem& problem() const { return problem_; }
  std::size_t debts() const { return problem_.edges.size(); }
  AmountSum total() const { return total_; }
  // Debts that lie on cycles, only.
  const tests::CirculationProblem& inside();
  // geo's optimum, checked.
  const graph::Circulation& optimum();
  // How long that took, CPU time.
  double optimum_us();
  // What the optimum leaves, and 1 % new debts between two participants each, chosen in proportion
  // to their debts.
  const tests::CirculationProblem& changed();
  // One edge per pair with the debts both ways.
  graph::ResidualGraph NewGraph() const;

 private:
  tests::CirculationProblem problem_;
  AmountSum total_ = 0;
  std::unique_ptr<tests::CirculationProblem> inside_;
  std::unique_ptr<graph::Circulation> optimum_;
  double optimum_us_ = 0;
  std::unique_ptr<tests::CirculationProblem> changed_;
};

// Only one is kept; asking for another one drops it.
ClearingBench& ClearingBenchOf(const DebtsName& name);

// Whether the data folder has these debts; true for made-up ones.
bool IsPresent(const DebtsName& name);

// Bytes on the heap now, and the most there were since the last StartPeak.
std::size_t HeapBytesNow();
void StartPeak();
std::size_t PeakHeapBytes();

}  // namespace geo::bench

#endif  // GEO_TESTS_BENCHMARK_CLEARING_NETWORK_H_
