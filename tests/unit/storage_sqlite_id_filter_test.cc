#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "src/storage/sqlite/id_filter.h"

namespace geo {
namespace {

std::uint64_t HashOf(std::size_t i) { return std::hash<std::string>()("id " + std::to_string(i)); }

TEST(IdFilter, HasNothingAtFirst) { EXPECT_FALSE(IdFilter().MayHave(HashOf(0))); }

// Through several layers.
TEST(IdFilter, ForgetsNothingAndSeldomErrs) {
  constexpr std::size_t kIds = 300'000;
  IdFilter filter;
  for (std::size_t i = 0; i < kIds; ++i) filter.Add(HashOf(i));
  for (std::size_t i = 0; i < kIds; ++i) ASSERT_TRUE(filter.MayHave(HashOf(i)));
  std::size_t wrong = 0;
  for (std::size_t i = kIds; i < 2 * kIds; ++i) wrong += filter.MayHave(HashOf(i)) ? 1 : 0;
  EXPECT_LT(wrong, kIds / 50);
}

}  // namespace
}  // namespace geo
