#include "src/base/crc32.h"

#include <libdeflate.h>

namespace geo {

std::uint32_t Crc32(std::string_view bytes, std::uint32_t before) {
  return libdeflate_crc32(before, bytes.data(), bytes.size());
}

}  // namespace geo
