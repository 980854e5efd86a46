// Opening a hub again from SQLite: a million records without a snapshot, and a million debts with a
// snapshot and a tail of 100,000 records. Each opening is one row of one query; the first says too
// what it takes to open a History of the same journal.
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "geo/readmodel/history.h"
#include "geo/storage/journal_reader.h"
#include "tests/benchmark/commit_rows.h"
#include "tests/benchmark/commit_world.h"
#include "tests/support/scratch.h"

namespace geo::bench {
namespace {

struct Past {
  std::uint32_t participants = 100;
  std::size_t payments = 100;
  bool snapshot = false;
};

// Payments one after the other from a few plans: only the records count here.
void PayAgain(Hub& hub, const World& world, std::size_t count) {
  const std::vector<PlannedPayment> plans = world.Plans(hub, std::min<std::size_t>(count, 20'000));
  for (std::size_t i = 0; i < count; ++i) {
    const PlannedPayment& planned = plans[i % plans.size()];
    Pay pay = std::get<Pay>(planned.command.command());
    pay.id = TxId::Parse("p" + std::to_string(i)).value();
    Require(hub.Submit(TrustedCommand(planned.command.signer(), pay), World::kNow, &planned.plan),
            "submit");
    if (hub.pending() == 10'000) Require(hub.Flush().status(), "flush");
  }
  Require(hub.Flush().status(), "flush");
}

double MicrosecondsToOpenHistory(const std::string& file, std::uint64_t head) {
  const std::int64_t begin = ThreadCpuTime();
  auto history = History::Open(NewSqliteJournalReader(file).value());
  const std::int64_t end = ThreadCpuTime();
  Require(history.status(), "history");
  Require((*history)->head() == head, "the head of the history");
  return static_cast<double>(end - begin) / 1000;
}

void MeasureOpening(Row& row, const Past& past) {
  const World world({.participants = past.participants, .roomy = true});
  const tests::Scratch scratch;
  const std::string file = scratch.File("hub.geo");
  std::unique_ptr<Hub> hub = world.Found(NewSqliteStore(file), WithoutRows());
  if (past.snapshot) Require(hub->Checkpoint(), "snapshot");
  PayAgain(*hub, world, past.payments);
  const JournalHead head = hub->head();
  Require(hub->Close(), "close");
  hub.reset();
  row.Time([&] { hub = OpenAgain(world, file); });
  Require(hub->head() == head, "the head after opening");
  std::size_t debts = 0;
  for (PairIndex pair = 0; pair < hub->view().ledger().pair_count(); ++pair) {
    debts += hub->view().ledger().pair(pair).balance != 0 ? 1 : 0;
  }
  row.Set("records", static_cast<double>(head.seq));
  row.Set("debts", static_cast<double>(debts));
  if (!past.snapshot) row.Set("history_us", MicrosecondsToOpenHistory(file, head.seq));
}

}  // namespace

void AddReopenRows(Size size) {
  const bool smoke = size == Size::kSmoke;
  const std::size_t scale = size == Size::kFull ? 1 : 10;
  const Past whole{smoke ? 100U : 10'000U, smoke ? 100 : 1'000'000 / scale, false};
  const Past tail{smoke ? 100U : static_cast<std::uint32_t>(330'000 / scale),
                  smoke ? 50 : 100'000 / scale, true};
  const std::string network = smoke ? "hk 100" : "hk 10k";
  AddRow({network, size == Size::kFull ? "open with 1M records" : "open with fewer records", "geo"},
         [=](Row& row) { MeasureOpening(row, whole); });
  AddRow({smoke                  ? "hk 100"
          : size == Size::kQuick ? "hk 33k"
                                 : "hk 330k",
          size == Size::kFull ? "open with 1M debts, snapshot, tail of 100k"
                              : "open with fewer debts, snapshot, tail",
          "geo"},
         [=](Row& row) { MeasureOpening(row, tail); });
}

}  // namespace geo::bench
