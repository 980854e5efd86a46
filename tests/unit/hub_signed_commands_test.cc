// Signed commands from end to end: what is good once, in one place and for a while is refused
// otherwise (spec 01 §2.2, §6.2).

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "geo/base/limits.h"
#include "geo/hub/hub.h"
#include "tests/support/keys.h"
#include "tests/support/names.h"
#include "tests/support/state_text.h"
#include "tests/support/status.h"
#include "tests/support/village.h"

namespace geo::tests {
namespace {

// anna and ben trust each other with 10.00.
class SignedCommandsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    options_.genesis = VillageGenesis();
    options_.founded_at = kStart;
    Open();
    CreateEquivalent create;
    create.code = Eur();
    EXPECT_EQ(Send("admin", create), "Ok");
    for (const char* name : {"anna", "ben"}) {
      RegisterParticipant join;
      join.key = KeyOf(name).public_key();
      join.name = {Salt(), name};
      EXPECT_EQ(Send(name, join), "Ok");
    }
    EXPECT_EQ(Send("ben", LineTo("anna", "10")), "Ok");
    EXPECT_EQ(Send("anna", LineTo("ben", "10")), "Ok");
  }
  void Open() {
    hub_ = nullptr;
    hub_ = Hub::Open(NewMemoryStore(medium_), options_).value();
  }
  void Reopen() {
    ASSERT_TRUE(hub_->Close().ok());
    Open();
  }

  SignedCommand Sign(const char* who, const Command& command, std::uint64_t seq) {
    return SignCommand(KeyOf(who), "village", command, seq, {now_, now_ + kMinute}).value();
  }
  std::string Send(const char* who, const Command& command) {
    return Send(Sign(who, command, ++seq_));
  }
  std::string Send(const SignedCommand& sent) {
    const StatusOr<VerifiedCommand> verified = VerifyCommand(sent, "village");
    if (!verified.ok()) return CodeName(verified);
    const CommandResult result = hub_->Execute(*verified, now_).value();
    if (result.line) line_ = *result.line;
    return std::string(ErrorName(result.code()));
  }
  static OpenLine LineTo(const char* debtor, const char* limit) {
    OpenLine line;
    line.debtor = KeyOf(debtor).pid();
    line.equivalent = Eur();
    line.limit = limit;
    return line;
  }
  UpdateLine NewLimit(const char* limit) {
    UpdateLine update;
    update.line = line_;
    update.limit = limit;
    return update;
  }
  static Pay ToBen(const char* id) {
    Pay pay;
    pay.id = Id(id);
    pay.payee = KeyOf("ben").pid();
    pay.equivalent = Eur();
    pay.amount = "1.00";
    return pay;
  }
  Amount Limit() {
    return hub_->view().LineOf(KeyOf("anna").pid(), KeyOf("ben").pid(), Eur()).value()->line.limit;
  }
  // The message of `sent` with one piece of text for another, under the old signature.
  static SignedCommand Forged(SignedCommand sent, const std::string& from, const std::string& to) {
    const std::size_t at = sent.envelope.message.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    sent.envelope.message.replace(at, from.size(), to);
    return sent;
  }

  HubOptions options_;
  std::shared_ptr<MemoryMedium> medium_ = std::make_shared<MemoryMedium>();
  std::unique_ptr<Hub> hub_;
  Timestamp now_ = kStart;
  std::uint64_t seq_ = 0;
  LineId line_;  // the last one opened: anna → ben
};

TEST_F(SignedCommandsTest, OldLineUpdatesAreNoGoodAgain) {
  const SignedCommand raise = Sign("anna", NewLimit("500"), 50);
  const SignedCommand lower = Sign("anna", NewLimit("5"), 51);
  EXPECT_EQ(Send(raise), "Ok");
  EXPECT_EQ(Send(lower), "Ok");
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(Send(raise), "SequenceUsed");
    EXPECT_EQ(Send(lower), "SequenceUsed");
    EXPECT_EQ(Limit(), 500);
    Reopen();
  }
}

TEST_F(SignedCommandsTest, ClosedLinesAreNotOpenedAgainByTheirOldOpening) {
  EXPECT_EQ(Send("anna", CloseLine{line_}), "Ok");
  const SignedCommand opening = Sign("anna", LineTo("ben", "7"), 60);
  EXPECT_EQ(Send(opening), "Ok");
  const SignedCommand closing = Sign("anna", CloseLine{line_}, 61);
  EXPECT_EQ(Send(closing), "Ok");
  EXPECT_EQ(Send(opening), "SequenceUsed");
  EXPECT_EQ(Send(Sign("anna", LineTo("ben", "8"), 62)), "Ok");
  EXPECT_EQ(Send(closing), "SequenceUsed");
  EXPECT_EQ(Limit(), 800);
}

TEST_F(SignedCommandsTest, SequencesMayHaveGapsAreTheSignersOwnAndOnlySuccessUsesThem) {
  EXPECT_EQ(Send(Sign("anna", NewLimit("1"), 1000)), "Ok");
  EXPECT_EQ(Send(Sign("anna", NewLimit("2"), 999)), "SequenceUsed");
  EXPECT_EQ(Send(Sign("ben", NewLimit("3"), 999)), "NotPermitted");  // not anna's numbers
  EXPECT_EQ(Send(Sign("ben", LineTo("admin", "3"), 999)), "UnknownParticipant");
  UpdateParticipant rename;
  rename.name = PersonalText{Salt(), "Ben"};
  EXPECT_EQ(Send(Sign("ben", rename, 999)), "Ok");  // both refusals left 999 free
  EXPECT_EQ(Send(Sign("ben", rename, 999)), "SequenceUsed");
  EXPECT_EQ(CodeName(SignCommand(KeyOf("anna"), "village", NewLimit("1"), 0, {0, 1})),
            "CommandSyntax");
}

// In the order of spec 01 §6.3: numbers are what ids are for payments.
TEST_F(SignedCommandsTest, AUsedNumberIsToldBeforeExpiryAndBeforeTheParties) {
  const SignedCommand raise = Sign("anna", NewLimit("500"), 50);
  const SignedCommand another = Sign("anna", LineTo("ben", "7"), 51);
  EXPECT_EQ(Send(raise), "Ok");
  SetParticipantStatus suspend;
  suspend.participant = KeyOf("anna").pid();
  suspend.status = ParticipantStatus::kSuspended;
  suspend.reason = "asked to";
  EXPECT_EQ(Send("admin", suspend), "Ok");
  EXPECT_EQ(Send(raise), "SequenceUsed");
  EXPECT_EQ(Send(another), "ParticipantNotActive");
  now_ += kMinute;
  EXPECT_EQ(Send(raise), "SequenceUsed");
  EXPECT_EQ(Send(another), "Expired");
}

TEST_F(SignedCommandsTest, OtherNetworksAndOtherOperations) {
  const SignedCommand abroad =
      SignCommand(KeyOf("anna"), "city", NewLimit("9"), 90, {now_, now_ + kMinute}).value();
  EXPECT_EQ(Send(abroad), "WrongNetwork");
  EXPECT_EQ(Send(Forged(abroad, "\"network\":\"city\"", "\"network\":\"village\"")),
            "BadSignature");
  const SignedCommand freeze = Sign("anna", FreezeLine{line_, ""}, 91);
  EXPECT_EQ(Send(Forged(freeze, "\"op\":\"line.freeze\"", "\"op\":\"line.close\"")),
            "BadSignature");
  const SignedCommand commit = Sign("anna", CommitPayment{Id("p")}, 1);
  EXPECT_EQ(Send(Forged(commit, "payment.commit", "payment.abort")), "BadSignature");
  EXPECT_EQ(Send(Forged(freeze, "\"seq\":91", "\"seq\":92")), "BadSignature");
  EXPECT_EQ(Send(Forged(freeze, "\"op\":\"line.freeze\"", "\"op\":\"line.melt\"")),
            "CommandSyntax");
  EXPECT_EQ(Send(freeze), "Ok");
}

// A server with several hubs may hand a command that it verified for one of them to another.
TEST_F(SignedCommandsTest, AHubTakesWhatWasVerifiedForItsOwnNetworkOnly) {
  const auto hand = [&](const Command& command) {
    const SignedCommand sent =
        SignCommand(KeyOf("anna"), "city", command, 90, {now_, now_ + kMinute}).value();
    return hub_->Execute(VerifyCommand(sent, "city").value(), now_).value();
  };
  const std::uint64_t head = hub_->head().seq;
  EXPECT_EQ(ErrorName(hand(NewLimit("9")).code()), "WrongNetwork");
  EXPECT_EQ(ErrorName(hand(ToBen("p")).code()), "WrongNetwork");
  EXPECT_EQ(hub_->head().seq, head);
  EXPECT_EQ(Send("anna", ToBen("p")), "Ok");
  EXPECT_EQ(ErrorName(hand(ToBen("p")).code()), "WrongNetwork") << "before its id is looked up";
}

TEST_F(SignedCommandsTest, GoodFromDriftBeforeIssueToJustBeforeExpiry) {
  const Timestamp issued = kStart + kDay;
  const Validity validity{issued, issued + 60 * kMinute};
  const auto at = [&](Timestamp now) {
    const SignedCommand sent =
        SignCommand(KeyOf("anna"), "village", ToBen(std::to_string(now).c_str()), 0, validity)
            .value();
    return std::string(
        ErrorName(hub_->Execute(VerifyCommand(sent, "village").value(), now).value().code()));
  };
  EXPECT_EQ(at(issued - 300 * kSecond - 1), "NotYetValid");
  EXPECT_EQ(at(issued - 300 * kSecond), "Ok");
  EXPECT_EQ(at(issued + 60 * kMinute - 1), "Ok");
  EXPECT_EQ(at(issued + 60 * kMinute), "Expired");
}

// What is wrong with a command alone is told first of all (spec 01 §6.3), whatever carries it.
TEST_F(SignedCommandsTest, SyntaxIsToldBeforeSignatureExpiryAndParties) {
  const Pid nobody = KeyOf("nobody").pid();
  Pay described = ToBen("p");
  described.payee = nobody;
  described.description = PersonalText{Salt(), std::string(1025, 'd')};
  Pay avoiding = ToBen("p");
  avoiding.constraints.avoid.assign(1025, nobody);
  PreparePayment written;
  written.payment = ToBen("p");
  written.payment.payee = nobody;
  written.routes = {{{KeyOf("anna").pid(), nobody}, "1e3"}};
  PreparePayment wide = written;
  wide.routes.assign(65, {{KeyOf("anna").pid(), nobody}, "1"});
  PreparePayment far = written;
  far.routes = {{std::vector<Pid>(34, nobody), "1"}};
  RegisterParticipant join;
  join.key = KeyOf("anna").public_key();
  UpdateParticipant profile;
  profile.profile = PersonalText{Salt(), "[]"};
  CreateEquivalent create;
  create.code = EquivalentCode::Parse("HRS").value();
  create.iso_code = "EUR";
  UpdateEquivalent nothing;
  nothing.code = Eur();
  UpdateLine same;
  same.line = line_;
  SetLimits limits;
  limits.reason = "why";
  const std::vector<Pid> pair = {nobody, KeyOf("anna").pid()};
  const std::vector<Pid> twice = {nobody, KeyOf("anna").pid(), nobody};
  const std::vector<std::pair<Command, std::string>> wrong = {
      {ClearCycle{Eur(), pair}, "InvalidArgument"},
      {ClearCycle{Eur(), twice}, "InvalidArgument"},
      {ProposeClearing{TxId::Parse("p").value(), Eur(), pair}, "InvalidArgument"},
      {ProposeClearing{TxId::Parse("p").value(), Eur(), std::vector<Pid>(33, nobody)}, "TooLarge"},
      {described, "TextInvalid"},
      {avoiding, "TooLarge"},
      {written, "AmountSyntax"},
      {wide, "TooLarge"},
      {far, "TooLarge"},
      {join, "TextInvalid"},
      {profile, "TextInvalid"},
      {SetParticipantStatus{nobody, ParticipantStatus::kActive, ""}, "TextInvalid"},
      {SetVerificationLevel{nobody, 1, ""}, "TextInvalid"},
      {create, "EquivalentMetaInvalid"},
      {nothing, "InvalidArgument"},
      {same, "InvalidArgument"},
      {FreezeLine{LineId(), std::string(1025, 'r')}, "TextInvalid"},
      {UnfreezeLine{LineId(), std::string(1025, 'r')}, "TextInvalid"},
      {limits, "InvalidArgument"}};
  ASSERT_EQ(Send("anna", ToBen("p")), "Ok");
  for (const auto& [command, answer] : wrong) {
    SignedCommand sent = Sign("anna", command, 90);
    EXPECT_EQ(CodeName(VerifyCommand(sent, "village")), answer) << OperationName(command);
    EXPECT_EQ(CodeName(VerifyCommand(sent, "city")), answer) << OperationName(command);
    sent.envelope.signature.bytes[0] ^= 1;
    EXPECT_EQ(CodeName(VerifyCommand(sent, "village")), answer) << OperationName(command);
    const VerifiedCommand trusted = TrustedCommand(KeyOf("nobody").pid(), command);
    EXPECT_EQ(ErrorName(hub_->Execute(trusted, now_).value().code()), answer)
        << OperationName(command) << " by nobody, some under the id of another payment";
  }
}

TEST_F(SignedCommandsTest, PaymentsSentAgainAreAnsweredAgainAndNothingMoves) {
  const SignedCommand once = Sign("anna", ToBen("p"), 0);
  PreparePayment prepare;
  prepare.payment = ToBen("q");
  const SignedCommand hold = Sign("anna", prepare, 0);
  const SignedCommand release = Sign("anna", AbortPayment{Id("q")}, 0);
  for (const SignedCommand& sent : {once, hold, release}) EXPECT_EQ(Send(sent), "Ok");
  const std::string state = StateText(hub_->view().ledger());
  const std::uint64_t head = hub_->head().seq;
  now_ += kDay;  // all of them have expired
  for (int round = 0; round < 2; ++round) {
    for (const SignedCommand& sent : {once, hold, release}) EXPECT_EQ(Send(sent), "Ok");
    EXPECT_EQ(StateText(hub_->view().ledger()), state);
    EXPECT_EQ(hub_->head().seq, head);
    Reopen();
  }
  // The same words under a new signature are the same payment (spec 01 §6.2).
  EXPECT_EQ(Send(Sign("anna", ToBen("p"), 0)), "Ok");
  EXPECT_EQ(hub_->head().seq, head);
}

// One code for each field, for the payer alone.
TEST_F(SignedCommandsTest, AKnownIdSaysWhatDiffers) {
  Pay pay = ToBen("p");
  pay.description = PersonalText{Salt(), "bread"};
  pay.constraints = {3, 2, {KeyOf("admin").pid()}};
  ASSERT_EQ(Send("anna", pay), "Ok");
  PreparePayment prepare;
  prepare.payment = pay;
  EXPECT_EQ(Send("anna", prepare), "TxIdOtherOperation");
  const std::vector<std::pair<std::string, std::function<void(Pay&)>>> changes = {
      {"TxIdOtherPayee", [](Pay& p) { p.payee = KeyOf("admin").pid(); }},
      {"TxIdOtherEquivalent", [](Pay& p) { p.equivalent = EquivalentCode::Parse("X").value(); }},
      {"TxIdOtherAmount", [](Pay& p) { p.amount = "1.01"; }},
      {"TxIdOtherAmount", [](Pay& p) { p.amount = "1.001"; }},
      {"TxIdOtherDescription", [](Pay& p) { p.description->text = "beer"; }},
      {"TxIdOtherDescription", [](Pay& p) { p.description->salt.bytes[0] = 1; }},
      {"TxIdOtherDescription", [](Pay& p) { p.description.reset(); }},
      {"TxIdOtherConstraints", [](Pay& p) { p.constraints.max_hops = 4; }},
      {"TxIdOtherConstraints", [](Pay& p) { p.constraints.max_hops.reset(); }},
      {"TxIdOtherConstraints", [](Pay& p) { p.constraints.max_paths = 3; }},
      {"TxIdOtherConstraints", [](Pay& p) { p.constraints.avoid.clear(); }},
      {"Ok", [](Pay& p) { p.amount = "1"; }},  // the same amount, said shorter
      {"Ok", [](Pay&) {}}};
  for (int round = 0; round < 2; ++round) {
    for (const auto& [answer, change] : changes) {
      Pay other = pay;
      change(other);
      EXPECT_EQ(Send("anna", other), answer);
      EXPECT_EQ(Send("ben", other), "TxIdReused") << answer << " is not for others to know";
    }
    Reopen();
  }
}

// Texts travel beside what is signed, which has their hashes: no other text takes their place.
TEST_F(SignedCommandsTest, TextsAreThoseThatWereSigned) {
  UpdateParticipant rename;
  rename.name = PersonalText{Salt(), "Anna the second"};
  rename.profile = PersonalText{Salt(), "{}"};
  const SignedCommand sent = Sign("anna", rename, ++seq_);
  ASSERT_EQ(sent.texts.size(), 2U);
  SignedCommand changed = sent;
  changed.texts[0].text = "Anna the third";
  EXPECT_EQ(Send(changed), "TextMismatch");
  changed = sent;
  changed.texts[0].salt.bytes[0] ^= 1;
  EXPECT_EQ(Send(changed), "TextMismatch");
  changed.texts.clear();
  EXPECT_EQ(Send(changed), "TextMismatch");
  changed = sent;
  changed.texts.push_back({Salt(), "and a stowaway"});
  EXPECT_EQ(Send(changed), "TextMismatch");
  const std::size_t rest = kMaxEnvelopeBytes - rename.name->text.size() - 2 - 3 * Salt::kSize;
  changed = sent;
  changed.texts.push_back({Salt(), std::string(rest, 'x')});
  EXPECT_EQ(Send(changed), "TextMismatch");
  changed.texts.back().text += 'x';
  EXPECT_EQ(Send(changed), "TooLarge");
  changed = sent;
  changed.texts.resize(kMaxTexts);
  EXPECT_EQ(Send(changed), "TextMismatch");
  changed.texts.resize(kMaxTexts + 1);
  EXPECT_EQ(Send(changed), "TooLarge");
  changed = sent;
  std::swap(changed.texts[0], changed.texts[1]);  // each is known by its hash
  EXPECT_EQ(Send(changed), "Ok");
  const Ledger& ledger = hub_->view().ledger();
  const Participant anna = ledger.participant(*ledger.FindParticipant(KeyOf("anna").pid()));
  EXPECT_EQ(hub_->FindText(anna.name_hash).value(), "Anna the second");
  EXPECT_EQ(hub_->FindText(anna.profile_hash).value(), "{}");
}

TEST_F(SignedCommandsTest, NumbersAndListsOfABodyAreReadAsWhatTheyAre) {
  const auto send = [&](const char* op, const Json& body) {
    Envelope envelope;
    envelope.network = "village";
    envelope.op = op;
    envelope.signer = KeyOf("anna").pid();
    envelope.tx_id = Id("odd");
    envelope.issued_at = now_;
    envelope.expires_at = now_ + kMinute;
    envelope.body = body;
    return Send(SignedCommand{SignEnvelope(envelope, KeyOf("anna")).value(), {}});
  };
  const auto prepare = [&](std::int64_t lifetime_s) {
    Json body;
    body.Set("to", FormatPid(KeyOf("ben").pid()))
        .Set("equivalent", "EUR")
        .Set("amount", "1")
        .Set("lifetime_s", lifetime_s);
    return send("payment.prepare", body);
  };
  EXPECT_EQ(prepare(1'000'000'000), "InvalidArgument");
  EXPECT_EQ(prepare(1'000'000'001), "CommandSyntax");
  EXPECT_EQ(prepare(0), "CommandSyntax");
  EXPECT_EQ(prepare(60), "Ok");
  Json cycle;
  cycle.Set("equivalent", "EUR")
      .Set("cycle", Json::Array{Json(FormatPid(KeyOf("anna").pid())), Json(std::int64_t{7})});
  EXPECT_EQ(send("clearing.propose", cycle), "CommandSyntax");
  ClearCycles nothing;
  nothing.terms.equivalent = Eur();
  nothing.terms.min_amount = "0";
  EXPECT_EQ(CodeName(VerifyCommand(Sign("admin", nothing, 99), "village")), "AmountNotPositive");
}

// A caller's pool: each thread verifies a part of the span.
TEST_F(SignedCommandsTest, ManyAreVerifiedInParts) {
  std::vector<SignedCommand> sent;
  for (int i = 0; i < 40; ++i) {
    sent.push_back(Sign("anna", ToBen(("v" + std::to_string(i)).c_str()), 0));
    if (i % 7 == 3) sent.back().envelope.signature.bytes[5] ^= 1;
    if (i % 7 == 5) sent.back().envelope.message += " ";
  }
  std::vector<StatusOr<VerifiedCommand>> results(sent.size(), MakeError(ErrorCode::kInternal, ""));
  const std::span<const SignedCommand> all(sent);
  std::vector<std::thread> pool;
  for (std::size_t part = 0; part < 4; ++part) {
    pool.emplace_back([&, part] {
      EXPECT_TRUE(VerifyCommands(all.subspan(part * 10, 10), "village",
                                 std::span(results).subspan(part * 10, 10))
                      .ok());
    });
  }
  for (std::thread& thread : pool) thread.join();
  for (std::size_t i = 0; i < sent.size(); ++i) {
    EXPECT_EQ(CodeName(results[i]), CodeName(VerifyCommand(sent[i], "village")));
    EXPECT_EQ(results[i].ok(), i % 7 != 3 && i % 7 != 5);
    if (results[i].ok()) {
      EXPECT_EQ(results[i]->signer(), KeyOf("anna").pid());
    }
  }
  for (const std::size_t commands : {39U, 40U}) {
    EXPECT_EQ(CodeName(VerifyCommands(all.first(commands), "village",
                                      std::span(results).first(79 - commands))),
              "InvalidArgument");
  }
}

}  // namespace
}  // namespace geo::tests
