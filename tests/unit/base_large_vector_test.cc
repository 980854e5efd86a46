#include <gtest/gtest.h>

#include <cstdint>
#include <numeric>
#include <utility>

#include "geo/base/large_vector.h"

namespace geo {
namespace {

// Grows over the size at which memory comes from elsewhere, and back.
TEST(LargeVector, KeepsItsContentWhileItGrowsAndShrinks) {
  LargeVector<std::uint64_t> numbers;
  const std::uint64_t count = 3'000'000;  // 24 MB
  for (std::uint64_t i = 0; i < count; ++i) numbers.push_back(i);
  EXPECT_EQ(std::accumulate(numbers.begin(), numbers.end(), std::uint64_t{0}),
            count * (count - 1) / 2);
  LargeVector<std::uint64_t> copy = numbers;
  LargeVector<std::uint64_t> moved = std::move(numbers);
  EXPECT_EQ(copy, moved);
  moved.resize(10);
  moved.shrink_to_fit();
  EXPECT_EQ(moved.back(), 9U);
  copy.clear();
  copy.shrink_to_fit();
  EXPECT_TRUE(copy.empty());
}

TEST(LargeVector, RefusesMoreThanThereCanBe) {
  LargeAllocator<std::uint64_t> allocator;
  EXPECT_THROW((void)allocator.allocate(static_cast<std::size_t>(-1) / 4),
               std::bad_array_new_length);
}

}  // namespace
}  // namespace geo
