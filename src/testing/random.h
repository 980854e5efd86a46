// Random integers that are the same everywhere. The standard fixes std::mt19937_64 bit by bit, but
// not what its distributions make of it; hence these.
#ifndef GEO_SRC_TESTING_RANDOM_H_
#define GEO_SRC_TESTING_RANDOM_H_

#include <cstdint>
#include <random>

#include "geo/base/amount.h"

namespace geo::testing {

// Evenly from 0 to bound − 1; of all numbers when `bound` is 0.
std::uint64_t RandomBelow(std::mt19937_64& engine, std::uint64_t bound);

// True in `percent` of 100 cases.
bool RandomChance(std::mt19937_64& engine, std::uint32_t percent);

// Lognormal with this median (1 to 10^12) and σ in hundredths (0 to 200), at least 1. The normal
// variate behind it is a sum of twelve even ones, so nothing lies beyond ±6 σ.
Amount RandomLognormal(std::mt19937_64& engine, Amount median, std::int64_t sigma_hundredths);

}  // namespace geo::testing

#endif  // GEO_SRC_TESTING_RANDOM_H_
