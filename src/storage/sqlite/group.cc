#include "src/storage/sqlite/group.h"

#include <algorithm>
#include <limits>
#include <string>

#include "geo/base/bytes.h"
#include "src/base/crc32.h"
#include "src/base/status_macros.h"

namespace geo {
namespace {

// The records in the present row of kGroupsAfter, which must follow record `*seen`; the `first` one
// asked for may begin earlier. Then `*seen` is its last record. Valid as the row. Errors:
// StoreCorrupt.
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

}  // namespace

std::uint32_t GroupChecksum(std::uint64_t first, std::uint64_t last, std::string_view records) {
  std::string numbers;
  ByteWriter writer(&numbers);
  writer.Fixed64(first);
  writer.Fixed64(last);
  return Crc32(records, Crc32(numbers));
}

StatusOr<std::optional<std::uint64_t>> VisitGroups(
    const Database& database, Statement& groups, std::uint64_t after,
    const std::function<StatusOr<bool>(std::string_view packed)>& visit) {
  constexpr auto kHighest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  const ResetLater reset(groups);
  groups.BindInteger(1, static_cast<std::int64_t>(std::min(after, kHighest)));
  std::uint64_t seen = after;
  for (bool first = true;; first = false) {
    const int result = groups.Step();
    if (result == SQLITE_DONE) return seen;
    if (result != SQLITE_ROW) return database.Error(result, "read records");
    GEO_ASSIGN_OR_RETURN(const std::string_view records, CheckGroup(groups, first, &seen));
    GEO_ASSIGN_OR_RETURN(const bool more, visit(records));
    if (!more) return std::nullopt;
  }
}

}  // namespace geo
