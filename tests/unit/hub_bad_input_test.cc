// Bad input at the hub's door: each gives its own documented error, nothing changes, and the hub
// goes on. Most of it comes as trusted commands, which no envelope has looked at before.
#include <gtest/gtest.h>

#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "geo/base/limits.h"
#include "geo/hub/hub.h"
#include "tests/support/keys.h"
#include "tests/support/names.h"
#include "tests/support/state_text.h"
#include "tests/support/status.h"

namespace geo::tests {
namespace {

Pid PidFor(const char* name) { return KeyOf(name).pid(); }
PersonalText Personal(std::string text) { return {Salt(), std::move(text)}; }

Genesis Founding() {
  const SecretKey admin = KeyOf("admin");
  const SecretKey auditor = KeyOf("auditor");
  return {1,
          "village",
          KeyOf("hub").public_key(),
          {{admin.pid(), admin.public_key(), OperatorRole::kAdmin},
           {auditor.pid(), auditor.public_key(), OperatorRole::kAuditor}}};
}

// anna, ben and cleo; ben trusts anna, cleo trusts ben, 100.00 EUR each.
class HubBadInput : public ::testing::Test {
 protected:
  void SetUp() override {
    options_.genesis = Founding();
    options_.founded_at = kStart;
    options_.max_pending = 4;
    Open();
    CreateEquivalent create;
    create.code = Code("EUR");
    Expect(ErrorCode::kOk, "admin", create);
    for (const char* name : {"anna", "ben", "cleo"}) {
      Expect(ErrorCode::kOk, name, Registration(name));
    }
    line_ = Expect(ErrorCode::kOk, "ben", Opening("anna", "100")).line.value();
    Expect(ErrorCode::kOk, "cleo", Opening("ben", "100"));
  }

  void Open() {
    hub_ = nullptr;
    StatusOr<std::unique_ptr<Hub>> hub = Hub::Open(NewMemoryStore(medium_), options_);
    ASSERT_TRUE(hub.ok()) << hub.status();
    hub_ = *std::move(hub);
  }
  std::string State() const { return StateText(hub_->view().ledger()); }

  static RegisterParticipant Registration(const char* name) {
    RegisterParticipant command;
    command.key = KeyOf(name).public_key();
    command.name = Personal(name);
    return command;
  }
  static OpenLine Opening(const char* debtor, AmountInput limit) {
    OpenLine command;
    command.debtor = PidFor(debtor);
    command.equivalent = Code("EUR");
    command.limit = std::move(limit);
    return command;
  }
  Pay Payment(const char* payee, AmountInput amount) {
    Pay command;
    command.id = TxId::Parse("p-" + std::to_string(++payments_)).value();
    command.payee = PidFor(payee);
    command.equivalent = Code("EUR");
    command.amount = std::move(amount);
    return command;
  }

  // Asks for it. Unless it is done, nothing may have changed, and the hub must go on.
  CommandResult Expect(ErrorCode code, const char* signer, Command command) {
    const std::string before = State();
    const JournalHead head = hub_->head();
    const auto result = hub_->Execute(TrustedCommand(PidFor(signer), std::move(command)), now_);
    EXPECT_TRUE(result.ok()) << result.status();
    EXPECT_EQ(ErrorName(result->code()), ErrorName(code)) << result->status;
    if (code == ErrorCode::kOk) return *result;
    EXPECT_EQ(result->seq, 0U);
    EXPECT_TRUE(hub_->head() == head && State() == before)
        << ErrorName(code) << " changed something";
    return *result;
  }
  // Still alive: a small payment, and the same state from the journal.
  void TearDown() override {
    Expect(ErrorCode::kOk, "anna", Payment("cleo", "0.01"));
    const std::string before = State();
    ASSERT_TRUE(hub_->Close().ok());
    Open();
    EXPECT_EQ(State(), before);
  }

  HubOptions options_;
  std::shared_ptr<MemoryMedium> medium_ = std::make_shared<MemoryMedium>();
  std::unique_ptr<Hub> hub_;
  Timestamp now_ = kStart;
  LineId line_;  // ben → anna
  int payments_ = 0;
};

const std::vector<std::string>& NotUtf8() {
  static const std::vector<std::string> kTexts = {
      "\xff",    "caf\xc3", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", std::string("a\x80"),
      "\xe2\x82"};
  return kTexts;
}

TEST_F(HubBadInput, Names) {
  std::vector<std::string> bad = NotUtf8();
  bad.emplace_back("");
  bad.emplace_back(kMaxDisplayNameBytes + 1, 'n');
  bad.emplace_back(std::size_t{1} << 20, 'n');
  for (const std::string& name : bad) {
    RegisterParticipant registration = Registration("dan");
    registration.name = Personal(name);
    Expect(ErrorCode::kTextInvalid, "dan", registration);
    UpdateParticipant update;
    update.name = Personal(name);
    Expect(ErrorCode::kTextInvalid, "anna", update);
  }
  RegisterParticipant longest = Registration("dan");
  longest.name = Personal(std::string(kMaxDisplayNameBytes, 'n'));
  Expect(ErrorCode::kOk, "dan", longest);
}

TEST_F(HubBadInput, Profiles) {
  const std::string deep = std::string(70, '[') + std::string(70, ']');
  const std::vector<std::pair<std::string, ErrorCode>> bad = {
      {"{", ErrorCode::kTextInvalid},  // shorter than any object
      {"{\"a\":}", ErrorCode::kJsonSyntax},
      {"[]", ErrorCode::kTextInvalid},
      {"{\"a\":1.5}", ErrorCode::kJsonUnsupported},
      {"{\"a\":1,\"a\":2}", ErrorCode::kJsonUnsupported},
      {"{\"a\":9007199254740992}", ErrorCode::kJsonUnsupported},
      {"{\"a\":" + deep + "}", ErrorCode::kJsonUnsupported},
      {"{\"a\":\"\xff\"}", ErrorCode::kTextInvalid},
      {"{\"a\":\"" + std::string(kMaxProfileBytes, 'p') + "\"}", ErrorCode::kTextInvalid}};
  for (const auto& [profile, code] : bad) {
    RegisterParticipant registration = Registration("dan");
    registration.profile = Personal(profile);
    Expect(code, "dan", registration);
    UpdateParticipant update;
    update.profile = Personal(profile);
    Expect(code, "anna", update);
  }
  Expect(ErrorCode::kInvalidArgument, "anna", UpdateParticipant());
}

TEST_F(HubBadInput, DescriptionsAndReasons) {
  std::vector<std::string> bad = NotUtf8();
  bad.emplace_back(kMaxDescriptionBytes + 1, 'd');
  for (const std::string& text : bad) {
    Pay pay = Payment("cleo", "1");
    pay.description = Personal(text);
    Expect(ErrorCode::kTextInvalid, "anna", pay);
    CreateEquivalent create;
    create.code = Code("HRS");
    create.description = text;
    Expect(ErrorCode::kTextInvalid, "admin", create);
    UpdateEquivalent update;
    update.code = Code("EUR");
    update.description = text;
    Expect(ErrorCode::kTextInvalid, "admin", update);
    SetParticipantStatus status;
    status.participant = PidFor("anna");
    status.status = ParticipantStatus::kSuspended;
    status.reason = text;
    Expect(ErrorCode::kTextInvalid, "admin", status);
    SetVerificationLevel level;
    level.participant = PidFor("anna");
    level.reason = text;
    Expect(ErrorCode::kTextInvalid, "admin", level);
    Expect(ErrorCode::kTextInvalid, "ben", FreezeLine{line_, text});
    Expect(ErrorCode::kTextInvalid, "ben", UnfreezeLine{line_, text});
  }
  Expect(ErrorCode::kTextInvalid, "admin", FreezeLine{line_, ""});
}

TEST_F(HubBadInput, NumbersThatNoEnumHas) {
  for (const int number : {0, 4, 5, 200, 255}) {
    RegisterParticipant registration = Registration("dan");
    registration.type = static_cast<ParticipantType>(number);
    Expect(ErrorCode::kInvalidArgument, "dan", registration);
  }
  for (const int number : {0, 5, 255}) {
    SetParticipantStatus status;
    status.participant = PidFor("anna");
    status.status = static_cast<ParticipantStatus>(number);
    status.reason = "because";
    Expect(ErrorCode::kInvalidArgument, "admin", status);
    CreateEquivalent create;
    create.code = Code("HRS");
    create.kind = static_cast<EquivalentKind>(number);
    Expect(ErrorCode::kEquivalentMetaInvalid, "admin", create);
  }
}

TEST_F(HubBadInput, NamesOfThings) {
  Expect(ErrorCode::kEquivalentCodeSyntax, "admin", CreateEquivalent());
  UpdateEquivalent update;
  update.active = false;
  Expect(ErrorCode::kUnknownEquivalent, "admin", update);
  Expect(ErrorCode::kUnknownEquivalent, "admin", RemoveEquivalent());
  Pay pay = Payment("cleo", "1");
  pay.id = TxId();
  Expect(ErrorCode::kTxIdSyntax, "anna", pay);
  pay = Payment("cleo", "1");
  pay.equivalent = EquivalentCode();
  Expect(ErrorCode::kUnknownEquivalent, "anna", pay);
  pay = Payment("cleo", "1");
  pay.payee = Pid();
  Expect(ErrorCode::kUnknownParticipant, "anna", pay);
  Expect(ErrorCode::kUnknownLine, "ben", CloseLine{LineId()});
  CreateEquivalent create;
  create.code = Code("HRS");
  create.precision = 9;
  Expect(ErrorCode::kEquivalentMetaInvalid, "admin", create);
  create.precision = 0;
  for (const char* iso : {"eur", "EU", "EURO", "E1R"}) {
    create.kind = EquivalentKind::kFiat;
    create.iso_code = iso;
    Expect(ErrorCode::kEquivalentMetaInvalid, "admin", create);
  }
  create.kind = EquivalentKind::kTime;
  create.iso_code = "EUR";
  Expect(ErrorCode::kEquivalentMetaInvalid, "admin", create);
}

TEST_F(HubBadInput, Amounts) {
  const std::vector<std::pair<AmountInput, ErrorCode>> bad = {
      {Amount{-1}, ErrorCode::kInvalidArgument},
      {std::numeric_limits<Amount>::min(), ErrorCode::kInvalidArgument},
      {std::string(""), ErrorCode::kAmountSyntax},
      {std::string("-1"), ErrorCode::kAmountSyntax},
      {std::string("+1"), ErrorCode::kAmountSyntax},
      {std::string(" 1"), ErrorCode::kAmountSyntax},
      {std::string("1e2"), ErrorCode::kAmountSyntax},
      {std::string("1."), ErrorCode::kAmountSyntax},
      {std::string("01"), ErrorCode::kAmountSyntax},
      {std::string("0x10"), ErrorCode::kAmountSyntax},
      {std::string("1\0", 2), ErrorCode::kAmountSyntax},
      {std::string("1.005"), ErrorCode::kAmountTooPrecise},
      {std::string("1.000"), ErrorCode::kAmountTooPrecise},
      {std::string("92233720368547758.08"), ErrorCode::kAmountOverflow},
      {std::string("9223372036854775808"), ErrorCode::kAmountOverflow},
      {"1" + std::string(40, '0'), ErrorCode::kAmountOverflow},
      {std::string(std::size_t{1} << 20, '9'), ErrorCode::kAmountOverflow}};
  for (const auto& [amount, code] : bad) {
    Expect(code, "anna", Payment("cleo", amount));
    Expect(code, "anna", Opening("ben", amount));
    UpdateLine update;
    update.line = line_;
    update.limit = amount;
    Expect(code, "ben", update);
    update.limit.reset();
    update.policy.daily_limit = amount;
    Expect(ErrorCode::kPolicyInvalid, "ben", update);
    OpeningBalances opening;
    opening.debts.push_back({PidFor("anna"), PidFor("ben"), Code("EUR"), amount});
    Expect(code, "admin", opening);
  }
  Expect(ErrorCode::kAmountNotPositive, "anna", Payment("cleo", Amount{0}));
  Expect(ErrorCode::kAmountNotPositive, "anna", Payment("cleo", "0.00"));
  Expect(ErrorCode::kInsufficientCapacity, "anna", Payment("cleo", kMaxAmount));
  Expect(ErrorCode::kInsufficientCapacity, "anna", Payment("cleo", "92233720368547758.07"));
}

// The largest debts there can be, turned round by a payment of more than one amount can say.
TEST_F(HubBadInput, LimitsAtTheEdgeInBothDirections) {
  Expect(ErrorCode::kOk, "anna", Opening("cleo", kMaxAmount));
  Expect(ErrorCode::kOk, "cleo", Opening("anna", kMaxAmount));
  Expect(ErrorCode::kOk, "anna", Payment("cleo", kMaxAmount));
  const auto capacity = [&](const char* from, const char* to) {
    return hub_->view().Capacity(PidFor(from), PidFor(to), Code("EUR"))->amount;
  };
  EXPECT_EQ(capacity("anna", "cleo"), 10000) << "only by way of ben";
  EXPECT_EQ(capacity("cleo", "anna"), kMaxAmount) << "twice the largest amount, and saturated";
  Expect(ErrorCode::kInsufficientCapacity, "anna", Payment("cleo", Amount{10001}));
  Expect(ErrorCode::kOk, "cleo", Payment("anna", kMaxAmount));
  Expect(ErrorCode::kOk, "cleo", Payment("anna", kMaxAmount));
  EXPECT_EQ(capacity("cleo", "anna"), 0);
  const Balance balance = hub_->view().BalanceOf(PidFor("cleo"), Code("EUR")).value();
  EXPECT_EQ(balance.total_debt, kMaxAmount);
  EXPECT_EQ(balance.available_to_receive, AmountSum{kMaxAmount} + 10000);
  EXPECT_TRUE(hub_->view().ledger().CheckPositions().ok());
  Expect(ErrorCode::kOk, "anna", Payment("cleo", kMaxAmount - 1));
  OpeningBalances late;
  Expect(ErrorCode::kStatusConflict, "admin", late);
}

TEST_F(HubBadInput, OpeningBalancesThatAddUpToTooMuch) {
  OpeningBalances opening;
  const auto owes = [&](const char* debtor, const char* creditor, Amount amount) {
    opening.debts.push_back({PidFor(debtor), PidFor(creditor), Code("EUR"), amount});
  };
  owes("anna", "ben", kMaxAmount);
  owes("anna", "ben", 1);
  const Status refused = Expect(ErrorCode::kAmountOverflow, "admin", opening).status;
  for (const char* name : {"anna", "ben"}) {
    EXPECT_NE(std::string(refused.message()).find(FormatPid(PidFor(name))), std::string::npos);
  }
  owes("ben", "anna", 1);
  Expect(ErrorCode::kOk, "admin", opening);
  opening.debts.clear();
  owes("anna", "ben", 1);
  Expect(ErrorCode::kAmountOverflow, "admin", opening);
  owes("ben", "anna", kMaxAmount);
  owes("ben", "anna", kMaxAmount);
  Expect(ErrorCode::kOk, "admin", opening);
  opening.debts.clear();
  owes("anna", "anna", 1);
  Expect(ErrorCode::kSelfTrust, "admin", opening);
  opening.debts.clear();
  opening.lines.push_back({PidFor("ben"), PidFor("anna"), Code("EUR"), Amount{1}, {}, false});
  Expect(ErrorCode::kLineExists, "admin", opening);
  Expect(ErrorCode::kNotPermitted, "auditor", opening);
  opening.lines.clear();
  owes("anna", "ben", kMaxAmount - 10000);
  Expect(ErrorCode::kOk, "admin", opening);
}

TEST_F(HubBadInput, ConstraintsAndPolicies) {
  Pay pay = Payment("cleo", "1");
  pay.constraints.avoid.assign(kMaxAvoid + 1, PidFor("dan"));
  Expect(ErrorCode::kTooLarge, "anna", pay);
  for (const std::uint32_t hops : {0U, 33U, kUnlimited - 1}) {
    pay = Payment("cleo", "1");
    pay.constraints.max_hops = hops;
    Expect(ErrorCode::kConstraintRange, "anna", pay);
    UpdateLine update;
    update.line = line_;
    update.policy.max_hops = hops;
    Expect(ErrorCode::kPolicyInvalid, "ben", update);
  }
  for (const std::uint32_t paths : {0U, 65U, kUnlimited - 1}) {
    pay = Payment("cleo", "1");
    pay.constraints.max_paths = paths;
    Expect(ErrorCode::kConstraintRange, "anna", pay);
  }
  UpdateLine update;
  update.line = line_;
  std::vector<Pid> blocked(kMaxBlockedParticipants + 1);
  for (std::size_t i = 0; i < blocked.size(); ++i) {
    blocked[i].bytes[0] = static_cast<std::uint8_t>(i);
    blocked[i].bytes[1] = static_cast<std::uint8_t>(i >> 8);
  }
  update.policy.blocked_participants = blocked;
  Expect(ErrorCode::kPolicyInvalid, "ben", update);
  Expect(ErrorCode::kInvalidArgument, "ben", UpdateLine{line_, {}, {}});
  SetVerificationLevel level;
  level.participant = PidFor("anna");
  level.level = 4;
  level.reason = "because";
  Expect(ErrorCode::kInvalidArgument, "admin", level);
}

// Spec 01 §6.3: what cannot be read is refused for that, before its signature is looked at.
// What, which value, and what would have been accepted (spec 01 §9.2).
TEST_F(HubBadInput, MessagesShowTheValue) {
  const auto policy = [](std::string_view text) {
    return std::string(ParsePolicy(ParseJson(text).value()).status().message());
  };
  EXPECT_EQ(policy(R"({"auto_clearing":"yes"})"),
            R"(policy key "auto_clearing" takes true or false, not "yes")");
  EXPECT_EQ(policy(R"({"max_hops":33})"),
            R"(policy key "max_hops" takes a whole number from 1 to 32, not 33)");
  EXPECT_EQ(
      policy(R"({"daily_limit":true})"),
      R"(policy key "daily_limit" takes an amount of zero or more as decimal text, not true)");
  EXPECT_EQ(policy(R"({"blocked_participants":{}})"),
            R"(policy key "blocked_participants" takes a list of pids, not one of type object)");
  EXPECT_EQ(policy(R"({"blocked_participants":["x"]})"),
            R"(policy key "blocked_participants" takes a list of pids, not "x")");
  const auto refused = [&](ErrorCode code, const char* signer, Command command) {
    return std::string(Expect(code, signer, std::move(command)).status.message());
  };
  EXPECT_EQ(refused(ErrorCode::kAmountNotPositive, "anna", Payment("cleo", "0.00")),
            R"(amount "0.00" is not positive; at least one minor unit must move)");
  SetParticipantStatus suspend;
  suspend.participant = PidFor("ben");
  suspend.status = ParticipantStatus::kSuspended;
  suspend.reason = "asked to";
  Expect(ErrorCode::kOk, "admin", suspend);
  const std::string ben = FormatPid(PidFor("ben"));
  EXPECT_EQ(refused(ErrorCode::kStatusConflict, "admin", suspend),
            "participant " + ben + " is suspended and cannot become suspended");
  suspend.status = ParticipantStatus::kLeft;
  EXPECT_EQ(refused(ErrorCode::kStatusConflict, "admin", suspend),
            "participant " + ben + " leaves by his own command only");
  EXPECT_EQ(refused(ErrorCode::kParticipantNotActive, "ben", Opening("cleo", "1")),
            "participant " + ben + " is not active but suspended");
  EXPECT_EQ(refused(ErrorCode::kParticipantNotActive, "anna", Payment("ben", "1")),
            "payee " + ben + " is not active but suspended");
  suspend.status = ParticipantStatus::kActive;
  Expect(ErrorCode::kOk, "admin", suspend);
}

TEST_F(HubBadInput, SyntaxComesBeforeTheSignature) {
  const auto verdict = [&](const Command& command) {
    SignedCommand sent =
        SignCommand(KeyOf("anna"), "village", command, 9, {now_, now_ + kMinute}).value();
    sent.envelope.signature.bytes[3] ^= 1;
    return std::string(ErrorName(ErrorCodeOf(VerifyCommand(sent, "village").status())));
  };
  EXPECT_EQ(verdict(Payment("ben", "1")), "BadSignature");
  EXPECT_EQ(verdict(Payment("ben", "1e1")), "AmountSyntax");
  EXPECT_EQ(verdict(Payment("ben", "0.00")), "AmountNotPositive");
  EXPECT_EQ(verdict(Payment("ben", "0.000000001")), "AmountTooPrecise");
  EXPECT_EQ(verdict(Opening("ben", "0")), "BadSignature");
  EXPECT_EQ(verdict(Opening("ben", "-1")), "AmountSyntax");
  UpdateLine update;
  update.line = line_;
  update.limit = "9223372036854775808";
  EXPECT_EQ(verdict(update), "AmountOverflow");
}

TEST_F(HubBadInput, SignedForAnotherNetworkOrTooLarge) {
  const Validity validity{kStart, kStart + kMinute};
  const SecretKey anna = KeyOf("anna");
  SignedCommand other =
      SignCommand(anna, "another village", Payment("cleo", "1"), 0, validity).value();
  EXPECT_EQ(CodeName(VerifyCommand(other, "village")), "WrongNetwork");
  EXPECT_EQ(CodeName(SignCommand(anna, "village", Payment("cleo", Amount{1}), 0, validity)),
            "InvalidArgument");
  OpenLine open = Opening("cleo", "1");
  EXPECT_EQ(CodeName(SignCommand(anna, "village", open, 1, validity)), "Ok");
  open.policy.daily_limit = AmountInput(Amount{1});
  EXPECT_EQ(CodeName(SignCommand(anna, "village", open, 1, validity)), "InvalidArgument");
  UpdateLine update{LineId(), {}, open.policy};
  EXPECT_EQ(CodeName(SignCommand(anna, "village", update, 1, validity)), "InvalidArgument");
  ClearCycles clear{{Code("EUR")}};
  clear.terms.work_limit = std::uint64_t{1} << 53;
  EXPECT_EQ(CodeName(SignCommand(anna, "village", clear, 1, validity)), "InvalidArgument");
  --*clear.terms.work_limit;
  EXPECT_EQ(CodeName(SignCommand(anna, "village", clear, 1, validity)), "Ok");
  EXPECT_EQ(CodeName(SignCommand(anna, "village", OpeningBalances(), 1, validity)),
            "InvalidArgument");
  EXPECT_EQ(CodeName(SignCommand(anna, "village", Leave(), 0, validity)), "CommandSyntax");
  Pay pay = Payment("cleo", "1");
  pay.constraints.avoid.assign(2000, PidFor("dan"));
  EXPECT_EQ(CodeName(SignCommand(anna, "village", pay, 0, validity)), "TooLarge");
  other.envelope.message.assign(kMaxEnvelopeBytes + 1, ' ');
  EXPECT_EQ(CodeName(VerifyCommand(other, "village")), "TooLarge");
}

TEST_F(HubBadInput, AClockThatStepsBackStandsStill) {
  now_ = kStart + kDay;
  Expect(ErrorCode::kOk, "anna", Payment("cleo", "1"));
  now_ = kStart;
  const CommandResult result = Expect(ErrorCode::kOk, "anna", Payment("cleo", "1"));
  const auto events = hub_->PollEvents(result.seq - 1, 10).value();
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].time, kStart + kDay);
  hub_->Tick(kStart - kDay);
  now_ = std::numeric_limits<Timestamp>::min();
  Expect(ErrorCode::kOk, "anna", Payment("cleo", "1"));
  const Validity validity{kStart, kStart + kMinute};
  const SignedCommand late =
      SignCommand(KeyOf("anna"), "village", Payment("cleo", "1"), 0, validity).value();
  const auto expired = hub_->Execute(VerifyCommand(late, "village").value(), kStart);
  EXPECT_EQ(ErrorName(expired->code()), "Expired") << "the hub has seen a later time";
}

TEST_F(HubBadInput, MoreThanTheQueueTakes) {
  const VerifiedCommand command = TrustedCommand(PidFor("anna"), UpdateParticipant());
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(hub_->Submit(command, now_).ok());
  EXPECT_EQ(CodeName(hub_->Submit(command, now_)), "QueueFull");
  EXPECT_EQ(hub_->pending(), 4U);
  EXPECT_EQ(CodeName(hub_->Execute(command, now_)), "StatusConflict");
  EXPECT_EQ(CodeName(hub_->CheckpointStep()), "StatusConflict");
  EXPECT_EQ(CodeName(hub_->UpdateReadModel()), "StatusConflict");
  EXPECT_EQ(CodeName(hub_->ErasePersonalText(PidFor("anna"))), "StatusConflict");
  EXPECT_EQ(hub_->pending(), 4U) << "answers are not lost";
  EXPECT_EQ(hub_->Flush()->size(), 4U);
  EXPECT_TRUE(hub_->Flush()->empty());
}

TEST_F(HubBadInput, EventsBeyondTheHead) {
  const std::uint64_t head = hub_->head().seq;
  EXPECT_EQ(CodeName(hub_->AcknowledgeEvents(head + 1)), "InvalidArgument");
  EXPECT_EQ(hub_->acknowledged(), 0U);
  ASSERT_TRUE(hub_->Submit(TrustedCommand(PidFor("anna"), Payment("cleo", "1")), now_).ok());
  EXPECT_EQ(CodeName(hub_->AcknowledgeEvents(head + 1)), "InvalidArgument") << "not yet durable";
  EXPECT_TRUE(hub_->PollEvents(head, 10)->empty()) << "not yet durable";
  ASSERT_TRUE(hub_->Flush().ok());
  EXPECT_TRUE(hub_->AcknowledgeEvents(head + 1).ok());
  EXPECT_TRUE(hub_->AcknowledgeEvents(2).ok());
  EXPECT_EQ(hub_->acknowledged(), head + 1) << "acknowledging never goes back";
  EXPECT_TRUE(hub_->PollEvents(0, 0)->empty());
  EXPECT_TRUE(hub_->PollEvents(std::numeric_limits<std::uint64_t>::max(), 10)->empty());
}

TEST(HubFounding, NeedsAProperGenesis) {
  const auto open = [](const std::function<void(HubOptions&)>& change) {
    HubOptions options;
    options.genesis = Founding();
    change(options);
    const auto medium = std::make_shared<MemoryMedium>();
    const std::string name = CodeName(Hub::Open(NewMemoryStore(medium), options));
    if (name != "Ok") {
      const std::unique_ptr<Store> store = NewMemoryStore(medium);
      EXPECT_EQ(store->Open({})->head.seq, 0U) << "nothing was written";
    }
    return name;
  };
  EXPECT_EQ(open([](HubOptions& o) { o.durability = Durability::kMemory; }), "Ok");
  EXPECT_EQ(open([](HubOptions& o) { o.genesis.reset(); }), "NotFounded");
  EXPECT_EQ(open([](HubOptions& o) { o.genesis->network = ""; }), "TextInvalid");
  EXPECT_EQ(open([](HubOptions& o) { o.genesis->network = std::string(65, 'v'); }), "TextInvalid");
  EXPECT_EQ(open([](HubOptions& o) { o.genesis->network = "vill\xff"; }), "TextInvalid");
  EXPECT_EQ(open([](HubOptions& o) { o.genesis->operators[0].pid = Pid(); }), "KeyMismatch");
  EXPECT_EQ(open([](HubOptions& o) {
              o.genesis->operators.resize(kMaxOperators + 1, o.genesis->operators[0]);
            }),
            "TooLarge");
  EXPECT_EQ(open([](HubOptions& o) { o.genesis->operators.push_back(o.genesis->operators[0]); }),
            "InvalidArgument");
  EXPECT_EQ(
      open([](HubOptions& o) { o.genesis->operators[0].role = static_cast<OperatorRole>(0); }),
      "InvalidArgument");
  EXPECT_EQ(open([](HubOptions& o) { o.genesis->format = 2; }), "InvalidArgument");
  EXPECT_EQ(
      open([](HubOptions& o) { o.genesis->operators[0].role = static_cast<OperatorRole>(4); }),
      "InvalidArgument");
  EXPECT_EQ(open([](HubOptions& o) { o.genesis->network = std::string(64, 'v'); }), "Ok");
  EXPECT_EQ(
      open([](HubOptions& o) {
        for (std::size_t i = o.genesis->operators.size(); i < kMaxOperators; ++i) {
          const SecretKey key = KeyOf("operator " + std::to_string(i));
          o.genesis->operators.push_back({key.pid(), key.public_key(), OperatorRole::kAuditor});
        }
      }),
      "Ok");
  const auto lifetimes = [&](Duration shortest, Duration usual, Duration longest) {
    const auto set = [&](auto& defaults) {
      defaults.shortest_lifetime = shortest;
      defaults.lifetime = usual;
      defaults.longest_lifetime = longest;
    };
    const std::string payments = open([&](HubOptions& o) { set(o.payments); });
    EXPECT_EQ(open([&](HubOptions& o) { set(o.proposals); }), payments);
    return payments;
  };
  EXPECT_EQ(lifetimes(kSecond, kSecond, 366 * kDay), "Ok");
  EXPECT_EQ(lifetimes(kMinute, kMinute, kMinute), "Ok");
  EXPECT_EQ(lifetimes(kSecond - 1, kMinute, kDay), "InvalidArgument");
  EXPECT_EQ(lifetimes(kMinute, kMinute - 1, kDay), "InvalidArgument");
  EXPECT_EQ(lifetimes(kSecond, kMinute, kMinute - 1), "InvalidArgument");
  EXPECT_EQ(lifetimes(kSecond, kMinute, 366 * kDay + 1), "InvalidArgument");
  EXPECT_EQ(open([](HubOptions& o) { o.snapshot_items = 0; }), "InvalidArgument");
  EXPECT_EQ(open([](HubOptions& o) { o.max_pending = 0; }), "InvalidArgument");
  EXPECT_EQ(open([](HubOptions& o) { o.clock_drift = -1; }), "InvalidArgument");
  EXPECT_EQ(open([](HubOptions& o) { o.clock_drift = 0; }), "Ok");
  for (const auto durability : {Durability(), static_cast<Durability>(4)}) {
    EXPECT_EQ(open([&](HubOptions& o) { o.durability = durability; }), "InvalidArgument");
  }
  EXPECT_EQ(open([](HubOptions& o) { o.routing.max_hops = 33; }), "ConstraintRange");
  EXPECT_EQ(open([](HubOptions& o) { o.routing.max_paths = 0; }), "ConstraintRange");
  for (const Objective objective : {Objective::kCheapest, static_cast<Objective>(9)}) {
    EXPECT_EQ(open([&](HubOptions& o) { o.routing.objective = objective; }), "InvalidArgument");
  }
  EXPECT_EQ(open([](HubOptions& o) { o.routing.objective = Objective::kSpread; }), "Ok");
  EXPECT_EQ(open([](HubOptions& o) { o.routing.avoid = {0}; }), "InvalidArgument");
  EXPECT_EQ(open([](HubOptions& o) { o.routing.within.emplace(); }), "InvalidArgument");
  EXPECT_EQ(CodeName(Hub::Open(nullptr, HubOptions())), "InvalidArgument");
}

TEST(HubFounding, AStoreBelongsToOneNetwork) {
  const auto medium = std::make_shared<MemoryMedium>();
  HubOptions options;
  options.genesis = Founding();
  ASSERT_TRUE(Hub::Open(NewMemoryStore(medium), options).ok());
  options.genesis->network = "another village";
  EXPECT_EQ(CodeName(Hub::Open(NewMemoryStore(medium), options)), "WrongNetwork");
  options.genesis.reset();
  const auto hub = Hub::Open(NewMemoryStore(medium), options);
  ASSERT_TRUE(hub.ok()) << "no genesis: whatever network is there";
  EXPECT_EQ((*hub)->view().ledger().genesis().network, "village");
  EXPECT_EQ(CodeName(Hub::Open(NewMemoryStore(medium), options)), "StoreBusy");
  for (const auto durability : {Durability(), static_cast<Durability>(4)}) {
    options.durability = durability;  // the first append would poison it
    EXPECT_EQ(CodeName(Hub::Open(NewMemoryStore(medium), options)), "InvalidArgument");
  }
}

}  // namespace
}  // namespace geo::tests
