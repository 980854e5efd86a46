#include "src/hub/body_reader.h"

#include <algorithm>

#include "geo/base/encoding.h"
#include "geo/crypto/keys.h"
#include "src/base/quote.h"

namespace geo {

BodyReader::BodyReader(const Json& body, const std::vector<PersonalText>& texts)
    : body_(body), texts_(texts) {}

bool BodyReader::Has(std::string_view member) const { return body_.Find(member) != nullptr; }

bool BodyReader::TakeNull(std::string_view member) {
  const Json* value = body_.Find(member);
  if (value == nullptr || !value->IsNull()) return false;
  taken_.emplace(member);
  return true;
}

const Json* BodyReader::Take(std::string_view member) {
  taken_.emplace(member);
  return body_.Find(member);
}

void BodyReader::Wrong(std::string_view member, std::string_view wanted) {
  Fail(MakeError(ErrorCode::kCommandSyntax,
                 "member " + Quote(member) + " must be " + std::string(wanted)));
}

std::string BodyReader::Text(std::string_view member) {
  const Json* value = Take(member);
  if (value != nullptr && value->IsString()) return *value->AsString();
  Wrong(member, "a string");
  return {};
}

std::string BodyReader::TextOr(std::string_view member, std::string by_default) {
  return Has(member) ? Text(member) : std::move(by_default);
}

std::int64_t BodyReader::Int(std::string_view member, std::int64_t least, std::int64_t most) {
  const Json* value = Take(member);
  if (value != nullptr && value->IsInt() && *value->AsInt() >= least && *value->AsInt() <= most) {
    return *value->AsInt();
  }
  Wrong(member, "a whole number from " + std::to_string(least) + " to " + std::to_string(most));
  return least;
}

bool BodyReader::Bool(std::string_view member) {
  const Json* value = Take(member);
  if (value != nullptr && value->IsBool()) return *value->AsBool();
  Wrong(member, "true or false");
  return false;
}

const Json* BodyReader::Object(std::string_view member) {
  const Json* value = Take(member);
  if (value != nullptr && value->IsObject()) return value;
  Wrong(member, "an object");
  return nullptr;
}

Pid BodyReader::ReadPid(std::string_view member) { return Keep(ParsePid(Text(member))); }

std::vector<Pid> BodyReader::ReadPids(std::string_view member) {
  std::vector<Pid> pids;
  const Json* value = Take(member);
  if (value == nullptr || !value->IsArray()) {
    Wrong(member, "a list of pids");
    return pids;
  }
  for (const Json& item : *value->AsArray()) {
    if (!item.IsString()) Wrong(member, "a list of pids");
    if (!status_.ok()) break;
    pids.push_back(Keep(ParsePid(*item.AsString())));
  }
  return pids;
}

EquivalentCode BodyReader::ReadCode(std::string_view member) {
  return Keep(EquivalentCode::Parse(Text(member)));
}

LineId BodyReader::ReadLineId(std::string_view member) { return Keep(ParseLineId(Text(member))); }

PublicKey BodyReader::ReadPublicKey(std::string_view member) {
  return Keep(ParsePublicKey(Text(member)));
}

PersonalText BodyReader::ReadPersonalText(std::string_view member) {
  const StatusOr<std::string> raw = DecodeBase64(Text(member));
  const StatusOr<Hash256> hash = Hash256::FromBytes(raw.ok() ? *raw : "");
  if (!hash.ok()) {
    Wrong(member, "the Base64 of a 32-byte hash");
    return {};
  }
  texts_taken_.insert(*hash);
  const auto fits = [&](const PersonalText& text) { return TextHash(text) == *hash; };
  const auto found = std::find_if(texts_.begin(), texts_.end(), fits);
  if (found != texts_.end()) return *found;
  Fail(MakeError(ErrorCode::kTextMismatch,
                 "no text beside the envelope fits the hash in member " + Quote(member)));
  return {};
}

std::uint8_t BodyReader::OneOf(std::string_view member,
                               const std::vector<std::string_view>& names) {
  const std::string text = Text(member);
  const auto found = std::find(names.begin(), names.end(), text);
  if (found != names.end()) return static_cast<std::uint8_t>(found - names.begin() + 1);
  std::string wanted = "one of";
  for (const std::string_view name : names) wanted += " " + std::string(name);
  Wrong(member, wanted);
  return 1;
}

void BodyReader::Fail(const Status& status) {
  if (status_.ok()) status_ = status;
}

Status BodyReader::Finish() {
  if (!status_.ok()) return status_;
  if (body_.IsObject()) {
    for (const auto& [member, value] : *body_.AsObject()) {
      if (!taken_.contains(member)) {
        return MakeError(ErrorCode::kCommandSyntax,
                         "member " + Quote(member) + " does not belong to this command");
      }
    }
  }
  for (const PersonalText& text : texts_) {
    if (!texts_taken_.contains(TextHash(text))) {
      return MakeError(ErrorCode::kTextMismatch,
                       "a text travels beside the envelope that the command does not name");
    }
  }
  return OkStatus();
}

}  // namespace geo
