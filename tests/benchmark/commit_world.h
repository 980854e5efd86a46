// Hubs on generated networks, and payments over them, for the benchmarks of the commit path.
#ifndef GEO_TESTS_BENCHMARK_COMMIT_WORLD_H_
#define GEO_TESTS_BENCHMARK_COMMIT_WORLD_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "geo/crypto/keys.h"
#include "geo/hub/hub.h"
#include "geo/testing/network_generator.h"

namespace geo::bench {

struct WorldOptions {
  std::uint32_t participants = 1'000;  // of each equivalent, who take part in no other
  std::uint32_t equivalents = 1;
  bool roomy = false;  // limits that no payment here reaches, so that plans made early stay good
  bool real_keys = false;  // participants can sign; costs 25 µs each
};

// A payment, and how it can go.
struct PlannedPayment {
  VerifiedCommand command;
  Plan plan;
};

class World {
 public:
  explicit World(const WorldOptions& options);

  static constexpr Timestamp kNow = 1'700'000'000 * kSecond;
  static constexpr const char* kNetwork = "benchmark";
  static EquivalentCode Code(std::uint32_t equivalent = 0);

  // Founds the network in `store` and flushes.
  std::unique_ptr<Hub> Found(std::unique_ptr<Store> store, HubOptions options) const;
  HubOptions Options(HubOptions options) const;

  const testing::GeneratedNetwork& network(std::uint32_t equivalent = 0) const {
    return networks_[equivalent];
  }
  // A participant of the equivalent's network.
  const Pid& pid(std::uint32_t participant, std::uint32_t equivalent = 0) const {
    return pids_[equivalent * options_.participants + participant];
  }
  SecretKey KeyOf(std::uint32_t participant) const;

  // Small payments between random participants with random ids.
  testing::PaymentTrace Trace(std::uint32_t equivalent = 0) const;
  Pay PayOf(const testing::GeneratedPayment& payment, std::uint64_t number,
            std::uint32_t equivalent = 0) const;
  // `count` of them that can be made in the state of `hub`, all at once when the world is roomy.
  std::vector<PlannedPayment> Plans(const Hub& hub, std::size_t count) const;

 private:
  WorldOptions options_;
  std::vector<testing::GeneratedNetwork> networks_;  // by equivalent
  std::vector<PublicKey> keys_;  // of everybody, one equivalent's after another's
  std::vector<Pid> pids_;
};

// Rows of the read model take minutes to write for a million debts, and opening reads none.
HubOptions WithoutRows();
// The hub in a database file, once more, without rows.
std::unique_ptr<Hub> OpenAgain(const World& world, const std::string& file);

// Stops the program: a benchmark that does not do what it says measures nothing.
void Require(bool condition, const std::string& what);
void Require(const Status& status, const std::string& what);

}  // namespace geo::bench

#endif  // GEO_TESTS_BENCHMARK_COMMIT_WORLD_H_
