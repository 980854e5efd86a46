// Durable payments on SQLite in groups, routes given and routing left out.
//
// "geo" is everything from the command to the answer: idempotency, checks of the invariants,
// record, hash chain, state, rows of the read model, SQLite with one sync per group. "geo, rows
// later" leaves the rows of the read model to slices outside the commit path (rows_later_us). What
// routing does in there, checking each plan, is measured by itself afterwards (routing_us), and
// taken off; all_in_us is with it. The graph is brought up to date when somebody looks for a route
// again: graph_later_us. The hash chain is in; chain_us is what it costs.
//
// "one UPSERT per row" is what a hub does whose state lives in tables: the same rows of payments
// and debts as geo's read model, each written when a payment changes it, in the same groups,
// without any check, record or hash. The reading in front of it, by which such a hub knows its
// capacities, is not counted against it.
#include <sqlite3.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "geo/base/bytes.h"
#include "geo/crypto/hash.h"
#include "geo/routing/verify.h"
#include "geo/storage/journal_reader.h"
#include "tests/benchmark/commit_rows.h"
#include "tests/benchmark/commit_world.h"
#include "tests/support/scratch.h"

namespace geo::bench {
namespace {

constexpr std::size_t kGroup = 1'000;

std::size_t GroupsFor(Size size) {
  if (size == Size::kSmoke) return 1;
  return size == Size::kQuick ? 5 : 100;
}

std::uint32_t ParticipantsFor(Size size) { return size == Size::kSmoke ? 100 : 10'000; }

struct Prepared {
  World world;
  std::vector<PlannedPayment> payments;
};

const Prepared& Prepare(Size size) {
  static const Prepared prepared = [&] {
    Prepared made{World({.participants = ParticipantsFor(size), .roomy = true}), {}};
    const std::unique_ptr<Hub> hub = made.world.Found(NewMemoryStore(), {});
    made.payments = made.world.Plans(*hub, GroupsFor(size) * kGroup);
    return made;
  }();
  return prepared;
}

void Count(Row& row, std::int64_t nanoseconds, std::size_t payments) {
  const double us = static_cast<double>(nanoseconds) / 1000;
  row.AddMicroseconds(us, payments);
  row.Set("payments_per_cpu_second", 1e6 * static_cast<double>(payments) / us);
}

// Makes all payments in groups. Nanoseconds spent in Flush.
[[gnu::noinline]] std::int64_t PayAll(Hub& hub, const std::vector<PlannedPayment>& payments) {
  std::int64_t flushing = 0;
  for (std::size_t next = 0; next < payments.size();) {
    for (std::size_t i = 0; i < kGroup; ++i, ++next) {
      Require(hub.Submit(payments[next].command, World::kNow, &payments[next].plan), "submit");
    }
    const std::int64_t planned = ThreadCpuTime();
    const auto results = hub.Flush();
    flushing += ThreadCpuTime() - planned;
    Require(results.status(), "flush");
    for (const CommandResult& result : *results) {
      Require(result.code() == ErrorCode::kOk && !result.payment->replanned, "payment");
    }
  }
  return flushing;
}

// What routing did for the payments: nanoseconds.
[[gnu::noinline]] std::int64_t CheckPlansAgain(const Ledger& ledger,
                                               const std::vector<PlannedPayment>& payments) {
  const std::int64_t day = DayOf(World::kNow);
  const std::int64_t begin = ThreadCpuTime();
  for (const PlannedPayment& payment : payments) {
    const Plan& plan = payment.plan;
    RouteRequest request;
    request.from = plan.routes.front().participants.front();
    request.to = plan.routes.front().participants.back();
    request.equivalent = 0;
    for (const Route& route : plan.routes) request.amount += route.amount;
    Require(VerifyPlan(ledger, day, request, plan), "plan");
  }
  return ThreadCpuTime() - begin;
}

// What the hashes of the chain cost: nanoseconds for all records in `file`, per record.
[[gnu::noinline]] double ChainAgain(const std::string& file) {
  std::string packed;
  auto reader = NewSqliteJournalReader(file);
  Require(reader.status(), "reader");
  Require((*reader)->Replay(0,
                            [&](std::string_view group) -> StatusOr<bool> {
                              packed += group;
                              return true;
                            }),
          "replay");
  std::size_t records = 0;
  const std::int64_t begin = ThreadCpuTime();
  for (std::string_view rest = packed; !rest.empty(); ++records) {
    const std::size_t size = ByteReader(rest).Fixed32();
    Require(!Blake2b(rest.substr(4, size)).IsZero(), "hash");
    rest.remove_prefix(4 + size + 4);
  }
  return static_cast<double>(ThreadCpuTime() - begin) / static_cast<double>(records);
}

void MeasureHub(Row& row, Size size, std::size_t lag) {
  const Prepared& prepared = Prepare(size);
  const tests::Scratch scratch;
  HubOptions options;
  options.read_model_rows = 65'536;
  options.read_model_lag = lag;
  const std::unique_ptr<Hub> hub =
      prepared.world.Found(NewSqliteStore(scratch.File("hub.geo")), options);
  const auto count = static_cast<double>(prepared.payments.size());
  const std::int64_t begin = ThreadCpuTime();
  const std::int64_t flushing = PayAll(*hub, prepared.payments);
  const std::int64_t taken = ThreadCpuTime() - begin;
  const std::int64_t before_graph = ThreadCpuTime();
  Require(hub->view().ledger().founded(), "view");
  const std::int64_t graph = ThreadCpuTime() - before_graph;
  const std::int64_t routing = CheckPlansAgain(hub->view().ledger(), prepared.payments);
  Count(row, std::max<std::int64_t>(1, taken - routing), prepared.payments.size());
  row.Set("all_in_us", static_cast<double>(taken) / 1000 / count);
  row.Set("routing_us", static_cast<double>(routing) / 1000 / count);
  row.Set("graph_later_us", static_cast<double>(graph) / 1000 / count);
  row.Set("chain_us", ChainAgain(scratch.File("hub.geo")) / 1000);
  row.Set("flush_us", static_cast<double>(flushing) / 1000 / count);
  row.Set("rows_waiting", static_cast<double>(hub->read_model_backlog()));
  const std::int64_t before_rows = ThreadCpuTime();
  Require(hub->UpdateReadModel(), "rows");
  row.Set("rows_later_us", static_cast<double>(ThreadCpuTime() - before_rows) / 1000 / count);
  std::size_t hops = 0;
  for (const PlannedPayment& payment : prepared.payments) {
    for (const Route& route : payment.plan.routes) hops += route.participants.size() - 1;
  }
  row.Set("hops", static_cast<double>(hops) / count);
}

// The other design.
class TablesOnly {
 public:
  explicit TablesOnly(const std::string& file) {
    Require(sqlite3_open(file.c_str(), &db_) == SQLITE_OK, "open");
    Run("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -65536;"
        "CREATE TABLE transactions (tx_id TEXT PRIMARY KEY, seq INTEGER, kind TEXT,"
        " payer INTEGER, payee INTEGER, equivalent INTEGER, units INTEGER, state TEXT,"
        " routes TEXT, recorded_at INTEGER) WITHOUT ROWID;"
        "CREATE TABLE debts (a INTEGER, b INTEGER, equivalent INTEGER, balance INTEGER,"
        " PRIMARY KEY (a, b, equivalent)) WITHOUT ROWID;"
        "CREATE INDEX debts_b ON debts (b)");
    pay_ =
        Prepare("INSERT INTO transactions VALUES (?, ?, 'payment', ?, ?, 0, ?, 'committed', ?, ?)");
    owe_ = Prepare(
        "INSERT INTO debts VALUES (?, ?, 0, ?) ON CONFLICT (a, b, equivalent) "
        "DO UPDATE SET balance = balance + excluded.balance");
  }
  ~TablesOnly() {
    sqlite3_finalize(pay_);
    sqlite3_finalize(owe_);
    sqlite3_close(db_);
  }

  void Run(const char* sql) {
    Require(sqlite3_exec(db_, sql, nullptr, nullptr, nullptr) == SQLITE_OK, sql);
  }
  void Owe(std::uint32_t from, std::uint32_t to, Amount amount) {
    sqlite3_bind_int64(owe_, 1, std::min(from, to));
    sqlite3_bind_int64(owe_, 2, std::max(from, to));
    sqlite3_bind_int64(owe_, 3, from < to ? amount : -amount);
    Step(owe_);
  }
  void Pay(std::string_view id, const Plan& plan) {
    const std::vector<std::uint32_t>& ends = plan.routes.front().participants;
    Amount amount = 0;
    std::string routes;
    for (const Route& route : plan.routes) {
      amount += route.amount;
      routes += '[';
      for (std::size_t i = 0; i < route.participants.size(); ++i) {
        if (i > 0) Owe(route.participants[i - 1], route.participants[i], route.amount);
        routes += std::to_string(route.participants[i]) + ',';
      }
      routes += std::to_string(route.amount) + ']';
    }
    sqlite3_bind_text(pay_, 1, id.data(), static_cast<int>(id.size()), SQLITE_STATIC);
    sqlite3_bind_int64(pay_, 2, ++seq_);
    sqlite3_bind_int64(pay_, 3, ends.front());
    sqlite3_bind_int64(pay_, 4, ends.back());
    sqlite3_bind_int64(pay_, 5, amount);
    sqlite3_bind_text(pay_, 6, routes.data(), static_cast<int>(routes.size()), SQLITE_STATIC);
    sqlite3_bind_int64(pay_, 7, World::kNow);
    Step(pay_);
  }

 private:
  sqlite3_stmt* Prepare(const char* sql) {
    sqlite3_stmt* statement = nullptr;
    Require(sqlite3_prepare_v2(db_, sql, -1, &statement, nullptr) == SQLITE_OK, sql);
    return statement;
  }
  static void Step(sqlite3_stmt* statement) {
    Require(sqlite3_step(statement) == SQLITE_DONE, "step");
    sqlite3_reset(statement);
  }

  sqlite3* db_ = nullptr;
  std::int64_t seq_ = 0;
  sqlite3_stmt* pay_ = nullptr;
  sqlite3_stmt* owe_ = nullptr;
};

void MeasureTables(Row& row, Size size) {
  const Prepared& prepared = Prepare(size);
  const tests::Scratch scratch;
  TablesOnly tables(scratch.File("tables.db"));
  tables.Run("BEGIN");
  for (const testing::GeneratedDebt& debt : prepared.world.network().debts) {
    tables.Owe(debt.debtor, debt.creditor, debt.amount);
  }
  tables.Run("COMMIT");
  const std::int64_t begin = ThreadCpuTime();
  for (std::size_t next = 0; next < prepared.payments.size();) {
    tables.Run("BEGIN IMMEDIATE");
    for (std::size_t i = 0; i < kGroup; ++i, ++next) {
      const PlannedPayment& payment = prepared.payments[next];
      tables.Pay(std::get<Pay>(payment.command.command()).id.text(), payment.plan);
    }
    tables.Run("COMMIT");
  }
  Count(row, ThreadCpuTime() - begin, prepared.payments.size());
}

}  // namespace

void AddDurableRows(Size size) {
  const std::string network = size == Size::kSmoke ? "hk 100" : "hk 10k";
  const std::string operation = "durable payment, groups of 1000";
  AddRow({network, operation, "geo"}, [=](Row& row) { MeasureHub(row, size, 0); });
  AddRow({network, operation, "geo, rows later"},
         [=](Row& row) { MeasureHub(row, size, kAnyLag); });
  AddRow({network, operation, "one UPSERT per row"}, [=](Row& row) { MeasureTables(row, size); });
}

}  // namespace geo::bench
