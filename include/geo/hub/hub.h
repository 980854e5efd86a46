// The hub: a durable credit network behind one door.
//
//   auto hub = geo::Hub::Open(geo::NewSqliteStore("village.db"), options);
//   auto result = (*hub)->Execute(geo::TrustedCommand(alice, geo::Pay{...}), now);
//
// Everything goes one way: command → plan → effects → check → record → append → result. Nothing is
// released before it is durable: results come from Flush, events from the journal. Many commands
// may share one append: Submit many, Flush once; that is what makes durable payments fast.
//
// Memory: no exception comes out of a hub, its views, or VerifyCommand and its like. When an
// allocation fails, the answer is OutOfMemory. If it failed where something may be half changed,
// the hub is poisoned, as after a failed append; calls that only read may be made again.
//
// Storage: a store can fail just after an append is durable. Whatever asks it next (a command that
// looks for its id, a query) is then answered StorePoisoned, and the next append poisons the hub:
// close it and open the store anew.
//
// What is read back from the journal (events, transactions and proposals by id, texts to erase) was
// not checked at opening if it lies before the snapshot: damage there is told then, as
// RecordCorrupt.
//
// Threads: one thread at a time. Verify commands elsewhere (VerifyCommand is pure).
#ifndef GEO_HUB_HUB_H_
#define GEO_HUB_HUB_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "geo/base/status.h"
#include "geo/base/time.h"
#include "geo/clearing/policy.h"
#include "geo/hub/clearing_view.h"
#include "geo/hub/command.h"
#include "geo/hub/event.h"
#include "geo/hub/log.h"
#include "geo/hub/metrics.h"
#include "geo/hub/view.h"
#include "geo/integrity/check.h"
#include "geo/journal/entity.h"
#include "geo/ledger/ledger.h"
#include "geo/routing/router.h"
#include "geo/storage/store.h"

namespace geo {

// Arcs that a hub looks at for one payment, unless told otherwise. Among a million participants, 8
// routes of 8 hops were found with 0.4 million at most, or refused with 2 million; 9,000 routes
// between the two largest hubs were found with 20 million. From searches there that took longer,
// half a second to three is reckoned for so many.
inline constexpr std::uint64_t kUsualWorkLimit = 50'000'000;

struct HubOptions {
  // Founds the network when the store is empty; when it is not, the network name must agree.
  std::optional<Genesis> genesis = {};
  Timestamp founded_at = 0;

  Durability durability = Durability::kDurable;
  bool take_over = false;  // fence a present writer (geo/storage/store.h)

  // Defaults for payments that leave limits open: 8 hops, 8 paths. Its objective is that of all
  // payments; not kCheapest, for which a hub knows no costs. `avoid` and `within` stay empty: they
  // name participants by index, and a payment brings an `avoid` of its own. Its work limit is that
  // of every search, as payments may ask for any number of hops and paths, and others wait.
  RouteConstraints routing = {.work_limit = kUsualWorkLimit};
  // Commands issued further in the future are refused; 0 or more.
  Duration clock_drift = 300 * kSecond;
  // Take the messages of GEO v0.1 clients too (geo/hub/legacy_command.h has what that costs). Else
  // they are answered NotPermitted.
  bool accept_legacy = false;
  // How long reservations last (spec 01 §6.5); its `routing` is not looked at, the one above
  // counts.
  PaymentDefaults payments = {};

  // What is cleared without being asked for (spec 01 §7.2–7.4). By default nothing.
  ClearingPolicy clearing = {};
  ProposalDefaults proposals = {};      // how long proposals to clear wait, and how many (§7.5)
  std::size_t max_pending = 65'536;     // submits between two flushes; at least 1
  std::size_t read_model_rows = 4'096;  // rows of the read model per append; 0: no read model
  // Rows that may wait for UpdateReadModel. As long as no more wait, appends of commands take none
  // along, which makes them cheaper; the tables then show the past (and of a transaction that goes
  // on nothing, or how it stood, as long as its newest row waits). 0: none wait longer than must;
  // but where a group makes more rows than read_model_rows, time and again, UpdateReadModel must be
  // called, or they pile up in memory.
  std::size_t read_model_lag = 0;
  std::size_t snapshot_items = 65'536;  // most things per slice of a snapshot; at least 1

  // Whom the hub tells about itself; null: nobody. Not owned; they must outlive the hub.
  Metrics* metrics = nullptr;
  LogSink* log = nullptr;
  // Microseconds on a clock of the host's that never goes back, for durations; empty: none are
  // measured. Must be quick and must not throw; under a SerialHub any thread calls it.
  std::function<Duration()> stopwatch = {};
};

// What became of a payment.
struct PaymentResult {
  bool repeated = false;  // the stored answer to an id that was used before
  // As it stands now: committed, prepared or aborted. None when it was refused.
  std::optional<Transaction> transaction = {};
  // Why not, of a payment that found no routes; nothing was recorded and the id is free.
  std::optional<Refusal> refusal = {};
  bool replanned = false;  // the plan handed to Submit did not fit any more; it was planned anew
  // Why not, of an explicit plan that finds no room; nothing was recorded and the id is free.
  std::optional<HopShortage> shortage = {};
};

// What became of a proposal to clear, or of an answer to one.
struct ProposalResult {
  bool repeated = false;  // nothing was recorded: the answer stands already
  ProposalView proposal;  // as it now is
};

// What became of a command.
struct CommandResult {
  Status status;          // ok: recorded, or a payment answered by `payment`
  std::uint64_t seq = 0;  // the record, of several the first; 0: none
  std::optional<PaymentResult> payment;
  std::optional<LineId> line;  // of OpenLine
  // Of a clearing: no record when there was nothing to clear; its sequence number then stays free.
  // Of a payment that moved money when clearing is triggered: what it led to, written with it.
  std::optional<ClearingView> clearing = {};
  std::optional<ProposalResult> proposal = {};

  // kOk when what was asked for is done; else why not, refusals included.
  ErrorCode code() const;
};

class Hub {
 public:
  // Opens the store and recovers: newest snapshot, then the journal's tail, every record checked. A
  // snapshot that is damaged, or that the journal contradicts, is left aside: then the whole
  // journal; one that shows more records than the journal has is refused, as some are lost.
  // Errors: InvalidArgument, ConstraintRange (an option out of its range: nothing was touched);
  // those of Store::Open; NotFounded (empty, and no genesis); InvalidArgument, TextInvalid,
  // TooLarge, KeyMismatch (a genesis that cannot found a network: nothing was written);
  // WrongNetwork; RecordCorrupt, ChainBroken, FormatNewer, InvariantViolated (the journal
  // contradicts itself, or is shorter than its snapshot: restore a backup).
  // O(snapshot + tail), or O(journal).
  static StatusOr<std::unique_ptr<Hub>> Open(std::unique_ptr<Store> store,
                                             const HubOptions& options);

  // Closes without writing: what was not flushed is gone, as after a crash. Prefer Close.
  ~Hub();
  Hub(const Hub&) = delete;
  Hub& operator=(const Hub&) = delete;

  // One command, durable when this returns: Submit and Flush. Errors as Flush; what happened to the
  // command itself is in the result. Precondition: nothing else is pending, else StatusConflict.
  StatusOr<CommandResult> Execute(const VerifiedCommand& command, Timestamp now);

  // Plans the command on the present, perhaps not yet durable state, and queues its record. The
  // answer comes with the next Flush, in order. `now` is the server's clock; a clock that steps
  // back counts as standing still. Errors (the command is not queued): QueueFull (max_pending, an
  // append's bytes or kMaxPendingCutLines are reached; flush first), HubPoisoned, StoreClosed.
  //
  // `plan` is for payments: how to pay, made perhaps on an older state. It is verified like every
  // plan (VerifyPlan) and used when it still fits; else the payment is planned anew and the result
  // says `replanned`. Null: plan now. Other commands ignore it.
  Status Submit(const VerifiedCommand& command, Timestamp now, const Plan* plan = nullptr);

  // Writes everything submitted in one append and gives the results in the order of submission.
  // Errors: StoreBusy (nothing lost: flush again); any other error of Store::Append: the hub is
  // poisoned, every pending result is unknown to its submitter, and the hub must be opened anew
  // from its store, which tells what became of them (repeat payments with the same id).
  StatusOr<std::vector<CommandResult>> Flush();

  // The two-step form for hosts that write asynchronously. TakeBatch gives what a Store::Append
  // would be given, valid until BatchDone; null when nothing is pending or the hub is poisoned. One
  // batch at a time (a second TakeBatch gives the same one); submits meanwhile go into the next.
  // BatchDone with ok releases the results (and those that a busy Flush kept); with StoreBusy the
  // batch stays; with any other error the hub is poisoned. Errors: HubPoisoned, StatusConflict when
  // no batch was taken, and the status itself as in Flush.
  //
  // The host appends to the store that it gave to Open, of which it keeps a pointer. Until
  // BatchDone it calls nothing that writes: Flush, and whatever flushes, would append the batch
  // once more. Submit asks the store for ids, so a batch that another thread appends wants a store
  // that takes both at once.
  const Batch* TakeBatch();
  StatusOr<std::vector<CommandResult>> BatchDone(const Status& appended);

  // Tells the hub the time when nothing else does: prepared payments whose time is up end by a
  // record of their own, to be written by the next Flush (Submit does the same first), as proposals
  // to clear do, scheduled clearings that are due run (only here, so that the server chooses when),
  // and views show the capacities of the present UTC day (daily limits). What one append has no
  // room for is left to the Tick or Submit after the next Flush. A clock that steps back counts as
  // standing still. Does nothing on a poisoned hub. O(expired), and the clearings.
  void Tick(Timestamp now);

  // Commands that were submitted and not answered.
  std::size_t pending() const;

  // The state with everything submitted, flushed or not: flush before telling anybody. Borrowed:
  // valid until the next call that changes something.
  View view() const;

  // Up to about `max` events after record `after`, from the durable journal, oldest first; whole
  // records. O(records read, which begin with the group that holds `after`). Errors: those of
  // Store::Replay.
  StatusOr<std::vector<Event>> PollEvents(std::uint64_t after, std::size_t max);

  // Events up to record `seq` are handled. Kept with the next append (at least once: after a crash
  // some may come again). Errors: InvalidArgument beyond the durable head, HubPoisoned.
  Status AcknowledgeEvents(std::uint64_t seq);
  std::uint64_t acknowledged() const;

  // The last durable record.
  JournalHead head() const;

  // The transaction with this id, as the last durable record about it left it; nothing when there
  // is none. Errors: those of Store::FindTransaction and Store::Replay.
  StatusOr<std::optional<Transaction>> FindTransaction(const TxId& id);

  // The proposal to clear with this id, open or closed; nothing when there is none. Open ones are
  // listed by View::Proposals. Errors as FindTransaction.
  StatusOr<std::optional<ProposalView>> FindProposal(const TxId& id);

  // Display name or profile by its hash; nothing when erased or never there. Errors: the store's.
  StatusOr<std::optional<std::string>> FindText(const Hash256& hash);

  // Erases a participant's clear text, past and present, from the side table; hashes stay (spec 01
  // §2.3). Done, as durable as the options say, when this returns. Errors: UnknownParticipant;
  // StatusConflict while commands, or records of a Tick, are pending (flush first); as Flush, and
  // those of Store::Replay.
  // O(journal), all of which it reads.
  Status ErasePersonalText(const Pid& participant);

  // Writes one slice of a snapshot; true when the snapshot is complete. Work may go on between
  // calls. Errors: StatusConflict while commands, or records of a Tick, are pending (flush first),
  // HubPoisoned, and those of Store::WriteSnapshot, after which a new one is begun.
  StatusOr<bool> CheckpointStep();
  // All slices.
  Status Checkpoint();

  // Rows of the read model that wait to be written; each append takes up to read_model_rows of
  // them.
  std::size_t read_model_backlog() const;
  // Writes the whole backlog, in slices of read_model_rows. Errors as Flush; StatusConflict while
  // commands, or records of a Tick, are pending (flush first).
  Status UpdateReadModel();

  // Runs every check of spec 01 §8.6 that needs no journal, on the state with everything submitted:
  // one report for each equivalent that is not removed. Counts and logs what it finds; changes
  // nothing. O(positions kept + pairs). Errors: OutOfMemory.
  StatusOr<std::vector<IntegrityReport>> CheckIntegrity();

  // Sets the gauges that follow the state (geo/hub/metrics.h) as of `now`: before each reading of
  // the metrics. O(equivalents).
  void SetGauges(Timestamp now);

  // Bytes on the medium. Errors: those of Store::SizeBytes.
  StatusOr<std::uint64_t> StoreSizeBytes();

  // Flushes, brings the read model up to date and closes the store. Whatever changes something then
  // answers StoreClosed, and so does whatever reads the store. The answers to what was pending are
  // not given. Errors as Flush and Store::Close; after one of Flush the store stays open until the
  // hub is destroyed.
  Status Close();

 private:
  friend class SerialHub;  // which lets many threads use one hub (serial_hub.h)
  class Impl;
  explicit Hub(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace geo

#endif  // GEO_HUB_HUB_H_
