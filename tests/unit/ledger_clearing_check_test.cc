// The part of the ledger's check that is about clearing (spec 01 §7, §8.1), beside the planners'
// own check, VerifyClearing: each rule refuses a record that is wrong in that one way.

#include <gtest/gtest.h>

#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "geo/base/limits.h"
#include "tests/support/wrong_records.h"

namespace geo::tests {
namespace {

std::vector<Case> OnClearing() {
  const auto clear = [](auto what) {
    return [=](Bench& b) {
      std::vector<Effect> effects = b.Cycle(60);
      what(b, effects);
      return b.TryClear(std::move(effects));
    };
  };
  using Effects = std::vector<Effect>;
  const auto grow = [](const LineIndex lines) {
    return [=](Bench& b, Effects& e) {
      for (LineIndex line = 0; line < lines; ++line) {
        b.Change(line, [](TrustLine& l) { l.policy.allow_growth = true; });
      }
      e = b.Cycle(-10);
    };
  };
  const char* const kUncovered = "a debt is cleared that no active line covers";
  return {
      {"none", clear([](Bench&, Effects&) {})},
      {kUncovered, clear([](Bench& b, Effects&) {
         b.Change(kLine01, [](TrustLine& line) { line.status = LineStatus::kFrozen; });
       })},
      {kUncovered, clear([](Bench& b, Effects& e) {
         b.Bring(2, 4, 30);
         e.push_back(b.Less(2, 4, 30));
       })},
      {"a debt is cleared without consent", clear([](Bench& b, Effects&) {
         b.Change(kLine01, [](TrustLine& line) { line.policy.auto_clearing = false; });
       })},
      {"a debt is cleared without consent", clear([](Bench& b, Effects& e) {
         b.Change(kLine01, [](TrustLine& line) { line.policy.auto_clearing = false; });
         e[0] = DebtEffect{kHourIndex, 1, 0, -60, 0, 0, 0};  // seen from the creditor
       })},
      {"a clearing raises a debt whose line does not allow it", clear(grow(2))},
      {"none", clear(grow(3))},
      {"a debt rises above its line's limit", clear([=](Bench& b, Effects& e) {
         grow(3)(b, e);
         e = b.Cycle(-41);
         e[0] = DebtEffect{kHourIndex, 1, 0, -60, -101, 0, 0};  // seen from the creditor
         for (std::size_t i = 1; i < 3; ++i) std::get<DebtEffect>(e[i]).after = 100;
       })},
      {"a debt is cleared that is not there", clear([](Bench&, Effects& e) {
         e.emplace_back(DebtEffect{kHourIndex, 0, 4, 0, 0, 0, 0});
       })},
      {"a clearing touches a pair that a payment holds",
       clear([](Bench& b, Effects&) { b.HoldTen(); })},
      {"a clearing touches a pair that a payment holds", clear([](Bench& b, Effects& e) {
         const Status repaying = b.TryPrepare([](ReservationEffect& r, Transaction& t) {
           std::swap(r.from, r.to);
           std::swap(t.payer, t.payee);
           t.routes = {Route{{1, 0}, 10}};
         });
         EXPECT_EQ(CodeName(repaying), "Ok");
         e = b.Cycle(10);
       })},
      {"a clearing changes something other than debts", clear([](Bench& b, Effects& e) {
         e.emplace_back(b.OnParticipant(2, [](auto& p) { p.after.verification_level = 2; }));
       })},
      {"a clearing crosses equivalents", clear([](Bench&, Effects& e) {
         e.emplace_back(DebtEffect{kTea, 0, 1, 0, 0, 0, 0});
       })},
      {"a clearing that clears nothing", clear([](Bench&, Effects& e) { e.clear(); })},
      {"a proposal in a record of another kind",
       [](Bench& b) { return b.Try(RecordKind::kRejectClearing, {}); }},
      {"a net position changes by other than paid",
       clear([](Bench&, Effects& e) { e.pop_back(); })},
  };
}

std::vector<Case> OnProposing() {
  const auto propose = [](auto what) {
    return [=](Bench& b) { return b.TryPropose([&](Proposal& p) { what(p); }); };
  };
  const char* const kCycle = "a proposal of what is no cycle";
  const char* const kBorn = "a proposal is born in a state that it cannot have";
  return {
      {"none", propose([](Proposal&) {})},
      {kCycle, propose([](Proposal& p) {
         p.cycle = {0, 1};
       })},
      {kCycle, propose([](Proposal& p) {
         p.cycle = {0, 1, 0};
       })},
      {kCycle, propose([](Proposal& p) {
         p.cycle = {0, 1, 5};
       })},
      {kCycle,
       [](Bench& b) {
         for (ParticipantIndex i = 5; i <= kMaxCycleMembers; ++i) b.Register(i);
         return b.TryPropose([](Proposal& p) {
           p.cycle.resize(kMaxCycleMembers + 1);
           std::iota(p.cycle.begin(), p.cycle.end(), 0);
         });
       }},
      {kCycle, propose([](Proposal& p) { p.equivalent = 2; })},
      {kCycle, propose([](Proposal& p) { p.min_amount = 0; })},
      {kBorn, propose([](Proposal& p) { p.state = ProposalState::kWaiting; })},
      {kBorn, propose([](Proposal& p) { p.accepted = {1}; })},
      {kBorn, propose([](Proposal& p) { p.cleared = 1; })},
      {kBorn, propose([](Proposal& p) { --p.proposed_at; })},
      {kBorn, propose([](Proposal& p) { p.expires_at = p.proposed_at; })},
      {kBorn,
       [](Bench& b) {
         b.Ask();
         return b.TryPropose();
       }},
      {"a record touches one thing twice",
       [](Bench& b) {
         const ProposalEffect one{std::nullopt, b.Proposed()};
         return b.Try(RecordKind::kProposeClearing, {one, one});
       }},
      {kBorn,
       [](Bench& b) {
         return b.Try(RecordKind::kAcceptClearing, {ProposalEffect{std::nullopt, b.Proposed()}});
       }},
  };
}

std::vector<Case> OnAnswering() {
  const char* const kState = "a proposal reaches a state that its record cannot give it";
  const auto answer = [](RecordKind kind, Duration later, auto what) {
    return [=](Bench& b) {
      b.Ask();
      b.time += later;
      return b.TryAnswer(kind, what);
    };
  };
  const auto is = [](ProposalState state, std::vector<ParticipantIndex> accepted = {}) {
    return [=](Proposal& p) {
      p.state = state;
      p.accepted = accepted;
    };
  };
  const auto and_clears = [](auto what) {
    return [=](Proposal& p) {
      what(p);
      p.cleared = 1;
    };
  };
  const RecordKind accept = RecordKind::kAcceptClearing;
  const RecordKind reject = RecordKind::kRejectClearing;
  const RecordKind expire = RecordKind::kExpireProposal;
  const ProposalState waiting = ProposalState::kWaiting;
  return {
      {"none", answer(accept, kLifetime - 1, is(waiting, {2}))},
      {kState, answer(accept, 0, and_clears(is(waiting, {2})))},
      {kState, answer(reject, 0, and_clears(is(ProposalState::kRejected)))},
      {kState, answer(expire, kLifetime, and_clears(is(ProposalState::kExpired)))},
      {kState, answer(expire, kLifetime, is(ProposalState::kExpired, {2}))},
      {kState, answer(expire, kLifetime, is(ProposalState::kRejected))},
      {"a proposal is not as the effect says",
       [=](Bench& b) {
         b.Ask();
         Proposal after = b.Proposed();
         is(ProposalState::kRejected)(after);
         return b.Try(reject, {ProposalEffect{waiting, after}});
       }},
      {kState, answer(accept, kLifetime, is(waiting, {2}))},
      {kState, answer(accept, 0, is(waiting))},
      {kState, answer(accept, 0, is(waiting, {1, 2}))},
      {kState, answer(accept, 0, is(waiting, {3}))},
      {kState, answer(accept, 0, is(ProposalState::kRejected))},
      {"none", answer(reject, kLifetime - 1, is(ProposalState::kRejected))},
      {kState, answer(reject, kLifetime, is(ProposalState::kRejected))},
      {kState, answer(reject, 0, is(ProposalState::kRejected, {2}))},
      {kState, answer(reject, 0, is(ProposalState::kExpired))},
      {"none", answer(expire, kLifetime, is(ProposalState::kExpired))},
      {kState, answer(expire, kLifetime - 1, is(ProposalState::kExpired))},
      {"a proposal's terms change", answer(accept, 0, [](Proposal& p) { ++p.min_amount; })},
      {"a proposal's terms change",
       answer(accept, 0, [](Proposal& p) { p.default_lifetime = !p.default_lifetime; })},
      {"a proposal is not as the effect says",
       answer(accept, 0, [](Proposal& p) { p.id = TxId::Parse("no").value(); })},
      {"a debt is cleared before all have accepted",
       [=](Bench& b) {
         b.Ask();
         return b.TryAnswer(accept, is(waiting, {2}), {b.Less(1, 2, 60)});
       }},
  };
}

std::vector<Case> OnCommittingProposals() {
  const auto commit = [](auto what) {
    return [=](Bench& b) {
      b.Ask();
      std::vector<Effect> effects = b.Cycle(60);
      what(b, effects);
      return b.TryCommit(60, std::move(effects));
    };
  };
  using Effects = std::vector<Effect>;
  return {
      {"none", commit([](Bench&, Effects&) {})},
      {"a debt falls by other than what the proposal clears",
       commit([](Bench& b, Effects& e) { e = b.Cycle(50); })},
      {"a debt falls by other than what the proposal clears", commit([](Bench& b, Effects& e) {
         e.clear();
         for (const auto& [debtor, creditor] :
              std::vector<std::pair<ParticipantIndex, ParticipantIndex>>{{0, 1}, {1, 2}, {2, 0}}) {
           TrustLine tea = b.Line(creditor, debtor, 60);
           tea.equivalent = kTea;
           b.Open(tea);
           b.Must(RecordKind::kOpeningBalances, {DebtEffect{kTea, debtor, creditor, 0, 60, 0, 0}});
           e.emplace_back(DebtEffect{kTea, debtor, creditor, 60, 0, 0, 0});
         }
       })},
      {"a debt falls by other than what the proposal clears",
       [](Bench& b) {
         b.Ask();
         for (const auto& [owner, debtor] :
              std::vector<std::pair<ParticipantIndex, ParticipantIndex>>{{0, 1}, {1, 2}, {2, 0}}) {
           TrustLine line = b.Line(owner, debtor, 60);
           line.policy.allow_growth = true;
           b.Open(line);
         }
         return b.TryCommit(70, b.Cycle(70));  // which turns the debts round
       }},
      {"a proposal reaches a state that its record cannot give it",
       [](Bench& b) {
         b.Ask();
         b.proposal_.id = TxId::Parse("more").value();
         b.proposal_.min_amount = 61;
         b.Must(RecordKind::kProposeClearing, {ProposalEffect{std::nullopt, b.proposal_}});
         return b.TryCommit(60, b.Cycle(60));
       }},
      {"a debt of the proposed cycle is not cleared",
       commit([](Bench&, Effects& e) { e.pop_back(); })},
      {"a debt off the proposed cycle is cleared",
       commit([](Bench& b, Effects& e) { e.push_back(b.Less(0, 3, 60)); })},
  };
}

TEST(LedgerClearingCheckTest, EachRuleRefusesWhatBreaksIt) {
  std::vector<Case> all;
  for (const auto& some : {OnClearing(), OnProposing(), OnAnswering(), OnCommittingProposals()}) {
    all.insert(all.end(), some.begin(), some.end());
  }
  ExpectRules(all);
  ExpectAllRulesOf("src/ledger/clearing_check.cc", all);
}

}  // namespace
}  // namespace geo::tests
