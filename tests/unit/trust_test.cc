// Who may do what with participants, equivalents and lines, and what each refusal is called.

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "geo/hub/hub.h"
#include "geo/trust/plan.h"
#include "tests/support/keys.h"
#include "tests/support/names.h"
#include "tests/support/status.h"

namespace geo::tests {
namespace {

class TrustTest : public ::testing::Test {
 protected:
  TrustTest() {
    HubOptions options;
    Genesis genesis;
    genesis.network = "trust";
    genesis.hub_key = KeyOf("hub").public_key();
    for (const auto& [name, role] :
         {std::pair("admin", OperatorRole::kAdmin), std::pair("chief", OperatorRole::kAdmin),
          std::pair("clerk", OperatorRole::kOperator),
          std::pair("auditor", OperatorRole::kAuditor)}) {
      genesis.operators.push_back({KeyOf(name).pid(), KeyOf(name).public_key(), role});
    }
    options.genesis = genesis;
    hub_ = Hub::Open(NewMemoryStore(), options).value();
    CreateEquivalent hours;
    hours.code = Code("HOUR");
    EXPECT_EQ(Try("clerk", hours), "Ok");
    for (const char* name : {"anna", "boris", "clara"})
      EXPECT_EQ(Try(name, Registration(name)), "Ok");
  }

  static RegisterParticipant Registration(std::string_view name) {
    RegisterParticipant command;
    command.key = KeyOf(name).public_key();
    command.name = {Salt(), std::string(name)};
    return command;
  }

  static OpenLine Line(std::string_view debtor, std::string limit, std::string_view code = "HOUR") {
    OpenLine command;
    command.debtor = KeyOf(debtor).pid();
    command.equivalent = Code(code);
    command.limit = std::move(limit);
    return command;
  }

  static SetParticipantStatus Status(std::string_view who, ParticipantStatus status) {
    return {KeyOf(who).pid(), status, "for the test"};
  }

  CommandResult Do(std::string_view who, const Command& command) {
    return hub_->Execute(TrustedCommand(KeyOf(who).pid(), command), ++now_).value();
  }

  // The name of the outcome; a refused command must leave no record.
  std::string Try(std::string_view who, const Command& command) {
    const JournalHead before = hub_->head();
    const CommandResult result = Do(who, command);
    EXPECT_EQ(hub_->head() == before, result.seq == 0);
    return std::string(ErrorName(result.code()));
  }

  LineId Open(std::string_view owner, const OpenLine& line) {
    const CommandResult result = Do(owner, line);
    EXPECT_TRUE(result.status.ok()) << result.status;
    return result.line.value_or(LineId());
  }

  std::string Pay(std::string_view from, std::string_view to, std::string amount) {
    geo::Pay pay;
    pay.id = TxId::Parse("p" + std::to_string(++payments_)).value();
    pay.payee = KeyOf(to).pid();
    pay.equivalent = Code("HOUR");
    pay.amount = std::move(amount);
    return Try(from, pay);
  }

  TrustLine LineNow(const LineId& id) {
    const Ledger& ledger = hub_->view().ledger();
    return ledger.line(*ledger.FindLine(id));
  }

  std::unique_ptr<Hub> hub_;
  Timestamp now_ = 0;
  int payments_ = 0;
};

TEST_F(TrustTest, Registration) {
  EXPECT_EQ(Try("anna", Registration("anna")), "ParticipantExists");
  EXPECT_EQ(Try("anna", Registration("dora")), "NotPermitted");
  RegisterParticipant nameless = Registration("dora");
  nameless.name.text = "";
  EXPECT_EQ(Try("dora", nameless), "TextInvalid");
  nameless.name.text = std::string(256, 'x');
  EXPECT_EQ(Try("dora", nameless), "TextInvalid");
  nameless.name.text = "\xff";
  EXPECT_EQ(Try("dora", nameless), "TextInvalid");
  RegisterParticipant profile = Registration("dora");
  profile.profile = PersonalText{Salt(), "[1]"};
  EXPECT_EQ(Try("dora", profile), "TextInvalid") << "a profile is an object";
  profile.profile = PersonalText{Salt(), "{\"a\":1.5}"};
  EXPECT_EQ(Try("dora", profile), "JsonUnsupported");
  profile.profile = PersonalText{Salt(), "{\"city\":\"Lviv\"}"};
  EXPECT_EQ(Try("dora", profile), "Ok");
}

TEST_F(TrustTest, ParticipantLifecycle) {
  EXPECT_EQ(Try("anna", Status("boris", ParticipantStatus::kSuspended)), "NotPermitted");
  EXPECT_EQ(Try("auditor", Status("boris", ParticipantStatus::kSuspended)), "NotPermitted");
  EXPECT_EQ(Try("clerk", Status("nobody", ParticipantStatus::kSuspended)), "UnknownParticipant");
  SetParticipantStatus silent = Status("boris", ParticipantStatus::kSuspended);
  silent.reason = "";
  EXPECT_EQ(Try("clerk", silent), "TextInvalid");
  EXPECT_EQ(Try("clerk", Status("boris", ParticipantStatus::kActive)), "StatusConflict");
  EXPECT_EQ(Try("clerk", Status("boris", ParticipantStatus::kLeft)), "StatusConflict");
  EXPECT_EQ(Try("clerk", Status("boris", ParticipantStatus::kSuspended)), "Ok");
  EXPECT_EQ(Try("boris", Line("anna", "1")), "ParticipantNotActive");
  EXPECT_EQ(Try("anna", Line("boris", "1")), "ParticipantNotActive");
  EXPECT_EQ(Try("clerk", Status("boris", ParticipantStatus::kDeleted)), "Ok") << "ban";
  EXPECT_EQ(Try("clerk", Status("boris", ParticipantStatus::kActive)), "Ok") << "unban";
  EXPECT_EQ(Try("boris", Line("anna", "1")), "Ok");
  EXPECT_EQ(Try("clerk", SetVerificationLevel{KeyOf("anna").pid(), 3, "papers seen"}), "Ok");
  EXPECT_EQ(Try("clerk", SetVerificationLevel{KeyOf("anna").pid(), 4, "too much"}),
            "InvalidArgument");
}

TEST_F(TrustTest, LeavingNeedsCleanHands) {
  const LineId line = Open("anna", Line("boris", "10"));
  EXPECT_EQ(Try("boris", Leave()), "HasObligations") << "a live line";
  EXPECT_EQ(Pay("boris", "anna", "4"), "Ok");
  EXPECT_EQ(Try("anna", CloseLine{line}), "LineHasDebt");
  EXPECT_EQ(Try("anna", Leave()), "HasObligations");
  EXPECT_EQ(Pay("anna", "boris", "4"), "Ok");
  EXPECT_EQ(Try("anna", CloseLine{line}), "Ok");
  EXPECT_EQ(Try("anna", Leave()), "Ok");
  EXPECT_EQ(Try("anna", Leave()), "ParticipantNotActive");
  EXPECT_EQ(Try("clerk", Status("anna", ParticipantStatus::kActive)), "StatusConflict");
  EXPECT_EQ(Try("boris", Leave()), "Ok") << "closed lines are history";
}

TEST_F(TrustTest, Equivalents) {
  CreateEquivalent command;
  command.code = Code("UAH");
  command.kind = EquivalentKind::kFiat;
  command.iso_code = "UAH";
  EXPECT_EQ(Try("anna", command), "NotPermitted");
  EXPECT_EQ(Try("clerk", command), "Ok");
  EXPECT_EQ(Try("clerk", command), "EquivalentExists");
  command.code = Code("GOLD");
  command.kind = EquivalentKind::kCommodity;
  EXPECT_EQ(Try("clerk", command), "EquivalentMetaInvalid") << "only fiat has an ISO code";
  command.iso_code = "";
  command.precision = 9;
  EXPECT_EQ(Try("clerk", command), "EquivalentMetaInvalid");
  EXPECT_EQ(Try("clerk", UpdateEquivalent{Code("UAH"), false, {}}), "Ok");
  EXPECT_EQ(Try("anna", Line("boris", "1", "UAH")), "EquivalentNotActive");
  EXPECT_EQ(Try("clerk", UpdateEquivalent{Code("UAH"), {}, {}}), "InvalidArgument");
  EXPECT_EQ(Try("clerk", UpdateEquivalent{Code("NONE"), true, {}}), "UnknownEquivalent");
  EXPECT_EQ(Try("clerk", RemoveEquivalent{Code("UAH")}), "Ok");
  EXPECT_EQ(Try("clerk", UpdateEquivalent{Code("UAH"), true, {}}), "UnknownEquivalent");
  command.code = Code("UAH");
  command.precision = 0;
  EXPECT_EQ(Try("clerk", command), "Ok") << "the code is free again";
  const LineId line = Open("anna", Line("boris", "1"));
  EXPECT_EQ(Try("anna", CloseLine{line}), "Ok");
  EXPECT_EQ(Try("clerk", RemoveEquivalent{Code("HOUR")}), "EquivalentInUse");
}

TEST_F(TrustTest, LineLifecycle) {
  EXPECT_EQ(Try("anna", Line("anna", "1")), "SelfTrust");
  EXPECT_EQ(Try("anna", Line("nobody", "1")), "UnknownParticipant");
  EXPECT_EQ(Try("nobody", Line("anna", "1")), "UnknownParticipant");
  EXPECT_EQ(Try("anna", Line("boris", "1", "NONE")), "UnknownEquivalent");
  EXPECT_EQ(Try("anna", Line("boris", "1.001")), "AmountTooPrecise");
  const LineId first = Open("anna", Line("boris", "100"));
  EXPECT_EQ(Try("anna", Line("boris", "7")), "LineExists");
  EXPECT_EQ(Try("boris", UpdateLine{first, "5", {}}), "NotPermitted");
  EXPECT_EQ(Try("clerk", UpdateLine{first, "5", {}}), "NotPermitted");
  EXPECT_EQ(Try("anna", UpdateLine{first, {}, {}}), "InvalidArgument");
  EXPECT_EQ(Try("anna", UpdateLine{LineId(), "5", {}}), "UnknownLine");
  EXPECT_EQ(Pay("boris", "anna", "60"), "Ok");
  EXPECT_EQ(Try("anna", UpdateLine{first, "59.99", {}}), "LimitBelowDebt");
  EXPECT_EQ(Try("anna", UpdateLine{first, "60", {}}), "Ok");
  EXPECT_EQ(LineNow(first).updated, now_);
  EXPECT_LT(LineNow(first).created, now_);
  EXPECT_EQ(Pay("anna", "boris", "60"), "Ok");
  EXPECT_EQ(Try("anna", CloseLine{first}), "Ok");
  EXPECT_EQ(Try("anna", UpdateLine{first, "5", {}}), "LineClosed");
  EXPECT_EQ(Try("anna", CloseLine{first}), "LineClosed");
  EXPECT_EQ(Try("anna", FreezeLine{first, ""}), "LineClosed");
  const LineId second = Open("anna", Line("boris", "0"));
  EXPECT_NE(second, first);
  EXPECT_EQ(LineNow(first).status, LineStatus::kClosed) << "history stays";
}

TEST_F(TrustTest, FrozenLinesTakeNoNewDebtAndMayBeRepaid) {
  const LineId line = Open("anna", Line("boris", "100"));
  EXPECT_EQ(Pay("boris", "anna", "60"), "Ok");
  EXPECT_EQ(Try("boris", FreezeLine{line, ""}), "NotPermitted");
  EXPECT_EQ(Try("auditor", FreezeLine{line, "no"}), "NotPermitted");
  EXPECT_EQ(Try("clerk", FreezeLine{line, ""}), "TextInvalid") << "operators give a reason";
  EXPECT_EQ(Try("clerk", FreezeLine{line, "dispute"}), "Ok");
  EXPECT_EQ(Try("anna", FreezeLine{line, ""}), "LineNotActive");
  EXPECT_EQ(Pay("boris", "anna", "1"), "NoRoute") << "whatever its capacity";
  EXPECT_EQ(Pay("anna", "boris", "10"), "Ok");
  EXPECT_EQ(Try("anna", UnfreezeLine{line, ""}), "Ok");
  EXPECT_EQ(Try("anna", UnfreezeLine{line, ""}), "StatusConflict");
  EXPECT_EQ(Pay("boris", "anna", "50"), "Ok");
}

TEST_F(TrustTest, PoliciesMergeKeyByKey) {
  OpenLine open = Line("boris", "100");
  open.policy.max_hops = 3U;
  open.policy.daily_limit = AmountInput("10");
  const LineId line = Open("anna", open);
  UpdateLine update{line, {}, {}};
  update.policy.can_be_intermediate = false;
  update.policy.daily_limit = PolicySetting<AmountInput>::Reset();
  update.policy.blocked_participants =
      std::vector<Pid>{KeyOf("clara").pid(), KeyOf("x").pid(), KeyOf("clara").pid()};
  EXPECT_EQ(Try("anna", update), "Ok");
  LinePolicy expected;
  expected.max_hops = 3;
  expected.can_be_intermediate = false;
  expected.blocked_participants = {KeyOf("clara").pid(), KeyOf("x").pid()};
  std::sort(expected.blocked_participants.begin(), expected.blocked_participants.end());
  EXPECT_EQ(LineNow(line).policy, expected);
  EXPECT_EQ(LineNow(line).limit, 10'000) << "not mentioned: unchanged";
  update.policy = PolicyPatch();
  update.policy.max_hops = 33U;
  EXPECT_EQ(Try("anna", update), "PolicyInvalid");
  update.policy = PolicyPatch();
  update.policy.max_single_payment = AmountInput("-1");
  EXPECT_EQ(Try("anna", update), "PolicyInvalid");
  update.policy.max_single_payment = AmountInput("0.001");
  EXPECT_EQ(Try("anna", update), "PolicyInvalid");
}

TEST_F(TrustTest, DailyLimitStartsAnewWithTheUtcDay) {
  OpenLine open = Line("boris", "100");
  open.policy.daily_limit = AmountInput("10");
  Open("anna", open);
  now_ = kDay - 10;
  EXPECT_EQ(Pay("boris", "anna", "6"), "Ok");
  EXPECT_EQ(Pay("boris", "anna", "6"), "InsufficientCapacity");
  EXPECT_EQ(Pay("boris", "anna", "4"), "Ok");
  EXPECT_EQ(Pay("anna", "boris", "10"), "Ok") << "the other way is another line's";
  EXPECT_EQ(Pay("boris", "anna", "1"), "InsufficientCapacity") << "gross";
  now_ = kDay;
  EXPECT_EQ(Pay("boris", "anna", "10"), "Ok");
}

// The id depends on everything that it is made of, and on nothing else.
TEST(LineIdTest, DerivedFromNetworkPartiesEquivalentAndSequence) {
  const Pid anna = KeyOf("anna").pid();
  const Pid boris = KeyOf("boris").pid();
  const auto id = [](const std::string& network, const Pid& owner, const Pid& debtor,
                     const char* code, LineOrigin origin, std::uint64_t seq) {
    return FormatLineId(DeriveLineId(network, owner, debtor, Code(code), origin, seq));
  };
  const std::string base = id("n", anna, boris, "HOUR", LineOrigin::kOwner, 1);
  EXPECT_EQ(base, id("n", anna, boris, "HOUR", LineOrigin::kOwner, 1));
  EXPECT_EQ(base[14], '8') << "UUID version 8";
  EXPECT_NE(base, id("m", anna, boris, "HOUR", LineOrigin::kOwner, 1));
  EXPECT_NE(base, id("n", boris, anna, "HOUR", LineOrigin::kOwner, 1));
  EXPECT_NE(base, id("n", anna, boris, "UAH", LineOrigin::kOwner, 1));
  EXPECT_NE(base, id("n", anna, boris, "HOUR", LineOrigin::kOpening, 1));
  EXPECT_NE(base, id("n", anna, boris, "HOUR", LineOrigin::kOwner, 2));
}

// They could never settle or close them; others who are not active may come back.
TEST_F(TrustTest, OpeningBalancesBringNothingToWhoeverLeft) {
  EXPECT_EQ(Try("anna", Leave()), "Ok");
  EXPECT_EQ(Try("clerk", Status("boris", ParticipantStatus::kDeleted)), "Ok");
  const Pid anna = KeyOf("anna").pid();
  const Pid boris = KeyOf("boris").pid();
  const Pid clara = KeyOf("clara").pid();
  const auto lines = [](const Pid& owner, const Pid& debtor) {
    return OpeningBalances{{{owner, debtor, Code("HOUR"), "5", {}, false}}, {}};
  };
  const auto debts = [](const Pid& debtor, const Pid& creditor) {
    return OpeningBalances{{}, {{debtor, creditor, Code("HOUR"), "5"}}};
  };
  for (const auto& [one, other] : {std::pair(anna, clara), std::pair(clara, anna)}) {
    EXPECT_EQ(Try("admin", lines(one, other)), "ParticipantNotActive");
    EXPECT_EQ(Try("admin", debts(one, other)), "ParticipantNotActive");
  }
  EXPECT_EQ(Try("admin", lines(boris, clara)), "Ok");
  EXPECT_EQ(Try("admin", debts(clara, boris)), "Ok");
}

// A line's id has the admin's number in it, not the admin.
TEST_F(TrustTest, OpeningDebtsThatAreNothingUseNoEquivalent) {
  OpeningBalances opening;
  const Pid anna = KeyOf("anna").pid();
  const Pid boris = KeyOf("boris").pid();
  opening.debts = {{anna, boris, Code("HOUR"), "7"}, {boris, anna, Code("HOUR"), "7"}};
  const Ledger& ledger = hub_->view().ledger();
  const Asking used{KeyOf("admin").pid(), ledger.LastSequence(KeyOf("admin").pid()), 0};
  EXPECT_EQ(CodeName(PlanChange(ledger, used, opening)), "SequenceUsed");
  EXPECT_EQ(Try("admin", opening), "Ok");
  EXPECT_EQ(Try("admin", RemoveEquivalent{Code("HOUR")}), "Ok");
}

TEST_F(TrustTest, TwoAdminsDoNotBringALineUnderOneNumber) {
  const Pid anna = KeyOf("anna").pid();
  const OpeningBalances opening{{{anna, KeyOf("boris").pid(), Code("HOUR"), "5", {}, false}}, {}};
  EXPECT_EQ(Try("admin", opening), "Ok");
  const LineId id = hub_->view().LineOf(anna, KeyOf("boris").pid(), Code("HOUR")).value()->line.id;
  EXPECT_EQ(Try("anna", CloseLine{id}), "Ok");
  EXPECT_EQ(Try("chief", opening), "StatusConflict");
  EXPECT_EQ(Try("chief", Status("clara", ParticipantStatus::kSuspended)), "Ok");
  EXPECT_EQ(Try("chief", opening), "Ok");
  EXPECT_NE(hub_->view().LineOf(anna, KeyOf("boris").pid(), Code("HOUR")).value()->line.id, id);
}

}  // namespace
}  // namespace geo::tests
