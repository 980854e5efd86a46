#include "geo/base/encoding.h"

#include <algorithm>
#include <cstdint>
#include <vector>

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

// number = number · factor + addend, in big-endian base `base` digits.
void MultiplyAdd(std::vector<std::uint8_t>& number, unsigned base, unsigned factor,
                 unsigned addend) {
  unsigned carry = addend;
  for (auto digit = number.rbegin(); digit != number.rend(); ++digit) {
    carry += *digit * factor;
    *digit = static_cast<std::uint8_t>(carry % base);
    carry /= base;
  }
  while (carry != 0) {
    number.insert(number.begin(), static_cast<std::uint8_t>(carry % base));
    carry /= base;
  }
}

}  // namespace

std::string EncodeBase58(std::string_view bytes) {
  std::vector<std::uint8_t> digits;
  for (const char c : bytes) MultiplyAdd(digits, 58, 256, static_cast<unsigned char>(c));
  const std::size_t zeros = std::min(bytes.find_first_not_of('\0'), bytes.size());
  std::string text(zeros, '1');
  for (const std::uint8_t digit : digits) text += kBase58Alphabet[digit];
  return text;
}

StatusOr<std::string> DecodeBase58(std::string_view text) {
  if (text.size() > kMaxBase58Text) {
    return MakeError(ErrorCode::kTooLarge, "Base58 text of " + std::to_string(text.size()) +
                                               " characters; at most 128 are taken");
  }
  std::vector<std::uint8_t> bytes;
  for (const char c : text) {
    const std::size_t digit = kBase58Alphabet.find(c);
    if (digit == std::string_view::npos) return SyntaxError("Base58", text);
    MultiplyAdd(bytes, 256, 58, static_cast<unsigned>(digit));
  }
  const std::size_t ones = std::min(text.find_first_not_of('1'), text.size());
  std::string result(ones, '\0');
  result.append(bytes.begin(), bytes.end());
  return result;
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
