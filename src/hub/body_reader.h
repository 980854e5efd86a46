// Reads the members of a command's body strictly: each has its type, none is missing, none is left
// over.
#ifndef GEO_SRC_HUB_BODY_READER_H_
#define GEO_SRC_HUB_BODY_READER_H_

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "geo/base/ids.h"
#include "geo/base/status.h"
#include "geo/crypto/json.h"
#include "geo/crypto/personal_text.h"

namespace geo {

// The first failure is kept and every later read gives an empty value: check Finish once at the
// end. `body` and `texts` must outlive the reader.
class BodyReader {
 public:
  BodyReader(const Json& body, const std::vector<PersonalText>& texts);

  bool Has(std::string_view member) const;
  // Whether the member is there and null; it then counts as read.
  bool TakeNull(std::string_view member);

  std::string Text(std::string_view member);
  std::string TextOr(std::string_view member, std::string by_default);
  std::int64_t Int(std::string_view member, std::int64_t least, std::int64_t most);
  bool Bool(std::string_view member);
  const Json* Object(std::string_view member);
  Pid ReadPid(std::string_view member);
  std::vector<Pid> ReadPids(std::string_view member);
  EquivalentCode ReadCode(std::string_view member);
  LineId ReadLineId(std::string_view member);
  PublicKey ReadPublicKey(std::string_view member);
  // The text beside the envelope whose hash the member gives (spec 01 §2.3).
  PersonalText ReadPersonalText(std::string_view member);
  // One of `names`; gives its position + 1, which is the number of the enums in
  // geo/journal/entity.h.
  std::uint8_t OneOf(std::string_view member, const std::vector<std::string_view>& names);

  void Fail(const Status& status);
  // The first failure; else CommandSyntax for a member nobody asked for, TextMismatch for a text
  // nobody asked for.
  Status Finish();

 private:
  const Json* Take(std::string_view member);
  void Wrong(std::string_view member, std::string_view wanted);
  template <typename T>
  T Keep(StatusOr<T> value) {
    if (value.ok()) return *std::move(value);
    Fail(value.status());
    return T();
  }

  const Json& body_;
  const std::vector<PersonalText>& texts_;
  std::set<std::string, std::less<>> taken_;
  std::set<Hash256> texts_taken_;
  Status status_;
};

}  // namespace geo

#endif  // GEO_SRC_HUB_BODY_READER_H_
