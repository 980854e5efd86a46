// Payments in two phases (spec 01 §6.5–6.7), through a hub.

#include <gtest/gtest.h>

#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "geo/hub/hub.h"
#include "tests/support/keys.h"
#include "tests/support/names.h"
#include "tests/support/state_text.h"
#include "tests/support/status.h"
#include "tests/support/village.h"

namespace geo::tests {
namespace {

// anna ← ben ← cleo: ben trusts anna and cleo trusts ben, 100.00 each.
class TwoPhaseTest : public ::testing::Test {
 protected:
  void SetUp() override {
    options_.genesis = VillageGenesis();
    options_.founded_at = now_;
    Open();
    CreateEquivalent create;
    create.code = Eur();
    Do("admin", create);
    for (const char* name : {"anna", "ben", "cleo"}) {
      RegisterParticipant join;
      join.key = KeyOf(name).public_key();
      join.name = {Salt(), name};
      Do(name, join);
    }
    line_ = Trust("ben", "anna", "100");
    Trust("cleo", "ben", "100");
  }

  void Open() {
    hub_ = nullptr;
    hub_ = Hub::Open(NewMemoryStore(medium_), options_).value();
  }
  void Reopen() {
    const std::string before = StateText(hub_->view().ledger());
    ASSERT_TRUE(hub_->Close().ok());
    Open();
    EXPECT_EQ(StateText(hub_->view().ledger()), before);
  }
  void TearDown() override {
    EXPECT_EQ(CodeName(hub_->view().ledger().CheckReservations()), "Ok");
    EXPECT_EQ(CodeName(hub_->view().ledger().CheckPositions()), "Ok");
    Reopen();
  }

  CommandResult Try(const char* who, Command command) {
    return hub_->Execute(TrustedCommand(KeyOf(who).pid(), std::move(command)), now_).value();
  }
  CommandResult Do(const char* who, Command command) {
    const CommandResult result = Try(who, std::move(command));
    EXPECT_EQ(ErrorName(result.code()), "Ok") << result.status;
    return result;
  }
  std::string Code(const CommandResult& result) { return std::string(ErrorName(result.code())); }
  LineId Trust(const char* owner, const char* debtor, const char* limit) {
    OpenLine line;
    line.debtor = KeyOf(debtor).pid();
    line.equivalent = Eur();
    line.limit = limit;
    return Do(owner, line).line.value();
  }
  static PreparePayment Prepare(std::string_view id, const char* to, const char* amount) {
    PreparePayment prepare;
    prepare.payment.id = Id(id);
    prepare.payment.payee = KeyOf(to).pid();
    prepare.payment.equivalent = Eur();
    prepare.payment.amount = amount;
    return prepare;
  }
  static NamedRoute Way(const std::vector<const char*>& names, const char* amount) {
    NamedRoute route;
    for (const char* name : names) route.participants.push_back(KeyOf(name).pid());
    route.amount = amount;
    return route;
  }
  Amount Capacity(const char* from, const char* to) {
    return hub_->view().Capacity(KeyOf(from).pid(), KeyOf(to).pid(), Eur())->amount;
  }
  Amount Owed(const char* debtor, const char* creditor) {
    const std::vector<DebtView> debts = hub_->view().DebtsOf(Eur(), 0, 100)->debts;
    for (const DebtView& debt : debts) {
      if (debt.debtor == KeyOf(debtor).pid() && debt.creditor == KeyOf(creditor).pid()) {
        return debt.amount;
      }
    }
    return 0;
  }
  std::vector<std::string> Events(std::uint64_t after) {
    const std::vector<Event> events = hub_->PollEvents(after, 1000).value();
    std::vector<std::string> names;
    for (const Event& event : events) {
      names.emplace_back(EventName(event.type));
    }
    return names;
  }

  HubOptions options_;
  std::shared_ptr<MemoryMedium> medium_ = std::make_shared<MemoryMedium>();
  std::unique_ptr<Hub> hub_;
  Timestamp now_ = kStart;
  LineId line_;  // ben → anna
};

TEST_F(TwoPhaseTest, HoldsThenPays) {
  const std::uint64_t before = hub_->head().seq;
  const CommandResult prepared = Do("anna", Prepare("p", "cleo", "70"));
  EXPECT_EQ(prepared.payment->transaction->state, TransactionState::kPrepared);
  EXPECT_EQ(Capacity("anna", "ben"), 3000);
  EXPECT_EQ(Capacity("anna", "cleo"), 3000);
  EXPECT_EQ(Owed("anna", "ben"), 0) << "nothing is owed yet";
  EXPECT_EQ(Code(Try("anna", Prepare("q", "cleo", "30.01"))), "InsufficientCapacity");
  Reopen();
  const CommandResult committed = Do("anna", CommitPayment{Id("p")});
  EXPECT_EQ(committed.payment->transaction->state, TransactionState::kCommitted);
  EXPECT_EQ(Owed("anna", "ben"), 7000);
  EXPECT_EQ(Owed("ben", "cleo"), 7000);
  EXPECT_EQ(Capacity("anna", "cleo"), 3000);
  EXPECT_EQ(Events(before), (std::vector<std::string>{"payment.prepared", "payment.committed",
                                                      "payment.received"}));
  EXPECT_EQ(hub_->FindTransaction(Id("p")).value(), committed.payment->transaction);
}

// Every state of a payment meets everything that may be asked, before and after a crash (spec 01
// §6.5, §6.7). What is asked again gets the old answer; what cannot be any more changes nothing.
TEST_F(TwoPhaseTest, EveryStateMeetsEveryQuestion) {
  enum Question { kPrepare, kCommit, kAbort };
  struct State {
    const char* name;
    std::string answers[3];     // to the questions
    TransactionState after[3];  // what it is then
  };
  constexpr auto kHeld = TransactionState::kPrepared;
  constexpr auto kDone = TransactionState::kCommitted;
  constexpr auto kOff = TransactionState::kAborted;
  const State kStates[] = {
      {"new", {"Ok", "UnknownTransaction", "UnknownTransaction"}, {kHeld, kHeld, kHeld}},
      {"prepared", {"Ok", "Ok", "Ok"}, {kHeld, kDone, kOff}},
      {"committed", {"Ok", "Ok", "Ok"}, {kDone, kDone, kDone}},
      {"aborted", {"Ok", "TransactionFinal", "Ok"}, {kOff, kOff, kOff}},
      {"expired", {"Ok", "ReservationExpired", "Ok"}, {kOff, kOff, kOff}},
  };
  int number = 0;
  for (const State& state : kStates) {
    for (const Question question : {kPrepare, kCommit, kAbort}) {
      for (const bool crash : {false, true}) {
        const std::string id = "t" + std::to_string(++number);
        const PreparePayment prepare = Prepare(id, "cleo", "1");
        const std::string name = state.name;
        SCOPED_TRACE(name + ", question " + std::to_string(question) + (crash ? ", crash" : ""));
        if (name != "new") Do("anna", prepare);
        if (name == "committed") Do("anna", CommitPayment{Id(id)});
        if (name == "aborted") Do("anna", AbortPayment{Id(id)});
        if (name == "expired") now_ += kMinute;
        if (crash) Open();  // without Close
        const Command asked[] = {prepare, CommitPayment{Id(id)}, AbortPayment{Id(id)}};
        const CommandResult result = Try("anna", asked[question]);
        EXPECT_EQ(Code(result), state.answers[question]);
        if (crash) Open();
        const std::optional<Transaction> then = hub_->FindTransaction(Id(id)).value();
        if (name == "new" && question != kPrepare) {
          EXPECT_FALSE(then.has_value());
          continue;
        }
        EXPECT_EQ(then->state, state.after[question]);
        EXPECT_EQ(then->hold->expired, name == "expired");
        if (then->state == kHeld) Do("anna", AbortPayment{Id(id)});
      }
    }
  }
  // Eight payments were committed, each once: two of "prepared" and all of "committed".
  EXPECT_EQ(Owed("anna", "ben"), 800);
  EXPECT_EQ(Capacity("anna", "cleo"), 10'000 - 800);
}

// A reservation outlives a crash, and its time goes on while nobody is there.
TEST_F(TwoPhaseTest, ACrashBetweenThePhasesLosesNothingAndStopsNoClock) {
  PreparePayment promised = Prepare("voted", "cleo", "10");
  promised.voted = true;
  Do("anna", Prepare("soon", "cleo", "20"));
  Do("anna", promised);
  Open();
  EXPECT_EQ(Capacity("anna", "cleo"), 7000);
  now_ += 59 * kSecond;
  hub_->Tick(now_);
  const std::vector<ReservationView> held = hub_->view().Reservations({}, 10)->reservations;
  ASSERT_EQ(held.size(), 2U);
  EXPECT_EQ(held[0].age, 59 * kSecond);
  Open();
  now_ += kSecond;
  hub_->Tick(now_);  // ends what is over; lost again, since nothing is flushed
  EXPECT_EQ(hub_->view().Reservations({}, 10)->reservations.size(), 1U);
  Open();
  EXPECT_EQ(hub_->view().Reservations({}, 10)->reservations.size(), 2U);
  EXPECT_EQ(Code(Try("anna", CommitPayment{Id("soon")})), "ReservationExpired");
  Open();
  EXPECT_EQ(Code(Try("anna", CommitPayment{Id("soon")})), "ReservationExpired");
  now_ += 400 * kDay;
  Do("anna", CommitPayment{Id("voted")});
  Open();
  EXPECT_EQ(Owed("anna", "ben"), 1000);
}

TEST_F(TwoPhaseTest, DecisionsAreRepeatedNotRevised) {
  Do("anna", Prepare("p", "ben", "10"));
  Do("anna", CommitPayment{Id("p")});
  for (const Command& again : {Command(CommitPayment{Id("p")}), Command(AbortPayment{Id("p")})}) {
    const CommandResult result = Do("anna", again);
    EXPECT_TRUE(result.payment->repeated);
    EXPECT_EQ(result.seq, 0U);
    EXPECT_EQ(result.payment->transaction->state, TransactionState::kCommitted);
  }
  EXPECT_EQ(Owed("anna", "ben"), 1000);
  Do("anna", Prepare("q", "ben", "10"));
  Do("anna", AbortPayment{Id("q")});
  EXPECT_EQ(Do("anna", AbortPayment{Id("q")}).payment->transaction->state,
            TransactionState::kAborted);
  EXPECT_EQ(Code(Try("anna", CommitPayment{Id("q")})), "TransactionFinal");
  EXPECT_EQ(Code(Try("anna", CommitPayment{Id("r")})), "UnknownTransaction");
  EXPECT_EQ(Owed("anna", "ben"), 1000);
}

TEST_F(TwoPhaseTest, OnlyThePayerDecides) {
  Do("anna", Prepare("p", "ben", "10"));
  EXPECT_EQ(Code(Try("ben", CommitPayment{Id("p")})), "NotPermitted");
  EXPECT_EQ(Code(Try("ben", AbortPayment{Id("p")})), "NotPermitted");
  for (const char* who : {"cleo", "admin", "hub"}) {
    EXPECT_EQ(Code(Try(who, CommitPayment{Id("p")})), "UnknownTransaction") << who;
    EXPECT_EQ(Code(Try(who, AbortPayment{Id("p")})), "UnknownTransaction") << who;
  }
  EXPECT_EQ(hub_->view().ledger().prepared_count(), 1U);
}

TEST_F(TwoPhaseTest, NobodyTakesAllTheRoomForHimself) {
  options_.payments.max_prepared_per_payer = 3;
  Reopen();
  for (const char* id : {"a-1", "a-2", "a-3"}) Do("anna", Prepare(id, "ben", "1"));
  const CommandResult fourth = Try("anna", Prepare("a-4", "ben", "1"));
  EXPECT_EQ(Code(fourth), "TooManyPreparedByPayer");
  EXPECT_NE(fourth.status.message().find("3 payments"), std::string::npos) << fourth.status;
  EXPECT_NE(fourth.status.message().find("at most 3"), std::string::npos) << fourth.status;
  Do("ben", Prepare("b-1", "cleo", "1"));  // others are not hindered
  Do("anna", Prepare("a-1", "ben", "1"));  // what is there is answered
  PreparePayment voted = Prepare("v-1", "ben", "1");
  voted.voted = true;
  Do("anna", voted);
  // What a hub counted, it counts again from its journal, and from a snapshot.
  Reopen();
  EXPECT_EQ(Code(Try("anna", Prepare("a-4", "ben", "1"))), "TooManyPreparedByPayer");
  ASSERT_TRUE(hub_->Checkpoint().ok());
  Reopen();
  EXPECT_EQ(Code(Try("anna", Prepare("a-4", "ben", "1"))), "TooManyPreparedByPayer");
  // Each decision makes room, as does the end of time; the voted one took none.
  Do("anna", CommitPayment{Id("a-1")});
  Do("anna", Prepare("a-4", "ben", "1"));
  EXPECT_EQ(Code(Try("anna", Prepare("a-5", "ben", "1"))), "TooManyPreparedByPayer");
  Do("anna", CommitPayment{Id("v-1")});
  EXPECT_EQ(Code(Try("anna", Prepare("a-5", "ben", "1"))), "TooManyPreparedByPayer");
  Do("anna", AbortPayment{Id("a-2")});
  Do("anna", Prepare("a-5", "ben", "1"));
  now_ += kDay;
  for (const char* id : {"a-6", "a-7", "a-8"}) Do("anna", Prepare(id, "ben", "1"));
  // A stricter hub opens what a generous one wrote.
  options_.payments.max_prepared_per_payer = 1;
  Reopen();
  EXPECT_EQ(Code(Try("anna", Prepare("a-9", "ben", "1"))), "TooManyPreparedByPayer");
  options_.payments.max_prepared_per_payer = 0;
  EXPECT_EQ(CodeName(Hub::Open(NewMemoryStore(), options_).status()), "InvalidArgument");
  options_.payments.max_prepared_per_payer = 4;
}

// Nothing ends by the clock alone: a record comes before whatever happens next.
TEST_F(TwoPhaseTest, WhatEndsTakesNoRoomAnyMore) {
  Do("anna", Prepare("p", "ben", "5"));
  Do("anna", Prepare("q", "ben", "5"));
  EXPECT_GT(hub_->view().ledger().prepared_bytes(), 0U);
  Do("anna", AbortPayment{Id("p")});
  Do("anna", CommitPayment{Id("q")});
  EXPECT_EQ(hub_->view().ledger().prepared_bytes(), 0U);
}

TEST_F(TwoPhaseTest, ExpiryIsARecord) {
  Do("anna", Prepare("p", "ben", "70"));
  const JournalHead head = hub_->head();
  now_ += 59 * kSecond;
  hub_->Tick(now_);
  ASSERT_TRUE(hub_->Flush().ok());
  EXPECT_EQ(hub_->head(), head);
  now_ += kSecond;
  EXPECT_EQ(Code(Try("anna", CommitPayment{Id("p")})), "ReservationExpired");
  EXPECT_EQ(hub_->head().seq, head.seq + 1);
  EXPECT_EQ(Events(head.seq), std::vector<std::string>{"payment.expired"});
  EXPECT_EQ(Capacity("anna", "ben"), 10'000);
  EXPECT_EQ(Owed("anna", "ben"), 0);
  EXPECT_EQ(hub_->FindTransaction(Id("p")).value()->state, TransactionState::kAborted);
  Do("anna", AbortPayment{Id("p")});
}

// Whatever is prepared and decided between them; "c" and "d" end together, "v" never.
TEST_F(TwoPhaseTest, PagesOfReservationsFitTogether) {
  const auto prepare = [&](std::string_view id, std::optional<Duration> lifetime) {
    PreparePayment one = Prepare(id, "ben", "1");
    one.lifetime = lifetime;
    one.voted = !lifetime.has_value();
    Do("anna", one);
  };
  prepare("v", std::nullopt);
  for (const char* id : {"d", "c"}) prepare(id, 50 * kSecond);
  prepare("b", 40 * kSecond);
  prepare("a", 60 * kSecond);
  std::string read;
  const auto page = [&](const ExpiryPlace& from, std::size_t max) {
    const ReservationsPage some = hub_->view().Reservations(from, max).value();
    read += ' ';
    for (const ReservationView& one : some.reservations) read += one.id.text();
    return some.next;
  };
  std::optional<ExpiryPlace> next = page({}, 2);
  for (const char* id : {"b", "c", "d"}) Do("anna", AbortPayment{Id(id)});
  prepare("e", 30 * kSecond);
  prepare("f", 70 * kSecond);
  Reopen();
  next = page(*next, 1);
  next = page(*next, 2);
  EXPECT_EQ(next, std::nullopt);
  next = page({}, std::numeric_limits<std::size_t>::max());
  EXPECT_EQ(next, std::nullopt);
  EXPECT_EQ(read, " bc a fv eafv");
  EXPECT_EQ(ErrorCodeOf(hub_->view().Reservations({}, 0).status()), ErrorCode::kInvalidArgument);
}

TEST_F(TwoPhaseTest, TickEndsWhatIsOverInOrderOfTime) {
  PreparePayment later = Prepare("a", "ben", "10");
  later.lifetime = 90 * kSecond;
  Do("anna", later);
  Do("anna", Prepare("b", "ben", "20"));
  PreparePayment voted = Prepare("c", "ben", "30");
  voted.voted = true;
  Do("anna", voted);
  const std::vector<ReservationView> open = hub_->view().Reservations({}, 10)->reservations;
  ASSERT_EQ(open.size(), 3U);
  EXPECT_EQ(open[0].id, Id("b"));
  EXPECT_EQ(open[1].id, Id("a"));
  EXPECT_EQ(open[2].id, Id("c"));
  now_ += 80 * kSecond;
  hub_->Tick(now_);
  EXPECT_EQ(hub_->pending(), 0U) << "nobody waits for an answer";
  ASSERT_TRUE(hub_->Flush().ok());
  EXPECT_EQ(hub_->view().Reservations({}, 10)->reservations.front().age, 80 * kSecond);
  EXPECT_EQ(Capacity("anna", "ben"), 6000);
  now_ += 100 * kDay;
  hub_->Tick(now_);
  ASSERT_TRUE(hub_->Flush().ok());
  EXPECT_EQ(hub_->view().ledger().prepared_count(), 1U) << "a voted one stays";
  Do("anna", CommitPayment{Id("c")});
  EXPECT_EQ(Owed("anna", "ben"), 3000);
}

TEST_F(TwoPhaseTest, LifetimesHaveBounds) {
  for (const Duration lifetime : {29 * kSecond, 301 * kSecond, 60 * kSecond + 1, Duration{0}}) {
    PreparePayment prepare = Prepare("p", "ben", "1");
    prepare.lifetime = lifetime;
    EXPECT_EQ(Code(Try("anna", prepare)), "InvalidArgument") << lifetime;
  }
  PreparePayment voted = Prepare("p", "ben", "1");
  voted.voted = true;
  voted.lifetime = 60 * kSecond;
  EXPECT_EQ(Code(Try("anna", voted)), "InvalidArgument");
}

TEST_F(TwoPhaseTest, NothingIsHeldBeyondTheLastTimeThereIs) {
  constexpr Timestamp kLast = std::numeric_limits<Timestamp>::max();
  now_ = kLast - 60 * kSecond + 1;
  EXPECT_EQ(Code(Try("anna", Prepare("p", "ben", "1"))), "InvalidArgument");
  PreparePayment shorter = Prepare("p", "ben", "1");
  shorter.lifetime = 59 * kSecond;
  Do("anna", shorter);
  now_ = kLast;
  EXPECT_EQ(Code(Try("anna", CommitPayment{Id("p")})), "ReservationExpired");
  EXPECT_EQ(Code(Try("anna", Prepare("q", "ben", "1"))), "InvalidArgument");
}

// The second phase cannot break a limit, whatever is asked for in between.
TEST_F(TwoPhaseTest, ReservationsBindTheLine) {
  Do("anna", Prepare("p", "ben", "70"));
  UpdateLine lower;
  lower.line = line_;
  lower.limit = "69.99";
  EXPECT_EQ(Code(Try("ben", lower)), "PairReserved");
  lower.limit = "70";
  Do("ben", lower);
  EXPECT_EQ(Code(Try("ben", CloseLine{line_})), "PairReserved");
  const LineId back = Trust("anna", "ben", "1");
  EXPECT_EQ(Code(Try("anna", CloseLine{back})), "PairReserved") << "the pair's other line too";
  Do("ben", Prepare("b", "anna", "1"));
  Do("anna", AbortPayment{Id("p")});
  EXPECT_EQ(Code(Try("ben", CloseLine{line_})), "PairReserved");
  Do("ben", AbortPayment{Id("b")});
  Do("anna", CloseLine{back});
  Do("anna", Prepare("again", "ben", "70"));
  EXPECT_EQ(Code(Try("anna", Leave())), "HasObligations");
  EXPECT_EQ(Capacity("anna", "ben"), 0);
  FreezeLine freeze;
  freeze.line = line_;
  Do("ben", freeze);  // what was promised before still goes through
  Do("anna", CommitPayment{Id("again")});
  EXPECT_EQ(Owed("anna", "ben"), 7000);
}

TEST_F(TwoPhaseTest, DailyLimitsCountWhatIsHeld) {
  UpdateLine limit;
  limit.line = line_;
  limit.policy.daily_limit = AmountInput("10");
  Do("ben", limit);
  Do("anna", Prepare("p", "ben", "6"));
  EXPECT_EQ(Capacity("anna", "ben"), 400);
  EXPECT_EQ(Code(Try("anna", Prepare("q", "ben", "5"))), "InsufficientCapacity");
  PreparePayment named = Prepare("q", "ben", "5");
  named.routes = {Way({"anna", "ben"}, "5")};
  EXPECT_EQ(Code(Try("anna", named)), "InsufficientCapacity");
  Do("anna", CommitPayment{Id("p")});
  EXPECT_EQ(Capacity("anna", "ben"), 400);
  Reopen();
  EXPECT_EQ(Capacity("anna", "ben"), 400) << "it is the same day still";
}

TEST_F(TwoPhaseTest, ExplicitRoutesAreChecked) {
  PreparePayment named = Prepare("p", "cleo", "30");
  named.routes = {Way({"anna", "ben", "cleo"}, "20")};
  EXPECT_EQ(Code(Try("anna", named)), "PlanInvalid") << "not the whole amount";
  named.routes = {Way({"anna", "cleo"}, "30")};
  EXPECT_EQ(Code(Try("anna", named)), "NoRoute");
  named.routes = {Way({"anna", "ben"}, "30")};
  EXPECT_EQ(Code(Try("anna", named)), "PlanInvalid") << "leads elsewhere";
  named.routes = {Way({"anna", "ghost", "cleo"}, "30")};
  EXPECT_EQ(Code(Try("anna", named)), "UnknownParticipant");
  named.routes = {Way({"anna", "ben", "cleo"}, "30")};
  named.payment.constraints.max_hops = 1;
  EXPECT_EQ(Code(Try("anna", named)), "PlanInvalid");
  named.payment.constraints = {};
  const CommandResult result = Do("anna", named);
  EXPECT_TRUE(result.payment->transaction->hold->explicit_routes);
  EXPECT_EQ(Capacity("anna", "ben"), 7000);
}

TEST_F(TwoPhaseTest, ShortageNamesTheHop) {
  Do("anna", Prepare("p", "ben", "70"));
  PreparePayment named = Prepare("q", "cleo", "32");
  named.routes = {Way({"anna", "ben", "cleo"}, "10"), Way({"anna", "ben", "cleo"}, "22")};
  const CommandResult refused = Try("anna", named);
  EXPECT_EQ(Code(refused), "InsufficientCapacity");
  ASSERT_TRUE(refused.payment->shortage.has_value());
  const Ledger& ledger = hub_->view().ledger();
  const HopShortage wanted{*ledger.FindParticipant(KeyOf("anna").pid()),
                           *ledger.FindParticipant(KeyOf("ben").pid()), 2200, 10'000, 8000};
  EXPECT_EQ(*refused.payment->shortage, wanted);
  EXPECT_EQ(Code(Try("anna", CommitPayment{Id("q")})), "UnknownTransaction") << "the id is free";
}

TEST_F(TwoPhaseTest, SameIdIsTheSameReservationOrSaysWhatDiffers) {
  PreparePayment prepare = Prepare("p", "cleo", "5");
  prepare.lifetime = 100 * kSecond;
  Do("anna", prepare);
  EXPECT_TRUE(Do("anna", prepare).payment->repeated);
  const auto differs = [&](const char* code, auto change) {
    PreparePayment other = prepare;
    change(other);
    EXPECT_EQ(Code(Try("anna", other)), code);
    EXPECT_EQ(Code(Try("ben", other)), "TxIdReused") << "not for others to know";
  };
  differs("TxIdOtherPayee", [](auto& p) { p.payment.payee = KeyOf("ben").pid(); });
  differs("TxIdOtherAmount", [](auto& p) { p.payment.amount = "6"; });
  differs("TxIdOtherEquivalent",
          [](auto& p) { p.payment.equivalent = EquivalentCode::Parse("X").value(); });
  differs("TxIdOtherDescription", [](auto& p) { p.payment.description = PersonalText{{}, "x"}; });
  differs("TxIdOtherConstraints", [](auto& p) { p.payment.constraints.max_paths = 1; });
  differs("TxIdOtherLifetime", [](auto& p) { p.lifetime = 101 * kSecond; });
  differs("TxIdOtherLifetime", [](auto& p) { p.lifetime.reset(); });
  differs("TxIdOtherRoutes", [](auto& p) { p.routes = {Way({"anna", "ben", "cleo"}, "5")}; });
  differs("TxIdOtherLifetime", [](auto& p) {
    p.lifetime.reset();
    p.voted = true;
  });
  EXPECT_EQ(Code(Try("anna", prepare.payment)), "TxIdOtherOperation");
  Do("anna", CommitPayment{Id("p")});
  const CommandResult later = Do("anna", prepare);
  EXPECT_EQ(later.payment->transaction->state, TransactionState::kCommitted);
}

TEST_F(TwoPhaseTest, SameIdIsTheSameExplicitRoutesOrOthers) {
  PreparePayment prepare = Prepare("p", "cleo", "5");
  const NamedRoute two = Way({"anna", "ben", "cleo"}, "2");
  const NamedRoute three = Way({"anna", "ben", "cleo"}, "3");
  prepare.routes = {two, three};
  Do("anna", prepare);
  EXPECT_TRUE(Do("anna", prepare).payment->repeated);
  for (const std::vector<NamedRoute>& routes :
       {std::vector<NamedRoute>{three, two}, {two}, {two, three, three}, {}}) {
    PreparePayment other = prepare;
    other.routes = routes;
    EXPECT_EQ(Code(Try("anna", other)), "TxIdOtherRoutes") << routes.size();
  }
}

// What one hop has room for to the last unit is no shortage; and a hop in the middle of a route
// cannot repay over a line that is frozen (spec 01 §4.6).
TEST_F(TwoPhaseTest, ShortageIsWhereARouteCannotPass) {
  const auto shortage = [&](const char* amount) {
    PreparePayment named = Prepare("q", "cleo", amount);
    named.routes = {Way({"anna", "ben", "cleo"}, amount)};
    const CommandResult refused = Try("anna", named);
    EXPECT_EQ(Code(refused), "InsufficientCapacity");
    const HopShortage hop = refused.payment.value().shortage.value();
    return std::to_string(hop.from) + "-" + std::to_string(hop.to) + " " +
           std::to_string(hop.available);
  };
  Do("ben", Prepare("p", "cleo", "60"));
  EXPECT_EQ(shortage("100"), "1-2 10000");
  const LineId lent = Trust("anna", "ben", "100");
  Do("ben", Prepare("r", "anna", "7"));
  Do("ben", CommitPayment{Id("r")});
  EXPECT_EQ(shortage("107"), "1-2 10000");
  Do("anna", FreezeLine{lent, ""});
  EXPECT_EQ(shortage("107"), "0-1 10000");
}

TEST_F(TwoPhaseTest, RoutesAreSearchedWithinTheHubsLimits) {
  options_.routing.max_hops = 1;
  Reopen();
  EXPECT_EQ(Code(Try("anna", Prepare("p", "cleo", "1"))), "NoRoute");
  Do("anna", Prepare("p", "ben", "1"));
  PreparePayment named = Prepare("q", "cleo", "1");
  named.routes = {Way({"anna", "ben", "cleo"}, "1")};
  Do("anna", named);  // who names his routes has chosen them
  options_.routing = {};
  options_.routing.max_paths = 1;
  Reopen();
  named = Prepare("r", "cleo", "2");
  named.routes = {Way({"anna", "ben", "cleo"}, "1"), Way({"anna", "ben", "cleo"}, "1")};
  Do("anna", named);
}

TEST(PreparePaymentSyntaxTest, RoutesMayBeAsManyAndAsLongAsPlansAre) {
  PreparePayment prepare;
  prepare.payment.id = Id("p");
  prepare.payment.amount = "1";
  prepare.routes.resize(kMostPaths);
  for (NamedRoute& route : prepare.routes) {
    route.amount = "1";
    route.participants.resize(kMostHops + 1);
  }
  EXPECT_EQ(CodeName(CheckSyntax(prepare)), "Ok");
  prepare.routes.front().participants.emplace_back();
  EXPECT_EQ(CodeName(CheckSyntax(prepare)), "TooLarge");
  prepare.routes.front() = prepare.routes.back();
  prepare.routes.push_back(prepare.routes.back());
  EXPECT_EQ(CodeName(CheckSyntax(prepare)), "TooLarge");
  prepare.routes.clear();
  prepare.payment.constraints.avoid.resize(kMaxAvoid);
  prepare.payment.description = PersonalText{{}, std::string(kMaxDescriptionBytes, 'x')};
  EXPECT_EQ(CodeName(CheckSyntax(prepare)), "Ok");
  prepare.payment.description->text += 'x';
  EXPECT_EQ(CodeName(CheckSyntax(prepare)), "TextInvalid");
  prepare.payment.description.reset();
  prepare.payment.constraints.avoid.emplace_back();
  EXPECT_EQ(CodeName(CheckSyntax(prepare)), "TooLarge");
}

TEST_F(TwoPhaseTest, SuspendedPayersDoNotCommitButMayAbort) {
  Do("anna", Prepare("p", "ben", "5"));
  Do("ben", Prepare("q", "cleo", "5"));
  SetParticipantStatus suspend{KeyOf("anna").pid(), ParticipantStatus::kSuspended, "asked to"};
  Do("admin", suspend);
  EXPECT_EQ(Code(Try("anna", CommitPayment{Id("p")})), "ParticipantNotActive");
  Do("anna", AbortPayment{Id("p")});
  suspend.participant = KeyOf("cleo").pid();
  Do("admin", suspend);
  Do("ben", CommitPayment{Id("q")});  // promised before
}

// What a payer promised another hub goes through, whatever became of him (spec 01 §6.6).
TEST_F(TwoPhaseTest, SuspendedPayersCommitWhatIsVoted) {
  PreparePayment voted = Prepare("p", "ben", "5");
  voted.voted = true;
  Do("anna", voted);
  Do("admin", SetParticipantStatus{KeyOf("anna").pid(), ParticipantStatus::kSuspended, "asked to"});
  Do("anna", CommitPayment{Id("p")});
  EXPECT_EQ(Owed("anna", "ben"), 500);
}

TEST_F(TwoPhaseTest, SignedAllTheWay) {
  const SecretKey anna = KeyOf("anna");
  const auto send = [&](const Command& command) {
    const Validity validity{now_, now_ + kMinute};
    const SignedCommand sent = SignCommand(anna, "village", command, 1, validity).value();
    return hub_->Execute(VerifyCommand(sent, "village").value(), now_).value();
  };
  PreparePayment prepare = Prepare("p", "cleo", "5.00");
  prepare.lifetime = 45 * kSecond;
  prepare.routes = {Way({"anna", "ben", "cleo"}, "5.00")};
  prepare.payment.description = PersonalText{Salt(), "two loaves"};
  const CommandResult prepared = send(prepare);
  ASSERT_EQ(Code(prepared), "Ok") << prepared.status;
  EXPECT_EQ(prepared.payment->transaction->hold->expires_at, now_ + 45 * kSecond);
  EXPECT_EQ(hub_->FindText(TextHash(*prepare.payment.description)).value(), "two loaves");
  EXPECT_EQ(Code(send(CommitPayment{Id("p")})), "Ok");
  prepare.voted = true;
  EXPECT_EQ(CodeName(SignCommand(anna, "village", prepare, 1, {0, 1})), "InvalidArgument");
}

// A commit signed too long ago is refused while it would change something, and answered after.
TEST_F(TwoPhaseTest, LateDecisions) {
  Do("anna", Prepare("p", "cleo", "5"));
  const SignedCommand sent =
      SignCommand(KeyOf("anna"), "village", CommitPayment{Id("p")}, 1, {0, 1}).value();
  const VerifiedCommand commit = VerifyCommand(sent, "village").value();
  EXPECT_EQ(Code(hub_->Execute(commit, now_).value()), "Expired");
  Do("anna", CommitPayment{Id("p")});
  EXPECT_EQ(Code(hub_->Execute(commit, now_).value()), "Ok");
}

// Between the first time there is and the last lies more than the longest duration.
TEST_F(TwoPhaseTest, VotedReservationsGrowAsOldAsADurationCanBe) {
  medium_ = std::make_shared<MemoryMedium>();
  now_ = std::numeric_limits<Timestamp>::min();
  SetUp();
  PreparePayment voted = Prepare("p", "cleo", "5");
  voted.voted = true;
  Do("anna", voted);
  EXPECT_TRUE(Do("anna", voted).payment->repeated);
  for (const Timestamp now : {Timestamp{-1}, Timestamp{0}, std::numeric_limits<Timestamp>::max()}) {
    hub_->Tick(now);
    EXPECT_EQ(hub_->view().Reservations({}, 10)->reservations.front().age,
              std::numeric_limits<Duration>::max());
  }
}

TEST_F(TwoPhaseTest, SurvivesSnapshotsTakenInSlices) {
  options_.snapshot_items = 1;
  Open();
  Do("anna", Prepare("a", "ben", "1"));
  bool complete = false;
  for (int i = 0; !complete; ++i) {  // work goes on between the slices
    complete = hub_->CheckpointStep().value();
    now_ += 7 * kSecond;
    const std::string id = "s" + std::to_string(i);
    Do("anna", Prepare(id, "cleo", "0.50"));
    if (i % 3 == 0) Do("anna", CommitPayment{Id(id)});
    if (i % 3 == 1) Do("anna", AbortPayment{Id(id)});
  }
  Reopen();
  EXPECT_EQ(CodeName(hub_->view().ledger().CheckReservations()), "Ok");
}

}  // namespace
}  // namespace geo::tests
