// What is said of a record that its state does not allow.
#ifndef GEO_SRC_LEDGER_VIOLATED_H_
#define GEO_SRC_LEDGER_VIOLATED_H_

#include <string_view>

#include "geo/base/status.h"

namespace geo {

inline Status Violated(std::string_view what) {
  return MakeError(ErrorCode::kInvariantViolated, what);
}

}  // namespace geo

#endif  // GEO_SRC_LEDGER_VIOLATED_H_
