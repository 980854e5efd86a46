// Routes and refusals in networks small enough to draw. RoutingWorld::Find has every answer
// verified.
#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "geo/routing/router.h"
#include "src/routing/network.h"
#include "tests/support/routing_world.h"
#include "tests/support/status.h"

namespace geo::tests {
namespace {

// In these tests value flows from small numbers to large ones; a line is opened by its owner, who
// lets the debtor owe: flow debtor→owner.
class RouterTest : public ::testing::Test {
 protected:
  // Lets `amount` flow from → to.
  LineIndex Way(ParticipantIndex from, ParticipantIndex to, Amount amount,
                const LinePolicy& policy = LinePolicy()) {
    return world.Open(to, from, amount, policy);
  }
  std::string Routes(ParticipantIndex from, ParticipantIndex to, Amount amount) {
    return Routes(RoutingWorld::Ask(from, to, amount));
  }
  std::string Routes(const RouteRequest& request) { return Describe(world.Find(request)); }
  // Under the limits of the seed: 6 hops, 3 paths.
  std::string GeoV0(ParticipantIndex from, ParticipantIndex to, Amount amount,
                    std::uint32_t max_paths = 3, std::uint32_t max_hops = 6) {
    RouteRequest request = RoutingWorld::Ask(from, to, amount);
    request.constraints.max_paths = max_paths;
    request.constraints.max_hops = max_hops;
    return Routes(request);
  }
  Refusal Refused(const RouteRequest& request) {
    const RouteAnswer answer = world.Find(request);
    const Refusal* refusal = std::get_if<Refusal>(&answer.outcome);
    EXPECT_NE(refusal, nullptr) << Describe(answer);
    return refusal == nullptr ? Refusal() : *refusal;
  }

  RoutingWorld world{16};
};

// --- Capacity and direction ---

TEST_F(RouterTest, PaysDirectlyUntilTheLimit) {
  Way(0, 1, 100);
  EXPECT_EQ(Routes(0, 1, 100), "0-1:100");
  EXPECT_EQ(Routes(0, 1, 101), "SenderLimit E002");
  world.Pay({{{{0, 1}, 10}}});
  EXPECT_EQ(Routes(0, 1, 90), "0-1:90");
  EXPECT_EQ(Routes(0, 1, 91), "SenderLimit E002");
}

// 300 narrow routes that cost nothing beside a wide one that costs something.
TEST_F(RouterTest, TheCheapestPlanMayTakeHundredsOfRoutes) {
  constexpr ParticipantIndex kRoutes = 300;
  RoutingWorld wide(3 + kRoutes);
  for (ParticipantIndex i = 3; i < 3 + kRoutes; ++i) wide.Open(i, 0, 1), wide.Open(1, i, 1);
  wide.Open(2, 0, kRoutes), wide.Open(1, 2, kRoutes);
  RouteRequest request = RoutingWorld::Ask(0, 1, kRoutes);
  request.constraints.max_hops = kUnlimited;
  request.constraints.max_paths = kUnlimited;
  request.constraints.objective = Objective::kCheapest;
  request.cost = [](ParticipantIndex tail, ParticipantIndex head) {
    return tail == 2 || head == 2 ? 1 : 0;
  };
  const RouteAnswer answer = wide.Find(request);
  const Plan* plan = std::get_if<Plan>(&answer.outcome);
  ASSERT_NE(plan, nullptr) << Describe(answer);
  for (const Route& route : plan->routes) EXPECT_NE(route.participants[1], 2U);
}

// Ten hubs between payer and payee, with the same neighbours.
TEST_F(RouterTest, ObjectivesLookAtPartOfTheHubs) {
  constexpr ParticipantIndex kHubs = 10;
  constexpr ParticipantIndex kOthers = 20'000;
  RoutingWorld crowd(2 + kHubs + kOthers);
  for (ParticipantIndex hub = 2; hub < 2 + kHubs; ++hub) {
    crowd.Open(hub, 0, 1000), crowd.Open(1, hub, 1000);
    for (ParticipantIndex i = 0; i < kOthers; ++i) crowd.Open(2 + kHubs + i, hub, 10);
  }
  for (ParticipantIndex i = 0; i < kOthers; ++i) crowd.Open(2, 2 + kHubs + i, 10);
  RouteRequest request = RoutingWorld::Ask(0, 1, 2500);
  request.constraints.objective = Objective::kRepayFirst;
  const RouteAnswer answer = crowd.Find(request);
  EXPECT_TRUE(std::holds_alternative<Plan>(answer.outcome));
  EXPECT_LT(answer.work, 1'000'000U);
}

// The routes that a split is chosen from can carry more together than an amount can say.
TEST_F(RouterTest, RoutesThatCanCarryMoreThanAnyAmountCarryTheOneAskedFor) {
  constexpr Amount kUnit = Amount{1} << 60;
  constexpr std::array<std::array<int, 3>, 10> kLines = {{{0, 2, 2},  // owner, debtor, units
                                                          {0, 3, 2},
                                                          {1, 2, 7},
                                                          {1, 4, 6},
                                                          {2, 0, 6},
                                                          {2, 1, 7},
                                                          {2, 3, 6},
                                                          {3, 0, 7},
                                                          {3, 1, 1},
                                                          {4, 2, 7}}};
  for (const auto& [owner, debtor, units] : kLines) {
    world.Open(static_cast<ParticipantIndex>(owner), static_cast<ParticipantIndex>(debtor),
               units * kUnit);
  }
  RouteRequest request = RoutingWorld::Ask(0, 1, kMaxAmount - 1);
  request.constraints.max_hops = 3;
  request.constraints.max_paths = 3;
  EXPECT_TRUE(std::holds_alternative<Plan>(world.Find(request).outcome));
}

TEST_F(RouterTest, TheWrongWayRoundIsNoRoute) {
  Way(1, 0, 100);
  EXPECT_EQ(Routes(0, 1, 10), "NotConnected E001");
  EXPECT_EQ(Routes(0, 2, 10), "NotConnected E001");
}

TEST_F(RouterTest, AUsedUpLineIsARouteWithoutCapacity) {
  Way(0, 1, 10);
  world.Pay({{{{0, 1}, 10}}});
  EXPECT_EQ(Routes(0, 1, 1), "SenderLimit E002");
}

TEST_F(RouterTest, CounterDebtIsCapacity) {
  Way(0, 1, 100);
  Way(1, 0, 50);
  world.Owe(1, 0, 10);
  EXPECT_EQ(Routes(0, 1, 110), "0-1:110");
  EXPECT_EQ(Routes(0, 1, 111), "SenderLimit E002");
}

TEST_F(RouterTest, DebtsAreRepaidWithoutALine) {
  world.Owe(1, 0, 30);
  EXPECT_EQ(Routes(0, 1, 30), "0-1:30");
  // Nobody else gets through: 0 has no line to 1, so the debt is his alone to spend.
  Way(2, 0, 50);
  EXPECT_EQ(Routes(2, 1, 10), "NotConnected E001");
}

TEST_F(RouterTest, AFrozenLineIsRepaidButCarriesNothing) {
  const LineIndex line = Way(0, 1, 100);
  world.Owe(0, 1, 40);
  Way(1, 2, 100);
  Way(2, 0, 100);
  EXPECT_EQ(Routes(0, 2, 10), "0-1-2:10");
  EXPECT_EQ(Routes(2, 1, 10), "2-0-1:10");
  world.Freeze(line);
  EXPECT_EQ(Routes(0, 1, 1), "NotConnected E001");
  EXPECT_EQ(Routes(0, 2, 10), "NotConnected E001");
  EXPECT_EQ(Routes(1, 0, 40), "1-0:40") << "repaid in whole, although 1-2-0 would be open";
  EXPECT_EQ(GeoV0(1, 0, 140), "1-0:40 1-2-0:100");
  // 1 lets 0 owe: for others, only an active line may be paid back over.
  Way(3, 1, 100);
  EXPECT_EQ(Routes(3, 0, 100), "3-1-2-0:100");
}

TEST_F(RouterTest, APairThatCarriesNothingIsNoWayUntilItDoesAgain) {
  const LineIndex first = Way(0, 1, 10);
  const LineIndex second = Way(1, 2, 10);
  EXPECT_EQ(Routes(0, 2, 10), "0-1-2:10");
  world.Freeze(first), world.Freeze(second);
  EXPECT_EQ(Routes(0, 2, 1), "NotConnected E001");
  const auto thaw = [](TrustLine& after) { after.status = LineStatus::kActive; };
  world.Change(first, thaw);
  EXPECT_EQ(Routes(0, 2, 1), "NotConnected E001");
  world.Change(second, thaw);
  EXPECT_EQ(Routes(0, 2, 10), "0-1-2:10");
}

// --- Several routes ---

TEST_F(RouterTest, SplitsOverDisjointRoutes) {
  Way(0, 1, 6), Way(1, 3, 6), Way(0, 2, 5), Way(2, 3, 5);
  EXPECT_EQ(GeoV0(0, 3, 10), "0-1-3:6 0-2-3:4");
  EXPECT_EQ(GeoV0(0, 3, 6, 1), "0-1-3:6");
  EXPECT_EQ(GeoV0(0, 3, 10, 1), "PathLimit E002");
  EXPECT_EQ(GeoV0(0, 3, 12), "SenderLimit E002");
}

TEST_F(RouterTest, TakesTheShorterRouteFirst) {
  Way(0, 1, 60), Way(1, 4, 60), Way(0, 2, 50), Way(2, 3, 50), Way(3, 4, 50);
  EXPECT_EQ(GeoV0(0, 4, 100), "0-1-4:60 0-2-3-4:40");
}

TEST_F(RouterTest, TakesTheShorterRouteForAPart) {
  Way(0, 1, 40), Way(1, 4, 40), Way(0, 2, 60), Way(2, 3, 60), Way(3, 4, 60);
  EXPECT_EQ(GeoV0(0, 4, 90), "0-1-4:40 0-2-3-4:50");
  EXPECT_EQ(GeoV0(0, 4, 55), "0-1-4:40 0-2-3-4:15");
  EXPECT_EQ(GeoV0(0, 4, 55, 1), "0-2-3-4:55");
}

TEST_F(RouterTest, TheDirectLineCarriesWhatItCan) {
  Way(0, 3, 2), Way(0, 1, 10), Way(1, 3, 10);
  EXPECT_EQ(GeoV0(0, 3, 8), "0-3:2 0-1-3:6");
}

// Narrow routes take no place that is needed, and the wider of two shorter ones may be the better.
TEST_F(RouterTest, ShorterRoutesLeaveRoomForTheRest) {
  Way(0, 5, 1), Way(0, 1, 5), Way(1, 5, 5);
  Way(0, 2, 10), Way(2, 3, 10), Way(3, 5, 10);
  EXPECT_EQ(GeoV0(0, 5, 15, 2), "0-1-5:5 0-2-3-5:10");
  EXPECT_EQ(GeoV0(0, 5, 10, 2), "0-1-5:5 0-2-3-5:5");
  EXPECT_EQ(GeoV0(0, 5, 16, 3), "0-5:1 0-1-5:5 0-2-3-5:10");
}

TEST_F(RouterTest, ShorterRoutesKeepToPolicies) {
  Way(0, 1, 40, Blocking({2})), Way(1, 2, 40), Way(2, 5, 40);
  Way(0, 3, 60), Way(3, 4, 60), Way(4, 6, 60), Way(6, 5, 60);
  EXPECT_EQ(GeoV0(0, 5, 50), "0-3-4-6-5:50");
}

TEST(RouterInALargeNetwork, KeepsOneRouteForEverything) {
  constexpr ParticipantIndex kLeaves = 200;
  RoutingWorld world(5 + 2 * kLeaves);
  const auto way = [&](ParticipantIndex from, ParticipantIndex to, Amount amount) {
    world.Open(to, from, amount);
  };
  way(0, 1, 40), way(1, 4, 40), way(0, 2, 60), way(2, 3, 60), way(3, 4, 60);
  for (ParticipantIndex leaf = 5; leaf < 5 + kLeaves; ++leaf) {
    way(0, leaf, 100), way(leaf + kLeaves, 4, 100);
  }
  EXPECT_EQ(Describe(world.Find(RoutingWorld::Ask(0, 4, 55))), "0-2-3-4:55");
}

TEST_F(RouterTest, FourRoutesNeedFourPaths) {
  for (ParticipantIndex i = 1; i <= 4; ++i) Way(0, i, 10), Way(i, 5, 10);
  EXPECT_EQ(GeoV0(0, 5, 30), "0-1-5:10 0-2-5:10 0-3-5:10");
  const RouteRequest request = [] {
    RouteRequest result = RoutingWorld::Ask(0, 5, 40);
    result.constraints.max_paths = 3;
    return result;
  }();
  const Refusal refusal = Refused(request);
  EXPECT_EQ(refusal.reason, RefusalReason::kPathLimit);
  EXPECT_EQ(refusal.paths_needed, 4U);
  EXPECT_EQ(refusal.hops_needed, 0U);
  EXPECT_EQ(refusal.best_found, 30);
  EXPECT_EQ(refusal.upper_bound, 39);
  EXPECT_EQ(refusal.witness.routes.size(), 4U);
}

TEST_F(RouterTest, ReroutesWhatAnEarlierPathTook) {
  // The only shortest path, 0-1-2-5, blocks both others.
  Way(0, 1, 10), Way(1, 2, 10), Way(2, 5, 10);
  Way(1, 3, 10), Way(3, 4, 10), Way(4, 5, 10);
  Way(0, 6, 10), Way(6, 7, 10), Way(7, 2, 10);
  EXPECT_EQ(GeoV0(0, 5, 20), "0-1-3-4-5:10 0-6-7-2-5:10");
  EXPECT_EQ(GeoV0(0, 5, 20, 2, 4), "0-1-3-4-5:10 0-6-7-2-5:10");
  EXPECT_EQ(GeoV0(0, 5, 20, 2, 3), "HopLimit E002");
  EXPECT_EQ(GeoV0(0, 5, 10, 2, 3), "0-1-2-5:10");
}

TEST_F(RouterTest, FindsTheExactSplitUnderAPathLimit) {
  // Three routes of 7, 5 and 3 to 4 over a shared first way; only 7 + 5 + 3 makes 15.
  Way(0, 1, 15);
  Way(1, 2, 7), Way(2, 9, 7), Way(1, 3, 5), Way(3, 9, 5), Way(1, 4, 3), Way(4, 9, 3);
  EXPECT_EQ(GeoV0(0, 9, 15), "0-1-2-9:7 0-1-3-9:5 0-1-4-9:3");
  EXPECT_EQ(GeoV0(0, 9, 15, 2), "PathLimit E002");
  EXPECT_EQ(GeoV0(0, 9, 12, 2), "0-1-2-9:7 0-1-3-9:5");
  EXPECT_EQ(GeoV0(0, 9, 13, 2), "PathLimit E002");
}

TEST_F(RouterTest, GreedyWidestFailsButASplitExists) {
  // The pigeonhole rule takes 0-1-2-9 (short, wide enough) and leaves two ways cut in half.
  Way(0, 1, 6), Way(1, 2, 6), Way(2, 9, 6);
  Way(0, 3, 6), Way(3, 4, 6), Way(4, 2, 6);
  Way(1, 5, 6), Way(5, 6, 6), Way(6, 9, 6);
  EXPECT_EQ(GeoV0(0, 9, 12, 2), "0-1-5-6-9:6 0-3-4-2-9:6");
  EXPECT_EQ(GeoV0(0, 9, 12, 3, 4), "0-1-5-6-9:6 0-3-4-2-9:6");
}

// Of 21 routes all eight that may be taken are needed, and few sets of eight will do.
TEST_F(RouterTest, FindsTheOneSplitAmongManySets) {
  Way(1, 0, 6), Way(2, 0, 7), Way(3, 0, 3), Way(0, 2, 6), Way(1, 2, 4), Way(4, 2, 6);
  Way(6, 2, 7), Way(2, 3, 3), Way(4, 3, 3), Way(0, 4, 5), Way(1, 4, 5), Way(0, 5, 6);
  Way(1, 5, 1), Way(1, 6, 4), Way(0, 7, 3), Way(1, 7, 5), Way(2, 7, 7), Way(3, 7, 5);
  Way(5, 7, 5);
  EXPECT_EQ(GeoV0(1, 7, 25, 8, 4),
            "1-7:5 1-0-7:3 1-5-7:1 1-4-2-7:3 1-6-2-7:4 1-2-0-5-7:4 1-0-4-3-7:3 1-4-2-3-7:2");
}

TEST_F(RouterTest, HopLimitsAreExact) {
  for (ParticipantIndex i = 0; i < 7; ++i) Way(i, i + 1, 10);
  EXPECT_EQ(GeoV0(0, 6, 5), "0-1-2-3-4-5-6:5");
  RouteRequest request = RoutingWorld::Ask(0, 7, 1);
  request.constraints.max_hops = 6;
  Refusal refusal = Refused(request);
  EXPECT_EQ(refusal.reason, RefusalReason::kHopLimit);
  EXPECT_EQ(refusal.code, ErrorCode::kNoRoute);
  EXPECT_EQ(refusal.hops_needed, 7U);
  request.constraints.max_hops = 7;
  EXPECT_EQ(Routes(request), "0-1-2-3-4-5-6-7:1");
  // Within the hops there is a route, used up; beyond them one with capacity.
  Way(0, 7, 0);
  request.constraints.max_hops = 6;
  refusal = Refused(request);
  EXPECT_EQ(refusal.reason, RefusalReason::kHopLimit);
  EXPECT_EQ(refusal.code, ErrorCode::kInsufficientCapacity);
}

TEST_F(RouterTest, BothLimitsInTheWay) {
  Way(0, 1, 5), Way(1, 9, 5);
  Way(0, 2, 5), Way(2, 3, 5), Way(3, 9, 5);
  RouteRequest request = RoutingWorld::Ask(0, 9, 10);
  request.constraints.max_hops = 2;
  request.constraints.max_paths = 1;
  const Refusal refusal = Refused(request);
  EXPECT_EQ(refusal.reason, RefusalReason::kHopLimit);
  EXPECT_EQ(refusal.hops_needed, 3U);
  EXPECT_EQ(refusal.paths_needed, 2U);
}

// --- avoid and within ---

TEST_F(RouterTest, AvoidsWhomThePayerNames) {
  Way(0, 1, 10), Way(1, 4, 10), Way(0, 2, 10), Way(2, 3, 10), Way(3, 4, 10);
  RouteRequest request = RoutingWorld::Ask(0, 4, 1);
  EXPECT_EQ(Routes(request), "0-1-4:1");
  request.constraints.avoid = {1, 1};
  EXPECT_EQ(Routes(request), "0-2-3-4:1");
  request.amount = 15;
  EXPECT_EQ(Routes(request), "NetworkCut E002");
  request.constraints.avoid = {1, 3};
  EXPECT_EQ(Routes(request), "NotConnected E001");
  request.constraints.avoid = {0, 4};
  EXPECT_EQ(Routes(request), "0-1-4:10 0-2-3-4:5") << "end points are no intermediaries";
}

TEST_F(RouterTest, KeepsWithinAGroup) {
  Way(0, 1, 10), Way(1, 4, 10), Way(0, 2, 10), Way(2, 3, 10), Way(3, 4, 10);
  RouteRequest request = RoutingWorld::Ask(0, 4, 1);
  request.constraints.within = std::vector<ParticipantIndex>{0, 2, 3, 4};
  EXPECT_EQ(Routes(request), "0-2-3-4:1");
  request.constraints.avoid = {2};
  EXPECT_EQ(Routes(request), "NotConnected E001");
  request.constraints.avoid.clear();
  request.constraints.within = std::vector<ParticipantIndex>{1, 4};
  EXPECT_EQ(Routes(request), "NotConnected E001") << "the payer is not among them";
  EXPECT_EQ(world.Capacity(request).amount, 0);
}

// --- Participants ---

TEST_F(RouterTest, OnlyActiveParticipantsTakePart) {
  Way(0, 1, 10), Way(1, 2, 10);
  EXPECT_EQ(Routes(0, 2, 5), "0-1-2:5");
  world.SetStatus(1, ParticipantStatus::kSuspended);
  EXPECT_EQ(Routes(0, 2, 5), "NotConnected E001");
  EXPECT_EQ(Routes(0, 1, 5), "NotConnected E001");
  world.SetStatus(1, ParticipantStatus::kActive);
  EXPECT_EQ(Routes(0, 2, 5), "0-1-2:5");
  world.Register();
  EXPECT_EQ(Routes(0, 16, 5), "NotConnected E001");
  Way(2, 16, 5);
  EXPECT_EQ(Routes(0, 16, 5), "0-1-2-16:5");
}

// --- Policies ---

TEST_F(RouterTest, AnIntermediaryMayRefuse) {
  // 1 owns the line 1→0: others may not use it through him, in either direction.
  Way(0, 1, 10, NoIntermediary());
  Way(1, 2, 10);
  RouteRequest request = RoutingWorld::Ask(0, 2, 1);
  const Refusal refusal = Refused(request);
  EXPECT_EQ(refusal.reason, RefusalReason::kPolicy);
  EXPECT_EQ(refusal.code, ErrorCode::kNoRoute);
  ASSERT_EQ(refusal.obstacles.size(), 1U);
  EXPECT_EQ(refusal.obstacles[0], (PolicyObstacle{1, 0, PolicyKey::kCanBeIntermediate}));
  EXPECT_EQ(Routes(0, 1, 10), "0-1:10");
}

TEST_F(RouterTest, AnIntermediaryMayRefuseOverALineThatCameLater) {
  Way(0, 1, 10), Way(2, 3, 10);
  EXPECT_EQ(Routes(0, 1, 10), "0-1:10");
  Way(1, 2, 10, NoIntermediary());
  EXPECT_EQ(Routes(0, 3, 1), "Policy E001");
  EXPECT_EQ(Routes(0, 2, 1), "0-1-2:1");
}

TEST_F(RouterTest, TheReceiversOwnRefusalDoesNotMatter) {
  Way(0, 1, 100);
  Way(1, 2, 100, NoIntermediary());
  EXPECT_EQ(Routes(0, 2, 1), "0-1-2:1");
  Way(2, 3, 100);
  EXPECT_EQ(Routes(1, 3, 1), "Policy E001") << "2 carries nothing that came over his line from 1";
}

TEST_F(RouterTest, ARefusalCountsInBothDirections) {
  // 1 lets 0 owe but carries nothing over the pair, so 1→0 is closed to others as well.
  Way(0, 1, 10, NoIntermediary());
  Way(1, 0, 10), Way(2, 1, 10), Way(0, 3, 10);
  EXPECT_EQ(Routes(2, 3, 1), "Policy E001");
  EXPECT_EQ(Routes(1, 3, 1), "1-0-3:1") << "1 pays";
}

TEST_F(RouterTest, BlockedParticipantsAreNoIntermediaries) {
  Way(0, 1, 10, Blocking({1})), Way(1, 2, 10);
  EXPECT_EQ(Routes(0, 2, 1), "Policy E001");
  EXPECT_EQ(Routes(0, 1, 1), "0-1:1");
  Way(0, 3, 10), Way(3, 4, 10), Way(4, 2, 10);
  EXPECT_EQ(Routes(0, 2, 1), "0-3-4-2:1");
}

TEST_F(RouterTest, BlockedIsBeforeAndAfterTheLine) {
  // 0-1-2-3-4: the line of 1-2 blocks 3, which comes later; the line of 2-3 blocks 1, before.
  Way(0, 1, 10), Way(1, 2, 10, Blocking({3})), Way(2, 3, 10), Way(3, 4, 10);
  EXPECT_EQ(Routes(0, 4, 1), "Policy E001");
  EXPECT_EQ(Routes(0, 3, 1), "0-1-2-3:1") << "not as the payee";
  Way(1, 5, 10), Way(5, 2, 10);
  EXPECT_EQ(Routes(0, 4, 1), "0-1-5-2-3-4:1");
  Way(2, 6, 10), Way(6, 4, 10);
  EXPECT_EQ(Routes(0, 4, 20), "SenderLimit E002");
  EXPECT_EQ(Routes(0, 4, 10), "0-1-2-6-4:10");
}

TEST_F(RouterTest, BlockedListsAreReadAgainWhenTheyChange) {
  const LineIndex line = Way(0, 1, 10, Blocking({16}));
  world.Register();  // 16 comes after the line that blocks him
  Way(1, 16, 10), Way(16, 2, 10);
  EXPECT_EQ(Routes(0, 2, 1), "Policy E001");
  EXPECT_EQ(Routes(0, 16, 1), "0-1-16:1") << "not as the payee";
  world.Change(line, [](TrustLine& after) { after.policy = Blocking({1, 5}); });
  EXPECT_EQ(Routes(0, 2, 1), "Policy E001");
  world.Change(line, [](TrustLine& after) { after.policy = Blocking({5}); });
  EXPECT_EQ(Routes(0, 2, 1), "0-1-16-2:1");
  world.Owe(0, 1, 4);
  world.Change(line, [](TrustLine& after) { after.policy = LinePolicy(); });
  EXPECT_EQ(Routes(0, 2, 6), "0-1-16-2:6");
}

TEST_F(RouterTest, SeveralBlockedListsAtOnce) {
  // Three parallel ways in and out; only 1 with 6 is allowed by everybody.
  Way(0, 1, 10, Blocking({4, 5})), Way(0, 2, 10, Blocking({4, 5, 6})), Way(0, 3, 10, Blocking({7}));
  Way(1, 7, 10), Way(2, 7, 10), Way(3, 7, 10);
  Way(7, 4, 10), Way(7, 5, 10), Way(7, 6, 10);
  Way(4, 9, 10), Way(5, 9, 10), Way(6, 9, 10);
  EXPECT_EQ(Routes(0, 9, 10), "0-1-7-6-9:10");
  EXPECT_EQ(Routes(0, 9, 11), "Policy E002");
}

TEST_F(RouterTest, ALineMayAskForShortRoutes) {
  Way(0, 1, 10), Way(1, 2, 10, AtMostHops(2)), Way(2, 3, 10);
  EXPECT_EQ(Routes(0, 2, 5), "0-1-2:5");
  const Refusal refusal = Refused(RoutingWorld::Ask(0, 3, 5));
  EXPECT_EQ(refusal.reason, RefusalReason::kPolicy);
  ASSERT_EQ(refusal.obstacles.size(), 1U);
  EXPECT_EQ(refusal.obstacles[0], (PolicyObstacle{2, 1, PolicyKey::kMaxHops}));
  Way(1, 4, 10), Way(4, 2, 10);
  EXPECT_EQ(Routes(0, 3, 5), "0-1-4-2-3:5");
}

// From members of larger numbers to smaller ones as well; a router that is built later reads it so.
TEST_F(RouterTest, ALineMayAskForShortRoutesBothWays) {
  Way(0, 1, 1), Way(1, 2, 1), Way(2, 3, 1);
  Way(3, 2, 10), Way(2, 1, 10, AtMostHops(2)), Way(1, 0, 10);
  EXPECT_EQ(Routes(2, 0, 5), "2-1-0:5");
  EXPECT_EQ(Routes(3, 0, 5), "Policy E001");
}

// Without any, routers need not look for them.
TEST_F(RouterTest, RulesForPathsAreKnownAsLongAsThereAreSome) {
  const LineIndex first = Way(0, 1, 10);
  const LineIndex second = Way(1, 2, 10);
  Network network(world.ledger, 0);
  ASSERT_TRUE(network.Read(world.day).ok());
  EXPECT_FALSE(network.has_path_rules());
  const auto sync = [&] {
    for (const auto& [x, y] : {std::pair(0U, 1U), std::pair(1U, 2U)}) {
      const PairIndex pair = world.ledger.FindPair(0, x, y).value();
      ASSERT_TRUE(network.SyncPair(pair, world.day).ok());
    }
    ASSERT_TRUE(network.SyncEdges(world.day).ok());
  };
  const auto set = [&](LineIndex line, const LinePolicy& policy) {
    world.Change(line, [&](TrustLine& after) { after.policy = policy; });
    sync();
    return network.has_path_rules();
  };
  EXPECT_TRUE(set(first, Blocking({5})));
  EXPECT_TRUE(set(second, AtMostHops(3)));
  EXPECT_TRUE(set(first, LinePolicy()));
  EXPECT_FALSE(set(second, LinePolicy()));
  EXPECT_TRUE(set(second, AtMostHops(3)));
  world.Freeze(second), sync();
  EXPECT_FALSE(network.has_path_rules()) << "its pair is no edge any more";
  world.Change(second, [](TrustLine& after) { after.status = LineStatus::kActive; });
  sync();
  EXPECT_TRUE(network.has_path_rules());
}

TEST_F(RouterTest, ALineMayLimitOnePayment) {
  LinePolicy policy;
  policy.max_single_payment = 7;
  Way(0, 1, 100, policy), Way(1, 2, 100);
  EXPECT_EQ(Routes(0, 2, 7), "0-1-2:7");
  const Refusal refusal = Refused(RoutingWorld::Ask(0, 2, 8));
  EXPECT_EQ(refusal.reason, RefusalReason::kPolicy);
  EXPECT_EQ(refusal.code, ErrorCode::kInsufficientCapacity);
  EXPECT_EQ(refusal.best_found, 7);
  ASSERT_EQ(refusal.obstacles.size(), 1U);
  EXPECT_EQ(refusal.obstacles[0], (PolicyObstacle{1, 0, PolicyKey::kMaxSinglePayment}));
  // Two routes of one payment share the line's limit.
  Way(1, 3, 100), Way(3, 2, 100);
  EXPECT_EQ(Routes(0, 2, 8), "Policy E002");
  EXPECT_EQ(Routes(0, 2, 101), "SenderLimit E002") << "not even without the policy";
}

TEST_F(RouterTest, ALineMayLimitADay) {
  LinePolicy policy;
  policy.daily_limit = 10;
  Way(0, 1, 100, policy);
  EXPECT_EQ(Routes(0, 1, 11), "Policy E002");
  world.Pay({{{{0, 1}, 6}}});
  EXPECT_EQ(Routes(0, 1, 5), "Policy E002");
  EXPECT_EQ(Routes(0, 1, 4), "0-1:4");
  world.SetDay(world.day + 1);
  EXPECT_EQ(Routes(0, 1, 10), "0-1:10");
  const std::optional<LineIndex> line = world.ledger.FindLatestLine(0, 1, 0);
  world.Change(*line, [](TrustLine& after) { after.policy.daily_limit.reset(); });
  EXPECT_EQ(Routes(0, 1, 94), "0-1:94");
}

TEST_F(RouterTest, SeveralRoutesAroundPolicies) {
  LinePolicy small;
  small.max_single_payment = 4;
  Way(0, 1, 10, small), Way(1, 9, 10);
  Way(0, 2, 10), Way(2, 9, 10, AtMostHops(2));
  Way(0, 3, 10, Blocking({5})), Way(3, 5, 10), Way(5, 9, 10);
  Way(3, 4, 10), Way(4, 6, 10), Way(6, 9, 10);
  EXPECT_EQ(GeoV0(0, 9, 24), "0-2-9:10 0-1-9:4 0-3-4-6-9:10");
  EXPECT_EQ(GeoV0(0, 9, 25), "Policy E002");
  EXPECT_EQ(GeoV0(0, 9, 24, 2), "PathLimit E002");
  EXPECT_EQ(GeoV0(0, 9, 24, 3, 3), "Policy E002") << "3 hops do if 0-3 does not block 5";
}

// --- Capacity ---

TEST_F(RouterTest, CapacityIsTheLargestPayableAmount) {
  for (ParticipantIndex i = 1; i <= 4; ++i) Way(0, i, 10 * i), Way(i, 5, 10 * i);
  Way(0, 6, 5), Way(6, 7, 5), Way(7, 5, 5);
  RouteRequest request = RoutingWorld::Ask(0, 5, 0);
  EXPECT_EQ(world.Capacity(request).amount, 105);
  EXPECT_TRUE(world.Capacity(request).exact);
  request.constraints.max_hops = 2;
  EXPECT_EQ(world.Capacity(request).amount, 100);
  request.constraints.max_paths = 2;
  EXPECT_EQ(world.Capacity(request).amount, 70);
  EXPECT_TRUE(world.Capacity(request).exact);
  request.constraints.max_hops = request.constraints.max_paths = kUnlimited;
  EXPECT_EQ(world.Capacity(request).amount, 105);
  EXPECT_TRUE(world.Capacity(request).exact);
  EXPECT_EQ(world.Capacity(RoutingWorld::Ask(5, 0, 0)).amount, 0);
}

TEST_F(RouterTest, HugeAmountsSaturate) {
  Way(0, 1, kMaxAmount), Way(0, 2, kMaxAmount), Way(1, 3, kMaxAmount), Way(2, 3, kMaxAmount);
  EXPECT_EQ(world.Capacity(RoutingWorld::Ask(0, 3, 0)).amount, kMaxAmount);
  EXPECT_EQ(Routes(0, 3, kMaxAmount), "0-1-3:" + std::to_string(kMaxAmount));
  world.Pay({{{{0, 1, 3}, kMaxAmount}}});
  EXPECT_EQ(Routes(3, 0, kMaxAmount), "3-1-0:" + std::to_string(kMaxAmount));
}

// --- Refusals ---

TEST_F(RouterTest, RefusalsSayWhatHoldsThePaymentBack) {
  Way(0, 1, 30), Way(1, 2, 20), Way(1, 3, 5), Way(2, 4, 50), Way(3, 4, 50);
  world.Owe(1, 2, 4);
  EXPECT_EQ(Routes(0, 4, 31), "SenderLimit E002");
  EXPECT_EQ(Routes(1, 4, 22), "SenderLimit E002");
  const Refusal refusal = Refused(RoutingWorld::Ask(0, 4, 30));
  EXPECT_EQ(refusal.reason, RefusalReason::kNetworkCut);
  EXPECT_EQ(refusal.upper_bound, 21);
  EXPECT_EQ(refusal.best_found, 21);
  EXPECT_EQ(refusal.cut, (std::vector<CutLine>{{1, 2, 20, 4, 16}, {1, 3, 5, 0, 5}}));
  EXPECT_EQ(Routes(0, 3, 30), "ReceiverLimit E002");
}

TEST_F(RouterTest, AWorkLimitNeverSaysThatItIsImpossible) {
  for (ParticipantIndex i = 1; i <= 6; ++i) Way(0, i, 10), Way(i, 8, 10);
  RouteRequest request = RoutingWorld::Ask(0, 8, 60);
  const std::uint64_t needed = world.Find(request).work;
  for (std::uint64_t limit = 0; limit <= needed; ++limit) {
    request.constraints.work_limit = limit;
    const RouteAnswer answer = world.Find(request);
    if (std::holds_alternative<Plan>(answer.outcome)) continue;
    const Refusal& refusal = std::get<Refusal>(answer.outcome);
    ASSERT_EQ(refusal.reason, RefusalReason::kWorkLimit) << limit;
    ASSERT_EQ(refusal.code, ErrorCode::kDeadline);
    ASSERT_EQ(refusal.upper_bound, 60);
  }
  EXPECT_TRUE(std::holds_alternative<Plan>(world.Find(request).outcome));
  request.constraints.work_limit = 0;
  EXPECT_EQ(Routes(request), "WorkLimit E007");
  EXPECT_FALSE(world.Capacity(request).exact);
}

TEST_F(RouterTest, ADeadlineEndsTheSearch) {
  for (ParticipantIndex i = 1; i < 15; ++i) {
    for (ParticipantIndex j = 1; j < 15; ++j) {
      if (i != j) Way(i, j, 10);
    }
  }
  Way(0, 1, 10), Way(14, 15, 9), Way(0, 2, 1);
  RouteRequest request = RoutingWorld::Ask(0, 15, 9);
  request.constraints.max_paths = 1;
  EXPECT_EQ(Routes(request), "0-1-14-15:9");
  request.deadline = [] { return true; };
  EXPECT_EQ(Routes(request), "0-1-14-15:9") << "asked only now and then";
}

TEST_F(RouterTest, MisuseIsAnError) {
  Way(0, 1, 10);
  const auto code = [&](const std::function<void(RouteRequest&)>& change) {
    RouteRequest request = RoutingWorld::Ask(0, 1, 5);
    change(request);
    return CodeName(world.router().FindRoutes(request));
  };
  EXPECT_EQ(code([](RouteRequest&) {}), "Ok");
  EXPECT_EQ(code([](RouteRequest& r) { r.amount = 0; }), "InvalidArgument");
  EXPECT_EQ(code([](RouteRequest& r) { r.equivalent = 1; }), "InvalidArgument");
  EXPECT_EQ(code([](RouteRequest& r) { r.to = 16; }), "InvalidArgument");
  EXPECT_EQ(code([](RouteRequest& r) { r.from = kNoIndex; }), "InvalidArgument");
  EXPECT_EQ(code([](RouteRequest& r) { r.to = 0; }), "SelfPayment");
  EXPECT_EQ(code([](RouteRequest& r) { r.constraints.max_hops = 0; }), "ConstraintRange");
  EXPECT_EQ(code([](RouteRequest& r) { r.constraints.max_hops = 33; }), "ConstraintRange");
  EXPECT_EQ(code([](RouteRequest& r) { r.constraints.max_paths = 0; }), "ConstraintRange");
  EXPECT_EQ(code([](RouteRequest& r) { r.constraints.max_paths = 65; }), "ConstraintRange");
  EXPECT_EQ(code([](RouteRequest& r) { r.constraints.max_paths = 64; }), "Ok");
  EXPECT_EQ(code([](RouteRequest& r) {
              r.constraints.avoid = {99, kNoIndex};
            }),
            "Ok")
      << "avoiding nobody is easy";
}

}  // namespace
}  // namespace geo::tests
