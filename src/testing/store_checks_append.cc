// Append: what it refuses, and that it is all or nothing.
#include <limits>

#include "src/testing/store_probe.h"

namespace geo::testing::internal {
namespace {

using Integer = std::int64_t;

// A store with two records, its read model and marks moved.
struct Started {
  explicit Started(StoreBench& bench) : store(bench.NewStore()) {}

  Status Start() {
    const auto state = store->Open(WithTables());
    if (!state.ok()) return state.status();
    Batch batch = NextBatch(model, 2);
    batch.rows = {{kDebts, false, {Integer{1}, Integer{2}, Integer{3}}}};
    batch.rows_seq = 2;
    batch.acknowledged = 1;
    return AppendTo(*store, model, batch);
  }

  std::unique_ptr<Store> store;
  StoreModel model;
};

// A batch full of everything, so that a leak of any part would show.
Batch FullBatch(const StoreModel& model) {
  Batch batch = NextBatch(model, 3);
  batch.erased_texts = {model.texts.begin()->first};
  batch.rows = {{kDebts, true, {Integer{1}, Integer{2}}},
                {kPeople, false, {"Ann", Integer{30}, std::monostate(), "\x01"}}};
  batch.rows_seq = batch.after.seq;
  batch.acknowledged = batch.after.seq;
  return batch;
}

// Nothing of a refused batch is there, also after closing and opening again.
std::string WantUntouched(StoreBench& bench, Started& started, const Batch& refused) {
  StoreModel want = started.model;
  for (const TransactionEntry& entry : refused.transactions) {
    const auto found = started.store->FindTransaction(entry.id);
    WANT_OK(found);
    WANT(!found->has_value() || want.transactions.contains(std::string(entry.id.text())));
  }
  for (const TextEntry& entry : refused.texts) want.texts.try_emplace(entry.hash, std::nullopt);
  WANT_SAME(Compare(*started.store, want));
  WANT_OK(started.store->Close());
  const auto state = started.store->Open(WithTables());
  WANT_OK(state);
  WANT_SAME(Compare(*started.store, *state, want));
  const auto people = bench.Rows(WithTables().tables[kPeople]);
  WANT(!people.has_value() || people->empty());
  const auto debts = bench.Rows(WithTables().tables[kDebts]);
  WANT(!debts.has_value() || debts->size() == 1);
  return "";
}

std::string Conflict(StoreBench& bench) {
  Started started(bench);
  WANT_OK(started.Start());
  const Batch good = FullBatch(started.model);
  for (const std::uint64_t seq : {0U, 1U, 3U, 1000U}) {
    Batch batch = good;
    batch.before.seq = seq;
    batch.after.seq = 2000;
    WANT_ERROR(started.store->Append(batch), StoreConflict);
  }
  Batch other = good;
  other.before.hash = HashOf("other");
  WANT_ERROR(started.store->Append(other), StoreConflict);
  WANT_SAME(WantUntouched(bench, started, good));
  WANT_OK(AppendTo(*started.store, started.model, good));
  WANT_ERROR(started.store->Append(good), StoreConflict);
  return Compare(*started.store, started.model);
}

using Spoil = void (*)(Batch&);

// Each makes a good batch (records 3 to 5, rows_seq at 2, acknowledged at 1 so far) wrong.
const Spoil kWrongHeads[] = {
    [](Batch& b) { b.records.clear(); },
    [](Batch& b) { b.after = b.before; },
    [](Batch& b) { b.after.seq = b.before.seq; },
    [](Batch& b) { b.after.seq = b.before.seq - 1; },
    [](Batch& b) { b.after.seq = std::uint64_t{1} << 63; },
    [](Batch& b) { b.rows_seq = 1; },
    [](Batch& b) { b.rows_seq = 6; },
    [](Batch& b) { b.acknowledged = 0; },
    [](Batch& b) { b.acknowledged = 6; },
    [](Batch& b) { b.durability = static_cast<Durability>(0); },
    [](Batch& b) { b.durability = static_cast<Durability>(4); },
    [](Batch& b) {
      b.transactions.push_back({TxId(), 5});
    },
    [](Batch& b) {
      b.transactions.push_back({IdOf("tx"), 0});
    },
    [](Batch& b) {
      b.transactions.push_back({IdOf("tx"), 6});
    },
};

const Spoil kWrongRows[] = {
    [](Batch& b) {
      b.rows.push_back({2, false, {Integer{1}}});
    },
    [](Batch& b) {
      b.rows.push_back({kDebts, false, {Integer{1}, Integer{2}}});
    },
    [](Batch& b) {
      b.rows.push_back({kDebts, true, {Integer{1}, Integer{2}, Integer{3}}});
    },
    [](Batch& b) {
      b.rows.push_back({kDebts, true, {}});
    },
    [](Batch& b) {
      b.rows.push_back({kDebts, false, {Integer{1}, "2", Integer{3}}});
    },
    [](Batch& b) {
      b.rows.push_back({kDebts, false, {Integer{1}, std::monostate(), Integer{3}}});
    },
    [](Batch& b) {
      b.rows.push_back({kPeople, false, {Integer{1}, Integer{2}, "", ""}});
    },
    [](Batch& b) {
      b.rows.push_back({kPeople, false, {"\xff", Integer{2}, "", ""}});
    },
    [](Batch& b) {
      b.rows.push_back({kPeople, true, {std::string("a\0b", 3)}});
    },
};

std::string Contradictions(StoreBench& bench) {
  Started started(bench);
  WANT_OK(started.Start());
  const Batch good = FullBatch(started.model);
  int number = 0;
  const auto refused = [&](Spoil spoil) {
    Batch batch = good;
    spoil(batch);
    ++number;
    return ErrorCodeOf(started.store->Append(batch)) == ErrorCode::kInvalidArgument
               ? ""
               : "contradiction " + std::to_string(number) + " is not InvalidArgument";
  };
  for (const Spoil spoil : kWrongHeads) WANT_SAME(refused(spoil));
  for (const Spoil spoil : kWrongRows) WANT_SAME(refused(spoil));
  WANT_SAME(WantUntouched(bench, started, good));
  WANT_OK(AppendTo(*started.store, started.model, good));
  return Compare(*started.store, started.model);
}

std::string Oversized(StoreBench& bench) {
  Started started(bench);
  WANT_OK(started.Start());
  const Batch good = FullBatch(started.model);
  Batch batch = good;
  batch.texts.push_back(TextOf("long", std::string(kMaxStoredTextBytes + 1, 'x')));
  WANT_ERROR(started.store->Append(batch), TooLarge);
  return WantUntouched(bench, started, good);
}

std::string Nothing(StoreBench& bench) {
  Started started(bench);
  WANT_OK(started.Start());
  Batch batch;
  batch.before = batch.after = started.model.head;
  batch.rows_seq = started.model.rows_seq;
  batch.acknowledged = started.model.acknowledged;
  for (const Durability durability :
       {Durability::kMemory, Durability::kOrdered, Durability::kDurable}) {
    batch.durability = durability;
    WANT_OK(started.store->Append(batch));
  }
  return Compare(*started.store, started.model);
}

// Marks, rows, texts and ids may change without a record.
std::string WithoutRecords(StoreBench& bench) {
  Started started(bench);
  WANT_OK(started.Start());
  Batch batch = FullBatch(started.model);
  batch.after = batch.before;
  batch.records.clear();
  batch.transactions[0].seq = 2;
  batch.rows_seq = batch.acknowledged = 2;
  WANT_OK(AppendTo(*started.store, started.model, batch));
  WANT_OK(started.store->Close());
  const auto state = started.store->Open(WithTables());
  WANT_OK(state);
  return Compare(*started.store, *state, started.model);
}

std::string RowsUpsertAndRemove(StoreBench& bench) {
  Started started(bench);
  WANT_OK(started.Start());
  const Integer low = std::numeric_limits<Integer>::min();
  const Integer high = std::numeric_limits<Integer>::max();
  Batch batch = NextBatch(started.model);
  batch.rows = {
      {kDebts, true, {Integer{7}, Integer{7}}},  // was never there
      {kDebts, false, {Integer{1}, Integer{2}, high}},
      {kDebts, false, {high, low, Integer{0}}},
      {kDebts, false, {low, high, Integer{-1}}},
      {kDebts, false, {Integer{5}, Integer{6}, Integer{1}}},
      {kDebts, true, {Integer{5}, Integer{6}}},
      {kDebts, false, {Integer{6}, Integer{5}, Integer{1}}},
      {kDebts, true, {Integer{6}, Integer{5}}},
      {kDebts, false, {Integer{6}, Integer{5}, Integer{2}}},
      {kPeople, false, {"O'Hara \"x\" \n\xc3\xa9", low, "", std::string("\0\xff'\0", 4)}},
      {kPeople, false, {"", std::monostate(), std::monostate(), std::monostate()}},
      {kPeople, false, {"1", Integer{1}, "2", "3"}},
  };
  WANT_OK(AppendTo(*started.store, started.model, batch));
  const auto debts = bench.Rows(WithTables().tables[kDebts]);
  const Rows want_debts = {{low, high, Integer{-1}},
                           {Integer{1}, Integer{2}, high},
                           {Integer{6}, Integer{5}, Integer{2}},
                           {high, low, Integer{0}}};
  WANT(!debts.has_value() || *debts == want_debts);
  const auto people = bench.Rows(WithTables().tables[kPeople]);
  const Rows want_people = {{"", std::monostate(), std::monostate(), std::monostate()},
                            {"1", Integer{1}, "2", "3"},
                            {"O'Hara \"x\" \n\xc3\xa9", low, "", std::string("\0\xff'\0", 4)}};
  WANT(!people.has_value() || *people == want_people);
  return "";
}

}  // namespace

std::vector<StoreCheck> AppendChecks() {
  return {
      {"append.conflict", "`before` must equal the head, else StoreConflict and nothing written",
       Conflict},
      {"append.contradictions",
       "a batch that contradicts itself is InvalidArgument, nothing written", Contradictions},
      {"append.oversized", "text above its limit: TooLarge and nothing written", Oversized},
      {"append.nothing", "a batch with nothing in it is fine", Nothing},
      {"append.without_records", "a batch without records is fine", WithoutRecords},
      {"append.rows", "rows are set and removed in order; a later change of a row wins",
       RowsUpsertAndRemove},
  };
}

}  // namespace geo::testing::internal
