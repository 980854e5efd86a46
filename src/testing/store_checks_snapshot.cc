// Snapshots in slices.
#include "src/testing/store_probe.h"

namespace geo::testing::internal {
namespace {

using Slices = std::vector<SnapshotSlice>;

Slices MakeSnapshot(std::uint64_t number, std::uint32_t count) {
  Slices slices;
  for (std::uint32_t i = 0; i < count; ++i) {
    std::string bytes(i * 5000, static_cast<char>(i));
    slices.push_back({number, i, i + 1 == count, bytes + std::to_string(number)});
  }
  return slices;
}

Status Write(Store& store, const Slices& slices) {
  for (const SnapshotSlice& slice : slices) {
    const Status status = store.WriteSnapshot(slice);
    if (!status.ok()) return status;
  }
  return OkStatus();
}

std::string WantSnapshot(Store& store, const Slices& want) {
  const auto got = SnapshotOf(store);
  WANT_OK(got);
  WANT(*got == want);
  return "";
}

std::string Newest(StoreBench& bench) {
  const auto store = bench.NewStore();
  WANT_OK(store->Open({}));
  WANT_SAME(WantSnapshot(*store, {}));
  for (const std::uint64_t number : {std::uint64_t{0}, std::uint64_t{7}, std::uint64_t{1} << 62}) {
    const Slices slices = MakeSnapshot(number, static_cast<std::uint32_t>(number % 5 + 1));
    WANT_OK(Write(*store, slices));
    WANT_SAME(WantSnapshot(*store, slices));
    WANT_OK(store->Close());
    WANT_OK(store->Open({}));
    WANT_SAME(WantSnapshot(*store, slices));
  }
  return "";
}

// It counts once the last slice is there; until then the one before does.
std::string Unfinished(StoreBench& bench) {
  const auto store = bench.NewStore();
  StoreModel model;
  WANT_OK(store->Open({}));
  const Slices complete = MakeSnapshot(3, 2);
  WANT_OK(Write(*store, complete));
  Slices next = MakeSnapshot(4, 3);
  for (const SnapshotSlice& slice : next) {
    WANT_SAME(WantSnapshot(*store, complete));
    WANT_OK(store->WriteSnapshot(slice));
    WANT_OK(AppendTo(*store, model, NextBatch(model)));  // work goes on between slices
  }
  WANT_SAME(WantSnapshot(*store, next));
  next.back().snapshot = 5;
  WANT_OK(store->WriteSnapshot({5, 0, false, "unfinished"}));
  WANT_OK(store->Close());
  WANT_OK(store->Open({}));
  WANT_SAME(WantSnapshot(*store, MakeSnapshot(4, 3)));
  WANT_ERROR(store->WriteSnapshot({5, 1, true, "dropped by Open"}), InvalidArgument);
  WANT_OK(Write(*store, MakeSnapshot(5, 4)));
  WANT_SAME(WantSnapshot(*store, MakeSnapshot(5, 4)));
  return Compare(*store, model);
}

std::string BeginAgain(StoreBench& bench) {
  const auto store = bench.NewStore();
  WANT_OK(store->Open({}));
  WANT_OK(store->WriteSnapshot({0, 0, false, "first try"}));
  WANT_OK(store->WriteSnapshot({0, 0, false, "second try"}));
  WANT_OK(store->WriteSnapshot({2, 0, false, "first try"}));
  WANT_OK(store->WriteSnapshot({2, 1, false, "first try"}));
  WANT_OK(Write(*store, MakeSnapshot(2, 2)));
  WANT_SAME(WantSnapshot(*store, MakeSnapshot(2, 2)));
  WANT_OK(store->WriteSnapshot({4, 0, false, "given up"}));
  WANT_OK(Write(*store, MakeSnapshot(5, 3)));
  WANT_SAME(WantSnapshot(*store, MakeSnapshot(5, 3)));
  return "";
}

std::string OutOfOrder(StoreBench& bench) {
  const auto store = bench.NewStore();
  WANT_OK(store->Open({}));
  WANT_ERROR(store->WriteSnapshot({2, 1, true, ""}), InvalidArgument);
  WANT_OK(Write(*store, MakeSnapshot(2, 1)));
  WANT_ERROR(store->WriteSnapshot({2, 0, true, ""}), InvalidArgument);
  WANT_ERROR(store->WriteSnapshot({1, 0, true, ""}), InvalidArgument);
  WANT_ERROR(store->WriteSnapshot({std::uint64_t{1} << 63, 0, true, ""}), InvalidArgument);
  WANT_OK(store->WriteSnapshot({3, 0, false, "0"}));
  WANT_ERROR(store->WriteSnapshot({3, 2, false, ""}), InvalidArgument);
  WANT_ERROR(store->WriteSnapshot({4, 1, false, ""}), InvalidArgument);
  WANT_SAME(WantSnapshot(*store, MakeSnapshot(2, 1)));
  WANT_OK(store->WriteSnapshot({3, 1, true, "1"}));  // the refusals changed nothing
  WANT_SAME(WantSnapshot(*store, {{3, 0, false, "0"}, {3, 1, true, "1"}}));
  return "";
}

std::string VisitStops(StoreBench& bench) {
  const auto store = bench.NewStore();
  StoreModel model;
  WANT_OK(store->Open({}));
  WANT_OK(Write(*store, MakeSnapshot(1, 4)));
  WANT_OK(AppendTo(*store, model, NextBatch(model)));
  const Status mine = MakeError(ErrorCode::kFormatNewer, "mine");
  int visits = 0;
  WANT(store->LoadSnapshot([&](const SnapshotSlice&) {
    const auto found = store->FindTransaction(IdOf("tx-1"));
    if (!found.ok() || !found->has_value()) return found.status();
    return ++visits == 3 ? mine : OkStatus();
  }) == mine);
  WANT(visits == 3);
  WANT_OK(AppendTo(*store, model, NextBatch(model)));
  return WantSnapshot(*store, MakeSnapshot(1, 4));
}

}  // namespace

std::vector<StoreCheck> SnapshotChecks() {
  return {
      {"snapshot.newest", "LoadSnapshot visits the newest complete snapshot in order", Newest},
      {"snapshot.unfinished", "a snapshot counts once its last slice is there", Unfinished},
      {"snapshot.begin_again", "slice 0 drops an unfinished snapshot", BeginAgain},
      {"snapshot.out_of_order", "a slice out of order or too old is InvalidArgument", OutOfOrder},
      {"snapshot.visit_stops", "LoadSnapshot stops at the first error of visit", VisitStops},
  };
}

}  // namespace geo::testing::internal
