// Input: JSON text.
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "geo/base/encoding.h"
#include "geo/crypto/json.h"
#include "tests/fuzz/require.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const geo::StatusOr<geo::Json> json = geo::ParseJson(text);
  const geo::StatusOr<geo::Json> strict = geo::ParseCanonicalJson(text);
  if (!json.ok()) {
    const geo::ErrorCode code = geo::ErrorCodeOf(json.status());
    GEO_REQUIRE(code == geo::ErrorCode::kJsonSyntax || code == geo::ErrorCode::kJsonUnsupported);
    GEO_REQUIRE(json.status().message().size() < 1000);
    GEO_REQUIRE(geo::ErrorCodeOf(strict.status()) == code);
    return 0;
  }
  const std::string canonical = geo::CanonicalJson(*json).value();
  GEO_REQUIRE(strict.ok() == (canonical == text));
  GEO_REQUIRE(geo::IsValidUtf8(canonical));
  GEO_REQUIRE(geo::ParseCanonicalJson(canonical).value() == *json);
  // What is canonical is what another library writes, keys in the order of bytes.
  const auto other = nlohmann::json::parse(text, nullptr, false);
  GEO_REQUIRE(!other.is_discarded());
  GEO_REQUIRE(other.dump() == canonical);
  return 0;
}
