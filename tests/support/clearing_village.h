// A village in which everybody trusts everybody with 100.00, for tests of clearing through a hub.
#ifndef GEO_TESTS_SUPPORT_CLEARING_VILLAGE_H_
#define GEO_TESTS_SUPPORT_CLEARING_VILLAGE_H_

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "geo/hub/hub.h"
#include "tests/support/keys.h"
#include "tests/support/state_text.h"
#include "tests/support/status.h"

namespace geo::tests {

constexpr Duration kHour = 60 * kMinute;

// Changes to a line's policy about clearing.
inline PolicyPatch Consents(bool consents) {
  PolicyPatch patch;
  patch.auto_clearing = consents;
  return patch;
}
inline PolicyPatch Grows(bool grows) {
  PolicyPatch patch;
  patch.allow_growth = grows;
  return patch;
}

class ClearingVillage : public ::testing::Test {
 public:
  static const std::vector<std::string>& People() {
    static const auto* const kPeople =
        new std::vector<std::string>{"anna", "ben", "cleo", "dan", "eve"};
    return *kPeople;
  }
  static std::string NameOf(const Pid& pid) {
    for (const std::string& name : People()) {
      if (KeyOf(name).pid() == pid) return name;
    }
    return "?";
  }
  static std::vector<Pid> PidsOf(const std::vector<std::string>& names) {
    std::vector<Pid> pids;
    for (const std::string& name : names) pids.push_back(KeyOf(name).pid());
    return pids;
  }
  static EquivalentCode Eur() { return EquivalentCode::Parse("EUR").value(); }
  static TxId Id(std::string_view text) { return TxId::Parse(text).value(); }

 protected:
  void SetUp() override {
    const auto one = [](const char* name, OperatorRole role) {
      return Operator{KeyOf(name).pid(), KeyOf(name).public_key(), role};
    };
    options_.genesis =
        Genesis{1,
                "village",
                KeyOf("hub").public_key(),
                {one("admin", OperatorRole::kAdmin), one("clerk", OperatorRole::kOperator),
                 one("auditor", OperatorRole::kAuditor)}};
    options_.founded_at = now_;
    hub_ = Hub::Open(NewMemoryStore(medium_), options_).value();
    CreateEquivalent create;
    create.code = Eur();
    Do("admin", create);
    for (const std::string& name : People()) Joins(name);
    for (const std::string& owner : People()) {
      for (const std::string& debtor : People()) {
        if (owner != debtor) Trusts(owner, debtor, "100");
      }
    }
  }

  // What was folded is what a replay folds, and the views that are kept apart agree.
  void TearDown() override {
    EXPECT_EQ(CodeName(hub_->view().ledger().CheckPositions()), "Ok");
    EXPECT_EQ(CodeName(hub_->view().ledger().CheckReservations()), "Ok");
    Reopen();
    ASSERT_TRUE(hub_->Checkpoint().ok());
    Reopen();
  }

  void Reopen() {
    const std::string before = StateText(hub_->view().ledger());
    ASSERT_TRUE(hub_->Close().ok());
    hub_ = Hub::Open(NewMemoryStore(medium_), options_).value();
    EXPECT_EQ(StateText(hub_->view().ledger()), before);
  }

  CommandResult Try(const std::string& who, Command command) {
    return hub_->Execute(TrustedCommand(KeyOf(who).pid(), std::move(command)), now_).value();
  }
  CommandResult Do(const std::string& who, Command command) {
    const CommandResult result = Try(who, std::move(command));
    EXPECT_EQ(Code(result), "Ok") << result.status;
    return result;
  }
  static std::string Code(const CommandResult& result) {
    return std::string(ErrorName(result.code()));
  }

  // As it comes out of a signed envelope.
  VerifiedCommand Sealed(const std::string& who, const Command& command, std::uint64_t seq) {
    const auto sealed =
        SignCommand(KeyOf(who), "village", command, seq, {now_ - kSecond, now_ + kHour});
    EXPECT_TRUE(sealed.ok()) << sealed.status();
    return VerifyCommand(*sealed, "village").value();
  }
  Command Travel(const std::string& who, const Command& command) {
    return Sealed(who, command, 1).command();
  }

  void Joins(const std::string& name) {
    RegisterParticipant join;
    join.key = KeyOf(name).public_key();
    join.name = {Salt(), name};
    Do(name, join);
  }
  void Trusts(const std::string& owner, const std::string& debtor, const std::string& limit) {
    OpenLine open;
    open.debtor = KeyOf(debtor).pid();
    open.equivalent = Eur();
    open.limit = limit;
    lines_[{owner, debtor}] = Do(owner, open).line.value();
  }

  void Bring(const std::vector<std::tuple<std::string, std::string, std::string>>& debts) {
    OpeningBalances opening;
    for (const auto& [debtor, creditor, amount] : debts) {
      opening.debts.push_back({KeyOf(debtor).pid(), KeyOf(creditor).pid(), Eur(), amount});
    }
    Do("admin", opening);
  }

  Pay Payment(const std::string& from, const std::string& to, const std::string& amount) {
    Pay pay;
    pay.id = Id(from + "-" + std::to_string(++payments_));
    pay.payee = KeyOf(to).pid();
    pay.equivalent = Eur();
    pay.amount = amount;
    return pay;
  }
  CommandResult Pays(const std::string& from, const std::string& to, const std::string& amount) {
    return Do(from, Payment(from, to, amount));
  }

  // Lets the time pass with nobody doing anything.
  void Advance(Duration by) {
    now_ += by;
    hub_->Tick(now_);
    ASSERT_TRUE(hub_->Flush().ok());
  }

  void Change(const std::string& owner, const std::string& debtor, const PolicyPatch& policy) {
    UpdateLine update;
    update.line = lines_.at({owner, debtor});
    update.policy = policy;
    Do(owner, update);
  }
  void SetLimit(const std::string& owner, const std::string& debtor, const std::string& limit) {
    UpdateLine update;
    update.line = lines_.at({owner, debtor});
    update.limit = limit;
    Do(owner, update);
  }

  static ClearCycles AllCycles(std::uint32_t max_length) {
    ClearCycles clear;
    clear.terms.equivalent = Eur();
    clear.max_length = max_length;
    return clear;
  }
  static SetOffDebts Optimum() {
    SetOffDebts clear;
    clear.terms.equivalent = Eur();
    return clear;
  }
  static ClearCycle Cycle(const std::vector<std::string>& names) { return {Eur(), PidsOf(names)}; }

  // "anna-ben 10.00, …" in the order of names.
  std::string Debts() {
    std::map<std::string, std::string> debts;
    const std::vector<DebtView> all = hub_->view().DebtsOf(Eur(), 0, 1000)->debts;
    for (const DebtView& debt : all) {
      debts[NameOf(debt.debtor) + "-" + NameOf(debt.creditor)] = FormatAmount(debt.amount, 2);
    }
    std::string text;
    for (const auto& [ends, amount] : debts) {
      text += (text.empty() ? "" : ", ") + ends + " " + amount;
    }
    return text;
  }

  HubOptions options_;
  Timestamp now_ = 1'700'000'000 * kSecond;
  std::shared_ptr<MemoryMedium> medium_ = std::make_shared<MemoryMedium>();
  std::unique_ptr<Hub> hub_;
  std::map<std::pair<std::string, std::string>, LineId> lines_;  // by owner and debtor
  int payments_ = 0;
};

}  // namespace geo::tests

#endif  // GEO_TESTS_SUPPORT_CLEARING_VILLAGE_H_
