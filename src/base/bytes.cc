#include "geo/base/bytes.h"

#include <algorithm>
#include <bit>

#include "src/base/little_endian.h"

namespace geo {
namespace {

template <typename T>
void AppendLittleEndian(std::string& out, T value) {
  char bytes[sizeof(T)];
  StoreLittleEndian(value, bytes);
  out.append(bytes, sizeof(T));
}

// Zero when `bytes` are not as many.
template <typename T>
T ReadLittleEndian(std::string_view bytes) {
  return bytes.size() == sizeof(T) ? LoadLittleEndian<T>(bytes.data()) : 0;
}

// The lower seven bits of each byte, moved together: in pairs, then pairs of pairs, then all.
std::uint64_t WithoutHighBits(std::uint64_t word) {
  word = (word & 0x007f007f007f007f) | (word & 0x7f007f007f007f00) >> 1;
  word = (word & 0x00003fff00003fff) | (word & 0x3fff00003fff0000) >> 2;
  return (word & 0x000000000fffffff) | (word & 0x0fffffff00000000) >> 4;
}

__extension__ using UnsignedSum = unsigned __int128;

}  // namespace

void ByteWriter::Fixed32(std::uint32_t value) { AppendLittleEndian(*out_, value); }

void ByteWriter::Fixed64(std::uint64_t value) { AppendLittleEndian(*out_, value); }

void ByteWriter::Sum(AmountSum value) {
  AppendLittleEndian(*out_, static_cast<UnsignedSum>(value));
}

void ByteWriter::Raw(std::string_view bytes) { out_->append(bytes); }

void ByteWriter::Bytes(std::string_view bytes) {
  Varint(bytes.size());
  Raw(bytes);
}

std::string_view ByteReader::Raw(std::size_t size) {
  if (size > remaining()) {
    Fail();
    return {};
  }
  const std::string_view taken(at_, size);
  at_ += size;
  return taken;
}

std::uint32_t ByteReader::Fixed32() { return ReadLittleEndian<std::uint32_t>(Raw(4)); }

std::uint64_t ByteReader::Fixed64() { return ReadLittleEndian<std::uint64_t>(Raw(8)); }

std::uint64_t ByteReader::LongVarint() {
  constexpr std::uint64_t kContinues = 0x8080808080808080;
  if (remaining() >= sizeof(std::uint64_t)) {  // most end within eight bytes, and all are there
    auto word = LoadLittleEndian<std::uint64_t>(at_);
    if (const std::uint64_t ends = ~word & kContinues; ends != 0) {
      const auto size = static_cast<std::size_t>(std::countr_zero(ends)) / 8 + 1;
      word &= (ends ^ (ends - 1)) & ~kContinues;
      const bool too_long = size > 1 && word >> (8 * (size - 1)) == 0;
      if (too_long) {
        Fail();
        return 0;
      }
      at_ += size;
      return WithoutHighBits(word);
    }
  }
  const auto at = [this](std::size_t i) { return static_cast<std::uint8_t>(at_[i]); };
  constexpr std::size_t kLongest = 10;
  std::uint64_t value = 0;
  const std::size_t end = std::min(remaining(), kLongest);
  for (std::size_t i = 0; i < end; ++i) {
    const std::uint8_t byte = at(i);
    value |= static_cast<std::uint64_t>(byte & 0x7f) << (7 * i);
    if ((byte & 0x80) != 0) continue;
    const bool too_long = i > 0 && byte == 0;
    const bool too_big = i + 1 == kLongest && byte > 1;
    if (too_long || too_big) break;
    at_ += i + 1;
    return value;
  }
  Fail();
  return 0;
}

AmountSum ByteReader::Sum() {
  return static_cast<AmountSum>(ReadLittleEndian<UnsignedSum>(Raw(16)));
}

std::string_view ByteReader::Bytes() {
  const std::uint64_t size = Varint();
  if (size > remaining()) {
    Fail();
    return {};
  }
  return Raw(static_cast<std::size_t>(size));
}

}  // namespace geo
