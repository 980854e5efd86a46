// Groups of records as rows of geo_journal, for the writer and for readers.
#ifndef GEO_SRC_STORAGE_SQLITE_GROUP_H_
#define GEO_SRC_STORAGE_SQLITE_GROUP_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include "geo/base/status.h"
#include "src/storage/sqlite/database.h"

namespace geo {

// Asks for the groups whose last record comes after parameter 1.
inline constexpr std::string_view kGroupsAfter =
    "SELECT first_seq, last_seq, checksum, records FROM geo_journal WHERE last_seq > ? "
    "ORDER BY last_seq";

std::uint32_t GroupChecksum(std::uint64_t first, std::uint64_t last, std::string_view records);

// Gives `visit` the records of every group that ends after `after`, in order, until it answers
// false; the first may begin earlier. `groups` is kGroupsAfter, of `database`. Returns the last
// record given, or nothing where `visit` ended it. Errors: StoreCorrupt where a group is damaged or
// does not follow the one before; those of `visit`; those of the database.
StatusOr<std::optional<std::uint64_t>> VisitGroups(
    const Database& database, Statement& groups, std::uint64_t after,
    const std::function<StatusOr<bool>(std::string_view packed)>& visit);

}  // namespace geo

#endif  // GEO_SRC_STORAGE_SQLITE_GROUP_H_
