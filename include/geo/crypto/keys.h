// Ed25519 keys and signatures (RFC 8032; spec 01 §1.1, §1.2), by libsodium.
//
// Nothing here draws randomness: seeds are passed in and signatures are deterministic. For what
// initialising libsodium touches, see geo/crypto/hash.h.
#ifndef GEO_CRYPTO_KEYS_H_
#define GEO_CRYPTO_KEYS_H_

#include <array>
#include <string>
#include <string_view>

#include "geo/base/ids.h"
#include "geo/base/status.h"

namespace geo {

// The participant id of `key`: its SHA-256 (spec 01 §1.2). Any thread.
Pid PidOf(const PublicKey& key);

// A secret key together with its public key. Its memory is wiped when it is destroyed, moved from
// or assigned over; copies of the seed that the caller holds are the caller's to wipe. There is no
// way to read the secret back. A moved-from key may only be destroyed or assigned to. Reading one
// object from several threads is safe.
class SecretKey {
 public:
  // From a seed of exactly 32 bytes, which must be random and secret. Errors: InvalidArgument
  // naming the length; the message never shows the seed.
  static StatusOr<SecretKey> FromSeed(std::string_view seed32);

  SecretKey(SecretKey&& other) noexcept;
  SecretKey& operator=(SecretKey&& other) noexcept;
  SecretKey(const SecretKey&) = delete;
  SecretKey& operator=(const SecretKey&) = delete;
  ~SecretKey();

  // Valid as long as this object.
  const PublicKey& public_key() const { return public_key_; }
  // PidOf(public_key()), kept.
  const Pid& pid() const { return pid_; }

 private:
  friend Signature Sign(const SecretKey& key, std::string_view message);

  SecretKey() = default;

  std::array<unsigned char, 64> expanded_{};  // seed and public key, as libsodium wants them
  PublicKey public_key_;
  Pid pid_;
};

// The signature of `message`, always the same for the same key and message. O(n). Any thread.
Signature Sign(const SecretKey& key, std::string_view message);

// Whether `signature` is the one of `message` under `key`. Strict: keys and signatures in
// non-canonical encoding and keys of small order are refused, so that one signature cannot be
// turned into another that also passes. A pure function of its arguments; any thread. O(n).
bool VerifySignature(const PublicKey& key, std::string_view message, const Signature& signature);

// Text: standard Base64 with padding (spec 01 §1.1); 44 characters for a key, 88 for a signature.
// Parsing accepts exactly what formatting gives. It does not say whether a key is a usable one:
// under an unusable key no signature verifies. Errors: EncodingSyntax naming the text.
std::string FormatPublicKey(const PublicKey& key);
StatusOr<PublicKey> ParsePublicKey(std::string_view text);
std::string FormatSignature(const Signature& signature);
StatusOr<Signature> ParseSignature(std::string_view text);

}  // namespace geo

#endif  // GEO_CRYPTO_KEYS_H_
