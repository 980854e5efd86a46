#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <limits>
#include <stdexcept>
#include <string>
#include <tuple>

#include "geo/base/encoding.h"
#include "geo/base/limits.h"
#include "geo/crypto/envelope.h"
#include "tests/support/environment.h"
#include "tests/support/keys.h"
#include "tests/support/status.h"

namespace geo {
namespace {

using tests::Alice;
using tests::CodeName;
using tests::KeyOf;

constexpr char kNetwork[] = "Їжак 1";

Envelope Payment() {
  Envelope envelope;
  envelope.network = kNetwork;
  envelope.op = "payment";
  envelope.signer = Alice().pid();
  envelope.tx_id = TxId::Parse("tx:2025-11-29.1").value();
  envelope.issued_at = 1'764'374'400'000'000;
  envelope.expires_at = envelope.issued_at + kMinute;
  envelope.body = Json::Object{{"to", "AzJ8Mvd745eyLvhbuFsMGVUkAwQiSihGCKnMRM6c3xCT"},
                               {"equivalent", "UAH"},
                               {"amount", "100.00"}};
  return envelope;
}

Envelope Settings() {
  Envelope envelope = Payment();
  envelope.op = "line.create";
  envelope.tx_id.reset();
  envelope.seq = 1;
  return envelope;
}

constexpr char kPaymentMessage[] =
    R"({"body":{"amount":"100.00","equivalent":"UAH","to":"AzJ8Mvd745eyLvhbuFsMGVUkAwQiSihGCKnMRM6c3xCT"},)"
    R"("expires_at":1764374460000000,"issued_at":1764374400000000,"network":"Їжак 1","op":"payment",)"
    R"("signer":"8tXZS11ZVjWACjM7KAsmDA8x2ktZhuFskD5JpBQjA79D","tx_id":"tx:2025-11-29.1","v":1})";

// Message and signature as Python's json module and OpenSSL make them.
TEST(Envelope, HasTheseBytes) {
  EXPECT_EQ(EnvelopeMessage(Payment()).value(), kPaymentMessage);
  const SignedEnvelope sent = SignEnvelope(Payment(), Alice()).value();
  EXPECT_EQ(sent.message, kPaymentMessage);
  EXPECT_EQ(sent.key, Alice().public_key());
  EXPECT_EQ(
      FormatSignature(sent.signature),
      "ELwTeBEWaIWmmOv7iMgFyNJokBm3Eo7jdCDxFd4eND2MuIJj5SgpmjFJ5PTqbH3iOUtd8dlknpW49UFpnWg4Cw==");
}

TEST(Envelope, IsDocumentedWithTheseBytes) {
  std::ifstream in(tests::SourceRoot() / "docs/formats.md");
  const std::string document{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  const SignedEnvelope sent = SignEnvelope(Payment(), Alice()).value();
  EXPECT_NE(document.find("\n    " + sent.message + "\n"), std::string::npos);
  EXPECT_NE(document.find("\n    " + FormatSignature(sent.signature) + "\n"), std::string::npos);
}

TEST(Envelope, OpensAsItWasSigned) {
  Envelope extreme = Settings();
  extreme.network = std::string(kMaxNetworkNameBytes, 'n');
  extreme.op = "az09_." + std::string(kMaxOperationNameBytes - 6, 'o');
  extreme.seq = static_cast<std::uint64_t>(kMaxJsonInt);
  extreme.issued_at = -kMaxJsonInt;
  extreme.expires_at = kMaxJsonInt;
  extreme.body = Json::Object();
  Envelope escaped = Payment();  // which is not read in one pass
  escaped.network = "\"Kyiv\"";
  Envelope deep = Payment();
  for (std::size_t i = 2; i < kMaxJsonDepth; ++i) deep.body = Json::Object{{"more", deep.body}};
  for (const Envelope& envelope : {Payment(), Settings(), extreme, escaped, deep}) {
    const SignedEnvelope sent = SignEnvelope(envelope, Alice()).value();
    EXPECT_EQ(OpenEnvelope(sent, envelope.network).value(), envelope);
  }
}

// A message of Alice's, whatever it says.
SignedEnvelope Signed(const std::string& message) {
  return {message, Alice().public_key(), Sign(Alice(), message)};
}

std::string OpenedAs(const std::string& message) {
  return CodeName(OpenEnvelope(Signed(message), kNetwork));
}

TEST(Envelope, WithAnyByteChangedIsRefused) {
  const SignedEnvelope good = SignEnvelope(Payment(), Alice()).value();
  ASSERT_TRUE(OpenEnvelope(good, kNetwork).ok());
  for (std::size_t i = 0; i < good.message.size(); ++i) {
    for (const int flip : {0x01, 0x20, 0x80}) {
      SignedEnvelope bad = good;
      bad.message[i] = static_cast<char>(bad.message[i] ^ flip);
      EXPECT_FALSE(OpenEnvelope(bad, kNetwork).ok()) << bad.message;
    }
    SignedEnvelope shorter = good;
    shorter.message.erase(i, 1);
    EXPECT_FALSE(OpenEnvelope(shorter, kNetwork).ok()) << shorter.message;
    shorter.message = good.message.substr(0, i);
    EXPECT_FALSE(OpenEnvelope(shorter, kNetwork).ok()) << shorter.message;
  }
  for (std::size_t bit = 0; bit < PublicKey::kSize * 8; ++bit) {
    SignedEnvelope bad = good;
    bad.key.bytes[bit / 8] = static_cast<std::uint8_t>(bad.key.bytes[bit / 8] ^ (1 << bit % 8));
    EXPECT_EQ(CodeName(OpenEnvelope(bad, kNetwork)), "KeyMismatch");
  }
  for (std::size_t bit = 0; bit < Signature::kSize * 8; ++bit) {
    SignedEnvelope bad = good;
    std::uint8_t& byte = bad.signature.bytes[bit / 8];
    byte = static_cast<std::uint8_t>(byte ^ (1 << bit % 8));
    EXPECT_EQ(CodeName(OpenEnvelope(bad, kNetwork)), "BadSignature");
  }
}

TEST(Envelope, OfSomebodyElseIsRefused) {
  const SecretKey mallory = KeyOf("mallory");
  const std::string message = kPaymentMessage;
  const Signature signature = Sign(mallory, message);
  EXPECT_EQ(CodeName(OpenEnvelope({message, mallory.public_key(), signature}, kNetwork)),
            "KeyMismatch");
  EXPECT_EQ(CodeName(OpenEnvelope({message, Alice().public_key(), signature}, kNetwork)),
            "BadSignature");
  EXPECT_EQ(CodeName(SignEnvelope(Payment(), mallory)), "KeyMismatch");
}

// Reading tells what a message says; only verifying tells whether its signer said it.
TEST(Envelope, IsReadWithoutItsSignature) {
  SignedEnvelope sent = SignEnvelope(Payment(), Alice()).value();
  sent.signature.bytes[5] ^= 1;
  const auto read = ReadEnvelope(sent.message);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(*read, Payment());
  EXPECT_EQ(CodeName(VerifyEnvelope(sent, *read, kNetwork)), "BadSignature");
  sent.key = KeyOf("mallory").public_key();
  EXPECT_EQ(CodeName(VerifyEnvelope(sent, *read, kNetwork)), "KeyMismatch");
  EXPECT_EQ(CodeName(ReadEnvelope(sent.message + " ")), "JsonUnsupported");
}

TEST(Envelope, IsGoodInOneNetworkOnly) {
  EXPECT_EQ(CodeName(OpenEnvelope(Signed(kPaymentMessage), "Їжак 2")), "WrongNetwork");
  EXPECT_EQ(CodeName(OpenEnvelope(Signed(kPaymentMessage), "")), "WrongNetwork");
}

// kPaymentMessage with its first `from` replaced by `to`.
std::string Replaced(const std::string& from, const std::string& to) {
  std::string message = kPaymentMessage;
  const std::size_t at = message.find(from);
  if (at == std::string::npos) throw std::invalid_argument("no " + from);
  return message.replace(at, from.size(), to);
}

TEST(Envelope, WithWrongMembersIsRefusedByName) {
  const std::tuple<const char*, const char*, const char*> rows[] = {
      {",\"v\":1", "", "CommandSyntax"},
      {"\"v\":1", "\"v\":2", "CommandSyntax"},
      {"\"v\":1", "\"v\":\"1\"", "CommandSyntax"},
      {"\"v\":1", "\"v\":1,\"w\":1", "CommandSyntax"},
      {"{\"body\"", "{\"a\":1,\"body\"", "CommandSyntax"},
      {",\"network\":\"Їжак 1\"", "", "CommandSyntax"},
      {"\"Їжак 1\"", "7", "CommandSyntax"},
      {"\"Їжак 1\"", "\"\"", "TextInvalid"},
      {",\"op\":\"payment\"", "", "CommandSyntax"},
      {"\"payment\"", "\"\"", "CommandSyntax"},
      {"\"payment\"", "\"Payment\"", "CommandSyntax"},
      {"\"payment\"", "\"payment-pay\"", "CommandSyntax"},
      {"\"payment\"", "\"payment pay\"", "CommandSyntax"},
      {"8tXZS11ZVjWACjM7KAsmDA8x2ktZhuFskD5JpBQjA79D", "alice", "PidSyntax"},
      {"tx:2025-11-29.1", "a b", "TxIdSyntax"},
      {"tx:2025-11-29.1", "", "TxIdSyntax"},
      {",\"tx_id\":\"tx:2025-11-29.1\"", "", "CommandSyntax"},
      {",\"tx_id\":\"tx:2025-11-29.1\"", ",\"tx_id\":null", "CommandSyntax"},
      {",\"tx_id\":\"tx:2025-11-29.1\"", ",\"tx_id\":1", "CommandSyntax"},
      {"\"signer\"", "\"seq\":1,\"signer\"", "CommandSyntax"},  // both
      {"1764374400000000", "1764374460000000", "CommandSyntax"},
      {"1764374400000000", "1764374460000001", "CommandSyntax"},
      {"1764374400000000", "\"1764374400000000\"", "CommandSyntax"},
      {"1764374400000000", "null", "CommandSyntax"},
      {"\"expires_at\":1764374460000000,", "", "CommandSyntax"},
      {"1764374460000000", "1764374460000000.0", "JsonUnsupported"},
      {"1764374460000000", "9007199254740992", "JsonUnsupported"},
      {"\"UAH\"", " \"UAH\"", "JsonUnsupported"},
      {"\"UAH\"", "\"\\u0055AH\"", "JsonUnsupported"},
      {"\"v\":1}", "\"v\":1} ", "JsonUnsupported"},
      {"\"v\":1}", "\"v\":1,\"v\":1}", "JsonUnsupported"},
      {"\"v\":1}", "\"v\":1", "JsonSyntax"},
      {"\"v\":1}", "\"v\":1}}", "JsonSyntax"},
  };
  for (const auto& [from, to, code] : rows) {
    EXPECT_EQ(OpenedAs(Replaced(from, to)), code) << Replaced(from, to);
  }
  EXPECT_EQ(OpenedAs(""), "JsonSyntax");
  EXPECT_EQ(OpenedAs("[]"), "CommandSyntax");
  EXPECT_EQ(OpenedAs("null"), "CommandSyntax");
  EXPECT_EQ(OpenedAs("{}"), "CommandSyntax");
}

TEST(Envelope, BodiesAreObjects) {
  const std::string message = kPaymentMessage;
  const std::size_t begin = message.find(':') + 1;
  const std::string body = message.substr(begin, message.find('}') + 1 - begin);
  for (const char* other : {"[]", "null", "\"x\"", "1", "true"}) {
    EXPECT_EQ(OpenedAs(Replaced(body, other)), "CommandSyntax") << other;
  }
  EXPECT_EQ(OpenedAs(Replaced(body, "{}")), "Ok");
}

TEST(Envelope, SequencesHaveTheirRange) {
  const std::string message = EnvelopeMessage(Settings()).value();
  const std::size_t at = message.find("\"seq\":1,");
  ASSERT_NE(at, std::string::npos);
  const auto with = [&](const std::string& seq) {
    return OpenedAs(std::string(message).replace(at, 7, "\"seq\":" + seq));
  };
  EXPECT_EQ(with("9007199254740991"), "Ok");
  EXPECT_EQ(with("9007199254740992"), "JsonUnsupported");
  EXPECT_EQ(with("0"), "CommandSyntax");
  EXPECT_EQ(with("-1"), "CommandSyntax");
  EXPECT_EQ(with("\"1\""), "CommandSyntax");
  EXPECT_EQ(with("null"), "CommandSyntax");
}

TEST(Envelope, RefusesToSignWhatItWouldNotOpen) {
  const auto refused = [](void (*change)(Envelope&)) {
    Envelope envelope = Settings();
    change(envelope);
    return CodeName(SignEnvelope(envelope, Alice()));
  };
  EXPECT_EQ(refused([](Envelope&) {}), "Ok");
  EXPECT_EQ(refused([](Envelope& e) { e.network = ""; }), "TextInvalid");
  EXPECT_EQ(refused([](Envelope& e) { e.network = std::string(65, 'n'); }), "TextInvalid");
  EXPECT_EQ(refused([](Envelope& e) { e.network = "\xff"; }), "TextInvalid");
  EXPECT_EQ(refused([](Envelope& e) { e.op = ""; }), "CommandSyntax");
  EXPECT_EQ(refused([](Envelope& e) { e.op = std::string(65, 'o'); }), "CommandSyntax");
  EXPECT_EQ(refused([](Envelope& e) { e.op = "Op"; }), "CommandSyntax");
  EXPECT_EQ(refused([](Envelope& e) { e.seq.reset(); }), "CommandSyntax");
  EXPECT_EQ(refused([](Envelope& e) { e.seq = 0; }), "CommandSyntax");
  EXPECT_EQ(refused([](Envelope& e) { e.seq = std::uint64_t{1} << 53; }), "CommandSyntax");
  EXPECT_EQ(refused([](Envelope& e) { e.tx_id = Payment().tx_id; }), "CommandSyntax");
  EXPECT_EQ(refused([](Envelope& e) { e.seq.reset(), e.tx_id = TxId(); }), "TxIdSyntax");
  EXPECT_EQ(refused([](Envelope& e) { e.expires_at = e.issued_at; }), "CommandSyntax");
  EXPECT_EQ(refused([](Envelope& e) { e.expires_at = kMaxJsonInt + 1; }), "CommandSyntax");
  EXPECT_EQ(refused([](Envelope& e) { e.issued_at = -kMaxJsonInt - 1; }), "CommandSyntax");
  EXPECT_EQ(refused([](Envelope& e) { e.body = Json(); }), "CommandSyntax");
  EXPECT_EQ(refused([](Envelope& e) { e.body = Json::Array(); }), "CommandSyntax");
  EXPECT_EQ(refused([](Envelope& e) { e.body.Set("text", "\xff"); }), "JsonUnsupported");
  EXPECT_EQ(refused([](Envelope& e) { e.body.Set("n", kMaxJsonInt + 1); }), "JsonUnsupported");
  EXPECT_EQ(refused([](Envelope& e) { e.body.Set("big", std::string(65536, 'x')); }), "TooLarge");
  EXPECT_EQ(refused([](Envelope& e) { e.signer = KeyOf("bob").pid(); }), "KeyMismatch");
}

TEST(Envelope, HasALargestSize) {
  Envelope envelope = Settings();
  envelope.body = Json::Object{{"t", ""}};
  const std::size_t rest = EnvelopeMessage(envelope).value().size();
  envelope.body.Set("t", std::string(kMaxEnvelopeBytes - rest, 'x'));
  const SignedEnvelope largest = SignEnvelope(envelope, Alice()).value();
  EXPECT_EQ(largest.message.size(), kMaxEnvelopeBytes);
  EXPECT_TRUE(OpenEnvelope(largest, kNetwork).ok());
  envelope.body.Set("t", std::string(kMaxEnvelopeBytes - rest + 1, 'x'));
  EXPECT_EQ(CodeName(EnvelopeMessage(envelope)), "TooLarge");
  std::string message = largest.message;
  message.insert(message.find("xx"), "x");
  EXPECT_EQ(OpenedAs(message), "TooLarge");
}

TEST(CheckTimes, AtTheEdges) {
  Envelope envelope;
  envelope.issued_at = 1'000 * kSecond;
  envelope.expires_at = 2'000 * kSecond;
  const auto at = [&](Timestamp now) { return CodeName(CheckTimes(envelope, now)); };
  EXPECT_EQ(at(700 * kSecond - 1), "NotYetValid");
  EXPECT_EQ(at(700 * kSecond), "Ok");
  EXPECT_EQ(at(1'000 * kSecond), "Ok");
  EXPECT_EQ(at(2'000 * kSecond - 1), "Ok");
  EXPECT_EQ(at(2'000 * kSecond), "Expired");
  EXPECT_EQ(at(std::numeric_limits<Timestamp>::min()), "NotYetValid");
  EXPECT_EQ(at(std::numeric_limits<Timestamp>::max()), "Expired");
  EXPECT_EQ(CodeName(CheckTimes(envelope, 1'000 * kSecond - 1, 0)), "NotYetValid");
  EXPECT_EQ(CodeName(CheckTimes(envelope, 1'000 * kSecond, 0)), "Ok");
  EXPECT_EQ(CodeName(CheckTimes(envelope, 1'000 * kSecond, -1)), "InvalidArgument");
  constexpr Duration kForever = std::numeric_limits<Duration>::max();
  EXPECT_EQ(CodeName(CheckTimes(envelope, 0, kForever)), "Ok");
  envelope.issued_at = -kMaxJsonInt;
  EXPECT_EQ(CodeName(CheckTimes(envelope, 0, kForever)), "Ok");
  envelope.issued_at = kMaxJsonInt;
  EXPECT_EQ(at(std::numeric_limits<Timestamp>::min()), "NotYetValid");
}

}  // namespace
}  // namespace geo
