#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "geo/base/variant.h"

namespace geo {
namespace {

bool memory_is_short = false;
std::set<void*> given;  // and not yet taken back
int strangers = 0;      // taken back, but never given

template <typename T>
struct Rationed {
  using value_type = T;
  Rationed() = default;
  template <typename U>
  explicit Rationed(const Rationed<U>&) {}
  T* allocate(std::size_t count) {
    if (memory_is_short) throw std::bad_alloc();
    T* const place = std::allocator<T>().allocate(count);
    given.insert(place);
    return place;
  }
  void deallocate(T* place, std::size_t count) {
    if (given.erase(place) == 0) {
      ++strangers;
    } else {
      std::allocator<T>().deallocate(place, count);
    }
  }
  friend bool operator==(const Rationed&, const Rationed&) { return true; }
};

using Text = std::basic_string<char, std::char_traits<char>, Rationed<char>>;
using Value = Variant<std::monostate, std::int64_t, Text>;

const Text kLong(100, 'x');

TEST(VariantTest, ACopyThatFailsLeavesNothingBehind) {
  const Value value = kLong;
  std::vector<Value> copies(3);
  const std::size_t before = given.size();
  memory_is_short = true;
  EXPECT_THROW(copies.push_back(value), std::bad_alloc);
  EXPECT_THROW(copies[1] = value, std::bad_alloc);
  EXPECT_THROW(static_cast<void>(Value(value)), std::bad_alloc);
  memory_is_short = false;
  EXPECT_EQ(strangers, 0);
  EXPECT_EQ(given.size(), before);
  EXPECT_EQ(copies.size(), 3u);
  EXPECT_TRUE(std::holds_alternative<std::monostate>(copies[1]));
  EXPECT_EQ(std::get<Text>(value), kLong);
}

TEST(VariantTest, IsAVariantOtherwise) {
  Value value = kLong;
  const Value copy = value;
  EXPECT_EQ(copy, value);
  const Value moved = std::move(value);
  EXPECT_EQ(moved, copy);
  value = std::int64_t{7};
  EXPECT_EQ(std::get<std::int64_t>(value), 7);
  EXPECT_NE(value, copy);
  value = copy;
  EXPECT_EQ(*std::get_if<Text>(&value), kLong);
  EXPECT_EQ(std::visit([](const auto& it) { return sizeof(it); }, Value(std::int64_t{1})), 8u);
  EXPECT_TRUE(std::holds_alternative<std::monostate>(Value()));
}

}  // namespace
}  // namespace geo
