#include "geo/hub/event.h"

#include <map>
#include <variant>

namespace geo {
namespace {

// Turns the effects of one record into events. Each overload looks at one kind of effect.
class EventBuilder {
 public:
  EventBuilder(const Record& record, const Ledger& ledger) : record_(record), ledger_(ledger) {}

  void operator()(const GenesisEffect&) { Add(EventType::kNetworkFounded); }

  void operator()(const ParticipantEffect& effect) {
    Add(ParticipantEvent()).participants = {effect.after.pid};
  }

  void operator()(const EquivalentEffect& effect) {
    Add(EquivalentEvent()).equivalent = effect.after.code;
  }

  void operator()(const LineEffect& effect) {
    if (record_.kind == RecordKind::kOpeningBalances) return;
    const TrustLine& line = effect.after;
    Event& event = Add(LineEvent());
    event.participants = {PidOf(line.owner), PidOf(line.debtor)};
    event.line = line.id;
    event.equivalent = ledger_.equivalent(line.equivalent).code;
    event.amount = line.limit;
  }

  void operator()(const DebtEffect& effect) {
    const bool clears =
        record_.kind == RecordKind::kClearing || record_.kind == RecordKind::kAcceptClearing;
    if (!clears) return;
    equivalent_ = effect.equivalent;
    const auto owed = [](AmountSum balance) { return balance > 0 ? balance : AmountSum{0}; };
    falls_[effect.from] += owed(effect.before) - owed(effect.after);
    falls_[effect.to] += owed(-AmountSum{effect.before}) - owed(-AmountSum{effect.after});
  }
  void operator()(const SequenceEffect&) {}
  void operator()(const ReservationEffect&) {}
  void operator()(const AmountLimitsEffect& effect) {
    Add(EventType::kLimitsSet).equivalent = ledger_.equivalent(effect.equivalent).code;
  }
  void operator()(const CountLimitsEffect&) {
    if (events_.empty()) Add(EventType::kLimitsSet);  // else said already
  }

  void operator()(const ProposalEffect& effect) {
    const Proposal& proposal = effect.after;
    for (const ParticipantIndex member : proposal.cycle) {
      Event& event = Add(ProposalEvent());
      event.participants = {PidOf(member), record_.actor};
      event.transaction = proposal.id;
      event.equivalent = ledger_.equivalent(proposal.equivalent).code;
      event.amount = proposal.min_amount;
    }
  }

  void operator()(const TransactionEffect& effect) {
    const Transaction& payment = effect.after;
    AddPayment(PaymentEvent(payment), payment.payer, payment.payee, payment);
    if (payment.state != TransactionState::kCommitted) return;
    AddPayment(EventType::kPaymentReceived, payment.payee, payment.payer, payment);
  }

  std::vector<Event> Take() && {
    if (record_.kind == RecordKind::kOpeningBalances) Add(EventType::kOpeningBalances);
    for (const auto& [participant, fall] : falls_) {
      Event& event = Add(EventType::kDebtsCleared);
      event.participants = {PidOf(participant)};
      event.equivalent = ledger_.equivalent(equivalent_).code;
      event.amount = fall < 0 ? -SaturateCapacity(-fall) : SaturateCapacity(fall);
    }
    return std::move(events_);
  }

 private:
  Event& Add(EventType type) {
    Event event;
    event.seq = record_.seq;
    event.time = record_.time;
    event.type = type;
    return events_.emplace_back(std::move(event));
  }

  void AddPayment(EventType type, ParticipantIndex whom, ParticipantIndex other,
                  const Transaction& transaction) {
    Event& event = Add(type);
    event.participants = {PidOf(whom), PidOf(other)};
    event.transaction = transaction.id;
    event.equivalent = ledger_.equivalent(transaction.equivalent).code;
    event.amount = transaction.amount;
  }

  const Pid& PidOf(ParticipantIndex index) const { return ledger_.participant(index).pid; }

  static EventType PaymentEvent(const Transaction& payment) {
    switch (payment.state) {
      case TransactionState::kPrepared:
        return EventType::kPaymentPrepared;
      case TransactionState::kAborted:
        return payment.hold->expired ? EventType::kPaymentExpired : EventType::kPaymentAborted;
      case TransactionState::kCommitted:
        break;
    }
    return EventType::kPaymentCommitted;
  }

  EventType ProposalEvent() const {
    switch (record_.kind) {
      case RecordKind::kAcceptClearing:
        return EventType::kClearingAccepted;
      case RecordKind::kRejectClearing:
        return EventType::kClearingRejected;
      case RecordKind::kExpireProposal:
        return EventType::kClearingExpired;
      default:
        return EventType::kClearingProposed;
    }
  }

  EventType ParticipantEvent() const {
    switch (record_.kind) {
      case RecordKind::kRegisterParticipant:
        return EventType::kParticipantRegistered;
      case RecordKind::kLeave:
        return EventType::kParticipantLeft;
      case RecordKind::kSetParticipantStatus:
        return EventType::kParticipantStatusSet;
      case RecordKind::kSetVerificationLevel:
        return EventType::kParticipantLevelSet;
      default:
        return EventType::kParticipantUpdated;
    }
  }

  EventType EquivalentEvent() const {
    switch (record_.kind) {
      case RecordKind::kCreateEquivalent:
        return EventType::kEquivalentCreated;
      case RecordKind::kRemoveEquivalent:
        return EventType::kEquivalentRemoved;
      default:
        return EventType::kEquivalentUpdated;
    }
  }

  EventType LineEvent() const {
    switch (record_.kind) {
      case RecordKind::kOpenLine:
        return EventType::kTrustLineOpened;
      case RecordKind::kCloseLine:
        return EventType::kTrustLineClosed;
      case RecordKind::kFreezeLine:
        return EventType::kTrustLineFrozen;
      case RecordKind::kUnfreezeLine:
        return EventType::kTrustLineUnfrozen;
      default:
        return EventType::kTrustLineUpdated;
    }
  }

  const Record& record_;
  const Ledger& ledger_;
  std::vector<Event> events_;
  EquivalentIndex equivalent_ = kNoIndex;        // of the debts cleared
  std::map<ParticipantIndex, AmountSum> falls_;  // of what each owes
};

}  // namespace

std::string_view EventName(EventType type) {
  switch (type) {
    case EventType::kNetworkFounded:
      return "network.founded";
    case EventType::kParticipantRegistered:
      return "participant.registered";
    case EventType::kParticipantUpdated:
      return "participant.updated";
    case EventType::kParticipantLeft:
      return "participant.left";
    case EventType::kParticipantStatusSet:
      return "participant.status_set";
    case EventType::kParticipantLevelSet:
      return "participant.level_set";
    case EventType::kEquivalentCreated:
      return "equivalent.created";
    case EventType::kEquivalentUpdated:
      return "equivalent.updated";
    case EventType::kEquivalentRemoved:
      return "equivalent.removed";
    case EventType::kTrustLineOpened:
      return "trust_line.opened";
    case EventType::kTrustLineUpdated:
      return "trust_line.updated";
    case EventType::kTrustLineClosed:
      return "trust_line.closed";
    case EventType::kTrustLineFrozen:
      return "trust_line.frozen";
    case EventType::kTrustLineUnfrozen:
      return "trust_line.unfrozen";
    case EventType::kOpeningBalances:
      return "network.opening_balances";
    case EventType::kLimitsSet:
      return "network.limits_set";
    case EventType::kPaymentCommitted:
      return "payment.committed";
    case EventType::kPaymentReceived:
      return "payment.received";
    case EventType::kPaymentPrepared:
      return "payment.prepared";
    case EventType::kPaymentAborted:
      return "payment.aborted";
    case EventType::kPaymentExpired:
      return "payment.expired";
    case EventType::kDebtsCleared:
      return "clearing.debts_cleared";
    case EventType::kClearingProposed:
      return "clearing.proposed";
    case EventType::kClearingAccepted:
      return "clearing.accepted";
    case EventType::kClearingRejected:
      return "clearing.rejected";
    case EventType::kClearingExpired:
      return "clearing.expired";
  }
  return "";
}

std::vector<Event> EventsOf(const Record& record, const Ledger& ledger) {
  EventBuilder builder(record, ledger);
  for (const Effect& effect : record.effects) std::visit(builder, effect);
  return std::move(builder).Take();
}

}  // namespace geo
