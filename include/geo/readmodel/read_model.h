// The read model: the state as SQL rows that people query. Handy, derived, never needed for
// recovery.
//
// The tables (docs/formats.md has the columns): participants, equivalents, trust_lines, debts,
// transactions, reservations. Amounts stand there twice: as exact decimal text for people and as
// whole minor units for sums. Times are microseconds UTC.
//
// Rows are coalesced: however often a thing changes between two writes, its row is written once.
// They are written in slices, so that no append is long.
#ifndef GEO_READMODEL_READ_MODEL_H_
#define GEO_READMODEL_READ_MODEL_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "geo/base/ids.h"
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

  ReadModel();
  ~ReadModel();

  // The tables show everything up to record `seq` already; the first Apply comes after it. O(1).
  void StartAfter(std::uint64_t seq);

  // Takes note of what a record changed; records come in order. `ledger` has applied it, and
  // perhaps later ones. O(effects).
  void Apply(const Record& record, const Ledger& ledger);

  // A display name that is on its way to the store's side table. O(1).
  void RememberName(const Hash256& hash, std::string text);

  // The participant's clear text is being erased, also the name that hashes to `name_hash`: his row
  // loses it. O(1).
  void TextErased(ParticipantIndex participant, const Hash256& name_hash);

  // Appends up to `max` rows, the longest waiting first, as the ledger shows them now. `name_of`
  // finds display names by hash in the store. O(rows).
  void TakeRows(const Ledger& ledger, std::size_t max,
                const std::function<std::optional<std::string>(const Hash256&)>& name_of,
                std::vector<RowChange>* rows);

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
