// The index in which a ledger finds participants, lines and pairs.
#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <unordered_map>

#include "src/ledger/key_index.h"

namespace geo {
namespace {

struct Thing {
  std::string key;
};

struct KeyOfThing {
  const std::string& operator()(const Thing& thing) const { return thing.key; }
};

struct Hashed {
  std::size_t operator()(const std::string& key) const { return std::hash<std::string>()(key); }
};

// Whatever has the same length collides.
struct HashedByLength {
  std::size_t operator()(const std::string& key) const { return key.size() << 60; }
};

// Where larger hashes lie no room is left behind the last slot: looking goes on at the first.
struct HashedToTheEnd {
  std::size_t operator()(const std::string& /*key*/) const { return ~std::size_t{0}; }
};

template <typename Hash>
class LedgerKeyIndex : public ::testing::Test {};
using Hashes = testing::Types<Hashed, HashedByLength, HashedToTheEnd>;
TYPED_TEST_SUITE(LedgerKeyIndex, Hashes);

// Against the standard's table, things added one by one and many at once.
TYPED_TEST(LedgerKeyIndex, FindsWhatWasAddedAndNothingElse) {
  LargeVector<Thing> things;
  KeyIndex<Thing, KeyOfThing, TypeParam> index(&things);
  std::unordered_map<std::string, std::uint32_t> expected;
  EXPECT_EQ(index.Find("0"), std::nullopt);
  index.Prefetch("0");
  index.PrefetchThing("0");
  std::mt19937_64 random(1);
  for (int step = 0; step < 60; ++step) {
    const std::size_t more = step % 3 == 0 ? random() % 40 : 1;
    if (step % 7 == 0) index.Reserve(more);
    for (std::size_t i = 0; i < more; ++i) {
      const auto place = static_cast<std::uint32_t>(things.size());
      things.push_back({std::to_string(place * std::uint64_t{37})});
      expected[things.back().key] = place;
    }
    ASSERT_TRUE(index.AddNew());
    for (std::uint64_t key = 0; key < things.size() * 37 + 5; key += 5) {
      const auto known = expected.find(std::to_string(key));
      const bool is_known = known != expected.end();
      ASSERT_EQ(index.Find(std::to_string(key)),
                is_known ? std::optional(known->second) : std::nullopt);
      ASSERT_EQ(index.Contains(std::to_string(key)), is_known);
      index.PrefetchThing(std::to_string(key));  // whether it is there or not
    }
  }
  for (const auto& [key, place] : expected) ASSERT_EQ(index.Find(key), place) << key;
}

TYPED_TEST(LedgerKeyIndex, SaysThatTwoThingsHaveOneKey) {
  LargeVector<Thing> things = {{"a"}, {"b"}, {"c"}};
  KeyIndex<Thing, KeyOfThing, TypeParam> index(&things);
  ASSERT_TRUE(index.AddNew());
  things.push_back({"d"});
  things.push_back({"b"});
  EXPECT_FALSE(index.AddNew());
}

}  // namespace
}  // namespace geo
