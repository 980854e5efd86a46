// Reads the members of a command's body strictly: each has its type, none is missing, none is left
// over.
#ifndef GEO_SRC_HUB_BODY_READER_H_
#define GEO_SRC_HUB_BODY_READER_H_

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "geo/base/amount.h"
#include "geo/base/ids.h"
#include "geo/base/status.h"
#include "geo/crypto/json_members.h"
#include "geo/crypto/personal_text.h"

namespace geo {

// A value for an error message: what it is, or of which type when it is no word or number.
std::string Shown(const Json& value);

// JsonMembers with what commands need beside it. `body`, `texts` and the keys asked for must
// outlive the reader; ask Finish once at the end.
class BodyReader : public JsonMembers {
 public:
  BodyReader(const Json& body, std::string_view what, const std::vector<PersonalText>& texts)
      : JsonMembers(body, what), body_(body), texts_(texts) {}

  bool Has(std::string_view key) const { return body_.Find(key) != nullptr; }
  // Whether the member is there and null.
  bool IsNull(std::string_view key) const { return Has(key) && body_.Find(key)->IsNull(); }
  // The member itself; it counts as asked for. Null when it is not there.
  const Json* Any(std::string_view key);

  // A whole number from `least` to `most`.
  std::int64_t Int(std::string_view key, std::int64_t least, std::int64_t most);
  std::vector<Pid> Pids(std::string_view key);
  // Decimal text that is an amount at some precision; PositiveAmountText refuses zero.
  AmountInput AmountText(std::string_view key);
  AmountInput PositiveAmountText(std::string_view key);
  // Text that is left out rather than empty; empty when it is.
  std::string OptionalText(std::string_view key);
  // The text beside the envelope whose hash the member gives (spec 01 §2.3).
  PersonalText Personal(std::string_view key);
  // The value that `name_of` gives this word: an enum of geo/journal/entity.h, numbered from 1.
  template <typename Enum>
  Enum Named(std::string_view key, std::string_view (*name_of)(Enum)) {
    std::vector<std::string_view> names;
    for (std::uint8_t i = 1; !name_of(Enum{i}).empty(); ++i) names.push_back(name_of(Enum{i}));
    return Enum{OneOf(key, names)};
  }

  // As JsonMembers::Finish, and TextMismatch for a text that nobody asked for.
  Status Finish();

 private:
  // The place of the member's word among `names`, from 1.
  std::uint8_t OneOf(std::string_view key, const std::vector<std::string_view>& names);
  void Wrong(std::string_view key, std::string_view wanted);

  const Json& body_;
  const std::vector<PersonalText>& texts_;
  std::set<Hash256> texts_taken_;
};

}  // namespace geo

#endif  // GEO_SRC_HUB_BODY_READER_H_
