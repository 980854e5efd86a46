// The example of docs/testing-kits.md about power cuts, compiled and run.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "geo/hub/hub.h"
#include "geo/testing/simulated_disk.h"
#include "geo/testing/simulated_sqlite.h"
#include "geo/testing/workload.h"

namespace {

TEST(TestingKits, PowerCuts) {
  // [document]
  using geo::testing::SimulatedDisk;

  geo::testing::WorkloadOptions options;
  options.participants = 4;
  options.steps = 8;
  const auto workload = geo::testing::Workload::Create(options).value();
  const auto open = [&](SimulatedDisk& disk, geo::SqliteFiles& files) {
    auto store = geo::NewSqliteStore(disk.root() + "/hub.db", &files);  // or a store of yours
    return geo::Hub::Open(std::move(store), workload->hub_options());
  };

  // Live once, and keep the disk as it is before each change, with what was acknowledged by then.
  struct Cut {
    geo::testing::DiskImage image;
    geo::JournalHead acknowledged;
  };
  std::vector<Cut> cuts;
  geo::JournalHead acknowledged;
  SimulatedDisk disk;
  const auto files = geo::testing::NewSimulatedSqliteFiles(disk);
  disk.BeforeEachChange([&](const geo::testing::DiskChange&) {
    cuts.push_back({disk.Image(), acknowledged});
  });
  auto hub = open(disk, *files).value();
  for (std::size_t step = 0; step < workload->steps(); ++step) {
    ASSERT_TRUE(workload->Perform(step, *hub).ok());
    acknowledged = hub->head();
  }

  // Now the power fails at each of these moments, and tears what was not synced in some way.
  for (std::size_t i = 0; i < cuts.size(); i += 5) {
    SimulatedDisk after(cuts[i].image.AfterPowerCut(i));
    const auto files_after = geo::testing::NewSimulatedSqliteFiles(after);
    const auto again = open(after, *files_after);
    ASSERT_TRUE(again.ok()) << again.status();
    EXPECT_GE((*again)->head().seq, cuts[i].acknowledged.seq) << "cut " << i;
  }
  // [document end]
  EXPECT_GT(cuts.size(), 50U);
}

}  // namespace
