#include "geo/crypto/hash.h"

#include <sodium.h>

#include <new>

#include "src/crypto/sodium.h"

namespace geo {
namespace {

// libsodium's states are plain data, so the storage of a stream can hold one.
crypto_hash_sha256_state* Sha256State(unsigned char* storage) {
  return std::launder(reinterpret_cast<crypto_hash_sha256_state*>(storage));
}

crypto_generichash_blake2b_state* Blake2bState(unsigned char* storage) {
  return std::launder(reinterpret_cast<crypto_generichash_blake2b_state*>(storage));
}

}  // namespace

Hash256 Sha256(std::string_view bytes) {
  EnsureSodium();
  Hash256 hash;
  crypto_hash_sha256(hash.bytes.data(), UnsignedBytes(bytes), bytes.size());
  return hash;
}

Hash256 Blake2b(std::string_view bytes) {
  EnsureSodium();
  Hash256 hash;
  crypto_generichash_blake2b(hash.bytes.data(), Hash256::kSize, UnsignedBytes(bytes), bytes.size(),
                             nullptr, 0);
  return hash;
}

Sha256Stream::Sha256Stream() {
  static_assert(kStateBytes >= sizeof(crypto_hash_sha256_state));
  static_assert(alignof(Sha256Stream) >= alignof(crypto_hash_sha256_state));
  EnsureSodium();
  crypto_hash_sha256_init(new (state_.data()) crypto_hash_sha256_state);
}

void Sha256Stream::Update(std::string_view bytes) {
  crypto_hash_sha256_update(Sha256State(state_.data()), UnsignedBytes(bytes), bytes.size());
}

Hash256 Sha256Stream::Finish() {
  Hash256 hash;
  crypto_hash_sha256_final(Sha256State(state_.data()), hash.bytes.data());
  crypto_hash_sha256_init(Sha256State(state_.data()));
  return hash;
}

Blake2bStream::Blake2bStream() {
  static_assert(kStateBytes >= sizeof(crypto_generichash_blake2b_state));
  static_assert(alignof(Blake2bStream) >= alignof(crypto_generichash_blake2b_state));
  EnsureSodium();
  crypto_generichash_blake2b_init(new (state_.data()) crypto_generichash_blake2b_state, nullptr, 0,
                                  Hash256::kSize);
}

void Blake2bStream::Update(std::string_view bytes) {
  crypto_generichash_blake2b_update(Blake2bState(state_.data()), UnsignedBytes(bytes),
                                    bytes.size());
}

Hash256 Blake2bStream::Finish() {
  Hash256 hash;
  crypto_generichash_blake2b_final(Blake2bState(state_.data()), hash.bytes.data(), Hash256::kSize);
  crypto_generichash_blake2b_init(Blake2bState(state_.data()), nullptr, 0, Hash256::kSize);
  return hash;
}

}  // namespace geo
