// A refusal is named by what its witness does break (spec 01 §5.2).
#include <gtest/gtest.h>

#include "src/routing/explain.h"

namespace geo {
namespace {

using enum RefusalReason;

Refusal Needing(std::uint32_t hops, std::uint32_t paths, bool policy) {
  Refusal refusal;
  refusal.hops_needed = hops;
  refusal.paths_needed = paths;
  if (policy) refusal.obstacles.emplace_back();
  return refusal;
}

TEST(ReasonOfWitness, IsWhatWasMeantWhereItIsBroken) {
  EXPECT_EQ(ReasonOfWitness(kHopLimit, Needing(9, 9, true)), kHopLimit);
  EXPECT_EQ(ReasonOfWitness(kPathLimit, Needing(9, 9, true)), kPathLimit);
  EXPECT_EQ(ReasonOfWitness(kPolicy, Needing(9, 9, true)), kPolicy);
}

TEST(ReasonOfWitness, IsAnotherWhereTheOneMeantIsKept) {
  EXPECT_EQ(ReasonOfWitness(kHopLimit, Needing(0, 9, false)), kPathLimit);
  EXPECT_EQ(ReasonOfWitness(kHopLimit, Needing(0, 9, true)), kPolicy);
  EXPECT_EQ(ReasonOfWitness(kPathLimit, Needing(9, 0, false)), kHopLimit);
  EXPECT_EQ(ReasonOfWitness(kPathLimit, Needing(9, 0, true)), kPolicy);
  EXPECT_EQ(ReasonOfWitness(kPolicy, Needing(9, 9, false)), kHopLimit);
  EXPECT_EQ(ReasonOfWitness(kPolicy, Needing(0, 9, false)), kPathLimit);
}

}  // namespace
}  // namespace geo
