#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "src/hub/deferred_router.h"
#include "src/hub/hub_impl.h"

namespace geo {
namespace {

// Writes down what it is told and asked.
class Listener : public Router {
 public:
  explicit Listener(std::string* heard) : heard_(*heard) {}

  void PairsChanged(std::span<const PairIndex> pairs) override {
    heard_ += "pairs ";
    for (const PairIndex pair : pairs) heard_ += std::to_string(pair) + " ";
  }
  void ParticipantChanged(ParticipantIndex /*participant*/) override { heard_ += "participant "; }
  void DayChanged(std::int64_t /*day*/) override { heard_ += "day "; }
  StatusOr<RouteAnswer> FindRoutes(const RouteRequest& /*request*/) override {
    heard_ += "routes ";
    return RouteAnswer();
  }
  StatusOr<CapacityAnswer> Capacity(const RouteRequest& /*request*/) override {
    heard_ += "capacity ";
    return CapacityAnswer();
  }
  StatusOr<TargetsPage> Targets(const TargetsRequest& /*request*/) override {
    heard_ += "targets ";
    return TargetsPage();
  }
  StatusOr<std::optional<std::uint32_t>> TrustDistance(
      EquivalentIndex /*equivalent*/, ParticipantIndex /*from*/, ParticipantIndex /*to*/,
      std::uint32_t /*max_distance*/) const override {
    heard_ += "distance ";
    return std::optional<std::uint32_t>();
  }
  std::unique_ptr<Router> NewSibling() const override { return nullptr; }

 private:
  std::string& heard_;
};

class DeferredRouterTest : public ::testing::Test {
 protected:
  // What the router inside has heard since the last time.
  std::string Heard() { return std::exchange(heard_, {}); }

  std::string heard_;
  DeferredRouter router_{std::make_unique<Listener>(&heard_)};
};

TEST_F(DeferredRouterTest, PairsWaitForTheNextQuestionEachOnceInOrder) {
  for (const PairIndex pair : {7U, 2U, 7U, 90U, 2U}) router_.PairsChanged({&pair, 1});
  EXPECT_EQ(Heard(), "");
  ASSERT_TRUE(router_.FindRoutes({}).ok());
  EXPECT_EQ(Heard(), "pairs 7 2 90 routes ");
  const PairIndex more[] = {7, 0, 7};
  router_.PairsChanged(more);
  ASSERT_TRUE(router_.Capacity({}).ok());
  EXPECT_EQ(Heard(), "pairs 7 0 capacity ");
  router_.PairsChanged({more, 1});
  ASSERT_TRUE(router_.Targets({}).ok());
  EXPECT_EQ(Heard(), "pairs 7 targets ");
  router_.PairsChanged({more, 1});
  router_.Sync();
  router_.Sync();
  EXPECT_EQ(Heard(), "pairs 7 ");
}

// A router looks through all equivalents for somebody.
TEST_F(DeferredRouterTest, OnlyWhoseStatusChangedIsToldOf) {
  Participant somebody;
  const auto hears = [&](const std::optional<Participant>& before) {
    Record record;
    record.effects = {ParticipantEffect{7, before, somebody}};
    TellRouter(record, Ledger(), router_);
    return Heard();
  };
  EXPECT_EQ(hears(std::nullopt), "") << "who joins has no lines yet";
  Participant before = somebody;
  somebody.verification_level = 2;
  EXPECT_EQ(hears(before), "");
  before = somebody;
  somebody.status = ParticipantStatus::kSuspended;
  EXPECT_EQ(hears(before), "participant ");
}

TEST_F(DeferredRouterTest, ParticipantsAndDaysAreToldAtOnce) {
  const PairIndex pair = 3;
  router_.PairsChanged({&pair, 1});
  router_.ParticipantChanged(5);
  router_.DayChanged(11);
  EXPECT_EQ(Heard(), "participant day ");
  ASSERT_TRUE(router_.TrustDistance(0, 0, 1, 9).ok());
  EXPECT_EQ(Heard(), "distance ");  // of siblings and views, which are synced before
}

}  // namespace
}  // namespace geo
