// ParseJson: nlohmann-json finds the tokens; what canonical form refuses is refused here.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "geo/crypto/json.h"
#include "src/base/quote.h"

namespace geo {
namespace {

// nlohmann's id of "number overflow": digits that are too much even for a double.
constexpr int kNumberOverflow = 406;

// Builds a Json from nlohmann's events. Each event returns false to stop; error() then says why.
class JsonBuilder final : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit JsonBuilder(std::string_view text) : text_(text) {}

  bool null() override { return Add(Json()); }
  bool boolean(bool value) override { return Add(Json(value)); }
  // Called only for numbers with a minus sign.
  bool number_integer(number_integer_t value) override {
    if (value == 0) return Refuse("number -0");
    if (value < -kMaxJsonInt) return RefuseSize(std::to_string(value));
    return Add(Json(value));
  }
  bool number_unsigned(number_unsigned_t value) override {
    if (value > static_cast<number_unsigned_t>(kMaxJsonInt)) {
      return RefuseSize(std::to_string(value));
    }
    return Add(Json(value));
  }
  // Called for fractions, exponents and integers beyond 64 bits.
  bool number_float(number_float_t, const string_t& token) override { return RefuseNumber(token); }
  bool string(string_t& value) override { return Add(Json(std::move(value))); }
  bool binary(binary_t&) override { return Refuse("binary value"); }

  bool start_object(std::size_t) override { return Enter(Json(Json::Object())); }
  bool key(string_t& value) override {
    Frame& frame = stack_.back();
    const bool twice = frame.value.Find(value) != nullptr;
    frame.key = std::move(value);
    return twice ? Refuse("a key twice in one object") : true;
  }
  bool end_object() override { return Leave(); }
  bool start_array(std::size_t) override { return Enter(Json(Json::Array())); }
  bool end_array() override { return Leave(); }

  bool parse_error(std::size_t position, const std::string& token,
                   const nlohmann::json::exception& error) override {
    if (error.id == kNumberOverflow) return RefuseNumber(token);
    const std::size_t end = std::min(position, text_.size());
    const std::size_t begin = end - std::min<std::size_t>(end, 16);
    error_ =
        MakeError(ErrorCode::kJsonSyntax, "not JSON at byte " + std::to_string(position) + " of " +
                                              std::to_string(text_.size()) + ", near " +
                                              Quote(text_.substr(begin, end - begin)));
    return false;
  }

  const Status& error() const { return error_; }
  Json TakeRoot() { return std::move(root_); }

 private:
  // An array or object that is still open, and the key that its next value gets.
  struct Frame {
    Json value;
    std::string key;
  };

  bool Add(Json value) {
    if (stack_.empty()) {
      root_ = std::move(value);
    } else if (Frame& frame = stack_.back(); frame.value.IsArray()) {
      frame.value.Append(std::move(value));
    } else {
      frame.value.Set(std::move(frame.key), std::move(value));
    }
    return true;
  }

  bool Enter(Json value) {
    if (stack_.size() >= kMaxJsonDepth) {
      return Refuse("nesting deeper than " + std::to_string(kMaxJsonDepth));
    }
    stack_.push_back({std::move(value), {}});
    return true;
  }

  bool Leave() {
    Json value = std::move(stack_.back().value);
    stack_.pop_back();
    return Add(std::move(value));
  }

  bool RefuseSize(const std::string& digits) {
    return Refuse("integer " + Quote(digits) + " beyond 2^53-1 in size");
  }

  bool RefuseNumber(const std::string& token) {
    if (token.find_first_of(".eE") == std::string::npos) return RefuseSize(token);
    return Refuse("number " + Quote(token) + " with a fraction or exponent");
  }

  bool Refuse(const std::string& what) {
    error_ = MakeError(ErrorCode::kJsonUnsupported,
                       what + " at " + (stack_.empty() ? "the top" : Quote(Path())) +
                           ", which canonical JSON does not have");
    return false;
  }

  // Where the next value goes: "/body/avoid/3".
  std::string Path() const {
    std::string path;
    for (const Frame& frame : stack_) {
      const Json::Array* items = frame.value.AsArray();
      path += '/' + (items != nullptr ? std::to_string(items->size()) : frame.key);
    }
    return path;
  }

  std::string_view text_;
  std::vector<Frame> stack_;
  Json root_;
  Status error_;
};

}  // namespace

StatusOr<Json> ParseJson(std::string_view text) {
  // nlohmann skips a byte order mark and takes a zero byte for the end.
  if (text.starts_with("\xef\xbb\xbf")) {
    return MakeError(ErrorCode::kJsonSyntax, "not JSON at byte 1: a byte order mark");
  }
  if (const std::size_t zero = text.find('\0'); zero != std::string_view::npos) {
    return MakeError(ErrorCode::kJsonSyntax,
                     "not JSON at byte " + std::to_string(zero + 1) + ": a zero byte");
  }
  JsonBuilder builder(text);
  if (nlohmann::json::sax_parse(text.data(), text.data() + text.size(), &builder)) {
    return builder.TakeRoot();
  }
  return builder.error();
}

}  // namespace geo
