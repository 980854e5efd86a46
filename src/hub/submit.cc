// From a command to a queued record.

#include <algorithm>
#include <utility>
#include <variant>

#include "geo/base/limits.h"
#include "geo/trust/plan.h"
#include "src/base/quote.h"
#include "src/base/status_macros.h"
#include "src/hub/hub_impl.h"
#include "src/hub/touched_pairs.h"

namespace geo {

Status Hub::Impl::Submit(const VerifiedCommand& command, Timestamp now, const Plan* plan,
                         std::optional<Duration> begun) {
  GEO_RETURN_IF_ERROR(CheckUsable());
  if (next.results.size() >= options.max_pending) {
    return MakeError(ErrorCode::kQueueFull,
                     std::to_string(options.max_pending) + " commands are pending; flush first");
  }
  Tick(now);
  GEO_RETURN_IF_ERROR(CheckUsable());
  GEO_RETURN_IF_ERROR(CheckRoom());  // what is over may have taken it, and be left in part
  if (observer.watches()) {
    next.asked.push_back(Observer::Ask(command, begun ? *begun : observer.Now()));
  }
  next.results.push_back(Perform(command, clock, plan));
  const auto& payment = next.results.back().payment;
  if (payment && payment->refusal) next.cut_lines += payment->refusal->cut.size();
  return OkStatus();
}

// Whether the store takes the records that are pending with one more, be it the largest, and the
// answers leave memory for others.
Status Hub::Impl::CheckRoom() const {
  static_assert(kMaxRecordBytes <= kMaxAppendBytes / 2);
  if (next.cut_lines >= kMaxPendingCutLines) {
    return MakeError(ErrorCode::kQueueFull, "refusals that name " + std::to_string(next.cut_lines) +
                                                " lines of cuts are pending; flush first");
  }
  const std::size_t pending = next.batch.records.size();
  if (pending <= kMaxAppendBytes - kMaxRecordBytes) return OkStatus();
  return MakeError(ErrorCode::kQueueFull,
                   std::to_string(pending) + " bytes of records are pending; flush first");
}

void Hub::Impl::Tick(Timestamp now) {
  clock = std::max(clock, now);
  if (DayOf(clock) != day) {
    day = DayOf(clock);
    router->DayChanged(day);
  }
  ExpireReservations();
  if (poison.ok()) ExpireProposals();
}

// Commands move the clock too, so what is due is told by when schedules were looked at last.
void Hub::Impl::TickAlone(Timestamp now) {
  if (!poison.ok()) return;
  Tick(now);
  if (poison.ok() && ClearScheduled(schedules_seen)) schedules_seen = clock;
}

Status Hub::Impl::CheckValidity(const VerifiedCommand& command, Timestamp time) const {
  if (!command.validity().has_value()) return OkStatus();
  Envelope times;
  times.issued_at = command.validity()->issued_at;
  times.expires_at = command.validity()->expires_at;
  return CheckTimes(times, time, options.clock_drift);
}

// Whether the command was meant for this hub (spec 01 §2.2, §2.4). Who verified it may have done so
// for another one of his.
Status Hub::Impl::CheckAddress(const VerifiedCommand& command) const {
  if (command.is_legacy() && !options.accept_legacy) {
    return MakeError(ErrorCode::kNotPermitted,
                     "this hub takes no bare bodies of GEO v0.1; sign an envelope");
  }
  const std::string& here = ledger->genesis().network;
  if (command.network().empty() || command.network() == here) return OkStatus();
  return MakeError(ErrorCode::kWrongNetwork, "the command was signed for network " +
                                                 Quote(command.network()) + ", this is " +
                                                 Quote(here));
}

CommandResult Hub::Impl::Perform(const VerifiedCommand& command, Timestamp time, const Plan* plan) {
  if (Status address = CheckAddress(command); !address.ok()) {
    CommandResult refused;
    refused.status = std::move(address);
    return refused;
  }
  return std::visit(
      [&](const auto& body) {
        if constexpr (std::is_same_v<std::decay_t<decltype(body)>, Pay>) {
          return PerformPayment(command, body, time, plan);
        } else {
          return Perform(command, body, time);
        }
      },
      command.command());
}

// Commands on participants, equivalents and lines.
template <typename Settings>
CommandResult Hub::Impl::Perform(const VerifiedCommand& command, const Settings& settings,
                                 Timestamp time) {
  CommandResult result;
  const std::uint64_t last = ledger->LastSequence(command.signer());
  const std::uint64_t seq = command.seq().value_or(last + 1);
  // A number that is used up is answered as one before expiry is looked at, like a payment's id.
  if (seq > last) result.status = CheckValidity(command, time);
  if (!result.status.ok()) return result;
  StatusOr<TrustPlan> change = PlanChange(*ledger, {command.signer(), seq, time}, settings);
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
  KeepTexts(command);
  return result;
}

// Checks, numbers, chains and folds the record; it is written with the next batch.
StatusOr<std::uint64_t> Hub::Impl::Append(Record record) {
  record.seq = planned.seq + 1;
  record.previous = planned.hash;
  GEO_RETURN_IF_ERROR(ledger->Check(record));
  GEO_ASSIGN_OR_RETURN(const Hash256 hash, AppendRecord(record, &next.batch.records));
  ledger->Apply(record);
  totals_.Apply(record);
  planned = {record.seq, hash};
  TellRouter(record, *ledger, *router);
  TellClearer(record);
  if (read_model) read_model->Apply(std::move(record), *ledger);
  return planned.seq;
}

void TellRouter(const Record& record, const Ledger& ledger, Router& router) {
  ForTouchedPairs(record, ledger, [&](PairIndex pair) { router.PairsChanged({&pair, 1}); });
  for (const Effect& effect : record.effects) {
    const auto* participant = std::get_if<ParticipantEffect>(&effect);
    if (participant == nullptr || !participant->before) continue;  // who is new has no lines yet
    if (participant->before->status != participant->after.status) {
      router.ParticipantChanged(participant->index);
    }
  }
}

// Personal text goes beside the chain (spec 01 §2.3).
void Hub::Impl::KeepTexts(const VerifiedCommand& verified) {
  const Command& command = verified.command();
  const auto keep = [&](const PersonalText& text) {
    if (!text.text.empty()) next.batch.texts.push_back({TextHash(text), text.salt, text.text});
  };
  if (verified.message()) keep(*verified.message());
  if (const auto* registration = std::get_if<RegisterParticipant>(&command)) {
    keep(registration->name);
    if (registration->profile) keep(*registration->profile);
  } else if (const auto* update = std::get_if<UpdateParticipant>(&command)) {
    if (update->name) keep(*update->name);
    if (update->profile) keep(*update->profile);
  } else if (const auto* pay = std::get_if<Pay>(&command)) {
    if (pay->description) keep(*pay->description);
  } else if (const auto* prepare = std::get_if<PreparePayment>(&command)) {
    if (prepare->payment.description) keep(*prepare->payment.description);
  }
}

}  // namespace geo
