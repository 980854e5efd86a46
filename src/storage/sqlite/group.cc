#include "src/storage/sqlite/group.h"

#include <string>

#include "geo/base/bytes.h"
#include "src/base/crc32.h"

namespace geo {

std::uint32_t GroupChecksum(std::uint64_t first, std::uint64_t last, std::string_view records) {
  std::string numbers;
  ByteWriter writer(&numbers);
  writer.Fixed64(first);
  writer.Fixed64(last);
  return Crc32(records, Crc32(numbers));
}

StatusOr<std::string_view> CheckGroup(Statement& groups, bool first, std::uint64_t* seen) {
  const auto begin = static_cast<std::uint64_t>(groups.Integer(0));
  const auto end = static_cast<std::uint64_t>(groups.Integer(1));
  const std::string_view records = groups.Bytes(3);
  const bool follows = first ? begin <= *seen + 1 : begin == *seen + 1;
  if (!follows || groups.Integer(2) != GroupChecksum(begin, end, records)) {
    return MakeError(ErrorCode::kStoreCorrupt, "the group of records " + std::to_string(begin) +
                                                   " to " + std::to_string(end) +
                                                   " is damaged or misplaced");
  }
  *seen = end;
  return records;
}

}  // namespace geo
