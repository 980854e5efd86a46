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
  ids_.insert(step["tx"]);
  payers_.emplace(step["tx"], step["routes"][0][0][0]);  // a decision may race with it
  return world_.Sign(world_.KeyOf(step["routes"][0][0][0]), std::move(prepare));
}

Observed Operations::ShowPrepared(const Json& step, const StatusOr<CommandResult>& result) {
  Observed observed = FateOf(result);
  if (!observed.failure.empty()) return observed;
  if (observed.error.empty()) payers_.insert_or_assign(step["tx"], step["routes"][0][0][0]);
  if (result->payment && result->payment->shortage) {
    const HopShortage& hop = *result->payment->shortage;
    const int precision = world_.PrecisionOf(step["eq"]);
    observed.answer["needed"] = FormatAmount(hop.needed, precision);
    observed.answer["available"] = FormatAmount(hop.available, precision);
    observed.answer["reserved"] = FormatAmount(hop.reserved, precision);
  }
  return WithState(step, std::move(observed));
}

// Signed by the payer; by nobody special when there is no such payment.
StatusOr<SignedCommand> Operations::SignDecision(const Json& step) {
  GEO_ASSIGN_OR_RETURN(const TxId id, TxId::Parse(step["tx"].get<std::string>()));
  const auto payer = payers_.find(step["tx"]);
  const SecretKey& key =
      payer == payers_.end() ? world_.operator_key() : world_.KeyOf(payer->second);
  return world_.Sign(
      key, step["op"] == "commit" ? Command(CommitPayment{id}) : Command(AbortPayment{id}));
}

Observed Operations::ShowDecided(const Json& step, const StatusOr<CommandResult>& result) {
  Observed observed = FateOf(result);
  if (!observed.failure.empty()) return observed;
  const bool shown = result.ok() && result->payment && result->payment->transaction;
  if (step["op"] == "commit" && shown && observed.error.empty()) {
    committed_.push_back(result->payment->transaction->id);
  }
  return WithState(step, std::move(observed));
}

// What the store says about the transaction now.
Observed Operations::WithState(const Json& step, Observed observed) {
  const Observed state = StateOf({{"tx", step["tx"]}});
  if (!state.failure.empty()) return state;
  observed.answer["state"] = state.answer;
  return observed;
}

Observed Operations::StateOf(const Json& step) {
  const StatusOr<TxId> id = TxId::Parse(step["tx"].get<std::string>());
  if (!id.ok()) return Refused(id.status());
  const StatusOr<std::optional<Transaction>> found = world_.FindTransaction(*id);
  if (!found.ok()) return Failed("the hub failed: " + std::string(found.status().message()));
  // What nobody knows is new (spec 01 §6.7); to whoever expects an error, asking for it is one.
  const Json expect = step.value("expect", Json());
  const bool asks_error = expect.is_object() && expect.contains("error");
  Observed observed;
  if (!found->has_value() && asks_error) {
    observed = Refused(MakeError(ErrorCode::kUnknownTransaction, "there is no such payment"));
  }
  observed.answer = found->has_value() ? NameOf((*found)->state) : "NEW";
  return observed;
}

Observed Operations::Recover(const Json&) {
  const auto expired = [&]() -> StatusOr<int> {
    GEO_RETURN_IF_ERROR(world_.Advance(0));
    GEO_ASSIGN_OR_RETURN(const std::vector<Event> events, world_.EventsAfter(recovered_));
    int count = 0;
    for (const Event& event : events) count += event.type == EventType::kPaymentExpired ? 1 : 0;
    if (!events.empty()) recovered_ = events.back().seq;
    return count;
  }();
  if (!expired.ok()) return Failed("the hub failed: " + std::string(expired.status().message()));
  Observed observed;
  observed.answer["aborted"] = *expired;
  return observed;
}

}  // namespace geo::scenario
