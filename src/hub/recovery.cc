// Opening a hub: the newest snapshot, then the journal's tail, every record checked.

#include <algorithm>
#include <set>
#include <span>
#include <utility>

#include "geo/base/encoding.h"
#include "geo/base/limits.h"
#include "geo/crypto/keys.h"
#include "src/base/quote.h"
#include "src/base/status_macros.h"
#include "src/hub/hub_impl.h"

namespace geo {

Hub::Impl::Impl(std::unique_ptr<Store> s, const HubOptions& o)
    : store(std::move(s)), options(o), observer(o) {
  if (options.read_model_rows > 0) read_model.emplace();
}

namespace {

// Of payments or proposals, by default, at least and at most.
template <typename Defaults>
Status CheckLifetimes(const char* what, const Defaults& of) {
  if (of.shortest_lifetime >= kSecond && of.lifetime >= of.shortest_lifetime &&
      of.longest_lifetime >= of.lifetime && of.longest_lifetime <= 366 * kDay) {
    return OkStatus();
  }
  return MakeError(ErrorCode::kInvalidArgument,
                   std::string(what) + ": shortest_lifetime " +
                       std::to_string(of.shortest_lifetime) + ", lifetime " +
                       std::to_string(of.lifetime) + ", longest_lifetime " +
                       std::to_string(of.longest_lifetime) +
                       " microseconds; expected to rise, from 1 s to 366 days");
}

Status CheckOptions(const HubOptions& options) {
  if (options.durability < Durability::kMemory || options.durability > Durability::kDurable) {
    return MakeError(ErrorCode::kInvalidArgument,
                     "durability " + std::to_string(static_cast<int>(options.durability)) +
                         "; expected kMemory, kOrdered or kDurable");
  }
  if (options.clock_drift < 0) {
    return MakeError(ErrorCode::kInvalidArgument,
                     "clock_drift " + std::to_string(options.clock_drift) + "; expected 0 or more");
  }
  if (options.max_pending == 0 || options.snapshot_items == 0) {
    return MakeError(ErrorCode::kInvalidArgument,
                     "max_pending or snapshot_items is 0; expected 1 or more");
  }
  const PaymentDefaults& payments = options.payments;
  GEO_RETURN_IF_ERROR(CheckLifetimes("payments", payments));
  if (payments.max_prepared_per_payer == 0) {
    return MakeError(ErrorCode::kInvalidArgument,
                     "payments.max_prepared_per_payer is at least 1; 0 would forbid to prepare");
  }
  if (options.routing.objective >= Objective::kCheapest) {
    return MakeError(ErrorCode::kInvalidArgument,
                     "routing.objective: kFewestHops, kRepayFirst or kSpread; a hub has no costs "
                     "for others");
  }
  if (!options.routing.avoid.empty() || options.routing.within.has_value()) {
    return MakeError(ErrorCode::kInvalidArgument,
                     "routing.avoid is to be empty and routing.within absent: they name "
                     "participants by indices of one state; payments bring an avoid of their own");
  }
  GEO_RETURN_IF_ERROR(CheckLifetimes("proposals", options.proposals));
  GEO_RETURN_IF_ERROR(CheckClearingPolicy(options.clearing));
  return CheckRouteLimits(options.routing.max_hops, options.routing.max_paths);
}

Status CheckOperators(const std::vector<Operator>& operators) {
  if (operators.size() > kMaxOperators) {
    return MakeError(ErrorCode::kTooLarge,
                     std::to_string(operators.size()) + " operators; a network has at most 64");
  }
  std::set<Pid> pids;
  for (const Operator& one : operators) {
    const std::string who = "operator " + FormatPid(one.pid);
    if (PidOf(one.key) != one.pid) {
      return MakeError(ErrorCode::kKeyMismatch, who + " has a key of somebody else");
    }
    if (one.role < OperatorRole::kAdmin || one.role > OperatorRole::kAuditor) {
      return MakeError(ErrorCode::kInvalidArgument,
                       who + " has role " + std::to_string(static_cast<int>(one.role)) +
                           "; expected 1 (admin), 2 (operator) or 3 (auditor)");
    }
    if (!pids.insert(one.pid).second) {
      return MakeError(ErrorCode::kInvalidArgument, who + " is named twice");
    }
  }
  return OkStatus();
}

}  // namespace

Status Hub::Impl::Open() {
  GEO_RETURN_IF_ERROR(CheckOptions(options));
  OpenOptions open;
  open.take_over = options.take_over;
  if (read_model) {
    open.tables = ReadModel::Tables();
    open.views = ReadModel::Views();
    open.read_model_version = ReadModel::kVersion;
  }
  GEO_ASSIGN_OR_RETURN(const StoreState state, store->Open(open));
  epoch_ = state.epoch;
  acknowledged = state.acknowledged;
  stored_acknowledged = state.acknowledged;
  GEO_RETURN_IF_ERROR(Recover(state));
  durable = planned;
  if (ledger->founded()) {
    GEO_RETURN_IF_ERROR(CheckNetwork());
  } else if (!options.genesis.has_value()) {
    return MakeError(ErrorCode::kNotFounded, "the store is empty and no genesis is given");
  }
  clock = ledger->founded() ? ledger->last_time() : options.founded_at;
  day = DayOf(clock);
  schedules_seen = clock;
  router = std::make_unique<DeferredRouter>(NewRouter(*ledger, day));
  if (options.clearing.triggered.has_value()) {
    GEO_ASSIGN_OR_RETURN(clearer, Clearer::Create(*ledger));
  }
  totals_ = Totals::Of(*ledger);
  if (!ledger->founded()) GEO_RETURN_IF_ERROR(Found());
  observer.Opened(*ledger, durable.seq, clock);
  return OkStatus();
}

// A snapshot only shortens the replay: one that is damaged, or that the journal contradicts, is
// left aside, and the journal, which is whole, is replayed from its beginning. One that shows more
// than the journal has is no such: records that were durable are lost.
Status Hub::Impl::Recover(const StoreState& state) {
  GEO_ASSIGN_OR_RETURN(const bool from_snapshot, LoadSnapshot());
  Status replayed = ReplayJournal(state.rows_seq);
  const ErrorCode code = ErrorCodeOf(replayed);
  const bool other_end =
      replayed.ok() && planned.seq == state.head.seq && planned.hash != state.head.hash;
  const bool contradicts = code == ErrorCode::kRecordCorrupt || code == ErrorCode::kChainBroken ||
                           code == ErrorCode::kInvariantViolated || other_end;
  if (from_snapshot && contradicts) {
    LeaveSnapshotAside();
    replayed = ReplayJournal(state.rows_seq);
  }
  if (!replayed.ok() || (!loading_ && planned == state.head)) return replayed;
  return MakeError(ErrorCode::kChainBroken, "snapshot and journal show records up to " +
                                                std::to_string(std::max(planned.seq, loaded_seq_)) +
                                                ", the journal's head is record " +
                                                std::to_string(state.head.seq));
}

void Hub::Impl::LeaveSnapshotAside() {
  *ledger = Ledger();
  planned = {};
  loaded_seq_ = 0;
  loading_ = false;
  if (read_model) read_model.emplace();
}

// Whether there is one to go on from.
StatusOr<bool> Hub::Impl::LoadSnapshot() {
  std::optional<JournalHead> first;
  Status status = store->LoadSnapshot([&](const SnapshotSlice& slice) -> Status {
    GEO_ASSIGN_OR_RETURN(const JournalHead head, ledger->LoadSlice(slice.bytes));
    if (!first.has_value()) first = head;
    loaded_seq_ = std::max(loaded_seq_, head.seq);
    return OkStatus();
  });
  if (status.ok() && first.has_value()) {
    planned = *first;
    last_checkpoint_ = ledger->last_time();
    loading_ = planned.seq < loaded_seq_;
    if (!loading_) status = ledger->FinishLoading(planned);
  }
  const ErrorCode code = ErrorCodeOf(status);
  if (code == ErrorCode::kRecordCorrupt || code == ErrorCode::kStoreCorrupt) {
    LeaveSnapshotAside();
    return false;
  }
  GEO_RETURN_IF_ERROR(status);
  return first.has_value();
}

Status Hub::Impl::ReplayJournal(std::uint64_t rows_seq) {
  if (read_model) read_model->StartAfter(rows_seq);
  const std::uint64_t from = read_model ? std::min(rows_seq, planned.seq) : planned.seq;
  ReplayedRecords records;
  return store->Replay(from, [&](std::string_view packed) -> StatusOr<bool> {
    while (!packed.empty()) GEO_RETURN_IF_ERROR(ReplaySome(&packed, records, rows_seq));
    return true;
  });
}

// Takes a few records from the front of `*packed`, asks for the memory that they will be folded
// into, and replays them.
Status Hub::Impl::ReplaySome(std::string_view* packed, ReplayedRecords& records,
                             std::uint64_t rows_seq) {
  std::size_t count = 0;
  Status taken;
  while (count < records.size() && !packed->empty()) {
    StatusOr<Hash256> hash = TakeRecordInto(packed, &records[count].record);
    taken = hash.status();
    if (!taken.ok()) break;
    records[count++].hash = *hash;
  }
  const std::span<ReadRecord> some(records.data(), count);
  ledger->Prefetch(some);
  for (ReadRecord& one : some) GEO_RETURN_IF_ERROR(ReplayRecord(one.record, one.hash, rows_seq));
  return taken;
}

Status Hub::Impl::ReplayRecord(Record& record, const Hash256& hash, std::uint64_t rows_seq) {
  if (record.seq > planned.seq) {
    if (record.seq != planned.seq + 1 || record.previous != planned.hash) {
      return MakeError(ErrorCode::kChainBroken, "record " + std::to_string(record.seq) +
                                                    " does not follow record " +
                                                    std::to_string(planned.seq));
    }
    GEO_RETURN_IF_ERROR(ledger->Check(record));
    ledger->Apply(record);
    planned = {record.seq, hash};
    if (record.seq == 1) last_checkpoint_ = record.time;
    if (loading_ && planned.seq >= loaded_seq_) {
      loading_ = false;
      GEO_RETURN_IF_ERROR(ledger->FinishLoading(planned));
    }
  }
  if (read_model && record.seq > rows_seq) read_model->Apply(std::move(record), *ledger);
  return OkStatus();
}

Status Hub::Impl::CheckNetwork() const {
  const std::string& network = ledger->genesis().network;
  if (!options.genesis.has_value() || options.genesis->network == network) return OkStatus();
  return MakeError(ErrorCode::kWrongNetwork, "the store holds network " + Quote(network) +
                                                 ", not " + Quote(options.genesis->network));
}

Status Hub::Impl::Found() {
  const Genesis& genesis = *options.genesis;
  if (genesis.network.empty() || genesis.network.size() > kMaxNetworkNameBytes ||
      !IsValidUtf8(genesis.network)) {
    return MakeError(ErrorCode::kTextInvalid,
                     "network name " + Quote(genesis.network) + " is not 1 to 64 bytes of UTF-8");
  }
  if (genesis.format != Genesis().format) {
    return MakeError(ErrorCode::kInvalidArgument,
                     "a network begins with format 1, not " + std::to_string(genesis.format));
  }
  GEO_RETURN_IF_ERROR(CheckOperators(genesis.operators));
  Record record;
  record.time = options.founded_at;
  record.kind = RecordKind::kGenesis;
  record.actor = PidOf(genesis.hub_key);
  record.effects.emplace_back(GenesisEffect{genesis});
  last_checkpoint_ = record.time;
  GEO_RETURN_IF_ERROR(Append(std::move(record)).status());
  return Flush().status();
}

}  // namespace geo
