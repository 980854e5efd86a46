// Every store of geo against the public kit.
#include "geo/testing/store_conformance.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "geo/testing/faulty_store.h"
#include "geo/testing/simulated_sqlite.h"
#include "tests/support/between_store.h"
#include "tests/support/scratch.h"
#include "tests/support/sqlite_reader.h"

namespace geo::testing {
namespace {

class MemoryBench : public StoreBench {
 public:
  Status Clear() override {
    medium_ = std::make_shared<MemoryMedium>();
    return OkStatus();
  }
  std::unique_ptr<Store> NewStore() override { return NewMemoryStore(medium_); }
  std::optional<std::vector<std::vector<ColumnValue>>> Rows(const TableDefinition& table) override {
    return medium_->Rows(table.name);
  }

 private:
  std::shared_ptr<MemoryMedium> medium_ = std::make_shared<MemoryMedium>();
};

// Forwards to a FaultyStore that the bench may hold as well, so that power can be lost after the
// store that the check knows is gone.
class Killable : public Store {
 public:
  explicit Killable(std::shared_ptr<FaultyStore> store) : store_(std::move(store)) {}
  StatusOr<StoreState> Open(const OpenOptions& options) override { return store_->Open(options); }
  Status LoadSnapshot(const std::function<Status(const SnapshotSlice&)>& visit) override {
    return store_->LoadSnapshot(visit);
  }
  Status Replay(std::uint64_t after,
                const std::function<StatusOr<bool>(std::string_view)>& visit) override {
    return store_->Replay(after, visit);
  }
  Status Append(const Batch& batch) override { return store_->Append(batch); }
  StatusOr<std::optional<std::uint64_t>> FindTransaction(const TxId& id) override {
    return store_->FindTransaction(id);
  }
  StatusOr<std::optional<TextEntry>> FindText(const Hash256& hash) override {
    return store_->FindText(hash);
  }
  Status WriteSnapshot(const SnapshotSlice& slice) override { return store_->WriteSnapshot(slice); }
  StatusOr<std::uint64_t> SizeBytes() override { return store_->SizeBytes(); }
  Status Close() override { return store_->Close(); }

 private:
  std::shared_ptr<FaultyStore> store_;
};

// A store over memory that really loses what is not durable.
class PowerlessBench : public StoreBench {
 public:
  Status Clear() override {
    last_.reset();
    medium_ = std::make_shared<MemoryMedium>();
    return OkStatus();
  }
  std::unique_ptr<Store> NewStore() override {
    auto store = std::make_shared<FaultyStore>(NewMemoryStore(medium_));
    if (kept_.has_value()) last_ = store;
    return std::make_unique<Killable>(std::move(store));
  }
  bool LosePower() override {
    if (last_ != nullptr) last_->LosePower(*kept_);
    last_.reset();
    return true;
  }
  // From now on stores live until LosePower, and then `count` of the appends that were not durable
  // are kept.
  void KeepAppends(std::size_t count) { kept_ = count; }

 private:
  std::shared_ptr<MemoryMedium> medium_ = std::make_shared<MemoryMedium>();
  std::shared_ptr<FaultyStore> last_;
  std::optional<std::size_t> kept_;
};

using tests::Between;

class SqliteBench : public StoreBench {
 public:
  Status Clear() override {
    scratch_ = std::make_unique<tests::Scratch>();
    return OkStatus();
  }
  std::unique_ptr<Store> NewStore() override { return NewSqliteStore(Path()); }
  std::optional<std::vector<std::vector<ColumnValue>>> Rows(const TableDefinition& table) override {
    std::string keys;
    for (std::size_t i = 0; i < table.key_columns; ++i) {
      keys += (i > 0 ? ", \"" : "\"") + table.columns[i].name + "\"";
    }
    return tests::SqliteReader(Path()).Rows("SELECT * FROM " + table.name + " ORDER BY " + keys);
  }

 private:
  std::string Path() const { return scratch_->File("hub.geo"); }
  std::unique_ptr<tests::Scratch> scratch_ = std::make_unique<tests::Scratch>();
};

// The SQLite store on a disk that tears what was not synced.
class SimulatedBench : public StoreBench {
 public:
  explicit SimulatedBench(std::uint64_t seed = 0) : seed_(seed) {}

  Status Clear() override {
    disk_ = std::make_unique<SimulatedDisk>();
    files_ = NewSimulatedSqliteFiles(*disk_);
    return OkStatus();
  }
  std::unique_ptr<Store> NewStore() override {
    return std::make_unique<Mortal>(NewSqliteStore(disk_->root() + "/hub.geo", files_.get()), this);
  }
  bool LosePower() override {
    disk_->Restore(left_.AfterPowerCut(seed_));
    return true;
  }

 private:
  // Its destruction is a death: what the store does then comes too late.
  class Mortal : public Between {
   public:
    Mortal(std::unique_ptr<Store> store, SimulatedBench* bench)
        : Between(std::move(store)), bench_(bench) {}
    ~Mortal() override { bench_->left_ = bench_->disk_->Image(); }

   private:
    SimulatedBench* bench_;
  };

  std::uint64_t seed_;
  std::unique_ptr<SimulatedDisk> disk_;
  std::unique_ptr<SqliteFiles> files_;
  DiskImage left_;
};

using MakeBench = std::unique_ptr<StoreBench> (*)();

struct BenchRow {
  std::string name;
  MakeBench make;
};

template <typename Bench>
std::unique_ptr<StoreBench> Make() {
  return std::make_unique<Bench>();
}

std::vector<BenchRow> Benches() {
  return {{"memory", Make<MemoryBench>},
          {"faulty_without_faults", Make<PowerlessBench>},
          {"sqlite", Make<SqliteBench>},
          {"sqlite_simulated", Make<SimulatedBench>}};
}

class StoreConformanceTest
    : public ::testing::TestWithParam<std::tuple<BenchRow, const StoreCheck*>> {};

TEST_P(StoreConformanceTest, KeepsItsPromise) {
  const auto& [row, check] = GetParam();
  const auto bench = row.make();
  EXPECT_EQ(RunStoreCheck(*check, *bench), "");
}

std::vector<const StoreCheck*> Checks() {
  std::vector<const StoreCheck*> all;
  for (const StoreCheck& check : StoreChecks()) all.push_back(&check);
  return all;
}

INSTANTIATE_TEST_SUITE_P(Stores, StoreConformanceTest,
                         ::testing::Combine(::testing::ValuesIn(Benches()),
                                            ::testing::ValuesIn(Checks())),
                         [](const auto& test) {
                           std::string name = std::get<0>(test.param).name + "_" +
                                              std::string(std::get<1>(test.param)->name);
                           std::replace(name.begin(), name.end(), '.', '_');
                           return name;
                         });

// The power cuts again, with nothing and with some of what was not durable kept.
TEST(StoreConformanceUnderPowerCutsTest, DurabilityChecksHold) {
  for (const std::size_t kept : {0u, 1u, 2u, 100u}) {
    for (const StoreCheck& check : StoreChecks()) {
      if (!check.name.starts_with("durability.") || check.name == "durability.killed") continue;
      PowerlessBench bench;
      bench.KeepAppends(kept);
      EXPECT_EQ(RunStoreCheck(check, bench), "") << "kept " << kept;
    }
  }
}

TEST(StoreConformanceUnderPowerCutsTest, DurabilityChecksHoldOnSqlite) {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    for (const StoreCheck& check : StoreChecks()) {
      if (!check.name.starts_with("durability.")) continue;
      SimulatedBench bench(seed);
      EXPECT_EQ(RunStoreCheck(check, bench), "") << "seed " << seed;
    }
  }
}

// What the kit is for: a store that breaks one promise fails a check that names it.
class BrokenStore : public Killable {
 public:
  explicit BrokenStore(std::shared_ptr<FaultyStore> store, std::string defect)
      : Killable(std::move(store)), defect_(std::move(defect)) {}
  Status Append(const Batch& batch) override {
    if (defect_ == "loses ordered appends" && batch.durability == Durability::kOrdered) {
      return OkStatus();
    }
    if (defect_ == "forgets what has no records" && batch.records.empty()) return OkStatus();
    if (defect_ == "takes what it has for new" && batch.after == last_) return OkStatus();
    Batch changed = batch;
    if (defect_ == "drops texts") changed.texts.clear();
    if (defect_ == "drops ids") changed.transactions.clear();
    if (defect_ == "sorts ids") {
      std::sort(changed.transactions.begin(), changed.transactions.end(),
                [](const auto& x, const auto& y) { return x.seq < y.seq; });
    }
    if (defect_ == "drops erasures") changed.erased_texts.clear();
    if (defect_ == "drops rows") changed.rows.clear();
    if (defect_ == "drops marks" && batch.rows_seq > 0) --changed.rows_seq;
    if (defect_ == "trims records") changed.records = changed.records.c_str();
    if (defect_ == "never durable") changed.durability = Durability::kOrdered;
    if (defect_ == "trims rows") Trim(changed.rows);
    const Status status = Killable::Append(changed);
    if (status.ok()) last_ = batch.after;
    if (defect_ == "writes a part of what it refuses" && !status.ok()) {
      changed.texts.clear();
      Killable::Append(changed).IgnoreError();
    }
    return defect_ == "hides conflicts" && ErrorCodeOf(status) == ErrorCode::kStoreConflict
               ? OkStatus()
               : status;
  }
  StatusOr<std::optional<std::uint64_t>> FindTransaction(const TxId& id) override {
    if (defect_ == "folds case" && id == *TxId::Parse("A")) {
      return Killable::FindTransaction(*TxId::Parse("a"));
    }
    return Killable::FindTransaction(id);
  }
  Status WriteSnapshot(const SnapshotSlice& slice) override {
    SnapshotSlice changed = slice;
    if (defect_ == "completes early") changed.last = true;
    const Status status = Killable::WriteSnapshot(changed);
    return defect_ == "drops slices out of order" && slice.slice > 0 ? OkStatus() : status;
  }
  Status LoadSnapshot(const std::function<Status(const SnapshotSlice&)>& visit) override {
    if (defect_ != "visits on after an error") return Killable::LoadSnapshot(visit);
    Status first;
    const Status status = Killable::LoadSnapshot([&](const SnapshotSlice& slice) {
      first.Update(visit(slice));
      return OkStatus();
    });
    return status.ok() ? first : status;
  }
  StatusOr<StoreState> Open(const OpenOptions& options) override {
    OpenOptions changed = options;
    if (defect_ == "always takes over") changed.take_over = true;
    if (defect_ == "ignores versions") changed.read_model_version = 0, changed.views.clear();
    return Killable::Open(changed);
  }

 private:
  static void Trim(std::vector<RowChange>& rows) {
    for (RowChange& row : rows) {
      for (ColumnValue& value : row.values) {
        if (auto* text = std::get_if<std::string>(&value)) *text = text->c_str();
      }
    }
  }

  std::string defect_;
  JournalHead last_;
};

class BrokenBench : public MemoryBench {
 public:
  explicit BrokenBench(std::string defect) : defect_(std::move(defect)) {}
  std::unique_ptr<Store> NewStore() override {
    last_ = std::make_shared<FaultyStore>(MemoryBench::NewStore());
    auto store = std::make_unique<BrokenStore>(last_, defect_);
    if (defect_ != "never durable") last_.reset();
    return store;
  }
  Status Clear() override {
    last_.reset();
    return MemoryBench::Clear();
  }
  bool LosePower() override {
    if (last_ != nullptr) last_->LosePower();
    last_.reset();
    return true;
  }

 private:
  std::string defect_;
  std::shared_ptr<FaultyStore> last_;
};

TEST(StoreKitTest, CatchesEachDefect) {
  const std::multimap<std::string, std::string> caught_by = {
      {"drops texts", "content.texts"},
      {"drops ids", "content.transactions"},
      {"sorts ids", "content.last_entries"},
      {"drops erasures", "content.texts"},
      {"drops rows", "append.rows"},
      {"trims rows", "append.rows"},
      {"drops marks", "open.reopen"},
      {"trims records", "append.nothing"},
      {"hides conflicts", "append.conflict"},
      {"takes what it has for new", "append.conflict"},
      {"writes a part of what it refuses", "append.oversized"},
      {"forgets what has no records", "append.without_records"},
      {"folds case", "content.transactions"},
      {"completes early", "snapshot.unfinished"},
      {"drops slices out of order", "snapshot.unfinished"},
      {"visits on after an error", "snapshot.visit_stops"},
      {"always takes over", "open.busy"},
      {"ignores versions", "open.read_model"},
      {"never durable", "durability.durable"},
      {"never durable", "durability.ordered"},
      {"loses ordered appends", "durability.snapshot"},
  };
  for (const auto& [defect, name] : caught_by) {
    std::set<std::string> failed;
    for (const StoreCheck& check : StoreChecks()) {
      BrokenBench bench(defect);
      if (!RunStoreCheck(check, bench).empty()) failed.insert(std::string(check.name));
    }
    EXPECT_TRUE(failed.contains(name)) << defect << ": " << ::testing::PrintToString(failed);
  }
}

TEST(StoreKitTest, NamesAreUnique) {
  std::set<std::string_view> names;
  for (const StoreCheck& check : StoreChecks()) {
    EXPECT_TRUE(names.insert(check.name).second) << check.name;
    EXPECT_FALSE(check.promise.empty()) << check.name;
  }
}

}  // namespace
}  // namespace geo::testing
