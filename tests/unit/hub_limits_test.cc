// What a hub holds at the most (geo/base/limits.h): the last one fits, the next one is refused, and
// a full hub reopens and makes its snapshots.

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "geo/base/limits.h"
#include "tests/support/clearing_village.h"
#include "tests/support/environment.h"

namespace geo::tests {
namespace {

class HubLimitsTest : public ClearingVillage {
 protected:
  // Does commands `from` to `to`, not included, in groups as large as a hub takes.
  void DoAll(const std::string& who, std::size_t from, std::size_t to,
             const std::function<Command(std::size_t)>& make) {
    const Pid pid = KeyOf(who).pid();
    for (std::size_t i = from; i < to; ++i) {
      ASSERT_TRUE(hub_->Submit(TrustedCommand(pid, make(i)), now_).ok());
      if (i + 1 < to && (i - from + 1) % options_.max_pending != 0) continue;
      const std::vector<CommandResult> results = hub_->Flush().value();
      for (const CommandResult& result : results) {
        ASSERT_EQ(Code(result), "Ok") << result.status << ", at most " << i;
      }
    }
  }
  // A chain of lines of its own, as long as a route may be.
  std::vector<Pid> OpenChain(const std::string& from, const std::string& to, std::uint32_t number) {
    std::vector<std::string> names = {from};
    for (std::uint32_t i = 1; i < kMostHops; ++i) {
      names.push_back("c" + std::to_string(number) + "-" + std::to_string(i));
      Joins(names.back());
    }
    names.push_back(to);
    for (std::size_t i = 1; i < names.size(); ++i) Trusts(names[i], names[i - 1], "1000");
    return PidsOf(names);
  }
  static TxId Numbered(std::size_t i) { return Id("n-" + std::to_string(i)); }
};

TEST_F(HubLimitsTest, Equivalents) {
  const auto make = [](std::size_t i) {
    CreateEquivalent create;
    create.code = EquivalentCode::Parse("E" + std::to_string(i)).value();
    return create;
  };
  DoAll("admin", 1, kMaxEquivalents, make);  // the village has one
  EXPECT_EQ(Code(Try("admin", make(kMaxEquivalents))), "TooLarge");
  EXPECT_EQ(Code(Try("admin", make(1))), "EquivalentExists");
}

TEST_F(HubLimitsTest, PreparedPaymentsOfEverybody) {
  options_.payments.max_prepared_per_payer = kMaxPrepared;
  Reopen();
  PreparePayment prepare;
  prepare.payment = Payment("anna", "ben", "0.01");
  prepare.routes = {{PidsOf({"anna", "ben"}), "0.01"}};
  const auto make = [&](std::size_t i) {
    prepare.payment.id = Numbered(i);
    return prepare;
  };
  SetLimit("ben", "anna", "1000");
  DoAll("anna", 0, kMaxPrepared, make);
  EXPECT_EQ(Code(Try("anna", make(kMaxPrepared))), "TooManyPrepared");
  EXPECT_EQ(Code(Try("anna", make(7))), "Ok") << "what is prepared already is answered as it was";
  Do("anna", AbortPayment{Numbered(7)});
  Do("anna", make(kMaxPrepared));
}

// Payers ask for hops and paths, not for the time of everybody else.
TEST_F(HubLimitsTest, WorkOfASearch) {
  EXPECT_EQ(options_.routing.work_limit, kUsualWorkLimit);
  (void)OpenChain("anna", "ben", 1);
  options_.routing.work_limit = 10;
  Reopen();
  Pay pay = Payment("anna", "ben", "150");
  pay.constraints.max_hops = kUnlimited;
  const CommandResult refused = Try("anna", pay);
  ASSERT_EQ(Code(refused), "Deadline");
  EXPECT_EQ(refused.payment->refusal->reason, RefusalReason::kWorkLimit);
  EXPECT_FALSE(hub_->view().Capacity(KeyOf("anna").pid(), KeyOf("ben").pid(), Eur()).value().exact);
  options_.routing.work_limit = kUsualWorkLimit;
  Reopen();
  Do("anna", pay);
}

// Otherwise their slice of a snapshot could be more than a store takes.
TEST_F(HubLimitsTest, BytesOfPreparedPayments) {
  if (!FullTier()) GTEST_SKIP() << "full tier only (GEO_TEST_TIER=full)";
  options_.payments.max_prepared_per_payer = kMaxPrepared;
  options_.read_model_rows = 0;
  Reopen();
  PreparePayment prepare;
  prepare.payment = Payment("anna", "ben", "0.01");
  std::vector<Pid>& avoid = prepare.payment.constraints.avoid;
  avoid.resize(kMaxAvoid);
  for (std::size_t i = 0; i < kMaxAvoid; ++i) {
    avoid[i].bytes = {static_cast<std::uint8_t>(i >> 8), static_cast<std::uint8_t>(i)};
  }
  const auto make = [&](std::size_t i) {
    prepare.payment.id = Numbered(i);
    return prepare;
  };
  constexpr std::size_t kFits = kMaxPreparedBytes / (kMaxAvoid * Pid::kSize) + 1;
  std::size_t taken = 0;
  while (taken < kFits && Code(Try("anna", make(taken))) == "Ok") ++taken;
  EXPECT_LT(taken, kFits);
  EXPECT_GT(taken, kFits * 9 / 10);
  EXPECT_EQ(Code(Try("anna", make(taken))), "TooManyPrepared");
  ASSERT_TRUE(hub_->Checkpoint().ok());
  Reopen();
  EXPECT_EQ(Code(Try("anna", make(taken))), "TooManyPrepared");
  Do("anna", AbortPayment{Numbered(7)});
  Do("anna", make(taken));
}

TEST_F(HubLimitsTest, ProposalsThatWait) {
  Bring({{"anna", "ben", "10"}, {"ben", "cleo", "7"}, {"cleo", "anna", "9"}});
  Change("ben", "anna", Consents(false));
  const std::vector<Pid> cycle = PidsOf({"anna", "ben", "cleo"});
  const auto make = [&](std::size_t i) { return ProposeClearing{Numbered(i), Eur(), cycle}; };
  DoAll("clerk", 0, kMaxProposals, make);
  EXPECT_EQ(Code(Try("clerk", make(kMaxProposals))), "TooLarge");
  Do("ben", RejectClearing{Numbered(7)});
  Do("clerk", make(kMaxProposals));
}

TEST_F(HubLimitsTest, ProposalsOfOneMemberLeaveRoomForOthers) {
  Bring({{"anna", "ben", "10"}, {"ben", "cleo", "7"}, {"cleo", "anna", "9"}});
  Change("ben", "anna", Consents(false));
  const std::vector<Pid> cycle = PidsOf({"anna", "ben", "cleo"});
  const auto make = [&](std::size_t i) { return ProposeClearing{Numbered(i), Eur(), cycle}; };
  const std::size_t most = ProposalDefaults().max_waiting_per_proposer;
  DoAll("anna", 0, most, make);
  EXPECT_EQ(Code(Try("anna", make(most))), "TooLarge");
  EXPECT_EQ(Code(Try("anna", make(7))), "Ok") << "what waits already is answered as it was";
  DoAll("clerk", most, 2 * most + 1, make);  // operators are not counted
  Do("cleo", make(2 * most + 1));
  Do("ben", RejectClearing{Numbered(7)});
  Do("anna", make(2 * most + 2));
}

// Each is counted once as long as it waits, however it goes on.
TEST_F(HubLimitsTest, ProposalsThatWaitAreCountedByProposer) {
  Bring({{"anna", "ben", "10"}, {"ben", "cleo", "7"}, {"cleo", "anna", "9"}});
  Change("ben", "anna", Consents(false));
  const std::vector<Pid> cycle = PidsOf({"anna", "ben", "cleo"});
  const auto make = [&](std::size_t i) { return ProposeClearing{Numbered(i), Eur(), cycle}; };
  const auto waiting = [&](const char* who) {
    return hub_->view().ledger().ProposedBy(KeyOf(who).pid());
  };
  const auto accept = [&](const char* who, std::size_t i) {
    Do(who, AcceptClearing{Numbered(i), hub_->FindProposal(Numbered(i))->value().terms});
  };
  DoAll("anna", 0, 4, make);
  DoAll("clerk", 4, 6, make);
  EXPECT_EQ(waiting("anna"), 4U);
  EXPECT_EQ(waiting("clerk"), 2U);
  EXPECT_EQ(waiting("ben"), 0U);
  accept("cleo", 0);
  accept("anna", 0);
  EXPECT_EQ(waiting("anna"), 4U);
  accept("ben", 0);
  EXPECT_EQ(waiting("anna"), 3U) << "it is cleared";
  Do("cleo", RejectClearing{Numbered(1)});
  EXPECT_EQ(waiting("anna"), 2U);
  ASSERT_TRUE(hub_->Checkpoint().ok());
  Reopen();
  EXPECT_EQ(waiting("anna"), 2U);
  now_ += 8 * kDay;
  hub_->Tick(now_);
  EXPECT_EQ(waiting("anna") + waiting("clerk"), 0U);
  ASSERT_TRUE(hub_->Flush().ok());
}

// More than a store takes in one append would poison the hub.
TEST_F(HubLimitsTest, BytesOfRecordsBetweenTwoFlushes) {
  UpdateLine update;
  update.line =
      hub_->view().LineOf(KeyOf("ben").pid(), KeyOf("anna").pid(), Eur()).value()->line.id;
  std::vector<Pid> blocked(kMaxBlockedParticipants);
  for (std::size_t i = 0; i < blocked.size(); ++i)
    blocked[i].bytes[0] = static_cast<std::uint8_t>(i);
  update.policy.blocked_participants = blocked;
  const VerifiedCommand command = TrustedCommand(KeyOf("ben").pid(), update);
  std::size_t taken = 0;
  Status last = OkStatus();
  while (last.ok()) {
    last = hub_->Submit(command, now_);
    if (last.ok()) ++taken;
  }
  EXPECT_EQ(CodeName(last), "QueueFull");
  EXPECT_LT(taken, options_.max_pending) << "else it is the number of commands that is too much";
  const auto results = hub_->Flush();
  ASSERT_TRUE(results.ok()) << results.status();
  EXPECT_EQ(results->size(), taken);
  Do("ben", update);
}

// Expiries that no single append takes, some 270 MB of records, end in one Execute.
// A refusal's cut may be as large as the network.
TEST_F(HubLimitsTest, LinesOfCutsBetweenTwoFlushes) {
  constexpr std::size_t kCut = 512;
  Joins("left");
  Joins("right");
  for (std::size_t i = 0; i < kCut; ++i) {
    const std::string near = "near-" + std::to_string(i);
    const std::string far = "far-" + std::to_string(i);
    Joins(near);
    Joins(far);
    Trusts(near, "left", "10");
    Trusts(far, near, "1");
    Trusts("right", far, "10");
  }
  const Pid left = KeyOf("left").pid();
  const auto submit = [&] {
    return CodeName(hub_->Submit(TrustedCommand(left, Payment("left", "right", "513")), now_));
  };
  constexpr std::size_t kFits = kMaxPendingCutLines / kCut;
  for (std::size_t i = 0; i < kFits; ++i) ASSERT_EQ(submit(), "Ok") << i;
  EXPECT_EQ(submit(), "QueueFull");
  const std::vector<CommandResult> results = hub_->Flush().value();
  ASSERT_EQ(results.size(), kFits);
  EXPECT_EQ(results.back().payment->refusal->cut.size(), kCut);
  EXPECT_EQ(submit(), "Ok");
}

TEST_F(HubLimitsTest, MoreIsOverThanOneAppendTakes) {
  if (!FullTier()) GTEST_SKIP() << "full tier only (GEO_TEST_TIER=full)";
  options_.payments.max_prepared_per_payer = kMaxPrepared;
  options_.read_model_rows = 0;
  options_.max_pending = 1000;
  Reopen();
  PreparePayment prepare;
  prepare.payment = Payment("anna", "eve", "0.64");
  for (std::uint32_t path = 0; path < kMostPaths; ++path) {
    prepare.routes.push_back({OpenChain("anna", "eve", path), "0.01"});
  }
  const auto make = [&](std::size_t i) {
    prepare.payment.id = Numbered(i);
    return prepare;
  };
  constexpr std::size_t kPayments = 16000;
  DoAll("anna", 0, kPayments, make);
  EXPECT_EQ(hub_->view().ledger().prepared_count(), kPayments);
  const std::uint64_t before = hub_->head().seq;
  now_ += kHour;
  Pays("anna", "ben", "1");
  EXPECT_EQ(hub_->view().ledger().prepared_count(), 0U);
  EXPECT_EQ(hub_->head().seq, before + kPayments + 1);
}

// What is over while a batch is full ends in the next one, and nothing else is done before it.
TEST_F(HubLimitsTest, AFullBatchLeavesTheRestOfATickToTheNext) {
  options_.clearing.set_off = ScheduledSetOff{.every = kHour};
  options_.proposals.lifetime = options_.proposals.shortest_lifetime = kMinute;
  Reopen();
  Bring({{"dan", "eve", "5"}, {"eve", "ben", "5"}, {"ben", "dan", "5"}});
  Bring({{"anna", "cleo", "1"}, {"cleo", "eve", "1"}, {"eve", "anna", "1"}});
  Change("cleo", "anna", Consents(false));
  Do("anna", ProposeClearing{Id("asked"), Eur(), PidsOf({"anna", "cleo", "eve"})});
  PreparePayment prepare;
  prepare.payment = Payment("anna", "cleo", "1");
  Do("anna", prepare);
  UpdateLine update;
  update.line = lines_.at({"ben", "anna"});
  update.policy.blocked_participants = std::vector<Pid>(kMaxBlockedParticipants);
  for (std::size_t i = 0; i < kMaxBlockedParticipants; ++i) {
    (*update.policy.blocked_participants.value)[i].bytes[0] = static_cast<std::uint8_t>(i);
  }
  const VerifiedCommand command = TrustedCommand(KeyOf("ben").pid(), update);
  while (hub_->Submit(command, now_).ok()) {
  }
  now_ += kHour;
  hub_->Tick(now_);
  EXPECT_EQ(hub_->view().ledger().prepared_count(), 1U);
  EXPECT_EQ(hub_->view().ledger().proposal_count(), 1U);
  const std::string debts = Debts();
  EXPECT_EQ(CodeName(hub_->Submit(command, now_)), "QueueFull");
  ASSERT_TRUE(hub_->Flush().ok());
  hub_->Tick(now_);
  ASSERT_TRUE(hub_->Flush().ok());
  EXPECT_EQ(hub_->view().ledger().proposal_count(), 0U);
  EXPECT_NE(Debts(), debts) << "what was due to be cleared";
  EXPECT_EQ(Code(Try("anna", CommitPayment{prepare.payment.id})), "ReservationExpired");
  EXPECT_EQ(hub_->view().ledger().prepared_count(), 0U);
}

TEST_F(HubLimitsTest, ParticipantsNamedInACommand) {
  SetOffDebts clear;
  clear.terms.equivalent = Eur();
  clear.terms.within.emplace(kMaxWithin + 1, KeyOf("anna").pid());
  EXPECT_EQ(Code(Try("clerk", clear)), "TooLarge");
  clear.terms.within->pop_back();
  EXPECT_EQ(Code(Try("clerk", clear)), "Ok");
  const std::vector<std::string> members(kMaxCycleMembers + 1, "ben");
  EXPECT_EQ(Code(Try("clerk", ProposeClearing{Id("p"), Eur(), PidsOf(members)})), "TooLarge");
}

}  // namespace
}  // namespace geo::tests
