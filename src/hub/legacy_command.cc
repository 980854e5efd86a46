#include "geo/hub/legacy_command.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "geo/base/bytes.h"
#include "geo/crypto/hash.h"
#include "geo/storage/store.h"
#include "src/base/no_memory.h"
#include "src/base/quote.h"
#include "src/base/status_macros.h"
#include "src/hub/legacy_evidence.h"

namespace geo {
namespace {

// After an empty message, which no envelope has.
constexpr std::uint8_t kWholeMessage = 1;
constexpr std::uint8_t kMessageBeside = 2;

// The texts of one message, each with a salt of its own.
class Texts {
 public:
  explicit Texts(const Signature& signature) : signature_(signature) {}

  PersonalText Make(std::string text) {
    std::string seed;
    ByteWriter writer(&seed);
    writer.Bytes("geo/legacy-salt/1");
    writer.Varint(++count_);
    writer.Fixed(signature_);
    const Hash256 hash = Blake2b(seed);
    PersonalText personal;
    std::copy_n(hash.bytes.begin(), Salt::kSize, personal.salt.bytes.begin());
    personal.text = std::move(text);
    return personal;
  }

  std::optional<PersonalText> Make(const std::optional<std::string>& text) {
    if (!text) return std::nullopt;
    return Make(*text);
  }

  StatusOr<std::optional<PersonalText>> MakeProfile(const std::optional<Json>& profile) {
    if (!profile) return std::optional<PersonalText>();
    GEO_ASSIGN_OR_RETURN(std::string text, CanonicalJson(*profile));
    return std::optional<PersonalText>(Make(std::move(text)));
  }

  bool any() const { return count_ > 0; }

 private:
  const Signature& signature_;
  std::uint64_t count_ = 0;
};

// What the bytes that were signed say.
struct Content {
  Command command;
  std::string message;
};

StatusOr<ParticipantType> ReadType(std::string_view type) {
  if (type == "person") return ParticipantType::kPerson;
  if (type == "business") return ParticipantType::kBusiness;
  if (type == "hub") return ParticipantType::kHub;
  return MakeError(ErrorCode::kCommandSyntax,
                   "type " + Quote(type) + " is none of person, business, hub");
}

// A limit that cannot be becomes 0, which no payment may ask for.
std::optional<std::uint32_t> ReadLimit(const std::optional<std::int64_t>& limit) {
  if (!limit) return std::nullopt;
  const bool fits = *limit > 0 && *limit < std::numeric_limits<std::uint32_t>::max();
  return fits ? static_cast<std::uint32_t>(*limit) : 0;
}

StatusOr<PolicyPatch> ReadPolicy(const std::optional<Json>& policy) {
  if (!policy) return PolicyPatch();
  return ParsePolicy(*policy);
}

StatusOr<Content> ReadLegacyRegister(const LegacyCommand& from, Texts& texts) {
  GEO_ASSIGN_OR_RETURN(const LegacyRegister body, OpenLegacyRegister(from.sent, from.signature));
  RegisterParticipant command;
  command.key = body.public_key;
  GEO_ASSIGN_OR_RETURN(command.type, ReadType(body.type));
  command.name = texts.Make(body.display_name);
  GEO_ASSIGN_OR_RETURN(command.profile, texts.MakeProfile(body.profile));
  GEO_ASSIGN_OR_RETURN(std::string message, LegacyMessage(body));
  return Content{std::move(command), std::move(message)};
}

StatusOr<Content> ReadLegacyUpdateParticipant(const LegacyCommand& from, Texts& texts) {
  GEO_ASSIGN_OR_RETURN(const LegacyParticipantUpdate body,
                       OpenLegacyParticipantUpdate(from.sent, from.key, from.signature));
  UpdateParticipant command;
  command.name = texts.Make(body.display_name);
  GEO_ASSIGN_OR_RETURN(command.profile, texts.MakeProfile(body.profile));
  GEO_ASSIGN_OR_RETURN(std::string message, LegacyMessage(body));
  return Content{std::move(command), std::move(message)};
}

StatusOr<Content> ReadLegacyOpenLine(const LegacyCommand& from) {
  GEO_ASSIGN_OR_RETURN(const LegacyLineCreate body,
                       OpenLegacyLineCreate(from.sent, from.key, from.signature));
  OpenLine command;
  command.debtor = body.to;
  command.equivalent = body.equivalent;
  command.limit = body.limit;
  GEO_ASSIGN_OR_RETURN(command.policy, ReadPolicy(body.policy));
  GEO_ASSIGN_OR_RETURN(std::string message, LegacyMessage(body));
  return Content{std::move(command), std::move(message)};
}

StatusOr<Content> ReadLegacyUpdateLine(const LegacyCommand& from) {
  GEO_ASSIGN_OR_RETURN(const LegacyLineUpdate body,
                       OpenLegacyLineUpdate(from.sent, from.key, from.signature));
  UpdateLine command;
  command.line = body.id;
  if (body.limit) command.limit = *body.limit;
  GEO_ASSIGN_OR_RETURN(command.policy, ReadPolicy(body.policy));
  GEO_ASSIGN_OR_RETURN(std::string message, LegacyMessage(body));
  return Content{std::move(command), std::move(message)};
}

StatusOr<Content> ReadLegacyCloseLine(const LegacyCommand& from) {
  GEO_ASSIGN_OR_RETURN(const LegacyLineClose body,
                       OpenLegacyLineClose(from.sent, from.key, from.signature));
  GEO_ASSIGN_OR_RETURN(std::string message, LegacyMessage(body));
  return Content{CloseLine{body.id}, std::move(message)};
}

StatusOr<Content> ReadLegacyPay(const LegacyCommand& from, Texts& texts) {
  GEO_ASSIGN_OR_RETURN(const LegacyPayment body,
                       OpenLegacyPayment(from.sent, from.key, from.signature));
  Pay command;
  command.id = body.tx_id;
  command.payee = body.to;
  command.equivalent = body.equivalent;
  command.amount = body.amount;
  command.description = texts.Make(body.description);
  if (body.constraints) {
    command.constraints.max_hops = ReadLimit(body.constraints->max_hops);
    command.constraints.max_paths = ReadLimit(body.constraints->max_paths);
    command.constraints.avoid = body.constraints->avoid.value_or(std::vector<Pid>());
  }
  GEO_ASSIGN_OR_RETURN(std::string message, LegacyMessage(body));
  return Content{std::move(command), std::move(message)};
}

StatusOr<Content> Read(const LegacyCommand& from, Texts& texts) {
  switch (from.operation) {
    case LegacyOperation::kRegister:
      return ReadLegacyRegister(from, texts);
    case LegacyOperation::kUpdateParticipant:
      return ReadLegacyUpdateParticipant(from, texts);
    case LegacyOperation::kOpenLine:
      return ReadLegacyOpenLine(from);
    case LegacyOperation::kUpdateLine:
      return ReadLegacyUpdateLine(from);
    case LegacyOperation::kCloseLine:
      return ReadLegacyCloseLine(from);
    case LegacyOperation::kPay:
      return ReadLegacyPay(from, texts);
  }
  return MakeError(ErrorCode::kInvalidArgument, "no such legacy operation");
}

}  // namespace

StatusOr<VerifiedCommand> VerifyLegacyCommand(const LegacyCommand& command) {
  return CatchNoMemory([&]() -> StatusOr<VerifiedCommand> {
    Texts texts(command.signature);
    GEO_ASSIGN_OR_RETURN(Content content, Read(command, texts));
    const auto* joins = std::get_if<RegisterParticipant>(&content.command);
    const PublicKey key = joins != nullptr ? joins->key : command.key;
    VerifiedCommand verified;
    verified.legacy_ = true;
    verified.signer_ = PidOf(key);
    verified.command_ = std::move(content.command);
    ByteWriter writer(&verified.evidence_);
    writer.Bytes("");
    if (!texts.any()) {
      writer.Byte(kWholeMessage);
      writer.Byte(static_cast<std::uint8_t>(command.operation));
      writer.Bytes(content.message);
      writer.Fixed(key);
      writer.Fixed(command.signature);
      return verified;
    }
    Json whole;
    whole.Set("operation", static_cast<std::int64_t>(command.operation))
        .Set("message", content.message)
        .Set("key", FormatPublicKey(key))
        .Set("signature", FormatSignature(command.signature));
    GEO_ASSIGN_OR_RETURN(std::string text, CanonicalJson(whole));
    if (text.size() > kMaxStoredTextBytes) {
      return MakeError(ErrorCode::kTooLarge, "a message that takes " + std::to_string(text.size()) +
                                                 " bytes to keep; at most 65536 are kept");
    }
    verified.message_ = texts.Make(std::move(text));
    writer.Byte(kMessageBeside);
    writer.Fixed(TextHash(*verified.message_));
    return verified;
  });
}

std::optional<Hash256> LegacyTextIn(std::string_view evidence) {
  ByteReader reader(evidence);
  const bool legacy = reader.Bytes().empty() && reader.Byte() == kMessageBeside;
  const auto hash = reader.Fixed<Hash256>();
  if (!legacy || !reader.Complete()) return std::nullopt;
  return hash;
}

}  // namespace geo
