#include "geo/testing/faulty_store.h"

#include <algorithm>
#include <string>
#include <utility>

#include "src/base/status_macros.h"

namespace geo::testing {
namespace {

bool Writes(StoreCall call) {
  return call == StoreCall::kAppend || call == StoreCall::kWriteSnapshot;
}

// Whether a failed write leaves the store poisoned (store.h, Append).
bool Poisons(ErrorCode code) {
  switch (code) {
    case ErrorCode::kStoreFull:
    case ErrorCode::kStoreIo:
    case ErrorCode::kStoreCorrupt:
    case ErrorCode::kStoreReadOnly:
    case ErrorCode::kStoreUnknown:
    case ErrorCode::kOutOfMemory:
      return true;
    default:
      return false;
  }
}

Status Poisoned() {
  return MakeError(ErrorCode::kStorePoisoned, "an earlier failure: close and reopen the store");
}

}  // namespace

FaultyStore::FaultyStore(std::unique_ptr<Store> inner) : inner_(std::move(inner)) {}

FaultyStore::~FaultyStore() {
  if (open_ && !poisoned_) Settle(held_back_.size()).IgnoreError();
}

void FaultyStore::Schedule(const StoreFault& fault) { faults_.push_back(fault); }

void FaultyStore::FailByChance(const StoreFaultRates& rates) {
  rates_ = rates;
  random_.seed(rates.seed);
}

std::optional<StoreFault> FaultyStore::TakeChance(StoreCall call) {
  if (!Writes(call) || random_() % 1000 >= rates_.per_thousand) return std::nullopt;
  static constexpr ErrorCode kCodes[] = {ErrorCode::kStoreBusy, ErrorCode::kStoreFull,
                                         ErrorCode::kStoreIo, ErrorCode::kStoreUnknown};
  StoreFault fault;
  fault.call = call;
  fault.code = kCodes[random_() % std::size(kCodes)];
  fault.after = fault.code == ErrorCode::kStoreUnknown && random_() % 2 == 0;
  fault.lose_power = rates_.lose_power && Poisons(fault.code) && random_() % 2 == 0;
  fault.keep = static_cast<std::size_t>(random_() % 4);
  return fault;
}

std::optional<StoreFault> FaultyStore::TakeFault(StoreCall call) {
  ++calls_[static_cast<std::size_t>(call)];
  std::optional<StoreFault> due = TakeChance(call);
  for (StoreFault& fault : faults_) {
    if (fault.call == call && --fault.nth == 0) due = fault;
  }
  std::erase_if(faults_, [](const StoreFault& fault) { return fault.nth == 0; });
  return due;
}

Status FaultyStore::CheckUsable() const {
  if (!open_) return MakeError(ErrorCode::kStoreClosed, "the store is not open");
  return poisoned_ ? Poisoned() : OkStatus();
}

Status FaultyStore::Fail(const StoreFault& fault) {
  if (fault.lose_power) {
    LosePower(fault.keep);
  } else if (Writes(fault.call) && Poisons(fault.code)) {
    poisoned_ = true;
  }
  return MakeError(fault.code, fault.after ? "injected after the effect" : "injected");
}

void FaultyStore::LosePower(std::size_t keep) {
  if (!open_) return;
  Settle(std::min(keep, held_back_.size())).IgnoreError();
  held_back_.clear();
  inner_->Close().IgnoreError();
  poisoned_ = true;
}

// Hands the first `count` writes that were held back to the store beneath.
Status FaultyStore::Settle(std::size_t count) {
  for (; count > 0; --count) {
    const Write& write = held_back_.front();
    Status status;
    if (const auto* batch = std::get_if<Batch>(&write)) {
      status = inner_->Append(*batch);
    } else {
      status = inner_->WriteSnapshot(std::get<SnapshotSlice>(write));
    }
    if (!status.ok()) {
      if (Poisons(ErrorCodeOf(status))) poisoned_ = true;
      return status;
    }
    held_back_.pop_front();
  }
  return OkStatus();
}

StatusOr<StoreState> FaultyStore::Open(const OpenOptions& options) {
  const std::optional<StoreFault> fault = TakeFault(StoreCall::kOpen);
  if (open_) return MakeError(ErrorCode::kInvalidArgument, "the store is open already");
  if (fault.has_value() && !fault->after) return MakeError(fault->code, "injected");
  GEO_ASSIGN_OR_RETURN(state_, inner_->Open(options));
  if (fault.has_value()) {
    inner_->Close().IgnoreError();
    return MakeError(fault->code, "injected after the effect");
  }
  open_ = true;
  poisoned_ = false;
  held_back_.clear();
  tables_ = options.tables;
  progress_ = SnapshotProgress();
  const Status read = inner_->LoadSnapshot([this](const SnapshotSlice& slice) {
    progress_.has_complete = true;
    progress_.complete = slice.snapshot;
    return OkStatus();
  });
  // A store with a damaged snapshot opens; whoever loads that is told.
  if (read.ok() || ErrorCodeOf(read) == ErrorCode::kStoreCorrupt) return state_;
  Close().IgnoreError();
  return read;
}

Status FaultyStore::LoadSnapshot(const std::function<Status(const SnapshotSlice&)>& visit) {
  const std::optional<StoreFault> fault = TakeFault(StoreCall::kLoadSnapshot);
  GEO_RETURN_IF_ERROR(CheckUsable());
  if (fault.has_value() && !fault->after && fault->visits == 0) return Fail(*fault);
  std::size_t visits = 0;
  // A complete snapshot is never held back: its last slice is durable.
  GEO_RETURN_IF_ERROR(inner_->LoadSnapshot([&](const SnapshotSlice& slice) {
    if (fault.has_value() && !fault->after && visits++ == fault->visits) return Fail(*fault);
    return visit(slice);
  }));
  return fault.has_value() ? Fail(*fault) : OkStatus();
}

Status FaultyStore::Replay(std::uint64_t after,
                           const std::function<StatusOr<bool>(std::string_view)>& visit) {
  const std::optional<StoreFault> fault = TakeFault(StoreCall::kReplay);
  GEO_RETURN_IF_ERROR(CheckUsable());
  if (fault.has_value() && !fault->after && fault->visits == 0) return Fail(*fault);
  std::size_t visits = 0;
  bool more = true;
  const auto step = [&](std::string_view packed) -> StatusOr<bool> {
    if (fault.has_value() && !fault->after && visits++ == fault->visits) return Fail(*fault);
    GEO_ASSIGN_OR_RETURN(more, visit(packed));
    return more;
  };
  GEO_RETURN_IF_ERROR(inner_->Replay(after, step));
  for (const Write& write : held_back_) {
    const auto* batch = std::get_if<Batch>(&write);
    if (!more || batch == nullptr || batch->records.empty() || batch->after.seq <= after) continue;
    GEO_ASSIGN_OR_RETURN(more, step(batch->records));
  }
  return fault.has_value() ? Fail(*fault) : OkStatus();
}

Status FaultyStore::DoAppend(const Batch& batch) {
  const bool durable = batch.durability == Durability::kDurable;
  // With nothing held back the store beneath knows best: it may have been fenced.
  if (!durable || !held_back_.empty()) {
    GEO_RETURN_IF_ERROR(CheckBatch(batch, tables_, state_));
  }
  if (durable) {
    GEO_RETURN_IF_ERROR(Settle(held_back_.size()));
    const Status status = inner_->Append(batch);
    if (Poisons(ErrorCodeOf(status))) poisoned_ = true;
    GEO_RETURN_IF_ERROR(status);
  } else {
    held_back_.emplace_back(batch);
  }
  state_.head = batch.after;
  state_.rows_seq = batch.rows_seq;
  state_.acknowledged = batch.acknowledged;
  return OkStatus();
}

Status FaultyStore::DoWriteSnapshot(const SnapshotSlice& slice) {
  GEO_RETURN_IF_ERROR(CheckSlice(slice, progress_));
  held_back_.emplace_back(slice);
  if (slice.last) {
    const Status status = Settle(held_back_.size());
    if (!status.ok()) {
      held_back_.pop_back();
      return status;
    }
    progress_.has_complete = true;
    progress_.complete = slice.snapshot;
    progress_.next_slice = 0;
  } else {
    progress_.writing = slice.snapshot;
    progress_.next_slice = slice.slice + 1;
  }
  return OkStatus();
}

Status FaultyStore::Append(const Batch& batch) {
  const std::optional<StoreFault> fault = TakeFault(StoreCall::kAppend);
  GEO_RETURN_IF_ERROR(CheckUsable());
  if (fault.has_value() && !fault->after) return Fail(*fault);
  GEO_RETURN_IF_ERROR(DoAppend(batch));
  return fault.has_value() ? Fail(*fault) : OkStatus();
}

Status FaultyStore::WriteSnapshot(const SnapshotSlice& slice) {
  const std::optional<StoreFault> fault = TakeFault(StoreCall::kWriteSnapshot);
  GEO_RETURN_IF_ERROR(CheckUsable());
  if (fault.has_value() && !fault->after) return Fail(*fault);
  GEO_RETURN_IF_ERROR(DoWriteSnapshot(slice));
  return fault.has_value() ? Fail(*fault) : OkStatus();
}

StatusOr<std::optional<std::uint64_t>> FaultyStore::FindTransaction(const TxId& id) {
  const std::optional<StoreFault> fault = TakeFault(StoreCall::kFindTransaction);
  GEO_RETURN_IF_ERROR(CheckUsable());
  if (fault.has_value()) return Fail(*fault);
  for (auto write = held_back_.rbegin(); write != held_back_.rend(); ++write) {
    const auto* batch = std::get_if<Batch>(&*write);
    if (batch == nullptr) continue;
    for (auto entry = batch->transactions.rbegin(); entry != batch->transactions.rend(); ++entry) {
      if (entry->id == id) return std::optional<std::uint64_t>(entry->seq);
    }
  }
  return inner_->FindTransaction(id);
}

StatusOr<std::optional<TextEntry>> FaultyStore::FindText(const Hash256& hash) {
  const std::optional<StoreFault> fault = TakeFault(StoreCall::kFindText);
  GEO_RETURN_IF_ERROR(CheckUsable());
  if (fault.has_value()) return Fail(*fault);
  for (auto write = held_back_.rbegin(); write != held_back_.rend(); ++write) {
    const auto* batch = std::get_if<Batch>(&*write);
    if (batch == nullptr) continue;
    for (const Hash256& erased : batch->erased_texts) {
      if (erased == hash) return std::optional<TextEntry>();
    }
    for (auto entry = batch->texts.rbegin(); entry != batch->texts.rend(); ++entry) {
      if (entry->hash == hash) return std::optional<TextEntry>(*entry);
    }
  }
  return inner_->FindText(hash);
}

StatusOr<std::uint64_t> FaultyStore::SizeBytes() {
  const std::optional<StoreFault> fault = TakeFault(StoreCall::kSizeBytes);
  GEO_RETURN_IF_ERROR(CheckUsable());
  if (fault.has_value()) return Fail(*fault);
  return inner_->SizeBytes();
}

Status FaultyStore::Close() {
  const std::optional<StoreFault> fault = TakeFault(StoreCall::kClose);
  if (!open_) return OkStatus();
  if (fault.has_value() && fault->lose_power) LosePower(fault->keep);
  Status status = poisoned_ ? OkStatus() : Settle(held_back_.size());
  held_back_.clear();
  open_ = false;
  poisoned_ = false;
  const Status closed = inner_->Close();
  if (status.ok()) status = closed;
  return fault.has_value() ? MakeError(fault->code, "injected") : status;
}

}  // namespace geo::testing
