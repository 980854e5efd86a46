// What can be checked of a snapshot, whose bytes may have been made by anybody, and of the records
// that are folded into it before it is complete.
#ifndef GEO_SRC_LEDGER_LOADING_CHECK_H_
#define GEO_SRC_LEDGER_LOADING_CHECK_H_

#include "geo/base/status.h"
#include "geo/journal/record.h"
#include "src/ledger/state.h"

namespace geo {

// Whether every index of the record's effects is that of a thing that is there, or of the next one,
// so that the fold stays within the tables. The values before are not compared: slices may be newer
// than the record. Errors: InvariantViolated. O(effects).
Status CheckReach(const LedgerState& state, const Record& record);

// Whether what was loaded fits together as far as looking things up relies on it: all that is named
// is there, and pairs and live lines name each other. Errors: RecordCorrupt. O(everything).
Status CheckLoaded(const LedgerState& state);

}  // namespace geo

#endif  // GEO_SRC_LEDGER_LOADING_CHECK_H_
