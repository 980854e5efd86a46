// One thing of the ledger as one row.
#ifndef GEO_SRC_READMODEL_ROWS_H_
#define GEO_SRC_READMODEL_ROWS_H_

#include <cstdint>

#include "geo/journal/record.h"
#include "geo/ledger/flows.h"
#include "geo/ledger/ledger.h"
#include "geo/storage/store.h"

namespace geo {

RowChange ParticipantRow(const Ledger& ledger, ParticipantIndex index);
RowChange EquivalentRow(const Ledger& ledger, EquivalentIndex index);
RowChange LineRow(const Ledger& ledger, LineIndex index);
RowChange PairRow(const Ledger& ledger, PairIndex index);  // removes it when nothing is owed
// What a prepared payment holds on one hop; removes it when the payment is decided.
RowChange ReservationRow(const Transaction& transaction, const Flow& flow);

// A transaction as one record left it.
struct RecordedTransaction {
  std::uint64_t seq = 0;
  RecordKind kind = RecordKind::kPayment;
  Timestamp time = 0;
  Transaction transaction;
};
RowChange TransactionRow(const RecordedTransaction& recorded);

}  // namespace geo

#endif  // GEO_SRC_READMODEL_ROWS_H_
