// libsodium, initialised.
#ifndef GEO_SRC_CRYPTO_SODIUM_H_
#define GEO_SRC_CRYPTO_SODIUM_H_

#include <string_view>

namespace geo {

// Initialises libsodium for the process, once, on any thread; costs a load afterwards. Called
// before every use of it, because geo has no start-up call of its own. Its failure is of no
// consequence here: hashes and signatures then take libsodium's portable code.
void EnsureSodium();

// Text in the type in which libsodium takes bytes.
inline const unsigned char* UnsignedBytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace geo

#endif  // GEO_SRC_CRYPTO_SODIUM_H_
