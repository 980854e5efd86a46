// Test vectors: ids of keys, canonical bytes, signed messages, and what must be refused.
#ifndef GEO_TESTS_SCENARIO_VECTORS_H_
#define GEO_TESTS_SCENARIO_VECTORS_H_

#include <string>

#include "tests/scenario/format.h"

namespace geo::scenario {

// Checks one group of the file's `vectors` against geo/crypto: `pid`, `canonical`, `sign` or
// `canonical_refused`. `vectors` is all groups: `sign` names keys of `pid`. Problems: a vector that
// does not hold, with its position; another group; an empty group; a member that is not known.
Problem CheckVectors(const Json& vectors, const std::string& group);

}  // namespace geo::scenario

#endif  // GEO_TESTS_SCENARIO_VECTORS_H_
