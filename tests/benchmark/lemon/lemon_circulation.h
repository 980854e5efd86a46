// What stays after a maximum circulation, by LEMON's minimum-cost flows. C++17, as the newest C++
// that LEMON's headers know.
#ifndef GEO_TESTS_BENCHMARK_LEMON_LEMON_CIRCULATION_H_
#define GEO_TESTS_BENCHMARK_LEMON_LEMON_CIRCULATION_H_

#include <cstdint>
#include <memory>
#include <vector>

namespace geo::bench {

struct LemonDebt {
  std::uint32_t tail = 0;
  std::uint32_t head = 0;
  std::int64_t amount = 0;
  std::int64_t capacity = 0;
};

class LemonCirculation {
 public:
  LemonCirculation(std::uint32_t nodes, const std::vector<LemonDebt>& debts);
  ~LemonCirculation();

  // The least sum of debts with the same balances; −1 when the solver says that there is none.
  // Includes what the solver does before it starts, that is copying the network into its own form.
  std::int64_t CostScaling();
  std::int64_t NetworkSimplex();

 private:
  struct Network;
  std::unique_ptr<Network> network_;
};

}  // namespace geo::bench

#endif  // GEO_TESTS_BENCHMARK_LEMON_LEMON_CIRCULATION_H_
