// What a test may read of its surroundings: folders with data, and how long it may take.
#ifndef GEO_TESTS_SUPPORT_ENVIRONMENT_H_
#define GEO_TESTS_SUPPORT_ENVIRONMENT_H_

#include <filesystem>

namespace geo::tests {

// The root of the source tree that the tests were built from.
std::filesystem::path SourceRoot();

// Real networks too large for the repository: $GEO_DATA_DIR, else `../shared/data` beside the
// source root. May not exist: then GTEST_SKIP() with its path in the message.
std::filesystem::path DataDir();

// The acceptance cases: $GEO_CASES, a file or a folder, else `../shared/cases` beside the source
// root. May not exist: then GTEST_SKIP() with its path in the message.
std::filesystem::path CasesPath();

// True when GEO_TEST_TIER is `full`: take the long counts and the large networks.
bool FullTier();

// `quick`, or `full` in the full tier: `const int runs = TierCount(1000, 100000);`
template <typename Count>
Count TierCount(Count quick, Count full) {
  return FullTier() ? full : quick;
}

}  // namespace geo::tests

#endif  // GEO_TESTS_SUPPORT_ENVIRONMENT_H_
