// The networks of the routing benchmark, and what is built from them.
#ifndef GEO_TESTS_BENCHMARK_ROUTING_NETWORK_H_
#define GEO_TESTS_BENCHMARK_ROUTING_NETWORK_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "geo/graph/residual_graph.h"
#include "geo/ledger/ledger.h"
#include "geo/routing/router.h"
#include "geo/testing/network_generator.h"

namespace geo::bench {

// What both directions between two participants carry; u < v.
struct CapacityPair {
  std::uint32_t u = 0;
  std::uint32_t v = 0;
  graph::Flow uv = graph::kAbsent;
  graph::Flow vu = graph::kAbsent;
};

// Which network. Those of the data folder are named like their folders and may be absent.
struct NetworkName {
  std::string label;  // "hk 100k", "ripple-2016"; the same with and without policies
  bool generated = true;
  testing::NetworkOptions options = {};
  // 5 % of the lines get each of the policies that routing obeys: no intermediary, longest route of
  // 6 to 10 hops, the limit as daily limit, half of it as largest payment, three people blocked.
  bool policies = false;

  // What rows call it.
  std::string row() const { return policies ? label + " policies" : label; }
};

// A pair of the data folder with its known maximum flow.
struct KnownFlow {
  std::uint32_t from = 0;
  std::uint32_t to = 0;
  Amount flow = 0;
};

// A network and what is built from it when first asked for.
class Workbench {
 public:
  explicit Workbench(const NetworkName& name);

  const NetworkName& name() const { return name_; }
  const testing::GeneratedNetwork& network() const { return network_; }
  std::size_t lines() const { return network_.lines.size(); }
  const std::vector<CapacityPair>& pairs();  // ascending
  const graph::ResidualGraph& graph();
  const Ledger& ledger();
  Router& router();
  // Bytes that making the router took from the heap.
  std::size_t router_bytes() const { return router_bytes_; }
  // Empty for generated networks.
  const std::vector<KnownFlow>& known_flows() const { return known_flows_; }

  // Folds further effects into the ledger and tells the router.
  bool Fold(std::vector<Effect> effects);

  static constexpr std::int64_t kDay = 20'000;
  static constexpr EquivalentIndex kEquivalent = 0;
  static Pid PidOf(std::uint32_t participant);
  static EquivalentCode Code();
  static Timestamp Now();

 private:
  void Found();
  void OpenLines();
  void Owe();
  LinePolicy PolicyOf(const testing::GeneratedLine& line);
  bool Apply(RecordKind kind, std::vector<Effect> effects);

  NetworkName name_;
  testing::GeneratedNetwork network_;
  std::vector<KnownFlow> known_flows_;
  std::vector<CapacityPair> pairs_;
  std::unique_ptr<graph::ResidualGraph> graph_;
  std::unique_ptr<Ledger> ledger_;
  std::unique_ptr<Router> router_;
  std::size_t router_bytes_ = 0;
  std::mt19937_64 random_{5};
  std::uint64_t seq_ = 0;
};

// The workbench of a network. Kept until a network of another label is asked for: with and without
// policies lie side by side, so that rows which are compared run one after the other.
Workbench& WorkbenchOf(const NetworkName& name);
// Raised whenever workbenches are dropped.
std::uint64_t WorkbenchGeneration();

// What `make` makes for `bench`; remembered as long as that.
template <typename Made>
Made& Keep(const Workbench& bench, const std::function<std::unique_ptr<Made>()>& make) {
  static std::uint64_t generation = 0;
  static std::map<const Workbench*, std::unique_ptr<Made>> kept;
  if (generation != WorkbenchGeneration()) {
    kept.clear();
    generation = WorkbenchGeneration();
  }
  std::unique_ptr<Made>& made = kept[&bench];
  if (made == nullptr) made = make();
  return *made;
}

// Whether the data folder has this network.
bool IsPresent(const NetworkName& name);

}  // namespace geo::bench

#endif  // GEO_TESTS_BENCHMARK_ROUTING_NETWORK_H_
