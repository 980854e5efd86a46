// The example of docs/testing-kits.md about stores that fail, compiled and run.
#include <gtest/gtest.h>

#include <memory>
#include <utility>

#include "geo/hub/hub.h"
#include "geo/testing/faulty_store.h"
#include "geo/testing/workload.h"

namespace {

TEST(TestingKits, AStoreThatFails) {
  geo::testing::WorkloadOptions work;
  work.steps = 0;  // only settle the network
  const auto workload = geo::testing::Workload::Create(work).value();
  const std::size_t last = workload->steps() - 1;
  const auto medium = std::make_shared<geo::MemoryMedium>();

  // [document]
  using geo::testing::FaultyStore;

  auto faulty = std::make_unique<FaultyStore>(geo::NewMemoryStore(medium));  // or a store of yours
  FaultyStore* store = faulty.get();
  auto hub = geo::Hub::Open(std::move(faulty), workload->hub_options()).value();
  for (std::size_t step = 0; step < last; ++step) ASSERT_TRUE(workload->Perform(step, *hub).ok());
  const geo::JournalHead before = hub->head();

  // The next append is written, but the answer does not arrive: nobody knows what became of it.
  geo::testing::StoreFault fault;
  fault.call = geo::testing::StoreCall::kAppend;
  fault.code = geo::ErrorCode::kStoreUnknown;
  fault.after = true;
  store->Schedule(fault);
  EXPECT_EQ(geo::ErrorCodeOf(workload->Perform(last, *hub).status()),
            geo::ErrorCode::kStoreUnknown);
  EXPECT_EQ(geo::ErrorCodeOf(hub->Flush().status()), geo::ErrorCode::kHubPoisoned);

  // Opening anew tells.
  hub.reset();
  hub = geo::Hub::Open(geo::NewMemoryStore(medium), workload->hub_options()).value();
  EXPECT_GT(hub->head().seq, before.seq);
  // [document end]
}

}  // namespace
