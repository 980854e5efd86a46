// The small bit tables that searches of tiered preflow ask before anything else.
#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "src/graph/bit_set.h"
#include "src/graph/tight_arcs.h"

namespace geo::graph {
namespace {

std::vector<std::uint32_t> NumbersOf(const BitSet& set) {
  std::vector<std::uint32_t> numbers;
  set.ForEach([&](std::uint32_t number) { numbers.push_back(number); });
  return numbers;
}

TEST(BitSetTest, FillsWithAllNumbersBelowTheSize) {
  for (const std::uint32_t size : {0U, 1U, 63U, 64U, 65U, 128U, 200U}) {
    BitSet set;
    set.Fill(size);
    std::vector<std::uint32_t> all;
    for (std::uint32_t i = 0; i < size; ++i) all.push_back(i);
    EXPECT_EQ(NumbersOf(set), all) << size;
  }
}

TEST(BitSetTest, RemovesOneNumber) {
  BitSet set;
  set.Fill(130);
  for (const std::uint32_t number : {0U, 63U, 64U, 129U}) {
    EXPECT_TRUE(set.Has(number));
    set.Remove(number);
    EXPECT_FALSE(set.Has(number));
  }
  EXPECT_EQ(NumbersOf(set).size(), 126);
}

// Every third arc is tight onwards, every fifth backwards.
TightArcs SomeArcs(std::uint32_t arcs) {
  TightArcs tight;
  tight.Resize(arcs);
  for (std::uint32_t i = 0; i < arcs; ++i) tight.Set(i, i % 3 == 0, i % 5 == 0);
  return tight;
}

template <TightArcs::Way kWay>
void ExpectEvery(std::uint32_t step) {
  constexpr std::uint32_t kArcs = 150;
  const TightArcs tight = SomeArcs(kArcs);
  for (std::uint32_t begin = 0; begin <= kArcs; ++begin) {
    for (std::uint32_t end = begin; end <= kArcs; ++end) {
      std::vector<std::uint32_t> wanted;
      for (std::uint32_t i = begin; i < end; ++i) {
        if (i % step == 0) wanted.push_back(i);
      }
      std::vector<std::uint32_t> visited;
      tight.ForEach<kWay>(begin, end, [&](std::uint32_t i) { visited.push_back(i); });
      EXPECT_EQ(visited, wanted) << begin << "…" << end;
      EXPECT_EQ(tight.Next<kWay>(begin, end), wanted.empty() ? end : wanted.front());
    }
  }
}

TEST(TightArcsTest, VisitsThoseOfOneWayWithinARange) {
  ExpectEvery<TightArcs::kOnward>(3);
  ExpectEvery<TightArcs::kBackward>(5);
}

TEST(TightArcsTest, KnowsWhetherAnArcIsTightAtAll) {
  TightArcs tight = SomeArcs(100);
  for (std::uint32_t i = 0; i < 100; ++i) {
    EXPECT_EQ(tight.IsTight(i), i % 3 == 0 || i % 5 == 0);
    tight.Set(i, false, false);
    EXPECT_FALSE(tight.IsTight(i));
  }
}

}  // namespace
}  // namespace geo::graph
