// The storage contract: where a journal lives (DESIGN "Storage contract").
//
// A store keeps, for one hub: the journal (packed groups of records, opaque bytes), the index of
// transaction ids, the erasable side table of personal text, the newest snapshot, and the rows of
// the read model. Everything in one Append happens together or not at all. A store is used by one
// thread at a time; it may be handed from thread to thread. Whoever implements one runs the
// conformance kit in geo/testing/store_conformance.h.
#ifndef GEO_STORAGE_STORE_H_
#define GEO_STORAGE_STORE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "geo/base/ids.h"
#include "geo/base/status.h"
#include "geo/journal/record.h"

namespace geo {

// What a successful append promises. Only kDurable may be promised to somebody else.
enum class Durability : std::uint8_t {
  kMemory = 1,   // survives nothing but this process's own crash, and not on every store
  kOrdered = 2,  // after a power cut a prefix of the appends is there, perhaps not the last ones
  kDurable = 3,  // on stable storage before Append returns
};

// A value of the read model.
using ColumnValue = std::variant<std::monostate, std::int64_t, std::string>;  // null, integer, text

enum class ColumnType : std::uint8_t { kInteger, kText };

struct ColumnDefinition {
  std::string name;  // [a-z_]+
  ColumnType type = ColumnType::kText;
};

// A table of the read model. The first `key_columns` columns are its primary key.
struct TableDefinition {
  std::string name;  // [a-z_]+
  std::vector<ColumnDefinition> columns;
  std::size_t key_columns = 1;
  std::vector<std::vector<std::string>> indexes;  // further lookups people make, by column names
};

// Sets one row (all columns), or removes it (`values` holds the key columns only).
struct RowChange {
  std::size_t table = 0;  // position in OpenOptions::tables
  bool remove = false;
  std::vector<ColumnValue> values;
};

struct OpenOptions {
  bool create = true;                    // false: a store that does not exist is an error
  bool take_over = false;                // fence a present writer instead of answering Busy
  std::uint32_t read_model_version = 0;  // when it differs from the stored one, the read-model
                                         // tables are made anew, empty, rows_seq 0
  std::vector<TableDefinition> tables;   // the read model
};

// What Open finds.
struct StoreState {
  JournalHead head;
  std::uint64_t rows_seq = 0;      // the read model shows everything up to this record
  std::uint64_t acknowledged = 0;  // events acknowledged up to this record
  std::uint64_t epoch = 0;         // this writer's number; each Open raises it
};

struct TransactionEntry {
  TxId id;
  std::uint64_t seq = 0;  // the record that last changed it
};

// Personal text beside the chain (spec 01 §2.3).
struct TextEntry {
  Hash256 hash;  // TextHash of salt and text
  Salt salt;
  std::string text;
};

// One atomic write.
struct Batch {
  JournalHead before;                          // must equal the store's head, else StoreConflict
  JournalHead after;                           // equal to `before` when there are no records
  std::string records;                         // packed records before.seq+1 … after.seq
  std::vector<TransactionEntry> transactions;  // new ids, or known ids with their newer record
  std::vector<TextEntry> texts;
  std::vector<Hash256> erased_texts;
  std::vector<RowChange> rows;     // in order; a later change of a row wins
  std::uint64_t rows_seq = 0;      // never falls
  std::uint64_t acknowledged = 0;  // never falls
  Durability durability = Durability::kDurable;
};

// A piece of a snapshot. Slices of one snapshot have the same `snapshot` number (higher = newer)
// and are written in order of `slice` from 0; it counts once the slice with `last` is there.
struct SnapshotSlice {
  std::uint64_t snapshot = 0;
  std::uint32_t slice = 0;
  bool last = false;
  std::string bytes;
};

class Store {
 public:
  virtual ~Store() = default;

  // Opens for this writer alone and finishes or undoes what a crash left. Errors: StoreBusy
  // (another writer; wait, or pass take_over), StoreForeign, StoreNewer, StoreCorrupt,
  // StoreReadOnly, StoreFull, StoreIo, InvalidArgument (table definitions; a second Open). After an
  // error the store may be opened again. With take_over the epoch rises and the older writer's next
  // Append is Fenced.
  virtual StatusOr<StoreState> Open(const OpenOptions& options) = 0;

  // Visits the slices of the newest complete snapshot in order; none is fine. Stops at the first
  // error of `visit` and returns it. Errors: StoreIo, StoreCorrupt, StoreClosed.
  virtual Status LoadSnapshot(const std::function<Status(const SnapshotSlice&)>& visit) = 0;

  // Visits packed groups in order, beginning with the group that holds record `after`+1; that group
  // may begin earlier (ReadChain skips). Stops early, with ok, when `visit` returns false. The view
  // is valid during the call only. Errors as LoadSnapshot, and the error of `visit`.
  virtual Status Replay(std::uint64_t after,
                        const std::function<StatusOr<bool>(std::string_view packed)>& visit) = 0;

  // Writes the batch, all or nothing, as durable as it asks. ok: committed. Errors, and what to do:
  //   StoreConflict   the head is not `before`: nothing written; read the journal again
  //   StoreFenced     another writer took over: nothing written; stop
  //   StoreBusy       nothing written; the same append may be tried again
  //   StoreFull       nothing written; make room, reopen
  //   StoreIo, StoreCorrupt, StoreReadOnly   nothing acknowledged; poisoned: close, reopen
  //   StoreUnknown    may or may not be there; poisoned: close, reopen, compare the head with
  //   `after` InvalidArgument a batch that contradicts itself: nothing written
  // After a failed sync the store answers StorePoisoned until it is opened again.
  virtual Status Append(const Batch& batch) = 0;

  // The record that last changed transaction `id`; nothing when the id is unknown. Cost: a lookup
  // by key. Errors: StoreIo, StoreCorrupt, StoreClosed, StorePoisoned.
  virtual StatusOr<std::optional<std::uint64_t>> FindTransaction(const TxId& id) = 0;

  // Personal text by its hash; nothing when it was never there or has been erased. Errors as above.
  virtual StatusOr<std::optional<TextEntry>> FindText(const Hash256& hash) = 0;

  // Writes one slice, durably when `last`. Completing a snapshot drops the older ones; a slice of a
  // newer snapshot drops an older unfinished one. Errors as Append.
  virtual Status WriteSnapshot(const SnapshotSlice& slice) = 0;

  // Bytes on the medium, for reports; 0 when that means nothing.
  virtual StatusOr<std::uint64_t> SizeBytes() = 0;

  // Releases everything; the store may be opened again. Closing twice is ok. Errors: StoreIo when
  // the last writes could not be made safe (they stay as durable as their Append promised).
  virtual Status Close() = 0;
};

// A store in memory that vanishes with the object; Close keeps its contents for the next Open. For
// simulations and tests.
std::unique_ptr<Store> NewMemoryStore();

// A store in one SQLite database file at `path` (UTF-8), plus SQLite's own `-wal` and `-shm` files
// and a
// `.lock` file beside it. WAL mode. The read model is for reading with any SQL tool while the hub
// runs (open it read-only). Nothing is touched before Open.
std::unique_ptr<Store> NewSqliteStore(std::string path);

}  // namespace geo

#endif  // GEO_STORAGE_STORE_H_
