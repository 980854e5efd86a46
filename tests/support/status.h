// Asking a Status or StatusOr for the geo error code inside it.
#ifndef GEO_TESTS_SUPPORT_STATUS_H_
#define GEO_TESTS_SUPPORT_STATUS_H_

#include <string>

#include "geo/base/status.h"

namespace geo::tests {

// The name of the error code of `result` ("AmountSyntax"), "Ok" when it is no error: reads well
// when an EXPECT_EQ fails.
inline std::string CodeName(const Status& status) {
  return std::string(ErrorName(ErrorCodeOf(status)));
}
template <typename T>
std::string CodeName(const StatusOr<T>& result) {
  return CodeName(result.status());
}

}  // namespace geo::tests

#endif  // GEO_TESTS_SUPPORT_STATUS_H_
