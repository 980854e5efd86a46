// The hub as a whole: commands in, durable results out, and the same state after reopening.

#include "geo/hub/hub.h"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/between_store.h"
#include "tests/support/keys.h"
#include "tests/support/names.h"
#include "tests/support/scratch.h"
#include "tests/support/status.h"
#include "tests/support/village.h"

namespace geo::tests {
namespace {

HubOptions Options() {
  HubOptions options;
  options.genesis = VillageGenesis();
  options.founded_at = kStart;
  return options;
}

// A hub on a database file, and shorter ways to say what happens.
class Village {
 public:
  Village() { Open(); }

  void Open() {
    hub = nullptr;
    StatusOr<std::unique_ptr<Hub>> opened = Hub::Open(NewSqliteStore(file), options);
    ASSERT_TRUE(opened.ok()) << opened.status();
    hub = *std::move(opened);
  }

  // Closes and opens again, with the snapshot or without.
  void Reopen() {
    ASSERT_TRUE(hub->Close().ok());
    Open();
  }

  CommandResult Do(std::string_view who, Command command) {
    now += kSecond;
    return hub->Execute(TrustedCommand(KeyOf(who).pid(), std::move(command)), now).value();
  }

  void Join(std::string_view name) {
    RegisterParticipant command;
    command.key = KeyOf(name).public_key();
    command.name = {Salt(), std::string(name)};
    ASSERT_EQ(Do(name, command).code(), ErrorCode::kOk);
  }

  LineId Trust(std::string_view owner, std::string_view debtor, std::string limit) {
    OpenLine command;
    command.debtor = KeyOf(debtor).pid();
    command.equivalent = Code("UAH");
    command.limit = std::move(limit);
    const CommandResult result = Do(owner, command);
    EXPECT_EQ(result.code(), ErrorCode::kOk) << result.status;
    return result.line.value_or(LineId());
  }

  Pay Payment(std::string_view to, std::string amount, std::string_view id) {
    Pay pay;
    pay.id = Id(id);
    pay.payee = KeyOf(to).pid();
    pay.equivalent = Code("UAH");
    pay.amount = std::move(amount);
    return pay;
  }

  // anna, boris and clara; clara trusts boris, boris trusts anna.
  void Settle() {
    CreateEquivalent command;
    command.code = Code("UAH");
    ASSERT_EQ(Do("admin", command).code(), ErrorCode::kOk);
    for (const char* name : {"anna", "boris", "clara"}) Join(name);
    Trust("boris", "anna", "100");
    Trust("clara", "boris", "100");
  }

  std::vector<DebtView> Debts() { return hub->view().DebtsOf(Code("UAH"), 0, 100)->debts; }

  // One value from the database, read as anybody could read it.
  std::string Query(const std::string& sql) {
    sqlite3* db = nullptr;
    EXPECT_EQ(sqlite3_open_v2(file.c_str(), &db, SQLITE_OPEN_READONLY, nullptr), SQLITE_OK);
    sqlite3_stmt* statement = nullptr;
    EXPECT_EQ(sqlite3_prepare_v2(db, sql.c_str(), -1, &statement, nullptr), SQLITE_OK)
        << sqlite3_errmsg(db);
    std::string value = "(none)";
    if (sqlite3_step(statement) == SQLITE_ROW) {
      const auto* text = sqlite3_column_text(statement, 0);
      value = text == nullptr ? "(null)" : reinterpret_cast<const char*>(text);
    }
    sqlite3_finalize(statement);
    sqlite3_close(db);
    return value;
  }

  Scratch scratch;
  std::string file = scratch.File("village.db");
  HubOptions options = Options();
  Timestamp now = kStart;
  std::unique_ptr<Hub> hub;
};

TEST(HubTest, PaysOverTwoHopsAndRemembersAfterReopening) {
  Village village;
  village.Settle();
  const CommandResult paid = village.Do("anna", village.Payment("clara", "50.00", "p-1"));
  ASSERT_EQ(paid.code(), ErrorCode::kOk) << paid.status;
  const std::vector<DebtView> debts = {{KeyOf("anna").pid(), KeyOf("boris").pid(), 5000},
                                       {KeyOf("boris").pid(), KeyOf("clara").pid(), 5000}};
  EXPECT_EQ(village.Debts(), debts);
  const JournalHead head = village.hub->head();
  village.Reopen();
  EXPECT_EQ(village.Debts(), debts);
  EXPECT_EQ(village.hub->head(), head);
  EXPECT_TRUE(village.hub->view().ledger().CheckPositions().ok());
  const auto found = village.hub->FindTransaction(Id("p-1")).value();
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(*found, *paid.payment->transaction);
}

TEST(HubTest, SamePaymentGetsTheStoredAnswerForEver) {
  Village village;
  village.Settle();
  const Pay pay = village.Payment("clara", "50", "p-1");
  const CommandResult first = village.Do("anna", pay);
  for (int round = 0; round < 2; ++round) {
    const CommandResult again = village.Do("anna", pay);
    EXPECT_TRUE(again.payment->repeated);
    EXPECT_EQ(again.seq, 0U) << "nothing is recorded";
    EXPECT_EQ(again.payment->transaction, first.payment->transaction);
    village.Reopen();
  }
  const CommandResult other = village.Do("anna", village.Payment("clara", "51", "p-1"));
  EXPECT_EQ(other.code(), ErrorCode::kTxIdOtherAmount);
  EXPECT_NE(other.status.message().find("amount"), absl::string_view::npos);
  const CommandResult stranger = village.Do("boris", village.Payment("clara", "50", "p-1"));
  EXPECT_EQ(stranger.code(), ErrorCode::kTxIdReused);
  EXPECT_EQ(stranger.status.message().find("amount"), absl::string_view::npos);
  EXPECT_EQ(village.Debts().size(), 2U);
}

TEST(HubTest, RefusedPaymentSaysWhyAndLeavesItsIdFree) {
  Village village;
  village.Settle();
  const JournalHead head = village.hub->head();
  const CommandResult refused = village.Do("anna", village.Payment("clara", "101", "p-1"));
  EXPECT_EQ(refused.code(), ErrorCode::kInsufficientCapacity);
  ASSERT_TRUE(refused.payment->refusal.has_value());
  EXPECT_EQ(refused.payment->refusal->upper_bound, 10'000);
  EXPECT_EQ(village.hub->head(), head);
  EXPECT_EQ(village.Do("anna", village.Payment("clara", "100", "p-1")).code(), ErrorCode::kOk);
}

// Batches (spec 01 §6.11): answers in order, each on its own merits, one append.
TEST(HubTest, GroupCommitAnswersInOrder) {
  Village village;
  village.Settle();
  const std::uint64_t before = village.hub->head().seq;
  const auto submit = [&](std::string_view who, const Pay& pay) {
    ASSERT_TRUE(village.hub->Submit(TrustedCommand(KeyOf(who).pid(), pay), village.now).ok());
  };
  submit("anna", village.Payment("clara", "60", "g-1"));
  submit("anna", village.Payment("clara", "60", "g-2"));  // only 40 left
  submit("anna", village.Payment("clara", "60", "g-1"));  // the first one again, not yet durable
  submit("anna", village.Payment("clara", "40", "g-3"));
  EXPECT_EQ(village.hub->pending(), 4U);
  EXPECT_EQ(village.hub->head().seq, before) << "nothing is durable yet";
  EXPECT_FALSE(village.hub->FindTransaction(Id("g-1")).value().has_value());
  const std::vector<CommandResult> results = village.hub->Flush().value();
  ASSERT_EQ(results.size(), 4U);
  EXPECT_EQ(results[0].code(), ErrorCode::kOk);
  EXPECT_EQ(results[1].code(), ErrorCode::kInsufficientCapacity);
  EXPECT_TRUE(results[2].payment->repeated);
  EXPECT_EQ(results[3].code(), ErrorCode::kOk);
  EXPECT_EQ(village.hub->head().seq, before + 2);
  EXPECT_EQ(village.Query("SELECT count(*) FROM transactions"), "2");
}

TEST(HubTest, SignedCommandsAreCheckedInOrder) {
  Village village;
  village.Settle();
  const SecretKey anna = KeyOf("anna");
  const auto sign = [&](const Command& command, std::uint64_t seq, Validity validity) {
    const SignedCommand sent = SignCommand(anna, "village", command, seq, validity).value();
    return VerifyCommand(sent, "village").value();
  };
  const Validity good{village.now, village.now + kMinute};
  OpenLine line;
  line.debtor = KeyOf("clara").pid();
  line.equivalent = Code("UAH");
  line.limit = "10.00";
  const auto execute = [&](const VerifiedCommand& command) {
    return village.hub->Execute(command, village.now).value();
  };
  const VerifiedCommand open = sign(line, 5, good);
  const CommandResult opened = execute(open);
  ASSERT_EQ(opened.code(), ErrorCode::kOk) << opened.status;
  EXPECT_EQ(execute(open).code(), ErrorCode::kSequenceUsed);
  CloseLine close{*opened.line};
  EXPECT_EQ(execute(sign(close, 4, good)).code(), ErrorCode::kSequenceUsed);
  EXPECT_EQ(execute(sign(close, 9, {village.now - kMinute, village.now})).code(),
            ErrorCode::kExpired);
  EXPECT_EQ(execute(sign(close, 9, {village.now + 301 * kSecond, village.now + kDay})).code(),
            ErrorCode::kNotYetValid);
  EXPECT_EQ(execute(sign(close, 9, good)).code(), ErrorCode::kOk);
  // A known transaction is answered before expiry is looked at (spec 01 §2.2).
  const Pay pay = village.Payment("boris", "1.00", "s-1");
  EXPECT_EQ(execute(sign(pay, 0, good)).code(), ErrorCode::kOk);
  EXPECT_TRUE(execute(sign(pay, 0, {0, 1})).payment->repeated);
}

TEST(HubTest, EventsComeInOrderWholeAndAtLeastOnce) {
  Village village;
  village.Settle();
  village.Do("anna", village.Payment("clara", "5", "e-1"));
  const std::vector<Event> all = village.hub->PollEvents(0, 1000).value();
  std::vector<std::string> names;
  for (const Event& event : all) names.emplace_back(EventName(event.type));
  EXPECT_EQ(names, (std::vector<std::string>{
                       "network.founded", "equivalent.created", "participant.registered",
                       "participant.registered", "participant.registered", "trust_line.opened",
                       "trust_line.opened", "payment.committed", "payment.received"}));
  EXPECT_EQ(all.back().participants.front(), KeyOf("clara").pid());
  EXPECT_EQ(all.back().amount, 500);
  // Small pages give the same, record by record.
  std::vector<Event> pages;
  for (std::uint64_t after = 0;;) {
    const std::vector<Event> page = village.hub->PollEvents(after, 1).value();
    if (page.empty()) break;
    pages.insert(pages.end(), page.begin(), page.end());
    after = page.back().seq;
  }
  EXPECT_EQ(pages, all);
  ASSERT_TRUE(village.hub->AcknowledgeEvents(4).ok());
  ASSERT_TRUE(village.hub->AcknowledgeEvents(3).ok()) << "what was acknowledged stays so";
  EXPECT_EQ(CodeName(village.hub->AcknowledgeEvents(1000)), "InvalidArgument");
  // A group that writes nothing takes the acknowledgement along nowhere.
  EXPECT_TRUE(village.Do("anna", village.Payment("clara", "5", "e-1")).payment->repeated);
  village.Reopen();
  EXPECT_EQ(village.hub->acknowledged(), 4U);
  EXPECT_EQ(village.hub->PollEvents(0, 1000).value(), all);
  ASSERT_TRUE(village.hub->Close().ok());
  EXPECT_EQ(CodeName(village.hub->AcknowledgeEvents(5)), "StoreClosed") << "it would be lost";
}

TEST(HubTest, APageOfEventsEndsWithinAGroupToo) {
  Village village;
  village.Settle();
  const std::uint64_t before = village.hub->head().seq;
  for (const char* id : {"g-1", "g-2", "g-3"}) {
    const Pay pay = village.Payment("boris", "1", id);
    ASSERT_TRUE(village.hub->Submit(TrustedCommand(KeyOf("anna").pid(), pay), village.now).ok());
  }
  ASSERT_TRUE(village.hub->Flush().ok());
  EXPECT_EQ(village.hub->PollEvents(before, 1)->size(), 2U) << "whole records";
  EXPECT_EQ(village.hub->PollEvents(before, 3)->size(), 4U);
  EXPECT_EQ(village.hub->PollEvents(before, 100)->size(), 6U);
}

TEST(HubTest, ViewsGiveLinesAndDebtsPageByPage) {
  Village village;
  village.Settle();
  CreateEquivalent other;
  other.code = Code("OTHER");
  ASSERT_EQ(village.Do("admin", other).code(), ErrorCode::kOk);
  OpenLine elsewhere;
  elsewhere.debtor = KeyOf("anna").pid();
  elsewhere.equivalent = Code("OTHER");
  elsewhere.limit = "1";
  ASSERT_EQ(village.Do("boris", elsewhere).code(), ErrorCode::kOk);
  village.Trust("anna", "boris", "7");
  village.Do("anna", village.Payment("clara", "5", "p-1"));
  const auto lines = [&](std::size_t from, std::size_t max) {
    return village.hub->view().LinesOf(KeyOf("boris").pid(), Code("UAH"), from, max).value();
  };
  const LinesPage all = lines(0, 3);
  ASSERT_EQ(all.lines.size(), 3U);
  EXPECT_FALSE(all.next.has_value());
  std::optional<std::size_t> from = 0;
  for (const LineView& line : all.lines) {
    ASSERT_TRUE(from.has_value());
    const LinesPage page = lines(*from, 1);
    ASSERT_EQ(page.lines.size(), 1U);
    EXPECT_EQ(page.lines[0].line, line.line);
    from = page.next;
  }
  EXPECT_FALSE(from.has_value());
  EXPECT_TRUE(lines(1'000, 1).lines.empty());
  EXPECT_EQ(ErrorName(ErrorCodeOf(
                village.hub->view().LinesOf(KeyOf("boris").pid(), Code("UAH"), 0, 0).status())),
            "InvalidArgument");
}

// What is paid back while somebody pages hides nothing from him.
TEST(HubTest, PagesOfDebtsFitTogetherWhateverChangesBetweenThem) {
  Village village;
  village.Settle();
  village.Do("anna", village.Payment("clara", "5", "p-1"));
  const auto debts = [&](std::size_t from) {
    return village.hub->view().DebtsOf(Code("UAH"), from, 1).value();
  };
  const std::vector<DebtView> all = village.Debts();
  ASSERT_EQ(all.size(), 2U);
  const DebtsPage first = debts(0);
  EXPECT_EQ(first.debts, std::vector<DebtView>{all[0]});
  ASSERT_TRUE(first.next.has_value());
  // The first debt goes; the second page begins with the second all the same.
  const Pid& debtor = first.debts[0].debtor;
  const char* const who = debtor == KeyOf("anna").pid() ? "anna" : "boris";
  const char* const whom = debtor == KeyOf("anna").pid() ? "boris" : "clara";
  village.Do(whom, village.Payment(who, "5", "p-2"));
  ASSERT_EQ(village.Debts().size(), 1U);
  const DebtsPage second = debts(*first.next);
  EXPECT_EQ(second.debts, std::vector<DebtView>{all[1]});
  EXPECT_FALSE(second.next.has_value());
  EXPECT_TRUE(debts(1'000).debts.empty());
  EXPECT_EQ(ErrorName(ErrorCodeOf(village.hub->view().DebtsOf(Code("UAH"), 0, 0).status())),
            "InvalidArgument");
}

// Negative times are instants like others.
TEST(HubTest, ANetworkOfBefore1970) {
  HubOptions options;
  options.genesis = VillageGenesis();
  options.founded_at = -400 * kDay;
  const auto medium = std::make_shared<MemoryMedium>();
  std::unique_ptr<Hub> hub = Hub::Open(NewMemoryStore(medium), options).value();
  CreateEquivalent create;
  create.code = EquivalentCode::Parse("UAH").value();
  const VerifiedCommand command = TrustedCommand(KeyOf("admin").pid(), create);
  const CommandResult result = hub->Execute(command, -399 * kDay).value();
  EXPECT_EQ(ErrorName(result.code()), "Ok") << result.status;
  EXPECT_EQ(hub->view().ledger().last_time(), -399 * kDay);
  ASSERT_TRUE(hub->Checkpoint().ok());
  ASSERT_TRUE(hub->Close().ok());
  hub = Hub::Open(NewMemoryStore(medium), options).value();
  EXPECT_EQ(hub->view().ledger().last_time(), -399 * kDay);
}

TEST(HubTest, ReadModelIsPlainSql) {
  Village village;
  village.Settle();
  village.Do("anna", village.Payment("clara", "12.34", "q-1"));
  EXPECT_EQ(village.Query("SELECT amount FROM debts JOIN participants ON pid = debtor "
                          "WHERE display_name = 'anna'"),
            "12.34");
  EXPECT_EQ(village.Query("SELECT sum(amount_units) FROM debts"), "2468");
  EXPECT_EQ(village.Query("SELECT state || ' ' || amount FROM transactions"), "committed 12.34");
  village.Do("clara", village.Payment("anna", "12.34", "q-2"));
  EXPECT_EQ(village.Query("SELECT count(*) FROM debts"), "0") << "a debt of zero has no row";
  EXPECT_EQ(village.Query("SELECT count(*) FROM trust_lines WHERE status = 'active'"), "2");
}

// One row per append: the backlog grows, nothing is lost over a reopening, and it drains.
TEST(HubTest, ReadModelCatchesUpInSlices) {
  Village village;
  village.options.read_model_rows = 1;
  village.Reopen();
  village.Settle();
  village.Do("anna", village.Payment("clara", "1", "r-1"));  // two debts and a transaction
  EXPECT_GT(village.hub->read_model_backlog(), 0U);
  village.Open();  // as after a crash
  EXPECT_GT(village.hub->read_model_backlog(), 0U);
  ASSERT_TRUE(village.hub->UpdateReadModel().ok());
  EXPECT_EQ(village.hub->read_model_backlog(), 0U);
  EXPECT_EQ(village.Query("SELECT count(*) FROM participants WHERE display_name IS NOT NULL"), "3");
  EXPECT_EQ(village.Query("SELECT count(*) FROM trust_lines"), "2");
  EXPECT_EQ(village.Query("SELECT count(*) FROM transactions"), "1");
}

TEST(HubTest, ErasedTextIsGoneAndTheChainStillHolds) {
  Village village;
  village.Settle();
  UpdateParticipant rename;
  rename.name = PersonalText{Salt(), "Anna the second"};
  ASSERT_EQ(village.Do("anna", rename).code(), ErrorCode::kOk);
  const Ledger& ledger = village.hub->view().ledger();
  const Participant anna = ledger.participant(*ledger.FindParticipant(KeyOf("anna").pid()));
  EXPECT_EQ(village.hub->FindText(anna.name_hash).value(), "Anna the second");
  ASSERT_TRUE(village.hub->ErasePersonalText(anna.pid).ok());
  EXPECT_FALSE(village.hub->FindText(anna.name_hash).value().has_value());
  EXPECT_FALSE(village.hub->FindText(TextHash({Salt(), "anna"})).value().has_value());
  const std::string name =
      "SELECT display_name FROM participants WHERE pid = '" + FormatPid(anna.pid) + "'";
  EXPECT_EQ(village.Query(name), "(null)");
  village.Reopen();
  EXPECT_EQ(village.Query(name), "(null)");
  EXPECT_EQ(village.Query("SELECT display_name FROM participants WHERE pid = '" +
                          FormatPid(KeyOf("boris").pid()) + "'"),
            "boris");
}

TEST(HubTest, ErasingTakesAPersonsOwnTextsOnly) {
  Village village;
  village.Settle();
  Pay pay = village.Payment("clara", "1", "p-1");
  pay.description = PersonalText{Salt(), "two loaves"};
  ASSERT_EQ(village.Do("anna", pay).code(), ErrorCode::kOk);
  UpdateParticipant update;
  update.profile = PersonalText{Salt(), "{\"bakes\":true}"};
  ASSERT_EQ(village.Do("clara", update).code(), ErrorCode::kOk);
  const auto text = [&](const PersonalText& of) {
    return village.hub->FindText(TextHash(of)).value().value_or("none");
  };
  EXPECT_EQ(text(*pay.description), "two loaves");
  EXPECT_EQ(text(*update.profile), "{\"bakes\":true}");
  ASSERT_TRUE(village.hub->ErasePersonalText(KeyOf("clara").pid()).ok());
  EXPECT_EQ(text(*update.profile), "none");
  EXPECT_EQ(text(*pay.description), "two loaves") << "which anna wrote";
  ASSERT_TRUE(village.hub->ErasePersonalText(KeyOf("anna").pid()).ok());
  EXPECT_EQ(text(*pay.description), "none");
  update.profile = PersonalText{Salt(), ""};  // takes it away, and is no text
  ASSERT_EQ(village.Do("clara", update).code(), ErrorCode::kOk);
  EXPECT_EQ(text(*update.profile), "none");
}

// An index that is wrong must not make one payment answer for another.
TEST(HubTest, AnIndexThatNamesAnotherRecordIsDamage) {
  class Confused : public Between {
   public:
    Confused(std::unique_ptr<Store> inner, const std::uint64_t* seq)
        : Between(std::move(inner)), seq_(seq) {}
    StatusOr<std::optional<std::uint64_t>> FindTransaction(const TxId& id) override {
      if (*seq_ != 0) return std::optional<std::uint64_t>(*seq_);
      return Between::FindTransaction(id);
    }

   private:
    const std::uint64_t* seq_;
  };
  Village village;
  village.Settle();
  const CommandResult paid = village.Do("anna", village.Payment("boris", "1", "p-1"));
  ASSERT_TRUE(village.hub->Close().ok());
  std::uint64_t named = 0;
  village.hub =
      Hub::Open(std::make_unique<Confused>(NewSqliteStore(village.file), &named), Options())
          .value();
  EXPECT_TRUE(village.hub->FindTransaction(Id("p-1")).value().has_value());
  for (const std::uint64_t seq : {paid.seq, paid.seq - 1, paid.seq + 1}) {
    named = seq;
    EXPECT_EQ(CodeName(village.hub->FindTransaction(Id("p-2"))), "StoreCorrupt") << seq;
    EXPECT_EQ(village.Do("anna", village.Payment("boris", "1", "p-2")).code(),
              ErrorCode::kStoreCorrupt);
  }
}

TEST(HubTest, CheckpointShortensTheReplayAndChangesNothing) {
  Village village;
  village.options.snapshot_items = 2;
  village.Reopen();
  village.Settle();
  bool complete = false;
  for (int i = 0; !complete; ++i) {  // work goes on between the slices
    complete = village.hub->CheckpointStep().value();
    const Pay pay = village.Payment("clara", "0.01", "c-" + std::to_string(i));
    ASSERT_EQ(village.Do("anna", pay).code(), ErrorCode::kOk);
  }
  village.Join("dora");
  village.Trust("dora", "anna", "3");
  const std::vector<DebtView> debts = village.Debts();
  const JournalHead head = village.hub->head();
  village.Reopen();
  EXPECT_EQ(village.Debts(), debts);
  EXPECT_EQ(village.hub->head(), head);
  EXPECT_TRUE(village.hub->view().ledger().CheckPositions().ok());
  EXPECT_EQ(village.Do("anna", village.Payment("clara", "0.01", "c-0")).payment->repeated, true);
  EXPECT_EQ(village.Do("anna", village.Payment("dora", "3", "d")).code(), ErrorCode::kOk);
}

// Boris takes at most 10 a day from anna.
void LimitTheDay(Village& village) {
  const View& view = village.hub->view();
  UpdateLine limit;
  limit.line = view.LineOf(KeyOf("boris").pid(), KeyOf("anna").pid(), Code("UAH")).value()->line.id;
  limit.policy.daily_limit = AmountInput("10");
  EXPECT_EQ(village.Do("boris", limit).code(), ErrorCode::kOk);
}

Amount LeftToday(const Village& village) {
  const View& view = village.hub->view();
  return view.Capacity(KeyOf("anna").pid(), KeyOf("boris").pid(), Code("UAH"))->amount;
}

// Nobody pays on the new day, yet people see what they may pay on it.
TEST(HubTest, TickBringsTheNewDay) {
  Village village;
  village.Settle();
  LimitTheDay(village);
  ASSERT_EQ(village.Do("anna", village.Payment("boris", "9", "t-1")).code(), ErrorCode::kOk);
  EXPECT_EQ(LeftToday(village), 100);
  village.hub->Tick(village.now + kDay);
  EXPECT_EQ(LeftToday(village), 1000);
  village.hub->Tick(village.now);  // a clock that steps back stands still
  EXPECT_EQ(LeftToday(village), 1000);
  ASSERT_EQ(village.Do("anna", village.Payment("boris", "10", "t-2")).code(), ErrorCode::kOk);
  EXPECT_EQ(LeftToday(village), 0);
}

// What failed half way must not be worked with.
TEST(HubTest, TickDoesNothingOnAPoisonedHub) {
  Village village;
  village.Settle();
  LimitTheDay(village);
  const VerifiedCommand pay =
      TrustedCommand(KeyOf("anna").pid(), village.Payment("boris", "9", "t-1"));
  ASSERT_TRUE(village.hub->Submit(pay, village.now).ok());
  ASSERT_NE(village.hub->TakeBatch(), nullptr);
  const Status failed = MakeError(ErrorCode::kStoreIo, "the disk is gone");
  ASSERT_EQ(CodeName(village.hub->BatchDone(failed)), "StoreIo");
  EXPECT_EQ(LeftToday(village), 100);
  village.hub->Tick(village.now + kDay);
  EXPECT_EQ(LeftToday(village), 100);
}

TEST(HubTest, OpeningBalancesKeepAnExcessAndEndWithTheFirstPayment) {
  Village village;
  village.Settle();
  OpeningBalances opening;
  opening.lines.push_back(
      {KeyOf("anna").pid(), KeyOf("clara").pid(), Code("UAH"), "10", {}, false});
  opening.debts.push_back({KeyOf("clara").pid(), KeyOf("anna").pid(), Code("UAH"), "25"});
  EXPECT_EQ(village.Do("anna", opening).code(), ErrorCode::kNotPermitted);
  ASSERT_EQ(village.Do("admin", opening).code(), ErrorCode::kOk);
  EXPECT_EQ(village.Do("admin", opening).code(), ErrorCode::kLineExists);
  const auto line =
      village.hub->view().LineOf(KeyOf("anna").pid(), KeyOf("clara").pid(), Code("UAH")).value();
  EXPECT_EQ(line->used, 2500);
  EXPECT_EQ(line->available, 0);
  ASSERT_EQ(village.Do("anna", village.Payment("clara", "25", "o-1")).code(), ErrorCode::kOk);
  OpeningBalances late;
  EXPECT_EQ(village.Do("admin", late).code(), ErrorCode::kStatusConflict);
  village.Reopen();
  EXPECT_EQ(village.Do("admin", late).code(), ErrorCode::kStatusConflict);
}

TEST(HubTest, OpensOnlyWhatItKnows) {
  Village village;
  village.Settle();
  StatusOr<std::unique_ptr<Hub>> second = Hub::Open(NewSqliteStore(village.file), Options());
  EXPECT_EQ(CodeName(second), "StoreBusy");
  ASSERT_TRUE(village.hub->Close().ok());
  HubOptions other = Options();
  other.genesis->network = "town";
  EXPECT_EQ(CodeName(Hub::Open(NewSqliteStore(village.file), other)), "WrongNetwork");
  HubOptions empty = Options();
  empty.genesis.reset();
  EXPECT_EQ(CodeName(Hub::Open(NewMemoryStore(), empty)), "NotFounded");
  EXPECT_TRUE(Hub::Open(NewSqliteStore(village.file), empty).ok());
  EXPECT_EQ(CodeName(village.hub->Submit(TrustedCommand(Pid(), Leave()), 0)), "StoreClosed");
  EXPECT_EQ(CodeName(village.hub->Flush()), "StoreClosed");
  EXPECT_EQ(CodeName(village.hub->Close()), "StoreClosed");
}

// Nor one into which somebody wrote a record of his own, whatever the store says of it.
TEST(HubTest, OpensNoJournalWithARecordThatDoesNotFollow) {
  const auto open_with = [](const std::function<void(Record&)>& change) {
    const auto medium = std::make_shared<MemoryMedium>();
    EXPECT_TRUE(Hub::Open(NewMemoryStore(medium), Options()).value()->Close().ok());
    const std::unique_ptr<Store> store = NewMemoryStore(medium);
    const StoreState state = store->Open({}).value();
    Record record;
    record.seq = state.head.seq + 1;
    record.time = kStart;
    record.kind = RecordKind::kUpdateEquivalent;
    record.previous = state.head.hash;
    change(record);
    Batch batch;
    batch.before = state.head;
    batch.rows_seq = state.rows_seq;
    batch.acknowledged = state.acknowledged;
    batch.after = {record.seq, AppendRecord(record, &batch.records).value()};
    EXPECT_TRUE(store->Append(batch).ok());
    EXPECT_TRUE(store->Close().ok());
    return CodeName(Hub::Open(NewMemoryStore(medium), Options()));
  };
  EXPECT_EQ(open_with([](Record&) {}), "Ok");
  EXPECT_EQ(open_with([](Record& record) { ++record.previous.bytes[7]; }), "ChainBroken");
  EXPECT_EQ(open_with([](Record& record) { ++record.seq; }), "ChainBroken");
  EXPECT_EQ(open_with([](Record& record) { --record.time; }), "InvariantViolated");
  CountLimitsEffect limits;
  limits.after.lines[0] = 7;  // which only the operators' own kind of record may set
  EXPECT_EQ(open_with([&](Record& record) { record.effects = {limits}; }), "InvariantViolated");
}

// A journal that lost its end, or its last records' bytes, is not taken for whole.
TEST(HubTest, OpensNoJournalThatEndsElsewhereThanTheStoreSays) {
  class Forgetful : public Between {
   public:
    Forgetful(std::unique_ptr<Store> inner, std::uint64_t more, std::uint8_t other)
        : Between(std::move(inner)), more_(more), other_(other) {}
    StatusOr<StoreState> Open(const OpenOptions& options) override {
      StatusOr<StoreState> state = Between::Open(options);
      if (!state.ok()) return state;
      state->head.seq += more_;
      state->head.hash.bytes[0] ^= other_;
      return state;
    }

   private:
    std::uint64_t more_;
    std::uint8_t other_;
  };
  Village village;
  village.Settle();
  ASSERT_TRUE(village.hub->Close().ok());
  const auto open = [&](std::uint64_t more, std::uint8_t other) {
    return CodeName(Hub::Open(
        std::make_unique<Forgetful>(NewSqliteStore(village.file), more, other), Options()));
  };
  EXPECT_EQ(open(1, 0), "ChainBroken");
  EXPECT_EQ(open(0, 1), "ChainBroken");
  EXPECT_EQ(open(0, 0), "Ok");
}

TEST(HubTest, TakingOverFencesTheFirst) {
  Village village;
  village.Settle();
  HubOptions options = Options();
  options.take_over = true;
  const auto second = Hub::Open(NewSqliteStore(village.file), options);
  ASSERT_TRUE(second.ok()) << second.status();
  const auto pay = TrustedCommand(KeyOf("anna").pid(), village.Payment("boris", "1", "f-1"));
  EXPECT_EQ(CodeName(village.hub->Execute(pay, village.now)), "StoreFenced");
  EXPECT_EQ(CodeName(village.hub->Execute(pay, village.now)), "HubPoisoned");
  EXPECT_EQ((*second)->Execute(pay, village.now).value().code(), ErrorCode::kOk);
}

}  // namespace
}  // namespace geo::tests
