// Which pairs of participants a record is about.
#ifndef GEO_SRC_HUB_TOUCHED_PAIRS_H_
#define GEO_SRC_HUB_TOUCHED_PAIRS_H_

#include <variant>

#include "geo/journal/record.h"
#include "geo/ledger/ledger.h"

namespace geo {

// Calls `changed` with each pair whose debt, reservations or lines `record` changed, in the order
// of its effects, some of them again. `ledger` has the record applied.
template <typename Changed>
void ForTouchedPairs(const Record& record, const Ledger& ledger, const Changed& changed) {
  const auto tell = [&](EquivalentIndex equivalent, ParticipantIndex x, ParticipantIndex y) {
    changed(*ledger.FindPair(equivalent, x, y));
  };
  for (const Effect& effect : record.effects) {
    if (const auto* debt = std::get_if<DebtEffect>(&effect)) {
      tell(debt->equivalent, debt->from, debt->to);
    } else if (const auto* reservation = std::get_if<ReservationEffect>(&effect)) {
      tell(reservation->equivalent, reservation->from, reservation->to);
    } else if (const auto* line = std::get_if<LineEffect>(&effect)) {
      tell(line->after.equivalent, line->after.owner, line->after.debtor);
    }
  }
}

}  // namespace geo

#endif  // GEO_SRC_HUB_TOUCHED_PAIRS_H_
