// CRC-32 as zlib, gzip and PNG have it (reflected, polynomial 0x04c11db7).
#ifndef GEO_SRC_BASE_CRC32_H_
#define GEO_SRC_BASE_CRC32_H_

#include <cstdint>
#include <string_view>

namespace geo {

// Of `bytes` after others whose checksum was `before`; 0: there are none. O(bytes).
std::uint32_t Crc32(std::string_view bytes, std::uint32_t before = 0);

}  // namespace geo

#endif  // GEO_SRC_BASE_CRC32_H_
