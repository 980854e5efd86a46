// Groups of records as rows of geo_journal, for the writer and for readers.
#ifndef GEO_SRC_STORAGE_SQLITE_GROUP_H_
#define GEO_SRC_STORAGE_SQLITE_GROUP_H_

#include <cstdint>
#include <string_view>

#include "geo/base/status.h"
#include "src/storage/sqlite/database.h"

namespace geo {

// Asks for the groups whose last record comes after parameter 1.
inline constexpr std::string_view kGroupsAfter =
    "SELECT first_seq, last_seq, checksum, records FROM geo_journal WHERE last_seq > ? "
    "ORDER BY last_seq";

std::uint32_t GroupChecksum(std::uint64_t first, std::uint64_t last, std::string_view records);

// The records in the present row of kGroupsAfter, which must follow record `*seen`; the `first` one
// asked for may begin earlier. Then `*seen` is its last record. Valid as the row. Errors:
// StoreCorrupt.
StatusOr<std::string_view> CheckGroup(Statement& groups, bool first, std::uint64_t* seen);

}  // namespace geo

#endif  // GEO_SRC_STORAGE_SQLITE_GROUP_H_
