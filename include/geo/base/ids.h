// Identifiers: fixed-size values with exact text forms.
#ifndef GEO_BASE_IDS_H_
#define GEO_BASE_IDS_H_

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "geo/base/status.h"

namespace geo {

// N opaque bytes of one kind; `Kind` keeps kinds apart. Ordered bytewise. Default: all zero.
template <std::size_t N, typename Kind>
struct FixedBytes {
  static constexpr std::size_t kSize = N;
  std::array<std::uint8_t, N> bytes{};

  friend auto operator<=>(const FixedBytes&, const FixedBytes&) = default;

  // The bytes as a view; valid as long as this object.
  std::string_view view() const { return {reinterpret_cast<const char*>(bytes.data()), N}; }

  bool IsZero() const { return *this == FixedBytes(); }

  // From exactly N bytes. Errors: InvalidArgument naming both lengths.
  static StatusOr<FixedBytes> FromBytes(std::string_view raw) {
    if (raw.size() != N) {
      return MakeError(
          ErrorCode::kInvalidArgument,
          "expected " + std::to_string(N) + " bytes, got " + std::to_string(raw.size()));
    }
    FixedBytes result;
    std::memcpy(result.bytes.data(), raw.data(), N);
    return result;
  }
};

using Hash256 = FixedBytes<32, struct Hash256Kind>;      // a SHA-256 or BLAKE2b-256 value
using PublicKey = FixedBytes<32, struct PublicKeyKind>;  // Ed25519
using Signature = FixedBytes<64, struct SignatureKind>;  // Ed25519
using Salt = FixedBytes<16, struct SaltKind>;            // random, from the caller (spec 01 §2.3)

// A participant's public name: SHA-256 of the Ed25519 public key (spec 01 §1.2). PidOf in
// geo/crypto/keys.h computes it.
using Pid = FixedBytes<32, struct PidKind>;

// Base58, 32–44 characters. Errors of parsing: PidSyntax.
std::string FormatPid(const Pid& pid);
StatusOr<Pid> ParsePid(std::string_view text);

// A trust line's UUID (spec 01 §4.1), text 8-4-4-4-12 lower-case hex. Errors of parsing:
// EncodingSyntax.
using LineId = FixedBytes<16, struct LineIdKind>;
std::string FormatLineId(const LineId& id);
StatusOr<LineId> ParseLineId(std::string_view text);

// The code of an equivalent, `[A-Z0-9_]{1,16}` (spec 01 §3.1). Empty only when default-made.
class EquivalentCode {
 public:
  EquivalentCode() = default;
  // Errors: EquivalentCodeSyntax.
  static StatusOr<EquivalentCode> Parse(std::string_view text);
  std::string_view text() const { return {text_.data(), size_}; }
  friend auto operator<=>(const EquivalentCode&, const EquivalentCode&) = default;

 private:
  std::array<char, 16> text_{};
  std::uint8_t size_ = 0;
};

// A transaction's id, chosen by its maker, unique for ever in a network: `[A-Za-z0-9._:-]{1,64}`
// (spec 01 §6.1). Empty only when default-made.
class TxId {
 public:
  TxId() = default;
  // Errors: TxIdSyntax.
  static StatusOr<TxId> Parse(std::string_view text);
  std::string_view text() const { return {text_.data(), size_}; }
  friend bool operator==(const TxId& a, const TxId& b) { return a.text() == b.text(); }
  friend auto operator<=>(const TxId& a, const TxId& b) { return a.text() <=> b.text(); }
  // For absl::Hash, seeded by where the program was loaded: whoever chooses ids cannot prepare some
  // that collide. There is no std::hash, for which he could.
  template <typename State>
  friend State AbslHashValue(State state, const TxId& id) {
    return State::combine(std::move(state), id.text());
  }

 private:
  // In place: a payment's id is copied half a dozen times on its way to the disk.
  std::array<char, 64> text_{};
  std::uint8_t size_ = 0;
};

}  // namespace geo

// Hashes of ids that are uniformly distributed already: their first bytes.
template <std::size_t N, typename Kind>
struct std::hash<geo::FixedBytes<N, Kind>> {
  std::size_t operator()(const geo::FixedBytes<N, Kind>& value) const noexcept {
    std::size_t result = 0;
    std::memcpy(&result, value.bytes.data(), sizeof(result));
    return result;
  }
};

template <>
struct std::hash<geo::EquivalentCode> {
  std::size_t operator()(const geo::EquivalentCode& code) const noexcept {
    return std::hash<std::string_view>()(code.text());
  }
};

#endif  // GEO_BASE_IDS_H_
