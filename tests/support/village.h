// The network that tests found.
#ifndef GEO_TESTS_SUPPORT_VILLAGE_H_
#define GEO_TESTS_SUPPORT_VILLAGE_H_

#include "geo/journal/entity.h"
#include "tests/support/keys.h"

namespace geo::tests {

// A network called `village`, of one hub, `hub`, and one operator, `admin`, who may do everything.
inline Genesis VillageGenesis() {
  const SecretKey admin = KeyOf("admin");
  return Genesis{1,
                 "village",
                 KeyOf("hub").public_key(),
                 {{admin.pid(), admin.public_key(), OperatorRole::kAdmin}}};
}

}  // namespace geo::tests

#endif  // GEO_TESTS_SUPPORT_VILLAGE_H_
