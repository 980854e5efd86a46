// The example of docs/testing-kits.md about killed processes, compiled and run.
#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>

#include "geo/hub/hub.h"
#include "geo/testing/crash_runner.h"
#include "geo/testing/workload.h"
#include "tests/support/scratch.h"

namespace {

TEST(TestingKits, KilledProcesses) {
  const geo::tests::Scratch scratch(geo::tests::Scratch::Place::kMemory);
  const std::string path = scratch.File("hub.db");

  // [document]
  geo::testing::WorkloadOptions work;
  work.steps = 100'000;  // more than a child will live to see
  const auto workload = geo::testing::Workload::Create(work).value();
  const auto open = [&] {
    return geo::Hub::Open(geo::NewSqliteStore(path), workload->hub_options());
  };
  geo::testing::CrashLoopOptions loop;
  loop.rounds = 5;
  std::uint64_t done = 0;  // steps that were acknowledged, and perhaps not the last of them

  const auto child = [&](std::uint64_t, const geo::testing::Say& say) {
    auto hub = open();
    if (!hub.ok()) return 1;
    for (std::uint64_t step = done; step < workload->steps(); ++step) {
      if (!workload->Perform(step, **hub).ok()) return 2;
      say(std::to_string((*hub)->head().seq));
    }
    return 3;
  };
  const auto check = [&](std::uint64_t, const geo::testing::CrashRun& run) -> std::string {
    const auto hub = open();
    if (!hub.ok()) return std::string(hub.status().message());
    if (run.messages.empty()) return "";
    done += run.messages.size();
    const bool kept = (*hub)->head().seq >= std::stoull(run.messages.back());
    return kept ? "" : "record " + run.messages.back() + " was acknowledged and is lost";
  };
  EXPECT_EQ(geo::testing::RunCrashLoop(loop, child, check), "");
  // [document end]
}

}  // namespace
