#include "geo/hub/command.h"

#include <array>
#include <type_traits>

#include "geo/base/bytes.h"
#include "geo/base/limits.h"
#include "geo/trust/plan.h"
#include "src/base/no_memory.h"
#include "src/base/status_macros.h"
#include "src/hub/command_body.h"

namespace geo {

std::string_view OperationName(const Command& command) {
  static constexpr std::array<std::string_view, std::variant_size_v<Command>> kNames = {
      "participant.register",
      "participant.update",
      "participant.leave",
      "participant.set_status",
      "participant.set_level",
      "equivalent.create",
      "equivalent.update",
      "equivalent.remove",
      "line.open",
      "line.update",
      "line.close",
      "line.freeze",
      "line.unfreeze",
      "",
      "payment",
      "payment.prepare",
      "payment.commit",
      "payment.abort",
      "clearing.cycles",
      "clearing.set_off",
      "clearing.cycle",
      "clearing.propose",
      "clearing.accept",
      "clearing.reject",
      "limits.set"};
  return kNames[command.index()];
}

const TxId* TransactionOf(const Command& command) {
  if (const auto* pay = std::get_if<Pay>(&command)) return &pay->id;
  if (const auto* prepare = std::get_if<PreparePayment>(&command)) return &prepare->payment.id;
  if (const auto* commit = std::get_if<CommitPayment>(&command)) return &commit->id;
  if (const auto* abort = std::get_if<AbortPayment>(&command)) return &abort->id;
  if (const auto* propose = std::get_if<ProposeClearing>(&command)) return &propose->id;
  if (const auto* accept = std::get_if<AcceptClearing>(&command)) return &accept->id;
  if (const auto* reject = std::get_if<RejectClearing>(&command)) return &reject->id;
  return nullptr;
}

StatusOr<SignedCommand> SignCommand(const SecretKey& key, std::string_view network,
                                    const Command& command, std::uint64_t seq, Validity validity) {
  return CatchNoMemory([&]() -> StatusOr<SignedCommand> {
    SignedCommand result;
    Envelope envelope;
    envelope.network = std::string(network);
    envelope.op = std::string(OperationName(command));
    envelope.signer = key.pid();
    if (const TxId* id = TransactionOf(command)) {
      envelope.tx_id = *id;
    } else {
      envelope.seq = seq;
    }
    envelope.issued_at = validity.issued_at;
    envelope.expires_at = validity.expires_at;
    GEO_ASSIGN_OR_RETURN(envelope.body, WriteBody(command, &result.texts));
    GEO_ASSIGN_OR_RETURN(result.envelope, SignEnvelope(envelope, key));
    return result;
  });
}

template <typename One, typename... Others>
static constexpr bool kIsOneOf = (std::is_same_v<One, Others> || ...);

// What reading the body leaves to be said about the command alone.
static Status CheckForm(const Command& command) {
  const auto check = [](const auto& one) -> Status {
    constexpr bool kReadingSaysAll =
        kIsOneOf<std::decay_t<decltype(one)>, Leave, RemoveEquivalent, CloseLine, OpeningBalances,
                 CommitPayment, AbortPayment, ClearCycles, SetOffDebts, AcceptClearing,
                 RejectClearing>;
    if constexpr (kReadingSaysAll) {
      return OkStatus();
    } else {
      return CheckSyntax(one);
    }
  };
  return std::visit(check, command);
}

// Before any of them is hashed.
static Status CheckSize(const std::vector<PersonalText>& texts) {
  std::size_t bytes = 0;
  for (const PersonalText& text : texts) bytes += Salt::kSize + text.text.size();
  if (texts.size() <= kMaxTexts && bytes <= kMaxEnvelopeBytes) return OkStatus();
  return MakeError(ErrorCode::kTooLarge,
                   std::to_string(texts.size()) + " texts beside the envelope take, with their " +
                       "salts, " + std::to_string(bytes) + " bytes; at most " +
                       std::to_string(kMaxTexts) + " and " + std::to_string(kMaxEnvelopeBytes) +
                       " bytes are taken");
}

StatusOr<VerifiedCommand> VerifyCommand(const SignedCommand& signed_command,
                                        std::string_view network) {
  return CatchNoMemory([&]() -> StatusOr<VerifiedCommand> {
    GEO_RETURN_IF_ERROR(CheckSize(signed_command.texts));
    GEO_ASSIGN_OR_RETURN(const Envelope envelope, ReadEnvelope(signed_command.envelope.message));
    VerifiedCommand verified;
    GEO_ASSIGN_OR_RETURN(verified.command_, ReadCommand(envelope.op, envelope.tx_id, envelope.body,
                                                        signed_command.texts));
    GEO_RETURN_IF_ERROR(CheckForm(verified.command_));
    GEO_RETURN_IF_ERROR(VerifyEnvelope(signed_command.envelope, envelope, network));
    verified.signer_ = envelope.signer;
    verified.seq_ = envelope.seq;
    verified.validity_ = Validity{envelope.issued_at, envelope.expires_at};
    verified.network_ = envelope.network;
    ByteWriter writer(&verified.evidence_);
    writer.Bytes(signed_command.envelope.message);
    writer.Fixed(signed_command.envelope.key);
    writer.Fixed(signed_command.envelope.signature);
    return verified;
  });
}

Status VerifyCommands(std::span<const SignedCommand> commands, std::string_view network,
                      std::span<StatusOr<VerifiedCommand>> results) {
  if (commands.size() != results.size()) {
    return MakeError(ErrorCode::kInvalidArgument, std::to_string(commands.size()) +
                                                      " commands and room for " +
                                                      std::to_string(results.size()) + " results");
  }
  for (std::size_t i = 0; i < commands.size(); ++i) {
    results[i] = VerifyCommand(commands[i], network);
  }
  return OkStatus();
}

VerifiedCommand TrustedCommand(const Pid& signer, Command command) {
  VerifiedCommand verified;
  verified.signer_ = signer;
  verified.command_ = std::move(command);
  return verified;
}

}  // namespace geo
