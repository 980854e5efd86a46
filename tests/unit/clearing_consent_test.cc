// Cycles that need somebody's consent (spec 01 §7.5), through a hub.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "geo/hub/hub.h"
#include "geo/readmodel/history.h"
#include "tests/support/clearing_village.h"

namespace geo::tests {
namespace {

// anna owes ben 10, ben owes cleo 7, cleo owes anna 9; ben and cleo want to be asked.
class ConsentTest : public ClearingVillage {
 protected:
  void SetUp() override {
    ClearingVillage::SetUp();
    Bring({{"anna", "ben", "10"}, {"ben", "cleo", "7"}, {"cleo", "anna", "9"}});
    Change("ben", "anna", Consents(false));
    Change("cleo", "ben", Consents(false));
  }

  static ProposeClearing Proposed(std::string_view id = "p") {
    ProposeClearing propose;
    propose.id = Id(id);
    propose.equivalent = Eur();
    propose.cycle = PidsOf({"anna", "ben", "cleo"});
    return propose;
  }
  ProposalView Propose(std::string_view id = "p") {
    return Do("clerk", Proposed(id)).proposal.value().proposal;
  }
  ProposalView Stored(std::string_view id = "p") { return hub_->FindProposal(Id(id))->value(); }
  AcceptClearing Acceptance(std::string_view id = "p") { return {Id(id), Stored(id).terms}; }
  ProposalView Accept(const char* who, std::string_view id = "p") {
    return Do(who, Acceptance(id)).proposal.value().proposal;
  }

  static constexpr const char* kUntouched = "anna-ben 10.00, ben-cleo 7.00, cleo-anna 9.00";
};

TEST_F(ConsentTest, ClearedWithTheLastAcceptance) {
  EXPECT_TRUE(Do("clerk", AllCycles(3)).clearing->cycles.empty());
  const ProposalView proposal = Propose();
  EXPECT_EQ(proposal.state, ProposalState::kProposed);
  EXPECT_EQ(proposal.awaited.size(), 2U);
  EXPECT_EQ(proposal.expires_at, now_ + 7 * kDay);
  EXPECT_EQ(hub_->view().Proposals({}, 10)->proposals, (std::vector<ProposalView>{proposal}));
  EXPECT_EQ(hub_->view().ProposalsAwaiting(KeyOf("ben").pid())->size(), 1U);
  EXPECT_TRUE(hub_->view().ProposalsAwaiting(KeyOf("anna").pid())->empty());
  const ProposalView waiting = Accept("ben");
  EXPECT_EQ(waiting.state, ProposalState::kWaiting);
  EXPECT_EQ(waiting.awaited, PidsOf({"cleo"}));
  EXPECT_EQ(Debts(), kUntouched);
  Reopen();
  const std::uint64_t head = hub_->head().seq;
  const ProposalView done = Accept("cleo");
  EXPECT_EQ(done.state, ProposalState::kCommitted);
  EXPECT_EQ(done.cleared, 700);
  EXPECT_EQ(Debts(), "anna-ben 3.00, cleo-anna 2.00");
  EXPECT_TRUE(hub_->view().Proposals({}, 10)->proposals.empty());
  EXPECT_EQ(Stored(), done);
  // One record; everybody is told that cleo accepted and what was cleared.
  EXPECT_EQ(hub_->head().seq, head + 1);
  const auto events = hub_->PollEvents(head, 100).value();
  ASSERT_EQ(events.size(), 6U);
  EXPECT_EQ(events[0].type, EventType::kClearingAccepted);
  EXPECT_EQ(events[0].participants[1], KeyOf("cleo").pid());
  EXPECT_EQ(events[5].type, EventType::kDebtsCleared);
  EXPECT_EQ(events[5].amount, 700);
  // Answers repeat for ever.
  const CommandResult again = Do("cleo", Acceptance());
  EXPECT_TRUE(again.proposal->repeated);
  EXPECT_EQ(again.proposal->proposal, done);
  EXPECT_EQ(Code(Try("ben", RejectClearing{Id("p")})), "TransactionFinal");
  EXPECT_EQ(hub_->head().seq, head + 1);
}

TEST_F(ConsentTest, RejectionEndsIt) {
  Propose();
  Accept("ben");
  EXPECT_EQ(Do("cleo", RejectClearing{Id("p")}).proposal->proposal.state, ProposalState::kRejected);
  EXPECT_TRUE(Do("clerk", RejectClearing{Id("p")}).proposal->repeated);
  EXPECT_EQ(Code(Try("cleo", Acceptance())), "TransactionFinal");
  EXPECT_EQ(Debts(), kUntouched);
  // Its proposer may take it back; somebody else may not.
  Do("anna", Proposed("q"));
  EXPECT_EQ(Code(Try("dan", RejectClearing{Id("q")})), "UnknownTransaction");
  // Even when he may do nothing else.
  Do("clerk", SetParticipantStatus{KeyOf("anna").pid(), ParticipantStatus::kSuspended, "asked to"});
  EXPECT_EQ(Do("anna", RejectClearing{Id("q")}).proposal->proposal.state, ProposalState::kRejected);
}

TEST_F(ConsentTest, ItExpiresByRecord) {
  ProposeClearing propose = Proposed();
  propose.lifetime = kHour;
  Do("ben", propose);
  Propose("later");
  Accept("ben");
  now_ += kHour - 1;
  hub_->Tick(now_);
  EXPECT_EQ(Stored().state, ProposalState::kWaiting);
  const std::uint64_t head = hub_->head().seq;
  Advance(1);
  EXPECT_EQ(Stored().state, ProposalState::kExpired);
  EXPECT_EQ(hub_->head().seq, head + 1);
  EXPECT_EQ(hub_->PollEvents(head, 100)->front().type, EventType::kClearingExpired);
  EXPECT_EQ(hub_->view().Proposals({}, 10)->proposals.size(), 1U);
  EXPECT_EQ(Code(Try("cleo", Acceptance())), "TransactionFinal");
  EXPECT_EQ(Debts(), kUntouched);
}

TEST_F(ConsentTest, PagesOfProposalsFitTogether) {
  for (const char* id : {"c", "a", "b"}) Propose(id);
  ProposeClearing first = Proposed("z");
  first.lifetime = kHour;
  Do("ben", first);
  const ProposalsPage one = hub_->view().Proposals({}, 2).value();
  EXPECT_EQ(one.proposals, (std::vector<ProposalView>{Stored("z"), Stored("a")}));
  for (const char* id : {"a", "b"}) Do("ben", RejectClearing{Id(id)});
  const ProposalsPage two = hub_->view().Proposals(one.next.value(), 1).value();
  EXPECT_EQ(two.proposals, std::vector<ProposalView>{Stored("c")});
  EXPECT_EQ(two.next, std::nullopt);
  EXPECT_EQ(ErrorCodeOf(hub_->view().Proposals({}, 0).status()), ErrorCode::kInvalidArgument);
}

TEST_F(ConsentTest, OnlyWhatStillFits) {
  Propose();
  Accept("ben");
  Pays("cleo", "ben", "5");  // pays back: ben owes cleo 2
  EXPECT_EQ(Accept("cleo").cleared, 200);
  EXPECT_EQ(Debts(), "anna-ben 8.00, cleo-anna 7.00");
}

TEST_F(ConsentTest, LessThanTheMinimumWaits) {
  ProposeClearing propose = Proposed();
  propose.min_amount = "6";
  Do("clerk", propose);
  Pays("cleo", "ben", "5");
  Accept("ben");
  const ProposalView accepted = Accept("cleo");
  EXPECT_EQ(accepted.state, ProposalState::kWaiting);
  EXPECT_TRUE(accepted.awaited.empty());
  EXPECT_EQ(Debts(), "anna-ben 10.00, ben-cleo 2.00, cleo-anna 9.00");
  EXPECT_TRUE(Do("cleo", Acceptance()).proposal->repeated);
  Pays("ben", "cleo", "4");
  EXPECT_EQ(Accept("cleo").cleared, 600);
}

TEST_F(ConsentTest, AReservedPairWaits) {
  Propose();
  PreparePayment prepare;
  prepare.payment = Payment("anna", "ben", "1");
  Do("anna", prepare);
  Accept("ben");
  EXPECT_EQ(Accept("cleo").state, ProposalState::kWaiting);
  Do("anna", AbortPayment{prepare.payment.id});
  EXPECT_EQ(Accept("ben").state, ProposalState::kCommitted);
}

TEST_F(ConsentTest, WhoeverWithdrawsHisConsentIsAskedToo) {
  Propose();
  Accept("ben");
  Change("anna", "cleo", Consents(false));
  EXPECT_EQ(Accept("cleo").awaited, PidsOf({"anna"}));
  EXPECT_EQ(Accept("anna").state, ProposalState::kCommitted);
}

TEST_F(ConsentTest, AFrozenLineWaits) {
  Propose();
  Do("anna", FreezeLine{lines_.at({"anna", "cleo"})});
  Accept("ben");
  EXPECT_EQ(Accept("cleo").state, ProposalState::kWaiting);
  Do("anna", UnfreezeLine{lines_.at({"anna", "cleo"})});
  EXPECT_EQ(Accept("cleo").state, ProposalState::kCommitted);
}

// As ClearCycle would be refused then.
TEST_F(ConsentTest, AnEquivalentAtRestIsNotCleared) {
  Propose();
  Accept("ben");
  Do("clerk", UpdateEquivalent{Eur(), false});
  EXPECT_EQ(Accept("cleo").state, ProposalState::kWaiting);
  EXPECT_EQ(Debts(), kUntouched);
  Do("clerk", UpdateEquivalent{Eur(), true});
  EXPECT_EQ(Accept("cleo").state, ProposalState::kCommitted);
}

// It touches everybody on its cycle, when it is made and when its time is over.
TEST_F(ConsentTest, StandsInTheAuditOfEverybodyOnTheCycle) {
  Propose();
  Advance(8 * kDay);
  const auto history = History::Open(NewMemoryJournalReader(medium_)).value();
  for (const char* who : {"anna", "ben", "cleo"}) {
    const auto entries = history->Audit({.subject = KeyOf(who).pid()})->entries;
    EXPECT_EQ(RecordKindName(entries[0].kind), "expire_proposal") << who;
    EXPECT_EQ(RecordKindName(entries[1].kind), "propose_clearing") << who;
    EXPECT_EQ(entries[1].participants, PidsOf({"anna", "ben", "cleo"})) << who;
  }
}

TEST_F(ConsentTest, WhoMayProposeWhat) {
  EXPECT_EQ(Code(Try("dan", Proposed())), "NotPermitted");
  EXPECT_EQ(Code(Try("auditor", Proposed())), "NotPermitted");
  ProposeClearing wrong = Proposed();
  wrong.cycle = PidsOf({"cleo", "ben", "anna"});  // against the debts
  EXPECT_EQ(Code(Try("clerk", wrong)), "StatusConflict");
  wrong.cycle = PidsOf({"anna", "ben"});
  EXPECT_EQ(Code(Try("clerk", wrong)), "InvalidArgument");
  wrong = Proposed();
  wrong.min_amount = "7.01";
  EXPECT_EQ(Code(Try("clerk", wrong)), "StatusConflict");
  wrong.min_amount = "0";
  EXPECT_EQ(Code(Try("clerk", wrong)), "AmountNotPositive");
  wrong = Proposed();
  wrong.id = TxId();
  EXPECT_EQ(Code(Try("clerk", wrong)), "TxIdSyntax");
  wrong = Proposed();
  wrong.lifetime = 59 * kSecond;
  EXPECT_EQ(Code(Try("clerk", wrong)), "InvalidArgument");
  Change("ben", "anna", Consents(true));
  Change("cleo", "ben", Consents(true));
  EXPECT_EQ(Code(Try("clerk", Proposed())), "StatusConflict");  // nobody has to be asked
}

TEST_F(ConsentTest, AnAcceptanceHoldsForItsTermsOnly) {
  Propose();
  ProposeClearing other = Proposed("q");
  other.min_amount = "2";
  Do("clerk", other);
  EXPECT_EQ(Code(Try("ben", AcceptClearing{Id("p"), Stored("q").terms})), "StatusConflict");
  EXPECT_EQ(Code(Try("dan", Acceptance())), "UnknownTransaction");
  EXPECT_EQ(Code(Try("clerk", Acceptance())), "NotPermitted");
  EXPECT_EQ(Code(Try("ben", AcceptClearing{Id("none"), {}})), "UnknownTransaction");
  Do("clerk", SetParticipantStatus{KeyOf("ben").pid(), ParticipantStatus::kSuspended, "why"});
  EXPECT_EQ(Code(Try("ben", Acceptance())), "ParticipantNotActive");
}

// As of payments, what was decided is answered before it is asked who may act (spec 01 §6.3).
TEST_F(ConsentTest, WhatIsDecidedIsAnsweredToTheSuspendedToo) {
  const auto set_status = [&](const char* who, ParticipantStatus status) {
    Do("clerk", SetParticipantStatus{KeyOf(who).pid(), status, "why"});
  };
  Propose("rejected");
  Do("cleo", RejectClearing{Id("rejected")});
  Propose();
  Accept("ben");
  set_status("ben", ParticipantStatus::kSuspended);
  EXPECT_EQ(Code(Try("ben", Acceptance())), "ParticipantNotActive") << "it would try once more";
  EXPECT_EQ(Code(Try("ben", RejectClearing{Id("p")})), "ParticipantNotActive");
  const ProposalView done = Accept("cleo");
  EXPECT_EQ(done.state, ProposalState::kCommitted);
  set_status("cleo", ParticipantStatus::kSuspended);
  const std::uint64_t head = hub_->head().seq;
  for (const char* who : {"ben", "cleo"}) {
    const CommandResult again = Do(who, Acceptance());
    ASSERT_TRUE(again.proposal.has_value()) << who;
    EXPECT_TRUE(again.proposal->repeated) << who;
    EXPECT_EQ(again.proposal->proposal, done) << who;
    EXPECT_EQ(Code(Try(who, AcceptClearing{Id("p"), {}})), "StatusConflict") << who;
    EXPECT_EQ(Code(Try(who, RejectClearing{Id("p")})), "TransactionFinal") << who;
    EXPECT_EQ(Code(Try(who, Acceptance("rejected"))), "TransactionFinal") << who;
  }
  const CommandResult rejected = Do("cleo", RejectClearing{Id("rejected")});
  ASSERT_TRUE(rejected.proposal.has_value());
  EXPECT_TRUE(rejected.proposal->repeated);
  EXPECT_EQ(hub_->head().seq, head);
}

TEST_F(ConsentTest, SignedAnswersTravel) {
  EXPECT_EQ(Code(hub_->Execute(Sealed("clerk", Proposed(), 0), now_).value()), "Ok");
  for (const char* who : {"ben", "cleo"}) {
    EXPECT_EQ(Code(hub_->Execute(Sealed(who, Acceptance(), 0), now_).value()), "Ok") << who;
  }
  EXPECT_EQ(Debts(), "anna-ben 3.00, cleo-anna 2.00");
  ProposeClearing propose = Proposed("q");
  propose.min_amount = "0.50";
  propose.lifetime = kHour;
  const auto read = std::get<ProposeClearing>(Travel("clerk", propose));
  EXPECT_EQ(read.min_amount, propose.min_amount);
  EXPECT_EQ(read.lifetime, propose.lifetime);
  EXPECT_EQ(read.cycle, propose.cycle);
  EXPECT_EQ(std::get<RejectClearing>(Travel("ben", RejectClearing{Id("q")})).id, Id("q"));
}

TEST_F(ConsentTest, IdsAreUsedOnce) {
  Propose();
  EXPECT_TRUE(Do("clerk", Proposed()).proposal->repeated);
  ProposeClearing other = Proposed();
  other.min_amount = "1";
  EXPECT_EQ(Code(Try("clerk", other)), "TxIdOtherAmount");
  const auto taken = [&](const char* who, const Command& command, const char* id) {
    const CommandResult result = Try(who, command);
    EXPECT_EQ(Code(result), "TxIdReused");
    EXPECT_EQ(result.status.message(), "id " + std::string(id) + " is taken; use a new one")
        << "by what, is nobody's to find out";
  };
  taken("anna", Proposed(), "p");
  other = Proposed();
  other.cycle = PidsOf({"ben", "cleo", "anna"});
  EXPECT_EQ(Code(Try("clerk", other)), "TxIdOtherRoutes");
  other = Proposed();
  other.equivalent = EquivalentCode::Parse("X").value();
  EXPECT_EQ(Code(Try("clerk", other)), "TxIdOtherEquivalent");
  // To leave the lifetime to the hub is another thing than to ask for as much.
  other = Proposed();
  other.lifetime = 7 * kDay;
  EXPECT_EQ(Code(Try("clerk", other)), "TxIdOtherLifetime");
  other.id = Id("week");
  Do("clerk", other);
  EXPECT_TRUE(Do("clerk", other).proposal->repeated);
  other.lifetime = 6 * kDay;
  EXPECT_EQ(Code(Try("clerk", other)), "TxIdOtherLifetime");
  other.lifetime.reset();
  EXPECT_EQ(Code(Try("clerk", other)), "TxIdOtherLifetime");
  // Among payments, too.
  Pay pay = Payment("anna", "dan", "1");
  pay.id = Id("p");
  taken("anna", pay, "p");
  EXPECT_FALSE(hub_->FindTransaction(Id("p"))->has_value());
  pay.id = Id("paid");
  Do("anna", pay);
  taken("clerk", Proposed("paid"), "paid");
  pay.payee = KeyOf("eve").pid();
  taken("dan", pay, "paid");
  EXPECT_FALSE(hub_->FindProposal(Id("paid"))->has_value());
  EXPECT_EQ(Code(Try("anna", CommitPayment{Id("p")})), "UnknownTransaction");
}

// A snapshot holds proposals, limits and what counts towards them; clearing counts towards none.
TEST_F(ConsentTest, StandsBesideLimitsInASnapshot) {
  SetLimits limits;
  limits.equivalent = Eur();
  limits.payment = PolicySetting<AmountInput>("5");
  limits.payments_per_day = PolicySetting<std::uint32_t>(1);
  limits.reason = "for now";
  Do("clerk", limits);
  Pays("dan", "eve", "5");
  const ProposalView proposal = Propose();
  ASSERT_TRUE(hub_->Checkpoint().ok());
  Reopen();
  EXPECT_EQ(Stored(), proposal);
  EXPECT_EQ(Code(Try("dan", Payment("dan", "eve", "1"))), "TooManyPaymentsToday");
  EXPECT_EQ(Code(Try("eve", Payment("eve", "dan", "6"))), "PaymentAboveLimit");
  Accept("ben");
  EXPECT_EQ(Accept("cleo").cleared, 700);
  for (const char* who : {"anna", "ben", "cleo"}) Pays(who, "dan", "1");
}

}  // namespace
}  // namespace geo::tests
