// Commands as a hub takes them: signed by somebody and verified, or trusted by the embedder
// (spec 01 §2).
//
// A signed command is an envelope (geo/crypto/envelope.h) whose `op` names the command and whose
// body has exactly these members ("?" = may be left out; hash = Base64 of TextHash, the text itself
// travels beside the envelope, spec 01 §2.3):
//
//   participant.register      public_key, type, display_name (hash), profile? (hash)         seq
//   participant.update        display_name? (hash), profile? (hash or null)                  seq
//   participant.leave         –                                                              seq
//   participant.set_status    pid, status: active|suspended|deleted, reason                  seq
//   participant.set_level     pid, level: 0–3, reason                                        seq
//   equivalent.create         code, precision, kind, iso_code?, description?                 seq
//   equivalent.update         code, active?, description?                                    seq
//   equivalent.remove         code                                                           seq
//   line.open                 to, equivalent, limit, policy?                                 seq
//   line.update               id, limit?, policy?                                            seq
//   line.close                id                                                             seq
//   line.freeze               id, reason?                                                    seq
//   line.unfreeze             id, reason?                                                    seq
//   limits.set                level?: 0–3, equivalent?, payment? (amount or null),            seq
//                             line? (amount or null), lines? (number or null),
//                             payments_per_day? (number or null), reason
//   payment                   to, equivalent, amount, description? (hash), constraints?      tx_id
//                             {max_hops?, max_paths?, avoid?: [pid]}
//   payment.prepare           as payment, and lifetime_s?: whole seconds,                  tx_id
//                             routes?: [{path: [pid], amount}]
//   payment.commit            –                                                            tx_id
//   payment.abort             –                                                            tx_id
//   clearing.cycles           equivalent, max_length?, max_cycles?, min_amount?,             seq
//                             within?: [pid], work_limit?
//   clearing.set_off          equivalent, growth?, enough_ppm?, min_amount?,                 seq
//                             within?: [pid], work_limit?
//   clearing.cycle            equivalent, cycle: [pid]                                       seq
//   clearing.propose          equivalent, cycle: [pid], min_amount?, lifetime_s?             tx_id
//   clearing.accept           terms (Base64 of TermsOf the proposal)                         tx_id
//   clearing.reject           –                                                              tx_id
//
// Amounts are decimal text. max_hops is 1–32, max_paths 1–64, or "unlimited". A policy is an object
// of the keys of spec 01 §4.3; null returns a key to its default; its amounts are decimal text, or
// whole numbers of the equivalent.
#ifndef GEO_HUB_COMMAND_H_
#define GEO_HUB_COMMAND_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "geo/base/ids.h"
#include "geo/base/status.h"
#include "geo/base/time.h"
#include "geo/clearing/commands.h"
#include "geo/clearing/consent.h"
#include "geo/crypto/envelope.h"
#include "geo/crypto/json.h"
#include "geo/crypto/keys.h"
#include "geo/crypto/personal_text.h"
#include "geo/payment/payment.h"
#include "geo/payment/two_phase.h"
#include "geo/trust/commands.h"

namespace geo {

using Command =
    std::variant<RegisterParticipant, UpdateParticipant, Leave, SetParticipantStatus,
                 SetVerificationLevel, CreateEquivalent, UpdateEquivalent, RemoveEquivalent,
                 OpenLine, UpdateLine, CloseLine, FreezeLine, UnfreezeLine, OpeningBalances, Pay,
                 PreparePayment, CommitPayment, AbortPayment, ClearCycles, SetOffDebts, ClearCycle,
                 ProposeClearing, AcceptClearing, RejectClearing, SetLimits>;

// The `op` of a command; "" for OpeningBalances, which no envelope carries.
std::string_view OperationName(const Command& command);

// The transaction that a payment or a decision about one names, or the proposal; null for settings
// commands and clearings, which carry sequence numbers. Points into `command`.
const TxId* TransactionOf(const Command& command);

// A command as it arrives: the envelope, and the personal text that its body names by hash.
struct SignedCommand {
  SignedEnvelope envelope;
  std::vector<PersonalText> texts;  // kMaxTexts, with their salts kMaxEnvelopeBytes at the most
};

// How long a command is good for.
struct Validity {
  Timestamp issued_at = 0;
  Timestamp expires_at = 0;  // after issued_at
};

// Signs `command` for `network`, for clients and tests. Commands that name no transaction take
// `seq` (≥ 1). Errors: InvalidArgument (an amount in minor units: signed commands carry text; a
// lifetime that is not whole seconds; a command that no envelope carries, voted reservations among
// them), and those of EnvelopeMessage.
StatusOr<SignedCommand> SignCommand(const SecretKey& key, std::string_view network,
                                    const Command& command, std::uint64_t seq, Validity validity);

struct LegacyCommand;  // geo/hub/legacy_command.h

// A command whose maker is certain. Only VerifyCommand, VerifyLegacyCommand and TrustedCommand make
// one. A value; any thread.
class VerifiedCommand {
 public:
  const Pid& signer() const { return signer_; }
  const Command& command() const { return command_; }
  // The sequence number; none: the hub takes the signer's next one (trusted and legacy commands).
  std::optional<std::uint64_t> seq() const { return seq_; }
  // None: it never expires (trusted and legacy commands).
  const std::optional<Validity>& validity() const { return validity_; }
  // The network that it was signed for; hubs of others answer WrongNetwork. Empty: it names none
  // (trusted and legacy commands).
  const std::string& network() const { return network_; }
  // What the journal keeps as evidence: message, key and signature; empty for a trusted command.
  const std::string& evidence() const { return evidence_; }
  // From a message of a GEO v0.1 client; hubs take it only when told to.
  bool is_legacy() const { return legacy_; }
  // Such a message as it is kept beside the chain, because it holds personal text.
  const std::optional<PersonalText>& message() const { return message_; }

 private:
  friend StatusOr<VerifiedCommand> VerifyCommand(const SignedCommand& signed_command,
                                                 std::string_view network);
  friend StatusOr<VerifiedCommand> VerifyLegacyCommand(const LegacyCommand& command);
  friend VerifiedCommand TrustedCommand(const Pid& signer, Command command);

  Pid signer_;
  Command command_;
  std::optional<std::uint64_t> seq_;
  std::optional<Validity> validity_;
  std::string network_;
  std::string evidence_;
  bool legacy_ = false;
  std::optional<PersonalText> message_;
};

// Verifies signature, network, form and texts. Pure: needs no hub and runs on any thread (spec 01
// §2.5). Expiry and sequence are the hub's to check. Errors, syntax before signature (§6.3):
// TooLarge for texts above their limit; those of ReadEnvelope; CommandSyntax naming the member;
// TextMismatch for text that is missing, superfluous or does not fit its hash; the syntax errors of
// ids, codes, keys, policies and, as far as they show without the equivalent's precision, amounts;
// those of CheckSyntax (geo/trust/plan.h, geo/payment, geo/clearing) for what else is wrong with
// the command alone; those of VerifyEnvelope. About 50 µs, nearly all of it Ed25519.
StatusOr<VerifiedCommand> VerifyCommand(const SignedCommand& signed_command,
                                        std::string_view network);

// Verifies many, one after another: `results[i]` is what VerifyCommand says about `commands[i]`.
// For a caller's pool of threads: give each thread a part of both spans; parts share nothing.
// Errors: InvalidArgument when the spans differ in length; then nothing is done.
Status VerifyCommands(std::span<const SignedCommand> commands, std::string_view network,
                      std::span<StatusOr<VerifiedCommand>> results);

// For embedders that are their own authority (a simulation, an admin tool, a server that has
// checked its user by other means): takes the maker's identity on trust. Never expires; the hub
// assigns the sequence number. The signer still needs the right to do what he asks.
VerifiedCommand TrustedCommand(const Pid& signer, Command command);

// A policy object as in a command's body. Errors: PolicyInvalid naming the key and what it takes.
StatusOr<PolicyPatch> ParsePolicy(const Json& policy);

}  // namespace geo

#endif  // GEO_HUB_COMMAND_H_
