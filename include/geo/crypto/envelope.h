// Signed commands (spec 01 §2.2; docs/formats.md).
//
// An envelope says who wants which operation, in which network, in which order and until when. Its
// canonical JSON is signed. `network` makes a signature good in one place, `op` keeps a body from
// being replayed as another operation, `seq` or `tx_id` makes it good once. Whether a seq or tx_id
// is still unused, whether the signer exists and what he may do is decided by the rooms above.
#ifndef GEO_CRYPTO_ENVELOPE_H_
#define GEO_CRYPTO_ENVELOPE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "geo/base/ids.h"
#include "geo/base/status.h"
#include "geo/base/time.h"
#include "geo/crypto/json.h"
#include "geo/crypto/keys.h"

namespace geo {

inline constexpr std::size_t kMaxOperationNameBytes = 64;

// How far a command's `issued_at` may lie ahead of the clock (spec 01 §2.2, §11).
inline constexpr Duration kDefaultClockDrift = 300 * kSecond;

// A command before signing, or after checking.
struct Envelope {
  std::string network;  // 1 to kMaxNetworkNameBytes bytes of UTF-8
  std::string op;       // 1 to kMaxOperationNameBytes of a-z 0-9 _ .
  Pid signer;
  std::optional<std::uint64_t> seq;  // 1 to kMaxJsonInt; settings commands
  std::optional<TxId> tx_id;         // payments; exactly one of seq and tx_id is set
  Timestamp issued_at = 0;           // within ±kMaxJsonInt
  Timestamp expires_at = 0;          // within ±kMaxJsonInt and after issued_at
  Json body;                         // an object

  friend bool operator==(const Envelope&, const Envelope&) = default;
};

// What travels. The key goes beside the message, so that checking needs no state: its SHA-256 must
// be the signer's pid.
struct SignedEnvelope {
  std::string message;  // canonical JSON, at most kMaxEnvelopeBytes
  PublicKey key;
  Signature signature;  // of `message`

  friend bool operator==(const SignedEnvelope&, const SignedEnvelope&) = default;
};

// The bytes to sign. Errors: CommandSyntax (op, seq, tx_id, times or body break the rules above),
// TextInvalid (network), JsonUnsupported (body, as CanonicalJson), TooLarge (above
// kMaxEnvelopeBytes).
StatusOr<std::string> EnvelopeMessage(const Envelope& envelope);

// Signs. Errors: those of EnvelopeMessage, and KeyMismatch when `key` is not the signer's.
StatusOr<SignedEnvelope> SignEnvelope(const Envelope& envelope, const SecretKey& key);

// Checks everything about a command that needs no state and no clock, and gives its content:
// ReadEnvelope, then VerifyEnvelope. A pure function; any thread. O(size), dominated by the
// signature check. Every refusal means that the signer has to make and sign the command anew.
StatusOr<Envelope> OpenEnvelope(const SignedEnvelope& signed_envelope, std::string_view network);

// The first half: what the message says. Nobody has vouched for it yet: do nothing with it but
// look for syntax errors, which come before signatures (spec 01 §6.3), and hand it to
// VerifyEnvelope. Refusals, in the order of the checks:
// - TooLarge: the message is above kMaxEnvelopeBytes;
// - JsonSyntax, JsonUnsupported: not JSON, or not the canonical form of it;
// - CommandSyntax: a member is missing, unknown, of the wrong type or out of its range, or `v` is
//   not 1; PidSyntax, TxIdSyntax, TextInvalid: so for signer, tx_id and network.
StatusOr<Envelope> ReadEnvelope(std::string_view message);

// The second half: whether the message of `signed_envelope`, which says `envelope`, comes from its
// signer and is for `network`. Refusals, in the order of the checks:
// - KeyMismatch: the key's SHA-256 is not the signer's pid;
// - BadSignature;
// - WrongNetwork: signed for a network other than `network`.
Status VerifyEnvelope(const SignedEnvelope& signed_envelope, const Envelope& envelope,
                      std::string_view network);

// Whether the command may be carried out at `now`. Errors: NotYetValid when `now` is more than
// `drift` before issued_at (try again later, or set the signer's clock), Expired when `now` is at
// or after expires_at (sign anew), InvalidArgument for a negative drift. A known tx_id is answered
// without asking here (spec 01 §2.2). O(1), any thread.
Status CheckTimes(const Envelope& envelope, Timestamp now, Duration drift = kDefaultClockDrift);

}  // namespace geo

#endif  // GEO_CRYPTO_ENVELOPE_H_
