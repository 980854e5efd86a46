// Fixed-size integers as they stand in files: little-endian, whatever the machine is.
#ifndef GEO_SRC_BASE_LITTLE_ENDIAN_H_
#define GEO_SRC_BASE_LITTLE_ENDIAN_H_

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace geo {

// Reads the sizeof(T) bytes at `from`.
template <typename T>
T LoadLittleEndian(const void* from) {
  T value = 0;
  if constexpr (std::endian::native == std::endian::little) {
    std::memcpy(&value, from, sizeof(T));
  } else {
    for (std::size_t i = sizeof(T); i-- > 0;) {
      value = value << 8 | static_cast<const std::uint8_t*>(from)[i];
    }
  }
  return value;
}

// Writes the sizeof(T) bytes at `to`.
template <typename T>
void StoreLittleEndian(T value, void* to) {
  if constexpr (std::endian::native == std::endian::little) {
    std::memcpy(to, &value, sizeof(T));
  } else {
    for (std::size_t i = 0; i < sizeof(T); ++i) {
      static_cast<std::uint8_t*>(to)[i] = static_cast<std::uint8_t>(value & 0xff);
      value >>= 8;
    }
  }
}

}  // namespace geo

#endif  // GEO_SRC_BASE_LITTLE_ENDIAN_H_
