// Payments in two phases.

#include <string>
#include <utility>

#include "geo/hub/event.h"
#include "src/base/status_macros.h"
#include "tests/scenario/operations.h"

namespace geo::scenario {
namespace {

const char* NameOf(TransactionState state) {
  switch (state) {
    case TransactionState::kPrepared:
      return "PREPARED";
    case TransactionState::kCommitted:
      return "COMMITTED";
    case TransactionState::kAborted:
      return "ABORTED";
  }
  return "?";
}

}  // namespace

// The payment that the routes add up to: payer, payee and amount are theirs.
StatusOr<PreparePayment> Operations::ReadPrepare(const Json& step) {
  const std::string code = step.at("eq");
  const int precision = world_.PrecisionOf(code);
  PreparePayment prepare;
  GEO_ASSIGN_OR_RETURN(prepare.payment.id, TxId::Parse(step.at("tx").get<std::string>()));
  GEO_ASSIGN_OR_RETURN(prepare.payment.equivalent, EquivalentCode::Parse(code));
  AmountSum sum = 0;
  for (const Json& entry : step.at("routes")) {
    NamedRoute& route = prepare.routes.emplace_back();
    for (const Json& name : entry[0]) {
      GEO_ASSIGN_OR_RETURN(const Pid pid, world_.PidOf(name));
      route.participants.push_back(pid);
    }
    GEO_ASSIGN_OR_RETURN(const Amount amount,
                         ParsePositiveAmount(entry[1].get<std::string>(), precision));
    route.amount = entry[1].get<std::string>();
    sum += amount;
  }
  if (prepare.routes.empty() || prepare.routes[0].participants.empty()) {
    return MakeError(ErrorCode::kPlanInvalid, "a plan without routes, or a route without anybody");
  }
  prepare.payment.payee = prepare.routes[0].participants.back();
  prepare.payment.amount = FormatSum(sum, precision);
  return prepare;
}

StatusOr<SignedCommand> Operations::SignPrepare(const Json& step) {
  GEO_ASSIGN_OR_RETURN(PreparePayment prepare, ReadPrepare(step));
  return world_.Sign(world_.KeyOf(step["routes"][0][0][0]), std::move(prepare));
}

Observed Operations::Prepare(const Json& step) {
  const StatusOr<SignedCommand> command = SignPrepare(step);
  if (!command.ok()) return Refused(command.status());
  return ShowPrepared(step, world_.Send(*command));
}

Observed Operations::ShowPrepared(const Json& step, const StatusOr<CommandResult>& result) {
  Observed observed = FateOf(result);
  if (!observed.failure.empty()) return observed;
  if (observed.error.empty()) payers_.emplace(step["tx"], step["routes"][0][0][0]);
  if (result->payment && result->payment->shortage) {
    const HopShortage& hop = *result->payment->shortage;
    const int precision = world_.PrecisionOf(step["eq"]);
    observed.answer["needed"] = FormatAmount(hop.needed, precision);
    observed.answer["available"] = FormatAmount(hop.available, precision);
    observed.answer["reserved"] = FormatAmount(hop.reserved, precision);
  }
  return WithState(step, std::move(observed));
}

Observed Operations::Commit(const Json& step) { return Decide(step, true); }
Observed Operations::Abort(const Json& step) { return Decide(step, false); }

// Signed by the payer; by nobody special when there is no such payment.
StatusOr<SignedCommand> Operations::SignDecision(const Json& step, bool commits) {
  GEO_ASSIGN_OR_RETURN(const TxId id, TxId::Parse(step["tx"].get<std::string>()));
  const auto payer = payers_.find(step["tx"]);
  const SecretKey& key =
      payer == payers_.end() ? world_.operator_key() : world_.KeyOf(payer->second);
  return world_.Sign(key, commits ? Command(CommitPayment{id}) : Command(AbortPayment{id}));
}

Observed Operations::Decide(const Json& step, bool commits) {
  const StatusOr<SignedCommand> command = SignDecision(step, commits);
  if (!command.ok()) return Refused(command.status());
  return ShowDecided(step, world_.Send(*command), commits);
}

Observed Operations::ShowDecided(const Json& step, const StatusOr<CommandResult>& result,
                                 bool commits) {
  Observed observed = FateOf(result);
  const bool shown = result.ok() && result->payment && result->payment->transaction;
  if (commits && shown && observed.error.empty() && observed.failure.empty()) {
    committed_.push_back(result->payment->transaction->id);
  }
  return WithState(step, std::move(observed));
}

// What the store says about the transaction now.
Observed Operations::WithState(const Json& step, Observed observed) {
  const Observed state = StateOf(step);
  if (!state.failure.empty()) return state;
  observed.answer["state"] = state.answer;
  return observed;
}

Observed Operations::StateOf(const Json& step) {
  const StatusOr<TxId> id = TxId::Parse(step["tx"].get<std::string>());
  if (!id.ok()) return Refused(id.status());
  const StatusOr<std::optional<Transaction>> found = world_.hub().FindTransaction(*id);
  if (!found.ok()) return Failed("the hub failed: " + std::string(found.status().message()));
  Observed observed;
  observed.answer = found->has_value() ? NameOf((*found)->state) : "NEW";
  return observed;
}

Observed Operations::Recover(const Json&) {
  const auto expired = [&]() -> StatusOr<int> {
    GEO_RETURN_IF_ERROR(world_.Advance(0));
    GEO_ASSIGN_OR_RETURN(const std::vector<Event> events,
                         world_.hub().PollEvents(recovered_, static_cast<std::size_t>(-1)));
    int count = 0;
    for (const Event& event : events) count += event.type == EventType::kPaymentExpired ? 1 : 0;
    recovered_ = world_.hub().head().seq;
    return count;
  }();
  if (!expired.ok()) return Failed("the hub failed: " + std::string(expired.status().message()));
  Observed observed;
  observed.answer["aborted"] = *expired;
  return observed;
}

}  // namespace geo::scenario
