// Payments, payments in two phases and clearings of every kind, interleaved at random, against a
// small model written from spec 01 §4, §6.5 and §7: plain maps by name, recursion for cycles, and
// Bellman–Ford for whether an optimum is one.

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/clearing_village.h"
#include "tests/support/environment.h"
#include "tests/support/flow_oracle.h"

namespace geo::tests {
namespace {

using Ends = std::pair<std::string, std::string>;

Ends Turned(const Ends& ends) { return {ends.second, ends.first}; }

struct Model {
  struct Line {
    Amount limit = 0;
    bool active = true;
    bool consents = true;
    bool grows = false;
  };
  std::map<Ends, Line> lines;    // owner, debtor
  std::map<Ends, Amount> debts;  // debtor, creditor; never zero
  std::map<Ends, Amount> held;   // flow from, to

  Amount Debt(const Ends& ends) const { return debts.count(ends) != 0 ? debts.at(ends) : 0; }
  Amount Held(const Ends& ends) const { return held.count(ends) != 0 ? held.at(ends) : 0; }

  // Spec 01 §4.5.
  void Move(const Ends& way, Amount amount) {
    const Amount repaid = std::min(amount, Debt(Turned(way)));
    Add(Turned(way), -repaid);
    Add(way, amount - repaid);
  }
  void Add(const Ends& ends, Amount amount) {
    if ((debts[ends] += amount) == 0) debts.erase(ends);
  }

  // Spec 01 §7.1, but for consent.
  bool MayChange(const Ends& debt) const {
    return lines.at(Turned(debt)).active && Held(debt) == 0 && Held(Turned(debt)) == 0;
  }
  bool Legal(const Ends& debt) const {
    return Debt(debt) > 0 && MayChange(debt) && lines.at(Turned(debt)).consents;
  }

  std::map<std::string, Amount> Positions() const {
    std::map<std::string, Amount> positions;
    for (const auto& [ends, amount] : debts) {
      positions[ends.first] -= amount;
      positions[ends.second] += amount;
    }
    std::erase_if(positions, [](const auto& one) { return one.second == 0; });
    return positions;
  }

  // Every legal cycle of 3…most through `start`, as long as `found` says false.
  bool AnyCycle(const std::string& start, std::size_t most,
                const std::function<bool(const std::vector<std::string>&)>& found) const {
    std::vector<std::string> path = {start};
    const std::function<bool()> extend = [&]() -> bool {
      for (const std::string& to : ClearingVillage::People()) {
        if (!Legal({path.back(), to})) continue;
        if (to == start && path.size() >= 3 && found(path)) return true;
        if (path.size() == most || std::count(path.begin(), path.end(), to) != 0) continue;
        path.push_back(to);
        if (extend()) return true;
        path.pop_back();
      }
      return false;
    };
    return extend();
  }
  bool HasCycle(std::size_t most) const {
    const auto& people = ClearingVillage::People();
    return std::any_of(people.begin(), people.end(), [&](const std::string& start) {
      return AnyCycle(start, most, [](const auto&) { return true; });
    });
  }
  bool HasCycleThrough(const Ends& debt, std::size_t most) const {
    return AnyCycle(debt.first, most,
                    [&](const std::vector<std::string>& path) { return path[1] == debt.second; });
  }

  // Takes the cycle off by its least debt; the amount, or 0 when it is not legal.
  Amount Take(const std::vector<std::string>& cycle) {
    Amount least = kMaxAmount;
    for (std::size_t i = 0; i < cycle.size(); ++i) {
      const Ends debt{cycle[i], cycle[(i + 1) % cycle.size()]};
      if (!Legal(debt)) return 0;
      least = std::min(least, Debt(debt));
    }
    for (std::size_t i = 0; i < cycle.size(); ++i) {
      Add({cycle[i], cycle[(i + 1) % cycle.size()]}, -least);
    }
    return least;
  }

  // What can be paid between each two, end points and intermediaries alike (spec 01 §4.6).
  std::vector<std::int64_t> Flows() const {
    const auto& people = ClearingVillage::People();
    std::vector<CapacityArc> arcs;
    for (std::uint32_t x = 0; x < people.size(); ++x) {
      for (std::uint32_t y = 0; y < people.size(); ++y) {
        if (x == y) continue;
        const Ends way{people[x], people[y]};
        const Line& line = lines.at(Turned(way));
        const Amount room = line.active ? line.limit - Debt(way) : 0;
        const Amount capacity = room + Debt(Turned(way)) - Held(way);
        if (capacity > 0) arcs.push_back({x, y, capacity});
      }
    }
    std::vector<std::int64_t> flows;
    const auto count = static_cast<std::uint32_t>(people.size());
    for (std::uint32_t x = 0; x < count; ++x) {
      for (std::uint32_t y = 0; y < count; ++y) {
        if (x != y) flows.push_back(PushRelabelFlow(count, arcs, x, y));
      }
    }
    return flows;
  }

  // Whether some value could still go round and make the debts less: a cycle of gain above 0, where
  // a step x→y takes one off the debt x→y (gain 1) or lets the debt y→x grow (loss 1).
  bool CanGain(bool growth) const {
    const auto& people = ClearingVillage::People();
    std::vector<std::tuple<std::size_t, std::size_t, int>> steps;
    for (std::size_t x = 0; x < people.size(); ++x) {
      for (std::size_t y = 0; y < people.size(); ++y) {
        if (x == y) continue;
        const Ends debt{people[x], people[y]};
        if (Legal(debt)) {
          steps.emplace_back(x, y, 1);
        } else if (growth && Debt(debt) == 0 && CanGrow(Turned(debt))) {
          steps.emplace_back(x, y, -1);
        }
      }
    }
    std::vector<int> best(people.size(), 0);
    for (std::size_t round = 0; round <= people.size(); ++round) {
      bool better = false;
      for (const auto& [x, y, gain] : steps) {
        if (best[x] + gain <= best[y]) continue;
        best[y] = best[x] + gain;
        better = true;
      }
      if (!better) return false;
    }
    return true;
  }
  bool CanGrow(const Ends& debt) const {
    const Line& line = lines.at(Turned(debt));
    return MayChange(debt) && line.consents && line.grows && Debt(debt) < line.limit;
  }
};

// Draws what happens, does it through the hub, and follows it in the model.
class ClearingLife : public ClearingVillage {
 protected:
  void Live(std::uint64_t seed, int steps) {
    random_.seed(seed);
    if (Chance(50)) {
      options_.clearing.triggered =
          TriggeredClearing{.max_length = static_cast<std::uint32_t>(3 + Below(4)),
                            .work_limit = graph::kNoWorkLimit};
      Reopen();
    }
    for (const auto& [ends, id] : lines_) SetUpLine(ends);
    for (int i = 0; i < steps && !HasFailure(); ++i) {
      SCOPED_TRACE("seed " + std::to_string(seed) + ", step " + std::to_string(i));
      Step();
      ASSERT_EQ(HubDebts(), model_.debts);
    }
  }

  void SetUpLine(const Ends& ends) {
    Model::Line& line = model_.lines[ends];
    line.limit = static_cast<Amount>(Below(60)) + 5;
    SetLimit(ends.first, ends.second, FormatAmount(line.limit, 2));
    SetPolicy(ends);
  }
  void SetPolicy(const Ends& ends) {
    Model::Line& line = model_.lines[ends];
    line.consents = Chance(80);
    line.grows = Chance(40);
    PolicyPatch policy = Consents(line.consents);
    policy.allow_growth = line.grows;
    Change(ends.first, ends.second, policy);
  }

  void Step() {
    switch (Below(16)) {
      case 0:
        return SetPolicy(AnyEnds());
      case 1:
        return FreezeOrNot(AnyEnds());
      case 2:
      case 3:
        return Prepare();
      case 4:
        return Decide(true);
      case 5:
        return Decide(false);
      case 6:
        return Wait();
      case 7:
        return ClearSomeCycles();
      case 8:
        return SetOffAll();
      case 9:
        return ClearOne();
      case 10:
        return Ask();
      default:
        return PaySomebody();
    }
  }

  void FreezeOrNot(const Ends& ends) {
    Model::Line& line = model_.lines[ends];
    if (line.active) {
      Do(ends.first, FreezeLine{lines_.at(ends)});
    } else {
      Do(ends.first, UnfreezeLine{lines_.at(ends)});
    }
    line.active = !line.active;
  }

  // --- Payments. ---

  void PaySomebody() {
    const Ends ends = AnyEnds();
    const CommandResult result =
        Try(ends.first, Payment(ends.first, ends.second, FormatAmount(1 + AmountBelow(40), 2)));
    if (result.code() == ErrorCode::kOk) Follow(result, true);
  }
  // Moves what was paid; then what that triggered.
  void Follow(const CommandResult& result, bool moves) {
    std::set<Ends> changed;
    for (const Route& route : result.payment->transaction->routes) {
      for (std::size_t i = 0; i + 1 < route.participants.size(); ++i) {
        const Ends way{Name(route.participants[i]), Name(route.participants[i + 1])};
        if (!moves) continue;
        model_.Move(way, route.amount);
        changed.insert(way);
        changed.insert(Turned(way));
      }
    }
    ASSERT_EQ(result.clearing.has_value(), moves && options_.clearing.triggered.has_value());
    if (!result.clearing.has_value()) return;
    const std::uint32_t length = options_.clearing.triggered->max_length;
    FollowCycles(*result.clearing, length, 1);
    for (const Ends& debt : changed) EXPECT_FALSE(model_.HasCycleThrough(debt, length));
  }
  void Hold(const Transaction& transaction, int sign) {
    for (const Route& route : transaction.routes) {
      for (std::size_t i = 0; i + 1 < route.participants.size(); ++i) {
        model_.held[{Name(route.participants[i]), Name(route.participants[i + 1])}] +=
            sign * route.amount;
      }
    }
  }
  void Prepare() {
    const Ends ends = AnyEnds();
    PreparePayment prepare;
    prepare.payment = Payment(ends.first, ends.second, FormatAmount(1 + AmountBelow(30), 2));
    const CommandResult result = Try(ends.first, prepare);
    if (result.code() != ErrorCode::kOk) return;
    Hold(*result.payment->transaction, 1);
    prepared_.push_back(*result.payment->transaction);
  }
  void Decide(bool commits) {
    if (prepared_.empty()) return;
    const std::size_t which = Below(prepared_.size());
    const Transaction transaction = prepared_[which];
    prepared_.erase(prepared_.begin() + static_cast<std::ptrdiff_t>(which));
    Hold(transaction, -1);
    const Command command =
        commits ? Command(CommitPayment{transaction.id}) : Command(AbortPayment{transaction.id});
    Follow(Do(Name(transaction.payer), command), commits);
  }
  // All reservations end.
  void Wait() {
    Advance(kHour);
    for (const Transaction& transaction : prepared_) Hold(transaction, -1);
    prepared_.clear();
  }

  // --- Clearings. ---

  // Each of them changes no position and no pair's exact capacity.
  template <typename Clear>
  void Neutrally(Clear clear) {
    const auto positions = model_.Positions();
    const auto flows = model_.Flows();
    clear();
    EXPECT_EQ(model_.Positions(), positions);
    EXPECT_EQ(model_.Flows(), flows);
    ++clearings_;
  }
  void FollowCycles(const ClearingView& clearing, std::size_t most, Amount least) {
    EXPECT_TRUE(clearing.status.ok()) << clearing.status;
    EXPECT_TRUE(clearing.complete);
    Neutrally([&] {
      AmountSum cleared = 0;
      for (const CycleView& cycle : clearing.cycles) {
        EXPECT_LE(cycle.participants.size(), most);
        EXPECT_GE(cycle.amount, least);
        EXPECT_EQ(model_.Take(NamesOf(cycle.participants)), cycle.amount);
        cleared += AmountSum{cycle.amount} * cycle.participants.size();
      }
      EXPECT_TRUE(cleared == clearing.cleared);
      EXPECT_EQ(clearing.records.size(), clearing.cycles.empty() ? 0U : 1U);
    });
  }
  void ClearSomeCycles() {
    ClearCycles clear = AllCycles(static_cast<std::uint32_t>(3 + Below(4)));
    clear.max_cycles = 1000;
    FollowCycles(*Do("clerk", clear).clearing, clear.max_length, 1);
    EXPECT_FALSE(model_.HasCycle(clear.max_length));
  }
  void ClearOne() {
    std::vector<std::string> cycle = People();
    std::shuffle(cycle.begin(), cycle.end(), random_);
    cycle.resize(3 + Below(3));
    FollowCycles(*Do("clerk", Cycle(cycle)).clearing, cycle.size(), 1);
  }
  void SetOffAll() {
    SetOffDebts clear = Optimum();
    clear.growth = Chance(50);
    const bool could = model_.CanGain(clear.growth);
    const CommandResult result = Do("clerk", clear);
    EXPECT_EQ(result.clearing->cleared > 0, could);
    EXPECT_TRUE(result.clearing->upper_bound == result.clearing->cleared);
    Neutrally([&] {
      const std::map<Ends, Amount> after = HubDebts();
      AmountSum cleared = 0;
      for (const auto& [ends, line] : model_.lines) {
        const Ends debt = Turned(ends);
        const Amount now = after.count(debt) != 0 ? after.at(debt) : 0;
        if (now == model_.Debt(debt)) continue;
        EXPECT_TRUE(model_.MayChange(debt) && line.consents);
        if (now > model_.Debt(debt)) {
          EXPECT_TRUE(clear.growth && line.grows && now <= line.limit);
        }
        cleared += model_.Debt(debt) - now;
      }
      EXPECT_TRUE(cleared == result.clearing->cleared);
      model_.debts = after;
    });
    EXPECT_FALSE(model_.CanGain(clear.growth));
  }

  // A cycle is proposed, and everybody on it answers in some order until it is decided.
  void Ask() {
    std::vector<std::string> cycle = People();
    std::shuffle(cycle.begin(), cycle.end(), random_);
    cycle.resize(3 + Below(3));
    ProposeClearing propose;
    propose.id = Id("proposal-" + std::to_string(++proposals_));
    propose.equivalent = Eur();
    propose.cycle = PidsOf(cycle);
    const CommandResult proposed = Try(cycle[Below(cycle.size())], propose);
    std::set<std::string> asked;
    bool fits = true;
    bool now = true;
    for (std::size_t i = 0; i < cycle.size(); ++i) {
      const Ends debt{cycle[i], cycle[(i + 1) % cycle.size()]};
      const Model::Line& line = model_.lines.at(Turned(debt));
      fits = fits && line.active && model_.Debt(debt) > 0;
      now = now && model_.MayChange(debt);
      if (!line.consents) asked.insert(debt.second);
    }
    ASSERT_EQ(proposed.code() == ErrorCode::kOk, fits && !asked.empty()) << proposed.status;
    if (!fits || asked.empty()) return;
    const Hash256 terms = proposed.proposal->proposal.terms;
    std::shuffle(cycle.begin(), cycle.end(), random_);
    for (const std::string& member : cycle) {
      if (Chance(10)) {
        Do(member, RejectClearing{propose.id});
        EXPECT_EQ(Code(Try(member, AcceptClearing{propose.id, terms})), "TransactionFinal");
        return;
      }
      asked.erase(member);
      const ProposalView answer = Do(member, AcceptClearing{propose.id, terms}).proposal->proposal;
      const bool clears = asked.empty() && now;
      ASSERT_EQ(answer.state, clears ? ProposalState::kCommitted : ProposalState::kWaiting);
      if (clears) return TakeProposed(NamesOf(propose.cycle), answer.cleared);
    }
  }
  void TakeProposed(const std::vector<std::string>& cycle, Amount amount) {
    ++agreed_;
    Neutrally([&] {
      Amount least = kMaxAmount;
      for (std::size_t i = 0; i < cycle.size(); ++i) {
        const Ends debt{cycle[i], cycle[(i + 1) % cycle.size()]};
        least = std::min(least, model_.Debt(debt));
        model_.Add(debt, -amount);
      }
      EXPECT_EQ(amount, least);
    });
  }

  // --- Small things. ---

  std::uint64_t Below(std::uint64_t n) { return random_() % n; }
  Amount AmountBelow(std::uint64_t n) { return static_cast<Amount>(Below(n)); }
  bool Chance(std::uint64_t percent) { return Below(100) < percent; }
  Ends AnyEnds() {
    const std::size_t x = Below(People().size());
    return {People()[x], People()[(x + 1 + Below(People().size() - 1)) % People().size()]};
  }
  std::string Name(ParticipantIndex index) const {
    return NameOf(hub_->view().ledger().participant(index).pid);
  }
  static std::vector<std::string> NamesOf(const std::vector<Pid>& pids) {
    std::vector<std::string> names;
    for (const Pid& pid : pids) names.push_back(NameOf(pid));
    return names;
  }
  std::map<Ends, Amount> HubDebts() const {
    std::map<Ends, Amount> debts;
    const std::vector<DebtView> all = hub_->view().DebtsOf(Eur(), 0, 1000)->debts;
    for (const DebtView& debt : all) {
      debts[{NameOf(debt.debtor), NameOf(debt.creditor)}] = debt.amount;
    }
    return debts;
  }

  Model model_;
  std::mt19937_64 random_;
  std::vector<Transaction> prepared_;
  int proposals_ = 0;
  int clearings_ = 0;
  int agreed_ = 0;
};

class ClearingLives : public ClearingLife, public ::testing::WithParamInterface<int> {};

TEST_P(ClearingLives, AgreeWithTheModel) {
  const std::uint64_t steps = TierCount<std::uint64_t>(250, 6000);
  Live(static_cast<std::uint64_t>(GetParam()), static_cast<int>(steps));
  EXPECT_GT(clearings_, 10);
}

INSTANTIATE_TEST_SUITE_P(Seeds, ClearingLives, ::testing::Range(0, 12));

}  // namespace
}  // namespace geo::tests
