#include "geo/crypto/json.h"

#include <algorithm>
#include <array>

#include "geo/base/encoding.h"
#include "src/base/quote.h"
#include "src/base/status_macros.h"

namespace geo {
namespace {

Status Unsupported(std::string_view what) {
  return MakeError(ErrorCode::kJsonUnsupported,
                   std::string(what) + ", which canonical JSON does not have");
}

// `text` in quotes with the shortest escapes; everything but quotes, backslashes and control
// characters is raw.
void AppendString(std::string& out, std::string_view text) {
  static constexpr char kHex[] = "0123456789abcdef";
  constexpr std::string_view kEscaped("\"\\\b\f\n\r\t", 7);
  constexpr std::string_view kLetters("\"\\bfnrt", 7);
  const auto is_raw = [](char c) {
    return static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\';
  };
  out += '"';
  for (auto rest = text.begin(); rest != text.end();) {
    const auto raw_end = std::find_if_not(rest, text.end(), is_raw);
    out.append(rest, raw_end);
    rest = raw_end;
    if (rest == text.end()) break;
    const char c = *rest++;
    out += '\\';
    if (const std::size_t at = kEscaped.find(c); at != std::string_view::npos) {
      out += kLetters[at];
    } else {
      out += "u00";
      out += kHex[static_cast<unsigned char>(c) >> 4];
      out += kHex[static_cast<unsigned char>(c) & 15];
    }
  }
  out += '"';
}

// Writes canonical text, counting how deep it is.
class CanonicalWriter {
 public:
  explicit CanonicalWriter(std::string* out) : out_(*out) {}

  Status Write(const Json& value) {
    if (const auto* items = value.AsArray()) return WriteArray(*items);
    if (const auto* members = value.AsObject()) return WriteObject(*members);
    if (const auto* text = value.AsString()) return WriteString(*text);
    if (const auto* number = value.AsInt()) return WriteInt(*number);
    const bool* flag = value.AsBool();
    out_ += flag == nullptr ? "null" : *flag ? "true" : "false";
    return OkStatus();
  }

 private:
  Status WriteInt(std::int64_t number) {
    if (number > kMaxJsonInt || number < -kMaxJsonInt) {
      return Unsupported("integer " + std::to_string(number) + " is beyond 2^53-1 in size");
    }
    out_ += std::to_string(number);
    return OkStatus();
  }

  Status WriteString(std::string_view text) {
    if (!IsValidUtf8(text)) return Unsupported("text " + Quote(text) + " is not UTF-8");
    AppendString(out_, text);
    return OkStatus();
  }

  Status Enter() {
    if (++depth_ <= kMaxJsonDepth) return OkStatus();
    return Unsupported("nesting deeper than " + std::to_string(kMaxJsonDepth));
  }

  Status WriteArray(const Json::Array& items) {
    GEO_RETURN_IF_ERROR(Enter());
    out_ += '[';
    for (const Json& item : items) {
      if (&item != &items.front()) out_ += ',';
      GEO_RETURN_IF_ERROR(Write(item));
    }
    out_ += ']';
    --depth_;
    return OkStatus();
  }

  Status WriteObject(const Json::Object& members) {
    GEO_RETURN_IF_ERROR(Enter());
    out_ += '{';
    bool first = true;
    for (const auto& [key, value] : members) {
      if (!first) out_ += ',';
      first = false;
      GEO_RETURN_IF_ERROR(WriteString(key));
      out_ += ':';
      GEO_RETURN_IF_ERROR(Write(value));
    }
    out_ += '}';
    --depth_;
    return OkStatus();
  }

  std::string& out_;
  std::size_t depth_ = 0;
};

}  // namespace

// Out of line: inlined, the variant's recursion bloats every caller and makes g++ 12 warn of
// reading alternatives that are not there.
Json::Json(const Json& other) = default;
Json::Json(Json&& other) noexcept = default;
Json& Json::operator=(const Json& other) = default;
Json& Json::operator=(Json&& other) noexcept = default;
Json::~Json() = default;

const Json* Json::Find(std::string_view key) const {
  const Object* members = AsObject();
  if (members == nullptr) return nullptr;
  const auto found = members->find(key);
  return found == members->end() ? nullptr : &found->second;
}

Json& Json::Set(std::string key, Json value) {
  if (!IsObject()) value_ = Object();
  std::get_if<Object>(&value_)->insert_or_assign(std::move(key), std::move(value));
  return *this;
}

Json Json::Take(std::string_view key) {
  auto* members = std::get_if<Object>(&value_);
  if (members == nullptr) return {};
  const auto found = members->find(key);
  if (found == members->end()) return {};
  Json taken = std::move(found->second);
  members->erase(found);
  return taken;
}

Json& Json::Append(Json value) {
  if (!IsArray()) value_ = Array();
  std::get_if<Array>(&value_)->push_back(std::move(value));
  return *this;
}

bool operator==(const Json& a, const Json& b) { return a.value_ == b.value_; }

std::string_view JsonKindName(Json::Kind kind) {
  static constexpr std::array<std::string_view, 6> kNames = {"null",   "boolean", "integer",
                                                             "string", "array",   "object"};
  const auto index = static_cast<std::size_t>(kind);
  return index < kNames.size() ? kNames[index] : "unknown";
}

StatusOr<std::string> CanonicalJson(const Json& value) {
  std::string text;
  GEO_RETURN_IF_ERROR(CanonicalWriter(&text).Write(value));
  return text;
}

}  // namespace geo
