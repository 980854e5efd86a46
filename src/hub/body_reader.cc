#include "src/hub/body_reader.h"

#include <algorithm>

#include "geo/base/encoding.h"
#include "src/base/quote.h"
#include "src/base/status_macros.h"

namespace geo {

std::string Shown(const Json& value) {
  if (value.IsString()) return Quote(*value.AsString());
  if (value.IsInt()) return std::to_string(*value.AsInt());
  if (value.IsBool()) return *value.AsBool() ? "true" : "false";
  return "one of type " + std::string(JsonKindName(value.kind()));
}

void BodyReader::Wrong(std::string_view key, std::string_view wanted) {
  const Json* given = body_.Find(key);
  const std::string instead = given == nullptr ? "" : ", not " + Shown(*given);
  Fail(MakeError(ErrorCode::kCommandSyntax,
                 "member " + Quote(key) + " must be " + std::string(wanted) + instead));
}

const Json* BodyReader::Any(std::string_view key) {
  Ask(key);
  return body_.Find(key);
}

std::int64_t BodyReader::Int(std::string_view key, std::int64_t least, std::int64_t most) {
  const auto value = Get<std::int64_t>(key);
  if (value >= least && value <= most) return value;
  Wrong(key, "a whole number from " + std::to_string(least) + " to " + std::to_string(most));
  return least;
}

std::vector<Pid> BodyReader::Pids(std::string_view key) {
  std::vector<Pid> pids;
  for (const Json& item : Get<Json::Array>(key)) {
    if (!item.IsString()) Wrong(key, "a list of pids");
    if (!ok()) break;
    pids.push_back(Take(ParsePid(*item.AsString())));
  }
  return pids;
}

AmountInput BodyReader::AmountText(std::string_view key) {
  AmountInput amount = Get<std::string>(key);
  if (ok()) Fail(CheckAmountSyntax(amount));
  return amount;
}

AmountInput BodyReader::PositiveAmountText(std::string_view key) {
  AmountInput amount = Get<std::string>(key);
  if (ok()) Fail(CheckPositiveAmountSyntax(amount));
  return amount;
}

std::string BodyReader::OptionalText(std::string_view key) {
  const std::optional<std::string> text = Find<std::string>(key);
  if (text.has_value() && text->empty()) Wrong(key, "left out rather than empty");
  return text.value_or("");
}

PersonalText BodyReader::Personal(std::string_view key) {
  const auto read_hash = [](std::string_view text) -> StatusOr<Hash256> {
    GEO_ASSIGN_OR_RETURN(const std::string raw, DecodeBase64(text));
    return Hash256::FromBytes(raw);
  };
  const Hash256 hash = Parsed(key, read_hash);
  if (!ok()) return {};
  texts_taken_.insert(hash);
  const auto fits = [&](const PersonalText& text) { return TextHash(text) == hash; };
  const auto found = std::find_if(texts_.begin(), texts_.end(), fits);
  if (found != texts_.end()) return *found;
  Fail(MakeError(ErrorCode::kTextMismatch,
                 "no text beside the envelope fits the hash in member " + Quote(key)));
  return {};
}

std::uint8_t BodyReader::OneOf(std::string_view key, const std::vector<std::string_view>& names) {
  const auto text = Get<std::string>(key);
  const auto found = std::find(names.begin(), names.end(), text);
  if (found != names.end()) return static_cast<std::uint8_t>(found - names.begin() + 1);
  std::string wanted = "one of";
  for (const std::string_view name : names) wanted += " " + std::string(name);
  Wrong(key, wanted);
  return 1;
}

Status BodyReader::Finish() {
  GEO_RETURN_IF_ERROR(JsonMembers::Finish());
  for (const PersonalText& text : texts_) {
    if (!texts_taken_.contains(TextHash(text))) {
      return MakeError(ErrorCode::kTextMismatch,
                       "a text travels beside the envelope that the command does not name");
    }
  }
  return OkStatus();
}

}  // namespace geo
