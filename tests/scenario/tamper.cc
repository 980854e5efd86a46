// Changes what a store holds behind the library's back, and looks at the journal by itself.
//
// The debts that a store holds are those of its snapshot, which a hub believes when it opens. A
// snapshot is written in which pairs owe something else; the positions in it, the journal and all
// the rest are as they were.

#include <string>
#include <utility>
#include <vector>

#include "geo/readmodel/read_model.h"
#include "src/base/status_macros.h"
#include "tests/scenario/members.h"
#include "tests/scenario/operations.h"

namespace geo::scenario {
namespace {

// The kinds of slices that matter here (docs/formats.md).
constexpr std::uint32_t kPairs = 3;

struct Slice {
  std::uint32_t kind = 0;
  std::string bytes;
};

std::vector<Slice> SlicesOf(const Ledger& ledger, const JournalHead& head) {
  std::vector<Slice> slices;
  Ledger::SnapshotCursor cursor;
  while (true) {
    std::string bytes = ledger.NextSlice(cursor, head, 1);
    if (bytes.empty()) return slices;
    slices.push_back({cursor.kind, std::move(bytes)});
  }
}

// The ledger with these debts, checked by nobody.
StatusOr<Ledger> WithDebts(const std::vector<Slice>& slices, const JournalHead& head,
                           const std::vector<DebtEffect>& debts) {
  Ledger ledger;
  for (const Slice& slice : slices) GEO_RETURN_IF_ERROR(ledger.LoadSlice(slice.bytes).status());
  GEO_RETURN_IF_ERROR(ledger.FinishLoading(head));
  Record record;
  record.seq = head.seq + 1;
  record.time = ledger.last_time();
  record.kind = RecordKind::kClearing;
  for (const DebtEffect& debt : debts) record.effects.emplace_back(debt);
  ledger.Apply(record);
  return ledger;
}

Status WriteSlices(Store& store, std::uint64_t number, const std::vector<Slice>& slices) {
  SnapshotSlice slice;
  slice.snapshot = number;
  for (std::size_t i = 0; i < slices.size(); ++i) {
    slice.slice = static_cast<std::uint32_t>(i);
    slice.last = i + 1 == slices.size();
    slice.bytes = slices[i].bytes;
    GEO_RETURN_IF_ERROR(store.WriteSnapshot(slice));
  }
  return OkStatus();
}

OpenOptions AsAHubDoes() {
  OpenOptions options;
  options.tables = ReadModel::Tables();
  options.views = ReadModel::Views();
  options.read_model_version = ReadModel::kVersion;
  return options;
}

// "5" or "-5", in minor units.
StatusOr<Amount> ParseDelta(std::string_view text, int precision) {
  const bool negative = text.starts_with("-");
  GEO_ASSIGN_OR_RETURN(const Amount size, ParseAmount(text.substr(negative ? 1 : 0), precision));
  return negative ? -size : size;
}

// What `debtor` owes `creditor`, less than zero when it is the other way round.
Amount Owed(const Ledger& ledger, EquivalentIndex equivalent, ParticipantIndex debtor,
            ParticipantIndex creditor) {
  const auto found = ledger.FindPair(equivalent, debtor, creditor);
  if (!found.has_value()) return 0;
  const Pair& pair = ledger.pair(*found);
  return pair.owed(pair.DirectionFrom(debtor));
}

// A hub that refuses the snapshot goes by its journal, in which the debts are others.
Status Holds(const Ledger& ledger, const std::vector<DebtEffect>& debts) {
  for (const DebtEffect& debt : debts) {
    const Amount owed = Owed(ledger, debt.equivalent, debt.from, debt.to);
    if (owed != debt.after) return MakeError(ErrorCode::kInternal, "the hub holds other debts");
  }
  return OkStatus();
}

Observed Tampered(const Status& done) {
  if (done.ok()) return {};
  if (ErrorCodeOf(done) != ErrorCode::kInternal) return Refused(done);
  return Failed("the store could not be changed: " + std::string(done.message()));
}

}  // namespace

Status World::Tamper(const std::vector<DebtEffect>& debts) {
  GEO_RETURN_IF_ERROR(Advance(0));
  const JournalHead head = hub_->head();
  const std::vector<Slice> honest = SlicesOf(view().ledger(), head);
  GEO_ASSIGN_OR_RETURN(const Ledger changed, WithDebts(honest, head, debts));
  std::vector<Slice> slices;
  const auto add = [&](const std::vector<Slice>& from, auto&& wanted) {
    for (const Slice& slice : from) {
      if (wanted(slice.kind)) slices.push_back(slice);
    }
  };
  add(honest, [](std::uint32_t kind) { return kind < kPairs; });
  add(SlicesOf(changed, head), [](std::uint32_t kind) { return kind == kPairs; });
  add(honest, [](std::uint32_t kind) { return kind > kPairs; });
  GEO_RETURN_IF_ERROR(hub_->Close());
  const std::unique_ptr<Store> store = store_();
  GEO_ASSIGN_OR_RETURN(const StoreState state, store->Open(AsAHubDoes()));
  GEO_RETURN_IF_ERROR(WriteSlices(*store, state.epoch << 32 | 1, slices));
  GEO_RETURN_IF_ERROR(store->Close());
  GEO_RETURN_IF_ERROR(Open());
  hub_->Tick(now_);
  tampered_ = true;
  return Holds(view().ledger(), debts);
}

StatusOr<Ledger> World::Fold() {
  GEO_RETURN_IF_ERROR(Advance(0));
  const JournalHead head = hub_->head();
  GEO_RETURN_IF_ERROR(hub_->Close());
  Ledger ledger;
  JournalHead folded;
  const auto fold = [&](std::string_view packed) -> StatusOr<bool> {
    while (!packed.empty()) {
      GEO_ASSIGN_OR_RETURN(const ReadRecord read, TakeRecord(&packed));
      if (read.record.seq != folded.seq + 1 || read.record.previous != folded.hash) {
        return MakeError(ErrorCode::kChainBroken, "a record does not follow the one before it");
      }
      if (const Status status = ledger.Check(read.record); !status.ok()) {
        return MakeError(ErrorCode::kChainBroken, std::string(status.message()));
      }
      ledger.Apply(read.record);
      folded = {read.record.seq, read.hash};
    }
    return true;
  };
  const std::unique_ptr<Store> store = store_();
  GEO_RETURN_IF_ERROR(store->Open(AsAHubDoes()).status());
  const Status replayed = store->Replay(0, fold);
  GEO_RETURN_IF_ERROR(store->Close());
  GEO_RETURN_IF_ERROR(Open());
  hub_->Tick(now_);
  GEO_RETURN_IF_ERROR(replayed);
  if (folded == head) return ledger;
  return MakeError(ErrorCode::kChainBroken, "the journal ends elsewhere");
}

StatusOr<DebtEffect> Operations::DebtNow(const Json& step, const std::string& debtor,
                                         const std::string& creditor) {
  const Ledger& ledger = world_.view().ledger();
  GEO_ASSIGN_OR_RETURN(const EquivalentCode code, Code(step));
  const auto equivalent = ledger.FindEquivalent(code);
  if (!equivalent) return MakeError(ErrorCode::kUnknownEquivalent, "there is no such equivalent");
  GEO_ASSIGN_OR_RETURN(const Pid one, world_.PidOf(debtor));
  GEO_ASSIGN_OR_RETURN(const Pid other, world_.PidOf(creditor));
  const auto from = ledger.FindParticipant(one);
  const auto to = ledger.FindParticipant(other);
  if (!from || !to || from == to) {
    return MakeError(ErrorCode::kUnknownParticipant, "a debt takes two who are registered");
  }
  const Amount owed = Owed(ledger, *equivalent, *from, *to);
  DebtEffect effect{*equivalent, *from, *to, owed, owed, 0, 0};
  return effect;
}

// The debt of the one to the other is then `amount`.
Observed Operations::TamperDebt(const Json& step) {
  const Status done = [&]() -> Status {
    GEO_ASSIGN_OR_RETURN(DebtEffect debt,
                         DebtNow(step, Text(step, "debtor"), Text(step, "creditor")));
    GEO_ASSIGN_OR_RETURN(debt.after,
                         ParseAmount(Text(step, "amount"), world_.PrecisionOf(Text(step, "eq"))));
    return world_.Tamper({debt});
  }();
  return Tampered(done);
}

// Each debt of the cycle, debtor→creditor, is then larger by `delta`, so that nobody's position is
// another one.
Observed Operations::TamperCycle(const Json& step) {
  const Status done = [&]() -> Status {
    const std::vector<std::string> cycle = step.at("cycle");
    if (const Problem problem = CycleProblem(cycle)) {
      return MakeError(ErrorCode::kInvalidArgument, *problem);
    }
    GEO_ASSIGN_OR_RETURN(const Amount delta,
                         ParseDelta(Text(step, "delta"), world_.PrecisionOf(Text(step, "eq"))));
    std::vector<DebtEffect> debts;
    for (std::size_t i = 0; i < cycle.size(); ++i) {
      GEO_ASSIGN_OR_RETURN(DebtEffect debt, DebtNow(step, cycle[i], cycle[(i + 1) % cycle.size()]));
      const std::optional<Amount> after = CheckedAdd(debt.before, delta);
      if (!after || *after < -kMaxAmount) {
        return MakeError(ErrorCode::kAmountOverflow, "a debt above every amount");
      }
      debt.after = *after;
      debts.push_back(debt);
    }
    return world_.Tamper(debts);
  }();
  return Tampered(done);
}

}  // namespace geo::scenario
