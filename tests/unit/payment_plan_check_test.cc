// No plan is applied unchecked (spec 01 §6.5): what a router says is verified against the ledger,
// so that a wrong one can refuse payments but never move a debt that it may not.

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "geo/payment/payment.h"
#include "geo/payment/two_phase.h"
#include "tests/support/routing_world.h"
#include "tests/support/status.h"

namespace geo::tests {
namespace {

// Answers every question with the same plan.
class Stubborn : public Router {
 public:
  explicit Stubborn(Plan plan) : plan_(std::move(plan)) {}
  void PairsChanged(std::span<const PairIndex> /*pairs*/) override {}
  void ParticipantChanged(ParticipantIndex /*participant*/) override {}
  void DayChanged(std::int64_t /*day*/) override {}
  StatusOr<RouteAnswer> FindRoutes(const RouteRequest& /*request*/) override {
    return RouteAnswer{plan_};
  }
  StatusOr<CapacityAnswer> Capacity(const RouteRequest& /*request*/) override {
    return CapacityAnswer();
  }
  StatusOr<TargetsPage> Targets(const TargetsRequest& /*request*/) override {
    return TargetsPage();
  }
  StatusOr<std::optional<std::uint32_t>> TrustDistance(
      EquivalentIndex /*equivalent*/, ParticipantIndex /*from*/, ParticipantIndex /*to*/,
      std::uint32_t /*max_distance*/) const override {
    return std::optional<std::uint32_t>();
  }
  std::unique_ptr<Router> NewSibling() const override { return nullptr; }

 private:
  Plan plan_;
};

// 50 can go 0→1→2 and as much 0→3→2.
class PlanCheckTest : public ::testing::Test {
 protected:
  void SetUp() override {
    world_.Open(1, 0, 50);
    world_.Open(2, 1, 50);
    world_.Open(3, 0, 50);
    world_.Open(2, 3, 50);
  }
  // What comes of paying 60 from 0 to 2 by this plan, at once and in two phases.
  std::string Paid(Plan plan) {
    Stubborn router(std::move(plan));
    Pay pay;
    pay.id = TxId::Parse("p").value();
    pay.payee = RoutingWorld::PidOf(2);
    pay.equivalent = world_.ledger.equivalent(0).code;
    pay.amount = Amount{60};
    const Pid payer = RoutingWorld::PidOf(0);
    const Timestamp now = world_.day * kDay;
    const auto at_once = PlanPayment(world_.ledger, router, payer, now, pay, RouteConstraints());
    const auto held =
        PlanPrepare(world_.ledger, router, payer, now, PreparePayment{pay}, PaymentDefaults());
    EXPECT_EQ(CodeName(at_once), CodeName(held));
    return CodeName(at_once);
  }

  RoutingWorld world_{4};
};

TEST_F(PlanCheckTest, OnlyWhatHoldsIsApplied) {
  EXPECT_EQ(Paid({{{{0, 1, 2}, 30}, {{0, 3, 2}, 30}}}), "Ok");
  EXPECT_EQ(Paid({{{{0, 1, 2}, 60}}}), "InsufficientCapacity");
  EXPECT_EQ(Paid({{{{0, 1, 2}, 30}, {{0, 1, 2}, 30}}}), "InsufficientCapacity");
  EXPECT_EQ(Paid({{{{0, 1, 2}, 30}}}), "PlanInvalid") << "less than asked for";
  EXPECT_EQ(Paid({{{{0, 1, 2}, 50}, {{0, 3, 2}, 50}}}), "PlanInvalid") << "more than asked for";
  EXPECT_EQ(Paid({{{{0, 1}, 30}, {{0, 3, 2}, 30}}}), "PlanInvalid") << "to somebody else";
  EXPECT_EQ(Paid({{{{0, 2}, 60}}}), "NoRoute") << "where there is no line";
  EXPECT_EQ(Paid({{{{0, 9, 2}, 60}}}), "InvalidArgument") << "over somebody who is not there";
  EXPECT_EQ(Paid({}), "PlanInvalid") << "nothing at all";
  world_.SetStatus(3, ParticipantStatus::kSuspended);
  EXPECT_EQ(Paid({{{{0, 1, 2}, 30}, {{0, 3, 2}, 30}}}), "ParticipantNotActive");
}

}  // namespace
}  // namespace geo::tests
