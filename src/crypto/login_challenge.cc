#include "geo/crypto/login_challenge.h"

#include <limits>

#include "geo/base/encoding.h"
#include "geo/crypto/keys.h"
#include "src/base/quote.h"
#include "src/base/status_macros.h"

namespace geo {

StatusOr<LoginChallenge> LoginChallenge::Make(std::string_view random32, Timestamp issued_at) {
  if (random32.size() != 32) {
    return MakeError(ErrorCode::kInvalidArgument, "a login challenge is made of 32 bytes, not " +
                                                      std::to_string(random32.size()));
  }
  if (issued_at > std::numeric_limits<Timestamp>::max() - kLoginChallengeLifetime) {
    return MakeError(ErrorCode::kInvalidArgument, "a login challenge issued at " +
                                                      std::to_string(issued_at) +
                                                      " would end after the last time there is");
  }
  return LoginChallenge(EncodeBase64Url(random32), issued_at);
}

Status LoginChallenge::Verify(const PublicKey& key, const Signature& signature,
                              Timestamp now) const {
  if (now >= expires_at()) {
    return MakeError(ErrorCode::kExpired, "the login challenge ended at " +
                                              std::to_string(expires_at()) + "; now is " +
                                              std::to_string(now) + "; ask for a new one");
  }
  if (!VerifySignature(key, text_, signature)) {
    return MakeError(ErrorCode::kBadSignature,
                     "the signature of the login challenge is not the one of the key given");
  }
  return OkStatus();
}

void LoginChallenges::DropExpired(Timestamp now) {
  while (!by_time_.empty() && now >= by_time_.begin()->first) {
    by_text_.erase(by_time_.begin()->second);
    by_time_.erase(by_time_.begin());
  }
}

StatusOr<LoginChallenge> LoginChallenges::Issue(std::string_view random32, Timestamp now) {
  DropExpired(now);
  GEO_ASSIGN_OR_RETURN(const LoginChallenge challenge, LoginChallenge::Make(random32, now));
  if (by_text_.contains(challenge.text())) {
    return MakeError(ErrorCode::kInvalidArgument,
                     "a login challenge of the same 32 bytes is out already; they must be random");
  }
  if (by_text_.size() >= max_outstanding_) {
    return MakeError(ErrorCode::kTooLarge, std::to_string(by_text_.size()) +
                                               " login challenges are out; at most " +
                                               std::to_string(max_outstanding_) + " may be");
  }
  by_text_.emplace(challenge.text(), challenge);
  by_time_.emplace(challenge.expires_at(), challenge.text());
  return challenge;
}

Status LoginChallenges::Redeem(std::string_view text, const PublicKey& key,
                               const Signature& signature, Timestamp now) {
  DropExpired(now);
  const auto found = by_text_.find(text);
  if (found == by_text_.end()) {
    return MakeError(ErrorCode::kExpired,
                     "login challenge " + Quote(text) +
                         " was not issued, is used or has expired; ask for a new one");
  }
  const LoginChallenge& challenge = found->second;
  GEO_RETURN_IF_ERROR(challenge.Verify(key, signature, now));
  by_time_.erase({challenge.expires_at(), challenge.text()});
  by_text_.erase(found);
  return OkStatus();
}

}  // namespace geo
