// Refusals of every reason: VerifyRefusal accepts what the router says, and nothing that was
// tampered with (spec 01 §5.2).
#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "geo/routing/verify.h"
#include "tests/support/routing_world.h"

namespace geo::tests {
namespace {

using Tamper = std::function<void(Refusal&)>;

class RefusalTest : public ::testing::Test {
 protected:
  // Lets `amount` flow from → to.
  LineIndex Way(ParticipantIndex from, ParticipantIndex to, Amount amount,
                const LinePolicy& policy = LinePolicy()) {
    return world.Open(to, from, amount, policy);
  }

  bool Holds(const Refusal& refusal) const {
    return VerifyRefusal(world.ledger, world.day, request, refusal).ok();
  }

  // Asks, expects a refusal for `reason`, and that none of the usual lies about it is believed.
  Refusal Refused(RefusalReason reason) {
    const RouteAnswer answer = world.Find(request);  // which has it verified
    const Refusal* found = std::get_if<Refusal>(&answer.outcome);
    EXPECT_TRUE(found != nullptr && found->reason == reason) << Describe(answer);
    if (found == nullptr) return Refusal();
    const Refusal refusal = *found;
    EXPECT_TRUE(Holds(refusal));
    for (std::uint8_t other = 0; other <= 9; ++other) {
      if (other == static_cast<std::uint8_t>(reason)) continue;
      ExpectSeen(refusal, "reason " + std::to_string(other),
                 [&](Refusal& r) { r.reason = static_cast<RefusalReason>(other); });
    }
    ExpectSeen(refusal, "all was found", [&](Refusal& r) { r.best_found = request.amount; });
    ExpectSeen(refusal, "above the bound", [](Refusal& r) { r.best_found = r.upper_bound + 1; });
    ExpectSeen(refusal, "less than nothing", [](Refusal& r) { r.best_found = -1; });
    ExpectSeen(refusal, "code", [](Refusal& r) { r.code = ErrorCode::kInternal; });
    ExpectSeen(refusal, "a foreign line", [](Refusal& r) { r.cut.push_back({0, 0, 1, 0, 1}); });
    return refusal;
  }

  // The reasons that claim to be proofs claim a bound as well, which must be so.
  Refusal Proven(RefusalReason reason) {
    const Refusal refusal = Refused(reason);
    ExpectSeen(refusal, "bound", [&](Refusal& r) { r.upper_bound = request.amount; });
    if (refusal.upper_bound > 0) {
      ExpectSeen(refusal, "lower bound", [](Refusal& r) { r.best_found = --r.upper_bound; });
    }
    ExpectSeen(refusal, "hops", [](Refusal& r) { r.hops_needed = 9; });
    ExpectSeen(refusal, "paths", [](Refusal& r) { r.paths_needed = 9; });
    ExpectSeen(refusal, "witness", [](Refusal& r) { r.witness.routes = {{{0, 1}, 1}}; });
    ExpectSeen(refusal, "obstacle", [](Refusal& r) { r.obstacles.emplace_back(); });
    return refusal;
  }

  // The others show a plan that would do.
  Refusal Shown(RefusalReason reason) {
    const Refusal refusal = Refused(reason);
    ExpectSeen(refusal, "no witness", [](Refusal& r) { r.witness.routes.clear(); });
    ExpectSeen(refusal, "hops", [](Refusal& r) { ++r.hops_needed; });
    ExpectSeen(refusal, "paths", [](Refusal& r) { ++r.paths_needed; });
    ExpectSeen(refusal, "no more hops",
               [](Refusal& r) { r.hops_needed = r.paths_needed = 0, r.obstacles.clear(); });
    ExpectSeen(refusal, "obstacle", [](Refusal& r) {
      r.obstacles.insert(r.obstacles.begin(), PolicyObstacle{0, 1, PolicyKey::kMaxHops});
    });
    for (std::size_t i = 0; i < refusal.witness.routes.size(); ++i) {
      ExpectSeen(refusal, "amount", [&](Refusal& r) { ++r.witness.routes[i].amount; });
      ExpectSeen(refusal, "route",
                 [&](Refusal& r) { r.witness.routes[i].participants.pop_back(); });
      ExpectSeen(refusal, "detour", [&](Refusal& r) {
        auto& nodes = r.witness.routes[i].participants;
        nodes.insert(nodes.begin() + 1, 15);
      });
    }
    return refusal;
  }

  void ExpectSeen(Refusal refusal, const std::string& lie, const Tamper& tamper) const {
    tamper(refusal);
    EXPECT_FALSE(Holds(refusal)) << lie;
  }

  RoutingWorld world{16};
  RouteRequest request = RoutingWorld::Ask(0, 3, 20);
};

TEST_F(RefusalTest, SenderLimit) {
  Way(0, 1, 10), Way(0, 2, 5), Way(1, 3, 100);
  const Refusal refusal = Proven(RefusalReason::kSenderLimit);
  EXPECT_EQ(refusal.upper_bound, 15);
  request.amount = 15;
  EXPECT_FALSE(Holds(refusal));
}

TEST_F(RefusalTest, ReceiverLimit) {
  Way(0, 1, 100), Way(1, 3, 10), Way(2, 3, 5);
  const Refusal refusal = Proven(RefusalReason::kReceiverLimit);
  EXPECT_EQ(refusal.upper_bound, 15);
  request.amount = 15;
  EXPECT_FALSE(Holds(refusal));
}

TEST_F(RefusalTest, NotConnected) {
  Way(0, 1, 100), Way(2, 3, 100);
  const Refusal refusal = Proven(RefusalReason::kNotConnected);
  EXPECT_EQ(refusal.code, ErrorCode::kNoRoute);
  ExpectSeen(refusal, "capacity", [](Refusal& r) { r.code = ErrorCode::kInsufficientCapacity; });
  Way(1, 2, 0);  // a line of nothing: a route now, without capacity
  EXPECT_FALSE(Holds(refusal));
}

TEST_F(RefusalTest, NetworkCut) {
  Way(0, 1, 50), Way(1, 2, 10), Way(1, 4, 7), Way(2, 3, 50), Way(4, 3, 50);
  world.Owe(1, 2, 4);
  const Refusal refusal = Proven(RefusalReason::kNetworkCut);
  ASSERT_EQ(refusal.cut, (std::vector<CutLine>{{1, 2, 10, 4, 6}, {1, 4, 7, 0, 7}}));
  EXPECT_EQ(refusal.upper_bound, 13);
  for (std::size_t i = 0; i < refusal.cut.size(); ++i) {
    ExpectSeen(refusal, "limit", [&](Refusal& r) { ++r.cut[i].limit; });
    ExpectSeen(refusal, "used", [&](Refusal& r) { ++r.cut[i].used; });
    ExpectSeen(refusal, "available", [&](Refusal& r) { --r.cut[i].available; });
    ExpectSeen(refusal, "turned", [&](Refusal& r) { std::swap(r.cut[i].from, r.cut[i].to); });
    ExpectSeen(refusal, "left out",
               [&](Refusal& r) { r.cut.erase(r.cut.begin() + static_cast<std::ptrdiff_t>(i)); });
    ExpectSeen(refusal, "twice", [&](Refusal& r) { r.cut.push_back(r.cut[i]); });
    ExpectSeen(refusal, "nobody", [&](Refusal& r) { r.cut[i].to = 99; });
  }
  ExpectSeen(refusal, "twice, under a bound that has room for it", [&](Refusal& r) {
    r.cut.push_back(r.cut[0]);
    r.upper_bound = request.amount - 1;
  });
  request.amount = 13;
  EXPECT_FALSE(Holds(refusal));
}

// The checker walks the smaller side of a cut, here the payee's; what leads around it may start
// anywhere on the other.
TEST_F(RefusalTest, NetworkCutFarFromThePayer) {
  for (ParticipantIndex i = 4; i < 15; ++i) Way(0, i, 50), Way(i, i + 1, 50);
  Way(15, 1, 50), Way(1, 2, 10), Way(2, 3, 50), Way(3, 1, 50);
  Refusal refusal = Proven(RefusalReason::kNetworkCut);
  ASSERT_EQ(refusal.cut, (std::vector<CutLine>{{1, 2, 10, 0, 10}}));
  ExpectSeen(refusal, "behind the cut", [](Refusal& r) { r.cut = {{3, 1, 50, 0, 50}}; });
  Way(7, 2, 0);
  EXPECT_TRUE(Holds(refusal)) << "a line of nothing leads nowhere";
  Way(8, 2, 1);
  EXPECT_FALSE(Holds(refusal));
}

TEST_F(RefusalTest, NotConnectedFarFromThePayer) {
  for (ParticipantIndex i = 4; i < 15; ++i) Way(0, i, 50), Way(i, i + 1, 50);
  Way(1, 3, 100), Way(2, 1, 100), Way(3, 15, 100);
  const Refusal refusal = Proven(RefusalReason::kNotConnected);
  Way(9, 2, 0);
  EXPECT_FALSE(Holds(refusal));
}

TEST_F(RefusalTest, HopLimit) {
  Way(0, 1, 50), Way(1, 2, 50), Way(2, 3, 50);
  request.constraints.max_hops = 2;
  const Refusal refusal = Shown(RefusalReason::kHopLimit);
  EXPECT_EQ(refusal.hops_needed, 3U);
  EXPECT_EQ(refusal.code, ErrorCode::kNoRoute);
  request.constraints.max_hops = 3;
  EXPECT_FALSE(Holds(refusal));
}

TEST_F(RefusalTest, PathLimit) {
  Way(0, 1, 10), Way(0, 2, 10), Way(1, 3, 10), Way(2, 3, 10);
  request.constraints.max_paths = 1;
  const Refusal refusal = Shown(RefusalReason::kPathLimit);
  EXPECT_EQ(refusal.paths_needed, 2U);
  EXPECT_EQ(refusal.best_found, 10);
  EXPECT_EQ(refusal.code, ErrorCode::kInsufficientCapacity);
  request.constraints.max_paths = 2;
  EXPECT_FALSE(Holds(refusal));
}

// One scene for each policy that can be in the way.
class PolicyRefusalTest : public RefusalTest {
 protected:
  void Expect(PolicyKey key, const LinePolicy& policy) {
    Way(0, 1, 50, policy), Way(1, 3, 50);
    const Refusal refusal = Shown(RefusalReason::kPolicy);
    EXPECT_EQ(refusal.obstacles, (std::vector<PolicyObstacle>{{1, 0, key}}));
    ExpectSeen(refusal, "key", [](Refusal& r) {
      r.obstacles[0].key =
          r.obstacles[0].key == PolicyKey::kMaxHops ? PolicyKey::kDailyLimit : PolicyKey::kMaxHops;
    });
    ExpectSeen(refusal, "owner", [](Refusal& r) { r.obstacles[0].owner = 3; });
    ExpectSeen(refusal, "debtor", [](Refusal& r) { r.obstacles[0].debtor = 3; });
  }
};

TEST_F(PolicyRefusalTest, CanBeIntermediate) {
  LinePolicy policy;
  policy.can_be_intermediate = false;
  Expect(PolicyKey::kCanBeIntermediate, policy);
}

TEST_F(PolicyRefusalTest, MaxHops) {
  LinePolicy policy;
  policy.max_hops = 1;
  Expect(PolicyKey::kMaxHops, policy);
}

TEST_F(PolicyRefusalTest, DailyLimit) {
  LinePolicy policy;
  policy.daily_limit = 19;
  Expect(PolicyKey::kDailyLimit, policy);
}

TEST_F(PolicyRefusalTest, MaxSinglePayment) {
  LinePolicy policy;
  policy.max_single_payment = 19;
  Expect(PolicyKey::kMaxSinglePayment, policy);
}

TEST_F(PolicyRefusalTest, BlockedParticipants) {
  LinePolicy policy;
  policy.blocked_participants = {RoutingWorld::PidOf(1)};
  Expect(PolicyKey::kBlockedParticipants, policy);
}

TEST_F(RefusalTest, AWorkLimitClaimsNothing) {
  Way(0, 1, 50), Way(1, 3, 50);
  request.constraints.work_limit = 0;
  const Refusal refusal = Refused(RefusalReason::kWorkLimit);
  EXPECT_EQ(refusal.code, ErrorCode::kDeadline);
  EXPECT_EQ(refusal.upper_bound, 50) << "what the end points could move";
  ExpectSeen(refusal, "no route", [](Refusal& r) { r.code = ErrorCode::kNoRoute; });
  ExpectSeen(refusal, "witness", [](Refusal& r) { r.witness.routes = {{{0, 1, 3}, 20}}; });
  ExpectSeen(refusal, "hops", [](Refusal& r) { r.hops_needed = 9; });
}

// More routes against a policy than are tried before the one that keeps to all of them.
TEST_F(RefusalTest, NoRouteIsSaidOnlyWhereThatIsProven) {
  constexpr ParticipantIndex kShort = 70;
  RoutingWorld wide(4 + kShort);
  for (ParticipantIndex i = 4; i < 4 + kShort; ++i) {
    LinePolicy policy;
    policy.blocked_participants = {RoutingWorld::PidOf(i)};
    wide.Open(i, 0, 10, policy);
    wide.Open(3, i, 10);
  }
  wide.Open(1, 0, 10), wide.Open(2, 1, 10), wide.Open(3, 2, 10);
  EXPECT_EQ(Describe(wide.Find(RoutingWorld::Ask(0, 3, 10))), "0-1-2-3:10");
  EXPECT_EQ(Describe(wide.Find(RoutingWorld::Ask(0, 3, 11))), "Policy E002");
}

// 20,000 routes of two hops, a wide one, and a long one.
class ManyRoutesTest : public RefusalTest {
 protected:
  static constexpr ParticipantIndex kShort = 20'000;

  void SetUp() override {
    for (ParticipantIndex i = 16; i < 16 + kShort; ++i) wide.Open(i, 0, 5), wide.Open(3, i, 5);
    wide.Open(1, 0, 5 * kShort), wide.Open(3, 1, 5 * kShort);
    wide.Open(4, 0, 50), wide.Open(3, 14, 50);
    for (ParticipantIndex i = 4; i < 14; ++i) wide.Open(i + 1, i, 50);
    request.constraints.max_paths = kUnlimited;
    request.amount = 10 * kShort;
  }

  RoutingWorld wide{17 + kShort};
};

// Looking for one after the other would take a billion.
TEST_F(ManyRoutesTest, AreFoundTogether) {
  RouteAnswer answer = wide.Find(request);
  ASSERT_TRUE(std::holds_alternative<Plan>(answer.outcome)) << Describe(answer);
  EXPECT_EQ(std::get<Plan>(answer.outcome).routes.size(), kShort + 1U);
  EXPECT_LT(answer.work, 10'000'000U);
  ++request.amount;
  answer = wide.Find(request);
  ASSERT_EQ(Describe(answer), "HopLimit E002");
  EXPECT_EQ(std::get<Refusal>(answer.outcome).best_found, 10 * kShort);
  EXPECT_LT(answer.work, 30'000'000U);
}

// The flow takes the short way over a line that bears two hops only; one more look goes round it.
TEST_F(ManyRoutesTest, WhatTheFlowMissedIsLookedFor) {
  constexpr ParticipantIndex kRound = 16 + kShort;
  LinePolicy policy;
  policy.max_hops = 2;
  wide.Open(2, 0, 5), wide.Open(15, 2, 5, policy), wide.Open(3, 15, 5);
  wide.Open(kRound, 2, 5), wide.Open(15, kRound, 5);
  EXPECT_EQ(wide.router().Capacity(request)->amount, 10 * kShort + 5);
}

// 64 routes carry the wide one and 63 others. That no 64 carry more is not proven; looking for it
// to the last unit would take a fifth more work.
TEST_F(ManyRoutesTest, CapacityIsNotLookedForToTheLastUnit) {
  request.constraints.max_paths = 64;
  const CapacityAnswer capacity = wide.router().Capacity(request).value();
  EXPECT_EQ(capacity.amount, 5 * kShort + 63 * 5);
  EXPECT_FALSE(capacity.exact);
  EXPECT_LT(capacity.work, 15'000'000U) << "13.5 million; to the last unit 16.1";
}

// A flow is found, and 128 times looked at for the widest of its routes.
TEST_F(ManyRoutesTest, TakingFlowsApartIsWork) {
  request.constraints.max_paths = 64;
  request.amount = 7 * kShort;
  EXPECT_EQ(Describe(wide.Find(request)), "PathLimit E002");
  request.constraints.work_limit = 7'000'000;  // with that, 7.6 million; without, 6.6
  EXPECT_EQ(Describe(wide.Find(request)), "WorkLimit E007");
}

// Long walks and long plans ask the lists of a request so often that these are sorted.
TEST_F(RefusalTest, LongListsInAnyOrderSayWhoMayTakePart) {
  constexpr ParticipantIndex kLast = 300;
  RoutingWorld chain(kLast + 1);
  for (ParticipantIndex i = 0; i < kLast; ++i) chain.Open(i + 1, i, i == kLast / 2 ? 5 : 10);
  request = RoutingWorld::Ask(0, kLast, 6);
  request.constraints.max_hops = kUnlimited;
  std::vector<ParticipantIndex> all;
  for (ParticipantIndex i = 0; i <= kLast; ++i) all.push_back(kLast - i);
  std::swap(all[7], all[200]);
  request.constraints.within = all;
  EXPECT_EQ(Describe(chain.Find(request)), "NetworkCut E002");
  request.constraints.avoid = {kLast, 0, kLast};  // end points may stand there
  request.amount = 5;
  const RouteAnswer answer = chain.Find(request);
  const Plan* plan = std::get_if<Plan>(&answer.outcome);
  ASSERT_NE(plan, nullptr) << Describe(answer);
  const auto verdict = [&] { return VerifyPlan(chain.ledger, chain.day, request, *plan).ok(); };
  EXPECT_TRUE(verdict());
  request.constraints.avoid.push_back(kLast - 1);
  EXPECT_FALSE(verdict());
  request.constraints.avoid.pop_back();
  request.constraints.within->erase(request.constraints.within->begin() + 20);
  EXPECT_FALSE(verdict());
  EXPECT_EQ(Describe(chain.Find(request)), "NotConnected E001");
}

// What is true of the refusal's network only: others named the same way are checked on the ledger.
TEST_F(RefusalTest, TheWorldMovesOn) {
  Way(0, 1, 50), Way(1, 2, 10), Way(2, 3, 50);
  const Refusal refusal = Proven(RefusalReason::kNetworkCut);
  Way(1, 3, 10);
  EXPECT_FALSE(Holds(refusal));
}

}  // namespace
}  // namespace geo::tests
