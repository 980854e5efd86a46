#include "geo/crypto/personal_text.h"

#include "geo/crypto/hash.h"

namespace geo {

Hash256 TextHash(const PersonalText& personal) {
  static constexpr std::string_view kDomain("geo/personal-text/1\0", 20);
  Blake2bStream stream;
  stream.Update(kDomain);
  stream.Update(personal.salt.view());
  stream.Update(personal.text);
  return stream.Finish();
}

Status CheckTextHash(const PersonalText& personal, const Hash256& hash) {
  if (TextHash(personal) == hash) return OkStatus();
  return MakeError(ErrorCode::kTextMismatch,
                   "personal text of " + std::to_string(personal.text.size()) +
                       " bytes and its salt do not give the hash that was signed");
}

}  // namespace geo
