// A small ledger and records to try on it, one wrong in one way at a time.
#ifndef GEO_TESTS_SUPPORT_WRONG_RECORDS_H_
#define GEO_TESTS_SUPPORT_WRONG_RECORDS_H_

#include <gtest/gtest.h>

#include <functional>
#include <regex>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "tests/support/book.h"
#include "tests/support/environment.h"
#include "tests/support/names.h"
#include "tests/support/scratch.h"
#include "tests/support/status.h"

namespace geo::tests {

inline constexpr EquivalentIndex kTea = 1;
inline constexpr LineIndex kLine01 = 0;    // 1 lets 0 owe 100
inline constexpr LineIndex kLineIdle = 3;  // 4 lets 3 owe 50; nothing is owed
inline constexpr Duration kLifetime = kMinute;

// 0 owes 1, 1 owes 2, 2 owes 0 and 0 owes 3: 60 each, under lines of 100.
struct Bench : Book {
  Bench() : Book(5) {
    time = 1'000 * kSecond;
    Equivalent tea;
    tea.code = Code("TEA");
    Must(RecordKind::kCreateEquivalent, {EquivalentEffect{kTea, std::nullopt, tea}});
    for (const auto& [owner, debtor, limit] :
         std::vector<std::tuple<ParticipantIndex, ParticipantIndex, Amount>>{
             {1, 0, 100}, {2, 1, 100}, {0, 2, 100}, {4, 3, 50}, {3, 0, 100}}) {
      Open(Line(owner, debtor, limit));
    }
    for (const auto& path :
         std::vector<std::vector<ParticipantIndex>>{{0, 1}, {1, 2}, {2, 0}, {0, 3}}) {
      EXPECT_EQ(CodeName(Pay(path, 60)), "Ok");
    }
  }

  // The effect that changes a thing as `change` says.
  template <typename Change>
  ParticipantEffect OnParticipant(ParticipantIndex index, Change change) const {
    ParticipantEffect effect{index, ledger.participant(index), ledger.participant(index)};
    change(effect);
    return effect;
  }
  template <typename Change>
  EquivalentEffect OnEquivalent(EquivalentIndex index, Change change) const {
    EquivalentEffect effect{index, ledger.equivalent(index), ledger.equivalent(index)};
    change(effect);
    return effect;
  }
  template <typename Change>
  LineEffect OnLine(LineIndex index, Change change) const {
    LineEffect effect{index, ledger.line(index), ledger.line(index)};
    change(effect);
    return effect;
  }
  Status TryLine(const LineEffect& effect) { return Try(RecordKind::kUpdateLine, {effect}); }
  Status TryOpen(const TrustLine& line) {
    return Try(RecordKind::kOpenLine,
               {LineEffect{static_cast<LineIndex>(ledger.line_count()), std::nullopt, line}});
  }

  // A payment over one hop, changed before it is tried.
  Status TryPayment(const std::function<void(DebtEffect&, Transaction&)>& change,
                    const std::vector<ParticipantIndex>& path = {0, 1}) {
    std::vector<Effect> effects = Payment(path, 10);
    change(std::get<DebtEffect>(effects[0]), std::get<TransactionEffect>(effects.back()).after);
    return Try(RecordKind::kPayment, std::move(effects));
  }

  // A payment of 10 from 0 to 1 that is prepared, in records of its own kinds.
  Transaction Prepared() const {
    Transaction held;
    held.id = TxId::Parse("held").value();
    held.payer = 0;
    held.payee = 1;
    held.equivalent = kHourIndex;
    held.amount = 10;
    held.state = TransactionState::kPrepared;
    held.routes = {Route{{0, 1}, 10}};
    held.hold = Hold{time, time + kLifetime};
    return held;
  }
  Status TryPrepare(const std::function<void(ReservationEffect&, Transaction&)>& change = {}) {
    ReservationEffect reserved{kHourIndex, 0, 1, 0, 10};
    Transaction held = Prepared();
    if (change) change(reserved, held);
    return Try(RecordKind::kPreparePayment, {reserved, TransactionEffect{std::nullopt, held}});
  }
  // Its end, as it should be after `Hold`; `change` makes it wrong.
  using Ending = std::function<void(std::vector<Effect>&, Transaction&)>;
  Status TryEnd(RecordKind kind, const Ending& change = {}) {
    const bool commits = kind == RecordKind::kCommitPayment;
    Transaction ended = held_;
    ended.state = commits ? TransactionState::kCommitted : TransactionState::kAborted;
    ended.hold->expired = kind == RecordKind::kExpirePayment;
    std::vector<Effect> effects = {ReservationEffect{kHourIndex, 0, 1, 10, 0}};
    if (commits) effects.push_back(Payment({0, 1}, 10).front());
    if (change) change(effects, ended);
    effects.emplace_back(TransactionEffect{TransactionState::kPrepared, ended});
    return Try(kind, std::move(effects));
  }
  void HoldTen() {
    held_ = Prepared();
    EXPECT_EQ(CodeName(TryPrepare()), "Ok");
  }

  // Debts of a cycle, each less by `by`.
  Effect Less(ParticipantIndex debtor, ParticipantIndex creditor, Amount by) const {
    const Pair& pair = PairOf(debtor, creditor);
    const Amount owed = pair.owed(pair.DirectionFrom(debtor));
    return DebtEffect{kHourIndex, debtor, creditor, owed, owed - by, 0, 0};
  }
  std::vector<Effect> Cycle(Amount by) const {
    return {Less(0, 1, by), Less(1, 2, by), Less(2, 0, by)};
  }
  Status TryClear(std::vector<Effect> effects) {
    return Try(RecordKind::kClearing, std::move(effects));
  }

  // 1 wants to be asked before what 0 owes is cleared; a proposal waits for him.
  Proposal Proposed() const {
    Proposal proposal;
    proposal.id = TxId::Parse("p").value();
    proposal.equivalent = kHourIndex;
    proposal.cycle = {0, 1, 2};
    proposal.proposed_at = time;
    proposal.expires_at = time + kLifetime;
    return proposal;
  }
  Status TryPropose(const std::function<void(Proposal&)>& change = {}) {
    Proposal proposal = Proposed();
    if (change) change(proposal);
    return Try(RecordKind::kProposeClearing, {ProposalEffect{std::nullopt, proposal}});
  }
  void Ask() {
    Change(kLine01, [](TrustLine& line) { line.policy.auto_clearing = false; });
    proposal_ = Proposed();
    EXPECT_EQ(CodeName(TryPropose()), "Ok");
  }
  // An answer to it, with these debts cleared.
  Status TryAnswer(RecordKind kind, const std::function<void(Proposal&)>& change,
                   std::vector<Effect> effects = {}) {
    Proposal after = proposal_;
    change(after);
    effects.emplace_back(ProposalEffect{proposal_.state, after});
    return Try(kind, std::move(effects));
  }
  Status TryCommit(Amount cleared, std::vector<Effect> effects) {
    return TryAnswer(
        RecordKind::kAcceptClearing,
        [&](Proposal& p) {
          p.state = ProposalState::kCommitted;
          p.accepted = {1};
          p.cleared = cleared;
        },
        std::move(effects));
  }

  Transaction held_;
  Proposal proposal_;
};

// The check of records ends its messages with the rule that was broken.
inline std::string RuleOf(const Status& status) {
  if (status.ok()) return "none";
  EXPECT_EQ(CodeName(status), "InvariantViolated");
  const std::string message(status.message());
  const std::size_t colon = message.rfind(": ");
  return colon == std::string::npos ? message : message.substr(colon + 2);
}

struct Case {
  const char* rule;
  std::function<Status(Bench&)> attempt;
};

// Each attempt, on a bench of its own, must meet the rule that it names; "none": it stands.
inline void ExpectRules(const std::vector<Case>& cases) {
  for (std::size_t i = 0; i < cases.size(); ++i) {
    Bench bench;
    const JournalHead before = bench.head;
    EXPECT_EQ(RuleOf(cases[i].attempt(bench)), cases[i].rule) << "case " << i;
    const bool stands = std::string(cases[i].rule) == "none";
    EXPECT_TRUE(!stands || bench.head.seq > before.seq) << "case " << i;
  }
}

// Every rule that the source file names was tried, but for `impossible`.
inline void ExpectAllRulesOf(const char* file, const std::vector<Case>& cases,
                             std::set<std::string> impossible = {}) {
  std::set<std::string> tried = std::move(impossible);
  for (const Case& one : cases) tried.insert(one.rule);
  const std::string source = ReadFile(SourceRoot() / file);
  const std::regex text("\"([a-z][a-z' ]{11,})\"");
  std::size_t rules = 0;
  for (std::sregex_iterator at(source.begin(), source.end(), text), end; at != end; ++at) {
    EXPECT_TRUE(tried.contains((*at)[1])) << file << ": " << (*at)[1];
    ++rules;
  }
  EXPECT_GT(rules, 10U) << file;
}

}  // namespace geo::tests

#endif  // GEO_TESTS_SUPPORT_WRONG_RECORDS_H_
