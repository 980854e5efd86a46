// Many submitters and one through SerialHub, durable on SQLite: payments per second by the clock on
// the wall, because it is syncs that they share.
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "geo/hub/serial_hub.h"
#include "tests/benchmark/commit_rows.h"
#include "tests/benchmark/commit_world.h"
#include "tests/support/scratch.h"

namespace geo::bench {
namespace {

void MeasureSubmitters(Row& row, Size size, std::size_t submitters, std::size_t each,
                       std::size_t lag = 0) {
  const World world({.participants = size == Size::kSmoke ? 100U : 1'000U, .roomy = true});
  const tests::Scratch scratch;
  std::unique_ptr<Hub> hub =
      world.Found(NewSqliteStore(scratch.File("hub.geo")), {.read_model_lag = lag});
  const std::vector<PlannedPayment> payments = world.Plans(*hub, submitters * each);
  auto made = SerialHub::Create(std::move(hub), {});
  Require(made.status(), "serial hub");
  SerialHub& serial = **made;
  const auto begin = std::chrono::steady_clock::now();
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < submitters; ++t) {
    threads.emplace_back([&, t] {
      for (std::size_t i = t * each; i < (t + 1) * each; ++i) {
        const auto result = serial.Execute(payments[i].command, World::kNow);
        Require(result.status(), "execute");
        Require(result->code() == ErrorCode::kOk, "payment");
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const std::chrono::duration<double, std::micro> taken = std::chrono::steady_clock::now() - begin;
  row.AddMicroseconds(taken.count(), payments.size());
  row.Set("payments_per_second", 1e6 * static_cast<double>(payments.size()) / taken.count());
  const SerialHubCounts counts = serial.counts();
  row.Set("mean_group", static_cast<double>(counts.commands) / static_cast<double>(counts.groups));
}

// The same without threads: what is missing is what they cost each other.
void MeasureGroups(Row& row, Size size, std::size_t group, std::size_t groups) {
  const World world({.participants = size == Size::kSmoke ? 100U : 1'000U, .roomy = true});
  const tests::Scratch scratch;
  std::unique_ptr<Hub> hub =
      world.Found(NewSqliteStore(scratch.File("hub.geo")), {.read_model_lag = kAnyLag});
  const std::vector<PlannedPayment> payments = world.Plans(*hub, group * groups);
  const auto begin = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < payments.size(); ++i) {
    Require(hub->Submit(payments[i].command, World::kNow), "submit");
    if ((i + 1) % group != 0) continue;
    const auto results = hub->Flush();
    Require(results.status(), "flush");
    for (const CommandResult& result : *results) {
      Require(result.code() == ErrorCode::kOk, "payment");
    }
  }
  const std::chrono::duration<double, std::micro> taken = std::chrono::steady_clock::now() - begin;
  row.AddMicroseconds(taken.count(), payments.size());
  row.Set("payments_per_second", 1e6 * static_cast<double>(payments.size()) / taken.count());
}

}  // namespace

void AddThreadRows(Size size) {
  const std::string network = size == Size::kSmoke ? "hk 100" : "hk 1k";
  const std::string operation = "durable payment through SerialHub";
  const std::size_t scale = size == Size::kSmoke ? 1 : size == Size::kQuick ? 20 : 100;
  AddRow({network, operation, "geo"},
         [=](Row& row) { MeasureSubmitters(row, size, 64, 3 * scale); });
  AddRow({network, operation, "geo, rows later"},
         [=](Row& row) { MeasureSubmitters(row, size, 64, 3 * scale, kAnyLag); });
  AddRow({network, operation, "one thread, groups of 64, rows later"},
         [=](Row& row) { MeasureGroups(row, size, 64, 3 * scale); });
  AddRow({network, operation, "one submitter"},
         [=](Row& row) { MeasureSubmitters(row, size, 1, 10 * scale); });
}

}  // namespace geo::bench
