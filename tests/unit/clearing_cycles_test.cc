// The cycles that a clearing could take, as they are listed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "geo/clearing/clearing.h"
#include "tests/support/routing_world.h"

namespace geo::tests {
namespace {

using ::testing::ElementsAre;

// Also where members are numbered the other way round than participants.
TEST(ClearingCycles, AreListedFromTheirSmallestIndexOnAscending) {
  RoutingWorld world(5);
  const auto owe = [&](ParticipantIndex debtor, ParticipantIndex creditor, Amount amount) {
    world.Open(creditor, debtor, 100);
    world.Owe(debtor, creditor, amount);
  };
  owe(4, 3, 10);
  owe(3, 2, 10);
  owe(2, 4, 10);
  owe(0, 1, 7);
  owe(1, 4, 7);
  owe(4, 0, 7);
  const auto clearer = Clearer::Create(world.ledger).value();
  CycleClearing every;
  every.scope.equivalent = 0;
  const auto expected = ElementsAre(ClearedCycle{{0, 1, 4}, 7}, ClearedCycle{{2, 4, 3}, 10});
  EXPECT_THAT(clearer->ListCycles(world.ledger, every)->cycles, expected);
  every.scope.within = {4, 3, 2, 1, 0};
  EXPECT_THAT(clearer->ListCycles(world.ledger, every)->cycles, expected);
  const auto plan = clearer->PlanCycles(world.ledger, every);
  EXPECT_EQ(plan->cycles.size(), 2U);
  EXPECT_TRUE(plan->cleared == 51);
}

}  // namespace
}  // namespace geo::tests
