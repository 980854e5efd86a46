// Replay, the transaction index and the side table of texts.
#include <limits>

#include "src/testing/store_probe.h"

namespace geo::testing::internal {
namespace {

// Groups of 1, 2, 3, 4 and 5 records: 1 | 2 3 | 4 5 6 | 7 … 10 | 11 … 15.
Status AppendGroups(Store& store, StoreModel& model) {
  for (std::uint64_t size = 1; size <= 5; ++size) {
    const Status status = AppendTo(store, model, NextBatch(model, size));
    if (!status.ok()) return status;
  }
  return OkStatus();
}

std::string ReplayBegins(StoreBench& bench) {
  const auto store = bench.NewStore();
  StoreModel model;
  WANT_OK(store->Open({}));
  WANT(ReplayFrom(*store, 0)->empty());
  WANT(ReplayFrom(*store, 7)->empty());
  WANT_OK(AppendGroups(*store, model));
  for (std::uint64_t after = 0; after <= 20; ++after) {
    std::vector<std::string> want;
    for (const auto& [last, bytes] : model.groups) {
      if (last > after) want.push_back(bytes);
    }
    const auto got = ReplayFrom(*store, after);
    WANT_OK(got);
    WANT(*got == want);
  }
  WANT(ReplayFrom(*store, std::numeric_limits<std::uint64_t>::max())->empty());
  return "";
}

std::string ReplayStops(StoreBench& bench) {
  const auto store = bench.NewStore();
  StoreModel model;
  WANT_OK(store->Open({}));
  WANT_OK(AppendGroups(*store, model));
  for (int stop = 1; stop <= 5; ++stop) {
    int visits = 0;
    WANT_OK(store->Replay(0, [&](std::string_view) -> StatusOr<bool> { return ++visits < stop; }));
    WANT(visits == stop);
    visits = 0;
    const Status mine = MakeError(ErrorCode::kChainBroken, "mine");
    WANT(store->Replay(0, [&](std::string_view) -> StatusOr<bool> {
      if (++visits == stop) return mine;
      return true;
    }) == mine);
    WANT(visits == stop);
  }
  WANT_OK(AppendTo(*store, model, NextBatch(model)));  // nothing was left behind
  return Compare(*store, model);
}

std::string ReplayMayFind(StoreBench& bench) {
  const auto store = bench.NewStore();
  StoreModel model;
  WANT_OK(store->Open({}));
  WANT_OK(AppendGroups(*store, model));
  std::uint64_t found = 0;
  WANT_OK(store->Replay(0, [&](std::string_view) -> StatusOr<bool> {
    const auto seq = store->FindTransaction(IdOf("tx-10"));
    const auto text = store->FindText(HashOf("text 10"));
    if (seq.ok() && *seq == 10 && text.ok() && text->has_value()) ++found;
    return true;
  }));
  WANT(found == 5);
  return "";
}

std::string LargeGroup(StoreBench& bench) {
  const auto store = bench.NewStore();
  StoreModel model;
  WANT_OK(store->Open({}));
  for (const std::size_t size : {std::size_t{1}, std::size_t{4096}, std::size_t{3} << 20}) {
    Batch batch = NextBatch(model);
    batch.records.clear();
    for (std::size_t i = 0; i < size; ++i) {
      batch.records.push_back(static_cast<char>((i * 2654435761u) >> 13));
    }
    WANT_OK(AppendTo(*store, model, batch));
  }
  return Compare(*store, model);
}

std::string Transactions(StoreBench& bench) {
  const auto store = bench.NewStore();
  StoreModel model;
  WANT_OK(store->Open({}));
  Batch batch = NextBatch(model, 9);
  batch.transactions = {{IdOf("a"), 1},  {IdOf("A"), 2},   {IdOf("a."), 3},
                        {IdOf("a:"), 4}, {IdOf("007"), 5}, {IdOf("7"), 6},
                        {IdOf("-"), 7},  {IdOf("a"), 8},   {IdOf(std::string(64, 'z')), 9}};
  WANT_OK(AppendTo(*store, model, batch));
  WANT(model.transactions.at("a") == 8);
  WANT_SAME(Compare(*store, model));
  for (const std::string_view unknown : {"b", "aa", "z", "7.0", "07"}) {
    const auto found = store->FindTransaction(IdOf(unknown));
    WANT_OK(found);
    WANT(!found->has_value());
  }
  WANT(!store->FindTransaction(IdOf(std::string(63, 'z')))->has_value());
  WANT(!store->FindTransaction(TxId())->has_value());
  batch = NextBatch(model);
  batch.transactions = {{IdOf("A"), 10}, {IdOf("new"), 10}};
  WANT_OK(AppendTo(*store, model, batch));
  return Compare(*store, model);
}

// Also where rows make a store keep its index in another way.
std::string LastEntries(StoreBench& bench) {
  constexpr std::int64_t kOne = 1;
  const auto store = bench.NewStore();
  StoreModel model;
  WANT_OK(store->Open(WithTables()));
  for (const bool with_rows : {false, true, false}) {
    Batch batch = NextBatch(model, 3);
    const std::uint64_t last = batch.after.seq;
    batch.transactions = {
        {IdOf("twice"), last - 1}, {IdOf("other"), last}, {IdOf("twice"), last - 2}};
    if (with_rows) batch.rows = {{kDebts, false, {kOne, kOne, kOne}}};
    WANT_OK(AppendTo(*store, model, batch));
    WANT(model.transactions.at("twice") == last - 2);
    WANT_SAME(Compare(*store, model));
  }
  return "";
}

std::string Texts(StoreBench& bench) {
  const auto store = bench.NewStore();
  StoreModel model;
  WANT_OK(store->Open({}));
  Batch batch = NextBatch(model);
  batch.texts = {TextOf("empty", ""), TextOf("zero", std::string("a\0b", 3)),
                 TextOf("long", std::string(kMaxStoredTextBytes, 'x')),
                 TextOf("both", "set and erased at once"), TextOf("name", "Ann")};
  batch.erased_texts = {HashOf("both"), HashOf("never there")};
  WANT_OK(AppendTo(*store, model, batch));
  WANT_SAME(Compare(*store, model));
  batch = NextBatch(model);
  batch.texts = {TextOf("name", "Ann")};  // once more
  batch.erased_texts = {HashOf("long"), HashOf("empty"), HashOf("long")};
  WANT_OK(AppendTo(*store, model, batch));
  WANT_SAME(Compare(*store, model));
  batch = NextBatch(model);
  batch.texts = {TextOf("long", "back again"), TextOf("both", "too")};
  WANT_OK(AppendTo(*store, model, batch));
  WANT_SAME(Compare(*store, model));
  WANT_OK(store->Close());
  WANT_OK(store->Open({}));
  return Compare(*store, model);
}

}  // namespace

std::vector<StoreCheck> ContentChecks() {
  return {
      {"replay.begins", "Replay begins with the group that holds record after+1", ReplayBegins},
      {"replay.stops", "Replay stops when visit says so, and returns its error", ReplayStops},
      {"replay.may_find", "visit may call the Find functions", ReplayMayFind},
      {"replay.large_group", "records come back byte for byte, small or large", LargeGroup},
      {"content.transactions", "FindTransaction gives the record that last changed an id",
       Transactions},
      {"content.last_entries", "of several entries of an id in a batch the last one counts",
       LastEntries},
      {"content.texts", "FindText gives the text until it is erased", Texts},
  };
}

}  // namespace geo::testing::internal
