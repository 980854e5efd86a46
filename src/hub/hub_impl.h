// Inside the hub: what is durable, what is planned, and what waits in between.
#ifndef GEO_SRC_HUB_HUB_IMPL_H_
#define GEO_SRC_HUB_HUB_IMPL_H_

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "geo/hub/hub.h"
#include "geo/readmodel/read_model.h"
#include "src/base/no_memory.h"
#include "src/hub/deferred_router.h"
#include "src/hub/observer.h"
#include "src/hub/totals.h"

namespace geo {

// Tells `router` what `record` touched; `ledger` has applied it.
void TellRouter(const Record& record, const Ledger& ledger, Router& router);

class Hub::Impl {
 public:
  Impl(std::unique_ptr<Store> store, const HubOptions& options);

  // recovery.cc
  Status Open();

  // submit.cc. `begun`: when the command came, by the stopwatch; none: now.
  Status Submit(const VerifiedCommand& command, Timestamp now, const Plan* plan,
                std::optional<Duration> begun = std::nullopt);
  void Tick(Timestamp now);       // before every command
  void TickAlone(Timestamp now);  // and what is scheduled

  // hub.cc
  const Batch* TakeBatch();
  Status AppendTaken();  // the batch taken, unless there is nothing to write
  StatusOr<std::vector<CommandResult>> BatchDone(const Status& appended);
  StatusOr<std::vector<CommandResult>> Flush();
  void Poison(const Status& why) noexcept;
  Status CheckUsable() const;
  Status CheckRoom() const;
  Status CheckNothingPending() const;  // neither commands nor what a Tick did
  // What a transaction id stands for: nothing, a payment or a proposal to clear.
  using Known = std::variant<std::monostate, Transaction, Proposal>;
  StatusOr<Known> FindDurable(const TxId& id);
  StatusOr<std::vector<Event>> PollEvents(std::uint64_t after, std::size_t max);
  Status ErasePersonalText(const Pid& participant);
  StatusOr<bool> CheckpointStep();
  StatusOr<bool> UpdateReadModelStep();  // true: nothing is left
  Status UpdateReadModel();
  Status Close();
  void SetGauges(Timestamp now);

  // What is submitted together is appended together.
  struct Group {
    Batch batch;
    std::vector<CommandResult> results;
    std::size_t cut_lines = 0;  // in their refusals
    // Where the last record about each transaction begins in batch.records.
    absl::flat_hash_map<TxId, std::size_t> transactions;
    // For the observer, if it watches: of each result, and the payments that the hub ended itself.
    std::vector<Observer::Asked> asked;
    std::vector<Transaction> expired;
    std::vector<ClearingView> scheduled;  // and its clearings

    // Groups that follow each other are about as large: growing costs more than filling.
    void MakeRoomFor(const Group& before) {
      batch.records.reserve(before.batch.records.size());
      batch.transactions.reserve(before.batch.transactions.size());
      results.reserve(before.results.size());
      if (!before.transactions.empty()) MakeRoom(transactions, before.transactions.size());
    }
  };

  std::unique_ptr<Store> store;
  HubOptions options;
  mutable Observer observer;
  // SerialHub lets this pair and a copy of it change places between groups: keep no reference.
  std::unique_ptr<Ledger> ledger = std::make_unique<Ledger>();
  std::unique_ptr<DeferredRouter> router;
  std::optional<ReadModel> read_model;
  std::unique_ptr<Clearer> clearer;  // in step with the ledger; none unless payments trigger it
  JournalHead durable;               // what the store has
  JournalHead planned;               // what the ledger shows: durable, then in_flight, then next
  Group next;
  std::optional<Group> in_flight;      // taken, not done
  std::vector<CommandResult> flushed;  // durable, but Flush could not go on to the end
  Status poison;                       // ok while usable
  std::uint64_t acknowledged = 0;
  std::uint64_t stored_acknowledged = 0;
  Timestamp clock = 0;           // the latest time that the hub was told
  std::int64_t day = 0;          // its UTC day, which the router works with
  Timestamp schedules_seen = 0;  // when TickAlone last looked whether a clearing is due

 private:
  struct Checkpoint {
    std::uint64_t number = 0;
    std::uint32_t slice = 0;
    Timestamp begun = 0;
    Ledger::SnapshotCursor cursor;
  };

  // recovery.cc
  Status Recover(const StoreState& state);
  StatusOr<bool> LoadSnapshot();
  void LeaveSnapshotAside();
  Status ReplayJournal(std::uint64_t rows_seq);
  using ReplayedRecords = std::array<ReadRecord, 16>;
  Status ReplaySome(std::string_view* packed, ReplayedRecords& records, std::uint64_t rows_seq);
  // Leaves of `record` what nobody wants to keep.
  Status ReplayRecord(Record& record, const Hash256& hash, std::uint64_t rows_seq);
  Status Found();
  Status CheckNetwork() const;

  // submit.cc
  Status CheckAddress(const VerifiedCommand& command) const;
  CommandResult Perform(const VerifiedCommand& command, Timestamp time, const Plan* plan);
  template <typename Settings>
  CommandResult Perform(const VerifiedCommand& command, const Settings& settings, Timestamp time);
  Status CheckValidity(const VerifiedCommand& command, Timestamp time) const;
  StatusOr<std::uint64_t> Append(Record record);
  void KeepTexts(const VerifiedCommand& verified);

  // payments.cc
  CommandResult PerformPayment(const VerifiedCommand& command, const Pay& pay, Timestamp time,
                               const Plan* suggested);
  CommandResult Perform(const VerifiedCommand& command, const PreparePayment& prepare,
                        Timestamp time);
  CommandResult Perform(const VerifiedCommand& command, const CommitPayment& commit,
                        Timestamp time);
  CommandResult Perform(const VerifiedCommand& command, const AbortPayment& abort, Timestamp time);
  CommandResult Decide(const VerifiedCommand& command, const TxId& id, Decision decision,
                       Timestamp time);
  void RecordPayment(const VerifiedCommand& command, RecordKind kind, Timestamp time,
                     PaymentPlan plan, CommandResult& result);
  // `id` is what the record is about.
  StatusOr<std::uint64_t> AppendTransaction(Record record, const TxId& id);
  void ExpireReservations();
  StatusOr<Known> Find(const TxId& id);
  StatusOr<std::optional<Transaction>> FindTransaction(const TxId& id);

  // clearings.cc
  CommandResult Perform(const VerifiedCommand& command, const ClearCycles& clear, Timestamp time);
  CommandResult Perform(const VerifiedCommand& command, const SetOffDebts& clear, Timestamp time);
  CommandResult Perform(const VerifiedCommand& command, const ClearCycle& clear, Timestamp time);
  template <typename Clearing>
  CommandResult PerformClearing(const VerifiedCommand& command, const Clearing& clear, bool growth,
                                Timestamp time);
  Status AppendClearing(const Record& header, const ClearingPlan& plan, bool growth,
                        ClearingView& view);
  std::vector<PairIndex> PairsMoved(const std::vector<Effect>& effects) const;
  ClearingView ClearTriggered(const std::vector<PairIndex>& moved, Timestamp time);
  bool ClearScheduled(Timestamp before);
  void ClearScheduled(EquivalentIndex equivalent, bool set_off);
  StatusOr<ClearingPlan> PlanScheduled(EquivalentIndex equivalent, bool set_off);
  void TellClearer(const Record& record);

  // proposals.cc
  CommandResult Perform(const VerifiedCommand& command, const ProposeClearing& propose,
                        Timestamp time);
  CommandResult Perform(const VerifiedCommand& command, const AcceptClearing& accept,
                        Timestamp time);
  CommandResult Perform(const VerifiedCommand& command, const RejectClearing& reject,
                        Timestamp time);
  template <typename PlanAnswer>
  CommandResult AnswerProposal(const VerifiedCommand& command, const TxId& id, Timestamp time,
                               PlanAnswer plan);
  CommandResult RecordProposal(const VerifiedCommand& command, ProposalPlan plan, Timestamp time);
  void ExpireProposals();

  // hub.cc
  static Known KnownIn(const Record& record, const TxId& id);
  static StatusOr<Known> FindPending(const Group& group, const TxId& id);
  StatusOr<std::optional<Record>> ReadRecordAt(std::uint64_t seq);
  Batch& StartBatch();
  void FillRows(Batch& batch);
  void TellAnswers(const Group& group) noexcept;
  void TellPoison() const noexcept;
  bool HasWork() const;

  mutable bool poison_told_ = true;  // to the observer
  std::optional<Checkpoint> checkpoint_;
  Timestamp last_checkpoint_ = 0;  // when the last complete one was begun, or of the founding
  Totals totals_;                  // of the ledger
  std::uint64_t epoch_ = 0;
  std::uint32_t checkpoints_ = 0;
  // While the tail of a snapshot is replayed: its latest slice shows this record.
  std::uint64_t loaded_seq_ = 0;
  bool loading_ = false;
};

}  // namespace geo

#endif  // GEO_SRC_HUB_HUB_IMPL_H_
