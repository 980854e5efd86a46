// Hashes: SHA-256 and BLAKE2b-256, in one call or piece by piece.
//
// SHA-256 makes participant ids (spec 01 §1.2) and whatever outsiders recompute; BLAKE2b-256 chains
// the journal (spec 01 §8.4) and hashes personal text (spec 01 §2.3).
//
// Both come from libsodium. The first call of anything in geo/crypto initialises libsodium once for
// the process, thread-safely and also when the host has done so already: it looks at the CPU and
// lets libsodium set up its random generator from the system. geo draws nothing from it: equal
// input gives equal output everywhere in this room.
#ifndef GEO_CRYPTO_HASH_H_
#define GEO_CRYPTO_HASH_H_

#include <array>
#include <cstddef>
#include <string_view>

#include "geo/base/ids.h"

namespace geo {

// SHA-256 of `bytes`. O(n). Safe on any thread.
Hash256 Sha256(std::string_view bytes);

// BLAKE2b of `bytes` with a 32-byte result, no key, salt or personalisation (RFC 7693). O(n). Safe
// on any thread.
Hash256 Blake2b(std::string_view bytes);

// SHA-256 of bytes that come in pieces: the result depends only on their concatenation. A copy goes
// on from the same point. Each object on one thread at a time.
class Sha256Stream {
 public:
  Sha256Stream();
  void Update(std::string_view bytes);
  // The hash of everything since construction or the last Finish; then starts afresh.
  Hash256 Finish();

 private:
  static constexpr std::size_t kStateBytes = 104;
  alignas(8) std::array<unsigned char, kStateBytes> state_;
};

// As Sha256Stream, for Blake2b.
class Blake2bStream {
 public:
  Blake2bStream();
  void Update(std::string_view bytes);
  Hash256 Finish();

 private:
  static constexpr std::size_t kStateBytes = 384;
  alignas(64) std::array<unsigned char, kStateBytes> state_;
};

}  // namespace geo

#endif  // GEO_CRYPTO_HASH_H_
