// Reading a JSON object that must have exactly the members one expects.
#ifndef GEO_CRYPTO_JSON_MEMBERS_H_
#define GEO_CRYPTO_JSON_MEMBERS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "geo/base/status.h"
#include "geo/crypto/json.h"

namespace geo {

// Reads the members of one object. The first failure is kept, and after it every read gives an
// empty value: read everything, then ask Finish once. Errors are CommandSyntax naming the object,
// the member and what was expected, or those of a `parse` given.
//
// Not safe for concurrent use. Each read is O(log members). T is bool, std::int64_t, std::string,
// Json::Array or Json::Object.
class JsonMembers {
 public:
  // `what` names the object in messages ("payment"). Both arguments, and the keys asked for, must
  // outlive the reader. A value that is no object is a failure.
  JsonMembers(const Json& object, std::string_view what);

  // A member that must be there.
  template <typename T>
  T Get(std::string_view key) {
    const T* value = Require<T>(key);
    return value == nullptr ? T() : *value;
  }

  // A member that may be absent. A null is not absent: it is of the wrong type.
  template <typename T>
  std::optional<T> Find(std::string_view key) {
    const T* value = Look<T>(key);
    if (value == nullptr) return std::nullopt;
    return *value;
  }

  // As Get and Find, without a copy: valid as long as the object is and does not change; null where
  // those give an empty value.
  template <typename T>
  const T* Require(std::string_view key) {
    const T* value = Look<T>(key);
    if (value == nullptr) Missing(key);
    return value;
  }
  template <typename T>
  const T* Look(std::string_view key) {
    Ask(key);
    const Json* member = object_.Find(key);
    if (member == nullptr || !ok()) return nullptr;
    const T* value = As(*member, static_cast<const T*>(nullptr));
    if (value == nullptr) WrongKind(key, member->kind(), Json(T()).kind());
    return value;
  }

  // A string that must be there and that `parse` (std::string_view → StatusOr<U>) makes a U of.
  template <typename Parse>
  auto Parsed(std::string_view key, Parse parse) {
    const std::string* text = Require<std::string>(key);
    using U = typename decltype(parse(std::string_view()))::value_type;
    return text == nullptr ? U() : Take(parse(std::string_view(*text)));
  }

  // The value of `parsed`, or an empty one after keeping its error.
  template <typename U>
  U Take(StatusOr<U> parsed) {
    if (parsed.ok()) return *std::move(parsed);
    Fail(std::move(parsed).status());
    return U();
  }

  // Counts `key` as asked for.
  void Ask(std::string_view key) { asked_.push_back(key); }

  // Keeps `error` when it is the first one.
  void Fail(Status error);
  bool ok() const { return error_.ok(); }

  // The first error; CommandSyntax for a member that nobody asked for.
  Status Finish();

 private:
  static const bool* As(const Json& json, const bool*) { return json.AsBool(); }
  static const std::int64_t* As(const Json& json, const std::int64_t*) { return json.AsInt(); }
  static const std::string* As(const Json& json, const std::string*) { return json.AsString(); }
  static const Json::Array* As(const Json& json, const Json::Array*) { return json.AsArray(); }
  static const Json::Object* As(const Json& json, const Json::Object*) { return json.AsObject(); }

  void Missing(std::string_view key);
  void WrongKind(std::string_view key, Json::Kind got, Json::Kind expected);

  const Json& object_;
  std::string_view what_;
  std::vector<std::string_view> asked_;
  Status error_;
};

}  // namespace geo

#endif  // GEO_CRYPTO_JSON_MEMBERS_H_
