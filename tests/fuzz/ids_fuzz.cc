// Input: the text of an id, of any kind.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "geo/base/ids.h"
#include "geo/crypto/keys.h"
#include "tests/fuzz/require.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto pid = geo::ParsePid(text); pid.ok()) GEO_REQUIRE(geo::FormatPid(*pid) == text);
  if (const auto id = geo::ParseLineId(text); id.ok()) GEO_REQUIRE(geo::FormatLineId(*id) == text);
  if (const auto code = geo::EquivalentCode::Parse(text); code.ok()) {
    GEO_REQUIRE(code->text() == text && !text.empty() && text.size() <= 16);
  }
  if (const auto id = geo::TxId::Parse(text); id.ok()) {
    GEO_REQUIRE(id->text() == text && !text.empty() && text.size() <= 64);
  }
  if (const auto key = geo::ParsePublicKey(text); key.ok()) {
    GEO_REQUIRE(geo::FormatPublicKey(*key) == text);
  }
  if (const auto signature = geo::ParseSignature(text); signature.ok()) {
    GEO_REQUIRE(geo::FormatSignature(*signature) == text);
  }
  return 0;
}
