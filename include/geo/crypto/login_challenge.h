// Login by signing a challenge (spec 01 §1.6). Sessions and tokens are the server's.
#ifndef GEO_CRYPTO_LOGIN_CHALLENGE_H_
#define GEO_CRYPTO_LOGIN_CHALLENGE_H_

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "geo/base/ids.h"
#include "geo/base/status.h"
#include "geo/base/time.h"

namespace geo {

inline constexpr Duration kLoginChallengeLifetime = 300 * kSecond;

// A text for somebody to sign, good for kLoginChallengeLifetime. The text is base64url without
// padding of 32 bytes: 43 characters, which no signed command can look like.
class LoginChallenge {
 public:
  // From 32 bytes that must be random and new. Errors: InvalidArgument (not 32 bytes, or a time so
  // late that its end has no Timestamp).
  static StatusOr<LoginChallenge> Make(std::string_view random32, Timestamp issued_at);

  const std::string& text() const { return text_; }
  Timestamp issued_at() const { return issued_at_; }
  Timestamp expires_at() const { return issued_at_ + kLoginChallengeLifetime; }

  // Whether `signature` is the one of text() under `key`, in time. A clock set back a little does
  // no harm: times before issued_at pass. Errors: Expired (at or after expires_at: ask for a new
  // challenge), BadSignature. Pure; any thread. Says nothing about single use: see LoginChallenges.
  Status Verify(const PublicKey& key, const Signature& signature, Timestamp now) const;

 private:
  LoginChallenge(std::string text, Timestamp issued_at)
      : text_(std::move(text)), issued_at_(issued_at) {}

  std::string text_;
  Timestamp issued_at_;
};

// The challenges a server has given out and not yet seen again: makes each good for one login.
// Bounded; expired ones are dropped as time is told. One thread at a time. Every call is O(log n),
// amortised over the expired ones it drops.
class LoginChallenges {
 public:
  // Keeps at most `max_outstanding`. Each takes about 400 bytes.
  explicit LoginChallenges(std::size_t max_outstanding) : max_outstanding_(max_outstanding) {}

  // Makes and remembers a challenge. Errors: those of LoginChallenge::Make; TooLarge when
  // `max_outstanding` unexpired ones are out (limit how often one client may ask);
  // InvalidArgument when the same 32 bytes are out already (the source of randomness is broken).
  StatusOr<LoginChallenge> Issue(std::string_view random32, Timestamp now);

  // Checks a signed challenge and, when it is good, forgets it: a second try is refused. A wrong
  // signature does not use it up, so that nobody can spoil somebody else's login. Errors: Expired
  // when no such challenge is out: never issued, used or too old (ask for a new one); BadSignature.
  Status Redeem(std::string_view text, const PublicKey& key, const Signature& signature,
                Timestamp now);

  // How many are remembered, including those that expired since the last call.
  std::size_t size() const { return by_text_.size(); }

 private:
  void DropExpired(Timestamp now);

  std::size_t max_outstanding_;
  std::map<std::string, LoginChallenge, std::less<>> by_text_;
  std::set<std::pair<Timestamp, std::string>> by_time_;
};

}  // namespace geo

#endif  // GEO_CRYPTO_LOGIN_CHALLENGE_H_
