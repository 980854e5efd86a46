// JSON values and their canonical form: the one text that is hashed and signed (spec 01 §2.1;
// docs/formats.md).
//
// Canonical form is UTF-8 without white space; object keys in the order of their Unicode code
// points (which is the order of their UTF-8 bytes); strings with the shortest escapes (\" \\ \b \f
// \n \r \t, other control characters \u00xx in lower case) and everything else raw; integers in
// plain decimal. There are no fractions: amounts are strings.
#ifndef GEO_CRYPTO_JSON_H_
#define GEO_CRYPTO_JSON_H_

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "geo/base/limits.h"
#include "geo/base/status.h"

namespace geo {

// The largest integer of canonical form, 2^53−1; the smallest is its negative.
inline constexpr std::int64_t kMaxJsonInt = (std::int64_t{1} << 53) - 1;

// One JSON value: null, a boolean, an integer, a string, an array or an object. A plain value:
// copying copies everything below, comparing compares everything below, moving is O(1) and leaves
// something valid. Values may be built that canonical form refuses (an integer out of range, a
// string that is not UTF-8, too deep a nesting): CanonicalJson says so.
//
// Copying, comparing and destroying recurse: ParseJson never makes a value deeper than
// kMaxJsonDepth; who builds deeper ones by hand pays with stack.
class Json {
 public:
  using Array = std::vector<Json>;
  using Object = std::map<std::string, Json, std::less<>>;
  enum class Kind : std::uint8_t { kNull, kBool, kInt, kString, kArray, kObject };

  // Implicit, so that values can be written down: Json::Object{{"limit", "10.00"}, {"seq", 7}}.
  Json() = default;
  Json(std::nullptr_t) {}
  template <std::same_as<bool> B>
  Json(B value) : value_(value) {}
  // Unsigned values above the range of int64 become its largest value, which canonical form
  // refuses.
  template <std::integral T>
  requires(!std::same_as<T, bool> && !std::same_as<T, char>) Json(T value) : value_(Clamp(value)) {}
  Json(const char* text) : value_(std::string(text)) {}
  Json(std::string_view text) : value_(std::string(text)) {}
  Json(std::string text) : value_(std::move(text)) {}
  Json(Array items) : value_(std::move(items)) {}
  Json(Object members) : value_(std::move(members)) {}

  Json(const Json& other);
  Json(Json&& other) noexcept;
  Json& operator=(const Json& other);
  Json& operator=(Json&& other) noexcept;
  ~Json();

  Kind kind() const { return static_cast<Kind>(value_.index()); }
  bool IsNull() const { return kind() == Kind::kNull; }
  bool IsBool() const { return kind() == Kind::kBool; }
  bool IsInt() const { return kind() == Kind::kInt; }
  bool IsString() const { return kind() == Kind::kString; }
  bool IsArray() const { return kind() == Kind::kArray; }
  bool IsObject() const { return kind() == Kind::kObject; }

  // The content, or nullptr when the value is of another kind. Valid until the value changes.
  const bool* AsBool() const { return std::get_if<bool>(&value_); }
  const std::int64_t* AsInt() const { return std::get_if<std::int64_t>(&value_); }
  const std::string* AsString() const { return std::get_if<std::string>(&value_); }
  const Array* AsArray() const { return std::get_if<Array>(&value_); }
  const Object* AsObject() const { return std::get_if<Object>(&value_); }

  // The member `key` of an object; nullptr when there is none or this is no object. O(log n).
  const Json* Find(std::string_view key) const;

  // Sets a member, replacing one of the same key. A value that is no object becomes an empty one
  // first. Returns *this, so that calls chain.
  Json& Set(std::string key, Json value);
  // Takes the member `key` out of an object and returns it; null when there is none or this is no
  // object. O(log n).
  Json Take(std::string_view key);

  // Appends an item. A value that is no array becomes an empty one first. Returns *this.
  Json& Append(Json value);

  friend bool operator==(const Json& a, const Json& b);

 private:
  template <typename T>
  static std::int64_t Clamp(T value) {
    constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
    return std::in_range<std::int64_t>(value) ? static_cast<std::int64_t>(value) : kMax;
  }

  std::variant<std::monostate, bool, std::int64_t, std::string, Array, Object> value_;
};

// "null", "boolean", "integer", "string", "array" or "object", for messages.
std::string_view JsonKindName(Json::Kind kind);

// Reads one JSON text (RFC 8259) with white space as it likes around its tokens. O(n log n). The
// caller bounds the size of `text`. Errors:
// - JsonSyntax, naming the byte: not JSON, not UTF-8 (in a string or by an escaped lone surrogate),
//   a byte order mark, anything after the value;
// - JsonUnsupported, naming the value and its path: fractions and exponents (even "1.0" and "1e2"),
//   integers beyond ±kMaxJsonInt, "-0" (it has no integer of its own), a key twice in one object,
//   more than kMaxJsonDepth arrays and objects inside each other.
StatusOr<Json> ParseJson(std::string_view text);

// The canonical text of `value`. O(n). ParseJson reads it back to an equal value. Errors:
// JsonUnsupported for an integer beyond ±kMaxJsonInt, a string or key that is not UTF-8, or more
// than kMaxJsonDepth arrays and objects inside each other.
StatusOr<std::string> CanonicalJson(const Json& value);

// As ParseJson, for text that must be canonical already, byte for byte. Errors: those of ParseJson,
// and JsonUnsupported naming the first byte that differs from canonical form.
StatusOr<Json> ParseCanonicalJson(std::string_view text);

}  // namespace geo

#endif  // GEO_CRYPTO_JSON_H_
