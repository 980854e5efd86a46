// Keys that tests sign with.
#ifndef GEO_TESTS_SUPPORT_KEYS_H_
#define GEO_TESTS_SUPPORT_KEYS_H_

#include <string_view>

#include "geo/crypto/hash.h"
#include "geo/crypto/keys.h"

namespace geo::tests {

// The key of somebody called `name`: always the same for the same name.
inline SecretKey KeyOf(std::string_view name) {
  return SecretKey::FromSeed(Sha256(name).view()).value();
}

}  // namespace geo::tests

#endif  // GEO_TESTS_SUPPORT_KEYS_H_
