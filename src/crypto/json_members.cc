#include "geo/crypto/json_members.h"

#include <algorithm>
#include <string>

#include "src/base/quote.h"

namespace geo {

JsonMembers::JsonMembers(const Json& object, std::string_view what) : object_(object), what_(what) {
  constexpr std::size_t kUsual = 12;
  asked_.reserve(kUsual);
  if (object.IsObject()) return;
  Fail(MakeError(ErrorCode::kCommandSyntax, std::string(what) + " is of type " +
                                                std::string(JsonKindName(object.kind())) +
                                                "; expected an object"));
}

void JsonMembers::Fail(Status error) {
  if (error_.ok()) error_ = std::move(error);
}

void JsonMembers::Missing(std::string_view key) {
  if (!ok()) return;
  Fail(MakeError(ErrorCode::kCommandSyntax,
                 std::string(what_) + " has no member " + Quote(key) + ", which it needs"));
}

void JsonMembers::WrongKind(std::string_view key, Json::Kind got, Json::Kind expected) {
  Fail(MakeError(ErrorCode::kCommandSyntax, "member " + Quote(key) + " of " + std::string(what_) +
                                                " is of type " + std::string(JsonKindName(got)) +
                                                "; expected " +
                                                std::string(JsonKindName(expected))));
}

Status JsonMembers::Finish() {
  if (!ok()) return error_;
  for (const auto& [key, value] : *object_.AsObject()) {
    if (std::find(asked_.begin(), asked_.end(), key) == asked_.end()) {
      return MakeError(ErrorCode::kCommandSyntax,
                       "unknown member " + Quote(key) + " in " + std::string(what_));
    }
  }
  return OkStatus();
}

}  // namespace geo
