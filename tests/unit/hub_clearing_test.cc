// Clearing through a hub (spec 01 §7): asked for, triggered, scheduled; its records and events.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "geo/hub/hub.h"
#include "geo/hub/log.h"
#include "geo/hub/metrics.h"
#include "tests/support/clearing_village.h"

namespace geo::tests {
namespace {

using ClearingTest = ClearingVillage;

std::map<std::string, Amount> ClearedFor(const std::vector<Event>& events) {
  std::map<std::string, Amount> cleared;
  for (const Event& event : events) {
    if (event.type == EventType::kDebtsCleared) {
      cleared[ClearingVillage::NameOf(event.participants.at(0))] += event.amount;
    }
  }
  return cleared;
}

TEST_F(ClearingTest, CyclesAreClearedAndEverybodyIsTold) {
  Bring({{"anna", "ben", "10"}, {"ben", "cleo", "7"}, {"cleo", "anna", "9"}, {"cleo", "dan", "3"}});
  const ClearCycles clear = AllCycles(3);
  const ClearingView dry = hub_->view().WouldClear(clear).value();
  const std::uint64_t head = hub_->head().seq;
  EXPECT_EQ(head, hub_->head().seq);
  const CommandResult result = Do("clerk", clear);
  ASSERT_TRUE(result.clearing.has_value());
  EXPECT_EQ(result.clearing->cycles, dry.cycles);
  EXPECT_TRUE(result.clearing->cleared == 2100);
  EXPECT_TRUE(result.clearing->complete);
  EXPECT_EQ(result.clearing->debts, 3U);
  EXPECT_EQ(result.clearing->records, (std::vector<std::uint64_t>{head + 1}));
  EXPECT_EQ(result.seq, head + 1);
  EXPECT_EQ(Debts(), "anna-ben 3.00, cleo-anna 2.00, cleo-dan 3.00");
  const auto events = hub_->PollEvents(head, 100).value();
  EXPECT_EQ(ClearedFor(events),
            (std::map<std::string, Amount>{{"anna", 700}, {"ben", 700}, {"cleo", 700}}));
  EXPECT_EQ(events.size(), 3U);
  EXPECT_EQ(EventName(events[0].type), "clearing.debts_cleared");
  // Nothing is left: no record, and the sequence number is not used up.
  const CommandResult again = Do("clerk", clear);
  EXPECT_EQ(again.seq, 0U);
  EXPECT_TRUE(again.clearing->cycles.empty());
  EXPECT_EQ(hub_->head().seq, head + 1);
}

TEST_F(ClearingTest, OnlyOperatorsMayAskForIt) {
  Bring({{"anna", "ben", "10"}, {"ben", "cleo", "7"}, {"cleo", "anna", "9"}});
  for (const char* who : {"anna", "auditor", "nobody"}) {
    EXPECT_EQ(Code(Try(who, AllCycles(3))), "NotPermitted") << who;
    EXPECT_EQ(Code(Try(who, Optimum())), "NotPermitted") << who;
    EXPECT_EQ(Code(Try(who, Cycle({"anna", "ben", "cleo"}))), "NotPermitted") << who;
  }
  EXPECT_EQ(Code(Try("clerk", AllCycles(2))), "ConstraintRange");
  EXPECT_EQ(Code(Try("clerk", Cycle({"anna", "ben"}))), "InvalidArgument");
  EXPECT_EQ(Code(Try("clerk", Cycle({"anna", "ben", "nobody"}))), "UnknownParticipant");
  SetOffDebts idle = Optimum();
  idle.terms.work_limit = 0;
  EXPECT_EQ(Code(Try("clerk", idle)), "ConstraintRange");
  ClearCycles elsewhere = AllCycles(3);
  elsewhere.terms.equivalent = EquivalentCode::Parse("NONE").value();
  EXPECT_EQ(Code(Try("clerk", elsewhere)), "UnknownEquivalent");
  EXPECT_EQ(Code(Do("clerk", Cycle({"anna", "ben", "cleo"}))), "Ok");
}

TEST_F(ClearingTest, SignedCommandsAreReadAsTheyWereWritten) {
  Bring({{"anna", "ben", "10"}, {"ben", "cleo", "7"}, {"cleo", "anna", "9"}});
  ClearCycles clear = AllCycles(5);
  clear.max_cycles = 7;
  clear.terms.min_amount = "0.50";
  clear.terms.within = std::vector<Pid>{KeyOf("anna").pid(), KeyOf("ben").pid()};
  clear.terms.work_limit = 12345;
  const auto cycles = std::get<ClearCycles>(Travel("clerk", clear));
  EXPECT_EQ(cycles.max_length, 5U);
  EXPECT_EQ(cycles.max_cycles, 7U);
  EXPECT_EQ(cycles.terms.min_amount, clear.terms.min_amount);
  EXPECT_EQ(cycles.terms.within, clear.terms.within);
  EXPECT_EQ(cycles.terms.work_limit, clear.terms.work_limit);
  SetOffDebts best = Optimum();
  best.growth = true;
  best.enough_ppm = 990'000;
  const auto set_off = std::get<SetOffDebts>(Travel("clerk", best));
  EXPECT_TRUE(set_off.growth);
  EXPECT_EQ(set_off.enough_ppm, 990'000U);
  EXPECT_FALSE(set_off.terms.min_amount.has_value());
  const auto cycle = std::get<ClearCycle>(Travel("clerk", Cycle({"anna", "ben", "cleo"})));
  EXPECT_EQ(cycle.cycle, Cycle({"anna", "ben", "cleo"}).cycle);
  // Through the hub, once per sequence number.
  const VerifiedCommand command = Sealed("clerk", Cycle({"anna", "ben", "cleo"}), 9);
  EXPECT_EQ(Code(hub_->Execute(command, now_).value()), "Ok");
  EXPECT_EQ(Code(hub_->Execute(command, now_).value()), "SequenceUsed");
  EXPECT_EQ(Debts(), "anna-ben 3.00, cleo-anna 2.00");
}

TEST_F(ClearingTest, TheOptimumIsOneRecordAndItsCyclesComeOnDemand) {
  // A short cycle stands in the way of a longer one.
  Bring({{"anna", "ben", "10"},
         {"ben", "cleo", "10"},
         {"cleo", "anna", "10"},
         {"ben", "dan", "10"},
         {"dan", "eve", "10"},
         {"eve", "anna", "10"}});
  const ClearingReport report = hub_->view().CompareClearings(Eur(), {3, 4}, false).value();
  EXPECT_TRUE(report.debt == 6000 && report.legal == 6000 && report.upper_bound == 4000);
  ASSERT_EQ(report.choices.size(), 3U);
  EXPECT_TRUE(report.choices[0].cleared == 3000 && report.choices[0].reachable == 3000);
  EXPECT_EQ(report.choices[0].share_ppm, 750'000U);
  EXPECT_EQ(report.choices[1].cycles, 1U);
  EXPECT_TRUE(report.choices[2].cleared == 4000 && report.optimal);
  EXPECT_EQ(report.choices[2].share_ppm, 1'000'000U);
  const CommandResult result = Do("clerk", Optimum());
  EXPECT_TRUE(result.clearing->cleared == 4000);
  EXPECT_TRUE(result.clearing->upper_bound == AmountSum{4000});
  EXPECT_EQ(result.clearing->records.size(), 1U);
  EXPECT_EQ(Debts(), "ben-cleo 10.00, cleo-anna 10.00");
}

TEST_F(ClearingTest, APaymentTriggersItInItsOwnGroup) {
  options_.clearing.triggered.emplace();
  Reopen();
  Bring({{"anna", "ben", "10"}, {"ben", "cleo", "7"}});
  const std::uint64_t head = hub_->head().seq;
  const CommandResult paid = Pays("cleo", "anna", "9");
  ASSERT_TRUE(paid.clearing.has_value());
  EXPECT_TRUE(paid.clearing->status.ok());
  EXPECT_TRUE(paid.clearing->cleared == 2100);
  EXPECT_EQ(paid.clearing->records, (std::vector<std::uint64_t>{head + 2}));
  EXPECT_EQ(hub_->head().seq, head + 2);
  EXPECT_EQ(Debts(), "anna-ben 3.00, cleo-anna 2.00");
  EXPECT_EQ(ClearedFor(hub_->PollEvents(head, 100).value()).size(), 3U);
  // The second phase of a payment triggers it, the first does not: it holds the pair.
  PreparePayment prepare;
  prepare.payment = Payment("ben", "cleo", "1");
  EXPECT_FALSE(Do("ben", prepare).clearing.has_value());
  EXPECT_EQ(Debts(), "anna-ben 3.00, cleo-anna 2.00");
  const CommandResult committed = Do("ben", CommitPayment{prepare.payment.id});
  ASSERT_TRUE(committed.clearing.has_value());
  EXPECT_TRUE(committed.clearing->cleared == 300);
  EXPECT_EQ(Debts(), "anna-ben 2.00, cleo-anna 1.00");
  // A repeated decision moves nothing.
  EXPECT_FALSE(Do("ben", CommitPayment{prepare.payment.id}).clearing.has_value());
}

// A payment that was prepared before is committed there; nothing is cleared, as ClearCycle would be
// refused.
TEST_F(ClearingTest, NothingIsTriggeredInAnEquivalentAtRest) {
  options_.clearing.triggered.emplace();
  Reopen();
  Bring({{"anna", "ben", "10"}, {"ben", "cleo", "7"}});
  PreparePayment prepare;
  prepare.payment = Payment("cleo", "anna", "5");
  Do("cleo", prepare);
  Do("clerk", UpdateEquivalent{Eur(), false});
  EXPECT_FALSE(Do("cleo", CommitPayment{prepare.payment.id}).clearing.has_value());
  EXPECT_EQ(Debts(), "anna-ben 10.00, ben-cleo 7.00, cleo-anna 5.00");
}

TEST_F(ClearingTest, TriggeredOnlyUpToItsLengthAndItsWork) {
  options_.clearing.triggered = TriggeredClearing{.max_length = 3};
  Reopen();
  Bring({{"anna", "ben", "10"}, {"ben", "cleo", "10"}, {"cleo", "dan", "10"}});
  EXPECT_TRUE(Pays("dan", "anna", "5").clearing->cycles.empty());
  options_.clearing.triggered = TriggeredClearing{.max_length = 4, .work_limit = 1};
  Reopen();
  const CommandResult cut = Pays("dan", "anna", "1");
  EXPECT_FALSE(cut.clearing->complete);
  EXPECT_TRUE(cut.clearing->cycles.empty());
  options_.clearing.triggered = TriggeredClearing{.max_length = 4};
  Reopen();
  EXPECT_TRUE(Pays("dan", "anna", "1").clearing->cleared == 2800);
  options_.clearing.triggered.reset();
  Reopen();
  EXPECT_FALSE(Pays("dan", "anna", "1").clearing.has_value());
}

TEST_F(ClearingTest, OffUnlessConfigured) {
  Bring({{"anna", "ben", "10"}, {"ben", "cleo", "7"}});
  EXPECT_FALSE(Pays("cleo", "anna", "9").clearing.has_value());
  Advance(40 * kDay);
  EXPECT_EQ(Debts(), "anna-ben 10.00, ben-cleo 7.00, cleo-anna 9.00");
}

TEST_F(ClearingTest, ScheduledByTick) {
  options_.clearing.cycles = ScheduledCycles{.every = kHour, .max_length = 3};
  options_.clearing.set_off = ScheduledSetOff{.every = kDay};
  Reopen();
  Bring({{"anna", "ben", "10"},
         {"ben", "cleo", "7"},
         {"cleo", "anna", "9"},
         {"cleo", "dan", "3"},
         {"dan", "anna", "1"}});
  Advance(kHour - now_ % kHour - 1);
  EXPECT_EQ(Debts(), "anna-ben 10.00, ben-cleo 7.00, cleo-anna 9.00, cleo-dan 3.00, dan-anna 1.00");
  Advance(1);
  EXPECT_EQ(Debts(), "anna-ben 3.00, cleo-anna 2.00, cleo-dan 3.00, dan-anna 1.00");
  Pays("ben", "cleo", "2");
  now_ += kDay;
  Pays("ben", "cleo", "1");  // a command runs no schedule
  EXPECT_EQ(Debts(), "anna-ben 3.00, ben-cleo 3.00, cleo-anna 2.00, cleo-dan 3.00, dan-anna 1.00");
  Advance(1);  // but nor does it take the place of the Tick that does
  EXPECT_EQ(Debts(), "cleo-dan 2.00");
}

TEST_F(ClearingTest, ScheduledCyclesAreNoLongerAndNoMoreThanAskedFor) {
  options_.clearing.cycles = ScheduledCycles{.every = kHour, .max_length = 4, .max_cycles = 1};
  Reopen();
  Bring({{"anna", "ben", "9"},
         {"ben", "cleo", "9"},
         {"cleo", "anna", "9"},
         {"cleo", "dan", "5"},
         {"dan", "eve", "5"},
         {"eve", "cleo", "5"},
         {"dan", "anna", "1"}});
  Advance(kHour);
  const AmountSum left = hub_->view().CompareClearings(Eur(), {}, false)->debt;
  EXPECT_TRUE(left == 4300 - 2700 || left == 4300 - 1500) << "one of the two";
  Advance(kHour);
  EXPECT_EQ(Debts(), "dan-anna 1.00");
  options_.clearing.cycles->max_length = 3;
  Reopen();
  Pays("anna", "ben", "1");
  Pays("ben", "cleo", "1");
  Pays("cleo", "dan", "1");
  Advance(kHour);
  EXPECT_EQ(Debts(), "anna-ben 1.00, ben-cleo 1.00, cleo-dan 1.00, dan-anna 1.00");
}

TEST_F(ClearingTest, AScheduledSetOffLetsDebtsGrowWhenToldTo) {
  Bring({{"cleo", "anna", "10"}, {"anna", "ben", "10"}, {"cleo", "ben", "1"}});
  Change("ben", "cleo", Grows(true));
  options_.clearing.set_off = ScheduledSetOff{.every = kHour};
  Reopen();
  Advance(kHour);
  EXPECT_EQ(Debts(), "anna-ben 10.00, cleo-anna 10.00, cleo-ben 1.00");
  options_.clearing.set_off->growth = true;
  Reopen();
  Advance(kHour);
  EXPECT_EQ(Debts(), "cleo-ben 11.00");
}

// Small networks are solved to the end in any case: 20,000 participants, 60,000 debts.
TEST_F(ClearingTest, ASetOffEndsWhenItIsEnough) {
  constexpr std::size_t kPeople = 20'000;
  std::vector<Pid> pids;
  for (std::size_t i = 0; i < kPeople; ++i) {
    RegisterParticipant join;
    std::memcpy(join.key.bytes.data(), &i, sizeof(i));
    join.name = {Salt(), "somebody"};
    pids.push_back(PidOf(join.key));
    ASSERT_TRUE(hub_->Submit(TrustedCommand(pids.back(), join), now_).ok());
  }
  std::mt19937 random(1);
  std::set<std::pair<std::size_t, std::size_t>> pairs;
  OpeningBalances opening;
  while (pairs.size() < 3 * kPeople) {
    const std::size_t debtor = random() % kPeople;
    const std::size_t creditor = random() % kPeople;
    if (debtor == creditor || !pairs.insert(std::minmax(debtor, creditor)).second) continue;
    const Amount amount = 1 + random() % 100;
    opening.lines.push_back({pids[creditor], pids[debtor], Eur(), amount});
    opening.debts.push_back({pids[debtor], pids[creditor], Eur(), amount});
  }
  ASSERT_TRUE(hub_->Flush().ok());
  Do("admin", opening);
  const AmountSum debt = hub_->view().CompareClearings(Eur(), {}, false)->debt;
  SetOffDebts clear = Optimum();
  const ClearingView whole = hub_->view().WouldClear(clear).value();
  EXPECT_TRUE(whole.complete);
  clear.enough_ppm = 900'000;
  const ClearingView enough = hub_->view().WouldClear(clear).value();
  EXPECT_FALSE(enough.complete);
  EXPECT_TRUE(enough.cleared < whole.cleared && *enough.upper_bound >= whole.cleared);
  // By schedule as when asked for.
  options_.clearing.set_off = ScheduledSetOff{.every = kHour, .enough_ppm = clear.enough_ppm};
  Reopen();
  Advance(kHour);
  EXPECT_TRUE(hub_->view().CompareClearings(Eur(), {}, false)->debt == debt - enough.cleared);
}

class BeforeTheEpochTest : public ClearingVillage {
 protected:
  BeforeTheEpochTest() { now_ = -kHour / 2; }
};

TEST_F(BeforeTheEpochTest, SchedulesRunAtTheirMultiplesAllTheSame) {
  options_.clearing.set_off = ScheduledSetOff{.every = kHour};
  Reopen();
  Bring({{"anna", "ben", "10"}, {"ben", "cleo", "7"}, {"cleo", "anna", "9"}});
  Advance(kHour / 2 - 1);
  EXPECT_EQ(Debts(), "anna-ben 10.00, ben-cleo 7.00, cleo-anna 9.00");
  Advance(1);
  EXPECT_EQ(Debts(), "anna-ben 3.00, cleo-anna 2.00");
}

TEST_F(ClearingTest, PoliciesOutOfRangeOpenNoHub) {
  const auto refused = [&](const ClearingPolicy& policy) {
    HubOptions options = options_;
    options.clearing = policy;
    return CodeName(Hub::Open(NewMemoryStore(), options).status());
  };
  EXPECT_EQ(refused({.triggered = TriggeredClearing{.max_length = 9}}), "ConstraintRange");
  EXPECT_EQ(refused({.triggered = TriggeredClearing{.min_amount = 0}}), "InvalidArgument");
  EXPECT_EQ(refused({.triggered = TriggeredClearing{.work_limit = 0}}), "ConstraintRange");
  EXPECT_EQ(refused({.cycles = ScheduledCycles{}}), "InvalidArgument");
  EXPECT_EQ(refused({.cycles = ScheduledCycles{.every = kHour, .max_length = 33}}),
            "ConstraintRange");
  EXPECT_EQ(refused({.cycles = ScheduledCycles{.every = kHour, .max_cycles = 0}}),
            "ConstraintRange");
  EXPECT_EQ(refused({.cycles = ScheduledCycles{.every = kHour, .work_limit = 0}}),
            "ConstraintRange");
  EXPECT_EQ(refused({.cycles = ScheduledCycles{.every = kHour, .min_amount = 0}}),
            "InvalidArgument");
  EXPECT_EQ(refused({.set_off = ScheduledSetOff{.every = kSecond - 1}}), "InvalidArgument");
  EXPECT_EQ(refused({.set_off = ScheduledSetOff{.every = kHour, .work_limit = 0}}),
            "ConstraintRange");
  EXPECT_EQ(refused({.set_off = ScheduledSetOff{.every = kSecond}}), "Ok");
  EXPECT_EQ(refused({.set_off = ScheduledSetOff{.every = kHour, .enough_ppm = 1'000'001}}),
            "ConstraintRange");
}

TEST_F(ClearingTest, DebtsGrowInsideLimitsWhereTheirOwnersLetThem) {
  // cleo owes anna and anna owes ben: shorter would be cleo owing ben, as far as his line goes.
  SetLimit("ben", "cleo", "4");
  Bring({{"cleo", "anna", "10"}, {"anna", "ben", "10"}, {"cleo", "ben", "1"}});
  SetOffDebts clear = Optimum();
  clear.growth = true;
  EXPECT_TRUE(hub_->view().WouldClear(clear)->cleared == 0);
  Change("ben", "cleo", Grows(true));
  clear.growth = false;
  EXPECT_TRUE(hub_->view().WouldClear(clear)->cleared == 0);
  clear.growth = true;
  const CommandResult result = Do("clerk", clear);
  EXPECT_TRUE(result.clearing->cleared == 300);
  EXPECT_EQ(Debts(), "anna-ben 7.00, cleo-anna 7.00, cleo-ben 4.00");
  const auto events = hub_->PollEvents(result.seq - 1, 10).value();
  EXPECT_EQ(ClearedFor(events),
            (std::map<std::string, Amount>{{"anna", 300}, {"ben", 0}, {"cleo", 0}}));
}

// Their debts may be cleared, but Ben is not to be given a debtor who was banned (spec 01 §1.4).
TEST_F(ClearingTest, NoDebtGrowsOfOrToSomebodyWhoIsNotActive) {
  Bring({{"cleo", "anna", "10"}, {"anna", "ben", "10"}});
  Change("ben", "cleo", Grows(true));
  SetOffDebts clear = Optimum();
  clear.growth = true;
  ASSERT_TRUE(hub_->view().WouldClear(clear)->cleared == 1000);
  for (const char* who : {"cleo", "ben"}) {
    SetParticipantStatus status{KeyOf(who).pid(), ParticipantStatus::kDeleted, "fraud"};
    Do("clerk", status);
    EXPECT_TRUE(Do("clerk", clear).clearing->cleared == 0) << who;
    status.status = ParticipantStatus::kActive;
    Do("clerk", status);
  }
  Do("clerk", SetParticipantStatus{KeyOf("anna").pid(), ParticipantStatus::kSuspended, "asked to"});
  EXPECT_TRUE(Do("clerk", clear).clearing->cleared == 1000);
  EXPECT_EQ(Debts(), "cleo-ben 10.00");
}

class Lines : public LogSink {
 public:
  void Write(const LogEntry& entry) override { text += LogLine(entry) + "\n"; }
  std::string text;
};

TEST_F(ClearingTest, WhatAllAgreedToCountsOnce) {
  PrometheusMetrics metrics;
  options_.metrics = &metrics;
  Reopen();
  Bring({{"anna", "ben", "10"}, {"ben", "cleo", "7"}, {"cleo", "anna", "9"}});
  Change("ben", "anna", Consents(false));
  const ProposeClearing propose{Id("asked"), Eur(), PidsOf({"anna", "ben", "cleo"})};
  const AcceptClearing accept{propose.id, Do("clerk", propose).proposal->proposal.terms};
  EXPECT_EQ(Do("ben", accept).proposal->proposal.state, ProposalState::kCommitted);
  EXPECT_TRUE(Do("ben", accept).proposal->repeated);
  EXPECT_THAT(metrics.Text(), ::testing::HasSubstr("geo_clearings_total{status=\"success\"} 1\n"));
  options_.metrics = nullptr;
  Reopen();
}

TEST_F(ClearingTest, MetricsAndLogTellOfEveryEnd) {
  PrometheusMetrics metrics;
  Lines log;
  options_.metrics = &metrics;
  options_.log = &log;
  options_.clearing.triggered = TriggeredClearing{.max_length = 3};
  options_.clearing.set_off = ScheduledSetOff{.every = kDay};
  Reopen();
  Bring({{"anna", "ben", "10"},
         {"ben", "cleo", "7"},
         {"ben", "dan", "1"},
         {"dan", "eve", "1"},
         {"eve", "anna", "1"}});
  Pays("cleo", "anna", "9");
  EXPECT_THAT(log.text, ::testing::HasSubstr(R"("cleared_units":"2100")"));
  Do("clerk", AllCycles(3));  // nothing to clear
  EXPECT_EQ(Code(Try("anna", AllCycles(3))), "NotPermitted");
  Advance(kDay);
  EXPECT_THAT(log.text, ::testing::HasSubstr(R"("event":"clearing.scheduled")"));
  Advance(kDay);  // nothing to clear
  Pays("ben", "dan", "1");
  Pays("dan", "cleo", "1");
  Do("clerk", UpdateEquivalent{Eur(), false});
  Advance(kDay);  // nothing is, in an equivalent at rest
  Do("clerk", UpdateEquivalent{Eur(), true});
  const std::string text = metrics.Text();
  EXPECT_THAT(text, ::testing::HasSubstr("geo_clearings_total{status=\"success\"} 2\n"));
  EXPECT_THAT(text, ::testing::HasSubstr("geo_clearings_total{status=\"failed\"} 1\n"));
  EXPECT_EQ(Debts(), "anna-ben 2.00, ben-dan 1.00, cleo-anna 2.00, dan-cleo 1.00");
  options_.metrics = nullptr;
  options_.log = nullptr;
  Reopen();
}

}  // namespace
}  // namespace geo::tests
