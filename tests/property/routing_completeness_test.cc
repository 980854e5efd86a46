// How many of the payments that the maximum flow allows find a plan within 8 hops and 8 paths.
#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <variant>

#include "geo/graph/search.h"
#include "geo/routing/capacity_graph.h"
#include "geo/routing/verify.h"
#include "geo/testing/network_generator.h"
#include "tests/support/environment.h"
#include "tests/support/routing_world.h"

namespace geo::tests {
namespace {

std::unique_ptr<RoutingWorld> WorldOf(const testing::GeneratedNetwork& network) {
  auto world = std::make_unique<RoutingWorld>(network.participants);
  for (const auto& line : network.lines) world->Open(line.owner, line.debtor, line.limit);
  for (const auto& debt : network.debts) world->Owe(debt.debtor, debt.creditor, debt.amount);
  return world;
}

// Whether there is a plan; plan or certificate are verified.
bool Completes(RoutingWorld& world, const RouteRequest& request) {
  const StatusOr<RouteAnswer> answer = world.router().FindRoutes(request);
  EXPECT_TRUE(answer.ok());
  if (!answer.ok()) return false;
  const Plan* plan = std::get_if<Plan>(&answer->outcome);
  const Status holds = plan != nullptr ? VerifyPlan(world.ledger, world.day, request, *plan)
                                       : VerifyRefusal(world.ledger, world.day, request,
                                                       std::get<Refusal>(answer->outcome));
  EXPECT_TRUE(holds.ok()) << holds;
  return plan != nullptr;
}

struct CompletenessTally {
  int feasible = 0;
  int completed = 0;
};

CompletenessTally Play(RoutingWorld& world, testing::PaymentTrace trace, int payments) {
  const auto graph = CapacityGraph(world.ledger, 0, world.day);
  EXPECT_TRUE(graph.ok());
  graph::Search search;
  CompletenessTally tally;
  for (int i = 0; i < payments && !::testing::Test::HasFailure(); ++i) {
    const testing::GeneratedPayment payment = trace.Next();
    const bool completed =
        Completes(world, RoutingWorld::Ask(payment.from, payment.to, payment.amount));
    EXPECT_TRUE(search.Begin(*graph, {.source = payment.from, .target = payment.to}).ok());
    const bool feasible = search.Maximize(payment.amount) == graph::Outcome::kFound;
    EXPECT_TRUE(feasible || !completed) << "payment " << i;
    tally.feasible += feasible ? 1 : 0;
    tally.completed += completed ? 1 : 0;
  }
  return tally;
}

TEST(RoutingCompleteness, EightHopsAndPathsDoForAlmostAllThatIsPossible) {
  const auto network =
      testing::GenerateNetwork({.participants = TierCount<std::uint32_t>(1'000, 100'000)});
  ASSERT_TRUE(network.ok());
  const std::unique_ptr<RoutingWorld> world = WorldOf(*network);
  const int payments = TierCount(500, 5'000);
  for (const Amount median : {testing::kSmallPayment, testing::kMediumPayment}) {
    const auto trace = testing::PaymentTrace::Create(*network, {.median = median, .seed = 11});
    ASSERT_TRUE(trace.ok());
    const CompletenessTally tally = Play(*world, *trace, payments);
    EXPECT_GT(tally.feasible, payments / 2);
    EXPECT_GE(tally.completed * 100, tally.feasible * 98)
        << tally.completed << " of " << tally.feasible << " at a median of " << median;
    RecordProperty("feasible_" + std::to_string(median), tally.feasible);
    RecordProperty("completed_" + std::to_string(median), tally.completed);
  }
}

// What is said to be payable is paid when it is asked for, though that be found on another way, and
// so is nearly every smaller amount.
TEST(RoutingCompleteness, WhatCapacitySaysIsPaid) {
  const std::uint32_t participants = TierCount<std::uint32_t>(1'000, 10'000);
  const auto network = testing::GenerateNetwork(
      {.shape = testing::NetworkShape::kCommunities, .participants = participants});
  ASSERT_TRUE(network.ok());
  const std::unique_ptr<RoutingWorld> world = WorldOf(*network);
  std::mt19937_64 random(1);
  for (const std::uint32_t paths : {8U, 64U, kUnlimited}) {
    int smaller = 0;
    int refused = 0;
    for (int i = 0; i < TierCount(300, 1'000); ++i) {
      const auto from = static_cast<ParticipantIndex>(random() % participants);
      const auto to = static_cast<ParticipantIndex>(random() % participants);
      if (from == to) continue;
      RouteRequest request = RoutingWorld::Ask(from, to, 0);
      request.constraints.max_paths = paths;
      const CapacityAnswer capacity = world->Capacity(request);
      if (capacity.amount == 0) continue;
      request.amount = capacity.amount;
      EXPECT_TRUE(Completes(*world, request)) << from << " to " << to;
      for (const Amount parts : {100, 10, 2}) {
        request.amount = capacity.amount - capacity.amount / parts;
        refused += Completes(*world, request) ? 0 : 1;
        ++smaller;
      }
    }
    EXPECT_GT(smaller, 500);
    EXPECT_LE(refused * 200, smaller) << paths << " paths";
  }
}

// What can be paid within 8 hops and 8 paths can be without such limits, be flows in the way of
// what lines say about the path.
TEST(RoutingCompleteness, NoLimitsAreNoObstacle) {
  const auto network = testing::GenerateNetwork({.participants = 3'000});
  ASSERT_TRUE(network.ok());
  RoutingWorld world(network->participants);
  std::mt19937_64 random(1);
  for (const auto& line : network->lines) {
    LinePolicy policy;
    if (random() % 5 == 0) policy.max_hops = 2 + random() % 5;
    world.Open(line.owner, line.debtor, line.limit, policy);
  }
  int asked = 0;
  int refused = 0;
  for (int i = 0; i < TierCount(300, 3'000); ++i) {
    const auto from = static_cast<ParticipantIndex>(random() % network->participants);
    const auto to = static_cast<ParticipantIndex>(random() % network->participants);
    if (from == to) continue;
    RouteRequest request = RoutingWorld::Ask(from, to, 0);
    const Amount capacity = world.Capacity(request).amount;
    request.constraints.max_hops = kUnlimited;
    request.constraints.max_paths = kUnlimited;
    for (const Amount amount : {capacity, capacity - capacity / 10}) {
      request.amount = amount;
      if (amount == 0) continue;
      refused += Completes(world, request) ? 0 : 1;
      ++asked;
    }
  }
  EXPECT_GT(asked, 500);
  EXPECT_LE(refused * 100, asked);
  RecordProperty("refused", refused);
}

}  // namespace
}  // namespace geo::tests
