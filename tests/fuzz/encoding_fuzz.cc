// Input: text to decode, and at the same time bytes to encode and to read as canonical binary.
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "geo/base/bytes.h"
#include "geo/base/encoding.h"
#include "tests/fuzz/require.h"

namespace {

using Decode = geo::StatusOr<std::string> (*)(std::string_view);
using Encode = std::string (*)(std::string_view);

void GoRound(std::string_view input, Encode encode, Decode decode) {
  GEO_REQUIRE(decode(encode(input)).value() == input);
  const geo::StatusOr<std::string> bytes = decode(input);
  if (bytes.ok()) GEO_REQUIRE(encode(*bytes) == input);
}

// Whether another library finds `text` to be UTF-8: it refuses to write it otherwise.
bool IsUtf8ElseWhere(std::string_view text) {
  try {
    return !nlohmann::json(std::string(text)).dump().empty();
  } catch (const nlohmann::json::type_error&) {
    return false;
  }
}

// Reads values whose kinds follow from the bytes themselves, and writes them again: whatever is
// accepted was in its one form.
void ReadBinary(std::string_view input) {
  geo::ByteReader reader(input);
  std::string again;
  geo::ByteWriter writer(&again);
  while (reader.ok() && !reader.AtEnd()) {
    const std::uint8_t kind = reader.Byte();
    writer.Byte(kind);
    switch (kind % 6) {
      case 0:
        writer.Varint(reader.Varint());
        break;
      case 1:
        writer.Signed(reader.Signed());
        break;
      case 2:
        writer.Bytes(reader.Bytes());
        break;
      case 3:
        writer.Sum(reader.Sum());
        break;
      case 4:
        writer.Fixed64(reader.Fixed64());
        break;
      default:
        writer.Fixed32(reader.Fixed32());
    }
  }
  if (reader.Complete()) GEO_REQUIRE(again == input);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  GoRound(input, geo::EncodeHex, geo::DecodeHex);
  GoRound(input, geo::EncodeBase64, geo::DecodeBase64);
  GoRound(input, geo::EncodeBase64Url, geo::DecodeBase64Url);
  GoRound(input.substr(0, 64), geo::EncodeBase58, geo::DecodeBase58);
  GEO_REQUIRE(geo::IsValidUtf8(input) == IsUtf8ElseWhere(input));
  ReadBinary(input);
  return 0;
}
