// What a clearing may do, seen from the ledger (spec 01 §7, §8.1).
#ifndef GEO_SRC_LEDGER_CLEARING_CHECK_H_
#define GEO_SRC_LEDGER_CLEARING_CHECK_H_

#include "geo/base/status.h"
#include "geo/journal/record.h"
#include "src/ledger/state.h"

namespace geo {

// Whether the state of a proposal may become what the effect says, by a record of its kind. Errors:
// InvariantViolated.
Status CheckProposal(const LedgerState& state, const Record& record, const ProposalEffect& effect);

// Whether a record that clears touches only debts that may be cleared: no payment holds the pair,
// and each direction that changes is covered by an active line whose owner consents, by the line's
// policy or, where a proposal clears, by having accepted; to growth too where a debt rises. A
// proposal clears its own cycle and nothing else. Other records pass. That debts are as the effects
// say, stay within limits and move nobody's position is checked with all records. Errors:
// InvariantViolated.
Status CheckClearing(const LedgerState& state, const Record& record);

}  // namespace geo

#endif  // GEO_SRC_LEDGER_CLEARING_CHECK_H_
