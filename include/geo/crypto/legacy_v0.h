// The signed messages of GEO v0.1 (spec 01 §2.4, §10.1, §10.2), byte for byte, so that old clients
// can move over. A hub accepts them only when told to: a bare body names no network, operation,
// time or sequence, so that it can be replayed wherever it fits.
//
// A message is the canonical JSON of exactly the members below; optional ones that are absent are
// left out; strings are as sent. A null is no absent member but one of the wrong type; inside a
// policy or a profile it may be, and stays.
//
// For each body there is a struct; `LegacyMessage` gives the bytes to sign; `OpenLegacy…` checks
// what a client sent: the JSON object without its `signature` member, the signature and the key.
// Contents (amounts, names, policies, limits on them) are checked by the rooms above.
//
// All functions are pure, for any thread, and take O(size). Errors, besides those named:
// - CommandSyntax: a member missing, unknown or of the wrong type;
// - PidSyntax, TxIdSyntax, EquivalentCodeSyntax, EncodingSyntax: so for ids and keys;
// - JsonUnsupported: no canonical form (geo/crypto/json.h);
// - TooLarge: a message above kMaxEnvelopeBytes, or `avoid` above kMaxAvoid;
// - BadSignature (when opening): the signature is not the key's over these members. Sign again.
#ifndef GEO_CRYPTO_LEGACY_V0_H_
#define GEO_CRYPTO_LEGACY_V0_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "geo/base/ids.h"
#include "geo/base/status.h"
#include "geo/crypto/json.h"
#include "geo/crypto/keys.h"

namespace geo {

// Register: signed by the new key itself.
struct LegacyRegister {
  std::string display_name;
  std::string type;  // "person", "business" or "hub"
  PublicKey public_key;
  std::optional<Json> profile;  // an object

  friend bool operator==(const LegacyRegister&, const LegacyRegister&) = default;
};

// Participant update. One that changes nothing is CommandSyntax.
struct LegacyParticipantUpdate {
  std::optional<std::string> display_name;
  std::optional<Json> profile;  // an object

  friend bool operator==(const LegacyParticipantUpdate&, const LegacyParticipantUpdate&) = default;
};

// Line create, signed by the owner.
struct LegacyLineCreate {
  Pid to;
  EquivalentCode equivalent;
  std::string limit;           // amount text, as sent
  std::optional<Json> policy;  // an object; keys may be null

  friend bool operator==(const LegacyLineCreate&, const LegacyLineCreate&) = default;
};

// Line update. One that changes nothing is CommandSyntax: its bytes would be those of a close.
struct LegacyLineUpdate {
  LineId id;
  std::optional<std::string> limit;  // amount text, as sent
  std::optional<Json> policy;        // an object; keys set to null return to their default

  friend bool operator==(const LegacyLineUpdate&, const LegacyLineUpdate&) = default;
};

struct LegacyLineClose {
  LineId id;

  friend bool operator==(const LegacyLineClose&, const LegacyLineClose&) = default;
};

// The routing constraints of a payment. Integers are within ±kMaxJsonInt; their meaning and range
// are routing's.
struct LegacyConstraints {
  std::optional<std::int64_t> max_hops;
  std::optional<std::int64_t> max_paths;
  std::optional<std::int64_t> timeout_ms;
  std::optional<std::vector<Pid>> avoid;  // in the order sent, at most kMaxAvoid

  friend bool operator==(const LegacyConstraints&, const LegacyConstraints&) = default;
};

struct LegacyPayment {
  TxId tx_id;
  Pid to;
  EquivalentCode equivalent;
  std::string amount;  // amount text, as sent
  std::optional<std::string> description;
  std::optional<LegacyConstraints> constraints;

  friend bool operator==(const LegacyPayment&, const LegacyPayment&) = default;
};

// The bytes to sign. What these accept, the checks below accept too.
StatusOr<std::string> LegacyMessage(const LegacyRegister& body);
StatusOr<std::string> LegacyMessage(const LegacyParticipantUpdate& body);
StatusOr<std::string> LegacyMessage(const LegacyLineCreate& body);
StatusOr<std::string> LegacyMessage(const LegacyLineUpdate& body);
StatusOr<std::string> LegacyMessage(const LegacyLineClose& body);
StatusOr<std::string> LegacyMessage(const LegacyPayment& body);

// A login challenge is signed as its bare text (spec 01 §1.6). Refuses any text but the base64url
// of 32 bytes (EncodingSyntax), so that a hub cannot have a command signed as a "challenge".
StatusOr<std::string> LegacyLoginMessage(std::string_view challenge);

// Checks members and signature and gives the content. For registration the key is the one inside.
StatusOr<LegacyRegister> OpenLegacyRegister(const Json& sent, const Signature& signature);
StatusOr<LegacyParticipantUpdate> OpenLegacyParticipantUpdate(const Json& sent,
                                                              const PublicKey& key,
                                                              const Signature& signature);
StatusOr<LegacyLineCreate> OpenLegacyLineCreate(const Json& sent, const PublicKey& key,
                                                const Signature& signature);
StatusOr<LegacyLineUpdate> OpenLegacyLineUpdate(const Json& sent, const PublicKey& key,
                                                const Signature& signature);
StatusOr<LegacyLineClose> OpenLegacyLineClose(const Json& sent, const PublicKey& key,
                                              const Signature& signature);
StatusOr<LegacyPayment> OpenLegacyPayment(const Json& sent, const PublicKey& key,
                                          const Signature& signature);

// Checks the signature of a login challenge. Age and single use: geo/crypto/login_challenge.h.
Status CheckLegacyLogin(std::string_view challenge, const PublicKey& key,
                        const Signature& signature);

}  // namespace geo

#endif  // GEO_CRYPTO_LEGACY_V0_H_
