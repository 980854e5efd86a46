// What commands say by themselves, before any state is looked at, as the reference model reads it.
#ifndef GEO_TESTS_PROPERTY_REFERENCE_INPUT_H_
#define GEO_TESTS_PROPERTY_REFERENCE_INPUT_H_

#include <set>

#include "tests/property/reference_model.h"

namespace geo::tests {

using Codes = std::set<ErrorCode>;

// Spec 01 §3.2. Adds what is wrong to `wrong`.
Big ReadAmount(const AmountInput& input, int precision, Codes& wrong);

// Spec 01 §4.3: key by key, null returns to the default.
LinePolicy MergePolicy(LinePolicy policy, const PolicyPatch& patch, int precision, Codes& wrong);

// What is wrong with a command whatever the state: step 1 of spec 01 §6.3. Amounts and policies are
// not looked at: they need the equivalent.
Codes SyntaxFaults(const Command& command);

// What is not the same in two payments, amounts apart, as the code for it (spec 01 §6.2).
Codes Differences(const Pay& a, const Pay& b);
// The same for reservations, payments and amounts apart.
Codes Differences(const PreparePayment& a, const PreparePayment& b);

}  // namespace geo::tests

#endif  // GEO_TESTS_PROPERTY_REFERENCE_INPUT_H_
