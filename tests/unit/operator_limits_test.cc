// What operators allow everybody (spec 01 §6.8), through a hub.

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "geo/hub/hub.h"
#include "geo/journal/record.h"
#include "geo/storage/journal_reader.h"
#include "tests/support/keys.h"
#include "tests/support/names.h"
#include "tests/support/state_text.h"
#include "tests/support/status.h"

namespace geo::tests {
namespace {

// shop trusts anna and ben with 100.00 EUR each.
class OperatorLimitsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    options_.genesis = Genesis{1, "village", KeyOf("hub").public_key(), {}};
    const auto add = [&](const char* name, OperatorRole role) {
      options_.genesis->operators.push_back({KeyOf(name).pid(), KeyOf(name).public_key(), role});
    };
    add("admin", OperatorRole::kAdmin);
    add("clerk", OperatorRole::kOperator);
    add("auditor", OperatorRole::kAuditor);
    options_.founded_at = kStart;
    Open();
    for (const char* code : {"EUR", "HOUR"}) {
      CreateEquivalent create;
      create.code = Code(code);
      Do("admin", create);
    }
    for (const char* name : {"anna", "ben", "shop"}) {
      RegisterParticipant join;
      join.key = KeyOf(name).public_key();
      join.name = {Salt(), name};
      Do(name, join);
    }
    line_ = *Do("shop", Line("anna", "100")).line;
    Do("shop", Line("ben", "100"));
  }
  void TearDown() override { Reopen(false); }

  void Open() {
    hub_ = nullptr;
    hub_ = Hub::Open(NewMemoryStore(medium_), options_).value();
  }
  void Reopen(bool snapshot) {
    if (snapshot) {
      ASSERT_TRUE(hub_->Checkpoint().ok());
    }
    const std::string before = StateText(hub_->view().ledger());
    ASSERT_TRUE(hub_->Close().ok());
    Open();
    EXPECT_EQ(StateText(hub_->view().ledger()), before);
  }

  std::string Try(const char* who, Command command) {
    const CommandResult result =
        hub_->Execute(TrustedCommand(KeyOf(who).pid(), std::move(command)), now_).value();
    return std::string(ErrorName(result.code()));
  }
  CommandResult Do(const char* who, Command command) {
    const CommandResult result =
        hub_->Execute(TrustedCommand(KeyOf(who).pid(), std::move(command)), now_).value();
    EXPECT_EQ(ErrorName(result.code()), "Ok") << result.status;
    return result;
  }
  static OpenLine Line(const char* debtor, const char* limit, const char* code = "EUR") {
    OpenLine line;
    line.debtor = KeyOf(debtor).pid();
    line.equivalent = Code(code);
    line.limit = limit;
    return line;
  }
  Pay ToShop(const char* amount) {
    Pay pay;
    pay.id = TxId::Parse("p" + std::to_string(++payments_)).value();
    pay.payee = KeyOf("shop").pid();
    pay.equivalent = Code("EUR");
    pay.amount = amount;
    return pay;
  }
  void SetLevel(const char* who, std::uint8_t level) {
    SetVerificationLevel set;
    set.participant = KeyOf(who).pid();
    set.level = level;
    set.reason = "seen a passport";
    Do("clerk", set);
  }
  static SetLimits Because() {
    SetLimits limits;
    limits.reason = "agreed at the assembly";
    return limits;
  }
  static SetLimits InEur() {
    SetLimits limits = Because();
    limits.equivalent = Code("EUR");
    return limits;
  }

  HubOptions options_;
  std::shared_ptr<MemoryMedium> medium_ = std::make_shared<MemoryMedium>();
  std::unique_ptr<Hub> hub_;
  Timestamp now_ = kStart;
  LineId line_;  // shop → anna
  int payments_ = 0;
};

TEST_F(OperatorLimitsTest, LargestPaymentByLevel) {
  SetLimits limits = InEur();
  limits.level = 0;
  limits.payment = AmountInput("10");
  Do("clerk", limits);
  EXPECT_EQ(Try("anna", ToShop("10.01")), "PaymentAboveLimit");
  PreparePayment prepare;
  prepare.payment = ToShop("10.01");
  EXPECT_EQ(Try("anna", prepare), "PaymentAboveLimit");
  EXPECT_EQ(Try("anna", ToShop("10")), "Ok");
  SetLevel("anna", 1);
  EXPECT_EQ(Try("anna", ToShop("10.01")), "Ok");
  EXPECT_EQ(Try("ben", ToShop("10.01")), "PaymentAboveLimit");
  limits.payment = PolicySetting<AmountInput>::Reset();
  Do("clerk", limits);
  EXPECT_EQ(Try("ben", ToShop("10.01")), "Ok");
}

TEST_F(OperatorLimitsTest, LargestLine) {
  SetLimits limits = InEur();
  limits.line = AmountInput("50");
  Do("admin", limits);
  EXPECT_EQ(Try("anna", Line("ben", "50.01")), "LineAboveLimit");
  EXPECT_EQ(Try("anna", Line("ben", "1000", "HOUR")), "Ok");  // binds one equivalent
  EXPECT_EQ(Try("anna", Line("ben", "50")), "Ok");
  UpdateLine update;
  update.line = line_;
  update.limit = "100.01";
  EXPECT_EQ(Try("shop", update), "LineAboveLimit");
  update.limit = "90";  // what was above before may shrink
  EXPECT_EQ(Try("shop", update), "Ok");
  EXPECT_EQ(Try("shop", update), "Ok") << "nor is it raised by saying it again";
  update.limit = "91";
  EXPECT_EQ(Try("shop", update), "LineAboveLimit");
}

TEST_F(OperatorLimitsTest, LinesPerParticipant) {
  SetLimits limits = Because();
  limits.lines = 2;
  Do("clerk", limits);
  EXPECT_EQ(Try("shop", Line("anna", "5", "HOUR")), "TooManyLines");  // over all equivalents
  EXPECT_EQ(Try("anna", Line("ben", "5")), "Ok");  // lines that others gave do not count
  Do("shop", CloseLine{line_});
  const LineId in_hours = *Do("shop", Line("anna", "5", "HOUR")).line;
  EXPECT_EQ(Try("shop", Line("anna", "5")), "TooManyLines");
  FreezeLine freeze;
  freeze.line = in_hours;
  Do("shop", freeze);
  EXPECT_EQ(Try("shop", Line("anna", "5")), "TooManyLines") << "it may thaw";
  Reopen(true);
  EXPECT_EQ(Try("shop", Line("anna", "5")), "TooManyLines");
  Do("shop", CloseLine{in_hours});
  EXPECT_EQ(Try("shop", Line("anna", "5")), "Ok");
}

TEST_F(OperatorLimitsTest, PaymentsPerDay) {
  SetLimits limits = Because();
  limits.payments_per_day = 3;
  const Pay first = ToShop("1");
  Do("anna", first);
  Do("clerk", limits);  // what was paid before counts
  PreparePayment prepare;
  prepare.payment = ToShop("1");
  Do("anna", prepare);
  Do("anna", AbortPayment{prepare.payment.id});
  EXPECT_EQ(Try("anna", ToShop("1000")), "InsufficientCapacity");  // refused: counts for nothing
  Reopen(true);
  EXPECT_EQ(Try("anna", first), "Ok");  // the stored answer is no new payment
  EXPECT_EQ(Try("anna", ToShop("1")), "Ok");
  const Pay fourth = ToShop("1");
  EXPECT_EQ(Try("anna", fourth), "TooManyPaymentsToday");
  Reopen(false);
  EXPECT_EQ(Try("anna", fourth), "TooManyPaymentsToday");
  EXPECT_EQ(Try("ben", ToShop("1")), "Ok");
  now_ += kDay;
  EXPECT_EQ(Try("anna", fourth), "Ok");
  EXPECT_EQ(hub_->view().ledger().PaymentsOn(0, DayOf(now_)), 1U);
}

TEST_F(OperatorLimitsTest, OnlyOperatorsAndOnlyInForm) {
  SetLimits limits = Because();
  limits.lines = 1;
  for (const char* who : {"anna", "auditor", "stranger"}) {
    EXPECT_EQ(Try(who, limits), "NotPermitted") << who;
  }
  EXPECT_EQ(Try("clerk", Because()), "InvalidArgument") << "changes nothing";
  EXPECT_EQ(Try("clerk", InEur()), "InvalidArgument") << "changes nothing";
  SetLimits wrong = limits;
  wrong.equivalent = Code("EUR");
  EXPECT_EQ(Try("clerk", wrong), "InvalidArgument") << "no amount in it";
  wrong = Because();
  wrong.payment = AmountInput("1");
  EXPECT_EQ(Try("clerk", wrong), "InvalidArgument") << "an amount of what?";
  wrong.equivalent = Code("NONE");
  EXPECT_EQ(Try("clerk", wrong), "UnknownEquivalent");
  wrong.equivalent = Code("EUR");
  wrong.payment = AmountInput("1.001");
  EXPECT_EQ(Try("clerk", wrong), "AmountTooPrecise");
  wrong = limits;
  wrong.level = 4;
  EXPECT_EQ(Try("clerk", wrong), "InvalidArgument");
  wrong = limits;
  wrong.reason = "";
  EXPECT_EQ(Try("clerk", wrong), "TextInvalid");
  EXPECT_EQ(hub_->view().ledger().count_limits(), CountLimits());
}

// Operator acts carry a reason and are recorded (spec 01 §1.4).
TEST_F(OperatorLimitsTest, ReasonsAreInTheJournal) {
  const auto last_reason = [&] {
    std::string reason;
    const Status read = NewMemoryJournalReader(medium_)->Replay(
        hub_->head().seq - 1, [&](std::string_view packed) -> StatusOr<bool> {
          reason = TakeUnhashedRecord(&packed)->reason;
          return true;
        });
    EXPECT_TRUE(read.ok());
    return reason;
  };
  SetLevel("anna", 2);
  EXPECT_EQ(last_reason(), "seen a passport");
  SetLimits limits = Because();
  limits.lines = 3;
  Do("admin", limits);
  EXPECT_EQ(last_reason(), "agreed at the assembly");
  Do("admin", SetParticipantStatus{KeyOf("ben").pid(), ParticipantStatus::kSuspended, "asked to"});
  EXPECT_EQ(last_reason(), "asked to");
  Do("admin", FreezeLine{line_, "in dispute"});
  EXPECT_EQ(last_reason(), "in dispute");
}

TEST_F(OperatorLimitsTest, SignedRecordedAndTold) {
  SetLimits limits = InEur();
  limits.level = 2;
  limits.payment = AmountInput("12.5");
  limits.line = PolicySetting<AmountInput>::Reset();
  limits.lines = 7;
  limits.payments_per_day = PolicySetting<std::uint32_t>::Reset();
  const SignedCommand command =
      SignCommand(KeyOf("clerk"), "village", limits, 5, {now_, now_ + kMinute}).value();
  const std::uint64_t before = hub_->head().seq;
  const VerifiedCommand verified = VerifyCommand(command, "village").value();
  ASSERT_EQ(hub_->Execute(verified, now_)->code(), ErrorCode::kOk);
  EXPECT_EQ(hub_->view().ledger().count_limits().lines[2], 7U);
  EXPECT_EQ(hub_->view().ledger().amount_limits(0).payment[2], 1250);
  EXPECT_EQ(hub_->view().ledger().amount_limits(0).payment[1], std::nullopt);
  const std::vector<Event> events = hub_->PollEvents(before, 10).value();
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(EventName(events[0].type), "network.limits_set");
  EXPECT_EQ(events[0].equivalent, Code("EUR"));
}

}  // namespace
}  // namespace geo::tests
