// A hub of many equivalents, each among participants of its own, beside one equivalent of them all:
// the same number of participants, lines and payments.
#include <malloc.h>
#include <unistd.h>

#include <cstddef>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "tests/benchmark/commit_rows.h"
#include "tests/benchmark/commit_world.h"
#include "tests/support/scratch.h"

namespace geo::bench {
namespace {

// What the process has in memory.
double ResidentBytes() {
  malloc_trim(0);
  std::size_t pages = 0;
  std::FILE* const file = std::fopen("/proc/self/statm", "r");
  Require(file != nullptr && std::fscanf(file, "%*u %zu", &pages) == 1, "/proc/self/statm");
  std::fclose(file);
  return static_cast<double>(pages) * static_cast<double>(sysconf(_SC_PAGESIZE));
}

// How many commands were carried out.
std::size_t Flush(Hub& hub) {
  const auto results = hub.Flush();
  Require(results.status(), "flush");
  std::size_t done = 0;
  for (const CommandResult& result : *results) done += result.code() == ErrorCode::kOk ? 1 : 0;
  return done;
}

// A payment for each participant, in every equivalent in turn, so that none finds the tables of the
// one before. Microseconds each, making the command included.
double MicrosecondsToPay(Hub& hub, const World& world, const WorldOptions& options) {
  std::vector<testing::PaymentTrace> traces;
  for (std::uint32_t i = 0; i < options.equivalents; ++i) traces.push_back(world.Trace(i));
  const std::size_t count = std::size_t{options.participants} * options.equivalents;
  std::size_t paid = 0;
  const std::int64_t begin = ThreadCpuTime();
  for (std::size_t i = 0; i < count; ++i) {
    const auto equivalent = static_cast<std::uint32_t>(i % options.equivalents);
    const testing::GeneratedPayment payment = traces[equivalent].Next();
    const Pid& payer = world.pid(payment.from, equivalent);
    Require(hub.Submit(TrustedCommand(payer, world.PayOf(payment, i, equivalent)), World::kNow),
            "submit");
    if (hub.pending() == 10'000) paid += Flush(hub);
  }
  paid += Flush(hub);
  const std::int64_t end = ThreadCpuTime();
  Require(paid > count / 2, "payments");
  return static_cast<double>(end - begin) / 1000 / static_cast<double>(count);
}

void MeasureLife(Row& row, const WorldOptions& options) {
  const tests::Scratch scratch;
  const std::string file = scratch.File("hub.geo");
  const World world(options);
  std::unique_ptr<Hub> hub = world.Found(NewSqliteStore(file), WithoutRows());
  row.Set("pay_us", MicrosecondsToPay(*hub, world, options));
  Require(hub->Checkpoint(), "snapshot");
  Require(hub->Close(), "close");
  hub.reset();
  const double before = ResidentBytes();
  row.Time([&] { hub = OpenAgain(world, file); });
  row.Set("resident_mb", (ResidentBytes() - before) / 1e6);
  row.Set("lines", static_cast<double>(hub->view().ledger().line_count()));
}

}  // namespace

void AddEquivalentRows(Size size) {
  const std::uint32_t many = size == Size::kSmoke ? 10 : size == Size::kQuick ? 100 : 1'000;
  const std::uint32_t members = size == Size::kSmoke ? 10 : 100;
  const auto add = [](const std::string& network, const WorldOptions& options) {
    AddRow({network, "open with a snapshot", "geo"}, [=](Row& row) { MeasureLife(row, options); });
  };
  add("one equivalent of " + std::to_string(many * members), {.participants = many * members});
  add(std::to_string(many) + " equivalents of " + std::to_string(members),
      {.participants = members, .equivalents = many});
}

}  // namespace geo::bench
