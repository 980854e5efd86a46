#include "tests/scenario/vectors.h"

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <functional>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "geo/base/amount.h"
#include "geo/base/encoding.h"
#include "geo/crypto/hash.h"
#include "geo/crypto/json.h"
#include "geo/crypto/keys.h"
#include "geo/crypto/legacy_v0.h"
#include "src/base/status_macros.h"
#include "tests/scenario/decimal.h"

namespace geo::scenario {
namespace {

Status Wrong(const std::string& what) { return MakeError(ErrorCode::kInvalidArgument, what); }

Status Same(const std::string& what, const std::string& expected, const std::string& got) {
  if (expected == got) return OkStatus();
  return Wrong(what + " is " + Json(got).dump() + ", expected " + Json(expected).dump());
}

// Checks the members of a vector: all are texts except remarks and those named in `values`.
Status Members(const Json& vector, const std::vector<std::string_view>& texts,
               const std::vector<std::string_view>& values = {}) {
  if (!vector.is_object()) return Wrong("a vector is not an object");
  const auto listed = [](const std::vector<std::string_view>& list, std::string_view name) {
    return std::find(list.begin(), list.end(), name) != list.end();
  };
  for (const auto& [name, value] : vector.items()) {
    if (listed(values, name) || IsRemark(name)) continue;
    if (!listed(texts, name)) return Wrong("unknown member \"" + name + "\"");
    if (!value.is_string()) return Wrong("member \"" + name + "\" is not a string");
  }
  return OkStatus();
}

std::string Text(const Json& vector, const char* member) { return vector.value(member, ""); }

// The bytes of the member that is there: NAME_utf8, NAME_hex or NAME_b64; nothing without any.
StatusOr<std::optional<std::string>> Bytes(const Json& vector, const std::string& name) {
  if (vector.contains(name + "_utf8")) return vector[name + "_utf8"].get<std::string>();
  if (vector.contains(name + "_hex")) {
    return DecodeHex(vector[name + "_hex"].get_ref<const std::string&>());
  }
  if (vector.contains(name + "_b64")) {
    return DecodeBase64(vector[name + "_b64"].get_ref<const std::string&>());
  }
  return std::optional<std::string>();
}

// --- Keys. ---

StatusOr<SecretKey> KeyFromHex(const std::string& hex) {
  GEO_ASSIGN_OR_RETURN(const std::string seed, DecodeHex(hex));
  return SecretKey::FromSeed(seed);
}

Status CheckPublicKey(const Json& vector, const PublicKey& key) {
  GEO_RETURN_IF_ERROR(Same("pid", Text(vector, "pid"), FormatPid(PidOf(key))));
  if (vector.contains("public_key_hex")) {
    GEO_RETURN_IF_ERROR(Same("hex key", Text(vector, "public_key_hex"), EncodeHex(key.view())));
  }
  if (!vector.contains("public_key_b64")) return OkStatus();
  const std::string text = Text(vector, "public_key_b64");
  GEO_RETURN_IF_ERROR(Same("Base64 key", text, FormatPublicKey(key)));
  GEO_ASSIGN_OR_RETURN(const PublicKey parsed, ParsePublicKey(text));
  return parsed == key ? OkStatus() : Wrong("the Base64 key reads as another key");
}

Status CheckPid(const Json& vector) {
  GEO_RETURN_IF_ERROR(Members(
      vector, {"name", "seed_hex", "public_key_hex", "public_key_b64", "pid", "sha256_hex"}));
  GEO_ASSIGN_OR_RETURN(const Pid pid, ParsePid(Text(vector, "pid")));
  GEO_RETURN_IF_ERROR(Same("pid read and written", Text(vector, "pid"), FormatPid(pid)));
  bool checked = vector.contains("sha256_hex");
  if (checked) {
    GEO_RETURN_IF_ERROR(Same("hash", Text(vector, "sha256_hex"), EncodeHex(pid.view())));
  }
  if (vector.contains("seed_hex")) {
    GEO_ASSIGN_OR_RETURN(const SecretKey key, KeyFromHex(Text(vector, "seed_hex")));
    return CheckPublicKey(vector, key.public_key());
  }
  if (vector.contains("public_key_hex")) {
    GEO_ASSIGN_OR_RETURN(const std::string bytes, DecodeHex(Text(vector, "public_key_hex")));
    GEO_ASSIGN_OR_RETURN(const PublicKey key, PublicKey::FromBytes(bytes));
    return CheckPublicKey(vector, key);
  }
  return checked ? OkStatus() : Wrong("there is nothing to check the pid against");
}

// --- Canonical JSON. ---

// The text behind {"$dec": "1.50"}, {"$time": …} or {"$uuid": …}: geo has no such types, they are
// texts to it.
const std::string* MarkedText(const Json& value) {
  if (!value.is_object() || value.size() != 1 || !value.front().is_string()) return nullptr;
  const std::string key = value.begin().key();
  if (key != "$dec" && key != "$time" && key != "$uuid") return nullptr;
  return value.front().get_ptr<const std::string*>();
}

// The moment that an ISO 8601 text names: UTC where it says nothing else.
std::optional<absl::Time> MomentOf(const std::string& text) {
  absl::Time time;
  for (const char* format : {"%Y-%m-%d%ET%H:%M:%E*S%Ez", "%Y-%m-%d%ET%H:%M:%E*S"}) {
    if (absl::ParseTime(format, text, &time, nullptr)) return time;
  }
  return std::nullopt;
}

// Whether two texts stand for the same typed value: the same number, the same moment, or the same
// letters in either case.
bool SameMarked(const std::string& mark, const std::string& text, const std::string& other) {
  if (mark == "$dec") {
    const std::optional<std::string> number = NormalScientific(text);
    return number.has_value() && number == NormalScientific(other);
  }
  if (mark == "$time") {
    const std::optional<absl::Time> moment = MomentOf(text);
    return moment.has_value() && moment == MomentOf(other);
  }
  const auto same = [](char x, char y) {
    return std::tolower(static_cast<unsigned char>(x)) ==
           std::tolower(static_cast<unsigned char>(y));
  };
  return std::equal(text.begin(), text.end(), other.begin(), other.end(), same);
}

// `value` with its typed values in the words of `spelled`, the same value as somebody wrote it: how
// many zeros a decimal ends in is not geo's to say.
Json SpelledAs(const Json& value, const Json& spelled) {
  if (const std::string* text = MarkedText(value)) {
    const bool same = spelled.is_string() &&
                      SameMarked(value.begin().key(), *text, spelled.get_ref<const std::string&>());
    return same ? spelled : value;
  }
  Json result = value;
  if (value.is_object() && spelled.is_object()) {
    for (auto& [key, member] : result.items()) {
      if (spelled.contains(key)) member = SpelledAs(value[key], spelled[key]);
    }
  } else if (value.is_array() && spelled.is_array() && value.size() == spelled.size()) {
    for (std::size_t i = 0; i < value.size(); ++i) result[i] = SpelledAs(value[i], spelled[i]);
  }
  return result;
}

// Built value by value, so that it does not depend on the library's parser. Fractions have no value
// there and are an error.
StatusOr<geo::Json> Build(const Json& value) {
  if (const std::string* text = MarkedText(value)) return geo::Json(*text);
  if (value.is_null()) return geo::Json();
  if (value.is_boolean()) return geo::Json(value.get<bool>());
  if (value.is_number_unsigned()) return geo::Json(value.get<std::uint64_t>());
  if (value.is_number_integer()) return geo::Json(value.get<std::int64_t>());
  if (value.is_string()) return geo::Json(value.get<std::string>());
  if (value.is_array()) {
    geo::Json::Array items;
    for (const Json& item : value) {
      GEO_ASSIGN_OR_RETURN(geo::Json built, Build(item));
      items.push_back(std::move(built));
    }
    return geo::Json(std::move(items));
  }
  if (!value.is_object()) return Wrong("not a value of canonical JSON: " + value.dump());
  geo::Json::Object members;
  for (const auto& [key, member] : value.items()) {
    GEO_ASSIGN_OR_RETURN(geo::Json built, Build(member));
    members.emplace(key, std::move(built));
  }
  return geo::Json(std::move(members));
}

Status CheckCanonical(const Json& vector) {
  GEO_RETURN_IF_ERROR(Members(vector, {"bytes_utf8", "bytes_hex", "bytes_b64"}, {"value"}));
  GEO_ASSIGN_OR_RETURN(const std::optional<std::string> bytes, Bytes(vector, "bytes"));
  if (!bytes || !vector.contains("value")) return Wrong("needs \"value\" and its bytes");
  const Json spelled = Json::parse(*bytes, nullptr, /*allow_exceptions=*/false);
  GEO_ASSIGN_OR_RETURN(const geo::Json value, Build(SpelledAs(vector["value"], spelled)));
  GEO_ASSIGN_OR_RETURN(const std::string canonical, CanonicalJson(value));
  GEO_RETURN_IF_ERROR(Same("canonical form", *bytes, canonical));
  GEO_ASSIGN_OR_RETURN(const geo::Json parsed, ParseCanonicalJson(*bytes));
  return parsed == value ? OkStatus() : Wrong("the bytes read as another value");
}

Status MustRefuse(const std::string& what, const Status& status) {
  if (status.ok()) return Wrong(what + " was accepted");
  return Same("the error for " + what, "E009",
              std::string(ProtocolName(ProtocolCodeOf(ErrorCodeOf(status)))));
}

// A text that only spells an acceptable value in another way is refused as canonical form alone.
Status RefusedText(const std::string& text) {
  const Json other = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  const StatusOr<geo::Json> value = Build(other);
  const bool spelling =
      !other.is_discarded() && value.ok() && CanonicalJson(*value).ok() && other.dump() != text;
  if (!spelling) GEO_RETURN_IF_ERROR(MustRefuse("the text", ParseJson(text).status()));
  return MustRefuse("the text as canonical", ParseCanonicalJson(text).status());
}

// Whether the value behind a mark has no canonical form: the reader of its type refuses the text,
// or geo::Json has nothing that could hold it. Errors: nobody knows the mark, or what is behind it.
StatusOr<bool> IsRefusedMark(const std::string& mark, const Json& value) {
  static const std::set<std::string> kHeldByNothing = {"$nan",     "$inf",    "$infinity",
                                                       "$bytes",   "$binary", "$set",
                                                       "$complex", "$object", "$undefined"};
  if (kHeldByNothing.count(mark) != 0) return true;
  const bool number = mark == "$float" || mark == "$int";
  if (number && value.is_number()) return !ParseJson(value.dump()).ok();
  if (value.is_string()) {
    const std::string text = value;
    if (number) return !ParseJson(text).ok();
    if (mark == "$dec") return !ParseAmount(text, kMaxPrecision).ok();
    if (mark == "$time") return !MomentOf(text).has_value();
    if (mark == "$uuid") return !ParseLineId(text).ok();
  }
  return Wrong("unknown mark " + Json({{mark, value}}).dump());
}

// Whether `value` is, or holds, such a value.
StatusOr<bool> HoldsRefusedMark(const Json& value) {
  if (!value.is_structured()) return false;
  const std::string key = value.is_object() && value.size() == 1 ? value.begin().key() : "";
  if (key.size() > 1 && key.front() == '$') return IsRefusedMark(key, value.front());
  bool holds = false;
  for (const Json& item : value) {
    GEO_ASSIGN_OR_RETURN(const bool refused, HoldsRefusedMark(item));
    holds = holds || refused;
  }
  return holds;
}

Status RefusedValue(const Json& value) {
  GEO_ASSIGN_OR_RETURN(const bool refused_mark, HoldsRefusedMark(value));
  if (refused_mark) return OkStatus();
  const StatusOr<geo::Json> built = Build(value);
  if (built.ok()) {
    GEO_RETURN_IF_ERROR(MustRefuse("the value", CanonicalJson(*built).status()));
  }
  return RefusedText(value.dump());
}

// A text or a value by itself, or an object with one of them and perhaps some words about it.
Status CheckRefused(const Json& vector) {
  if (vector.is_string()) return RefusedText(vector);
  if (!vector.is_object()) return RefusedValue(vector);
  GEO_RETURN_IF_ERROR(
      Members(vector,
              {"text", "text_utf8", "text_hex", "text_b64", "bytes_utf8", "bytes_hex", "bytes_b64",
               "json", "raw", "input", "name", "error", "reason"},
              {"value"}));
  if (vector.contains("value")) return RefusedValue(vector["value"]);
  for (const char* name : {"text", "json", "raw", "input"}) {
    if (vector.contains(name)) return RefusedText(vector[name]);
  }
  for (const char* name : {"text", "bytes"}) {
    GEO_ASSIGN_OR_RETURN(const std::optional<std::string> bytes, Bytes(vector, name));
    if (bytes) return RefusedText(*bytes);
  }
  return Wrong("there is no text and no value to refuse");
}

// --- Signed messages. ---

using OpenMessage =
    std::function<StatusOr<std::string>(const geo::Json&, const PublicKey&, const Signature&)>;

// Opens what was sent and gives the bytes that were signed.
template <typename Body>
OpenMessage Opener(StatusOr<Body> (*open)(const geo::Json&, const PublicKey&, const Signature&)) {
  return [open](const geo::Json& sent, const PublicKey& key,
                const Signature& signature) -> StatusOr<std::string> {
    GEO_ASSIGN_OR_RETURN(const Body body, open(sent, key, signature));
    return LegacyMessage(body);
  };
}

StatusOr<std::string> OpenRegistration(const geo::Json& sent, const PublicKey&,
                                       const Signature& signature) {
  GEO_ASSIGN_OR_RETURN(const LegacyRegister body, OpenLegacyRegister(sent, signature));
  return LegacyMessage(body);
}

StatusOr<std::string> OpenLogin(const geo::Json& sent, const PublicKey& key,
                                const Signature& signature) {
  const std::string* challenge = sent.AsString();
  if (challenge == nullptr) return Wrong("a challenge is a text");
  GEO_RETURN_IF_ERROR(CheckLegacyLogin(*challenge, key, signature));
  return LegacyLoginMessage(*challenge);
}

// Any text, signed as it is.
StatusOr<std::string> OpenText(const geo::Json& sent, const PublicKey& key,
                               const Signature& signature) {
  const std::string* text = sent.AsString();
  if (text == nullptr) return Wrong("no such kind of message");
  if (!VerifySignature(key, *text, signature)) return Wrong("the signature does not verify");
  return *text;
}

OpenMessage OpenerOf(const std::string& kind) {
  static const std::map<std::string, OpenMessage> kOpeners = {
      {"participant.register", OpenRegistration},
      {"participant.update", Opener(OpenLegacyParticipantUpdate)},
      {"auth.challenge", OpenLogin},
      {"trustline.create", Opener(OpenLegacyLineCreate)},
      {"trustline.update", Opener(OpenLegacyLineUpdate)},
      {"trustline.close", Opener(OpenLegacyLineClose)},
      {"payment", Opener(OpenLegacyPayment)}};
  const auto found = kOpeners.find(kind.substr(0, kind.find('+')));
  return found == kOpeners.end() ? OpenMessage(OpenText) : found->second;
}

StatusOr<SecretKey> SignerOf(const Json& vectors, const std::string& name) {
  for (const Json& vector : vectors.value("pid", Json::array())) {
    if (vector.is_object() && vector.value("name", "") == name) {
      return KeyFromHex(Text(vector, "seed_hex"));
    }
  }
  return Wrong("there is no key of the name \"" + name + "\"");
}

// What is null is absent, and absent members are left out of the message; of policies they stay.
Json WithoutNulls(Json payload) {
  if (!payload.is_object()) return payload;
  for (auto member = payload.begin(); member != payload.end();) {
    member = member->is_null() ? payload.erase(member) : std::next(member);
  }
  if (payload.contains("constraints")) {
    payload["constraints"] = WithoutNulls(payload["constraints"]);
  }
  return payload;
}

Status CheckSigned(const Json& vector, const Json& vectors) {
  GEO_RETURN_IF_ERROR(Members(vector,
                              {"kind", "signer", "message_utf8", "message_hex", "message_b64",
                               "message_sha256", "signature_b64"},
                              {"payload"}));
  GEO_ASSIGN_OR_RETURN(const std::optional<std::string> message, Bytes(vector, "message"));
  if (!message || !vector.contains("payload")) return Wrong("needs \"payload\" and its message");
  GEO_ASSIGN_OR_RETURN(const SecretKey key, SignerOf(vectors, Text(vector, "signer")));
  GEO_ASSIGN_OR_RETURN(const Signature signature, ParseSignature(Text(vector, "signature_b64")));
  GEO_ASSIGN_OR_RETURN(const geo::Json payload, Build(WithoutNulls(vector["payload"])));
  const OpenMessage open = OpenerOf(Text(vector, "kind"));
  GEO_ASSIGN_OR_RETURN(const std::string opened, open(payload, key.public_key(), signature));
  GEO_RETURN_IF_ERROR(Same("message", *message, opened));
  GEO_RETURN_IF_ERROR(
      Same("signature", Text(vector, "signature_b64"), FormatSignature(Sign(key, *message))));
  if (vector.contains("message_sha256")) {
    GEO_RETURN_IF_ERROR(
        Same("hash", Text(vector, "message_sha256"), EncodeHex(Sha256(*message).view())));
  }
  Signature wrong = signature;
  wrong.bytes[0] ^= 1;
  if (open(payload, key.public_key(), wrong).ok()) return Wrong("a wrong signature was accepted");
  return OkStatus();
}

using Check = std::function<Status(const Json& vector, const Json& vectors)>;

const Check* FindCheck(const std::string& group) {
  static const std::map<std::string, Check> kChecks = {
      {"pid", [](const Json& vector, const Json&) { return CheckPid(vector); }},
      {"canonical", [](const Json& vector, const Json&) { return CheckCanonical(vector); }},
      {"canonical_refused", [](const Json& vector, const Json&) { return CheckRefused(vector); }},
      {"sign", CheckSigned}};
  const auto found = kChecks.find(group);
  return found == kChecks.end() ? nullptr : &found->second;
}

}  // namespace

Problem CheckVectors(const Json& vectors, const std::string& group) {
  const Check* check = FindCheck(group);
  if (check == nullptr) return "unknown group of vectors \"" + group + "\"";
  const Json list = vectors.value(group, Json());
  if (!list.is_array() || list.empty()) return "there are no vectors \"" + group + "\"";
  std::size_t number = 0;
  for (const Json& vector : list) {
    ++number;
    const Status status = (*check)(vector, vectors);
    if (!status.ok()) {
      return "vector " + std::to_string(number) + ": " + std::string(status.message());
    }
  }
  return std::nullopt;
}

}  // namespace geo::scenario
