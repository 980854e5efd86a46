#include "geo/crypto/legacy_v0.h"

#include "geo/base/encoding.h"
#include "geo/base/limits.h"
#include "geo/crypto/json_members.h"
#include "src/base/status_macros.h"

namespace geo {
namespace {

// The members of each body are named twice, once to write and once to read. LegacyMessage reads
// back what it wrote, so that the two cannot drift apart and nothing is signed that would not be
// opened.

Json ToJson(const LegacyRegister& body) {
  Json json;
  json.Set("display_name", body.display_name)
      .Set("type", body.type)
      .Set("public_key", FormatPublicKey(body.public_key));
  if (body.profile.has_value()) json.Set("profile", *body.profile);
  return json;
}

Json ToJson(const LegacyParticipantUpdate& body) {
  Json json = Json::Object();
  if (body.display_name.has_value()) json.Set("display_name", *body.display_name);
  if (body.profile.has_value()) json.Set("profile", *body.profile);
  return json;
}

Json ToJson(const LegacyLineCreate& body) {
  Json json;
  json.Set("to", FormatPid(body.to))
      .Set("equivalent", body.equivalent.text())
      .Set("limit", body.limit);
  if (body.policy.has_value()) json.Set("policy", *body.policy);
  return json;
}

Json ToJson(const LegacyLineUpdate& body) {
  Json json;
  json.Set("id", FormatLineId(body.id));
  if (body.limit.has_value()) json.Set("limit", *body.limit);
  if (body.policy.has_value()) json.Set("policy", *body.policy);
  return json;
}

Json ToJson(const LegacyLineClose& body) { return Json::Object{{"id", FormatLineId(body.id)}}; }

Json ToJson(const LegacyConstraints& constraints) {
  Json json = Json::Object();
  if (constraints.max_hops.has_value()) json.Set("max_hops", *constraints.max_hops);
  if (constraints.max_paths.has_value()) json.Set("max_paths", *constraints.max_paths);
  if (constraints.timeout_ms.has_value()) json.Set("timeout_ms", *constraints.timeout_ms);
  if (constraints.avoid.has_value()) {
    Json avoid = Json::Array();
    for (const Pid& pid : *constraints.avoid) avoid.Append(FormatPid(pid));
    json.Set("avoid", std::move(avoid));
  }
  return json;
}

Json ToJson(const LegacyPayment& body) {
  Json json;
  json.Set("tx_id", body.tx_id.text())
      .Set("to", FormatPid(body.to))
      .Set("equivalent", body.equivalent.text())
      .Set("amount", body.amount);
  if (body.description.has_value()) json.Set("description", *body.description);
  if (body.constraints.has_value()) json.Set("constraints", ToJson(*body.constraints));
  return json;
}

std::optional<Json> OptionalObject(JsonMembers& members, std::string_view key) {
  std::optional<Json::Object> object = members.Find<Json::Object>(key);
  if (!object.has_value()) return std::nullopt;
  return Json(std::move(*object));
}

void RequireChange(JsonMembers& members, bool changes, std::string_view what) {
  if (changes || !members.ok()) return;
  members.Fail(MakeError(ErrorCode::kCommandSyntax, std::string(what) + " changes nothing"));
}

Status Read(const Json& json, LegacyRegister& body) {
  JsonMembers members(json, "registration");
  body.display_name = members.Get<std::string>("display_name");
  body.type = members.Get<std::string>("type");
  body.public_key = members.Parsed("public_key", ParsePublicKey);
  body.profile = OptionalObject(members, "profile");
  return members.Finish();
}

Status Read(const Json& json, LegacyParticipantUpdate& body) {
  JsonMembers members(json, "participant update");
  body.display_name = members.Find<std::string>("display_name");
  body.profile = OptionalObject(members, "profile");
  RequireChange(members, body.display_name || body.profile, "participant update");
  return members.Finish();
}

Status Read(const Json& json, LegacyLineCreate& body) {
  JsonMembers members(json, "line to create");
  body.to = members.Parsed("to", ParsePid);
  body.equivalent = members.Parsed("equivalent", EquivalentCode::Parse);
  body.limit = members.Get<std::string>("limit");
  body.policy = OptionalObject(members, "policy");
  return members.Finish();
}

Status Read(const Json& json, LegacyLineUpdate& body) {
  JsonMembers members(json, "line update");
  body.id = members.Parsed("id", ParseLineId);
  body.limit = members.Find<std::string>("limit");
  body.policy = OptionalObject(members, "policy");
  RequireChange(members, body.limit || body.policy, "line update");
  return members.Finish();
}

Status Read(const Json& json, LegacyLineClose& body) {
  JsonMembers members(json, "line to close");
  body.id = members.Parsed("id", ParseLineId);
  return members.Finish();
}

StatusOr<std::vector<Pid>> ReadAvoid(const Json::Array& items) {
  if (items.size() > kMaxAvoid) {
    return MakeError(ErrorCode::kTooLarge, "\"avoid\" names " + std::to_string(items.size()) +
                                               " participants; at most " +
                                               std::to_string(kMaxAvoid) + " are taken");
  }
  std::vector<Pid> avoid;
  for (const Json& item : items) {
    if (!item.IsString()) {
      return MakeError(ErrorCode::kCommandSyntax, "an item of \"avoid\" is of type " +
                                                      std::string(JsonKindName(item.kind())) +
                                                      "; expected string");
    }
    GEO_ASSIGN_OR_RETURN(const Pid pid, ParsePid(*item.AsString()));
    avoid.push_back(pid);
  }
  return avoid;
}

StatusOr<LegacyConstraints> ReadConstraints(const Json& json) {
  JsonMembers members(json, "constraints");
  LegacyConstraints constraints;
  constraints.max_hops = members.Find<std::int64_t>("max_hops");
  constraints.max_paths = members.Find<std::int64_t>("max_paths");
  constraints.timeout_ms = members.Find<std::int64_t>("timeout_ms");
  if (const auto avoid = members.Find<Json::Array>("avoid"); avoid.has_value()) {
    constraints.avoid = members.Take(ReadAvoid(*avoid));
  }
  GEO_RETURN_IF_ERROR(members.Finish());
  return constraints;
}

Status Read(const Json& json, LegacyPayment& body) {
  JsonMembers members(json, "payment");
  body.tx_id = members.Parsed("tx_id", TxId::Parse);
  body.to = members.Parsed("to", ParsePid);
  body.equivalent = members.Parsed("equivalent", EquivalentCode::Parse);
  body.amount = members.Get<std::string>("amount");
  body.description = members.Find<std::string>("description");
  if (const auto constraints = OptionalObject(members, "constraints"); constraints.has_value()) {
    body.constraints = members.Take(ReadConstraints(*constraints));
  }
  return members.Finish();
}

StatusOr<std::string> CanonicalMessage(const Json& json) {
  GEO_ASSIGN_OR_RETURN(std::string message, CanonicalJson(json));
  if (message.size() <= kMaxEnvelopeBytes) return message;
  return MakeError(ErrorCode::kTooLarge, "message of " + std::to_string(message.size()) +
                                             " bytes; at most " +
                                             std::to_string(kMaxEnvelopeBytes) + " are taken");
}

template <typename Body>
StatusOr<std::string> Message(const Body& body) {
  const Json json = ToJson(body);
  Body read;
  GEO_RETURN_IF_ERROR(Read(json, read));
  return CanonicalMessage(json);
}

Status CheckSignature(const PublicKey& key, std::string_view message, const Signature& signature) {
  if (VerifySignature(key, message, signature)) return OkStatus();
  return MakeError(ErrorCode::kBadSignature, "the signature is not the one of the key of " +
                                                 FormatPid(PidOf(key)) + " over this message");
}

template <typename Body>
StatusOr<Body> Open(const Json& sent, const PublicKey& key, const Signature& signature) {
  Body body;
  GEO_RETURN_IF_ERROR(Read(sent, body));
  GEO_ASSIGN_OR_RETURN(const std::string message, CanonicalMessage(sent));
  GEO_RETURN_IF_ERROR(CheckSignature(key, message, signature));
  return body;
}

}  // namespace

StatusOr<std::string> LegacyMessage(const LegacyRegister& body) { return Message(body); }

StatusOr<std::string> LegacyMessage(const LegacyParticipantUpdate& body) { return Message(body); }

StatusOr<std::string> LegacyMessage(const LegacyLineCreate& body) { return Message(body); }

StatusOr<std::string> LegacyMessage(const LegacyLineUpdate& body) { return Message(body); }

StatusOr<std::string> LegacyMessage(const LegacyLineClose& body) { return Message(body); }

StatusOr<std::string> LegacyMessage(const LegacyPayment& body) { return Message(body); }

StatusOr<std::string> LegacyLoginMessage(std::string_view challenge) {
  GEO_ASSIGN_OR_RETURN(const std::string bytes, DecodeBase64Url(challenge));
  if (bytes.size() == 32) return std::string(challenge);
  return MakeError(ErrorCode::kEncodingSyntax,
                   "a login challenge is the base64url of 32 bytes, not of " +
                       std::to_string(bytes.size()) + "; nothing else is signed as one");
}

StatusOr<LegacyRegister> OpenLegacyRegister(const Json& sent, const Signature& signature) {
  LegacyRegister body;
  GEO_RETURN_IF_ERROR(Read(sent, body));
  return Open<LegacyRegister>(sent, body.public_key, signature);
}

StatusOr<LegacyParticipantUpdate> OpenLegacyParticipantUpdate(const Json& sent,
                                                              const PublicKey& key,
                                                              const Signature& signature) {
  return Open<LegacyParticipantUpdate>(sent, key, signature);
}

StatusOr<LegacyLineCreate> OpenLegacyLineCreate(const Json& sent, const PublicKey& key,
                                                const Signature& signature) {
  return Open<LegacyLineCreate>(sent, key, signature);
}

StatusOr<LegacyLineUpdate> OpenLegacyLineUpdate(const Json& sent, const PublicKey& key,
                                                const Signature& signature) {
  return Open<LegacyLineUpdate>(sent, key, signature);
}

StatusOr<LegacyLineClose> OpenLegacyLineClose(const Json& sent, const PublicKey& key,
                                              const Signature& signature) {
  return Open<LegacyLineClose>(sent, key, signature);
}

StatusOr<LegacyPayment> OpenLegacyPayment(const Json& sent, const PublicKey& key,
                                          const Signature& signature) {
  return Open<LegacyPayment>(sent, key, signature);
}

Status CheckLegacyLogin(std::string_view challenge, const PublicKey& key,
                        const Signature& signature) {
  GEO_ASSIGN_OR_RETURN(const std::string message, LegacyLoginMessage(challenge));
  return CheckSignature(key, message, signature);
}

}  // namespace geo
