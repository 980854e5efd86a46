#include <string>
#include <utility>

#include "geo/base/encoding.h"
#include "src/base/status_macros.h"
#include "src/hub/command_body.h"

namespace geo {
namespace {

// A number that is no value of its enum has no word.
Json Word(std::string_view name) { return name.empty() ? Json() : Json(name); }

StatusOr<Json> AmountText(const AmountInput& amount) {
  if (const auto* text = std::get_if<std::string>(&amount)) return Json(*text);
  return MakeError(ErrorCode::kInvalidArgument,
                   "signed commands carry amounts as decimal text, not in minor units");
}

Json PidList(const std::vector<Pid>& pids) {
  Json::Array list;
  for (const Pid& pid : pids) list.emplace_back(FormatPid(pid));
  return list;
}

Json LimitJson(std::uint32_t limit) {
  return limit == kUnlimited ? Json(kUnlimitedText) : Json(limit);
}

// Writes each mentioned key; `write` turns a value into JSON.
template <typename T, typename Write>
Status AddSetting(const char* key, const PolicySetting<T>& setting, Json& policy, Write write) {
  if (!setting.mentioned) return OkStatus();
  if (!setting.value.has_value()) {
    policy.Set(key, nullptr);
    return OkStatus();
  }
  GEO_ASSIGN_OR_RETURN(Json value, write(*setting.value));
  policy.Set(key, std::move(value));
  return OkStatus();
}

Status AddPolicy(const PolicyPatch& patch, Json& body) {
  if (patch == PolicyPatch()) return OkStatus();
  const auto plain = [](const auto& value) -> StatusOr<Json> { return Json(value); };
  const auto pids = [](const std::vector<Pid>& list) -> StatusOr<Json> { return PidList(list); };
  Json policy{Json::Object()};
  GEO_RETURN_IF_ERROR(AddSetting("auto_clearing", patch.auto_clearing, policy, plain));
  GEO_RETURN_IF_ERROR(AddSetting("can_be_intermediate", patch.can_be_intermediate, policy, plain));
  GEO_RETURN_IF_ERROR(AddSetting("allow_growth", patch.allow_growth, policy, plain));
  GEO_RETURN_IF_ERROR(AddSetting("max_hops", patch.max_hops, policy, plain));
  GEO_RETURN_IF_ERROR(AddSetting("daily_limit", patch.daily_limit, policy, AmountText));
  GEO_RETURN_IF_ERROR(
      AddSetting("max_single_payment", patch.max_single_payment, policy, AmountText));
  GEO_RETURN_IF_ERROR(AddSetting("blocked_participants", patch.blocked_participants, policy, pids));
  body.Set("policy", std::move(policy));
  return OkStatus();
}

struct BodyWriter {
  std::vector<PersonalText>* texts;

  // The hash that stands for a text, which travels beside the envelope.
  Json HashOf(const PersonalText& text) const {
    texts->push_back(text);
    return EncodeBase64(TextHash(text).view());
  }

  StatusOr<Json> operator()(const RegisterParticipant& command) const {
    Json body(Json::Object{{"public_key", FormatPublicKey(command.key)},
                           {"type", Word(ParticipantTypeName(command.type))},
                           {"display_name", HashOf(command.name)}});
    if (command.profile) body.Set("profile", HashOf(*command.profile));
    return body;
  }

  StatusOr<Json> operator()(const UpdateParticipant& command) const {
    Json body{Json::Object()};
    if (command.name) body.Set("display_name", HashOf(*command.name));
    if (command.profile) {
      body.Set("profile", command.profile->text.empty() ? Json() : HashOf(*command.profile));
    }
    return body;
  }

  StatusOr<Json> operator()(const Leave&) const { return Json(Json::Object()); }

  StatusOr<Json> operator()(const SetParticipantStatus& command) const {
    return Json(Json::Object{{"pid", FormatPid(command.participant)},
                             {"status", Word(ParticipantStatusName(command.status))},
                             {"reason", command.reason}});
  }

  StatusOr<Json> operator()(const SetVerificationLevel& command) const {
    return Json(Json::Object{{"pid", FormatPid(command.participant)},
                             {"level", command.level},
                             {"reason", command.reason}});
  }

  StatusOr<Json> operator()(const CreateEquivalent& command) const {
    Json body(Json::Object{{"code", command.code.text()},
                           {"precision", command.precision},
                           {"kind", Word(EquivalentKindName(command.kind))}});
    if (!command.iso_code.empty()) body.Set("iso_code", command.iso_code);
    if (!command.description.empty()) body.Set("description", command.description);
    return body;
  }

  StatusOr<Json> operator()(const UpdateEquivalent& command) const {
    Json body(Json::Object{{"code", command.code.text()}});
    if (command.active) body.Set("active", *command.active);
    if (command.description) body.Set("description", *command.description);
    return body;
  }

  StatusOr<Json> operator()(const RemoveEquivalent& command) const {
    return Json(Json::Object{{"code", command.code.text()}});
  }

  StatusOr<Json> operator()(const OpenLine& command) const {
    Json body(
        Json::Object{{"to", FormatPid(command.debtor)}, {"equivalent", command.equivalent.text()}});
    GEO_ASSIGN_OR_RETURN(Json limit, AmountText(command.limit));
    body.Set("limit", std::move(limit));
    GEO_RETURN_IF_ERROR(AddPolicy(command.policy, body));
    return body;
  }

  StatusOr<Json> operator()(const UpdateLine& command) const {
    Json body(Json::Object{{"id", FormatLineId(command.line)}});
    if (command.limit) {
      GEO_ASSIGN_OR_RETURN(Json limit, AmountText(*command.limit));
      body.Set("limit", std::move(limit));
    }
    GEO_RETURN_IF_ERROR(AddPolicy(command.policy, body));
    return body;
  }

  StatusOr<Json> operator()(const CloseLine& command) const {
    return Json(Json::Object{{"id", FormatLineId(command.line)}});
  }

  StatusOr<Json> Freezing(const LineId& line, const std::string& reason) const {
    Json body(Json::Object{{"id", FormatLineId(line)}});
    if (!reason.empty()) body.Set("reason", reason);
    return body;
  }

  StatusOr<Json> operator()(const FreezeLine& command) const {
    return Freezing(command.line, command.reason);
  }

  StatusOr<Json> operator()(const UnfreezeLine& command) const {
    return Freezing(command.line, command.reason);
  }

  StatusOr<Json> operator()(const SetLimits& command) const {
    Json body{Json::Object()};
    if (command.level) body.Set("level", *command.level);
    if (command.equivalent) body.Set("equivalent", command.equivalent->text());
    GEO_RETURN_IF_ERROR(AddSetting("payment", command.payment, body, AmountText));
    GEO_RETURN_IF_ERROR(AddSetting("line", command.line, body, AmountText));
    const auto count = [](std::uint32_t n) -> StatusOr<Json> { return Json(n); };
    GEO_RETURN_IF_ERROR(AddSetting("lines", command.lines, body, count));
    GEO_RETURN_IF_ERROR(AddSetting("payments_per_day", command.payments_per_day, body, count));
    body.Set("reason", command.reason);
    return body;
  }

  StatusOr<Json> operator()(const OpeningBalances&) const {
    return MakeError(ErrorCode::kInvalidArgument,
                     "opening balances travel as a trusted command only");
  }

  StatusOr<Json> operator()(const CommitPayment&) const { return Json(Json::Object()); }
  StatusOr<Json> operator()(const AbortPayment&) const { return Json(Json::Object()); }

  StatusOr<Json> operator()(const PreparePayment& command) const {
    if (command.voted) {
      return MakeError(ErrorCode::kInvalidArgument,
                       "voted reservations travel as a trusted command only");
    }
    GEO_ASSIGN_OR_RETURN(Json body, (*this)(command.payment));
    if (command.lifetime) {
      if (*command.lifetime % kSecond != 0) {
        return MakeError(ErrorCode::kInvalidArgument, "a lifetime is a number of whole seconds");
      }
      body.Set("lifetime_s", *command.lifetime / kSecond);
    }
    if (command.routes.empty()) return body;
    Json::Array routes;
    for (const NamedRoute& route : command.routes) {
      GEO_ASSIGN_OR_RETURN(Json amount, AmountText(route.amount));
      routes.emplace_back(
          Json::Object{{"path", PidList(route.participants)}, {"amount", std::move(amount)}});
    }
    body.Set("routes", std::move(routes));
    return body;
  }

  static Status AddTerms(const ClearingTerms& terms, Json& body) {
    body.Set("equivalent", terms.equivalent.text());
    if (terms.min_amount) {
      GEO_ASSIGN_OR_RETURN(Json amount, AmountText(*terms.min_amount));
      body.Set("min_amount", std::move(amount));
    }
    if (terms.within) body.Set("within", PidList(*terms.within));
    if (!terms.work_limit) return OkStatus();
    if (*terms.work_limit > static_cast<std::uint64_t>(kMostWork)) {
      return MakeError(ErrorCode::kInvalidArgument, "a work limit above 2^53 - 1");
    }
    body.Set("work_limit", static_cast<std::int64_t>(*terms.work_limit));
    return OkStatus();
  }

  StatusOr<Json> operator()(const ClearCycles& command) const {
    Json body{Json::Object()};
    GEO_RETURN_IF_ERROR(AddTerms(command.terms, body));
    body.Set("max_length", command.max_length);
    body.Set("max_cycles", command.max_cycles);
    return body;
  }

  StatusOr<Json> operator()(const SetOffDebts& command) const {
    Json body{Json::Object()};
    GEO_RETURN_IF_ERROR(AddTerms(command.terms, body));
    if (command.growth) body.Set("growth", true);
    body.Set("enough_ppm", command.enough_ppm);
    return body;
  }

  StatusOr<Json> operator()(const ClearCycle& command) const {
    return Json(
        Json::Object{{"equivalent", command.equivalent.text()}, {"cycle", PidList(command.cycle)}});
  }

  StatusOr<Json> operator()(const ProposeClearing& command) const {
    Json body(
        Json::Object{{"equivalent", command.equivalent.text()}, {"cycle", PidList(command.cycle)}});
    if (command.min_amount) {
      GEO_ASSIGN_OR_RETURN(Json amount, AmountText(*command.min_amount));
      body.Set("min_amount", std::move(amount));
    }
    if (!command.lifetime) return body;
    if (*command.lifetime % kSecond != 0) {
      return MakeError(ErrorCode::kInvalidArgument, "a lifetime is a number of whole seconds");
    }
    body.Set("lifetime_s", *command.lifetime / kSecond);
    return body;
  }

  StatusOr<Json> operator()(const AcceptClearing& command) const {
    return Json(Json::Object{{"terms", EncodeBase64(command.terms.view())}});
  }

  StatusOr<Json> operator()(const RejectClearing&) const { return Json(Json::Object()); }

  StatusOr<Json> operator()(const Pay& command) const {
    Json body(
        Json::Object{{"to", FormatPid(command.payee)}, {"equivalent", command.equivalent.text()}});
    GEO_ASSIGN_OR_RETURN(Json amount, AmountText(command.amount));
    body.Set("amount", std::move(amount));
    if (command.description) body.Set("description", HashOf(*command.description));
    Json constraints{Json::Object()};
    if (command.constraints.max_hops) {
      constraints.Set("max_hops", LimitJson(*command.constraints.max_hops));
    }
    if (command.constraints.max_paths) {
      constraints.Set("max_paths", LimitJson(*command.constraints.max_paths));
    }
    if (!command.constraints.avoid.empty()) {
      constraints.Set("avoid", PidList(command.constraints.avoid));
    }
    if (!constraints.AsObject()->empty()) body.Set("constraints", std::move(constraints));
    return body;
  }
};

}  // namespace

StatusOr<Json> WriteBody(const Command& command, std::vector<PersonalText>* texts) {
  return std::visit(BodyWriter{texts}, command);
}

}  // namespace geo
