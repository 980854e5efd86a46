// The read model as people see it: queries with plain SQLite on a hub's database, compared with
// what the hub itself says.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "geo/base/amount.h"
#include "geo/hub/hub.h"
#include "geo/readmodel/read_model.h"
#include "tests/support/keys.h"
#include "tests/support/names.h"
#include "tests/support/scratch.h"
#include "tests/support/sqlite_reader.h"
#include "tests/support/village.h"

namespace geo::tests {
namespace {

using Rows = std::vector<std::vector<ColumnValue>>;
using Integer = std::int64_t;

std::string PidOf(std::string_view name) { return FormatPid(KeyOf(name).pid()); }

class ReadModelTest : public ::testing::Test {
 protected:
  void SetUp() override {
    options_.genesis = VillageGenesis();
    options_.founded_at = kStart;
    Open();
  }

  void Open() {
    hub_ = nullptr;
    auto opened = Hub::Open(NewSqliteStore(path_), options_);
    ASSERT_TRUE(opened.ok()) << opened.status();
    hub_ = *std::move(opened);
  }

  CommandResult Do(std::string_view who, Command command) {
    now_ += kSecond;
    auto result = hub_->Execute(TrustedCommand(KeyOf(who).pid(), std::move(command)), now_);
    EXPECT_TRUE(result.ok()) << result.status();
    return result.ok() ? *std::move(result) : CommandResult();
  }

  void Create(std::string_view code, std::uint8_t precision, std::string description = "") {
    CreateEquivalent command;
    command.code = Code(code);
    command.precision = precision;
    command.description = std::move(description);
    ASSERT_EQ(Do("admin", command).code(), ErrorCode::kOk);
  }

  void Join(std::string_view name) {
    RegisterParticipant command;
    command.key = KeyOf(name).public_key();
    command.name = {Salt(), std::string(name)};
    ASSERT_EQ(Do(name, command).code(), ErrorCode::kOk);
  }

  LineId Trust(std::string_view owner, std::string_view debtor, std::string_view code,
               std::string limit) {
    OpenLine command;
    command.debtor = KeyOf(debtor).pid();
    command.equivalent = Code(code);
    command.limit = std::move(limit);
    const CommandResult result = Do(owner, command);
    EXPECT_EQ(result.code(), ErrorCode::kOk) << result.status;
    return result.line.value_or(LineId());
  }

  CommandResult PayTo(std::string_view from, std::string_view to, std::string_view code,
                      std::string amount, const std::string& id) {
    Pay pay;
    pay.id = TxId::Parse(id).value();
    pay.payee = KeyOf(to).pid();
    pay.equivalent = Code(code);
    pay.amount = std::move(amount);
    return Do(from, pay);
  }

  Rows Query(const std::string& sql) {
    EXPECT_TRUE(hub_->UpdateReadModel().ok());
    return SqliteReader(path_).Rows(sql);
  }

  // The name that people see; "-" for none.
  std::string Shown(std::string_view who) {
    const Rows rows =
        Query("SELECT display_name FROM participants WHERE pid = '" + PidOf(who) + "'");
    if (rows.size() != 1) return "rows: " + std::to_string(rows.size());
    const auto* name = std::get_if<std::string>(&rows[0][0]);
    return name == nullptr ? "-" : *name;
  }

  Scratch scratch_{Scratch::Place::kMemory};
  std::string path_ = scratch_.File("hub");
  HubOptions options_;
  Timestamp now_ = kStart;
  std::unique_ptr<Hub> hub_;
};

TEST_F(ReadModelTest, Participants) {
  Join("anna");
  Join("ben");
  SetVerificationLevel level;
  level.participant = KeyOf("ben").pid();
  level.level = 2;
  level.reason = "met him";
  Do("admin", level);
  EXPECT_EQ(Query("SELECT number, pid, display_name, type, status, verification_level, created_at, "
                  "updated_at FROM participants ORDER BY number"),
            (Rows{{Integer{0}, PidOf("anna"), "anna", "person", "active", Integer{0},
                   kStart + kSecond, kStart + kSecond},
                  {Integer{1}, PidOf("ben"), "ben", "person", "active", Integer{2},
                   kStart + 2 * kSecond, kStart + 3 * kSecond}}));
}

TEST_F(ReadModelTest, NamesVanishWhenErasedAndComeBackWhenGivenAnew) {
  Join("anna");
  Join("ben");
  EXPECT_EQ(Shown("ben"), "ben");
  ASSERT_TRUE(hub_->ErasePersonalText(KeyOf("ben").pid()).ok());
  EXPECT_EQ(Shown("ben"), "-");
  EXPECT_EQ(Shown("anna"), "anna");
  UpdateParticipant rename;
  rename.name = PersonalText{Salt(), "benjamin"};
  Do("ben", rename);
  EXPECT_EQ(Shown("ben"), "benjamin");
  Open();  // as after a crash
  EXPECT_EQ(Shown("ben"), "benjamin");
  ASSERT_TRUE(hub_->ErasePersonalText(KeyOf("ben").pid()).ok());
  EXPECT_EQ(Shown("ben"), "-");
}

// Erased while its row still waits to be written, and no byte of it is left anywhere.
TEST_F(ReadModelTest, AnErasedNameIsInNoFile) {
  options_.read_model_rows = 1;
  Open();
  for (const char* name : {"anna", "ben", "bartholomew", "carla"}) Join(name);
  ASSERT_TRUE(hub_->ErasePersonalText(KeyOf("bartholomew").pid()).ok());
  EXPECT_EQ(Shown("bartholomew"), "-");
  for (const char* suffix : {"", "-wal"}) {
    EXPECT_EQ(ReadFile(path_ + suffix).find("bartholomew"), std::string::npos) << suffix;
  }
}

TEST_F(ReadModelTest, Equivalents) {
  Create("UAH", 2, "hryvnia \xe2\x82\xb4 'quoted'");
  Create("HOUR", 0);
  Create("BTC", 8);
  EXPECT_EQ(Query("SELECT code, precision, units_per_one, kind, status, iso_code, description "
                  "FROM equivalents ORDER BY number"),
            (Rows{{"UAH", Integer{2}, Integer{100}, "custom", "active", "",
                   "hryvnia \xe2\x82\xb4 'quoted'"},
                  {"HOUR", Integer{0}, Integer{1}, "custom", "active", "", ""},
                  {"BTC", Integer{8}, Integer{100'000'000}, "custom", "active", "", ""}}));
}

// Such text is UTF-8, and a store takes no row with it.
TEST_F(ReadModelTest, ADescriptionWithAZeroByteIsShownWithoutIt) {
  for (const std::size_t lag : {std::size_t{0}, std::size_t{1000}}) {
    options_.read_model_lag = lag;
    Open();
    const std::string code = "EQ" + std::to_string(lag);
    Create(code, 2, std::string("a\0b\0", 4));
    UpdateEquivalent update;
    update.code = Code(code);
    update.active = false;
    EXPECT_EQ(Do("admin", update).code(), ErrorCode::kOk) << "the hub goes on";
    EXPECT_EQ(Query("SELECT description FROM equivalents WHERE code = '" + code + "'"),
              (Rows{{"a\xef\xbf\xbd"
                     "b\xef\xbf\xbd"}}));
    const Ledger& ledger = hub_->view().ledger();
    EXPECT_EQ(ledger.equivalent(*ledger.FindEquivalent(Code(code))).description,
              std::string("a\0b\0", 4))
        << "as it was said";
  }
}

TEST_F(ReadModelTest, TrustLinesWithExactLimitsAndPolicies) {
  for (const char* name : {"anna", "ben"}) Join(name);
  Create("UAH", 2);
  Create("HOUR", 0);
  Create("BTC", 8);
  Trust("anna", "ben", "UAH", "0");
  Trust("anna", "ben", "HOUR", "9223372036854775807");
  const LineId line = Trust("ben", "anna", "BTC", "92233720368.54775807");
  UpdateLine update;
  update.line = line;
  update.policy.auto_clearing = false;
  update.policy.can_be_intermediate = false;
  update.policy.allow_growth = true;
  update.policy.max_hops = 3;
  update.policy.daily_limit = AmountInput("0.00000001");
  update.policy.max_single_payment = AmountInput("1.5");
  update.policy.blocked_participants = std::vector<Pid>{KeyOf("anna").pid()};
  ASSERT_EQ(Do("ben", update).code(), ErrorCode::kOk);
  const std::string policy =
      "{\"allow_growth\":true,\"auto_clearing\":false,"
      "\"blocked_participants\":[\"" +
      PidOf("anna") +
      "\"],\"can_be_intermediate\":false,\"daily_limit\":\"0.00000001\","
      "\"max_hops\":3,\"max_single_payment\":\"1.50000000\"}";
  EXPECT_EQ(Query("SELECT owner, debtor, equivalent, limit_amount, limit_units, status, policy "
                  "FROM trust_lines ORDER BY created_at"),
            (Rows{{PidOf("anna"), PidOf("ben"), "UAH", "0.00", Integer{0}, "active", "{}"},
                  {PidOf("anna"), PidOf("ben"), "HOUR", "9223372036854775807", kMaxAmount, "active",
                   "{}"},
                  {PidOf("ben"), PidOf("anna"), "BTC", "92233720368.54775807", kMaxAmount, "active",
                   policy}}));
  CloseLine close;
  close.line = line;
  ASSERT_EQ(Do("ben", close).code(), ErrorCode::kOk);
  EXPECT_EQ(Query("SELECT status FROM trust_lines WHERE id = '" + FormatLineId(line) + "'"),
            (Rows{{"closed"}}));
}

TEST_F(ReadModelTest, DebtsStandOneWayAndVanishAtZero) {
  for (const char* name : {"anna", "ben", "carla"}) Join(name);
  Create("UAH", 2);
  Trust("ben", "anna", "UAH", "100");
  Trust("carla", "ben", "UAH", "100");
  Trust("anna", "ben", "UAH", "100");
  const std::string debts =
      "SELECT d.display_name, c.display_name, equivalent, amount, amount_units FROM debts "
      "JOIN participants AS d ON d.pid = debtor JOIN participants AS c ON c.pid = creditor "
      "ORDER BY 1, 2";
  PayTo("anna", "carla", "UAH", "7.05", "p-1");
  EXPECT_EQ(Query(debts), (Rows{{"anna", "ben", "UAH", "7.05", Integer{705}},
                                {"ben", "carla", "UAH", "7.05", Integer{705}}}));
  PayTo("ben", "anna", "UAH", "10", "p-2");  // the other way round
  EXPECT_EQ(Query(debts), (Rows{{"ben", "anna", "UAH", "2.95", Integer{295}},
                                {"ben", "carla", "UAH", "7.05", Integer{705}}}));
  EXPECT_EQ(Query("SELECT sum(amount_units) FROM debts WHERE debtor = '" + PidOf("ben") + "'"),
            (Rows{{Integer{1000}}}));
  PayTo("anna", "ben", "UAH", "2.95", "p-3");
  EXPECT_EQ(Query(debts), (Rows{{"ben", "carla", "UAH", "7.05", Integer{705}}}));
  EXPECT_EQ(Query("SELECT count(*) FROM pair_rows"), (Rows{{Integer{1}}}));
}

TEST_F(ReadModelTest, TransactionsAreFoundByTheirId) {
  for (const char* name : {"anna", "ben", "carla"}) Join(name);
  Create("UAH", 2);
  Trust("ben", "anna", "UAH", "100");
  Trust("carla", "ben", "UAH", "100");
  PayTo("anna", "carla", "UAH", "0.50", "p-1");
  const Timestamp first = now_;
  PayTo("anna", "carla", "UAH", "5", "p-2");
  PayTo("anna", "carla", "UAH", "500", "refused");
  PayTo("anna", "carla", "UAH", "5", "p-2");  // the same again
  const std::string columns =
      "SELECT tx_id, kind, payer, payee, equivalent, amount, amount_units, state, routes, "
      "recorded_at FROM transactions ";
  const Rows one = {{"p-1", "payment", PidOf("anna"), PidOf("carla"), "UAH", "0.50", Integer{50},
                     "committed", "[[[0,1,2],50]]", first}};
  EXPECT_EQ(Query(columns + "WHERE tx_id = 'p-1'"), one);
  EXPECT_EQ(Query("SELECT tx_id FROM transactions ORDER BY record_seq DESC"),
            (Rows{{"p-2"}, {"p-1"}}));
  // By the index, not by reading them all.
  const Rows plan = Query("EXPLAIN QUERY PLAN " + columns + "WHERE tx_id = 'p-1'");
  for (const auto& step : plan) {
    EXPECT_EQ(std::get<std::string>(step[3]).find("SCAN"), std::string::npos)
        << std::get<std::string>(step[3]);
  }
  const Rows of_debtor =
      Query("EXPLAIN QUERY PLAN SELECT * FROM debts WHERE debtor = '" + PidOf("anna") + "'");
  for (const auto& step : of_debtor) {
    EXPECT_EQ(std::get<std::string>(step[3]).find("SCAN p"), std::string::npos)
        << std::get<std::string>(step[3]);
  }
}

TEST_F(ReadModelTest, ReservationsStandAsLongAsTheyHold) {
  options_.read_model_rows = 1;
  Open();
  for (const char* name : {"anna", "ben", "carl"}) Join(name);
  Create("UAH", 2);
  Trust("ben", "anna", "UAH", "100");
  Trust("carl", "ben", "UAH", "100");
  const auto prepare = [&](const char* id, std::string amount, bool voted) {
    PreparePayment command;
    command.payment = {.id = TxId::Parse(id).value(),
                       .payee = KeyOf("carl").pid(),
                       .equivalent = Code("UAH"),
                       .amount = std::move(amount)};
    command.voted = voted;
    if (!voted) command.lifetime = 60 * kSecond;
    ASSERT_EQ(Do("anna", std::move(command)).code(), ErrorCode::kOk);
  };
  const auto hop = [](std::string id, const char* from, const char* to, std::string amount,
                      Integer units, ColumnValue until) {
    return std::vector<ColumnValue>{std::move(id),      PidOf(from),       PidOf(to),
                                    std::string("UAH"), std::move(amount), units,
                                    std::move(until)};
  };
  const std::string all =
      "SELECT * FROM reservations ORDER BY tx_id, amount, from_pid = '" + PidOf("ben") + "'";
  prepare("commits", "5.50", false);
  const Integer first_until = now_ + 60 * kSecond;
  prepare("aborts", "1", false);
  const Integer second_until = now_ + 60 * kSecond;
  prepare("expires", "2", false);
  prepare("voted", "3", true);
  const Rows voted = {hop("voted", "anna", "ben", "3.00", 300, {}),
                      hop("voted", "ben", "carl", "3.00", 300, {})};
  Rows rows = Query(all);
  ASSERT_EQ(rows.size(), 8u);
  EXPECT_EQ(Rows(rows.begin(), rows.begin() + 4),
            (Rows{hop("aborts", "anna", "ben", "1.00", 100, second_until),
                  hop("aborts", "ben", "carl", "1.00", 100, second_until),
                  hop("commits", "anna", "ben", "5.50", 550, first_until),
                  hop("commits", "ben", "carl", "5.50", 550, first_until)}));
  EXPECT_EQ(Rows(rows.begin() + 6, rows.end()), voted);
  EXPECT_EQ(Do("anna", CommitPayment{TxId::Parse("commits").value()}).code(), ErrorCode::kOk);
  EXPECT_EQ(Do("anna", AbortPayment{TxId::Parse("aborts").value()}).code(), ErrorCode::kOk);
  EXPECT_EQ(Query(all).size(), 4u);
  hub_->Tick(now_ + 60 * kSecond);
  ASSERT_TRUE(hub_->Flush().ok());
  EXPECT_EQ(Query(all), voted);
  EXPECT_EQ(Query("SELECT tx_id, state FROM transactions ORDER BY tx_id"),
            (Rows{{std::string("aborts"), std::string("aborted")},
                  {std::string("commits"), std::string("committed")},
                  {std::string("expires"), std::string("aborted")},
                  {std::string("voted"), std::string("prepared")}}));
}

// Random payments, slices of any size, crashes at any time: in the end the views show exactly what
// the ledger holds.
TEST_F(ReadModelTest, ShowsTheLedgerWhateverHappened) {
  std::mt19937_64 random(5);
  std::vector<std::string> people;
  for (int i = 0; i < 12; ++i) people.push_back("person" + std::to_string(i));
  for (const std::string& name : people) Join(name);
  Create("A", 0);
  Create("B", 5);
  for (int i = 0; i < 60; ++i) {
    const std::size_t owner = random() % people.size();
    const std::size_t debtor = (owner + 1 + random() % (people.size() - 1)) % people.size();
    OpenLine command;
    command.debtor = KeyOf(people[debtor]).pid();
    command.equivalent = Code(i % 2 == 0 ? "A" : "B");
    command.limit = std::to_string(random() % 100);
    Do(people[owner], command);
  }
  std::map<std::string, std::string> paid;  // by id
  for (int i = 0; i < 300; ++i) {
    if (i % 40 == 17) {
      options_.read_model_rows = 1 + random() % 7;
      Open();  // loses the backlog in memory
    }
    const std::string code = random() % 2 == 0 ? "A" : "B";
    const std::string amount = std::to_string(1 + random() % 30);
    const std::string id = "p" + std::to_string(i);
    const std::size_t from = random() % people.size();
    const auto result =
        PayTo(people[from], people[(from + 1 + random() % 11) % 12], code, amount, id);
    if (result.code() == ErrorCode::kOk) paid[id] = amount + (code == "A" ? "" : ".00000");
  }
  ASSERT_GT(paid.size(), 50u);
  Rows want;
  for (const char* code : {"A", "B"}) {
    const auto debts = hub_->view().DebtsOf(Code(code), 0, 1000);
    ASSERT_TRUE(debts.ok());
    for (const DebtView& debt : debts->debts) {
      want.push_back({FormatPid(debt.debtor), FormatPid(debt.creditor), code,
                      FormatAmount(debt.amount, *code == 'A' ? 0 : 5), debt.amount});
    }
  }
  std::sort(want.begin(), want.end());
  EXPECT_EQ(Query("SELECT * FROM debts ORDER BY debtor, creditor, equivalent"), want);
  Rows want_paid;
  for (const auto& [id, amount] : paid) want_paid.push_back({id, amount});
  EXPECT_EQ(Query("SELECT tx_id, amount FROM transactions ORDER BY tx_id"), want_paid);
  EXPECT_EQ(Query("SELECT count(*) FROM trust_lines"),
            (Rows{{static_cast<Integer>(hub_->view().ledger().line_count())}}));
}

TEST(ReadModelRows, OneForAThingThatChangedOftenWhileItWaited) {
  ReadModel model;
  const Ledger ledger;  // participants are looked up when their rows are taken
  Record record;
  for (record.seq = 5; record.seq < 10; ++record.seq) {
    record.effects = {ParticipantEffect{record.seq == 7 ? 100U : 3U, std::nullopt, {}}};
    model.Apply(record, ledger);
  }
  EXPECT_EQ(model.backlog(), 2u);
  EXPECT_EQ(model.shown_seq(), 4u) << "the first change is what is not shown yet";
}

// Payments over very many hops make long rows; no append is to be long.
TEST(ReadModelRows, AreTakenUpToSoManyBytes) {
  constexpr std::size_t kFull = std::size_t{16} << 20;
  constexpr std::size_t kPayments = 10;
  ReadModel model;
  const Ledger ledger;  // rows of payments ask it nothing
  Record record;
  record.kind = RecordKind::kPayment;
  Transaction payment;
  payment.id = TxId::Parse("long").value();
  payment.routes = {Route{std::vector<ParticipantIndex>(500'000, 1'234'567), 1}};
  for (record.seq = 1; record.seq <= kPayments; ++record.seq) {
    record.effects = {TransactionEffect{std::nullopt, payment}};
    model.Apply(record, ledger);
  }
  std::size_t taken = 0;
  while (model.backlog() > 0) {
    std::vector<RowChange> rows;
    model.TakeRows(ledger, 1'000, &rows);
    ASSERT_FALSE(rows.empty());
    taken += rows.size();
    std::size_t bytes = 0;
    for (const RowChange& row : rows) {
      EXPECT_LT(bytes, kFull) << "those before were enough";
      for (const ColumnValue& value : row.values) {
        if (const auto* text = std::get_if<std::string>(&value)) bytes += text->size();
      }
    }
    EXPECT_EQ(model.shown_seq(), taken);
  }
  EXPECT_EQ(taken, kPayments);
}

}  // namespace
}  // namespace geo::tests
