// Sums over the whole state, kept up to date record by record, for gauges.
#ifndef GEO_SRC_HUB_TOTALS_H_
#define GEO_SRC_HUB_TOTALS_H_

#include <cstddef>
#include <vector>

#include "geo/base/amount.h"
#include "geo/journal/record.h"
#include "geo/ledger/ledger.h"

namespace geo {

struct Totals {
  std::size_t active_participants = 0;
  std::vector<AmountSum> debts;  // by equivalent

  // O(participants + pairs).
  static Totals Of(const Ledger& ledger);
  // O(effects).
  void Apply(const Record& record);
};

}  // namespace geo

#endif  // GEO_SRC_HUB_TOTALS_H_
