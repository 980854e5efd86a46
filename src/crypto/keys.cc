#include "geo/crypto/keys.h"

#include <sodium.h>

#include "geo/base/encoding.h"
#include "geo/crypto/hash.h"
#include "src/base/quote.h"
#include "src/crypto/sodium.h"

namespace geo {
namespace {

// The Base64 text of exactly the bytes of a T.
template <typename T>
StatusOr<T> ParseBase64(std::string_view text, std::string_view what) {
  constexpr std::size_t kTextSize = (T::kSize + 2) / 3 * 4;
  if (text.size() == kTextSize) {
    const StatusOr<std::string> raw = DecodeBase64(text);
    if (raw.ok() && raw->size() == T::kSize) return T::FromBytes(*raw);
  }
  return MakeError(ErrorCode::kEncodingSyntax, std::string(what) + " " + Quote(text) +
                                                   " is not the Base64 text, with padding, of " +
                                                   std::to_string(T::kSize) + " bytes");
}

}  // namespace

Pid PidOf(const PublicKey& key) {
  Pid pid;
  pid.bytes = Sha256(key.view()).bytes;
  return pid;
}

StatusOr<SecretKey> SecretKey::FromSeed(std::string_view seed32) {
  static_assert(sizeof(expanded_) == crypto_sign_SECRETKEYBYTES);
  if (seed32.size() != crypto_sign_SEEDBYTES) {
    return MakeError(ErrorCode::kInvalidArgument,
                     "a key seed has 32 bytes, not " + std::to_string(seed32.size()));
  }
  EnsureSodium();
  SecretKey key;
  crypto_sign_seed_keypair(key.public_key_.bytes.data(), key.expanded_.data(),
                           UnsignedBytes(seed32));
  key.pid_ = PidOf(key.public_key_);
  return key;
}

SecretKey::SecretKey(SecretKey&& other) noexcept
    : expanded_(other.expanded_), public_key_(other.public_key_), pid_(other.pid_) {
  sodium_memzero(other.expanded_.data(), other.expanded_.size());
}

SecretKey& SecretKey::operator=(SecretKey&& other) noexcept {
  if (this == &other) return *this;
  expanded_ = other.expanded_;
  public_key_ = other.public_key_;
  pid_ = other.pid_;
  sodium_memzero(other.expanded_.data(), other.expanded_.size());
  return *this;
}

SecretKey::~SecretKey() { sodium_memzero(expanded_.data(), expanded_.size()); }

Signature Sign(const SecretKey& key, std::string_view message) {
  Signature signature;
  crypto_sign_detached(signature.bytes.data(), nullptr, UnsignedBytes(message), message.size(),
                       key.expanded_.data());
  return signature;
}

bool VerifySignature(const PublicKey& key, std::string_view message, const Signature& signature) {
  EnsureSodium();
  return crypto_sign_verify_detached(signature.bytes.data(), UnsignedBytes(message), message.size(),
                                     key.bytes.data()) == 0;
}

std::string FormatPublicKey(const PublicKey& key) { return EncodeBase64(key.view()); }

StatusOr<PublicKey> ParsePublicKey(std::string_view text) {
  return ParseBase64<PublicKey>(text, "public key");
}

std::string FormatSignature(const Signature& signature) { return EncodeBase64(signature.view()); }

StatusOr<Signature> ParseSignature(std::string_view text) {
  return ParseBase64<Signature>(text, "signature");
}

}  // namespace geo
