#include "src/crypto/sodium.h"

#include <sodium.h>

namespace geo {

void EnsureSodium() { [[maybe_unused]] static const int initialised = sodium_init(); }

}  // namespace geo
