// What an append to a store costs.
//
// Groups of payments of 150 bytes with a transaction id each, and read-model rows spread evenly
// over a table of debts. Ids ascend in time, or are random as UUIDs are; random ones touch a page
// of the index each.
//
// items_per_second counts payments; with process CPU time it is payments per CPU second.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <memory>
#include <random>
#include <string>

#include "geo/storage/store.h"
#include "tests/support/scratch.h"

namespace geo {
namespace {

OpenOptions Options() {
  using enum ColumnType;
  OpenOptions options;
  options.tables = {{"debts",
                     {{"equivalent", kInteger},
                      {"debtor", kInteger},
                      {"creditor", kInteger},
                      {"units", kInteger}},
                     3,
                     {{"creditor"}}},
                    {"payments",
                     {{"seq", kInteger}, {"payer", kInteger}, {"payee", kInteger}, {"routes"}},
                     1,
                     {}}};
  return options;
}

class Load {
 public:
  Load(std::size_t rows_per_payment, std::int64_t debts, bool random_ids)
      : rows_per_payment_(rows_per_payment), people_(debts / 8), random_ids_(random_ids) {}

  // `count` payments behind the head.
  const Batch& Next(std::size_t count) {
    batch_.before = batch_.after;
    batch_.after.seq += count;
    batch_.records.resize(150 * count);
    for (char& c : batch_.records) c = static_cast<char>(random_());
    batch_.transactions.clear();
    batch_.rows.clear();
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint64_t seq = batch_.before.seq + i + 1;
      batch_.transactions.push_back({*TxId::Parse(Id(seq)), seq});
      for (std::size_t row = 0; row < rows_per_payment_; ++row) batch_.rows.push_back(Debt());
    }
    batch_.rows_seq = batch_.after.seq;
    return batch_;
  }

 private:
  std::string Id(std::uint64_t seq) {
    const std::string text = std::to_string(random_()) + std::to_string(random_());
    return random_ids_ ? text.substr(0, 36)
                       : std::to_string(1'000'000'000 + seq) + text.substr(0, 26);
  }

  RowChange Debt() {
    const auto debtor = static_cast<std::int64_t>(random_() >> 1) % people_;
    const auto creditor = (debtor * 7919 + static_cast<std::int64_t>(random_() % 8)) % people_;
    return {
        0, false, {std::int64_t{0}, debtor, creditor, static_cast<std::int64_t>(random_() >> 30)}};
  }

  std::size_t rows_per_payment_;
  std::int64_t people_;
  bool random_ids_;
  std::mt19937_64 random_{1};
  Batch batch_;
};

void Append(benchmark::State& state, std::unique_ptr<Store> store) {
  const auto group = static_cast<std::size_t>(state.range(0));
  if (!store->Open(Options()).ok()) return state.SkipWithError("open");
  Load load(static_cast<std::size_t>(state.range(1)), state.range(2), state.range(3) != 0);
  for (auto _ : state) {
    state.PauseTiming();
    const Batch& batch = load.Next(group);
    state.ResumeTiming();
    const Status status = store->Append(batch);
    if (!status.ok()) return state.SkipWithError(status.ToString().c_str());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(group));
}

void SqliteAppend(benchmark::State& state) {
  const tests::Scratch scratch;
  Append(state, NewSqliteStore(scratch.File("hub.geo")));
}
BENCHMARK(SqliteAppend)
    ->ArgNames({"group", "rows", "debts", "random_ids"})
    ->Args({1, 2, 40'000, 0})
    ->Args({100, 2, 40'000, 0})
    ->Args({1000, 0, 40'000, 0})
    ->Args({1000, 0, 40'000, 1})
    ->Args({1000, 2, 40'000, 0})
    ->Args({1000, 2, 400'000, 0})
    ->Args({1000, 2, 400'000, 1})
    ->Args({8000, 2, 40'000, 0})
    ->MeasureProcessCPUTime();

void MemoryAppend(benchmark::State& state) { Append(state, NewMemoryStore()); }
BENCHMARK(MemoryAppend)
    ->ArgNames({"group", "rows", "debts", "random_ids"})
    ->Args({1000, 0, 40'000, 1})
    ->MeasureProcessCPUTime();

}  // namespace
}  // namespace geo
