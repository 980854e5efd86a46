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
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "geo/base/ids.h"
#include "geo/base/status.h"
#include "geo/base/variant.h"
#include "geo/journal/record.h"

namespace geo {

// What a successful append promises. Only kDurable may be promised to somebody else. A durable
// append makes everything appended before it durable as well. A store may keep more than was asked.
enum class Durability : std::uint8_t {
  kMemory = 1,   // survives nothing but this process's own crash, and not on every store
  kOrdered = 2,  // after a power cut a prefix of the appends is there, perhaps not the last ones
  kDurable = 3,  // on stable storage before Append returns
};

// Limits of a batch and of a snapshot slice; above them TooLarge, and nothing is written.
inline constexpr std::size_t kMaxAppendBytes = std::size_t{512} << 20;  // records, or one slice
inline constexpr std::size_t kMaxStoredTextBytes = std::size_t{64} << 10;
inline constexpr std::size_t kMaxTables = 64;   // tables and views of a read model, each
inline constexpr std::size_t kMaxColumns = 64;  // of a table

// A value of the read model.
using ColumnValue = Variant<std::monostate, std::int64_t, std::string>;  // null, integer, text

enum class ColumnType : std::uint8_t {
  kInteger,
  kText,
  kBytes,  // a std::string of any bytes; where the medium has only text, bytes stay bytes
};

struct ColumnDefinition {
  std::string name;  // 1–64 of a-z and _
  ColumnType type = ColumnType::kText;
  friend bool operator==(const ColumnDefinition&, const ColumnDefinition&) = default;
};

// A table of the read model. The first `key_columns` columns are its primary key and never null.
struct TableDefinition {
  std::string name;  // 1–64 of a-z and _, not beginning with geo_ or sqlite_: those are the stores'
  std::vector<ColumnDefinition> columns;
  std::size_t key_columns = 1;
  std::vector<std::vector<std::string>> indexes;  // further lookups people make, by column names
  friend bool operator==(const TableDefinition&, const TableDefinition&) = default;
};

// What people see: a query over the tables, so that these can hold small integers while people read
// names. It may also use geo_texts (hash, text), the side table of personal text, where an erased
// text is null, and geo_transactions (tx_id, seq), the index of transaction ids, which lacks none
// that was written before the newest rows were, or with them. Stores without SQL ignore views.
struct ViewDefinition {
  std::string name;    // as TableDefinition::name
  std::string select;  // one SELECT in the SQL that SQLite and PostgreSQL have in common; trusted
  friend bool operator==(const ViewDefinition&, const ViewDefinition&) = default;
};

// Sets one row (all columns), or removes it (`values` holds the key columns only). Removing a row
// that is not there is fine.
struct RowChange {
  std::size_t table = 0;  // position in OpenOptions::tables
  bool remove = false;
  std::vector<ColumnValue> values;
  friend bool operator==(const RowChange&, const RowChange&) = default;
};

struct OpenOptions {
  bool create = true;                    // false: a store that does not exist is an error
  bool take_over = false;                // fence a present writer instead of answering Busy
  std::uint32_t read_model_version = 0;  // when it, the tables or the views differ from the stored
                                         // ones, the read model is made anew, empty, rows_seq 0
  std::vector<TableDefinition> tables;   // the read model
  std::vector<ViewDefinition> views;     // made in order, so that a later one may use an earlier
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
  Hash256 hash;  // TextHash of salt and text; the store takes it as given
  Salt salt;
  std::string text;  // at most kMaxStoredTextBytes
  friend bool operator==(const TextEntry&, const TextEntry&) = default;
};

// One atomic write. A batch without records is fine; one with nothing at all still makes earlier
// appends as durable as it says.
struct Batch {
  JournalHead before;                          // must equal the store's head, else StoreConflict
  JournalHead after;                           // equal to `before` when there are no records
  std::string records;                         // packed records before.seq+1 … after.seq
  std::vector<TransactionEntry> transactions;  // new ids, or known ids with their newer record;
                                               // of several entries of an id the last one counts
  std::vector<TextEntry> texts;                // of a known hash: set again
  std::vector<Hash256> erased_texts;           // after `texts`; unknown hashes are fine
  std::vector<RowChange> rows;                 // in order; a later change of a row wins
  std::uint64_t rows_seq = 0;                  // never falls; at most after.seq
  std::uint64_t acknowledged = 0;              // never falls; at most after.seq
  Durability durability = Durability::kDurable;
};

// A piece of a snapshot. Slices of one snapshot have the same `snapshot` number (higher = newer)
// and are written in order of `slice` from 0; it counts once the slice with `last` is there.
struct SnapshotSlice {
  std::uint64_t snapshot = 0;
  std::uint32_t slice = 0;
  bool last = false;
  std::string bytes;
  friend bool operator==(const SnapshotSlice&, const SnapshotSlice&) = default;
};

// Any call may answer OutOfMemory: of Open and of calls that read, as any of their errors; of calls
// that write, as StoreUnknown.
class Store {
 public:
  virtual ~Store() = default;  // as Close, with nobody to tell about an error

  // Opens for this writer alone and finishes or undoes what a crash left; a snapshot without its
  // last slice is dropped. With take_over the epoch rises and the older writer's next Append is
  // Fenced. After an error the store is closed, unchanged as far as anybody can see, and may be
  // opened again once the cause is gone. Errors:
  //   StoreBusy        another writer; wait, or pass take_over. With it: that writer wrote without
  //                    a pause; try again
  //   StoreForeign     something else is there; nothing was touched
  //   StoreNewer       written by a newer format; nothing was touched
  //   StoreCorrupt     damaged or shortened; restore it
  //   StoreReadOnly    may not be written (permissions, read-only medium)
  //   StoreFull, StoreIo
  //   InvalidArgument  table definitions, a path that cannot be one, `create` false and nothing
  //                    there, a second Open of this object
  virtual StatusOr<StoreState> Open(const OpenOptions& options) = 0;

  // Visits the slices of the newest complete snapshot in order; none is fine. Stops at the first
  // error of `visit` and returns it. `visit` may call the Find functions, nothing else. Errors:
  // StoreIo, StoreCorrupt, StoreClosed, StorePoisoned.
  virtual Status LoadSnapshot(const std::function<Status(const SnapshotSlice&)>& visit) = 0;

  // Visits packed groups in order, beginning with the group that holds record `after`+1; that group
  // may begin earlier (ReadChain skips). Nothing to visit is fine. Stops early, with ok, when
  // `visit` returns false. The view is valid during the call only; `visit` may call the Find
  // functions, nothing else. Errors as LoadSnapshot, and the error of `visit`.
  virtual Status Replay(std::uint64_t after,
                        const std::function<StatusOr<bool>(std::string_view packed)>& visit) = 0;

  // Writes the batch, all or nothing, as durable as it asks. ok: committed. Errors, and what to do:
  //   StoreConflict   the head is not `before`: nothing written; read the journal again
  //   StoreFenced     another writer took over: nothing written; stop
  //   StoreBusy       nothing written; the same append may be tried again
  //   StoreFull       nothing written; poisoned: make room, close, reopen
  //   StoreIo, StoreCorrupt, StoreReadOnly, OutOfMemory   nothing acknowledged; poisoned: close,
  //                   reopen
  //   StoreUnknown    may or may not be there; poisoned: close, reopen, compare the head with
  //                   `after`
  //   InvalidArgument, TooLarge   a batch that contradicts itself, the tables or what the store has
  //                   (CheckBatch): nothing written, not poisoned
  // A poisoned store answers StorePoisoned until it is opened again; a failed sync is never
  // retried. A store that fails after the batch is committed (no memory, a log that cannot be
  // carried over) still answers ok, for this batch is safe, and is poisoned for what follows.
  virtual Status Append(const Batch& batch) = 0;

  // The record that last changed transaction `id`; nothing when the id is unknown. Cost: a lookup
  // by key. Errors: StoreIo, StoreCorrupt, StoreClosed, StorePoisoned.
  virtual StatusOr<std::optional<std::uint64_t>> FindTransaction(const TxId& id) = 0;

  // Personal text by its hash; nothing when it was never there or has been erased. Errors as above.
  virtual StatusOr<std::optional<TextEntry>> FindText(const Hash256& hash) = 0;

  // Writes one slice, durably when `last`. Completing a snapshot drops the older ones; slice 0
  // drops an unfinished one, also of its own number. Errors as Append; InvalidArgument for a slice
  // out of order or a number not above that of the newest complete snapshot.
  virtual Status WriteSnapshot(const SnapshotSlice& slice) = 0;

  // Bytes on the medium, for reports; 0 when that means nothing. Errors: StoreIo, StoreClosed.
  virtual StatusOr<std::uint64_t> SizeBytes() = 0;

  // Releases everything; the store may be opened again. Closing twice is ok, and so is closing one
  // that was never opened. Errors: StoreIo when the last writes could not be made safe (they stay
  // as durable as their Append promised); the store is closed all the same.
  virtual Status Close() = 0;
};

// What every store checks before it writes, for whoever implements one.

// Errors: InvalidArgument naming the table or view (names, no columns, twice the same name, key or
// index columns that are not there, above the limits). O(definitions).
Status CheckReadModel(const OpenOptions& options);

// Whether `batch` agrees with itself, with the tables and with what the store holds (`state`):
// heads and records fit, seqs are in range, rows_seq and acknowledged do not fall, rows have the
// columns and types of their table, sizes are within the limits. Errors: StoreConflict (before.seq
// or before.hash is not the head), InvalidArgument, TooLarge. O(batch).
Status CheckBatch(const Batch& batch, const std::vector<TableDefinition>& tables,
                  const StoreState& state);

// What is in the way of the next slice: the newest complete snapshot, and the one being written.
struct SnapshotProgress {
  std::uint64_t complete = 0;  // its number; 0 with has_complete false: none
  bool has_complete = false;
  std::uint64_t writing = 0;     // the unfinished snapshot
  std::uint32_t next_slice = 0;  // the slice it waits for; 0: nothing is being written
};

// Errors: InvalidArgument (out of order, too old), TooLarge. O(1).
Status CheckSlice(const SnapshotSlice& slice, const SnapshotProgress& progress);

// The contents of memory stores. Several stores may be made on one medium, as processes may open
// one file: they exclude and fence each other, and what one left (closed or destroyed) the next
// finds. All stores of a medium belong to one thread at a time.
class MemoryMedium {
 public:
  MemoryMedium();
  ~MemoryMedium();
  MemoryMedium(const MemoryMedium&) = delete;
  MemoryMedium& operator=(const MemoryMedium&) = delete;

  // The rows of a table of the read model in order of their keys. O(rows).
  std::vector<std::vector<ColumnValue>> Rows(std::string_view table) const;

  struct Contents;
  Contents& contents() { return *contents_; }  // for the store

 private:
  std::unique_ptr<Contents> contents_;
};

// A store in memory that vanishes with the object; Close keeps its contents for the next Open. For
// simulations and tests.
std::unique_ptr<Store> NewMemoryStore();

// A store on a medium that outlives it. `medium` must not be null.
std::unique_ptr<Store> NewMemoryStore(std::shared_ptr<MemoryMedium> medium);

// A store in one SQLite database file at `path`, plus SQLite's own `-wal` and `-shm` files and a
// `.lock` file beside it (byte by byte in docs/formats.md). Nothing is touched before Open.
//
// `path` is UTF-8, at most 480 bytes when made absolute, and always a file's name: `file:` and
// `:memory:` mean nothing special. Links are followed, so that all spellings of a file exclude each
// other; a file with more than one hard link is refused (InvalidArgument). The directory must
// exist (StoreIo) and be on a local file system with working flock(2). Files are made with the
// process's umask.
//
// The read model and the journal may be read with any SQL tool while the hub runs (open read-only).
// Writing with other tools is not supported and mostly noticed (StoreCorrupt).
//
// Durability: kDurable is one fsync per append; kOrdered none, except when the log is carried over
// into the database; kMemory is treated as kOrdered. Erased texts are overwritten in place and the
// log is cut when the append returns, or, while somebody else reads the database, by a later append
// or Close; what the file system or the disk keep of overwritten blocks is out of reach.
//
// A killed process leaves no lock. A child made by fork(2) inherits it: do not fork with an open
// store unless the child ends or execs.
std::unique_ptr<Store> NewSqliteStore(std::string path);

}  // namespace geo

#endif  // GEO_STORAGE_STORE_H_
