// Payments that come with a plan of their own: it is used while it fits, and replaced when not.

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "geo/hub/hub.h"
#include "tests/support/keys.h"
#include "tests/support/status.h"
#include "tests/support/village.h"

namespace geo::tests {
namespace {

// anna may pay dora through boris or through clara, 100 each way.
class SuggestedPlanTest : public ::testing::Test {
 protected:
  void SetUp() override {
    HubOptions options;
    options.genesis = VillageGenesis();
    hub_ = Hub::Open(NewMemoryStore(), options).value();
    CreateEquivalent create;
    create.code = EquivalentCode::Parse("UAH").value();
    Do("admin", create);
    for (const char* name : {"anna", "boris", "clara", "dora"}) {
      RegisterParticipant join;
      join.key = KeyOf(name).public_key();
      join.name = {Salt(), name};
      Do(name, join);
    }
    for (const char* middle : {"boris", "clara"}) {
      Trust(middle, "anna");
      Trust("dora", middle);
    }
  }

  CommandResult Do(const char* who, Command command, const Plan* plan = nullptr) {
    EXPECT_TRUE(hub_->Submit(TrustedCommand(KeyOf(who).pid(), std::move(command)), 1, plan).ok());
    return hub_->Flush().value().at(0);
  }

  void Trust(const char* owner, const char* debtor) {
    OpenLine line;
    line.debtor = KeyOf(debtor).pid();
    line.equivalent = EquivalentCode::Parse("UAH").value();
    line.limit = Amount{100};
    ASSERT_EQ(Do(owner, line).code(), ErrorCode::kOk);
  }

  Pay Payment(Amount amount) {
    Pay pay;
    pay.id = TxId::Parse("p-" + std::to_string(++payments_)).value();
    pay.payee = KeyOf("dora").pid();
    pay.equivalent = EquivalentCode::Parse("UAH").value();
    pay.amount = amount;
    return pay;
  }

  Route Through(const char* middle, Amount amount) {
    const auto index = [&](const char* name) {
      return hub_->view().ledger().FindParticipant(KeyOf(name).pid()).value();
    };
    return {{index("anna"), index(middle), index("dora")}, amount};
  }

  int payments_ = 0;
  std::unique_ptr<Hub> hub_;
};

TEST_F(SuggestedPlanTest, IsUsedWhileItFits) {
  for (const char* middle : {"boris", "clara"}) {
    const Plan plan{{Through(middle, 60)}};
    const CommandResult paid = Do("anna", Payment(60), &plan);
    ASSERT_EQ(paid.code(), ErrorCode::kOk) << paid.status;
    EXPECT_FALSE(paid.payment->replanned);
    EXPECT_EQ(paid.payment->transaction->routes, plan.routes);
  }
}

TEST_F(SuggestedPlanTest, IsReplacedWhenItFitsNoMore) {
  const Plan plan{{Through("clara", 60)}};
  ASSERT_EQ(Do("anna", Payment(60), &plan).code(), ErrorCode::kOk);
  const CommandResult again = Do("anna", Payment(60), &plan);  // clara has room for 40
  ASSERT_EQ(again.code(), ErrorCode::kOk) << again.status;
  EXPECT_TRUE(again.payment->replanned);
  EXPECT_NE(again.payment->transaction->routes, plan.routes);
  const CommandResult third = Do("anna", Payment(90), &plan);  // 80 are left in all
  EXPECT_EQ(third.code(), ErrorCode::kInsufficientCapacity);
  EXPECT_TRUE(third.payment->replanned);
}

TEST_F(SuggestedPlanTest, NonsenseIsReplacedToo) {
  const Plan plans[] = {
      {{Through("clara", 59)}},                                // adds up to something else
      {{{{0, 1, 0, 3}, 60}}},                                  // not simple
      {{{{kNoIndex, 77}, 60}}},                                // nobody
      {{}},                                                    // nothing
      {{Through("clara", 60), Through("clara", kMaxAmount)}},  // overflows
      {{{{Through("clara", 60).participants[0]}, 60}}},        // goes nowhere
      {{{{}, 60}}},                                            // no participants
      {{Through("boris", -20), Through("clara", 80)}},         // negative
  };
  for (const Plan& plan : plans) {
    const CommandResult paid = Do("anna", Payment(20), &plan);
    ASSERT_EQ(paid.code(), ErrorCode::kOk) << paid.status;
    EXPECT_TRUE(paid.payment->replanned);
    EXPECT_TRUE(hub_->view().ledger().CheckPositions().ok());
  }
}

}  // namespace
}  // namespace geo::tests
