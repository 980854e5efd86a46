#include "geo/crypto/envelope.h"

#include <algorithm>

#include "geo/base/amount.h"
#include "geo/base/encoding.h"
#include "geo/crypto/json_members.h"
#include "src/base/quote.h"
#include "src/base/status_macros.h"
#include "src/crypto/plain_json.h"

namespace geo {
namespace {

constexpr std::int64_t kVersion = 1;

Status SyntaxError(const std::string& what) { return MakeError(ErrorCode::kCommandSyntax, what); }

Status CheckNetworkName(std::string_view network) {
  if (!network.empty() && network.size() <= kMaxNetworkNameBytes && IsValidUtf8(network)) {
    return OkStatus();
  }
  return MakeError(ErrorCode::kTextInvalid, "network name " + Quote(network) + " is not 1 to " +
                                                std::to_string(kMaxNetworkNameBytes) +
                                                " bytes of UTF-8");
}

Status CheckOperationName(std::string_view op) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
  };
  if (!op.empty() && op.size() <= kMaxOperationNameBytes &&
      std::all_of(op.begin(), op.end(), allowed)) {
    return OkStatus();
  }
  return SyntaxError("operation name " + Quote(op) + " is not 1 to " +
                     std::to_string(kMaxOperationNameBytes) + " of a-z 0-9 _ .");
}

Status SequenceError(const std::string& seq) {
  return SyntaxError("\"seq\" " + seq + " is outside 1 to 2^53-1");
}

Status CheckOrder(const Envelope& envelope) {
  if (envelope.seq.has_value() == envelope.tx_id.has_value()) {
    return SyntaxError("an envelope has either \"seq\" or \"tx_id\", and this one has " +
                       std::string(envelope.seq.has_value() ? "both" : "neither"));
  }
  if (envelope.tx_id.has_value()) {
    // Only a default-made id breaks the rules, and Parse says which ones.
    return envelope.tx_id->text().empty() ? TxId::Parse("").status() : OkStatus();
  }
  if (*envelope.seq >= 1 && *envelope.seq <= static_cast<std::uint64_t>(kMaxJsonInt)) {
    return OkStatus();
  }
  return SequenceError(std::to_string(*envelope.seq));
}

Status CheckPeriod(const Envelope& envelope) {
  for (const Timestamp time : {envelope.issued_at, envelope.expires_at}) {
    if (time > kMaxJsonInt || time < -kMaxJsonInt) {
      return SyntaxError("time " + std::to_string(time) + " is beyond 2^53-1 microseconds");
    }
  }
  if (envelope.issued_at < envelope.expires_at) return OkStatus();
  return SyntaxError("\"expires_at\" " + std::to_string(envelope.expires_at) +
                     " is not after \"issued_at\" " + std::to_string(envelope.issued_at));
}

// The rules that hold for an envelope before signing and after reading alike.
Status CheckContent(const Envelope& envelope) {
  GEO_RETURN_IF_ERROR(CheckNetworkName(envelope.network));
  GEO_RETURN_IF_ERROR(CheckOperationName(envelope.op));
  GEO_RETURN_IF_ERROR(CheckOrder(envelope));
  GEO_RETURN_IF_ERROR(CheckPeriod(envelope));
  if (envelope.body.IsObject()) return OkStatus();
  return SyntaxError("\"body\" is of type " + std::string(JsonKindName(envelope.body.kind())) +
                     "; expected an object");
}

Status CheckSize(std::string_view message) {
  if (message.size() <= kMaxEnvelopeBytes) return OkStatus();
  return MakeError(ErrorCode::kTooLarge, "envelope of " + std::to_string(message.size()) +
                                             " bytes; at most " +
                                             std::to_string(kMaxEnvelopeBytes) + " are taken");
}

std::optional<std::uint64_t> ReadSequence(JsonMembers& members) {
  const std::optional<std::int64_t> seq = members.Find<std::int64_t>("seq");
  if (!seq.has_value()) return std::nullopt;
  if (*seq < 1) members.Fail(SequenceError(std::to_string(*seq)));
  return static_cast<std::uint64_t>(*seq);
}

StatusOr<Envelope> ReadMembers(Json json) {
  JsonMembers members(json, "envelope");
  const auto version = members.Get<std::int64_t>("v");
  if (members.ok() && version != kVersion) {
    members.Fail(SyntaxError("envelope version " + std::to_string(version) +
                             " is unknown; this library reads version 1"));
  }
  Envelope envelope;
  envelope.network = members.Get<std::string>("network");
  envelope.op = members.Get<std::string>("op");
  envelope.signer = members.Parsed("signer", ParsePid);
  envelope.seq = ReadSequence(members);
  if (const auto* tx_id = members.Look<std::string>("tx_id"); tx_id != nullptr) {
    envelope.tx_id = members.Take(TxId::Parse(*tx_id));
  }
  envelope.issued_at = members.Get<std::int64_t>("issued_at");
  envelope.expires_at = members.Get<std::int64_t>("expires_at");
  members.Require<Json::Object>("body");
  GEO_RETURN_IF_ERROR(members.Finish());
  envelope.body = json.Take("body");
  GEO_RETURN_IF_ERROR(CheckContent(envelope));
  return envelope;
}

// Members in the order of their names, as canonical form has them.
bool ReadPlainMembers(PlainJsonReader& reader, Envelope& envelope) {
  std::string_view network;
  std::string_view op;
  std::string_view signer;
  std::string_view tx_id;
  std::int64_t seq = 1;
  if (!reader.Take(R"({"body":)") || !reader.ReadValue(envelope.body) ||
      !reader.Take(R"(,"expires_at":)") || !reader.ReadInt(envelope.expires_at) ||
      !reader.Take(R"(,"issued_at":)") || !reader.ReadInt(envelope.issued_at) ||
      !reader.Take(R"(,"network":)") || !reader.ReadString(network) || !reader.Take(R"(,"op":)") ||
      !reader.ReadString(op)) {
    return false;
  }
  const bool has_seq = reader.Take(R"(,"seq":)");
  if (has_seq && !reader.ReadInt(seq)) return false;
  if (!reader.Take(R"(,"signer":)") || !reader.ReadString(signer)) return false;
  const bool has_tx_id = reader.Take(R"(,"tx_id":)");
  if (has_tx_id && !reader.ReadString(tx_id)) return false;
  if (!reader.Take(R"(,"v":1})") || !reader.AtEnd()) return false;
  const StatusOr<Pid> pid = ParsePid(signer);
  const StatusOr<TxId> id = has_tx_id ? TxId::Parse(tx_id) : TxId();
  if (!pid.ok() || !id.ok()) return false;
  envelope.network = network;
  envelope.op = op;
  envelope.signer = *pid;
  if (has_seq) envelope.seq = static_cast<std::uint64_t>(seq);
  if (has_tx_id) envelope.tx_id = *id;
  return true;
}

// An envelope that is one beyond doubt, in half the time; of any other ReadMembers says what
// is wrong with it, if anything.
std::optional<Envelope> ReadPlainly(std::string_view message) {
  static_assert(kVersion == 1);
  PlainJsonReader reader(message, /*depth=*/1);
  Envelope envelope;
  if (!ReadPlainMembers(reader, envelope) || !CheckContent(envelope).ok()) return std::nullopt;
  return envelope;
}

}  // namespace

StatusOr<std::string> EnvelopeMessage(const Envelope& envelope) {
  GEO_RETURN_IF_ERROR(CheckContent(envelope));
  Json json;
  json.Set("v", kVersion)
      .Set("network", envelope.network)
      .Set("op", envelope.op)
      .Set("signer", FormatPid(envelope.signer))
      .Set("issued_at", envelope.issued_at)
      .Set("expires_at", envelope.expires_at)
      .Set("body", envelope.body);
  if (envelope.seq.has_value()) json.Set("seq", *envelope.seq);
  if (envelope.tx_id.has_value()) json.Set("tx_id", envelope.tx_id->text());
  GEO_ASSIGN_OR_RETURN(std::string message, CanonicalJson(json));
  GEO_RETURN_IF_ERROR(CheckSize(message));
  return message;
}

StatusOr<SignedEnvelope> SignEnvelope(const Envelope& envelope, const SecretKey& key) {
  GEO_ASSIGN_OR_RETURN(std::string message, EnvelopeMessage(envelope));
  if (envelope.signer != key.pid()) {
    return MakeError(ErrorCode::kKeyMismatch, "the envelope's signer is " +
                                                  FormatPid(envelope.signer) +
                                                  ", the key belongs to " + FormatPid(key.pid()));
  }
  const Signature signature = Sign(key, message);
  return SignedEnvelope{std::move(message), key.public_key(), signature};
}

StatusOr<Envelope> OpenEnvelope(const SignedEnvelope& signed_envelope, std::string_view network) {
  GEO_ASSIGN_OR_RETURN(Envelope envelope, ReadEnvelope(signed_envelope.message));
  GEO_RETURN_IF_ERROR(VerifyEnvelope(signed_envelope, envelope, network));
  return envelope;
}

StatusOr<Envelope> ReadEnvelope(std::string_view message) {
  GEO_RETURN_IF_ERROR(CheckSize(message));
  if (std::optional<Envelope> envelope = ReadPlainly(message)) return *std::move(envelope);
  GEO_ASSIGN_OR_RETURN(Json json, ParseCanonicalJson(message));
  return ReadMembers(std::move(json));
}

Status VerifyEnvelope(const SignedEnvelope& signed_envelope, const Envelope& envelope,
                      std::string_view network) {
  if (const Pid pid = PidOf(signed_envelope.key); pid != envelope.signer) {
    return MakeError(ErrorCode::kKeyMismatch, "the signer is " + FormatPid(envelope.signer) +
                                                  ", the key belongs to " + FormatPid(pid));
  }
  if (!VerifySignature(signed_envelope.key, signed_envelope.message, signed_envelope.signature)) {
    return MakeError(
        ErrorCode::kBadSignature,
        "the signature is not the one of " + FormatPid(envelope.signer) + " over this envelope");
  }
  if (envelope.network != network) {
    return MakeError(ErrorCode::kWrongNetwork, "the command was signed for network " +
                                                   Quote(envelope.network) + ", this is " +
                                                   Quote(network));
  }
  return OkStatus();
}

Status CheckTimes(const Envelope& envelope, Timestamp now, Duration drift) {
  if (drift < 0) {
    return MakeError(ErrorCode::kInvalidArgument,
                     "clock drift " + std::to_string(drift) + " is negative");
  }
  if (AmountSum{envelope.issued_at} - now > drift) {
    return MakeError(ErrorCode::kNotYetValid,
                     "issued at " + std::to_string(envelope.issued_at) + ", which is more than " +
                         std::to_string(drift) + " microseconds after now, " + std::to_string(now));
  }
  if (now >= envelope.expires_at) {
    return MakeError(ErrorCode::kExpired, "expired at " + std::to_string(envelope.expires_at) +
                                              "; now is " + std::to_string(now));
  }
  return OkStatus();
}

}  // namespace geo
