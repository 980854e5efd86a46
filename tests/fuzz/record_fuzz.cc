// Input: the body of a record; length and checksum are put around it, so that the body is reached.
#include <zlib.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "geo/base/bytes.h"
#include "geo/journal/record.h"
#include "tests/fuzz/require.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  std::string_view raw = body;
  static_cast<void>(geo::TakeRecord(&raw));  // as it is: nearly always a wrong checksum
  std::string bytes;
  geo::ByteWriter writer(&bytes);
  writer.Fixed32(static_cast<std::uint32_t>(size));
  writer.Raw(body);
  writer.Fixed32(static_cast<std::uint32_t>(
      crc32(0, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uInt>(bytes.size()))));
  std::string_view rest = bytes;
  const geo::StatusOr<geo::ReadRecord> read = geo::TakeRecord(&rest);
  if (!read.ok()) {
    const geo::ErrorCode code = geo::ErrorCodeOf(read.status());
    GEO_REQUIRE(code == geo::ErrorCode::kRecordCorrupt || code == geo::ErrorCode::kFormatNewer);
    GEO_REQUIRE(rest.size() == bytes.size());
    return 0;
  }
  GEO_REQUIRE(rest.empty());
  std::string again;
  GEO_REQUIRE(geo::AppendRecord(read->record, &again).value() == read->hash);
  GEO_REQUIRE(again == bytes);
  return 0;
}
