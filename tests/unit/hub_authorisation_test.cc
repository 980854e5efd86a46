// Who may do what: every command, signed by everybody (spec 01 §1.4, §1.7, §6.3, §7).

#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "geo/hub/hub.h"
#include "tests/support/keys.h"
#include "tests/support/names.h"

namespace geo::tests {
namespace {

constexpr const char* kNetwork = "village";

Pid PidOfName(const char* name) { return KeyOf(name).pid(); }

constexpr std::array<const char*, 3> kCycle = {"anna", "ben", "sue"};

// anna trusts ben and ben trusts anna; sue trusts ben and was suspended after that; newcomer has
// not registered. Hours of work and tea are owed from anna to ben to sue to anna, tea under lines
// whose owners want to be asked; the clerk has asked.
class Village {
 public:
  Village() {
    HubOptions options;
    options.genesis = Genesis{1, kNetwork, KeyOf("hub").public_key(), {}};
    const auto add = [&](const char* name, OperatorRole role) {
      options.genesis->operators.push_back({PidOfName(name), KeyOf(name).public_key(), role});
    };
    add("admin", OperatorRole::kAdmin);
    add("clerk", OperatorRole::kOperator);
    add("auditor", OperatorRole::kAuditor);
    options.founded_at = kStart;
    hub = Hub::Open(NewMemoryStore(), options).value();
    CreateEquivalent create;
    create.code = Eur();
    Do("admin", create);
    create.code = EquivalentCode::Parse("UNUSED").value();
    Do("admin", create);
    for (const char* name : {"anna", "ben", "sue", "cleo"}) {
      RegisterParticipant join;
      join.key = KeyOf(name).public_key();
      join.name = {Salt(), name};
      Do(name, join);
    }
    of_anna = Trust("anna", "ben");
    Trust("ben", "anna");
    of_sue = Trust("sue", "ben");
    PreparePayment prepare;
    prepare.payment = Payment("ben", "held");
    Do("anna", prepare);
    Owe("HRS", true);
    Owe("TEA", false);
    asked = Do("clerk", Proposed("asked")).proposal->proposal.terms;
    Do("admin", SetParticipantStatus{PidOfName("sue"), ParticipantStatus::kSuspended, "asked"});
    Do("anna", FreezeLine{Trust("anna", "cleo"), ""});
    frozen = hub->view().LineOf(PidOfName("anna"), PidOfName("cleo"), Eur()).value()->line.id;
  }

  LineId Trust(const char* owner, const char* debtor) {
    OpenLine line;
    line.debtor = PidOfName(debtor);
    line.equivalent = Eur();
    line.limit = "10";
    return *Do(owner, line).line;
  }
  // Everybody on the cycle owes the next one 1.
  void Owe(const char* code, bool consents) {
    CreateEquivalent create;
    create.code = EquivalentCode::Parse(code).value();
    Do("admin", create);
    for (std::size_t i = 0; i < kCycle.size(); ++i) {
      const char* debtor = kCycle[i];
      const char* creditor = kCycle[(i + 1) % kCycle.size()];
      OpenLine line;
      line.debtor = PidOfName(debtor);
      line.equivalent = create.code;
      line.limit = "1";
      line.policy.auto_clearing = consents;
      Do(creditor, line);
      Pay pay = Payment(creditor, (std::string(code) + ":" + debtor).c_str());
      pay.equivalent = create.code;
      Do(debtor, pay);
    }
  }
  static ProposeClearing Proposed(const char* id) {
    return {Id(id), EquivalentCode::Parse("TEA").value(), Cycle()};
  }
  static std::vector<Pid> Cycle() {
    std::vector<Pid> cycle;
    for (const char* name : kCycle) cycle.push_back(PidOfName(name));
    return cycle;
  }
  static Pay Payment(const char* to, const char* id) {
    Pay pay;
    pay.id = Id(id);
    pay.payee = PidOfName(to);
    pay.equivalent = Eur();
    pay.amount = "1";
    return pay;
  }
  CommandResult Do(const char* who, const Command& command) {
    const CommandResult result =
        hub->Execute(TrustedCommand(PidOfName(who), command), kStart).value();
    EXPECT_EQ(ErrorName(result.code()), "Ok") << OperationName(command) << result.status;
    return result;
  }

  // What `who` is answered, as far as it goes signed; opening balances are not.
  std::string Ask(const char* who, const Command& command,
                  Validity validity = {kStart, kStart + kMinute}) {
    if (std::holds_alternative<OpeningBalances>(command)) {
      return Answer(hub->Execute(TrustedCommand(PidOfName(who), command), kStart).value());
    }
    const SignedCommand sent = SignCommand(KeyOf(who), kNetwork, command, 100, validity).value();
    return Answer(hub->Execute(VerifyCommand(sent, kNetwork).value(), kStart).value());
  }
  // What `who` asks next carries a sequence that he has used for something else.
  void UseUpSequence(const char* who) {
    Command any = UpdateParticipant{PersonalText{Salt(), "other"}, {}};
    if (hub->view().ledger().FindOperator(PidOfName(who)) != nullptr) {
      any = UpdateEquivalent{Eur(), {}, "other"};
    }
    EXPECT_EQ(Ask(who, any), "Ok") << who;
  }
  static std::string Answer(const CommandResult& result) {
    return std::string(ErrorName(result.code()));
  }

  std::unique_ptr<Hub> hub;
  LineId of_anna;
  LineId of_sue;
  LineId frozen;  // of anna
  Hash256 asked;  // terms of the clerk's proposal
};

// In the order of the columns below.
constexpr std::array<const char*, 8> kSigners = {"anna",  "ben",   "sue",     "newcomer",
                                                 "clerk", "admin", "auditor", "hub"};

struct Row {
  const char* what;
  std::function<Command(const Village&)> make;
  std::array<std::string, kSigners.size()> answers;
};

const std::string kOk = "Ok";
const std::string kNo = "NotPermitted";
const std::string kGone = "ParticipantNotActive";
const std::string kWho = "UnknownParticipant";
const std::string kNone = "UnknownTransaction";

// What only operators may; everybody else is told so.
Row ForOperators(const char* what, std::function<Command(const Village&)> make) {
  return {what, std::move(make), {kNo, kNo, kNo, kNo, kOk, kOk, kNo, kNo}};
}

CreateEquivalent Creation() {
  CreateEquivalent create;
  create.code = EquivalentCode::Parse("NEW").value();
  return create;
}
SetLimits FewLines() {
  SetLimits limits;
  limits.lines = 5;
  limits.reason = "for now";
  return limits;
}
Command Registration() {
  RegisterParticipant join;
  join.key = KeyOf("newcomer").public_key();
  join.name = {Salt(), "new"};
  return join;
}
Command Renaming() {
  UpdateParticipant update;
  update.name = PersonalText{Salt(), "other"};
  return update;
}
Command LineTo(const char* debtor) {
  OpenLine line;
  line.debtor = PidOfName(debtor);
  line.equivalent = Eur();
  line.limit = "1";
  return line;
}
Command NewLimit(const LineId& line) {
  UpdateLine update;
  update.line = line;
  update.limit = "20";
  return update;
}
PreparePayment Preparation() {
  PreparePayment prepare;
  prepare.payment = Village::Payment("ben", "p");
  return prepare;
}

std::vector<Row> OnPeopleAndCodes() {
  const SetParticipantStatus suspend{PidOfName("ben"), ParticipantStatus::kSuspended, "why"};
  const SetParticipantStatus resume{PidOfName("sue"), ParticipantStatus::kActive, "why"};
  const SetParticipantStatus ban{PidOfName("anna"), ParticipantStatus::kDeleted, "why"};
  const UpdateEquivalent rest{Eur(), false, {}};
  const RemoveEquivalent remove{EquivalentCode::Parse("UNUSED").value()};
  return {
      {"register",
       [](const Village&) { return Registration(); },
       {kNo, kNo, kNo, kOk, kNo, kNo, kNo, kNo}},
      {"rename",
       [](const Village&) { return Renaming(); },
       {kOk, kOk, kGone, kWho, kWho, kWho, kWho, kWho}},
      {"leave",
       [](const Village&) { return Leave(); },
       {"HasObligations", "HasObligations", kGone, kWho, kWho, kWho, kWho, kWho}},
      ForOperators("suspend", [=](const Village&) { return suspend; }),
      ForOperators("resume", [=](const Village&) { return resume; }),
      ForOperators("ban", [=](const Village&) { return ban; }),
      ForOperators("level",
                   [](const Village&) {
                     return SetVerificationLevel{PidOfName("anna"), 2, "why"};
                   }),
      ForOperators("create", [](const Village&) { return Creation(); }),
      ForOperators("rest", [=](const Village&) { return rest; }),
      ForOperators("remove", [=](const Village&) { return remove; }),
      ForOperators("limits", [](const Village&) { return FewLines(); }),
      {"opening",
       [](const Village&) { return OpeningBalances(); },
       {kNo, kNo, kNo, kNo, kNo, "StatusConflict", kNo, kNo}},
  };
}

std::vector<Row> OnLines() {
  const auto of_anna = [](auto make) {
    return [make](const Village& v) -> Command { return make(v.of_anna); };
  };
  const auto close = [](const LineId& id) { return CloseLine{id}; };
  const auto freeze = [](const LineId& id) { return FreezeLine{id, "why"}; };
  return {
      {"open",
       [](const Village&) { return LineTo("cleo"); },
       {"LineExists", kOk, kGone, kWho, kWho, kWho, kWho, kWho}},
      {"update", of_anna(NewLimit), {kOk, kNo, kNo, kNo, kNo, kNo, kNo, kNo}},
      {"update of a suspended owner",
       [](const Village& v) { return NewLimit(v.of_sue); },
       {kNo, kNo, kGone, kNo, kNo, kNo, kNo, kNo}},
      {"close",
       [=](const Village& v) { return close(v.frozen); },
       {kOk, kNo, kNo, kNo, kNo, kNo, kNo, kNo}},
      {"freeze", of_anna(freeze), {kOk, kNo, kNo, kNo, kOk, kOk, kNo, kNo}},
      {"freeze of a suspended owner",
       [=](const Village& v) { return freeze(v.of_sue); },
       {kNo, kNo, kGone, kNo, kOk, kOk, kNo, kNo}},
      {"unfreeze",
       [](const Village& v) {
         return UnfreezeLine{v.frozen, "why"};
       },
       {kOk, kNo, kNo, kNo, kOk, kOk, kNo, kNo}},
  };
}

std::vector<Row> OnPayments() {
  return {
      {"pay",
       [](const Village&) { return Village::Payment("ben", "p"); },
       {kOk, "SelfPayment", kGone, kWho, kWho, kWho, kWho, kWho}},
      {"pay to a suspended one",
       [](const Village&) { return Village::Payment("sue", "p"); },
       {kGone, kGone, kGone, kWho, kWho, kWho, kWho, kWho}},
      {"prepare",
       [](const Village&) { return Preparation(); },
       {kOk, "SelfPayment", kGone, kWho, kWho, kWho, kWho, kWho}},
      {"commit",
       [](const Village&) { return CommitPayment{Id("held")}; },
       {kOk, kNo, kNone, kNone, kNone, kNone, kNone, kNone}},
      {"commit of nothing",
       [](const Village&) { return CommitPayment{Id("nothing")}; },
       {kNone, kNone, kNone, kNone, kNone, kNone, kNone, kNone}},
      {"commit of a proposal",
       [](const Village&) { return CommitPayment{Id("asked")}; },
       {kNone, kNone, kNone, kNone, kNone, kNone, kNone, kNone}},
      {"abort",
       [](const Village&) { return AbortPayment{Id("held")}; },
       {kOk, kNo, kNone, kNone, kNone, kNone, kNone, kNone}},
      {"abort of nothing",
       [](const Village&) { return AbortPayment{Id("nothing")}; },
       {kNone, kNone, kNone, kNone, kNone, kNone, kNone, kNone}},
  };
}

std::vector<Row> OnClearings() {
  const EquivalentCode hours = EquivalentCode::Parse("HRS").value();
  const auto cycles = [=](const Village&) { return ClearCycles{{hours}}; };
  const auto set_off = [=](const Village&) { return SetOffDebts{{hours}}; };
  const auto cycle = [=](const Village&) { return ClearCycle{hours, Village::Cycle()}; };
  return {
      ForOperators("cycles", cycles),
      ForOperators("set off", set_off),
      ForOperators("one cycle", cycle),
      {"propose",
       [](const Village&) { return Village::Proposed("more"); },
       {kOk, kOk, kGone, kNo, kOk, kOk, kNo, kNo}},
      {"accept",
       [](const Village& v) {
         return AcceptClearing{Id("asked"), v.asked};
       },
       {kOk, kOk, kGone, kNone, kNo, kNo, kNone, kNone}},
      {"reject",
       [](const Village&) { return RejectClearing{Id("asked")}; },
       {kOk, kOk, kGone, kNone, kOk, kOk, kNone, kNone}},
  };
}

std::vector<Row> AllRows() {
  std::vector<Row> rows = OnPeopleAndCodes();
  for (const auto& more : {OnLines(), OnPayments(), OnClearings()}) {
    rows.insert(rows.end(), more.begin(), more.end());
  }
  return rows;
}

TEST(AuthorisationTest, EveryCommandBySigner) {
  for (const Row& row : AllRows()) {
    for (std::size_t i = 0; i < kSigners.size(); ++i) {
      Village village;
      const std::uint64_t before = village.hub->head().seq;
      EXPECT_EQ(village.Ask(kSigners[i], row.make(village)), row.answers[i])
          << row.what << " by " << kSigners[i];
      EXPECT_EQ(village.hub->head().seq - before, row.answers[i] == kOk ? 1U : 0U)
          << row.what << " by " << kSigners[i] << ": the refused leave no record";
    }
  }
}

// Commands that name no transaction use up a sequence of their signer (spec 01 §2.2): the same one
// again is refused, and nothing comes of it.
TEST(AuthorisationTest, EveryCommandWithoutAnIdNeedsANewSequence) {
  std::size_t checked = 0;
  for (const Row& row : AllRows()) {
    for (std::size_t i = 0; i < kSigners.size(); ++i) {
      Village village;
      const Command command = row.make(village);
      const bool by_sequence = TransactionOf(command) == nullptr;
      const bool may = row.answers[i] == kOk || row.answers[i] == "HasObligations";
      if (!may || !by_sequence || row.what == std::string("register")) continue;
      village.UseUpSequence(kSigners[i]);
      const std::uint64_t before = village.hub->head().seq;
      EXPECT_EQ(village.Ask(kSigners[i], command), "SequenceUsed")
          << row.what << " by " << kSigners[i];
      EXPECT_EQ(village.hub->head().seq, before) << row.what << " by " << kSigners[i];
      ++checked;
    }
  }
  EXPECT_GT(checked, 20U);
}

TEST(AuthorisationTest, AnOperatorWhoJoinsNeedsANewSequenceToo) {
  Village village;
  village.UseUpSequence("clerk");
  RegisterParticipant join;
  join.key = KeyOf("clerk").public_key();
  join.name = {Salt(), "clerk"};
  EXPECT_EQ(village.Ask("clerk", join), "SequenceUsed");
}

// Whatever an envelope holds, it is good in its time only; but what was done already is answered as
// that, however late it comes again (spec 01 §2.2, §6.3).
TEST(AuthorisationTest, EveryCommandHasItsTime) {
  const Validity over{kStart - kMinute, kStart};
  const Validity later{kStart + 5 * kMinute + 1, kStart + kDay};
  for (const Row& row : AllRows()) {
    for (std::size_t i = 0; i < kSigners.size(); ++i) {
      Village village;
      const Command command = row.make(village);
      if (row.answers[i] != kOk || std::holds_alternative<OpeningBalances>(command)) continue;
      const std::uint64_t before = village.hub->head().seq;
      EXPECT_EQ(village.Ask(kSigners[i], command, over), "Expired") << row.what;
      EXPECT_EQ(village.Ask(kSigners[i], command, later), "NotYetValid") << row.what;
      EXPECT_EQ(village.hub->head().seq, before) << row.what;
      EXPECT_EQ(village.Ask(kSigners[i], command), kOk) << row.what;
      // An acceptance is an answer to what waits still.
      const bool waits = std::holds_alternative<AcceptClearing>(command);
      EXPECT_EQ(village.Ask(kSigners[i], command, over) == "Expired", waits) << row.what;
    }
  }
}

// A stranger learns of no payment or proposal, whatever its state and however old his message is.
TEST(AuthorisationTest, StrangersCannotTellKnownIdsFromUnknownOnes) {
  Village village;
  village.Do("clerk", Village::Proposed("done"));
  village.Do("ben", RejectClearing{Id("done")});
  const auto ask = [&](const Command& command, Timestamp now) {
    const SignedCommand sent =
        SignCommand(KeyOf("cleo"), kNetwork, command, 0, {kStart, kStart + kMinute}).value();
    const CommandResult result =
        village.hub->Execute(VerifyCommand(sent, kNetwork).value(), now).value();
    std::string text(result.status.message());
    text.replace(text.find(TransactionOf(command)->text()), TransactionOf(command)->text().size(),
                 "…");
    return Village::Answer(result) + " " + text;
  };
  for (const Timestamp now : {kStart, kStart + kMinute, kStart + kDay}) {
    const std::string no_payment = ask(CommitPayment{Id("nothing")}, now);
    const std::string no_proposal = ask(RejectClearing{Id("nothing")}, now);
    for (const char* id : {"held", "HRS:anna", "asked", "done"}) {
      EXPECT_EQ(ask(CommitPayment{Id(id)}, now), no_payment) << id;
      EXPECT_EQ(ask(AbortPayment{Id(id)}, now), no_payment) << id;
      EXPECT_EQ(ask(AcceptClearing{Id(id), village.asked}, now), no_proposal) << id;
      EXPECT_EQ(ask(RejectClearing{Id(id)}, now), no_proposal) << id;
    }
  }
}

TEST(AuthorisationTest, NoCommandIsLeftOut) {
  const Village village;
  std::set<std::size_t> seen;
  for (const Row& row : AllRows()) seen.insert(row.make(village).index());
  EXPECT_EQ(seen.size(), std::variant_size_v<Command>) << "a command lacks its row";
}

// Whoever is an operator may freeze any line, his own as a suspended participant too, with a
// reason.
TEST(AuthorisationTest, AnOperatorWhoIsASuspendedParticipant) {
  Village village;
  RegisterParticipant join;
  join.key = KeyOf("clerk").public_key();
  join.name = {Salt(), "clerk"};
  village.Do("clerk", join);
  const LineId line = village.Trust("clerk", "ben");
  village.Do("admin",
             SetParticipantStatus{PidOfName("clerk"), ParticipantStatus::kSuspended, "asked"});
  const auto try_it = [&](const Command& command) {
    const VerifiedCommand trusted = TrustedCommand(PidOfName("clerk"), command);
    return std::string(ErrorName(village.hub->Execute(trusted, kStart)->code()));
  };
  EXPECT_EQ(try_it(FreezeLine{line, ""}), "TextInvalid");
  EXPECT_EQ(try_it(FreezeLine{line, "why"}), "Ok");
  EXPECT_EQ(try_it(CloseLine{line}), "ParticipantNotActive");
}

// An owner who was banned, or an operator, does not act by means of somebody else's signature.
TEST(AuthorisationTest, ASignatureOfAnotherKeyIsNobodys) {
  SignedCommand sent =
      SignCommand(KeyOf("admin"), kNetwork, Creation(), 1, {kStart, kStart + 1}).value();
  const SignedCommand other =
      SignCommand(KeyOf("ben"), kNetwork, Creation(), 1, {kStart, kStart + 1}).value();
  sent.envelope.signature = other.envelope.signature;
  EXPECT_EQ(ErrorName(ErrorCodeOf(VerifyCommand(sent, kNetwork).status())), "BadSignature");
  sent.envelope.key = other.envelope.key;
  EXPECT_EQ(ErrorName(ErrorCodeOf(VerifyCommand(sent, kNetwork).status())), "KeyMismatch");
}

}  // namespace
}  // namespace geo::tests
