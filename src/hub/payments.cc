// From a payment, or a decision about one, to a queued record. Everywhere in the order of spec 01
// §6.3: a known id is answered before expiry is looked at.

#include <utility>
#include <variant>

#include "geo/crypto/keys.h"
#include "src/base/id_taken.h"
#include "src/base/no_memory.h"
#include "src/base/status_macros.h"
#include "src/hub/hub_impl.h"

namespace geo {

// What planning will look at comes while the store is asked for the id.
static void PrefetchPayment(const Ledger& ledger, const Pid& payer, const Pay& pay,
                            const Plan* suggested) {
  ledger.Prefetch(payer);
  ledger.Prefetch(pay.payee);
  if (suggested == nullptr) return;
  for (const Route& route : suggested->routes) {
    for (const ParticipantIndex one : route.participants) ledger.Prefetch(one);
  }
}

CommandResult Hub::Impl::PerformPayment(const VerifiedCommand& command, const Pay& pay,
                                        Timestamp time, const Plan* suggested) {
  CommandResult result;
  PrefetchPayment(*ledger, command.signer(), pay, suggested);
  StatusOr<std::optional<Transaction>> stored = FindTransaction(pay.id);
  result.status = stored.status();
  if (!stored.ok()) return result;
  if (stored->has_value()) {
    result.status = CheckSamePayment(*ledger, **stored, command.signer(), pay);
    if (result.status.ok()) result.payment = PaymentResult{true, **std::move(stored)};
    return result;
  }
  result.status = CheckValidity(command, time);
  if (!result.status.ok()) return result;
  const Duration begun = observer.Now();
  StatusOr<std::variant<PaymentPlan, Refusal>> planned =
      PlanPayment(*ledger, *router, command.signer(), time, pay, options.routing, suggested);
  result.status = planned.status();
  if (!planned.ok()) return result;
  const auto* plan = std::get_if<PaymentPlan>(&*planned);
  if (suggested == nullptr || plan == nullptr || plan->replanned) observer.Routed(begun);
  if (auto* refusal = std::get_if<Refusal>(&*planned)) {
    result.payment = PaymentResult{false, {}, std::move(*refusal), suggested != nullptr};
    return result;
  }
  RecordPayment(command, RecordKind::kPayment, time, std::get<PaymentPlan>(*std::move(planned)),
                result);
  return result;
}

CommandResult Hub::Impl::Perform(const VerifiedCommand& command, const PreparePayment& prepare,
                                 Timestamp time) {
  CommandResult result;
  StatusOr<std::optional<Transaction>> stored = FindTransaction(prepare.payment.id);
  result.status = stored.status();
  if (!stored.ok()) return result;
  if (stored->has_value()) {
    result.status = CheckSamePrepare(*ledger, **stored, command.signer(), prepare);
    if (result.status.ok()) result.payment = PaymentResult{true, **std::move(stored)};
    return result;
  }
  result.status = CheckValidity(command, time);
  if (!result.status.ok()) return result;
  PaymentDefaults defaults = options.payments;
  defaults.routing = options.routing;
  const Duration begun = observer.Now();
  StatusOr<PrepareOutcome> planned =
      PlanPrepare(*ledger, *router, command.signer(), time, prepare, defaults);
  result.status = planned.status();
  if (!planned.ok()) return result;
  if (prepare.routes.empty()) observer.Routed(begun);
  if (auto* refusal = std::get_if<Refusal>(&*planned)) {
    result.payment = PaymentResult{false, {}, std::move(*refusal)};
  } else if (const auto* shortage = std::get_if<HopShortage>(&*planned)) {
    result.payment = PaymentResult{false, {}, {}, false, *shortage};
  } else {
    RecordPayment(command, RecordKind::kPreparePayment, time,
                  std::get<PaymentPlan>(*std::move(planned)), result);
  }
  return result;
}

CommandResult Hub::Impl::Perform(const VerifiedCommand& command, const CommitPayment& commit,
                                 Timestamp time) {
  return Decide(command, commit.id, Decision::kCommit, time);
}

CommandResult Hub::Impl::Perform(const VerifiedCommand& command, const AbortPayment& abort,
                                 Timestamp time) {
  return Decide(command, abort.id, Decision::kAbort, time);
}

// Who may know of the payment. To anybody else it is as if there were none, so that nobody finds
// out by asking which ids there are.
static bool IsParty(const Ledger& ledger, const Transaction& transaction, const Pid& who) {
  return ledger.participant(transaction.payer).pid == who ||
         ledger.participant(transaction.payee).pid == who;
}

CommandResult Hub::Impl::Decide(const VerifiedCommand& command, const TxId& id, Decision decision,
                                Timestamp time) {
  CommandResult result;
  StatusOr<Known> known = Find(id);
  result.status = known.status();
  if (!known.ok()) return result;
  auto* stored = std::get_if<Transaction>(&*known);
  if (stored == nullptr || !IsParty(*ledger, *stored, command.signer())) {
    result.status = MakeError(ErrorCode::kUnknownTransaction,
                              "there is no payment " + std::string(id.text()) + " to decide");
    return result;
  }
  Transaction& transaction = *stored;
  if (transaction.state == TransactionState::kPrepared) {
    result.status = CheckValidity(command, time);
    if (!result.status.ok()) return result;
  }
  StatusOr<std::optional<PaymentPlan>> plan =
      PlanDecision(*ledger, command.signer(), time, transaction, decision);
  result.status = plan.status();
  if (!plan.ok()) return result;
  if (!plan->has_value()) {
    result.payment = PaymentResult{true, std::move(transaction)};
    return result;
  }
  const bool commits = decision == Decision::kCommit;
  RecordPayment(command, commits ? RecordKind::kCommitPayment : RecordKind::kAbortPayment, time,
                **std::move(plan), result);
  return result;
}

// Queues the record and fills in the result.
void Hub::Impl::RecordPayment(const VerifiedCommand& command, RecordKind kind, Timestamp time,
                              PaymentPlan plan, CommandResult& result) {
  Record record;
  record.time = time;
  record.kind = kind;
  record.actor = command.signer();
  record.evidence = command.evidence();
  const std::vector<PairIndex> moved = PairsMoved(plan.effects);
  record.effects = std::move(plan.effects);
  const StatusOr<std::uint64_t> appended =
      AppendTransaction(std::move(record), plan.transaction.id);
  result.status = appended.status();
  if (!appended.ok()) return;
  result.seq = *appended;
  result.payment = PaymentResult{false, std::move(plan.transaction), {}, plan.replanned};
  KeepTexts(command);
  if (!moved.empty()) result.clearing = ClearTriggered(moved, time);
}

StatusOr<std::uint64_t> Hub::Impl::AppendTransaction(Record record, const TxId& id) {
  const std::size_t begin = next.batch.records.size();
  GEO_ASSIGN_OR_RETURN(const std::uint64_t seq, Append(std::move(record)));
  next.batch.transactions.push_back({id, seq});
  MakeRoom(next.transactions);
  next.transactions.insert_or_assign(id, begin);
  return seq;
}

// Ends the prepared payments whose time is up, each by a record of the hub's own (spec 01 §6.5).
// Those for which a batch has no room are the first of the next one.
void Hub::Impl::ExpireReservations() {
  while (const Transaction* first = ledger->FirstExpired(clock)) {
    if (!CheckRoom().ok()) return;
    const Transaction expired = *first;
    const Pid hub = PidOf(ledger->genesis().hub_key);
    StatusOr<std::optional<PaymentPlan>> plan =
        PlanDecision(*ledger, hub, clock, expired, Decision::kExpire);
    Status status = plan.status();
    if (status.ok()) {
      Record record;
      record.time = clock;
      record.kind = RecordKind::kExpirePayment;
      record.actor = hub;
      record.effects = std::move((*plan)->effects);
      status = AppendTransaction(std::move(record), (*plan)->transaction.id).status();
      if (status.ok() && observer.watches()) next.expired.push_back((*plan)->transaction);
    }
    if (status.ok()) continue;
    Poison(status);  // a reservation that cannot end: what is in memory contradicts itself
    return;
  }
}

StatusOr<Hub::Impl::Known> Hub::Impl::Find(const TxId& id) {
  if (next.transactions.contains(id)) return FindPending(next, id);
  if (in_flight && in_flight->transactions.contains(id)) return FindPending(*in_flight, id);
  if (const Transaction* prepared = ledger->FindPrepared(id)) return Known(*prepared);
  if (const Proposal* open = ledger->FindProposal(id)) return Known(*open);
  return FindDurable(id);
}

StatusOr<std::optional<Transaction>> Hub::Impl::FindTransaction(const TxId& id) {
  GEO_ASSIGN_OR_RETURN(Known known, Find(id));
  if (auto* transaction = std::get_if<Transaction>(&known)) {
    return std::optional<Transaction>(std::move(*transaction));
  }
  if (std::holds_alternative<std::monostate>(known)) return std::optional<Transaction>();
  return IdTaken(id);
}

}  // namespace geo
