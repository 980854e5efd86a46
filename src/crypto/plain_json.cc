#include "src/crypto/plain_json.h"

#include <array>
#include <utility>

#include "geo/base/encoding.h"

namespace geo {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// What ends a text without escapes.
constexpr std::array<bool, 256> kSpecial = [] {
  std::array<bool, 256> special{};
  for (std::size_t c = 0; c < 0x20; ++c) special[c] = true;
  special['"'] = special['\\'] = true;
  return special;
}();

}  // namespace

bool PlainJsonReader::Take(std::string_view token) {
  if (!rest_.starts_with(token)) return false;
  rest_.remove_prefix(token.size());
  return true;
}

bool PlainJsonReader::ReadValue(Json& value) {
  if (rest_.empty()) return false;
  switch (rest_.front()) {
    case '"': {
      std::string_view text;
      if (!ReadString(text)) return false;
      value = Json(text);
      return true;
    }
    case '{':
      return ReadObject(value);
    case '[':
      return ReadArray(value);
    case 't':
      value = Json(true);
      return Take("true");
    case 'f':
      value = Json(false);
      return Take("false");
    case 'n':
      return Take("null");
    default: {
      std::int64_t number = 0;
      if (!ReadInt(number)) return false;
      value = Json(number);
      return true;
    }
  }
}

bool PlainJsonReader::ReadString(std::string_view& text) {
  if (!Take("\"")) return false;
  std::size_t size = 0;
  unsigned all = 0;
  for (; size < rest_.size(); ++size) {
    const auto c = static_cast<unsigned char>(rest_[size]);
    if (kSpecial[c]) break;
    all |= c;
  }
  if (size == rest_.size() || rest_[size] != '"') return false;
  text = rest_.substr(0, size);
  rest_.remove_prefix(size + 1);
  return all < 0x80 || IsValidUtf8(text);
}

bool PlainJsonReader::ReadInt(std::int64_t& number) {
  constexpr std::size_t kMostDigits = 16;  // as kMaxJsonInt has
  const bool negative = Take("-");
  number = 0;
  std::size_t digits = 0;
  for (; digits < rest_.size() && IsDigit(rest_[digits]); ++digits) {
    if (digits == kMostDigits) return false;
    number = number * 10 + (rest_[digits] - '0');
  }
  if (digits == 0 || number > kMaxJsonInt) return false;
  const bool is_short = rest_.front() != '0' || (digits == 1 && !negative);
  rest_.remove_prefix(digits);
  if (negative) number = -number;
  return is_short;
}

// Passes an opening bracket.
bool PlainJsonReader::Enter() {
  rest_.remove_prefix(1);
  return ++depth_ <= kMaxJsonDepth;
}

bool PlainJsonReader::ReadArray(Json& value) {
  if (!Enter()) return false;
  Json::Array items;
  while (!Take("]")) {
    if (!items.empty() && !Take(",")) return false;
    if (!ReadValue(items.emplace_back())) return false;
  }
  value = Json(std::move(items));
  --depth_;
  return true;
}

bool PlainJsonReader::ReadObject(Json& value) {
  if (!Enter()) return false;
  Json::Object members;
  while (!Take("}")) {
    if (!members.empty() && !Take(",")) return false;
    std::string_view key;
    if (!ReadString(key) || !Take(":")) return false;
    if (!members.empty() && key <= members.rbegin()->first) return false;
    const auto member = members.emplace_hint(members.end(), key, Json());
    if (!ReadValue(member->second)) return false;
  }
  value = Json(std::move(members));
  --depth_;
  return true;
}

}  // namespace geo
