// Input: the bytes of one effect.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "geo/journal/effect.h"
#include "tests/fuzz/require.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  geo::ByteReader reader(bytes);
  const geo::Effect effect = geo::ReadEffect(reader);
  if (!reader.Complete()) return 0;
  // One value, one encoding.
  std::string again;
  geo::ByteWriter writer(&again);
  geo::WriteEffect(effect, writer);
  GEO_REQUIRE(again == bytes);
  return 0;
}
