// Whom one can pay and how far trust reaches, asked of a hub's view.
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "geo/crypto/keys.h"
#include "geo/hub/hub.h"
#include "geo/storage/store.h"

namespace geo {
namespace {

constexpr Timestamp kNow = 1'700'000'000 * kSecond;

SecretKey KeyOf(char name) { return SecretKey::FromSeed(std::string(32, name)).value(); }
Pid PidOf(char name) { return KeyOf(name).pid(); }

// a → b → c → d may pay along lines of 50, 20 and 10; e is alone.
class HubReachTest : public ::testing::Test {
 protected:
  HubReachTest() {
    HubOptions options;
    const SecretKey office = KeyOf('o');
    options.founded_at = kNow;
    options.genesis = Genesis{1,
                              "village",
                              office.public_key(),
                              {{office.pid(), office.public_key(), OperatorRole::kAdmin}}};
    hub_ = Hub::Open(NewMemoryStore(), options).value();
    Run('o', CreateEquivalent{.code = code_, .precision = 0});
    for (const char name : {'a', 'b', 'c', 'd', 'e'}) {
      RegisterParticipant registration{.key = KeyOf(name).public_key()};
      registration.name.text = std::string(1, name);
      Run(name, registration);
    }
    Run('b', OpenLine{.debtor = PidOf('a'), .equivalent = code_, .limit = "50"});
    Run('c', OpenLine{.debtor = PidOf('b'), .equivalent = code_, .limit = "20"});
    Run('d', OpenLine{.debtor = PidOf('c'), .equivalent = code_, .limit = "10"});
  }

  void Run(char signer, Command command) {
    const auto result = hub_->Execute(TrustedCommand(PidOf(signer), std::move(command)), kNow);
    ASSERT_TRUE(result.ok() && result->code() == ErrorCode::kOk) << result->status;
  }

  // Everybody whom `from` can pay: name, amount.
  std::map<char, Amount> Payable(char from, std::uint32_t page_size, RouteConstraints constraints) {
    std::map<char, Amount> found;
    ParticipantIndex after = kNoIndex;
    for (bool more = true; more;) {
      const StatusOr<TargetsPage> page =
          hub_->view().Targets(PidOf(from), code_, after, page_size, constraints);
      EXPECT_TRUE(page.ok()) << page.status();
      if (!page.ok()) return {};
      for (const Target& target : page->targets) {
        const Pid& pid = hub_->view().ledger().participant(target.participant).pid;
        for (char name = 'a'; name <= 'e'; ++name) {
          if (PidOf(name) == pid) found[name] = target.amount;
        }
        EXPECT_TRUE(target.exact);
      }
      after = page->last;
      more = page->more;
    }
    return found;
  }

  std::optional<std::uint32_t> Distance(char from, char to, std::uint32_t most = kUnlimited) {
    return hub_->view().TrustDistance(PidOf(from), PidOf(to), code_, most).value();
  }

  EquivalentCode code_ = EquivalentCode::Parse("HOURS").value();
  std::unique_ptr<Hub> hub_;
};

using Amounts = std::map<char, Amount>;

TEST_F(HubReachTest, EverybodyWhomOneCanPayPageByPage) {
  for (const std::uint32_t page_size : {1U, 2U, 100U}) {
    EXPECT_EQ(Payable('a', page_size, {}), (Amounts{{'b', 50}, {'c', 20}, {'d', 10}}));
  }
  RouteConstraints near;
  near.max_hops = 2;
  EXPECT_EQ(Payable('a', 10, near), (Amounts{{'b', 50}, {'c', 20}}));
  EXPECT_EQ(Payable('d', 10, {}), Amounts());
  Run('a', Pay{.id = TxId::Parse("t").value(),
               .payee = PidOf('c'),
               .equivalent = code_,
               .amount = "20"});
  EXPECT_EQ(Payable('a', 10, {}), (Amounts{{'b', 30}}));
}

TEST_F(HubReachTest, TrustIsCountedInLinesAgainstTheWayOfPayments) {
  EXPECT_EQ(Distance('d', 'a'), 3U);
  EXPECT_EQ(Distance('d', 'a', 2), std::nullopt);
  EXPECT_EQ(Distance('a', 'd'), std::nullopt);
  EXPECT_EQ(Distance('a', 'a'), 0U);
  EXPECT_EQ(Distance('a', 'e'), std::nullopt);
}

TEST_F(HubReachTest, WhatIsNotThereIsSaid) {
  const View view = hub_->view();
  const EquivalentCode other = EquivalentCode::Parse("EUR").value();
  const auto targets = [&](char from, const EquivalentCode& code, std::uint32_t page_size) {
    return ErrorCodeOf(view.Targets(PidOf(from), code, kNoIndex, page_size, {}).status());
  };
  EXPECT_EQ(targets('x', code_, 10), ErrorCode::kUnknownParticipant);
  EXPECT_EQ(targets('a', other, 10), ErrorCode::kUnknownEquivalent);
  EXPECT_EQ(targets('a', code_, 0), ErrorCode::kInvalidArgument);
  EXPECT_EQ(targets('a', code_, kMaxTargets + 1), ErrorCode::kInvalidArgument);
  const auto distance = [&](char from, char to, const EquivalentCode& code) {
    return ErrorCodeOf(view.TrustDistance(PidOf(from), PidOf(to), code).status());
  };
  EXPECT_EQ(distance('x', 'a', code_), ErrorCode::kUnknownParticipant);
  EXPECT_EQ(distance('a', 'x', code_), ErrorCode::kUnknownParticipant);
  EXPECT_EQ(distance('a', 'b', other), ErrorCode::kUnknownEquivalent);
}

TEST_F(HubReachTest, NothingCanBePaidInAnEquivalentThatRests) {
  const auto capacity = [&] { return *hub_->view().Capacity(PidOf('a'), PidOf('d'), code_); };
  const auto routes = [&] {
    return hub_->view().FindRoutes(PidOf('a'), PidOf('d'), code_, 5, {}).status();
  };
  EXPECT_EQ(capacity().amount, 10);
  EXPECT_TRUE(routes().ok());
  Run('o', UpdateEquivalent{.code = code_, .active = false});
  EXPECT_EQ(capacity().amount, 0);
  EXPECT_TRUE(capacity().exact);
  EXPECT_EQ(ErrorCodeOf(routes()), ErrorCode::kEquivalentNotActive);
  EXPECT_TRUE(Payable('a', 10, {}).empty());
  Run('o', UpdateEquivalent{.code = code_, .active = true});
  EXPECT_EQ(capacity().amount, 10);
}

}  // namespace
}  // namespace geo
