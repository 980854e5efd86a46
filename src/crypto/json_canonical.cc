// ParseCanonicalJson: text that is canonical beyond doubt is read in one pass; for all else the
// slow way says what is wrong with it, if anything.
#include <algorithm>
#include <optional>
#include <utility>

#include "geo/base/encoding.h"
#include "geo/crypto/json.h"
#include "src/base/quote.h"
#include "src/base/status_macros.h"

namespace geo {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Reads canonical text without escapes; gives nothing for any other, canonical or not.
class PlainReader {
 public:
  explicit PlainReader(std::string_view text) : rest_(text) {}

  std::optional<Json> Read() {
    Json value;
    if (!ReadValue(value) || !rest_.empty()) return std::nullopt;
    return value;
  }

 private:
  bool Take(std::string_view token) {
    if (!rest_.starts_with(token)) return false;
    rest_.remove_prefix(token.size());
    return true;
  }

  bool ReadValue(Json& value) {
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
      default:
        return ReadInt(value);
    }
  }

  bool ReadString(std::string_view& text) {
    const auto is_special = [](char c) {
      return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\';
    };
    rest_.remove_prefix(1);
    const auto end = std::find_if(rest_.begin(), rest_.end(), is_special);
    if (end == rest_.end() || *end != '"') return false;
    text = rest_.substr(0, static_cast<std::size_t>(end - rest_.begin()));
    rest_.remove_prefix(text.size() + 1);
    return IsValidUtf8(text);
  }

  bool ReadInt(Json& value) {
    constexpr std::size_t kMostDigits = 16;  // as kMaxJsonInt has
    const bool negative = Take("-");
    std::int64_t number = 0;
    std::size_t digits = 0;
    for (; digits < rest_.size() && IsDigit(rest_[digits]); ++digits) {
      if (digits == kMostDigits) return false;
      number = number * 10 + (rest_[digits] - '0');
    }
    if (digits == 0 || number > kMaxJsonInt) return false;
    const bool is_short = rest_.front() != '0' || (digits == 1 && !negative);
    rest_.remove_prefix(digits);
    value = Json(negative ? -number : number);
    return is_short;
  }

  // Passes an opening bracket.
  bool Enter() {
    rest_.remove_prefix(1);
    return ++depth_ <= kMaxJsonDepth;
  }

  bool ReadArray(Json& value) {
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

  bool ReadObject(Json& value) {
    if (!Enter()) return false;
    Json::Object members;
    while (!Take("}")) {
      if (!members.empty() && !Take(",")) return false;
      std::string_view key;
      if (rest_.empty() || rest_.front() != '"' || !ReadString(key) || !Take(":")) return false;
      if (!members.empty() && key <= members.rbegin()->first) return false;
      const auto member = members.emplace_hint(members.end(), key, Json());
      if (!ReadValue(member->second)) return false;
    }
    value = Json(std::move(members));
    --depth_;
    return true;
  }

  std::string_view rest_;
  std::size_t depth_ = 0;
};

}  // namespace

StatusOr<Json> ParseCanonicalJson(std::string_view text) {
  if (std::optional<Json> plain = PlainReader(text).Read()) return *std::move(plain);
  GEO_ASSIGN_OR_RETURN(Json value, ParseJson(text));
  GEO_ASSIGN_OR_RETURN(const std::string canonical, CanonicalJson(value));
  if (canonical == text) return value;
  const auto differ = std::mismatch(text.begin(), text.end(), canonical.begin(), canonical.end());
  const auto at = static_cast<std::size_t>(differ.first - text.begin());
  return MakeError(
      ErrorCode::kJsonUnsupported,
      "JSON not in canonical form from byte " + std::to_string(at + 1) + " on: has " +
          Quote(text.substr(at, 16)) + ", canonical is " +
          Quote(std::string_view(canonical).substr(std::min(at, canonical.size()), 16)));
}

}  // namespace geo
