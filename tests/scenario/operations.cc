#include "tests/scenario/operations.h"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <optional>
#include <string_view>
#include <utility>

#include "geo/trust/plan.h"
#include "src/base/status_macros.h"
#include "tests/scenario/members.h"

namespace geo::scenario {
namespace {

std::string CodeName(ErrorCode code) { return std::string(ProtocolName(ProtocolCodeOf(code))); }

}  // namespace

Observed Refused(const Status& status) {
  Observed observed;
  observed.error = CodeName(ErrorCodeOf(status));
  observed.message =
      std::string(ErrorName(ErrorCodeOf(status))) + ": " + std::string(status.message());
  return observed;
}

Observed Failed(const std::string& why) {
  Observed observed;
  observed.failure = why;
  return observed;
}

Observed FateOf(const StatusOr<CommandResult>& result) {
  if (!result.ok()) return Failed("the hub failed: " + std::string(result.status().message()));
  if (!result->status.ok()) return Refused(result->status);
  Observed observed;
  if (result->code() == ErrorCode::kOk) return observed;
  observed.error = CodeName(result->code());
  observed.message = ErrorName(result->code());
  if (result->payment && result->payment->refusal) {
    const Refusal& refusal = *result->payment->refusal;
    observed.message += ", reason " + std::to_string(static_cast<int>(refusal.reason)) +
                        ", best found " + std::to_string(refusal.best_found) + " minor units";
  }
  return observed;
}

namespace {

constexpr std::size_t kPage = 1000;

// Precision where a step names no equivalent: amounts and policies by themselves.
constexpr int kCheckPrecision = 2;

Observed Verdict(const Status& status) {
  Observed observed = status.ok() ? Observed() : Refused(status);
  observed.answer["ok"] = status.ok();
  return observed;
}

// An accepted text is taken as it is.
Observed VerdictOnText(const Json& text, const Status& status) {
  Observed observed = Verdict(status);
  if (status.ok()) observed.answer["value"] = text;
  return observed;
}

// Commands that are valid but for the member that a check replaces.
Command AnyPayment() {
  Pay pay;
  pay.id = TxId::Parse("check").value();
  pay.equivalent = EquivalentCode::Parse("CHECK").value();
  pay.amount = "1";
  return pay;
}

Command AnyEquivalent() {
  CreateEquivalent command;
  command.code = EquivalentCode::Parse("CHECK").value();
  return command;
}

// All keys, those that were not sent with what they are then. In words of the format `kind` is
// `type`.
Json ShowMeta(const CreateEquivalent& meta) {
  Json shown = {{"code", meta.code.text()},
                {"precision", meta.precision},
                {"type", EquivalentKindName(meta.kind)},
                {"kind", EquivalentKindName(meta.kind)}};
  shown["iso_code"] = meta.iso_code.empty() ? Json() : Json(meta.iso_code);
  shown["description"] = meta.description.empty() ? Json() : Json(meta.description);
  return shown;
}

Json ShowPolicy(const LinePolicy& policy, const World& world) {
  const auto amount = [](const std::optional<Amount>& limit) {
    return limit ? Json(FormatAmount(*limit, kCheckPrecision)) : Json();
  };
  Json blocked = Json::array();
  for (const Pid& pid : policy.blocked_participants) blocked.push_back(world.NameOf(pid));
  return {{"auto_clearing", policy.auto_clearing},
          {"can_be_intermediate", policy.can_be_intermediate},
          {"allow_growth", policy.allow_growth},
          {"max_hops", policy.max_hops ? Json(*policy.max_hops) : Json()},
          {"daily_limit", amount(policy.daily_limit)},
          {"max_single_payment", amount(policy.max_single_payment)},
          {"blocked_participants", blocked}};
}

// Whether a question about a payment is answered with no. Whoever asks what is no question, with an
// amount that is no number for example, has learned nothing.
bool MeansCannotPay(ErrorCode code) {
  switch (ProtocolCodeOf(code)) {
    case ProtocolCode::kE001:
    case ProtocolCode::kE002:
    case ProtocolCode::kE006:
      return true;
    default:
      return code == ErrorCode::kSelfPayment || code == ErrorCode::kAmountTooPrecise ||
             code == ErrorCode::kAmountOverflow || code == ErrorCode::kAmountNotPositive;
  }
}

// Whether a Pay can hold the constraint; what cannot be held is written into the message.
bool Fits(const Json& value) {
  return value.is_number_unsigned() && value.get<std::uint64_t>() < kUnlimited;
}

}  // namespace

Observed Operations::Run(const Json& step) {
  using Step = Observed (Operations::*)(const Json&);
  static const std::map<std::string, Step, std::less<>> kSteps = {
      {"capacity", &Operations::CanPay},
      {"max_flow", &Operations::MaxFlow},
      {"debts", &Operations::Debts},
      {"debt_total", &Operations::DebtTotal},
      {"net", &Operations::Net},
      {"balance", &Operations::BalanceOf},
      {"advance_clock", &Operations::AdvanceClock},
      {"parallel", &Operations::Race},
      {"tx_state", &Operations::StateOf},
      {"recover", &Operations::Recover},
      {"integrity", &Operations::CheckIntegrity},
      {"verify_journal", &Operations::VerifyJournal},
      {"tamper_debt", &Operations::TamperDebt},
      {"tamper_cycle", &Operations::TamperCycle},
      {"find_cycles", &Operations::FindCycles},
      {"clear_all", &Operations::ClearAll},
      {"clear_cycle", &Operations::ClearNamedCycle},
      {"optimum", &Operations::Optimum},
      {"amount_check", &Operations::CheckAmount},
      {"tx_id_check", &Operations::CheckTxId},
      {"eq_code_check", &Operations::CheckEquivalentCode},
      {"eq_meta_check", &Operations::CheckEquivalentMeta},
      {"policy_check", &Operations::CheckPolicy},
  };
  if (const Sender* sender = FindSender(step)) {
    const StatusOr<SignedCommand> command = (this->*sender->sign)(step);
    return (this->*sender->show)(step, command.ok() ? world_.Send(*command) : Unsent(command));
  }
  const auto found = kSteps.find(Text(step, "op"));
  if (found == kSteps.end()) return Failed("operation cannot be run: " + Text(step, "op"));
  return (this->*found->second)(step);
}

const Operations::Sender* Operations::FindSender(const Json& step) {
  static const std::map<std::string, Sender, std::less<>> kSenders = {
      {"pay", {&Operations::SignPayment, &Operations::ShowPaid}},
      {"prepare", {&Operations::SignPrepare, &Operations::ShowPrepared}},
      {"commit", {&Operations::SignDecision, &Operations::ShowDecided}},
      {"abort", {&Operations::SignDecision, &Operations::ShowDecided}},
      {"line_create", {&Operations::SignOpening, &Operations::ShowLine}},
      {"line_update", {&Operations::SignUpdate, &Operations::ShowLine}},
      {"line_close", {&Operations::SignClosing, &Operations::ShowLine}},
      {"replay", {&Operations::FindSaved, &Operations::ShowFate}},
      {"set_status", {&Operations::SignStatus, &Operations::ShowFate}},
  };
  const auto found = kSenders.find(Text(step, "op"));
  return found == kSenders.end() ? nullptr : &found->second;
}

StatusOr<CommandResult> Operations::Unsent(const StatusOr<SignedCommand>& command) {
  if (ErrorCodeOf(command.status()) == ErrorCode::kInternal) return command.status();
  CommandResult result;
  result.status = command.status();
  return result;
}

Observed Operations::ShowFate(const Json&, const StatusOr<CommandResult>& result) {
  return FateOf(result);
}

// --- Payments. ---

std::string Operations::FreshId() {
  std::string id;
  do {
    id = "scenario:" + std::to_string(++fresh_ids_);
  } while (ids_.count(id) != 0);
  return id;
}

Json Operations::WithFreshIds(const Json& step) {
  std::map<std::string, std::string> fresh;
  const auto find = [&](const Json& one) {
    const char* member = one["op"] == "pay" ? "tx_id" : "tx";
    const bool asks = one["op"] == "pay" || one["op"] == "prepare";
    if (!asks || !one.contains(member)) return;
    const std::string id = one[member];
    if (ids_.count(id) != 0) fresh.emplace(id, FreshId());
  };
  const auto replace = [&](Json& one) {
    for (const char* member : {"tx_id", "tx"}) {
      if (!one.contains(member)) continue;
      const auto found = fresh.find(one[member].get<std::string>());
      if (found != fresh.end()) one[member] = found->second;
    }
  };
  Json again = step;
  find(again);
  replace(again);
  if (!again.contains("steps")) return again;
  std::for_each(again["steps"].begin(), again["steps"].end(), find);
  std::for_each(again["steps"].begin(), again["steps"].end(), replace);
  return again;
}

Observed Operations::ShowPaid(const Json& step, const StatusOr<CommandResult>& result) {
  Observed observed = FateOf(result);
  if (!observed.error.empty() || !observed.failure.empty()) return observed;
  if (!result->payment || !result->payment->transaction) {
    return Failed("a payment was accepted without a transaction");
  }
  ShowPayment(step, *result->payment->transaction, observed);
  return observed;
}

StatusOr<SignedCommand> Operations::SignPayment(const Json& step) {
  Pay pay;
  GEO_RETURN_IF_ERROR(world_.PidOf(Text(step, "from")).status());
  const std::string id = step.contains("tx_id") ? Text(step, "tx_id") : FreshId();
  GEO_ASSIGN_OR_RETURN(pay.id, TxId::Parse(id));
  ids_.insert(id);
  GEO_ASSIGN_OR_RETURN(pay.payee, world_.PidOf(Text(step, "to")));
  GEO_ASSIGN_OR_RETURN(pay.equivalent, Code(step));
  pay.amount = Text(step, "amount");
  for (const Json& name : step.value("avoid", Json::array())) {
    GEO_ASSIGN_OR_RETURN(const Pid pid, world_.PidOf(name));
    pay.constraints.avoid.push_back(pid);
  }
  const auto limit = [&](const char* member) -> std::optional<std::uint32_t> {
    if (!step.contains(member)) return std::nullopt;
    return Fits(step[member]) ? step[member].get<std::uint32_t>() : 1;
  };
  pay.constraints.max_hops = limit("max_hops");
  pay.constraints.max_paths = limit("max_paths");
  const SecretKey& payer = world_.KeyOf(Text(step, "from"));
  GEO_ASSIGN_OR_RETURN(SignedCommand command, world_.Sign(payer, pay));
  for (const char* member : {"max_hops", "max_paths"}) {
    if (!step.contains(member) || Fits(step[member])) continue;
    GEO_ASSIGN_OR_RETURN(const geo::Json value, ToGeo(step[member]));
    const std::vector<std::string> path = {"body", "constraints", member};
    GEO_ASSIGN_OR_RETURN(command, World::Altered(command, payer, [&](geo::Json& message) {
                           SetMember(message, path, value);
                         }));
  }
  if (!step.contains("signer")) return command;
  return World::Altered(command, world_.KeyOf(Text(step, "signer")), [](geo::Json&) {});
}

void Operations::ShowPayment(const Json& step, const Transaction& transaction, Observed& observed) {
  const Ledger& ledger = world_.view().ledger();
  const bool committed = transaction.state == TransactionState::kCommitted;
  observed.answer["status"] = committed ? "COMMITTED" : "not committed";
  observed.answer["routes_n"] = transaction.routes.size();
  Json routes = Json::array();
  for (const Route& route : transaction.routes) {
    Json path = Json::array();
    for (const ParticipantIndex index : route.participants) {
      path.push_back(world_.NameOf(ledger.participant(index).pid));
    }
    routes.push_back({path, FormatAmount(route.amount, world_.PrecisionOf(Text(step, "eq")))});
  }
  observed.answer["routes"] = std::move(routes);
  payers_.insert_or_assign(std::string(transaction.id.text()), Text(step, "from"));
  if (committed) committed_.push_back(transaction.id);
}

StatusOr<RouteAnswer> Operations::FindRoutes(const Json& step) {
  GEO_ASSIGN_OR_RETURN(const Pid from, world_.PidOf(Text(step, "from")));
  GEO_ASSIGN_OR_RETURN(const Pid to, world_.PidOf(Text(step, "to")));
  GEO_ASSIGN_OR_RETURN(const EquivalentCode code, Code(step));
  GEO_ASSIGN_OR_RETURN(
      const Amount amount,
      ParsePositiveAmount(Text(step, "amount"), world_.PrecisionOf(Text(step, "eq"))));
  RouteConstraints constraints;
  constraints.max_hops = kMaxHops;
  constraints.max_paths = kMaxPaths;
  GEO_ASSIGN_OR_RETURN(const RouteAnswer answer,
                       world_.view().FindRoutes(from, to, code, amount, constraints));
  GEO_ASSIGN_OR_RETURN(const CapacityAnswer capacity, world_.view().Capacity(from, to, code));
  const bool can_pay = !std::holds_alternative<Refusal>(answer.outcome);
  const bool within = amount <= capacity.amount;
  if (can_pay == within || (can_pay && !capacity.exact)) return answer;
  return MakeError(ErrorCode::kInternal,
                   "whether " + Text(step, "amount") + " can be paid: the routes say " +
                       (can_pay ? "yes" : "no") + ", and the capacity is " +
                       FormatAmount(capacity.amount, world_.PrecisionOf(Text(step, "eq"))));
}

Observed Operations::CanPay(const Json& step) {
  const StatusOr<RouteAnswer> answer = FindRoutes(step);
  Observed observed = answer.ok() ? Observed() : Refused(answer.status());
  if (ErrorCodeOf(answer.status()) == ErrorCode::kInternal) return Failed(observed.message);
  observed.cannot_pay = MeansCannotPay(ErrorCodeOf(answer.status()));
  observed.answer["can_pay"] = answer.ok() && !std::holds_alternative<Refusal>(answer->outcome);
  return observed;
}

Observed Operations::MaxFlow(const Json& step) {
  const auto capacity = [&]() -> StatusOr<CapacityAnswer> {
    GEO_ASSIGN_OR_RETURN(const Pid from, world_.PidOf(Text(step, "from")));
    GEO_ASSIGN_OR_RETURN(const Pid to, world_.PidOf(Text(step, "to")));
    GEO_ASSIGN_OR_RETURN(const EquivalentCode code, Code(step));
    RouteConstraints constraints;
    constraints.max_hops = kUnlimited;
    constraints.max_paths = kUnlimited;
    return world_.view().Capacity(from, to, code, constraints);
  }();
  if (!capacity.ok()) return Refused(capacity.status());
  Observed observed;
  observed.answer["max_amount"] =
      FormatAmount(capacity->amount, world_.PrecisionOf(Text(step, "eq")));
  return observed;
}

// --- Debts and balances. ---

StatusOr<std::vector<DebtView>> Operations::AllDebts(const Json& step) {
  GEO_ASSIGN_OR_RETURN(const EquivalentCode code, Code(step));
  std::vector<DebtView> debts;
  for (std::optional<std::size_t> from = 0; from.has_value();) {
    GEO_ASSIGN_OR_RETURN(const DebtsPage page, world_.view().DebtsOf(code, *from, kPage));
    debts.insert(debts.end(), page.debts.begin(), page.debts.end());
    from = page.next;
  }
  return debts;
}

Observed Operations::Debts(const Json& step) {
  const StatusOr<std::vector<DebtView>> debts = AllDebts(step);
  if (!debts.ok()) return Refused(debts.status());
  Observed observed;
  observed.answer = Json::array();
  for (const DebtView& debt : *debts) {
    observed.answer.push_back({world_.NameOf(debt.debtor), world_.NameOf(debt.creditor),
                               FormatAmount(debt.amount, world_.PrecisionOf(Text(step, "eq")))});
  }
  return observed;
}

Observed Operations::DebtTotal(const Json& step) {
  const StatusOr<std::vector<DebtView>> debts = AllDebts(step);
  if (!debts.ok()) return Refused(debts.status());
  AmountSum total = 0;
  for (const DebtView& debt : *debts) total += debt.amount;
  Observed observed;
  observed.answer = FormatSum(total, world_.PrecisionOf(Text(step, "eq")));
  return observed;
}

Observed Operations::Net(const Json& step) {
  const Status known = AllDebts(step).status();  // also when no name is listed
  if (!known.ok()) return Refused(known);
  const StatusOr<EquivalentCode> code = Code(step);
  Observed observed;
  const Json named = step.value("expect", Json::object());
  for (const auto& [name, expected] : named.items()) {
    if (!expected.is_string() || name == "error") continue;  // {"any": true}, {"error": …}
    const StatusOr<Pid> pid = world_.PidOf(name);
    if (!pid.ok()) return Refused(pid.status());
    const StatusOr<Balance> balance = world_.view().BalanceOf(*pid, *code);
    if (!balance.ok()) return Refused(balance.status());
    observed.answer[name] = FormatSum(balance->net, world_.PrecisionOf(Text(step, "eq")));
  }
  return observed;
}

Observed Operations::BalanceOf(const Json& step) {
  const auto balance = [&]() -> StatusOr<Balance> {
    GEO_ASSIGN_OR_RETURN(const Pid pid, world_.PidOf(Text(step, "of")));
    GEO_ASSIGN_OR_RETURN(const EquivalentCode code, Code(step));
    return world_.view().BalanceOf(pid, code);
  }();
  if (!balance.ok()) return Refused(balance.status());
  const int precision = world_.PrecisionOf(Text(step, "eq"));
  Observed observed;
  observed.answer = {{"total_debt", FormatSum(balance->total_debt, precision)},
                     {"total_credit", FormatSum(balance->total_credit, precision)},
                     {"net_balance", FormatSum(balance->net, precision)},
                     {"available_to_spend", FormatSum(balance->available_to_spend, precision)},
                     {"available_to_receive", FormatSum(balance->available_to_receive, precision)}};
  return observed;
}

// --- Clock. ---

Observed Operations::AdvanceClock(const Json& step) {
  const Json& seconds = step["seconds"];
  constexpr std::int64_t kMost = 1'000'000'000;
  if (seconds < -kMost || seconds > kMost) return Failed("seconds are out of range");
  advanced_s_ += seconds.get<std::int64_t>();
  if (advanced_s_ < -kMost || advanced_s_ > kMost) return Failed("the clock is out of range");
  const Status status = world_.Advance(seconds.get<std::int64_t>() * kSecond);
  return status.ok() ? Observed() : Failed("the hub failed: " + std::string(status.message()));
}

// --- Values by themselves. Texts are read by the function that reads them in every command; values
// of another type only a message can carry. ---

StatusOr<VerifiedCommand> Operations::ReadWith(const Command& command,
                                               const std::vector<std::string>& path,
                                               const Json& value) {
  GEO_ASSIGN_OR_RETURN(const geo::Json member, ToGeo(value));
  const SecretKey& key = world_.operator_key();
  GEO_ASSIGN_OR_RETURN(SignedCommand signed_command, world_.Sign(key, command));
  GEO_ASSIGN_OR_RETURN(signed_command, World::Altered(signed_command, key, [&](geo::Json& message) {
                         SetMember(message, path, member);
                       }));
  return World::Read(signed_command);
}

Observed Operations::CheckAmount(const Json& step) {
  const Json& value = step["value"];
  if (!value.is_string())
    return Verdict(ReadWith(AnyPayment(), {"body", "amount"}, value).status());
  const StatusOr<Amount> amount =
      ParsePositiveAmount(value.get_ref<const std::string&>(), kCheckPrecision);
  Observed observed = Verdict(amount.status());
  if (amount.ok()) observed.answer["value"] = FormatAmount(*amount, kCheckPrecision);
  return observed;
}

Observed Operations::CheckTxId(const Json& step) {
  const Json& value = step["value"];
  if (!value.is_string()) return Verdict(ReadWith(AnyPayment(), {"tx_id"}, value).status());
  return VerdictOnText(value, TxId::Parse(value.get_ref<const std::string&>()).status());
}

Observed Operations::CheckEquivalentCode(const Json& step) {
  const Json& value = step["value"];
  if (!value.is_string()) {
    return Verdict(ReadWith(AnyEquivalent(), {"body", "code"}, value).status());
  }
  return VerdictOnText(value, EquivalentCode::Parse(value.get_ref<const std::string&>()).status());
}

Observed Operations::CheckEquivalentMeta(const Json& step) {
  const Json& value = step["value"];
  Json body = value;
  if (value.is_object()) {
    body = {{"code", "META"}, {"precision", 2}, {"kind", "custom"}};
    for (const auto& [key, member] : value.items()) {
      const bool absent = member.is_null() && (key == "iso_code" || key == "description");
      if (!absent) body[key == "type" ? "kind" : key] = member;
    }
  }
  const StatusOr<VerifiedCommand> read = ReadWith(AnyEquivalent(), {"body"}, body);
  if (!read.ok()) return Verdict(read.status());
  const auto& meta = std::get<CreateEquivalent>(read->command());
  Observed observed = Verdict(geo::CheckEquivalentMeta(meta));
  if (observed.error.empty()) observed.answer["value"] = ShowMeta(meta);
  return observed;
}

Observed Operations::CheckPolicy(const Json& step) {
  const char* member = step.contains("policy") ? "policy" : "value";
  if (!step.contains(member)) return Failed("there is no policy to check");
  const auto policy = [&]() -> StatusOr<LinePolicy> {
    GEO_ASSIGN_OR_RETURN(const PolicyPatch patch, world_.Policy(step[member]));
    return ApplyPolicy(LinePolicy(), patch, kCheckPrecision);
  }();
  Observed observed = Verdict(policy.status());
  if (policy.ok()) observed.answer["value"] = ShowPolicy(*policy, world_);
  return observed;
}

}  // namespace geo::scenario
