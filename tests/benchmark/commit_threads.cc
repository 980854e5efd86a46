// Many submitters and one through SerialHub, durable on SQLite: payments per second by the clock on
// the wall, because it is syncs that they share. How long this disk takes for one stands beside
// them: how much there is to share depends on it.
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "geo/hub/serial_hub.h"
#include "tests/benchmark/commit_rows.h"
#include "tests/benchmark/commit_world.h"
#include "tests/support/between_store.h"
#include "tests/support/scratch.h"

namespace geo::bench {
namespace {

// A store each of whose appends takes so much longer, the processor being free meanwhile: what a
// disk does that syncs more slowly.
class SlowDisk final : public tests::Between {
 public:
  SlowDisk(std::unique_ptr<Store> inner, std::chrono::microseconds longer)
      : Between(std::move(inner)), longer_(longer) {}

  Status Append(const Batch& batch) override {
    Status appended = Between::Append(batch);
    std::this_thread::sleep_for(longer_);
    return appended;
  }

 private:
  const std::chrono::microseconds longer_;
};

// What one sync of a page takes here, as SQLite asks for it once its journal has its size.
double MicrosecondsToSync(const std::string& file) {
  constexpr std::array<char, 4096> kPage{};
  constexpr int kSyncs = 200;
  const int disk = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  const auto write_page = [&] {
    return pwrite(disk, kPage.data(), kPage.size(), 0) == std::ssize(kPage) && fdatasync(disk) == 0;
  };
  bool written = disk >= 0 && write_page();
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < kSyncs && written; ++i) written = write_page();
  const std::chrono::duration<double, std::micro> taken = std::chrono::steady_clock::now() - begin;
  if (disk >= 0) close(disk);
  Require(written ? OkStatus() : MakeError(ErrorCode::kStoreIo, "no page could be synced"), "sync");
  return taken.count() / kSyncs;
}

struct Submitters {
  std::size_t threads = 1;
  std::size_t each = 1;
  std::size_t lag = 0;
  std::chrono::microseconds longer = {};  // as SlowDisk
};

void MeasureSubmitters(Row& row, Size size, const Submitters& submitters) {
  const World world({.participants = size == Size::kSmoke ? 100U : 1'000U, .roomy = true});
  const tests::Scratch scratch;
  row.Set("sync_us", MicrosecondsToSync(scratch.File("page")));
  std::unique_ptr<Store> store = NewSqliteStore(scratch.File("hub.geo"));
  if (submitters.longer.count() > 0) {
    store = std::make_unique<SlowDisk>(std::move(store), submitters.longer);
  }
  std::unique_ptr<Hub> hub = world.Found(std::move(store), {.read_model_lag = submitters.lag});
  const std::vector<PlannedPayment> payments =
      world.Plans(*hub, submitters.threads * submitters.each);
  auto made = SerialHub::Create(std::move(hub), {});
  Require(made.status(), "serial hub");
  SerialHub& serial = **made;
  const auto begin = std::chrono::steady_clock::now();
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < submitters.threads; ++t) {
    threads.emplace_back([&, t] {
      for (std::size_t i = t * submitters.each; i < (t + 1) * submitters.each; ++i) {
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
  // Large enough that the journal of SQLite reaches its size, from which on it is written anew and
  // does not grow: growing, it is slower.
  const std::size_t scale = size == Size::kSmoke ? 1 : size == Size::kQuick ? 20 : 500;
  const auto add = [&](const std::string& engine, const Submitters& submitters) {
    AddRow({network, operation, engine},
           [=](Row& row) { MeasureSubmitters(row, size, submitters); });
  };
  constexpr std::chrono::microseconds kLonger{200};
  add("geo", {64, 3 * scale});
  add("geo, rows later", {64, 3 * scale, kAnyLag});
  AddRow({network, operation, "one thread, groups of 64, rows later"},
         [=](Row& row) { MeasureGroups(row, size, 64, 3 * scale); });
  add("one submitter", {1, 10 * scale});
  add("one submitter, rows later", {1, 10 * scale, kAnyLag});
  add("geo, rows later, sync 0.2 ms longer", {64, 3 * scale, kAnyLag, kLonger});
  add("one submitter, rows later, sync 0.2 ms longer", {1, 10 * scale, kAnyLag, kLonger});
}

}  // namespace geo::bench
