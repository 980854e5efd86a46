// The checker of plans, on plans that no router would find.
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "geo/routing/router.h"
#include "geo/routing/verify.h"
#include "tests/support/routing_world.h"
#include "tests/support/status.h"

namespace geo::tests {
namespace {

class VerifyPlanTest : public ::testing::Test {
 protected:
  // Lets `amount` flow from → to.
  LineIndex Way(ParticipantIndex from, ParticipantIndex to, Amount amount) {
    return world.Open(to, from, amount);
  }
  std::string Verdict(const Plan& plan, RouteRequest request) {
    return CodeName(VerifyPlan(world.ledger, world.day, request, plan));
  }
  std::string Verdict(const Plan& plan) { return Verdict(plan, RoutingWorld::Ask(0, 3, 10)); }

  RoutingWorld world{16};
};

TEST_F(VerifyPlanTest, SeesEveryBreach) {
  Way(0, 1, 10), Way(1, 3, 10), Way(0, 2, 10), Way(2, 3, 10), Way(1, 2, 10), Way(2, 1, 10);
  EXPECT_EQ(Verdict({{{{0, 1, 3}, 10}}}), "Ok");
  EXPECT_EQ(Verdict({}), "PlanInvalid");
  EXPECT_EQ(Verdict({{{{0, 1, 3}, 9}}}), "PlanInvalid");
  EXPECT_EQ(Verdict({{{{0, 1, 3}, 11}, {{0, 2, 3}, -1}}}), "PlanInvalid");
  EXPECT_EQ(Verdict({{{{0, 1, 3}, 10}, {{0, 2, 3}, 0}}}), "PlanInvalid");
  EXPECT_EQ(Verdict({{{{0, 1}, 10}}}), "PlanInvalid");
  EXPECT_EQ(Verdict({{{{1, 3}, 10}}}), "PlanInvalid");
  EXPECT_EQ(Verdict({{{{0}, 10}}}), "PlanInvalid");
  EXPECT_EQ(Verdict({{{{0, 1, 2, 1, 3}, 10}}}), "PlanInvalid");
  EXPECT_EQ(Verdict({{{{0, 99, 3}, 10}}}), "InvalidArgument");
  EXPECT_EQ(Verdict({{{{0, 3}, 10}}}), "NoRoute");
  EXPECT_EQ(Verdict({{{{0, 1, 2, 3}, 5}, {{0, 2, 1, 3}, 5}}}), "PlanInvalid");
  EXPECT_EQ(Verdict({{{{0, 1, 3}, 6}, {{0, 1, 2, 3}, 4}}}), "Ok");
  EXPECT_EQ(Verdict({{{{0, 1, 3}, 11}}}, RoutingWorld::Ask(0, 3, 11)), "InsufficientCapacity");
  EXPECT_EQ(Verdict({{{{0, 1, 3}, 6}, {{0, 1, 2, 3}, 5}}}, RoutingWorld::Ask(0, 3, 11)),
            "InsufficientCapacity");
}

TEST_F(VerifyPlanTest, SeesConstraints) {
  Way(0, 1, 10), Way(1, 3, 10), Way(0, 2, 10), Way(2, 3, 10);
  const Plan one = {{{{0, 1, 3}, 10}}};
  const Plan two = {{{{0, 1, 3}, 5}, {{0, 2, 3}, 5}}};
  RouteRequest request = RoutingWorld::Ask(0, 3, 10);
  request.constraints.max_hops = 1;
  EXPECT_EQ(Verdict(one, request), "PlanInvalid");
  request.constraints.max_hops = 2;
  request.constraints.max_paths = 1;
  EXPECT_EQ(Verdict(one, request), "Ok");
  EXPECT_EQ(Verdict(two, request), "PlanInvalid");
  request.constraints.max_paths = 2;
  EXPECT_EQ(Verdict(two, request), "Ok");
  request.constraints.avoid = {2};
  EXPECT_EQ(Verdict(one, request), "Ok");
  EXPECT_EQ(Verdict(two, request), "PlanInvalid");
  request.constraints.avoid.clear();
  request.constraints.within = std::vector<ParticipantIndex>{0, 1, 3};
  EXPECT_EQ(Verdict(two, request), "PlanInvalid");
  world.SetStatus(1, ParticipantStatus::kSuspended);
  EXPECT_EQ(Verdict(one), "ParticipantNotActive");
}

TEST_F(VerifyPlanTest, SeesPolicies) {
  LinePolicy single;
  single.max_single_payment = 9;
  LinePolicy daily;
  daily.daily_limit = 9;
  const Plan plan = {{{{0, 1, 3}, 10}}};
  const LineIndex first = Way(0, 1, 10);
  const LineIndex second = Way(1, 3, 10);
  const auto with = [&](LineIndex line, const LinePolicy& policy) {
    world.Change(line, [&](TrustLine& after) { after.policy = policy; });
    const std::string verdict = Verdict(plan);
    world.Change(line, [](TrustLine& after) { after.policy = LinePolicy(); });
    return verdict;
  };
  EXPECT_EQ(with(first, NoIntermediary()), "PlanInvalid");
  EXPECT_EQ(with(second, NoIntermediary()), "Ok");
  EXPECT_EQ(with(first, AtMostHops(1)), "PlanInvalid");
  EXPECT_EQ(with(first, AtMostHops(2)), "Ok");
  EXPECT_EQ(with(first, Blocking({1})), "PlanInvalid");
  EXPECT_EQ(with(second, Blocking({1})), "PlanInvalid");
  EXPECT_EQ(with(second, Blocking({0, 3, 9})), "Ok");
  EXPECT_EQ(with(first, single), "InsufficientCapacity");
  EXPECT_EQ(with(second, daily), "InsufficientCapacity");
  world.Freeze(second);
  EXPECT_EQ(Verdict(plan), "LineNotActive");
  EXPECT_EQ(Verdict({{{{0, 1, 2, 3}, 10}}}), "NoRoute");
}

// A plan of thousands of routes, each over two lines that have rules.
TEST_F(VerifyPlanTest, FindsTheOneRuleThatIsBroken) {
  constexpr ParticipantIndex kRoutes = 3000;
  RoutingWorld star(2 + kRoutes);
  Plan plan;
  for (ParticipantIndex i = 2; i < 2 + kRoutes; ++i) {
    star.Open(i, 0, 1, AtMostHops(2));
    star.Open(1, i, 1, Blocking({0, 1, i == kRoutes ? i : i + 1}));
    plan.routes.push_back({{0, i, 1}, 1});
  }
  RouteRequest request = RoutingWorld::Ask(0, 1, kRoutes);
  request.constraints.max_paths = kUnlimited;
  const auto verdict = [&] { return VerifyPlan(star.ledger, star.day, request, plan); };
  EXPECT_EQ(CodeName(verdict()), "PlanInvalid") << "one line bars its own intermediary";
  std::swap(plan.routes[kRoutes - 2], plan.routes.back());
  plan.routes.pop_back();
  --request.amount;
  EXPECT_EQ(verdict(), OkStatus());
}

}  // namespace
}  // namespace geo::tests
