// Messages of GEO v0.1 clients, through a hub (spec 01 §2.4, §10.1).

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "geo/hub/hub.h"
#include "geo/hub/legacy_command.h"
#include "tests/support/keys.h"
#include "tests/support/names.h"
#include "tests/support/state_text.h"
#include "tests/support/status.h"
#include "tests/support/village.h"

namespace geo::tests {
namespace {

class LegacyCommandTest : public ::testing::Test {
 protected:
  void SetUp() override {
    options_.genesis = VillageGenesis();
    options_.founded_at = kStart;
    options_.accept_legacy = true;
    Open();
    CreateEquivalent create;
    create.code = Eur();
    ASSERT_EQ(hub_->Execute(TrustedCommand(KeyOf("admin").pid(), create), now_)->code(),
              ErrorCode::kOk);
  }
  void Open() {
    hub_ = nullptr;
    hub_ = Hub::Open(NewMemoryStore(medium_), options_).value();
  }

  template <typename Body>
  static LegacyCommand Sign(const char* who, LegacyOperation operation, const Body& body) {
    const SecretKey key = KeyOf(who);
    const std::string message = LegacyMessage(body).value();
    return {operation, ParseJson(message).value(), key.public_key(), geo::Sign(key, message)};
  }
  CommandResult Execute(const LegacyCommand& command) {
    return hub_->Execute(VerifyLegacyCommand(command).value(), now_).value();
  }
  std::string Send(const LegacyCommand& command) {
    const StatusOr<VerifiedCommand> verified = VerifyLegacyCommand(command);
    if (!verified.ok()) return CodeName(verified);
    return std::string(ErrorName(hub_->Execute(*verified, now_)->code()));
  }
  static LegacyCommand Join(const char* who, const char* type = "person") {
    LegacyRegister body;
    body.display_name = std::string("name of ") + who;
    body.type = type;
    body.public_key = KeyOf(who).public_key();
    body.profile = ParseJson("{\"likes\":\"tea of " + std::string(who) + "\"}").value();
    return Sign(who, LegacyOperation::kRegister, body);
  }
  static LegacyCommand Trust(const char* who, const char* to, const char* limit) {
    LegacyLineCreate body;
    body.to = KeyOf(to).pid();
    body.equivalent = Eur();
    body.limit = limit;
    body.policy = ParseJson("{\"max_hops\":3,\"daily_limit\":null}").value();
    return Sign(who, LegacyOperation::kOpenLine, body);
  }
  static LegacyPayment Payment(const char* id) {
    LegacyPayment body;
    body.tx_id = TxId::Parse(id).value();
    body.to = KeyOf("ben").pid();
    body.equivalent = Eur();
    body.amount = "1.50";
    body.description = "three loaves";
    body.constraints = LegacyConstraints{3, 2, 5'000, {}};
    return body;
  }
  std::string Text(const Hash256& hash) {
    return hub_->FindText(hash).value().value_or("(erased)");
  }

  HubOptions options_;
  std::shared_ptr<MemoryMedium> medium_ = std::make_shared<MemoryMedium>();
  std::unique_ptr<Hub> hub_;
  Timestamp now_ = kStart;
};

TEST_F(LegacyCommandTest, EveryMessageDoesWhatItSays) {
  EXPECT_EQ(Send(Join("anna")), "Ok");
  EXPECT_EQ(Send(Join("ben", "business")), "Ok");
  const Ledger& ledger = hub_->view().ledger();
  EXPECT_EQ(ledger.participant(1).type, ParticipantType::kBusiness);
  EXPECT_EQ(Text(ledger.participant(0).name_hash), "name of anna");
  EXPECT_EQ(Text(ledger.participant(0).profile_hash), "{\"likes\":\"tea of anna\"}");
  LegacyParticipantUpdate rename;
  rename.display_name = "Anna";
  EXPECT_EQ(Send(Sign("anna", LegacyOperation::kUpdateParticipant, rename)), "Ok");
  EXPECT_EQ(Text(ledger.participant(0).name_hash), "Anna");

  const CommandResult opened = Execute(Trust("ben", "anna", "10"));
  ASSERT_EQ(opened.code(), ErrorCode::kOk) << opened.status;
  EXPECT_EQ(ledger.line_policy(0).max_hops, 3U);
  LegacyLineUpdate update;
  update.id = *opened.line;
  update.limit = "20.00";
  EXPECT_EQ(Send(Sign("ben", LegacyOperation::kUpdateLine, update)), "Ok");
  EXPECT_EQ(ledger.line_limit(0), 2000);
  const CommandResult paid = Execute(Sign("anna", LegacyOperation::kPay, Payment("p")));
  ASSERT_EQ(paid.code(), ErrorCode::kOk) << paid.status;
  EXPECT_EQ(paid.payment->transaction->amount, 150);
  EXPECT_EQ(Text(paid.payment->transaction->description_hash), "three loaves");
  const LegacyLineClose close{*opened.line};
  EXPECT_EQ(Send(Sign("ben", LegacyOperation::kCloseLine, close)), "LineHasDebt");
  EXPECT_EQ(Send(Sign("anna", LegacyOperation::kCloseLine, close)), "NotPermitted");
}

TEST_F(LegacyCommandTest, OnlyWhenSwitchedOn) {
  EXPECT_EQ(Send(Join("anna")), "Ok");
  options_.accept_legacy = false;
  Open();
  const std::uint64_t head = hub_->head().seq;
  EXPECT_EQ(Send(Join("ben")), "NotPermitted");
  LegacyParticipantUpdate rename;
  rename.display_name = "Anna";
  EXPECT_EQ(Send(Sign("anna", LegacyOperation::kUpdateParticipant, rename)), "NotPermitted");
  EXPECT_EQ(Send(Sign("anna", LegacyOperation::kPay, Payment("p"))), "NotPermitted");
  EXPECT_EQ(hub_->head().seq, head);
  EXPECT_FALSE(HubOptions().accept_legacy);
}

TEST_F(LegacyCommandTest, TheSamePaymentIsAnsweredAgainAndAnotherIsNot) {
  for (const char* who : {"anna", "ben"}) EXPECT_EQ(Send(Join(who)), "Ok");
  EXPECT_EQ(Send(Trust("ben", "anna", "10")), "Ok");
  const LegacyCommand pay = Sign("anna", LegacyOperation::kPay, Payment("p"));
  EXPECT_FALSE(Execute(pay).payment->repeated);
  const std::string state = StateText(hub_->view().ledger());
  Open();
  EXPECT_TRUE(Execute(pay).payment->repeated);
  LegacyPayment other = Payment("p");
  other.amount = "1.51";
  EXPECT_EQ(Send(Sign("anna", LegacyOperation::kPay, other)), "TxIdOtherAmount");
  other = Payment("p");
  other.description = "four loaves";
  EXPECT_EQ(Send(Sign("anna", LegacyOperation::kPay, other)), "TxIdOtherDescription");
  EXPECT_EQ(Send(Sign("ben", LegacyOperation::kPay, Payment("p"))), "TxIdReused");
  EXPECT_EQ(StateText(hub_->view().ledger()), state);
}

TEST_F(LegacyCommandTest, WhatIsNotSignedOrNotWellFormedIsRefused) {
  EXPECT_EQ(Send(Join("anna", "wizard")), "CommandSyntax");
  LegacyCommand command = Join("anna");
  command.signature.bytes[0] ^= 1;
  EXPECT_EQ(Send(command), "BadSignature");
  command = Join("anna");
  command.operation = LegacyOperation::kPay;
  EXPECT_EQ(Send(command), "CommandSyntax");
  command.operation = LegacyOperation{9};
  EXPECT_EQ(Send(command), "InvalidArgument");
  for (const char* who : {"anna", "ben"}) EXPECT_EQ(Send(Join(who)), "Ok");
  command = Trust("ben", "anna", "10");
  command.key = KeyOf("anna").public_key();
  EXPECT_EQ(Send(command), "BadSignature");
  LegacyPayment pay = Payment("p");
  for (const std::int64_t hops :
       {std::int64_t{0}, std::int64_t{-1}, std::int64_t{33}, kMaxJsonInt}) {
    pay.constraints->max_hops = hops;
    EXPECT_EQ(Send(Sign("anna", LegacyOperation::kPay, pay)), "ConstraintRange") << hops;
  }
}

// The chain holds neither the text nor a signature that guesses of it could be tried on; what is
// beside it goes when the person is forgotten, and the hub opens as before.
TEST_F(LegacyCommandTest, PersonalTextIsBesideTheChainAndCanBeErased) {
  for (const char* who : {"anna", "ben"}) EXPECT_EQ(Send(Join(who)), "Ok");
  EXPECT_EQ(Send(Trust("ben", "anna", "10")), "Ok");
  const LegacyCommand pay = Sign("anna", LegacyOperation::kPay, Payment("p"));
  const VerifiedCommand verified = VerifyLegacyCommand(pay).value();
  const Hash256 whole = TextHash(verified.message().value());
  const CommandResult paid = hub_->Execute(verified, now_).value();
  const Hash256 description = paid.payment->transaction->description_hash;
  EXPECT_NE(Text(whole).find("three loaves"), std::string::npos);
  EXPECT_NE(Text(whole).find(FormatSignature(pay.signature)), std::string::npos);

  ASSERT_TRUE(hub_->ErasePersonalText(KeyOf("anna").pid()).ok());
  for (const Hash256& hash : {whole, description, hub_->view().ledger().participant(0).name_hash,
                              hub_->view().ledger().participant(0).profile_hash}) {
    EXPECT_EQ(Text(hash), "(erased)");
  }
  EXPECT_EQ(Text(hub_->view().ledger().participant(1).name_hash), "name of ben");
  EXPECT_NE(Text(TextHash(VerifyLegacyCommand(Join("ben"))->message().value())), "(erased)");
  ASSERT_TRUE(hub_->Close().ok());
  const auto store = NewMemoryStore(medium_);
  const std::string journal = JournalBytes(*store);
  for (const char* text : {"loaves", "name of", "likes"}) {
    EXPECT_EQ(journal.find(text), std::string::npos) << text;
  }
  EXPECT_EQ(journal.find(pay.signature.view()), std::string::npos);
  const LegacyCommand line = Trust("ben", "anna", "10");
  EXPECT_NE(journal.find(line.signature.view()), std::string::npos) << "no personal text: whole";
  Open();
  EXPECT_TRUE(Execute(pay).payment->repeated);
}

}  // namespace
}  // namespace geo::tests
