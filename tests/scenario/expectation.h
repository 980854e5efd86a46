// Whether what a step led to is what its case expects.
#ifndef GEO_TESTS_SCENARIO_EXPECTATION_H_
#define GEO_TESTS_SCENARIO_EXPECTATION_H_

#include "tests/scenario/format.h"
#include "tests/scenario/operations.h"

namespace geo::scenario {

// What is not as expected; nothing when all is. A step that is refused must expect that, be it
// through `error`, `ok`, `can_pay`, what a plan lacks or the state that a decision left. The step
// must have passed CheckCase.
Problem CompareWithExpectation(const Json& step, const Observed& observed);

}  // namespace geo::scenario

#endif  // GEO_TESTS_SCENARIO_EXPECTATION_H_
