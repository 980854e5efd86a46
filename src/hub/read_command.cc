#include <functional>
#include <limits>
#include <map>
#include <string>
#include <utility>

#include "geo/base/encoding.h"
#include "geo/crypto/keys.h"
#include "geo/routing/router.h"
#include "src/base/no_memory.h"
#include "src/base/quote.h"
#include "src/base/status_macros.h"
#include "src/hub/command_body.h"

namespace geo {
namespace {

Status PolicyError(std::string_view key, std::string_view wanted, const Json& value) {
  return MakeError(ErrorCode::kPolicyInvalid, "policy key " + Quote(key) + " takes " +
                                                  std::string(wanted) + ", not " + Shown(value));
}

Status ReadFlag(std::string_view key, const Json& value, PolicySetting<bool>& setting) {
  if (!value.IsBool()) return PolicyError(key, "true or false", value);
  setting = *value.AsBool();
  return OkStatus();
}

Status ReadHops(std::string_view key, const Json& value, PolicySetting<std::uint32_t>& setting) {
  if (!value.IsInt() || *value.AsInt() < 1 || *value.AsInt() > kMostHops) {
    return PolicyError(key, "a whole number from 1 to 32", value);
  }
  setting = static_cast<std::uint32_t>(*value.AsInt());
  return OkStatus();
}

// Decimal text, or a whole number of the equivalent; both become text. How many decimals the
// equivalent takes is seen when the command is planned.
Status ReadAmount(std::string_view key, const Json& value, PolicySetting<AmountInput>& setting) {
  std::string text;
  if (value.IsString()) text = *value.AsString();
  if (value.IsInt()) text = std::to_string(*value.AsInt());
  const StatusOr<Amount> amount = ParseAmount(text, kMaxPrecision);
  if (!amount.ok() && ErrorCodeOf(amount.status()) != ErrorCode::kAmountOverflow) {
    return PolicyError(key, "an amount of zero or more as decimal text", value);
  }
  setting = AmountInput(std::move(text));
  return OkStatus();
}

Status ReadBlocked(std::string_view key, const Json& value,
                   PolicySetting<std::vector<Pid>>& setting) {
  std::vector<Pid> blocked;
  if (!value.IsArray()) return PolicyError(key, "a list of pids", value);
  for (const Json& item : *value.AsArray()) {
    const StatusOr<Pid> pid = ParsePid(item.IsString() ? *item.AsString() : "");
    if (!pid.ok()) return PolicyError(key, "a list of pids", item);
    blocked.push_back(*pid);
  }
  setting = std::move(blocked);
  return OkStatus();
}

Status ReadPolicyKey(const std::string& key, const Json& value, PolicyPatch& patch) {
  const auto read = [&](auto& setting, auto reader) -> Status {
    if (!value.IsNull()) return reader(key, value, setting);
    setting = std::remove_reference_t<decltype(setting)>::Reset();
    return OkStatus();
  };
  if (key == "auto_clearing") return read(patch.auto_clearing, ReadFlag);
  if (key == "can_be_intermediate") return read(patch.can_be_intermediate, ReadFlag);
  if (key == "allow_growth") return read(patch.allow_growth, ReadFlag);
  if (key == "max_hops") return read(patch.max_hops, ReadHops);
  if (key == "daily_limit") return read(patch.daily_limit, ReadAmount);
  if (key == "max_single_payment") return read(patch.max_single_payment, ReadAmount);
  if (key == "blocked_participants") return read(patch.blocked_participants, ReadBlocked);
  return MakeError(ErrorCode::kPolicyInvalid,
                   "policy key " + Quote(key) +
                       " is unknown; known are auto_clearing, can_be_intermediate, max_hops, "
                       "daily_limit, max_single_payment, allow_growth, blocked_participants");
}

PolicyPatch ReadPolicyMember(BodyReader& body) {
  const Json* policy = body.Any("policy");
  return policy == nullptr ? PolicyPatch() : body.Take(ParsePolicy(*policy));
}

Command ReadRegister(BodyReader& body) {
  RegisterParticipant command;
  command.key = body.Parsed("public_key", ParsePublicKey);
  command.type = body.Named("type", ParticipantTypeName);
  command.name = body.Personal("display_name");
  if (body.Has("profile")) command.profile = body.Personal("profile");
  return command;
}

Command ReadUpdateParticipant(BodyReader& body) {
  UpdateParticipant command;
  if (body.Has("display_name")) command.name = body.Personal("display_name");
  if (body.IsNull("profile")) {
    static_cast<void>(body.Any("profile"));
    command.profile = PersonalText();
  } else if (body.Has("profile")) {
    command.profile = body.Personal("profile");
  }
  return command;
}

Command ReadSetStatus(BodyReader& body) {
  SetParticipantStatus command;
  command.participant = body.Parsed("pid", ParsePid);
  command.status = body.Named("status", ParticipantStatusName);
  command.reason = body.Get<std::string>("reason");
  return command;
}

Command ReadSetLevel(BodyReader& body) {
  SetVerificationLevel command;
  command.participant = body.Parsed("pid", ParsePid);
  command.level = static_cast<std::uint8_t>(body.Int("level", 0, 3));
  command.reason = body.Get<std::string>("reason");
  return command;
}

Command ReadCreateEquivalent(BodyReader& body) {
  CreateEquivalent command;
  command.code = body.Parsed("code", EquivalentCode::Parse);
  command.precision = static_cast<std::uint8_t>(body.Int("precision", 0, kMaxPrecision));
  command.kind = body.Named("kind", EquivalentKindName);
  command.iso_code = body.OptionalText("iso_code");
  command.description = body.Find<std::string>("description").value_or("");
  return command;
}

Command ReadUpdateEquivalent(BodyReader& body) {
  UpdateEquivalent command;
  command.code = body.Parsed("code", EquivalentCode::Parse);
  command.active = body.Find<bool>("active");
  command.description = body.Find<std::string>("description");
  return command;
}

Command ReadOpenLine(BodyReader& body) {
  OpenLine command;
  command.debtor = body.Parsed("to", ParsePid);
  command.equivalent = body.Parsed("equivalent", EquivalentCode::Parse);
  command.limit = body.AmountText("limit");
  command.policy = ReadPolicyMember(body);
  return command;
}

Command ReadUpdateLine(BodyReader& body) {
  UpdateLine command;
  command.line = body.Parsed("id", ParseLineId);
  if (body.Has("limit")) command.limit = body.AmountText("limit");
  command.policy = ReadPolicyMember(body);
  return command;
}

template <typename Freezing>
Command ReadFreezing(BodyReader& body) {
  Freezing command;
  command.line = body.Parsed("id", ParseLineId);
  command.reason = body.Find<std::string>("reason").value_or("");
  return command;
}

// A limit: a value, or null, which lifts it.
template <typename T, typename Read>
PolicySetting<T> ReadSetting(BodyReader& body, std::string_view key, Read read) {
  if (!body.Has(key)) return {};
  if (!body.IsNull(key)) return PolicySetting<T>(read(key));
  static_cast<void>(body.Any(key));
  return PolicySetting<T>::Reset();
}

Command ReadSetLimits(BodyReader& body) {
  constexpr std::int64_t kMostCount = std::numeric_limits<std::uint32_t>::max();
  const auto amount = [&](std::string_view key) { return body.AmountText(key); };
  const auto count = [&](std::string_view key) {
    return static_cast<std::uint32_t>(body.Int(key, 0, kMostCount));
  };
  SetLimits command;
  if (body.Has("level")) command.level = static_cast<std::uint8_t>(body.Int("level", 0, 3));
  if (body.Has("equivalent")) {
    command.equivalent = body.Parsed("equivalent", EquivalentCode::Parse);
  }
  command.payment = ReadSetting<AmountInput>(body, "payment", amount);
  command.line = ReadSetting<AmountInput>(body, "line", amount);
  command.lines = ReadSetting<std::uint32_t>(body, "lines", count);
  command.payments_per_day = ReadSetting<std::uint32_t>(body, "payments_per_day", count);
  command.reason = body.Get<std::string>("reason");
  return command;
}

// A whole number from 1 to `most`, or "unlimited".
std::optional<std::uint32_t> ReadLimit(BodyReader& body, std::string_view key, std::int64_t most) {
  if (!body.Has(key)) return std::nullopt;
  const Json* value = body.Any(key);
  if (value->IsString() && *value->AsString() == kUnlimitedText) return kUnlimited;
  return static_cast<std::uint32_t>(body.Int(key, 1, most));
}

PaymentConstraints ReadConstraints(const Json& json, BodyReader& body) {
  static const std::vector<PersonalText> kNoTexts;
  BodyReader members(json, "constraints", kNoTexts);
  PaymentConstraints constraints;
  constraints.max_hops = ReadLimit(members, "max_hops", kMostHops);
  constraints.max_paths = ReadLimit(members, "max_paths", kMostPaths);
  if (members.Has("avoid")) constraints.avoid = members.Pids("avoid");
  body.Fail(members.Finish());
  return constraints;
}

Pay ReadPay(BodyReader& body, const TxId& id) {
  Pay command;
  command.id = id;
  command.payee = body.Parsed("to", ParsePid);
  command.equivalent = body.Parsed("equivalent", EquivalentCode::Parse);
  command.amount = body.PositiveAmountText("amount");
  if (body.Has("description")) command.description = body.Personal("description");
  if (const Json* constraints = body.Any("constraints")) {
    command.constraints = ReadConstraints(*constraints, body);
  }
  return command;
}

NamedRoute ReadRoute(const Json& json, BodyReader& body) {
  static const std::vector<PersonalText> kNoTexts;
  BodyReader members(json, "route", kNoTexts);
  NamedRoute route;
  route.participants = members.Pids("path");
  route.amount = members.Get<std::string>("amount");
  body.Fail(members.Finish());
  return route;
}

Command ReadPrepare(BodyReader& body, const TxId& id) {
  // What a hub takes is narrower; this keeps the product below from overflowing.
  constexpr std::int64_t kMostSeconds = 1'000'000'000;
  PreparePayment command;
  command.payment = ReadPay(body, id);
  if (body.Has("lifetime_s")) command.lifetime = body.Int("lifetime_s", 1, kMostSeconds) * kSecond;
  if (!body.Has("routes")) return command;
  for (const Json& route : body.Get<Json::Array>("routes")) {
    command.routes.push_back(ReadRoute(route, body));
    if (!body.ok()) break;
  }
  return command;
}

AmountInput ReadMinimum(BodyReader& body) { return body.PositiveAmountText("min_amount"); }

ClearingTerms ReadTerms(BodyReader& body) {
  ClearingTerms terms;
  terms.equivalent = body.Parsed("equivalent", EquivalentCode::Parse);
  if (body.Has("min_amount")) terms.min_amount = ReadMinimum(body);
  if (body.Has("within")) terms.within = body.Pids("within");
  if (body.Has("work_limit")) {
    terms.work_limit = static_cast<std::uint64_t>(body.Int("work_limit", 1, kMostWork));
  }
  return terms;
}

std::uint32_t ReadCount(BodyReader& body, std::string_view key, std::uint32_t by_default,
                        std::int64_t least, std::int64_t most) {
  return body.Has(key) ? static_cast<std::uint32_t>(body.Int(key, least, most)) : by_default;
}

Command ReadClearCycles(BodyReader& body) {
  ClearCycles command;
  command.terms = ReadTerms(body);
  command.max_length =
      ReadCount(body, "max_length", command.max_length, kShortestCycle, kLongestPeriodicCycle);
  command.max_cycles = ReadCount(body, "max_cycles", command.max_cycles, 1, kUnlimited - 1);
  return command;
}

Command ReadSetOff(BodyReader& body) {
  SetOffDebts command;
  command.terms = ReadTerms(body);
  command.growth = body.Find<bool>("growth").value_or(false);
  command.enough_ppm = ReadCount(body, "enough_ppm", command.enough_ppm, 0, graph::kWholeInPpm);
  return command;
}

Command ReadClearCycle(BodyReader& body) {
  ClearCycle command;
  command.equivalent = body.Parsed("equivalent", EquivalentCode::Parse);
  command.cycle = body.Pids("cycle");
  return command;
}

Command ReadPropose(BodyReader& body, const TxId& id) {
  constexpr std::int64_t kMostSeconds = 1'000'000'000;  // what a hub takes is narrower
  ProposeClearing command;
  command.id = id;
  command.equivalent = body.Parsed("equivalent", EquivalentCode::Parse);
  command.cycle = body.Pids("cycle");
  if (body.Has("min_amount")) command.min_amount = ReadMinimum(body);
  if (body.Has("lifetime_s")) command.lifetime = body.Int("lifetime_s", 1, kMostSeconds) * kSecond;
  return command;
}

StatusOr<Hash256> ParseTerms(std::string_view text) {
  GEO_ASSIGN_OR_RETURN(const std::string raw, DecodeBase64(text));
  return Hash256::FromBytes(raw);
}

Command ReadAccept(BodyReader& body, const TxId& id) {
  return AcceptClearing{id, body.Parsed("terms", ParseTerms)};
}

using PaymentReader = std::function<Command(BodyReader&, const TxId&)>;

// Operations that carry a transaction id.
const std::map<std::string, PaymentReader, std::less<>>& PaymentReaders() {
  static const auto* const kReaders = new std::map<std::string, PaymentReader, std::less<>>{
      {"payment", ReadPay},
      {"payment.prepare", ReadPrepare},
      {"payment.commit", [](BodyReader&, const TxId& id) -> Command { return CommitPayment{id}; }},
      {"payment.abort", [](BodyReader&, const TxId& id) -> Command { return AbortPayment{id}; }},
      {"clearing.propose", ReadPropose},
      {"clearing.accept", ReadAccept},
      {"clearing.reject",
       [](BodyReader&, const TxId& id) -> Command { return RejectClearing{id}; }},
  };
  return *kReaders;
}

using Reader = std::function<Command(BodyReader&)>;

const std::map<std::string, Reader, std::less<>>& Readers() {
  static const auto* const kReaders = new std::map<std::string, Reader, std::less<>>{
      {"participant.register", ReadRegister},
      {"participant.update", ReadUpdateParticipant},
      {"participant.leave", [](BodyReader&) -> Command { return Leave(); }},
      {"participant.set_status", ReadSetStatus},
      {"participant.set_level", ReadSetLevel},
      {"equivalent.create", ReadCreateEquivalent},
      {"equivalent.update", ReadUpdateEquivalent},
      {"equivalent.remove",
       [](BodyReader& body) -> Command {
         return RemoveEquivalent{body.Parsed("code", EquivalentCode::Parse)};
       }},
      {"line.open", ReadOpenLine},
      {"line.update", ReadUpdateLine},
      {"line.close",
       [](BodyReader& body) -> Command { return CloseLine{body.Parsed("id", ParseLineId)}; }},
      {"line.freeze", ReadFreezing<FreezeLine>},
      {"line.unfreeze", ReadFreezing<UnfreezeLine>},
      {"clearing.cycles", ReadClearCycles},
      {"clearing.set_off", ReadSetOff},
      {"clearing.cycle", ReadClearCycle},
      {"limits.set", ReadSetLimits},
  };
  return *kReaders;
}

}  // namespace

StatusOr<PolicyPatch> ParsePolicy(const Json& policy) {
  return CatchNoMemory([&]() -> StatusOr<PolicyPatch> {
    if (!policy.IsObject()) {
      return MakeError(ErrorCode::kPolicyInvalid, "a policy is an object of keys");
    }
    PolicyPatch patch;
    for (const auto& [key, value] : *policy.AsObject()) {
      GEO_RETURN_IF_ERROR(ReadPolicyKey(key, value, patch));
    }
    return patch;
  });
}

StatusOr<Command> ReadCommand(std::string_view op, const std::optional<TxId>& tx_id,
                              const Json& body, const std::vector<PersonalText>& texts) {
  const auto payment = PaymentReaders().find(op);
  const bool is_payment = payment != PaymentReaders().end();
  const auto reader = is_payment ? Readers().end() : Readers().find(op);
  if (!is_payment && reader == Readers().end()) {
    return MakeError(ErrorCode::kCommandSyntax, "operation " + Quote(op) + " is not known here");
  }
  if (is_payment != tx_id.has_value()) {
    return MakeError(ErrorCode::kCommandSyntax,
                     is_payment ? "payments, proposals and decisions about them carry tx_id"
                                : "other commands carry seq");
  }
  BodyReader members(body, op, texts);
  Command command = is_payment ? payment->second(members, *tx_id) : reader->second(members);
  GEO_RETURN_IF_ERROR(members.Finish());
  return command;
}

}  // namespace geo
