#include <gtest/gtest.h>

#include <boost/multiprecision/cpp_int.hpp>
#include <cstring>
#include <new>
#include <string>
#include <type_traits>
#include <utility>

#include "geo/base/encoding.h"
#include "geo/crypto/keys.h"
#include "tests/support/case_files.h"
#include "tests/support/environment.h"
#include "tests/support/keys.h"
#include "tests/support/status.h"

namespace geo {
namespace {

using boost::multiprecision::cpp_int;
using tests::CodeName;
using tests::KeyFromHex;
using tests::KeyOf;

struct SignatureRow {
  const char* seed;
  const char* public_key;
  const char* message;
  const char* signature;
};

// RFC 8032 §7.1, tests 1, 2, 3 and SHA(abc).
constexpr SignatureRow kRfc8032[] = {
    {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9"
     "b46bd25bf5f0595bbe24655141438e7a100b"},
    {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
     "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f1"
     "1d8c387b2eaeb4302aeeb00d291612bb0c00"},
    {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
     "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984d"
     "c6594a7c15e9716ed28dc027beceea1ec40a"},
    {"833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
     "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
     "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3fe"
     "ebbd454d4423643ce80e2a9ac94fa54ca49f",
     "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431"
     "e0303dca179c138ac17ad9bef1177331a704"},
};

TEST(Keys, SignAsRfc8032) {
  for (const SignatureRow& row : kRfc8032) {
    const SecretKey key = KeyFromHex(row.seed);
    const std::string message = DecodeHex(row.message).value();
    EXPECT_EQ(EncodeHex(key.public_key().view()), row.public_key);
    EXPECT_EQ(EncodeHex(Sign(key, message).view()), row.signature);
    EXPECT_TRUE(VerifySignature(key.public_key(), message, Sign(key, message)));
  }
}

TEST(Keys, MakePids) {
  const SecretKey zero = SecretKey::FromSeed(std::string(32, '\0')).value();
  EXPECT_EQ(FormatPid(zero.pid()), "2KagShR4Usj2uARXJeDw7XJEKvQ3XDr84dC47hUB3Uyd");
  EXPECT_EQ(FormatPublicKey(zero.public_key()), "O2onvM62pC1io6jQKm8Nc2UyFXcd4kOmOsBIoYtZ2ik=");
  EXPECT_EQ(PidOf(zero.public_key()), zero.pid());
}

TEST(Keys, PassTheVectors) {
  const auto vectors = tests::CaseVectors("pid");
  if (vectors.empty()) GTEST_SKIP() << "no vectors at " << tests::CasesPath();
  for (const nlohmann::json& vector : vectors) {
    if (!vector.contains("seed_hex")) continue;
    const SecretKey key = KeyFromHex(vector["seed_hex"].get<std::string>());
    const nlohmann::json made = {{"public_key_hex", EncodeHex(key.public_key().view())},
                                 {"public_key_b64", FormatPublicKey(key.public_key())},
                                 {"pid", FormatPid(key.pid())},
                                 {"sha256_hex", EncodeHex(key.pid().view())}};
    for (const auto& [member, value] : made.items()) {
      EXPECT_EQ(vector.value(member, value), value) << member;
    }
  }
}

TEST(Keys, ComeFrom32BytesOnly) {
  for (const std::size_t size : {0U, 31U, 33U, 64U}) {
    const auto key = SecretKey::FromSeed(std::string(size, 's'));
    EXPECT_EQ(CodeName(key), "InvalidArgument");
    EXPECT_EQ(key.status().message().find("sss"), absl::string_view::npos);
  }
}

static_assert(!std::is_copy_constructible_v<SecretKey>);
static_assert(!std::is_copy_assignable_v<SecretKey>);
static_assert(std::is_nothrow_move_constructible_v<SecretKey>);

// Whether the object representation at `memory` contains `secret`.
bool Contains(const unsigned char* memory, std::string_view secret) {
  return std::string_view(reinterpret_cast<const char*>(memory), sizeof(SecretKey)).find(secret) !=
         std::string_view::npos;
}

TEST(Keys, AreWipedWhenMovedFromAndDestroyed) {
  const std::string seed = "0123456789abcdef0123456789ABCDEF";
  alignas(SecretKey) unsigned char first[sizeof(SecretKey)] = {};
  alignas(SecretKey) unsigned char second[sizeof(SecretKey)] = {};
  auto* source = new (first) SecretKey(SecretKey::FromSeed(seed).value());
  ASSERT_TRUE(Contains(first, seed));
  auto* target = new (second) SecretKey(std::move(*source));
  EXPECT_FALSE(Contains(first, seed));
  ASSERT_TRUE(Contains(second, seed));
  *source = std::move(*target);
  EXPECT_FALSE(Contains(second, seed));
  ASSERT_TRUE(Contains(first, seed));
  *source = KeyOf("another");
  EXPECT_FALSE(Contains(first, seed));
  *source = SecretKey::FromSeed(seed).value();
  ASSERT_TRUE(Contains(first, seed));
  source->~SecretKey();
  EXPECT_FALSE(Contains(first, seed));
  target->~SecretKey();
}

TEST(Keys, StillSignAfterAMove) {
  SecretKey key = KeyOf("alice");
  const Signature before = Sign(key, "message");
  SecretKey moved = std::move(key);
  EXPECT_EQ(Sign(moved, "message"), before);
  key = std::move(moved);
  EXPECT_EQ(Sign(key, "message"), before);
  EXPECT_EQ(key.pid(), KeyOf("alice").pid());
}

TEST(Signatures, BreakWithEveryFlippedBit) {
  const SecretKey key = KeyOf("alice");
  const std::string message = "pay 10 to bob";
  const Signature signature = Sign(key, message);
  for (std::size_t bit = 0; bit < message.size() * 8; ++bit) {
    std::string other = message;
    other[bit / 8] = static_cast<char>(other[bit / 8] ^ (1 << bit % 8));
    EXPECT_FALSE(VerifySignature(key.public_key(), other, signature)) << bit;
  }
  for (std::size_t bit = 0; bit < Signature::kSize * 8; ++bit) {
    Signature other = signature;
    other.bytes[bit / 8] = static_cast<std::uint8_t>(other.bytes[bit / 8] ^ (1 << bit % 8));
    EXPECT_FALSE(VerifySignature(key.public_key(), message, other)) << bit;
  }
  for (std::size_t bit = 0; bit < PublicKey::kSize * 8; ++bit) {
    PublicKey other = key.public_key();
    other.bytes[bit / 8] = static_cast<std::uint8_t>(other.bytes[bit / 8] ^ (1 << bit % 8));
    EXPECT_FALSE(VerifySignature(other, message, signature)) << bit;
  }
  EXPECT_FALSE(VerifySignature(key.public_key(), message + " ", signature));
  EXPECT_FALSE(VerifySignature(key.public_key(), "", signature));
  EXPECT_FALSE(VerifySignature(KeyOf("bob").public_key(), message, signature));
}

// S and S + L are the same number modulo the group order L: a lax check takes both.
TEST(Signatures, HaveOneForm) {
  const SecretKey key = KeyOf("alice");
  const Signature signature = Sign(key, "message");
  const cpp_int order = (cpp_int(1) << 252) + cpp_int("27742317777372353535851937790883648493");
  cpp_int s;
  for (std::size_t i = 64; i-- > 32;) s = (s << 8) + signature.bytes[i];
  ASSERT_LT(s, order);
  s += order;
  Signature other = signature;
  for (std::size_t i = 32; i < 64; ++i, s >>= 8) {
    other.bytes[i] = static_cast<std::uint8_t>(s & 0xff);
  }
  ASSERT_EQ(s, 0);
  EXPECT_FALSE(VerifySignature(key.public_key(), "message", other));
}

// The neutral element as key and as R, with S = 0, satisfies the equation for every message.
TEST(Signatures, OfSmallOrderKeysAreRefused) {
  PublicKey neutral;
  neutral.bytes[0] = 1;
  Signature signature;
  signature.bytes[0] = 1;
  EXPECT_FALSE(VerifySignature(neutral, "anything", signature));
  PublicKey non_canonical;  // the same point, its y written as p + 1
  non_canonical.bytes.fill(0xff);
  non_canonical.bytes[0] = 0xee;
  non_canonical.bytes[31] = 0x7f;
  EXPECT_FALSE(VerifySignature(non_canonical, "anything", signature));
  EXPECT_FALSE(VerifySignature(PublicKey(), "anything", Signature()));
}

TEST(KeyText, GoesRoundAndRefusesOthers) {
  const SecretKey key = KeyOf("alice");
  const std::string text = FormatPublicKey(key.public_key());
  EXPECT_EQ(text.size(), 44U);
  EXPECT_EQ(ParsePublicKey(text).value(), key.public_key());
  const Signature signature = Sign(key, "m");
  EXPECT_EQ(FormatSignature(signature).size(), 88U);
  EXPECT_EQ(ParseSignature(FormatSignature(signature)).value(), signature);
  const std::string short_key = EncodeBase64(std::string(31, 'x'));
  const std::string long_key = EncodeBase64(std::string(33, 'x'));
  for (const std::string& bad : {std::string(), short_key, long_key, text.substr(0, 43), text + " ",
                                 FormatSignature(signature), std::string(44, '=')}) {
    EXPECT_EQ(CodeName(ParsePublicKey(bad)), "EncodingSyntax") << bad;
  }
  EXPECT_EQ(CodeName(ParseSignature(text)), "EncodingSyntax");
  EXPECT_EQ(CodeName(ParseSignature("")), "EncodingSyntax");
  EXPECT_LT(ParseSignature(std::string(1'000'000, 'A')).status().message().size(), 300U);
}

}  // namespace
}  // namespace geo
