// Boost.Graph on the networks of the routing benchmark: in the container of its own examples, whose
// edges may come and go as those of geo do, and in its fastest, which is built once and for all.
#ifndef GEO_TESTS_BENCHMARK_ROUTING_BOOST_H_
#define GEO_TESTS_BENCHMARK_ROUTING_BOOST_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "tests/benchmark/routing_network.h"

namespace geo::bench {

// adjacency_list with vectors and internal properties. Opposite arcs are each other's reverse: half
// the arcs, which is what boykov_kolmogorov and breadth-first search like best.
class BoostLists {
 public:
  BoostLists(std::uint32_t nodes, const std::vector<CapacityPair>& pairs);
  ~BoostLists();

  graph::Flow BoykovKolmogorov(std::uint32_t source, std::uint32_t target);

  // Fewest hops over arcs that carry `threshold`: breadth-first search on a filtered graph, ended
  // as soon as the target is seen. 0: there is no path.
  std::uint32_t Hops(std::uint32_t source, std::uint32_t target, graph::Flow threshold);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// The same in compressed_sparse_row_graph with arrays as properties.
class BoostRows {
 public:
  BoostRows(std::uint32_t nodes, const std::vector<CapacityPair>& pairs);
  ~BoostRows();

  graph::Flow BoykovKolmogorov(std::uint32_t source, std::uint32_t target);

  std::uint32_t Hops(std::uint32_t source, std::uint32_t target, graph::Flow threshold);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// As BoostRows, but each arc has a reverse arc of capacity 0 of its own, which push_relabel needs.
class BoostPushRelabel {
 public:
  BoostPushRelabel(std::uint32_t nodes, const std::vector<CapacityPair>& pairs);
  ~BoostPushRelabel();

  graph::Flow MaxFlow(std::uint32_t source, std::uint32_t target);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace geo::bench

#endif  // GEO_TESTS_BENCHMARK_ROUTING_BOOST_H_
