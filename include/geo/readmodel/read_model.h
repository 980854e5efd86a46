// The read model: the state as SQL rows that people query. Handy, derived, never needed for
// recovery.
//
// People query the views participants, trust_lines, debts, transactions and reservations and the
// table equivalents (docs/formats.md has the columns). Amounts stand there twice: as exact decimal
// text for people and as whole minor units for sums. Times are microseconds UTC. Display names are
// shown from the store's side table of personal text, so an erased name is gone at once.
//
// Rows are coalesced: however often a thing changes between two writes, its row is written once.
// They are written in slices, so that no append is long.
#ifndef GEO_READMODEL_READ_MODEL_H_
#define GEO_READMODEL_READ_MODEL_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "geo/journal/record.h"
#include "geo/ledger/ledger.h"
#include "geo/storage/store.h"

namespace geo {

// Not safe for concurrent use.
class ReadModel {
 public:
  // Of the tables: raised when they change; a store then makes them anew.
  static constexpr std::uint32_t kVersion = 1;
  static std::vector<TableDefinition> Tables();
  static std::vector<ViewDefinition> Views();

  ReadModel();
  ~ReadModel();

  // The tables show everything up to record `seq` already; the first Apply comes after it. O(1).
  void StartAfter(std::uint64_t seq);

  // Takes note of what a record changed; records come in order. `ledger` has applied it, and
  // perhaps later ones. O(effects).
  void Apply(Record record, const Ledger& ledger);

  // Appends up to `max` rows, and no further one after 16 MiB, the longest waiting first, as the
  // ledger shows them now; so take them when the ledger shows what the append will have made
  // durable. O(rows).
  void TakeRows(const Ledger& ledger, std::size_t max, std::vector<RowChange>* rows);

  // How many rows wait.
  std::size_t backlog() const;

  // With all rows taken so far written, the tables show everything up to this record.
  std::uint64_t shown_seq() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace geo

#endif  // GEO_READMODEL_READ_MODEL_H_
