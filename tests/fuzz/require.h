// How fuzz targets state what must hold.
#ifndef GEO_TESTS_FUZZ_REQUIRE_H_
#define GEO_TESTS_FUZZ_REQUIRE_H_

#include <cstdio>
#include <cstdlib>

// Ends the process, which is how a fuzzer learns of a finding, when `condition` does not hold.
#define GEO_REQUIRE(condition)                                                            \
  do {                                                                                    \
    if (!(condition)) {                                                                   \
      std::fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #condition); \
      std::abort();                                                                       \
    }                                                                                     \
  } while (false)

#endif  // GEO_TESTS_FUZZ_REQUIRE_H_
