// Open, Close, and who may write.
#include "src/testing/store_probe.h"

namespace geo::testing::internal {
namespace {

std::string OpenEmpty(StoreBench& bench) {
  const auto store = bench.NewStore();
  const auto state = store->Open({});
  WANT_OK(state);
  WANT(state->epoch > 0);
  WANT_SAME(Compare(*store, *state, StoreModel()));
  WANT_OK(store->Close());
  return "";
}

std::string OpenWithoutCreate(StoreBench& bench) {
  OpenOptions present;
  present.create = false;
  auto store = bench.NewStore();
  WANT_ERROR(store->Open(present), InvalidArgument);
  WANT_ERROR(store->Open(present), InvalidArgument);  // the first attempt made nothing
  WANT_ERROR(store->FindTransaction(IdOf("a")), StoreClosed);
  WANT_OK(store->Open({}));
  WANT_OK(store->Close());
  WANT_OK(store->Open(present));
  return "";
}

std::string OpenTwice(StoreBench& bench) {
  const auto store = bench.NewStore();
  StoreModel model;
  WANT_OK(store->Open({}));
  WANT_ERROR(store->Open({}), InvalidArgument);
  OpenOptions take_over;
  take_over.take_over = true;
  WANT_ERROR(store->Open(take_over), InvalidArgument);
  WANT_OK(AppendTo(*store, model, NextBatch(model)));  // neither harmed the first
  return Compare(*store, model);
}

// Definitions with one fault each.
std::vector<OpenOptions> FaultyDefinitions() {
  std::vector<OpenOptions> all;
  const auto add = [&all](auto spoil) {
    all.push_back(WithTables());
    spoil(all.back());
  };
  add([](OpenOptions& o) { o.tables[0].name = ""; });
  add([](OpenOptions& o) { o.tables[0].name = "People"; });
  add([](OpenOptions& o) { o.tables[0].name = "people; --"; });
  add([](OpenOptions& o) { o.tables[0].name = "geo_people"; });
  add([](OpenOptions& o) { o.tables[0].name = "sqlite_people"; });
  add([](OpenOptions& o) { o.tables[0].name = std::string(65, 'a'); });
  add([](OpenOptions& o) { o.tables[0].name = o.tables[1].name; });
  add([](OpenOptions& o) { o.views[0].name = o.tables[1].name; });
  add([](OpenOptions& o) { o.views[0].name = "a\"b"; });
  add([](OpenOptions& o) { o.views[0].select = ""; });
  add([](OpenOptions& o) { o.tables[0].columns.clear(); });
  add([](OpenOptions& o) { o.tables[0].columns[1].name = "a-b"; });
  add([](OpenOptions& o) { o.tables[0].columns[1].name = "name"; });
  add([](OpenOptions& o) { o.tables[0].key_columns = 0; });
  add([](OpenOptions& o) { o.tables[0].key_columns = 5; });
  add([](OpenOptions& o) { o.tables[0].indexes = {{}}; });
  add([](OpenOptions& o) { o.tables[0].indexes = {{"nobody"}}; });
  add([](OpenOptions& o) { o.tables.resize(kMaxTables + 1, o.tables[0]); });
  return all;
}

std::string OpenBadDefinitions(StoreBench& bench) {
  const auto store = bench.NewStore();
  for (const OpenOptions& options : FaultyDefinitions()) {
    WANT_ERROR(store->Open(options), InvalidArgument);
  }
  WANT_OK(store->Open(WithTables()));
  return "";
}

std::string OpenBusy(StoreBench& bench) {
  auto first = bench.NewStore();
  auto second = bench.NewStore();
  StoreModel model;
  WANT_OK(first->Open({}));
  WANT_OK(AppendTo(*first, model, NextBatch(model)));
  WANT_ERROR(second->Open({}), StoreBusy);
  WANT_ERROR(second->Append(NextBatch(model)), StoreClosed);
  WANT_OK(AppendTo(*first, model, NextBatch(model)));
  WANT_OK(first->Close());
  WANT_OK(second->Open({}));
  WANT_ERROR(first->Open({}), StoreBusy);
  second.reset();  // without Close
  WANT_OK(first->Open({}));
  return Compare(*first, model);
}

std::string OpenRaisesEpoch(StoreBench& bench) {
  std::uint64_t last = 0;
  for (int round = 0; round < 4; ++round) {
    const auto store = bench.NewStore();
    OpenOptions options;
    options.take_over = round % 2 == 1;  // with nobody there to fence, too
    const auto state = store->Open(options);
    WANT_OK(state);
    WANT(state->epoch > last);
    last = state->epoch;
  }
  return "";
}

std::string TakeOver(StoreBench& bench) {
  auto first = bench.NewStore();
  auto second = bench.NewStore();
  StoreModel model;
  const auto before = first->Open({});
  WANT_OK(before);
  WANT_OK(AppendTo(*first, model, NextBatch(model)));
  OpenOptions options;
  options.take_over = true;
  const auto state = second->Open(options);
  WANT_OK(state);
  WANT(state->epoch > before->epoch);
  WANT_SAME(Compare(*second, *state, model));
  WANT_ERROR(first->Append(NextBatch(model)), StoreFenced);
  WANT_ERROR(first->WriteSnapshot({1, 0, true, "slice"}), StoreFenced);
  WANT_ERROR(first->Append(NextBatch(model)), StoreFenced);
  WANT_OK(AppendTo(*second, model, NextBatch(model)));
  WANT_ERROR(first->Append(NextBatch(model)), StoreFenced);
  WANT_SAME(Compare(*second, model));
  WANT(SnapshotOf(*second)->empty());
  return "";
}

// The fenced writer goes; the one that took over stays alone.
std::string TakeOverThenClose(StoreBench& bench) {
  auto first = bench.NewStore();
  auto second = bench.NewStore();
  auto third = bench.NewStore();
  StoreModel model;
  WANT_OK(first->Open({}));
  OpenOptions options;
  options.take_over = true;
  WANT_OK(second->Open(options));
  WANT_OK(first->Close());
  WANT_ERROR(third->Open({}), StoreBusy);
  WANT_OK(AppendTo(*second, model, NextBatch(model)));
  first = bench.NewStore();
  WANT_ERROR(third->Open({}), StoreBusy);
  WANT_OK(AppendTo(*second, model, NextBatch(model)));
  WANT_OK(third->Open(options));
  WANT_ERROR(second->Append(NextBatch(model)), StoreFenced);
  WANT_OK(second->Close());
  WANT_OK(second->Open(options));
  WANT_ERROR(third->Append(NextBatch(model)), StoreFenced);
  WANT_OK(AppendTo(*second, model, NextBatch(model)));
  // One that was fenced before holds on to what it has, as any other.
  WANT_ERROR(second->Append(NextBatch(StoreModel())), StoreConflict);
  WANT_ERROR(first->Open({}), StoreBusy);
  return Compare(*second, model);
}

std::string WantClosed(Store& store) {
  WANT_ERROR(store.Append(NextBatch(StoreModel())), StoreClosed);
  WANT_ERROR(ReplayFrom(store, 0), StoreClosed);
  WANT_ERROR(SnapshotOf(store), StoreClosed);
  WANT_ERROR(store.FindTransaction(IdOf("a")), StoreClosed);
  WANT_ERROR(store.FindText(HashOf("a")), StoreClosed);
  WANT_ERROR(store.WriteSnapshot({1, 0, true, "slice"}), StoreClosed);
  WANT_ERROR(store.SizeBytes(), StoreClosed);
  return "";
}

std::string ClosedCalls(StoreBench& bench) {
  const auto store = bench.NewStore();
  WANT_SAME(WantClosed(*store));
  WANT_OK(store->Close());  // never opened
  WANT_OK(store->Open({}));
  WANT_OK(store->SizeBytes());
  WANT_OK(store->Close());
  WANT_OK(store->Close());
  WANT_SAME(WantClosed(*store));
  WANT_OK(store->Open({}));
  return "";
}

std::string ReopenKeeps(StoreBench& bench) {
  const auto store = bench.NewStore();
  StoreModel model;
  for (std::uint64_t round = 1; round <= 5; ++round) {
    const auto state = store->Open(WithTables());
    WANT_OK(state);
    WANT_SAME(Compare(*store, *state, model));
    Batch batch = NextBatch(model, round);
    batch.rows_seq = batch.after.seq - 1;
    batch.acknowledged = batch.before.seq;
    WANT_OK(AppendTo(*store, model, batch));
    WANT_OK(store->Close());
  }
  return "";
}

std::string ReadModelMadeAnew(StoreBench& bench) {
  StoreModel model;
  OpenOptions options = WithTables();
  const auto fill = [&](Store& store) {
    Batch batch = NextBatch(model);
    batch.rows = {{kDebts, false, {std::int64_t{1}, std::int64_t{2}, std::int64_t{3}}}};
    batch.rows_seq = batch.after.seq;
    return AppendTo(store, model, batch);
  };
  const auto count = [&](std::size_t want) {
    const auto rows = bench.Rows(options.tables[kDebts]);
    return !rows.has_value() || rows->size() == want;
  };
  const auto store = bench.NewStore();
  WANT_OK(store->Open(options));
  WANT_OK(fill(*store));
  WANT_OK(store->Close());
  WANT_OK(store->Open(options));
  WANT(count(1));
  const auto change = [&options](int what) {
    if (what == 0) ++options.read_model_version;
    if (what == 1) options.tables[kPeople].columns.push_back({"more", ColumnType::kText});
    if (what == 2) options.views[0].select = "SELECT age FROM people";
    if (what == 3) options.tables[kDebts].indexes.clear();
    if (what == 4) options.views.clear();
  };
  for (int what = 0; what < 5; ++what) {
    WANT_OK(store->Close());
    change(what);
    const auto state = store->Open(options);
    WANT_OK(state);
    WANT(state->rows_seq == 0);
    model.rows_seq = 0;
    WANT(count(0));
    WANT_SAME(Compare(*store, *state, model));
    WANT_OK(fill(*store));
    WANT(count(1));
  }
  return "";
}

std::string Size(StoreBench& bench) {
  const auto store = bench.NewStore();
  StoreModel model;
  WANT_OK(store->Open({}));
  Batch batch = NextBatch(model);
  batch.records.assign(100'000, 'x');
  WANT_OK(AppendTo(*store, model, batch));
  const auto size = store->SizeBytes();
  WANT_OK(size);
  WANT(*size == 0 || *size >= 100'000);
  return "";
}

}  // namespace

std::vector<StoreCheck> OpenChecks() {
  return {
      {"open.empty", "a new store has an empty journal, no rows and an epoch", OpenEmpty},
      {"open.without_create", "create=false: a store that does not exist is an error",
       OpenWithoutCreate},
      {"open.twice", "a second Open of an object is InvalidArgument", OpenTwice},
      {"open.bad_definitions", "faulty tables are InvalidArgument; then it may be opened again",
       OpenBadDefinitions},
      {"open.busy", "a second writer gets Busy until the first is closed or gone", OpenBusy},
      {"open.epoch", "each Open raises the epoch", OpenRaisesEpoch},
      {"open.take_over", "take_over fences the older writer's next Append", TakeOver},
      {"open.take_over_then_close", "a fenced writer that goes leaves the new one alone",
       TakeOverThenClose},
      {"open.closed_calls", "a store that is not open answers StoreClosed; Close may repeat",
       ClosedCalls},
      {"open.reopen", "what was written is there after Close and Open", ReopenKeeps},
      {"open.read_model", "another version or definition makes the read model anew",
       ReadModelMadeAnew},
      {"open.size", "SizeBytes counts what is stored, or is 0", Size},
  };
}

}  // namespace geo::testing::internal
