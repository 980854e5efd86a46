#include "geo/base/bytes.h"

#include <algorithm>

namespace geo {
namespace {

template <typename T>
void AppendLittleEndian(std::string& out, T value) {
  char bytes[sizeof(T)];
  for (char& byte : bytes) {
    byte = static_cast<char>(value & 0xff);
    value >>= 8;
  }
  out.append(bytes, sizeof(T));
}

template <typename T>
T ReadLittleEndian(std::string_view bytes) {
  T value = 0;
  for (auto byte = bytes.rbegin(); byte != bytes.rend(); ++byte) {
    value = value << 8 | static_cast<std::uint8_t>(*byte);
  }
  return value;
}

__extension__ using UnsignedSum = unsigned __int128;

}  // namespace

void ByteWriter::Fixed32(std::uint32_t value) { AppendLittleEndian(*out_, value); }

void ByteWriter::Fixed64(std::uint64_t value) { AppendLittleEndian(*out_, value); }

void ByteWriter::LongVarint(std::uint64_t value) {
  if (value < 0x4000) {  // most are
    Byte(static_cast<std::uint8_t>(value | 0x80));
    Byte(static_cast<std::uint8_t>(value >> 7));
    return;
  }
  constexpr std::size_t kLongest = 10;
  char bytes[kLongest];
  std::size_t size = 0;
  while (value >= 0x80) {
    bytes[size++] = static_cast<char>(value | 0x80);
    value >>= 7;
  }
  bytes[size++] = static_cast<char>(value);
  out_->append(bytes, size);
}

void ByteWriter::Signed(std::int64_t value) {
  const auto bits = static_cast<std::uint64_t>(value);
  Varint(bits << 1 ^ (value < 0 ? ~std::uint64_t{0} : 0));
}

void ByteWriter::Sum(AmountSum value) {
  AppendLittleEndian(*out_, static_cast<UnsignedSum>(value));
}

void ByteWriter::Raw(std::string_view bytes) { out_->append(bytes); }

void ByteWriter::Bytes(std::string_view bytes) {
  Varint(bytes.size());
  Raw(bytes);
}

std::string_view ByteReader::Raw(std::size_t size) {
  if (size > rest_.size()) {
    Fail();
    return {};
  }
  const std::string_view taken = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return taken;
}

std::uint32_t ByteReader::Fixed32() { return ReadLittleEndian<std::uint32_t>(Raw(4)); }

std::uint64_t ByteReader::Fixed64() { return ReadLittleEndian<std::uint64_t>(Raw(8)); }

std::uint64_t ByteReader::LongVarint() {
  const auto at = [this](std::size_t i) { return static_cast<std::uint8_t>(rest_[i]); };
  if (rest_.size() >= 2 && at(0) >= 0x80 && at(1) < 0x80 && at(1) != 0) {  // most are
    const std::uint64_t value = (at(0) & 0x7fU) | std::uint64_t{at(1)} << 7;
    rest_.remove_prefix(2);
    return value;
  }
  constexpr std::size_t kLongest = 10;
  std::uint64_t value = 0;
  const std::size_t end = std::min(rest_.size(), kLongest);
  for (std::size_t i = 0; i < end; ++i) {
    const std::uint8_t byte = at(i);
    value |= static_cast<std::uint64_t>(byte & 0x7f) << (7 * i);
    if ((byte & 0x80) != 0) continue;
    const bool too_long = i > 0 && byte == 0;
    const bool too_big = i + 1 == kLongest && byte > 1;
    if (too_long || too_big) break;
    rest_.remove_prefix(i + 1);
    return value;
  }
  Fail();
  return 0;
}

std::int64_t ByteReader::Signed() {
  const std::uint64_t bits = Varint();
  return static_cast<std::int64_t>(bits >> 1 ^ ((bits & 1) != 0 ? ~std::uint64_t{0} : 0));
}

AmountSum ByteReader::Sum() {
  return static_cast<AmountSum>(ReadLittleEndian<UnsignedSum>(Raw(16)));
}

std::string_view ByteReader::Bytes() {
  const std::uint64_t size = Varint();
  if (size > rest_.size()) {
    Fail();
    return {};
  }
  return Raw(static_cast<std::size_t>(size));
}

}  // namespace geo
