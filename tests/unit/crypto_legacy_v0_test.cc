#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "geo/base/encoding.h"
#include "geo/base/limits.h"
#include "geo/crypto/hash.h"
#include "geo/crypto/legacy_v0.h"
#include "tests/support/case_files.h"
#include "tests/support/environment.h"
#include "tests/support/keys.h"
#include "tests/support/status.h"

namespace geo {
namespace {

using tests::Alice;
using tests::CodeName;
using tests::KeyFromHex;
using tests::KeyOf;

// Another key of the acceptance cases.
SecretKey Bob() {
  return KeyFromHex("8e6ac26fb092d3e1302b04ad34d06a02c8929cb226948fd65e7eb57d9bddc49e");
}

EquivalentCode Uah() { return EquivalentCode::Parse("UAH").value(); }

LineId SomeLine() { return ParseLineId("00000000-0000-4000-8000-000000000001").value(); }

LegacyPayment FullPayment() {
  LegacyPayment payment;
  payment.tx_id = TxId::Parse("tx:2025-11-29.1").value();
  payment.to = Bob().pid();
  payment.equivalent = Uah();
  payment.amount = "100.00";
  payment.description = "Оплата за услуги";
  payment.constraints = LegacyConstraints{
      4, 3, 5000, std::vector<Pid>{SecretKey::FromSeed(std::string(32, '\0')).value().pid()}};
  return payment;
}

LegacyLineCreate LineWithPolicy() {
  return {Alice().pid(), Uah(), "1000.00",
          Json::Object{{"auto_clearing", true},
                       {"can_be_intermediate", false},
                       {"daily_limit", nullptr},
                       {"blocked_participants", Json::Array()}}};
}

std::string SignedText(const SecretKey& key, const StatusOr<std::string>& message) {
  return message.ok() ? FormatSignature(Sign(key, *message)) : CodeName(message);
}

TEST(LegacyMessages, HaveTheseBytes) {
  EXPECT_EQ(
      LegacyMessage(LegacyRegister{"Alice", "person", Alice().public_key(), {}}).value(),
      R"({"display_name":"Alice","public_key":"7Xw7axP/+XTQZsn0r2gkFJMOlESM1DZHx+TAIyMYV6U=",)"
      R"("type":"person"})");
  EXPECT_EQ(LegacyMessage(LegacyParticipantUpdate{"Alice B.", {}}).value(),
            R"({"display_name":"Alice B."})");
  EXPECT_EQ(LegacyMessage(LineWithPolicy()).value(),
            R"({"equivalent":"UAH","limit":"1000.00","policy":{"auto_clearing":true,)"
            R"("blocked_participants":[],"can_be_intermediate":false,"daily_limit":null},)"
            R"("to":"8tXZS11ZVjWACjM7KAsmDA8x2ktZhuFskD5JpBQjA79D"})");
  EXPECT_EQ(LegacyMessage(LegacyLineUpdate{SomeLine(), "1500.00", {}}).value(),
            R"({"id":"00000000-0000-4000-8000-000000000001","limit":"1500.00"})");
  EXPECT_EQ(LegacyMessage(LegacyLineClose{SomeLine()}).value(),
            R"({"id":"00000000-0000-4000-8000-000000000001"})");
  EXPECT_EQ(
      LegacyMessage(FullPayment()).value(),
      R"({"amount":"100.00","constraints":{"avoid":["2KagShR4Usj2uARXJeDw7XJEKvQ3XDr84dC47hUB)"
      R"(3Uyd"],"max_hops":4,"max_paths":3,"timeout_ms":5000},"description":"Оплата за услуги",)"
      R"("equivalent":"UAH","to":"AzJ8Mvd745eyLvhbuFsMGVUkAwQiSihGCKnMRM6c3xCT",)"
      R"("tx_id":"tx:2025-11-29.1"})");
}

TEST(LegacyMessages, HaveTheseSignatures) {
  EXPECT_EQ(
      SignedText(Alice(), LegacyMessage(FullPayment())),
      "CUGKUq07amcKbpKv0nyONGBPyzuys/v1IBBxoBn7Smuity7jKBDxM8zRIWpzbTp5VLlpB5+aEAg8YNziGK+PAg==");
  EXPECT_EQ(
      SignedText(Bob(), LegacyMessage(LegacyLineClose{SomeLine()})),
      "vboIJbdR85WBs7yrBYx4Gy3MREIsrIx0x8XjlJSgIXpKa3i7lDPu6SLf9GaG6QQ8V9AZtyYQ3s6+dKAjGiS4Bw==");
  EXPECT_EQ(
      SignedText(Alice(), LegacyLoginMessage("q2Vn0k9i3bR5h0Yw1e8Jt4uLx7cMZoPdsGfHaKbTyUI")),
      "ujHiRhd9xUn4fwqFq++6WBwUM50WB71QNgWAJIi9UkZoSJZJAACUiJe3QsavMTx4C9QlzhqGu1Y9JGaiozk6Dg==");
}

// Opens `sent` as the body that `kind` names and builds its message again.
StatusOr<std::string> Reopened(const std::string& kind, const Json& sent, const PublicKey& key,
                               const Signature& signature) {
  const auto again = [](const auto& body) -> StatusOr<std::string> {
    if (!body.ok()) return body.status();
    return LegacyMessage(*body);
  };
  if (kind == "participant.register") return again(OpenLegacyRegister(sent, signature));
  if (kind == "participant.update") return again(OpenLegacyParticipantUpdate(sent, key, signature));
  if (kind == "trustline.create") return again(OpenLegacyLineCreate(sent, key, signature));
  if (kind == "trustline.update") return again(OpenLegacyLineUpdate(sent, key, signature));
  if (kind == "trustline.close") return again(OpenLegacyLineClose(sent, key, signature));
  if (kind == "payment") return again(OpenLegacyPayment(sent, key, signature));
  return MakeError(ErrorCode::kInvalidArgument, "no such kind: " + kind);
}

TEST(LegacyMessages, PassTheVectors) {
  const auto vectors = tests::CaseVectors("sign");
  if (vectors.empty()) GTEST_SKIP() << "no vectors at " << tests::CasesPath();
  std::map<std::string, std::string> seeds;
  for (const nlohmann::json& key : tests::CaseVectors("pid")) {
    seeds[key.value("name", "")] = key.value("seed_hex", "");
  }
  for (const nlohmann::json& vector : vectors) {
    const std::string name = vector.at("kind");
    // Absent members and bytes in other forms are the scenario runner's.
    if (!vector.contains("message_utf8") || !vector.contains("message_sha256")) continue;
    const nlohmann::json& payload = vector.at("payload");
    const auto is_null = [](const nlohmann::json& member) { return member.is_null(); };
    if (std::any_of(payload.begin(), payload.end(), is_null)) continue;
    const std::string message = vector["message_utf8"];
    const SecretKey key = KeyFromHex(seeds.at(vector["signer"]));
    const Signature signature = ParseSignature(vector["signature_b64"].get<std::string>()).value();
    EXPECT_EQ(Sign(key, message), signature) << name;
    EXPECT_TRUE(VerifySignature(key.public_key(), message, signature)) << name;
    EXPECT_EQ(EncodeHex(Sha256(message).view()), vector["message_sha256"]) << name;
    if (name.starts_with("rfc8032")) continue;
    if (name == "auth.challenge") {
      EXPECT_TRUE(CheckLegacyLogin(message, key.public_key(), signature).ok());
      continue;
    }
    if (!payload.is_object()) continue;
    const Json sent = ParseJson(payload.dump()).value();
    const std::string kind = name.substr(0, name.find('+'));
    const auto again = Reopened(kind, sent, key.public_key(), signature);
    ASSERT_TRUE(again.ok()) << name << ": " << again.status();
    EXPECT_EQ(*again, message) << name;
  }
}

TEST(LegacyMessages, OpenAsTheyWereMade) {
  const SecretKey alice = Alice();
  const LegacyPayment payment = FullPayment();
  const std::string message = LegacyMessage(payment).value();
  EXPECT_EQ(OpenLegacyPayment(ParseJson(message).value(), alice.public_key(), Sign(alice, message))
                .value(),
            payment);
  const LegacyRegister registration{"Alice", "hub", alice.public_key(),
                                    Json(Json::Object{{"city", "Nida"}})};
  const std::string registered = LegacyMessage(registration).value();
  EXPECT_EQ(OpenLegacyRegister(ParseJson(registered).value(), Sign(alice, registered)).value(),
            registration);
}

// Every kind of body, by the text that a client would send, with all its optional members.
const std::map<std::string, std::string>& FullBodies() {
  static const std::map<std::string, std::string> bodies = {
      {"participant.register",
       LegacyMessage(LegacyRegister{"A", "person", Alice().public_key(), Json(Json::Object())})
           .value()},
      {"participant.update",
       LegacyMessage(LegacyParticipantUpdate{"A", Json(Json::Object{{"x", 1}})}).value()},
      {"trustline.create", LegacyMessage(LineWithPolicy()).value()},
      {"trustline.update",
       LegacyMessage(LegacyLineUpdate{SomeLine(), "1", Json(Json::Object{{"max_hops", nullptr}})})
           .value()},
      {"trustline.close", LegacyMessage(LegacyLineClose{SomeLine()}).value()},
      {"payment", LegacyMessage(FullPayment()).value()},
  };
  return bodies;
}

// The code of opening `sent` with Alice's good signature over it.
std::string OpenedAs(const std::string& kind, const Json& sent) {
  const Signature signature = Sign(Alice(), CanonicalJson(sent).value());
  return CodeName(Reopened(kind, sent, Alice().public_key(), signature));
}

TEST(LegacyMessages, TakeExactlyTheirMembers) {
  const std::map<std::string, std::set<std::string>> optional = {
      {"participant.register", {"profile"}},
      {"participant.update", {"display_name", "profile"}},
      {"trustline.create", {"policy"}},
      {"trustline.update", {"limit", "policy"}},
      {"trustline.close", {}},
      {"payment", {"description", "constraints"}},
  };
  for (const auto& [kind, text] : FullBodies()) {
    const Json body = ParseJson(text).value();
    ASSERT_EQ(OpenedAs(kind, body), "Ok") << kind;
    EXPECT_EQ(OpenedAs(kind, Json(body).Set("more", 1)), "CommandSyntax") << kind;
    EXPECT_EQ(OpenedAs(kind, Json(body).Set("signature", "x")), "CommandSyntax") << kind;
    for (const auto& [key, value] : *body.AsObject()) {
      Json::Object without = *body.AsObject();
      without.erase(key);
      EXPECT_EQ(OpenedAs(kind, Json(without)),
                optional.at(kind).contains(key) ? "Ok" : "CommandSyntax")
          << kind << " without " << key;
      for (const Json& wrong : {Json(), Json(1), Json(true), Json(Json::Array())}) {
        EXPECT_EQ(OpenedAs(kind, Json(body).Set(key, wrong)), "CommandSyntax")
            << kind << ' ' << key;
      }
    }
    for (const Json& other : {Json(), Json("x"), Json(Json::Array{body})}) {
      EXPECT_EQ(OpenedAs(kind, other), "CommandSyntax") << kind;
    }
  }
}

TEST(LegacyMessages, RefuseWrongContents) {
  const auto opened = [](const std::string& kind, const char* key, Json value) {
    return OpenedAs(kind, ParseJson(FullBodies().at(kind)).value().Set(key, std::move(value)));
  };
  EXPECT_EQ(opened("payment", "to", "nobody"), "PidSyntax");
  EXPECT_EQ(opened("payment", "tx_id", "a b"), "TxIdSyntax");
  EXPECT_EQ(opened("payment", "equivalent", "uah"), "EquivalentCodeSyntax");
  EXPECT_EQ(opened("participant.register", "public_key", "AAAA"), "EncodingSyntax");
  EXPECT_EQ(opened("trustline.close", "id", "7"), "EncodingSyntax");
  const auto constrained = [&](Json value) { return opened("payment", "constraints", value); };
  EXPECT_EQ(constrained(Json::Object()), "Ok");
  EXPECT_EQ(constrained(Json::Object{{"max_hops", 4}}), "Ok");
  EXPECT_EQ(constrained(Json::Object{{"max_hops", "4"}}), "CommandSyntax");
  EXPECT_EQ(constrained(Json::Object{{"max_hops", nullptr}}), "CommandSyntax");
  EXPECT_EQ(constrained(Json::Object{{"min_hops", 4}}), "CommandSyntax");
  EXPECT_EQ(constrained(Json::Object{{"avoid", "x"}}), "CommandSyntax");
  EXPECT_EQ(constrained(Json::Object{{"avoid", Json::Array{1}}}), "CommandSyntax");
  EXPECT_EQ(constrained(Json::Object{{"avoid", Json::Array{"x"}}}), "PidSyntax");
  Json::Array many(kMaxAvoid + 1, Json(FormatPid(Pid())));
  EXPECT_EQ(constrained(Json::Object{{"avoid", many}}), "TooLarge");
  many.pop_back();
  EXPECT_EQ(constrained(Json::Object{{"avoid", many}}), "Ok");
  EXPECT_EQ(opened("payment", "description", std::string(kMaxEnvelopeBytes, 'x')), "TooLarge");
}

TEST(LegacyMessages, BreakWithEveryFlippedBit) {
  for (const auto& [kind, text] : FullBodies()) {
    const Json body = ParseJson(text).value();
    const Signature good = Sign(Alice(), text);
    for (std::size_t bit = 0; bit < Signature::kSize * 8; ++bit) {
      Signature bad = good;
      bad.bytes[bit / 8] = static_cast<std::uint8_t>(bad.bytes[bit / 8] ^ (1 << bit % 8));
      ASSERT_EQ(CodeName(Reopened(kind, body, Alice().public_key(), bad)), "BadSignature") << kind;
    }
    const std::string by_another =
        CodeName(Reopened(kind, body, Alice().public_key(), Sign(Bob(), text)));
    EXPECT_EQ(by_another, "BadSignature") << kind;
  }
  const LegacyPayment payment = FullPayment();
  const Signature signature = Sign(Alice(), LegacyMessage(payment).value());
  const Json dearer = ParseJson(LegacyMessage(payment).value()).value().Set("amount", "100.01");
  EXPECT_EQ(CodeName(OpenLegacyPayment(dearer, Alice().public_key(), signature)), "BadSignature");
}

// A body signed as one kind must not open as another.
TEST(LegacyMessages, AreOfOneKind) {
  for (const auto& [kind, text] : FullBodies()) {
    for (const auto& [other, unused] : FullBodies()) {
      if (other == kind) continue;
      EXPECT_EQ(OpenedAs(other, ParseJson(text).value()), "CommandSyntax") << kind << ' ' << other;
    }
  }
  // A line update without a change would be a close.
  EXPECT_EQ(OpenedAs("trustline.update", ParseJson(FullBodies().at("trustline.close")).value()),
            "CommandSyntax");
}

TEST(LegacyMessages, AreNotMadeWhenTheyWouldNotOpen) {
  EXPECT_EQ(CodeName(LegacyMessage(LegacyParticipantUpdate{})), "CommandSyntax");
  EXPECT_EQ(CodeName(LegacyMessage(LegacyLineUpdate{SomeLine(), {}, {}})), "CommandSyntax");
  EXPECT_EQ(CodeName(LegacyMessage(LegacyPayment{})), "TxIdSyntax");
  EXPECT_EQ(CodeName(LegacyMessage(LegacyLineCreate{})), "EquivalentCodeSyntax");
  LegacyPayment payment = FullPayment();
  payment.description = "\xff";
  EXPECT_EQ(CodeName(LegacyMessage(payment)), "JsonUnsupported");
  payment.description = std::string(kMaxEnvelopeBytes, 'x');
  EXPECT_EQ(CodeName(LegacyMessage(payment)), "TooLarge");
  LegacyLineCreate line = LineWithPolicy();
  line.policy = Json::Array();
  EXPECT_EQ(CodeName(LegacyMessage(line)), "CommandSyntax");
}

// Otherwise a hub could have a payment signed as a "challenge".
TEST(LegacyLogin, SignsNothingButChallenges) {
  const std::string challenge = EncodeBase64Url(std::string(32, 'r'));
  EXPECT_EQ(LegacyLoginMessage(challenge).value(), challenge);
  for (const std::string& bad :
       {std::string(), challenge.substr(1), challenge + "A", EncodeBase64(std::string(32, 'r')),
        EncodeBase64Url(std::string(31, 'r')), FullBodies().at("payment")}) {
    EXPECT_EQ(CodeName(LegacyLoginMessage(bad)), "EncodingSyntax") << bad;
    EXPECT_EQ(CodeName(CheckLegacyLogin(bad, Alice().public_key(), Sign(Alice(), bad))),
              "EncodingSyntax");
  }
  EXPECT_EQ(CodeName(CheckLegacyLogin(challenge, Alice().public_key(), Sign(Bob(), challenge))),
            "BadSignature");
  EXPECT_TRUE(CheckLegacyLogin(challenge, Bob().public_key(), Sign(Bob(), challenge)).ok());
}

}  // namespace
}  // namespace geo
