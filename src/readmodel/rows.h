// One thing of the ledger as one row.
#ifndef GEO_SRC_READMODEL_ROWS_H_
#define GEO_SRC_READMODEL_ROWS_H_

#include <optional>
#include <string>
#include <vector>

#include "geo/journal/record.h"
#include "geo/ledger/ledger.h"
#include "geo/storage/store.h"

namespace geo {

// Base58 is slow and pids are shown over and over: keeps the texts by participant.
class PidTexts {
 public:
  const std::string& Of(const Ledger& ledger, ParticipantIndex participant);

 private:
  std::vector<std::string> texts_;
};

RowChange ParticipantRow(const Ledger& ledger, ParticipantIndex index,
                         std::optional<std::string> name, PidTexts& pids);
RowChange EquivalentRow(const Ledger& ledger, EquivalentIndex index);
RowChange LineRow(const Ledger& ledger, LineIndex index, PidTexts& pids);
// The row of the debt there is, and the removal of the one there may have been the other way.
std::vector<RowChange> DebtRows(const Ledger& ledger, PairIndex index, PidTexts& pids);
RowChange TransactionRow(const Ledger& ledger, const Record& record, const Transaction& transaction,
                         PidTexts& pids);

}  // namespace geo

#endif  // GEO_SRC_READMODEL_ROWS_H_
