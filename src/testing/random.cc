#include "src/testing/random.h"

#include <algorithm>
#include <array>

namespace geo::testing {
namespace {

__extension__ using Wide = unsigned __int128;

constexpr int kFraction = 62;       // fixed-point numbers below 2 have this many binary places
constexpr std::size_t kRoots = 16;  // binary places of an exponent that are used

constexpr std::uint64_t SquareRoot(Wide square) {
  std::uint64_t root = 0;
  for (int bit = 63; bit >= 0; --bit) {
    const std::uint64_t larger = root | (std::uint64_t{1} << bit);
    if (static_cast<Wide>(larger) * larger <= square) root = larger;
  }
  return root;
}

// 2^(1/2), 2^(1/4), 2^(1/8)…
constexpr std::array<std::uint64_t, kRoots> RootsOfTwo() {
  std::array<std::uint64_t, kRoots> roots{};
  std::uint64_t root = std::uint64_t{2} << kFraction;
  for (std::uint64_t& next : roots) root = next = SquareRoot(static_cast<Wide>(root) << kFraction);
  return roots;
}

constexpr std::array<std::uint64_t, kRoots> kRootsOfTwo = RootsOfTwo();

// value · 2^exponent, rounded; the exponent has kRoots binary places and lies within ±40.
std::uint64_t TimesPowerOfTwo(std::uint64_t value, std::int64_t exponent) {
  const std::int64_t whole = exponent >> kRoots;
  std::uint64_t power = std::uint64_t{1} << kFraction;
  for (std::size_t i = 0; i < kRoots; ++i) {
    if ((exponent >> (kRoots - 1 - i) & 1) == 0) continue;
    power = static_cast<std::uint64_t>(static_cast<Wide>(power) * kRootsOfTwo[i] >> kFraction);
  }
  const int shift = static_cast<int>(kFraction - whole);
  const Wide half = Wide{1} << (shift - 1);
  return static_cast<std::uint64_t>((static_cast<Wide>(value) * power + half) >> shift);
}

// Standard normal with 16 binary places: the sum of twelve even numbers from 0 to 1 has variance 1.
std::int64_t RandomNormal(std::mt19937_64& engine) {
  constexpr std::int64_t kOne = 1 << 16;
  std::int64_t sum = 6 - 6 * kOne;  // each number lies half a place above its digits
  for (int draw = 0; draw < 3; ++draw) {
    for (std::uint64_t digits = engine(), lane = 0; lane < 4; ++lane, digits >>= 16) {
      sum += static_cast<std::int64_t>(digits & 0xffff);
    }
  }
  return sum;
}

}  // namespace

std::uint64_t RandomBelow(std::mt19937_64& engine, std::uint64_t bound) {
  if (bound == 0) return engine();
  // The high half of a product is even when the few low halves that would favour some results are
  // drawn again.
  const std::uint64_t uneven = (0 - bound) % bound;
  Wide product = 0;
  do {
    product = static_cast<Wide>(engine()) * bound;
  } while (static_cast<std::uint64_t>(product) < uneven);
  return static_cast<std::uint64_t>(product >> 64);
}

bool RandomChance(std::mt19937_64& engine, std::uint32_t percent) {
  return RandomBelow(engine, 100) < percent;
}

Amount RandomLognormal(std::mt19937_64& engine, Amount median, std::int64_t sigma_hundredths) {
  constexpr std::int64_t kLog2OfE = 94548;  // 16 binary places
  const std::int64_t exponent = RandomNormal(engine) * sigma_hundredths / 100 * kLog2OfE >> 16;
  const std::uint64_t amount = TimesPowerOfTwo(static_cast<std::uint64_t>(median), exponent);
  return static_cast<Amount>(std::max<std::uint64_t>(amount, 1));
}

}  // namespace geo::testing
