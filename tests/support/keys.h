// Keys that tests sign with.
#ifndef GEO_TESTS_SUPPORT_KEYS_H_
#define GEO_TESTS_SUPPORT_KEYS_H_

#include <string_view>

#include "geo/base/encoding.h"
#include "geo/crypto/hash.h"
#include "geo/crypto/keys.h"

namespace geo::tests {

// The key of somebody called `name`: always the same for the same name.
inline SecretKey KeyOf(std::string_view name) {
  return SecretKey::FromSeed(Sha256(name).view()).value();
}

inline SecretKey KeyFromHex(std::string_view seed) {
  return SecretKey::FromSeed(DecodeHex(seed).value()).value();
}

// The key "alice" of the acceptance cases.
inline SecretKey Alice() {
  return KeyFromHex("d04f944d0699ee41a7da92bd433d909d0d2391e9e2a59901983059ddb39c8b1c");
}

}  // namespace geo::tests

#endif  // GEO_TESTS_SUPPORT_KEYS_H_
