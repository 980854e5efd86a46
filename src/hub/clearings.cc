// From a clearing to queued records: asked for by an operator, triggered by a payment, or due by
// schedule (spec 01 §7).

#include <utility>
#include <variant>
#include <vector>

#include "geo/crypto/keys.h"
#include "src/base/status_macros.h"
#include "src/hub/hub_impl.h"
#include "src/hub/touched_pairs.h"

namespace geo {
namespace {

Status CheckMayClear(const Ledger& ledger, const Pid& signer, std::uint64_t seq) {
  const std::uint64_t last = ledger.LastSequence(signer);
  if (seq <= last) {
    return MakeError(ErrorCode::kSequenceUsed,
                     "sequence " + std::to_string(seq) + " of " + FormatPid(signer) +
                         " is used up; the next one is at least " + std::to_string(last + 1));
  }
  const Operator* one = ledger.FindOperator(signer);
  if (one != nullptr && one->role != OperatorRole::kAuditor) return OkStatus();
  return MakeError(ErrorCode::kNotPermitted,
                   FormatPid(signer) + " is no operator of this network, or an auditor");
}

// Whether a multiple of `every` lies in (before, now].
bool IsDue(Duration every, Timestamp before, Timestamp now) {
  const auto multiples = [every](Timestamp time) {
    return time / every - (time % every < 0 ? 1 : 0);  // rounded down, before 1970 too
  };
  return multiples(now) != multiples(before);
}

}  // namespace

CommandResult Hub::Impl::Perform(const VerifiedCommand& command, const ClearCycles& clear,
                                 Timestamp time) {
  return PerformClearing(command, clear, false, time);
}

CommandResult Hub::Impl::Perform(const VerifiedCommand& command, const SetOffDebts& clear,
                                 Timestamp time) {
  return PerformClearing(command, clear, clear.growth, time);
}

CommandResult Hub::Impl::Perform(const VerifiedCommand& command, const ClearCycle& clear,
                                 Timestamp time) {
  CommandResult result;
  result.status = CheckSyntax(clear);
  return result.status.ok() ? PerformClearing(command, clear, false, time) : result;
}

template <typename Clearing>
CommandResult Hub::Impl::PerformClearing(const VerifiedCommand& command, const Clearing& clear,
                                         bool growth, Timestamp time) {
  CommandResult result;
  const std::uint64_t last = ledger->LastSequence(command.signer());
  const std::uint64_t seq = command.seq().value_or(last + 1);
  if (seq > last) result.status = CheckValidity(command, time);
  if (!result.status.ok()) return result;
  result.status = CheckMayClear(*ledger, command.signer(), seq);
  if (!result.status.ok()) return result;
  StatusOr<ClearingPlan> plan = PlanClearing(*ledger, clearer.get(), clear);
  result.status = plan.status();
  if (!plan.ok()) return result;
  Record header;
  header.time = time;
  header.kind = RecordKind::kClearing;
  header.actor = command.signer();
  header.evidence = command.evidence();
  header.effects.emplace_back(SequenceEffect{command.signer(), last, seq});
  result.clearing = ViewOf(*ledger, *plan);
  result.status = AppendClearing(header, *plan, growth, *result.clearing);
  if (!result.clearing->records.empty()) result.seq = result.clearing->records.front();
  return result;
}

// One record after the other, each checked on the state that the ones before it left. `header`
// holds what the first of them has beside debts.
Status Hub::Impl::AppendClearing(const Record& header, const ClearingPlan& plan, bool growth,
                                 ClearingView& view) {
  for (const std::vector<Effect>& effects : plan.records) {
    GEO_RETURN_IF_ERROR(VerifyClearing(*ledger, effects, growth));
    Record record = header;
    if (!view.records.empty()) record.effects.clear();
    record.effects.insert(record.effects.end(), effects.begin(), effects.end());
    GEO_ASSIGN_OR_RETURN(const std::uint64_t seq, Append(std::move(record)));
    view.records.push_back(seq);
  }
  return OkStatus();
}

// The pairs whose debts a payment changes, when that is to trigger a clearing. What was prepared is
// committed in an equivalent at rest, too, where nothing is cleared.
std::vector<PairIndex> Hub::Impl::PairsMoved(const std::vector<Effect>& effects) const {
  std::vector<PairIndex> pairs;
  if (clearer == nullptr) return pairs;
  for (const Effect& effect : effects) {
    const auto* debt = std::get_if<DebtEffect>(&effect);
    if (debt == nullptr) continue;
    if (ledger->equivalent(debt->equivalent).status != EquivalentStatus::kActive) continue;
    const auto pair = ledger->FindPair(debt->equivalent, debt->from, debt->to);
    if (pair.has_value()) pairs.push_back(*pair);
  }
  return pairs;
}

// In the same group as the payment (spec 01 §7.2), which stands whatever comes of this.
ClearingView Hub::Impl::ClearTriggered(const std::vector<PairIndex>& moved, Timestamp time) {
  ClearingView view;
  const StatusOr<ClearingPlan> plan =
      clearer->PlanTriggered(*ledger, moved, *options.clearing.triggered);
  view.status = plan.status();
  if (!plan.ok()) return view;
  view = ViewOf(*ledger, *plan);
  Record header;
  header.time = time;
  header.kind = RecordKind::kClearing;
  header.actor = PidOf(ledger->genesis().hub_key);
  view.status = AppendClearing(header, *plan, false, view);
  return view;
}

// False: a batch had no room for all; what was cleared has nothing left when it is asked again.
bool Hub::Impl::ClearScheduled(Timestamp before) {
  const ClearingPolicy& policy = options.clearing;
  const bool set_off = policy.set_off.has_value() && IsDue(policy.set_off->every, before, clock);
  const bool cycles = policy.cycles.has_value() && IsDue(policy.cycles->every, before, clock);
  if (!set_off && !cycles) return true;
  for (EquivalentIndex i = 0; i < ledger->equivalent_count() && poison.ok(); ++i) {
    if (!CheckRoom().ok()) return false;
    if (ledger->equivalent(i).status == EquivalentStatus::kActive) ClearScheduled(i, set_off);
  }
  return true;
}

// What cannot be cleared stays for the next time.
void Hub::Impl::ClearScheduled(EquivalentIndex equivalent, bool set_off) {
  const StatusOr<ClearingPlan> plan = PlanScheduled(equivalent, set_off);
  ClearingView view;
  view.status = plan.status();
  if (plan.ok()) {
    view = ViewOf(*ledger, *plan);
    Record header;
    header.time = clock;
    header.kind = RecordKind::kClearing;
    header.actor = PidOf(ledger->genesis().hub_key);
    const bool growth = set_off && options.clearing.set_off->growth;
    view.status = AppendClearing(header, *plan, growth, view);
    if (view.status.ok() && view.records.empty()) return;
  }
  if (observer.watches()) next.scheduled.push_back(std::move(view));
}

StatusOr<ClearingPlan> Hub::Impl::PlanScheduled(EquivalentIndex equivalent, bool set_off) {
  const EquivalentCode code = ledger->equivalent(equivalent).code;
  if (set_off) {
    const ScheduledSetOff& it = *options.clearing.set_off;
    return PlanClearing(
        *ledger, clearer.get(),
        SetOffDebts{{code, it.min_amount, {}, it.work_limit}, it.growth, it.enough_ppm});
  }
  const ScheduledCycles& it = *options.clearing.cycles;
  return PlanClearing(
      *ledger, clearer.get(),
      ClearCycles{{code, it.min_amount, {}, it.work_limit}, it.max_length, it.max_cycles});
}

void Hub::Impl::TellClearer(const Record& record) {
  if (clearer == nullptr) return;
  std::vector<PairIndex> pairs;
  ForTouchedPairs(record, *ledger, [&](PairIndex pair) { pairs.push_back(pair); });
  const Status told = clearer->PairsChanged(*ledger, pairs);
  if (!told.ok()) Poison(told);  // it would clear what is not there
}

}  // namespace geo
