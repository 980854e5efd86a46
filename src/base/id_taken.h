// How whoever uses an id that is not his own is answered.
#ifndef GEO_SRC_BASE_ID_TAKEN_H_
#define GEO_SRC_BASE_ID_TAKEN_H_

#include <string>

#include "geo/base/ids.h"
#include "geo/base/status.h"

namespace geo {

// The same whatever the id stands for, so that nobody learns that by asking.
inline Status IdTaken(const TxId& id) {
  return MakeError(ErrorCode::kTxIdReused,
                   "id " + std::string(id.text()) + " is taken; use a new one");
}

}  // namespace geo

#endif  // GEO_SRC_BASE_ID_TAKEN_H_
