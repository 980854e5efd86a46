#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "geo/crypto/login_challenge.h"
#include "tests/support/keys.h"
#include "tests/support/status.h"

namespace geo {
namespace {

using tests::CodeName;
using tests::KeyOf;

constexpr Timestamp kIssued = 1'764'374'400'000'000;

std::string Random(char c) { return std::string(32, c); }

TEST(LoginChallenge, IsBase64UrlOf32Bytes) {
  const LoginChallenge challenge = LoginChallenge::Make(Random('\xff'), kIssued).value();
  EXPECT_EQ(challenge.text(), std::string(42, '_') + "8");
  EXPECT_EQ(challenge.issued_at(), kIssued);
  EXPECT_EQ(challenge.expires_at(), kIssued + 300 * kSecond);
  EXPECT_EQ(CodeName(LoginChallenge::Make(std::string(31, 'r'), 0)), "InvalidArgument");
  EXPECT_EQ(CodeName(LoginChallenge::Make(std::string(33, 'r'), 0)), "InvalidArgument");
  constexpr Timestamp kLast = std::numeric_limits<Timestamp>::max() - kLoginChallengeLifetime;
  EXPECT_EQ(CodeName(LoginChallenge::Make(Random('r'), kLast)), "Ok");
  EXPECT_EQ(CodeName(LoginChallenge::Make(Random('r'), kLast + 1)), "InvalidArgument");
}

TEST(LoginChallenge, VerifiesInTime) {
  const SecretKey key = KeyOf("alice");
  const LoginChallenge challenge = LoginChallenge::Make(Random('r'), kIssued).value();
  const Signature good = Sign(key, challenge.text());
  const auto verified = [&](const Signature& signature, Timestamp now) {
    return CodeName(challenge.Verify(key.public_key(), signature, now));
  };
  EXPECT_EQ(verified(good, kIssued), "Ok");
  EXPECT_EQ(verified(good, kIssued + 300 * kSecond - 1), "Ok");
  EXPECT_EQ(verified(good, kIssued + 300 * kSecond), "Expired");
  EXPECT_EQ(verified(good, kIssued - kSecond), "Ok");
  EXPECT_EQ(verified(Sign(key, challenge.text() + "x"), kIssued), "BadSignature");
  EXPECT_EQ(verified(Sign(KeyOf("bob"), challenge.text()), kIssued), "BadSignature");
  EXPECT_EQ(CodeName(challenge.Verify(KeyOf("bob").public_key(), good, kIssued)), "BadSignature");
}

// Redeems `challenge` with a signature of `signer`'s, under `signer`'s key.
std::string Redeemed(LoginChallenges& challenges, const std::string& text, const SecretKey& signer,
                     Timestamp now) {
  return CodeName(challenges.Redeem(text, signer.public_key(), Sign(signer, text), now));
}

TEST(LoginChallenges, AreGoodOnce) {
  LoginChallenges challenges(10);
  const std::string text = challenges.Issue(Random('r'), kIssued).value().text();
  EXPECT_EQ(Redeemed(challenges, text, KeyOf("alice"), kIssued + 1), "Ok");
  EXPECT_EQ(Redeemed(challenges, text, KeyOf("alice"), kIssued + 2), "Expired");
  EXPECT_EQ(challenges.size(), 0U);
}

// A used challenge leaves nothing behind that would end a later one of the same bytes early.
TEST(LoginChallenges, AreForgottenWhenUsed) {
  LoginChallenges challenges(10);
  const std::string text = challenges.Issue(Random('r'), kIssued).value().text();
  ASSERT_EQ(Redeemed(challenges, text, KeyOf("alice"), kIssued), "Ok");
  ASSERT_TRUE(challenges.Issue(Random('r'), kIssued + 100 * kSecond).ok());
  EXPECT_EQ(Redeemed(challenges, text, KeyOf("alice"), kIssued + 350 * kSecond), "Ok");
}

TEST(LoginChallenges, SurviveAWrongSignature) {
  LoginChallenges challenges(10);
  const std::string text = challenges.Issue(Random('r'), kIssued).value().text();
  const SecretKey alice = KeyOf("alice");
  EXPECT_EQ(CodeName(challenges.Redeem(text, alice.public_key(), Signature(), kIssued)),
            "BadSignature");
  EXPECT_EQ(Redeemed(challenges, text, alice, kIssued), "Ok");
}

TEST(LoginChallenges, MustHaveBeenIssuedLately) {
  LoginChallenges challenges(10);
  EXPECT_EQ(Redeemed(challenges, std::string(43, 'A'), KeyOf("alice"), kIssued), "Expired");
  const std::string text = challenges.Issue(Random('r'), kIssued).value().text();
  EXPECT_EQ(Redeemed(challenges, text, KeyOf("alice"), kIssued + kLoginChallengeLifetime),
            "Expired");
  EXPECT_EQ(challenges.size(), 0U);
}

TEST(LoginChallenges, AreBoundedAndForgetTheExpired) {
  LoginChallenges challenges(3);
  for (const char c : {'a', 'b', 'c'}) {
    ASSERT_TRUE(challenges.Issue(Random(c), kIssued + c).ok());
  }
  EXPECT_EQ(CodeName(challenges.Issue(Random('d'), kIssued + 'd')), "TooLarge");
  EXPECT_EQ(challenges.size(), 3U);
  const Timestamp first_ends = kIssued + 'a' + kLoginChallengeLifetime;
  EXPECT_EQ(CodeName(challenges.Issue(Random('d'), first_ends - 1)), "TooLarge");
  EXPECT_EQ(CodeName(challenges.Issue(Random('d'), first_ends)), "Ok");
  EXPECT_EQ(challenges.size(), 3U);
  EXPECT_EQ(CodeName(LoginChallenges(0).Issue(Random('a'), kIssued)), "TooLarge");
}

TEST(LoginChallenges, RefuseRepeatedBytes) {
  LoginChallenges challenges(3);
  ASSERT_TRUE(challenges.Issue(Random('a'), kIssued).ok());
  EXPECT_EQ(CodeName(challenges.Issue(Random('a'), kIssued + 1)), "InvalidArgument");
  EXPECT_EQ(CodeName(challenges.Issue("short", kIssued + 1)), "InvalidArgument");
  EXPECT_EQ(challenges.size(), 1U);
}

}  // namespace
}  // namespace geo
