// Canonical binary: how geo writes values into bytes that are hashed and stored (docs/formats.md).
//
// Every value has exactly one encoding, and the reader refuses any other, so equal states give
// equal bytes. Integers are varints (LEB128, shortest form); signed ones are zigzag first;
// fixed-size integers are little-endian; strings and lists carry their length first.
#ifndef GEO_BASE_BYTES_H_
#define GEO_BASE_BYTES_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "geo/base/amount.h"
#include "geo/base/ids.h"

namespace geo {

// Appends values to a string. Not safe for concurrent use. Every call is O(bytes written).
class ByteWriter {
 public:
  // Appends to `*out`, which must outlive the writer.
  explicit ByteWriter(std::string* out) : out_(out) {}

  void Byte(std::uint8_t value) { out_->push_back(static_cast<char>(value)); }
  void Fixed32(std::uint32_t value);
  void Fixed64(std::uint64_t value);
  void Varint(std::uint64_t value) {
    if (value < 0x80) {
      Byte(static_cast<std::uint8_t>(value));
    } else {
      LongVarint(value);
    }
  }
  // Varints one after another, in one piece: cheaper than one by one.
  template <typename... Values>
  void Varints(Values... values) {
    char bytes[sizeof...(values) * kLongestVarint];
    char* end = bytes;
    ((end = PutVarint(values, end)), ...);
    Raw({bytes, static_cast<std::size_t>(end - bytes)});
  }
  void Signed(std::int64_t value) { Varint(Zigzag(value)); }  // zigzag varint
  void Sum(AmountSum value);           // 16 bytes, two's complement, little-endian
  void Raw(std::string_view bytes);    // no length
  void Bytes(std::string_view bytes);  // varint length, then the bytes
  // What Signed writes as a varint: small for small numbers of either sign.
  static std::uint64_t Zigzag(std::int64_t value) {
    return static_cast<std::uint64_t>(value) << 1 ^ (value < 0 ? ~std::uint64_t{0} : 0);
  }
  template <std::size_t N, typename Kind>
  void Fixed(const FixedBytes<N, Kind>& value) {
    Raw(value.view());
  }

 private:
  static constexpr std::size_t kLongestVarint = 10;

  // Returns the end of what it put.
  static char* PutVarint(std::uint64_t value, char* to) {
    for (; value >= 0x80; value >>= 7) *to++ = static_cast<char>(value | 0x80);
    *to++ = static_cast<char>(value);
    return to;
  }
  void LongVarint(std::uint64_t value) { Varints(value); }

  std::string* out_;
};

// Reads what ByteWriter wrote. After the first failure every further read gives zero or empty and
// ok() stays false: check once at the end. Views returned point into the input.
class ByteReader {
 public:
  // Reads from `bytes`, which must outlive the reader and the views it gives.
  explicit ByteReader(std::string_view bytes)
      : at_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  std::uint8_t Byte() {
    if (AtEnd()) {
      Fail();
      return 0;
    }
    return static_cast<std::uint8_t>(*at_++);
  }
  std::uint32_t Fixed32();
  std::uint64_t Fixed64();
  // Fails on a longer than shortest form or above 64 bits.
  std::uint64_t Varint() {
    const bool is_short = !AtEnd() && static_cast<std::uint8_t>(*at_) < 0x80;
    return is_short ? Byte() : LongVarint();
  }
  std::int64_t Signed() {
    const std::uint64_t bits = Varint();
    return static_cast<std::int64_t>(bits >> 1 ^ ((bits & 1) != 0 ? ~std::uint64_t{0} : 0));
  }
  AmountSum Sum();
  std::string_view Raw(std::size_t size);
  std::string_view Bytes();
  // A varint at most `limit`; fails above it. For counts and enums.
  std::uint64_t Below(std::uint64_t limit_inclusive) {
    const std::uint64_t value = Varint();
    if (value <= limit_inclusive) return value;
    Fail();
    return 0;
  }
  template <typename F>
  F Fixed() {
    F value;
    const std::string_view raw = Raw(F::kSize);
    if (ok_) std::memcpy(value.bytes.data(), raw.data(), F::kSize);
    return value;
  }

  bool ok() const { return ok_; }
  bool AtEnd() const { return at_ == end_; }
  // ok() and nothing left: what a complete, canonical value looks like.
  bool Complete() const { return ok_ && AtEnd(); }
  std::size_t remaining() const { return static_cast<std::size_t>(end_ - at_); }
  // Marks the input as wrong, for checks of the caller's own.
  void Fail() {
    ok_ = false;
    at_ = end_;
  }

 private:
  std::uint64_t LongVarint();

  // Ends, not a size: one place changes as values are read.
  const char* at_;
  const char* end_;
  bool ok_ = true;
};

}  // namespace geo

#endif  // GEO_BASE_BYTES_H_
