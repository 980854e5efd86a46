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
  std::uint32_t participants = 1'000;
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
  static EquivalentCode Code();

  // Founds the network in `store` and flushes.
  std::unique_ptr<Hub> Found(std::unique_ptr<Store> store, HubOptions options) const;
  HubOptions Options(HubOptions options) const;

  const testing::GeneratedNetwork& network() const { return network_; }
  const PublicKey& key(std::uint32_t participant) const { return keys_[participant]; }
  const Pid& pid(std::uint32_t participant) const { return pids_[participant]; }
  SecretKey KeyOf(std::uint32_t participant) const;

  // Small payments between random participants with random ids.
  testing::PaymentTrace Trace() const;
  Pay PayOf(const testing::GeneratedPayment& payment, std::uint64_t number) const;
  // `count` of them that can be made in the state of `hub`, all at once when the world is roomy.
  std::vector<PlannedPayment> Plans(const Hub& hub, std::size_t count) const;

 private:
  WorldOptions options_;
  testing::GeneratedNetwork network_;
  std::vector<PublicKey> keys_;
  std::vector<Pid> pids_;
};

// Stops the program: a benchmark that does not do what it says measures nothing.
void Require(bool condition, const std::string& what);
void Require(const Status& status, const std::string& what);

}  // namespace geo::bench

#endif  // GEO_TESTS_BENCHMARK_COMMIT_WORLD_H_
