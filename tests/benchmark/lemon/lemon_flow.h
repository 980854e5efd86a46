// Maximum flow by LEMON's Preflow. C++17, as the newest C++ that LEMON's headers know.
#ifndef GEO_TESTS_BENCHMARK_LEMON_LEMON_FLOW_H_
#define GEO_TESTS_BENCHMARK_LEMON_LEMON_FLOW_H_

#include <cstdint>
#include <memory>
#include <vector>

namespace geo::bench {

struct LemonArc {
  std::uint32_t tail = 0;
  std::uint32_t head = 0;
  std::int64_t capacity = 0;
};

class LemonFlow {
 public:
  LemonFlow(std::uint32_t nodes, const std::vector<LemonArc>& arcs);
  ~LemonFlow();

  // The value of a maximum flow.
  std::int64_t MaxFlow(std::uint32_t source, std::uint32_t target);

 private:
  struct Network;
  std::unique_ptr<Network> network_;
};

}  // namespace geo::bench

#endif  // GEO_TESTS_BENCHMARK_LEMON_LEMON_FLOW_H_
