// The index of transaction ids in a SQLite store.
//
// Ids are as random as UUIDs: put into a tree one group at a time, nearly each of them would change
// a page of its own. So an append packs its ids into one row of geo_recent_transactions, and only
// when many have come together, or rows of the read model need the index, they go into the tree
// geo_transactions, in order. Both happen inside the append's transaction.
#ifndef GEO_SRC_STORAGE_SQLITE_TRANSACTION_INDEX_H_
#define GEO_SRC_STORAGE_SQLITE_TRANSACTION_INDEX_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "geo/storage/store.h"
#include "src/storage/sqlite/database.h"
#include "src/storage/sqlite/id_filter.h"

namespace geo {

// The index as a writer has it. Not safe for concurrent use.
class TransactionIndex {
 public:
  // Prepares the statements and reads what is not in the tree. O(ids outside the tree).
  Status Open(Database& database);
  void Close();

  // Inside a write transaction: writes the ids of one append. `complete`: the tree must show all
  // ids then. O(ids), and now and then O(kMostRecent · log ids).
  Status Write(const std::vector<TransactionEntry>& entries, bool complete);
  // The transaction of the last Write was committed. Until then Find does not show it.
  void Committed() noexcept;

  // The record that last changed the transaction. O(1) for a new id, once 1/64 as many have been
  // asked for as the tree had when it was opened; before, and for known ones, O(log ids).
  StatusOr<std::optional<std::uint64_t>> Find(const TxId& id);

 private:
  using Ids = absl::flat_hash_map<TxId, std::uint64_t>;

  Status AddRow(const std::vector<TransactionEntry>& entries);
  Status MoveIntoTree();
  Status Run(Statement& statement);
  void ReadMoreOfTree();

  Database* database_ = nullptr;
  Statement set_;
  Statement find_;
  Statement add_row_;
  Statement drop_rows_;
  Statement walk_;
  Ids recent_;       // outside the tree
  IdFilter filter_;  // of what is in the tree, once the whole of it was read
  std::string read_up_to_;
  bool filter_complete_ = false;
  std::size_t rows_ = 0;
  std::vector<TransactionEntry> written_;  // by the last Write, and not yet committed
  bool moved_ = false;
};

// What somebody who only reads asks. Works on stores of format 1 too.
class TransactionLookup {
 public:
  Status Open(Database& database);
  // O(ids outside the tree).
  StatusOr<std::optional<std::uint64_t>> Find(const TxId& id);

 private:
  Database* database_ = nullptr;
  Statement find_;
  Statement rows_;
};

}  // namespace geo

#endif  // GEO_SRC_STORAGE_SQLITE_TRANSACTION_INDEX_H_
