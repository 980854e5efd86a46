#include "geo/hub/hub.h"

#include <algorithm>
#include <utility>

#include "src/base/no_memory.h"
#include "src/base/sort_unique.h"
#include "src/base/status_macros.h"
#include "src/hub/hub_impl.h"
#include "src/hub/legacy_evidence.h"

namespace geo {

// --- Results and batches. ---

ErrorCode CommandResult::code() const {
  if (!status.ok()) return ErrorCodeOf(status);
  if (payment.has_value() && payment->refusal.has_value()) return payment->refusal->code;
  if (payment.has_value() && payment->shortage) return ErrorCode::kInsufficientCapacity;
  return ErrorCode::kOk;
}

Status Hub::Impl::CheckUsable() const {
  if (poison.ok() || ErrorCodeOf(poison) == ErrorCode::kStoreClosed) return poison;
  TellPoison();
  const std::string why =
      poison.message().empty() ? "no memory was left" : std::string(poison.message());
  return MakeError(ErrorCode::kHubPoisoned,
                   "an append failed (" + why + "); open the hub anew from its store");
}

void Hub::Impl::Poison(const Status& why) noexcept {
  poison = why;
  poison_told_ = false;
  TellPoison();
}

// Where there is no memory to tell it either, whoever asks next tries again.
void Hub::Impl::TellPoison() const noexcept {
  if (poison.ok() || poison_told_) return;
  const auto tell = [this] {
    observer.Poisoned(poison, clock);
    return OkStatus();
  };
  poison_told_ = CatchNoMemory(tell).ok();
}

// What the group did is durable now, whether or not there is memory to tell it.
void Hub::Impl::TellAnswers(const Group& group) noexcept {
  const auto tell = [](auto&& what) {
    const auto one = [&] {
      what();
      return OkStatus();
    };
    CatchNoMemory(one).IgnoreError();
  };
  for (const Transaction& transaction : group.expired) {
    tell([&] { observer.Expired(transaction, *ledger, clock); });
  }
  for (const ClearingView& clearing : group.scheduled) {
    tell([&] { observer.Cleared(clearing, clock); });
  }
  for (std::size_t i = 0; i < group.results.size(); ++i) {
    tell([&] { observer.Answered(group.asked[i], group.results[i], *ledger, clock); });
  }
}

void Hub::Impl::SetGauges(Timestamp now) {
  const AmountSum since = AmountSum{now} - last_checkpoint_;  // of any two times there are
  const Duration age = std::max<Duration>(0, SaturateCapacity(since));
  observer.SetGauges(totals_, age, *ledger);
}

// Answers to pending commands belong to whoever flushes.
Status Hub::Impl::CheckNothingPending() const {
  if (!HasWork() && !in_flight && flushed.empty()) return OkStatus();
  return MakeError(ErrorCode::kStatusConflict, "commands are pending; flush first");
}

bool Hub::Impl::HasWork() const {
  return !next.results.empty() || !next.batch.records.empty() || !next.batch.erased_texts.empty();
}

const Batch* Hub::Impl::TakeBatch() {
  if (!poison.ok()) return nullptr;
  if (in_flight.has_value()) return &in_flight->batch;
  return HasWork() ? &StartBatch() : nullptr;
}

Batch& Hub::Impl::StartBatch() {
  in_flight.emplace(std::exchange(next, Group()));
  Batch& batch = in_flight->batch;
  next.MakeRoomFor(*in_flight);
  batch.before = durable;
  batch.after = planned;
  batch.acknowledged = acknowledged;
  batch.durability = options.durability;
  FillRows(batch);
  return batch;
}

void Hub::Impl::FillRows(Batch& batch) {
  if (!read_model) return;
  // Rows do not matter to who waits for his answer.
  const bool later = batch.before != batch.after && read_model->backlog() <= options.read_model_lag;
  if (!later) read_model->TakeRows(*ledger, options.read_model_rows, &batch.rows);
  batch.rows_seq = read_model->shown_seq();
}

StatusOr<std::vector<CommandResult>> Hub::Impl::BatchDone(const Status& appended) {
  GEO_RETURN_IF_ERROR(CheckUsable());
  if (!in_flight.has_value()) {
    return MakeError(ErrorCode::kStatusConflict, "no batch was taken");
  }
  if (!appended.ok()) {
    if (ErrorCodeOf(appended) != ErrorCode::kStoreBusy) Poison(appended);
    return appended;
  }
  durable = in_flight->batch.after;
  stored_acknowledged = in_flight->batch.acknowledged;
  if (observer.watches()) TellAnswers(*in_flight);
  std::vector<CommandResult> results = std::exchange(flushed, {});
  if (results.empty()) {
    results = std::move(in_flight->results);
  } else {
    std::move(in_flight->results.begin(), in_flight->results.end(), std::back_inserter(results));
  }
  in_flight.reset();
  return results;
}

Status Hub::Impl::AppendTaken() {
  Batch& batch = in_flight->batch;
  const bool writes = batch.before != batch.after || !batch.texts.empty() ||
                      !batch.erased_texts.empty() || !batch.rows.empty();
  if (writes) return store->Append(batch);
  batch.acknowledged = stored_acknowledged;  // it waits for an append
  return OkStatus();
}

// Two batches when one is in flight already, and the second may find the store busy.
StatusOr<std::vector<CommandResult>> Hub::Impl::Flush() {
  GEO_RETURN_IF_ERROR(CheckUsable());
  while (TakeBatch() != nullptr) {
    GEO_ASSIGN_OR_RETURN(flushed, BatchDone(AppendTaken()));
  }
  return std::exchange(flushed, {});
}

// --- Reading back. ---

StatusOr<std::optional<Record>> Hub::Impl::ReadRecordAt(std::uint64_t seq) {
  std::optional<Record> found;
  GEO_RETURN_IF_ERROR(store->Replay(seq - 1, [&](std::string_view packed) -> StatusOr<bool> {
    GEO_RETURN_IF_ERROR(SkipToRecord(seq, &packed));
    if (packed.empty()) return false;
    GEO_ASSIGN_OR_RETURN(Record record, TakeUnhashedRecord(&packed));
    if (record.seq == seq) found = std::move(record);
    return false;
  }));
  return found;
}

Hub::Impl::Known Hub::Impl::KnownIn(const Record& record, const TxId& id) {
  for (const Effect& effect : record.effects) {
    const auto* transaction = std::get_if<TransactionEffect>(&effect);
    if (transaction != nullptr && transaction->after.id == id) return transaction->after;
    const auto* proposal = std::get_if<ProposalEffect>(&effect);
    if (proposal != nullptr && proposal->after.id == id) return proposal->after;
  }
  return {};
}

StatusOr<Hub::Impl::Known> Hub::Impl::FindPending(const Group& group, const TxId& id) {
  const auto found = group.transactions.find(id);
  if (found == group.transactions.end()) return Known();
  std::string_view packed = std::string_view(group.batch.records).substr(found->second);
  GEO_ASSIGN_OR_RETURN(const Record record, TakeUnhashedRecord(&packed));
  return KnownIn(record, id);
}

StatusOr<Hub::Impl::Known> Hub::Impl::FindDurable(const TxId& id) {
  GEO_ASSIGN_OR_RETURN(const std::optional<std::uint64_t> seq, store->FindTransaction(id));
  if (!seq.has_value()) return Known();
  GEO_ASSIGN_OR_RETURN(const std::optional<Record> record, ReadRecordAt(*seq));
  if (record.has_value()) {
    Known known = KnownIn(*record, id);
    if (!std::holds_alternative<std::monostate>(known)) return known;
  }
  return MakeError(ErrorCode::kStoreCorrupt, "the index names record " + std::to_string(*seq) +
                                                 " for transaction " + std::string(id.text()) +
                                                 ", which it is not in");
}

StatusOr<std::vector<Event>> Hub::Impl::PollEvents(std::uint64_t after, std::size_t max) {
  std::vector<Event> events;
  if (max == 0 || after >= durable.seq) return events;
  GEO_RETURN_IF_ERROR(store->Replay(after, [&](std::string_view packed) -> StatusOr<bool> {
    GEO_RETURN_IF_ERROR(SkipToRecord(after + 1, &packed));
    while (!packed.empty() && events.size() < max) {
      GEO_ASSIGN_OR_RETURN(const Record record, TakeUnhashedRecord(&packed));
      std::vector<Event> more = EventsOf(record, *ledger);
      std::move(more.begin(), more.end(), std::back_inserter(events));
    }
    return events.size() < max;
  }));
  return events;
}

// --- Upkeep. ---

Status Hub::Impl::ErasePersonalText(const Pid& participant) {
  GEO_RETURN_IF_ERROR(CheckUsable());
  const std::optional<ParticipantIndex> index = ledger->FindParticipant(participant);
  if (!index.has_value()) {
    return MakeError(ErrorCode::kUnknownParticipant,
                     "participant " + FormatPid(participant) + " is not registered");
  }
  GEO_RETURN_IF_ERROR(CheckNothingPending());
  std::vector<Hash256> hashes;
  const auto add = [&](const Hash256& hash) {
    if (!hash.IsZero()) hashes.push_back(hash);
  };
  const auto collect = [&](const Effect& effect) {
    if (const auto* change = std::get_if<ParticipantEffect>(&effect)) {
      if (change->index != *index) return;
      add(change->after.name_hash);
      add(change->after.profile_hash);
    } else if (const auto* payment = std::get_if<TransactionEffect>(&effect)) {
      if (payment->after.payer == *index) add(payment->after.description_hash);
    }
  };
  GEO_RETURN_IF_ERROR(store->Replay(0, [&](std::string_view packed) -> StatusOr<bool> {
    while (!packed.empty()) {
      GEO_ASSIGN_OR_RETURN(const Record record, TakeUnhashedRecord(&packed));
      for (const Effect& effect : record.effects) collect(effect);
      if (record.actor != participant) continue;
      if (const auto message = LegacyTextIn(record.evidence)) add(*message);
    }
    return true;
  }));
  SortUnique(hashes);
  next.batch.erased_texts = std::move(hashes);
  return Flush().status();
}

StatusOr<bool> Hub::Impl::CheckpointStep() {
  GEO_RETURN_IF_ERROR(CheckUsable());
  GEO_RETURN_IF_ERROR(CheckNothingPending());
  // Epochs rise with each opening, so numbers rise over the store's whole life.
  if (!checkpoint_) checkpoint_ = Checkpoint{epoch_ << 32 | ++checkpoints_, 0, clock, {}};
  SnapshotSlice slice;
  slice.snapshot = checkpoint_->number;
  slice.slice = checkpoint_->slice;
  slice.bytes = ledger->NextSlice(checkpoint_->cursor, durable, options.snapshot_items);
  slice.last = ledger->IsLastSlice(checkpoint_->cursor);
  const Status written = store->WriteSnapshot(slice);
  if (written.ok() && slice.last) {
    last_checkpoint_ = checkpoint_->begun;
    observer.Checkpointed(durable.seq, clock);
  }
  if (!written.ok() || slice.last) {
    checkpoint_.reset();
  } else {
    ++checkpoint_->slice;
  }
  GEO_RETURN_IF_ERROR(written);
  return slice.last;
}

StatusOr<bool> Hub::Impl::UpdateReadModelStep() {
  GEO_RETURN_IF_ERROR(CheckUsable());
  GEO_RETURN_IF_ERROR(CheckNothingPending());
  if (!read_model || read_model->backlog() == 0) return true;
  GEO_RETURN_IF_ERROR(BatchDone(store->Append(StartBatch())).status());
  return read_model->backlog() == 0;
}

Status Hub::Impl::UpdateReadModel() {
  while (true) {
    GEO_ASSIGN_OR_RETURN(const bool complete, UpdateReadModelStep());
    if (complete) return OkStatus();
  }
}

Status Hub::Impl::Close() {
  GEO_RETURN_IF_ERROR(Flush().status());
  GEO_RETURN_IF_ERROR(UpdateReadModel());
  if (acknowledged != stored_acknowledged) {
    GEO_RETURN_IF_ERROR(BatchDone(store->Append(StartBatch())).status());
  }
  poison = MakeError(ErrorCode::kStoreClosed, "the hub is closed");
  poison_told_ = true;  // nothing has failed
  return store->Close();
}

// --- The door. ---

namespace {

// As CatchNoMemory, for calls that change something: what they left half done must not be used.
template <typename Impl, typename F>
auto CatchChange(Impl& impl, F&& f) noexcept -> std::invoke_result_t<F> {
  bool done = false;
  auto result = CatchNoMemory([&] {
    auto answer = f();
    done = true;
    return answer;
  });
  if (!done && impl.poison.ok()) impl.Poison(NoMemory());
  return result;
}

}  // namespace

Hub::Hub(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Hub::~Hub() = default;

StatusOr<std::unique_ptr<Hub>> Hub::Open(std::unique_ptr<Store> store, const HubOptions& options) {
  return CatchNoMemory([&]() -> StatusOr<std::unique_ptr<Hub>> {
    if (store == nullptr) return MakeError(ErrorCode::kInvalidArgument, "a hub needs a store");
    auto impl = std::make_unique<Impl>(std::move(store), options);
    GEO_RETURN_IF_ERROR(impl->Open());
    return std::unique_ptr<Hub>(new Hub(std::move(impl)));
  });
}

StatusOr<CommandResult> Hub::Execute(const VerifiedCommand& command, Timestamp now) {
  return CatchChange(*impl_, [&]() -> StatusOr<CommandResult> {
    GEO_RETURN_IF_ERROR(impl_->CheckUsable());
    if (pending() > 0) {
      return MakeError(ErrorCode::kStatusConflict, "commands are pending; flush first");
    }
    Status submitted = impl_->Submit(command, now, nullptr);
    while (ErrorCodeOf(submitted) == ErrorCode::kQueueFull) {  // by records of what is over
      GEO_RETURN_IF_ERROR(impl_->Flush().status());
      submitted = impl_->Submit(command, now, nullptr);
    }
    GEO_RETURN_IF_ERROR(submitted);
    GEO_ASSIGN_OR_RETURN(std::vector<CommandResult> results, impl_->Flush());
    return std::move(results.front());
  });
}

Status Hub::Submit(const VerifiedCommand& command, Timestamp now, const Plan* plan) {
  return CatchChange(*impl_, [&] { return impl_->Submit(command, now, plan); });
}

StatusOr<std::vector<CommandResult>> Hub::Flush() {
  return CatchChange(*impl_, [&] { return impl_->Flush(); });
}

const Batch* Hub::TakeBatch() {
  const auto taken =
      CatchChange(*impl_, [&]() -> StatusOr<const Batch*> { return impl_->TakeBatch(); });
  return taken.ok() ? *taken : nullptr;
}

StatusOr<std::vector<CommandResult>> Hub::BatchDone(const Status& appended) {
  return CatchChange(*impl_, [&] { return impl_->BatchDone(appended); });
}

void Hub::Tick(Timestamp now) {
  const auto tick = [&] {
    impl_->TickAlone(now);
    return OkStatus();
  };
  CatchChange(*impl_, tick).IgnoreError();
}

std::size_t Hub::pending() const {
  const std::size_t taken = impl_->in_flight ? impl_->in_flight->results.size() : 0;
  return impl_->flushed.size() + taken + impl_->next.results.size();
}

View Hub::view() const {
  const auto sync = [this] {
    impl_->router->Sync();
    return OkStatus();
  };
  CatchChange(*impl_, sync).IgnoreError();
  return View(*impl_->ledger, *impl_->router, impl_->options.routing, impl_->clock);
}

StatusOr<std::vector<Event>> Hub::PollEvents(std::uint64_t after, std::size_t max) {
  return CatchNoMemory([&] { return impl_->PollEvents(after, max); });
}

Status Hub::AcknowledgeEvents(std::uint64_t seq) {
  return CatchNoMemory([&]() -> Status {
    GEO_RETURN_IF_ERROR(impl_->CheckUsable());
    if (seq > impl_->durable.seq) {
      return MakeError(ErrorCode::kInvalidArgument, "record " + std::to_string(seq) +
                                                        " is not there; the last one is " +
                                                        std::to_string(impl_->durable.seq));
    }
    impl_->acknowledged = std::max(impl_->acknowledged, seq);
    return OkStatus();
  });
}

std::uint64_t Hub::acknowledged() const { return impl_->acknowledged; }

JournalHead Hub::head() const { return impl_->durable; }

StatusOr<std::optional<Transaction>> Hub::FindTransaction(const TxId& id) {
  return CatchNoMemory([&]() -> StatusOr<std::optional<Transaction>> {
    GEO_ASSIGN_OR_RETURN(Impl::Known known, impl_->FindDurable(id));
    auto* transaction = std::get_if<Transaction>(&known);
    if (transaction == nullptr) return std::optional<Transaction>();
    return std::optional<Transaction>(std::move(*transaction));
  });
}

StatusOr<std::optional<ProposalView>> Hub::FindProposal(const TxId& id) {
  return CatchNoMemory([&]() -> StatusOr<std::optional<ProposalView>> {
    GEO_ASSIGN_OR_RETURN(const Impl::Known known, impl_->FindDurable(id));
    const auto* proposal = std::get_if<Proposal>(&known);
    if (proposal == nullptr) return std::optional<ProposalView>();
    return std::optional<ProposalView>(ViewOf(*impl_->ledger, *proposal));
  });
}

StatusOr<std::optional<std::string>> Hub::FindText(const Hash256& hash) {
  return CatchNoMemory([&]() -> StatusOr<std::optional<std::string>> {
    GEO_ASSIGN_OR_RETURN(std::optional<TextEntry> text, impl_->store->FindText(hash));
    if (!text.has_value()) return std::optional<std::string>();
    return std::optional<std::string>(std::move(text->text));
  });
}

Status Hub::ErasePersonalText(const Pid& participant) {
  return CatchChange(*impl_, [&] { return impl_->ErasePersonalText(participant); });
}

StatusOr<bool> Hub::CheckpointStep() {
  return CatchChange(*impl_, [&] { return impl_->CheckpointStep(); });
}

Status Hub::Checkpoint() {
  while (true) {
    GEO_ASSIGN_OR_RETURN(const bool complete, CheckpointStep());
    if (complete) return OkStatus();
  }
}

std::size_t Hub::read_model_backlog() const {
  return impl_->read_model ? impl_->read_model->backlog() : 0;
}

Status Hub::UpdateReadModel() {
  return CatchChange(*impl_, [&] { return impl_->UpdateReadModel(); });
}

StatusOr<std::vector<IntegrityReport>> Hub::CheckIntegrity() {
  const auto check = [&]() -> StatusOr<std::vector<IntegrityReport>> {
    return impl_->observer.CheckIntegrity(*impl_->ledger, impl_->clock);
  };
  return CatchNoMemory(check);
}

void Hub::SetGauges(Timestamp now) {
  const auto set = [&] {
    impl_->SetGauges(now);
    return OkStatus();
  };
  CatchNoMemory(set).IgnoreError();
}

StatusOr<std::uint64_t> Hub::StoreSizeBytes() {
  return CatchNoMemory([&] { return impl_->store->SizeBytes(); });
}

Status Hub::Close() {
  return CatchChange(*impl_, [&] { return impl_->Close(); });
}

}  // namespace geo
