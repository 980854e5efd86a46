#include "geo/base/encoding.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>

#include "absl/container/inlined_vector.h"
#include "absl/strings/escaping.h"
#include "absl/strings/string_view.h"
#include "src/base/quote.h"

namespace geo {
namespace {

constexpr std::string_view kBase58Alphabet =
    "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
constexpr std::size_t kMaxBase58Text = 128;

absl::string_view ToAbsl(std::string_view text) { return {text.data(), text.size()}; }

Status SyntaxError(std::string_view what, std::string_view text) {
  return MakeError(ErrorCode::kEncodingSyntax, Quote(text) + " is not " + std::string(what));
}

// Values of Base58 digits by character; kNoDigit for all others.
constexpr std::uint8_t kNoDigit = 58;
constexpr std::array<std::uint8_t, 256> kBase58Digits = [] {
  std::array<std::uint8_t, 256> digits{};
  for (std::uint8_t& digit : digits) digit = kNoDigit;
  for (std::size_t i = 0; i < kBase58Alphabet.size(); ++i) {
    digits[static_cast<unsigned char>(kBase58Alphabet[i])] = static_cast<std::uint8_t>(i);
  }
  return digits;
}();

// Five digits at once, or four bytes: what fits 32 bits.
constexpr std::size_t kDigitsAtOnce = 5;
constexpr std::size_t kBytesAtOnce = 4;
constexpr std::uint64_t kFiveDigits = 58ULL * 58 * 58 * 58 * 58;
constexpr std::uint64_t kFourBytes = 1ULL << 32;

// A number of any size, in limbs of base `kBase` ≤ 2^32, the lowest first, none of them zero at the
// top.
template <std::uint64_t kBase>
class Number {
 public:
  // number = number · factor + addend; factor · kBase ≤ 2^62, addend < factor.
  void MultiplyAdd(std::uint64_t factor, std::uint64_t addend) {
    std::uint64_t carry = addend;
    for (std::uint32_t& limb : limbs_) {
      carry += limb * factor;
      limb = static_cast<std::uint32_t>(carry % kBase);
      carry /= kBase;
    }
    for (; carry != 0; carry /= kBase) limbs_.push_back(static_cast<std::uint32_t>(carry % kBase));
  }
  const auto& limbs() const { return limbs_; }

 private:
  absl::InlinedVector<std::uint32_t, 16> limbs_;
};

}  // namespace

std::string EncodeBase58(std::string_view bytes) {
  Number<kFiveDigits> number;
  for (std::size_t i = 0; i < bytes.size();) {
    const std::size_t step = (bytes.size() - i - 1) % kBytesAtOnce + 1;
    std::uint64_t addend = 0;
    for (const std::size_t end = i + step; i < end; ++i) {
      addend = addend << 8 | static_cast<unsigned char>(bytes[i]);
    }
    number.MultiplyAdd(1ULL << (8 * step), addend);
  }
  std::string reversed;
  for (std::uint64_t limb : number.limbs()) {
    for (std::size_t i = 0; i < kDigitsAtOnce; ++i, limb /= 58) {
      reversed += kBase58Alphabet[limb % 58];
    }
  }
  reversed.resize(reversed.find_last_not_of('1') + 1);
  reversed.append(std::min(bytes.find_first_not_of('\0'), bytes.size()), '1');
  return {reversed.rbegin(), reversed.rend()};
}

StatusOr<std::string> DecodeBase58(std::string_view text) {
  if (text.size() > kMaxBase58Text) {
    return MakeError(ErrorCode::kTooLarge, "Base58 text of " + std::to_string(text.size()) +
                                               " characters; at most 128 are taken");
  }
  Number<kFourBytes> number;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t step = (text.size() - i - 1) % kDigitsAtOnce + 1;
    std::uint64_t factor = 1;
    std::uint64_t addend = 0;
    for (const std::size_t end = i + step; i < end; ++i, factor *= 58) {
      const std::uint8_t digit = kBase58Digits[static_cast<unsigned char>(text[i])];
      if (digit == kNoDigit) return SyntaxError("Base58", text);
      addend = addend * 58 + digit;
    }
    number.MultiplyAdd(factor, addend);
  }
  const auto& limbs = number.limbs();
  std::size_t size = limbs.size() * kBytesAtOnce;
  if (!limbs.empty()) size -= static_cast<std::size_t>(std::countl_zero(limbs.back())) / 8;
  std::string bytes(std::min(text.find_first_not_of('1'), text.size()) + size, '\0');
  for (std::size_t i = 0; i < size; ++i) {
    const std::uint32_t limb = limbs[i / kBytesAtOnce] >> (8 * (i % kBytesAtOnce));
    bytes[bytes.size() - 1 - i] = static_cast<char>(limb & 0xff);
  }
  return bytes;
}

std::string EncodeBase64(std::string_view bytes) { return absl::Base64Escape(ToAbsl(bytes)); }

// Abseil's readers forgive spaces and padding; what does not write back identically is refused.
StatusOr<std::string> DecodeBase64(std::string_view text) {
  std::string bytes;
  if (!absl::Base64Unescape(ToAbsl(text), &bytes) || EncodeBase64(bytes) != text) {
    return SyntaxError("standard Base64 with padding", text);
  }
  return bytes;
}

std::string EncodeBase64Url(std::string_view bytes) {
  return absl::WebSafeBase64Escape(ToAbsl(bytes));
}

StatusOr<std::string> DecodeBase64Url(std::string_view text) {
  std::string bytes;
  if (!absl::WebSafeBase64Unescape(ToAbsl(text), &bytes) || EncodeBase64Url(bytes) != text) {
    return SyntaxError("base64url without padding", text);
  }
  return bytes;
}

std::string EncodeHex(std::string_view bytes) { return absl::BytesToHexString(ToAbsl(bytes)); }

StatusOr<std::string> DecodeHex(std::string_view text) {
  const auto is_hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  if (text.size() % 2 != 0 || !std::all_of(text.begin(), text.end(), is_hex)) {
    return SyntaxError("lower-case hex of whole bytes", text);
  }
  return absl::HexStringToBytes(ToAbsl(text));
}

bool IsValidUtf8(std::string_view text) {
  std::size_t i = 0;
  const auto byte = [&](std::size_t at) { return static_cast<std::uint8_t>(text[at]); };
  while (i < text.size()) {
    const std::uint8_t lead = byte(i);
    const std::size_t length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if (length == 1) {
      ++i;
      continue;
    }
    if (lead < 0xc2 || lead > 0xf4 || text.size() - i < length) return false;
    std::uint32_t value = lead & (0xffU >> (length + 1));
    for (std::size_t k = 1; k < length; ++k) {
      if ((byte(i + k) & 0xc0U) != 0x80U) return false;
      value = value << 6 | (byte(i + k) & 0x3fU);
    }
    static constexpr std::uint32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
    if (value < kSmallest[length] || value > 0x10ffff) return false;
    if (value >= 0xd800 && value <= 0xdfff) return false;
    i += length;
  }
  return true;
}

}  // namespace geo
