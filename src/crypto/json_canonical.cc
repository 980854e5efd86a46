// ParseCanonicalJson: text that is canonical beyond doubt is read in one pass; for all else the
// slow way says what is wrong with it, if anything.
#include <algorithm>

#include "geo/crypto/json.h"
#include "src/base/quote.h"
#include "src/base/status_macros.h"
#include "src/crypto/plain_json.h"

namespace geo {

StatusOr<Json> ParseCanonicalJson(std::string_view text) {
  PlainJsonReader plain(text);
  Json value;
  if (plain.ReadValue(value) && plain.AtEnd()) return value;
  GEO_ASSIGN_OR_RETURN(value, ParseJson(text));
  GEO_ASSIGN_OR_RETURN(const std::string canonical, CanonicalJson(value));
  if (canonical == text) return value;
  const auto differ = std::mismatch(text.begin(), text.end(), canonical.begin(), canonical.end());
  const auto at = static_cast<std::size_t>(differ.first - text.begin());
  return MakeError(
      ErrorCode::kJsonUnsupported,
      "JSON not in canonical form from byte " + std::to_string(at + 1) + " on: has " +
          Quote(text.substr(at, 16)) + ", canonical is " +
          Quote(std::string_view(canonical).substr(std::min(at, canonical.size()), 16)));
}

}  // namespace geo
