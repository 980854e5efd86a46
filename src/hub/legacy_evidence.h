// What the chain keeps of a message of a GEO v0.1 client.
#ifndef GEO_SRC_HUB_LEGACY_EVIDENCE_H_
#define GEO_SRC_HUB_LEGACY_EVIDENCE_H_

#include <optional>
#include <string_view>

#include "geo/base/ids.h"

namespace geo {

// The hash of the message that is kept in the side table, if the evidence names one.
std::optional<Hash256> LegacyTextIn(std::string_view evidence);

}  // namespace geo

#endif  // GEO_SRC_HUB_LEGACY_EVIDENCE_H_
