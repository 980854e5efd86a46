// The check of a clearing before it is written (spec 01 §7.4, §8.1): what it lets through, and each
// kind of wrong plan, wrong in one way only.

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

#include "geo/clearing/clearing.h"
#include "tests/support/clearing_village.h"

namespace geo::tests {
namespace {

// In the order of registration.
constexpr ParticipantIndex kAnna = 0;
constexpr ParticipantIndex kBen = 1;
constexpr ParticipantIndex kCleo = 2;
constexpr ParticipantIndex kDan = 3;
constexpr EquivalentIndex kEur = 0;

// anna owes ben 10.00, ben owes cleo, cleo owes anna and dan as much.
class VerifyClearingTest : public ClearingVillage {
 protected:
  void SetUp() override {
    ClearingVillage::SetUp();
    Bring({{"anna", "ben", "10"},
           {"ben", "cleo", "10"},
           {"cleo", "anna", "10"},
           {"cleo", "dan", "10"}});
  }

  static Effect Debt(ParticipantIndex debtor, ParticipantIndex creditor, Amount before,
                     Amount after) {
    return DebtEffect{kEur, debtor, creditor, before, after, 0, 0};
  }
  // The whole cycle, to the same debt everywhere.
  static std::vector<Effect> Cycle(Amount after) {
    return {Debt(kAnna, kBen, 1000, after), Debt(kBen, kCleo, 1000, after),
            Debt(kCleo, kAnna, 1000, after)};
  }
  // What is wrong with it: the end of the message; nothing when it may be written.
  std::string Wrong(const std::vector<Effect>& effects, bool growth = false) {
    const Status status = VerifyClearing(hub_->view().ledger(), effects, growth);
    if (status.ok()) return "";
    EXPECT_EQ(CodeName(status), "InvariantViolated");
    const std::string message(status.message());
    const std::size_t colon = message.rfind(": ");
    return colon == std::string::npos ? message : message.substr(colon + 2);
  }
  void Hold(const std::string& from, const std::string& to) {
    PreparePayment prepare;
    prepare.payment = Payment(from, to, "1");
    prepare.routes = {{PidsOf({from, to}), "1"}};
    Do(from, prepare);
  }
};

TEST_F(VerifyClearingTest, LetsCyclesThrough) {
  EXPECT_EQ(Wrong(Cycle(400)), "");
  EXPECT_EQ(Wrong(Cycle(0)), "");
  EXPECT_EQ(Wrong({Debt(kBen, kAnna, -1000, -400), Debt(kBen, kCleo, 1000, 400),
                   Debt(kAnna, kCleo, -1000, -400)}),
            "")
      << "the other way round";
}

TEST_F(VerifyClearingTest, NobodysPositionMayChange) {
  const std::vector<Effect> right = Cycle(400);
  EXPECT_EQ(Wrong({right[0], right[1]}), "clearing would change the net position of 0");
  EXPECT_EQ(Wrong({right[0], right[1], Debt(kCleo, kAnna, 1000, 500)}),
            "clearing would change the net position of 0");
  std::vector<Effect> more = right;
  more.push_back(Debt(kCleo, kDan, 1000, 900));
  EXPECT_EQ(Wrong(more), "clearing would change the net position of 2");
}

TEST_F(VerifyClearingTest, DebtsAreAsThePlanSaysAndChangeOnce) {
  std::vector<Effect> plan = Cycle(400);
  plan[2] = Debt(kCleo, kAnna, 900, 300);
  EXPECT_EQ(Wrong(plan), "it is not what the plan says");
  EXPECT_EQ(Wrong({Debt(kAnna, kDan, 100, 0)}), "it is not what the plan says");
  EXPECT_EQ(Wrong({Debt(kAnna, kBen, 1000, 1000)}), "nothing changes");
  EXPECT_EQ(Wrong(Cycle(std::numeric_limits<Amount>::min())), "it is out of range");
  std::vector<Effect> twice = Cycle(400);
  for (const Effect& effect : Cycle(400)) twice.push_back(effect);
  EXPECT_EQ(Wrong(twice), "a clearing changes one debt twice");
  plan = Cycle(400);
  std::get<DebtEffect>(plan[0]).paid_after = 6;
  EXPECT_EQ(Wrong(plan), "a payment's counter moves");
  plan.front() = SequenceEffect();
  EXPECT_EQ(Wrong(plan), "a clearing changes debts and nothing else");
}

TEST_F(VerifyClearingTest, StaysWithinOneEquivalent) {
  CreateEquivalent create;
  create.code = EquivalentCode::Parse("HOUR").value();
  Do("admin", create);
  std::vector<Effect> plan = Cycle(400);
  std::get<DebtEffect>(plan[0]).equivalent = 1;
  EXPECT_EQ(Wrong(plan), "there is none");
  OpenLine open;
  open.debtor = KeyOf("anna").pid();
  open.equivalent = create.code;
  open.limit = "10";
  Do("ben", open);
  Pay pay = Payment("anna", "ben", "10");
  pay.equivalent = create.code;
  Do("anna", pay);
  EXPECT_NE(Wrong({plan[0]}), "there is none");
  EXPECT_EQ(Wrong({plan[1], plan[0], plan[2]}), "of another equivalent");
}

TEST_F(VerifyClearingTest, NoLineNoConsentNoClearing) {
  const std::string wrong = "no active line whose owner consents covers it";
  Change("ben", "anna", Consents(false));
  EXPECT_EQ(Wrong(Cycle(400)), wrong);
  Change("ben", "anna", Consents(true));
  EXPECT_EQ(Wrong(Cycle(400)), "");
  Change("anna", "ben", Consents(false));
  EXPECT_EQ(Wrong(Cycle(400)), "") << "that one is not used";
  Do("cleo", FreezeLine{lines_.at({"cleo", "ben"}), ""});
  EXPECT_EQ(Wrong(Cycle(400)), wrong);
}

TEST_F(VerifyClearingTest, ReservedPairsAreLeftAlone) {
  Hold("anna", "ben");
  EXPECT_EQ(Wrong(Cycle(400)), "the pair is reserved");
  Do("anna", AbortPayment{Id("anna-1")});
  EXPECT_EQ(Wrong(Cycle(400)), "");
  Hold("ben", "anna");
  EXPECT_EQ(Wrong(Cycle(400)), "the pair is reserved");
}

TEST_F(VerifyClearingTest, DebtsGrowOnlyWhereItIsAllowedAndFits) {
  const std::string may_not = "it would grow, and may not";
  EXPECT_EQ(Wrong(Cycle(1100)), may_not);
  EXPECT_EQ(Wrong(Cycle(1100), true), may_not);
  Change("ben", "anna", Grows(true));
  Change("cleo", "ben", Grows(true));
  EXPECT_EQ(Wrong(Cycle(1100), true), may_not) << "anna has not allowed it";
  Change("anna", "cleo", Grows(true));
  EXPECT_EQ(Wrong(Cycle(1100)), may_not);
  EXPECT_EQ(Wrong(Cycle(10000), true), "");
  EXPECT_EQ(Wrong(Cycle(10001), true), "it would grow above the limit");
  SetParticipantStatus status{KeyOf("ben").pid(), ParticipantStatus::kSuspended, "asked to"};
  Do("clerk", status);
  EXPECT_EQ(Wrong(Cycle(10000), true), "it would grow, and somebody is not active");
  EXPECT_EQ(Wrong(Cycle(400), true), "");
  status.status = ParticipantStatus::kActive;
  Do("clerk", status);
  EXPECT_EQ(Wrong(Cycle(-1), true), may_not) << "ben would come to owe anna";
  Change("anna", "ben", Consents(false));
  EXPECT_EQ(Wrong(Cycle(-1), true), "no active line whose owner consents covers it");
}

}  // namespace
}  // namespace geo::tests
