// From a command to a queued record.

#include <utility>
#include <variant>

#include "geo/trust/plan.h"
#include "src/base/status_macros.h"
#include "src/hub/hub_impl.h"

namespace geo {

Status Hub::Impl::Submit(const VerifiedCommand& command, Timestamp now, const Plan* plan) {
  GEO_RETURN_IF_ERROR(CheckUsable());
  if (next.results.size() >= options.max_pending) {
    return MakeError(ErrorCode::kQueueFull,
                     std::to_string(options.max_pending) + " commands are pending; flush first");
  }
  Tick(now);
  next.results.push_back(Perform(command, clock, plan));
  return OkStatus();
}

void Hub::Impl::Tick(Timestamp now) {
  clock = std::max(clock, now);
  if (DayOf(clock) == day) return;
  day = DayOf(clock);
  router->DayChanged(day);
}

Status Hub::Impl::CheckValidity(const VerifiedCommand& command, Timestamp time) const {
  if (!command.validity().has_value()) return OkStatus();
  Envelope times;
  times.issued_at = command.validity()->issued_at;
  times.expires_at = command.validity()->expires_at;
  return CheckTimes(times, time, options.clock_drift);
}

CommandResult Hub::Impl::Perform(const VerifiedCommand& command, Timestamp time, const Plan* plan) {
  if (const auto* pay = std::get_if<Pay>(&command.command())) {
    return PerformPayment(command, *pay, time, plan);
  }
  CommandResult result;
  result.status = CheckValidity(command, time);
  if (!result.status.ok()) return result;
  const std::uint64_t seq = command.seq().value_or(ledger->LastSequence(command.signer()) + 1);
  const Asking asking{command.signer(), seq, time};
  StatusOr<TrustPlan> change = std::visit(
      [&](const auto& body) -> StatusOr<TrustPlan> {
        if constexpr (std::is_same_v<std::decay_t<decltype(body)>, Pay>) {
          return MakeError(ErrorCode::kInternal, "payments are planned elsewhere");
        } else {
          return PlanChange(*ledger, asking, body);
        }
      },
      command.command());
  if (!change.ok()) {
    result.status = change.status();
    return result;
  }
  Record record;
  record.time = time;
  record.kind = change->kind;
  record.actor = command.signer();
  record.evidence = command.evidence();
  record.reason = std::move(change->reason);
  record.effects = std::move(change->effects);
  if (record.kind == RecordKind::kOpenLine) {
    result.line = std::get<LineEffect>(record.effects.back()).after.id;
  }
  const StatusOr<std::uint64_t> appended = Append(std::move(record));
  result.status = appended.status();
  if (!appended.ok()) {
    result.line.reset();
    return result;
  }
  result.seq = *appended;
  KeepTexts(command.command());
  return result;
}

// The order of spec 01 §6.3: a known id is answered before expiry is looked at.
CommandResult Hub::Impl::PerformPayment(const VerifiedCommand& command, const Pay& pay,
                                        Timestamp time, const Plan* suggested) {
  CommandResult result;
  StatusOr<std::optional<Transaction>> stored = FindTransaction(pay.id);
  result.status = stored.status();
  if (!stored.ok()) return result;
  if (stored->has_value()) {
    result.status = CheckSamePayment(*ledger, **stored, command.signer(), pay);
    if (result.status.ok()) result.payment = PaymentResult{true, **std::move(stored), {}, false};
    return result;
  }
  result.status = CheckValidity(command, time);
  if (!result.status.ok()) return result;
  StatusOr<std::variant<PaymentPlan, Refusal>> planned =
      PlanPayment(*ledger, *router, command.signer(), time, pay, options.routing, suggested);
  result.status = planned.status();
  if (!planned.ok()) return result;
  if (auto* refusal = std::get_if<Refusal>(&*planned)) {
    result.payment = PaymentResult{false, {}, std::move(*refusal), suggested != nullptr};
    return result;
  }
  auto& plan = std::get<PaymentPlan>(*planned);
  Record record;
  record.time = time;
  record.kind = RecordKind::kPayment;
  record.actor = command.signer();
  record.evidence = command.evidence();
  record.effects = std::move(plan.effects);
  const StatusOr<std::uint64_t> appended = Append(std::move(record));
  result.status = appended.status();
  if (!appended.ok()) return result;
  result.seq = *appended;
  next.batch.transactions.push_back({pay.id, *appended});
  next.transactions.emplace(pay.id, plan.transaction);
  result.payment = PaymentResult{false, std::move(plan.transaction), {}, plan.replanned};
  KeepTexts(command.command());
  return result;
}

StatusOr<std::optional<Transaction>> Hub::Impl::FindTransaction(const TxId& id) {
  const auto look = [&](const Group& group) -> std::optional<Transaction> {
    const auto found = group.transactions.find(id);
    if (found == group.transactions.end()) return std::nullopt;
    return found->second;
  };
  if (std::optional<Transaction> pending = look(next)) return pending;
  if (in_flight) {
    if (std::optional<Transaction> pending = look(*in_flight)) return pending;
  }
  return FindDurableTransaction(id);
}

// Checks, numbers, chains and folds the record; it is written with the next batch.
StatusOr<std::uint64_t> Hub::Impl::Append(Record record) {
  record.seq = planned.seq + 1;
  record.previous = planned.hash;
  GEO_RETURN_IF_ERROR(ledger->Check(record));
  GEO_ASSIGN_OR_RETURN(const Hash256 hash, AppendRecord(record, &next.batch.records));
  ledger->Apply(record);
  planned = {record.seq, hash};
  if (read_model) read_model->Apply(record, *ledger);
  TellRouter(record, *ledger, *router);
  return record.seq;
}

void TellRouter(const Record& record, const Ledger& ledger, Router& router) {
  const auto changed = [&](EquivalentIndex equivalent, ParticipantIndex x, ParticipantIndex y) {
    router.PairChanged(*ledger.FindPair(equivalent, x, y));
  };
  for (const Effect& effect : record.effects) {
    if (const auto* debt = std::get_if<DebtEffect>(&effect)) {
      changed(debt->equivalent, debt->from, debt->to);
    } else if (const auto* line = std::get_if<LineEffect>(&effect)) {
      changed(line->after.equivalent, line->after.owner, line->after.debtor);
    } else if (const auto* participant = std::get_if<ParticipantEffect>(&effect)) {
      router.ParticipantChanged(participant->index);
    }
  }
}

// Personal text goes beside the chain (spec 01 §2.3).
void Hub::Impl::KeepTexts(const Command& command) {
  const auto keep = [&](const PersonalText& text) {
    if (!text.text.empty()) next.batch.texts.push_back({TextHash(text), text.salt, text.text});
  };
  if (const auto* registration = std::get_if<RegisterParticipant>(&command)) {
    keep(registration->name);
    if (registration->profile) keep(*registration->profile);
  } else if (const auto* update = std::get_if<UpdateParticipant>(&command)) {
    if (update->name) keep(*update->name);
    if (update->profile) keep(*update->profile);
  } else if (const auto* pay = std::get_if<Pay>(&command)) {
    if (pay->description) keep(*pay->description);
  }
}

}  // namespace geo
