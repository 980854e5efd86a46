#include "src/testing/store_probe.h"

#include <algorithm>

#include "src/base/status_macros.h"

namespace geo::testing {

std::string RunStoreCheck(const StoreCheck& check, StoreBench& bench) {
  const std::string name = std::string(check.name) + ": ";
  const Status cleared = bench.Clear();
  if (!cleared.ok()) return name + "the bench could not be cleared: " + cleared.ToString();
  const std::string failure = check.run(bench);
  return failure.empty() ? "" : name + failure + " [" + std::string(check.promise) + "]";
}

const std::vector<StoreCheck>& StoreChecks() {
  static const std::vector<StoreCheck>* const kChecks = [] {
    auto* all = new std::vector<StoreCheck>();
    for (auto* group : {internal::OpenChecks, internal::SnapshotChecks, internal::ContentChecks,
                        internal::AppendChecks, internal::DurabilityChecks}) {
      for (StoreCheck& check : group()) all->push_back(std::move(check));
    }
    return all;
  }();
  return *kChecks;
}

namespace internal {

void StoreModel::Apply(const Batch& batch) {
  head = batch.after;
  rows_seq = batch.rows_seq;
  acknowledged = batch.acknowledged;
  if (!batch.records.empty()) groups.emplace_back(batch.after.seq, batch.records);
  for (const TransactionEntry& entry : batch.transactions) {
    transactions[std::string(entry.id.text())] = entry.seq;
  }
  for (const TextEntry& entry : batch.texts) texts[entry.hash] = entry;
  for (const Hash256& hash : batch.erased_texts) texts[hash] = std::nullopt;
}

Batch NextBatch(const StoreModel& model, std::uint64_t records) {
  Batch batch;
  batch.before = model.head;
  batch.after.seq = model.head.seq + records;
  const std::string name = std::to_string(batch.after.seq);
  batch.after.hash = HashOf("head " + name);
  batch.records = std::string("\0group\xff ", 8) + name;
  batch.transactions.push_back({IdOf("tx-" + name), batch.after.seq});
  batch.texts.push_back(TextOf("text " + name, "personal " + name));
  batch.rows_seq = model.rows_seq;
  batch.acknowledged = model.acknowledged;
  return batch;
}

Status AppendTo(Store& store, StoreModel& model, const Batch& batch) {
  GEO_RETURN_IF_ERROR(store.Append(batch));
  model.Apply(batch);
  return OkStatus();
}

std::string Compare(Store& store, const StoreModel& model) {
  const auto groups = ReplayFrom(store, 0);
  WANT_OK(groups);
  WANT(groups->size() == model.groups.size());
  for (std::size_t i = 0; i < groups->size(); ++i) WANT((*groups)[i] == model.groups[i].second);
  for (const auto& [id, seq] : model.transactions) {
    const auto found = store.FindTransaction(IdOf(id));
    WANT_OK(found);
    WANT(*found == seq);
  }
  for (const auto& [hash, entry] : model.texts) {
    const auto found = store.FindText(hash);
    WANT_OK(found);
    WANT(*found == entry);
  }
  return "";
}

std::string Compare(Store& store, const StoreState& opened, const StoreModel& model) {
  WANT(opened.head == model.head);
  WANT(opened.rows_seq == model.rows_seq);
  WANT(opened.acknowledged == model.acknowledged);
  return Compare(store, model);
}

StatusOr<std::vector<std::string>> ReplayFrom(Store& store, std::uint64_t after) {
  std::vector<std::string> groups;
  GEO_RETURN_IF_ERROR(store.Replay(after, [&](std::string_view packed) -> StatusOr<bool> {
    groups.emplace_back(packed);
    return true;
  }));
  return groups;
}

StatusOr<std::vector<SnapshotSlice>> SnapshotOf(Store& store) {
  std::vector<SnapshotSlice> slices;
  GEO_RETURN_IF_ERROR(store.LoadSnapshot([&](const SnapshotSlice& slice) {
    slices.push_back(slice);
    return OkStatus();
  }));
  return slices;
}

OpenOptions WithTables() {
  using enum ColumnType;
  OpenOptions options;
  options.read_model_version = 1;
  options.tables = {
      {"people", {{"name"}, {"age", kInteger}, {"note", kText}, {"photo", kBytes}}, 1, {{"age"}}},
      {"debts", {{"from", kInteger}, {"to", kInteger}, {"amount", kInteger}}, 2, {{"to", "from"}}},
  };
  options.views = {{"adults", "SELECT name FROM people WHERE age >= 18"}};
  return options;
}

Hash256 HashOf(std::string_view name) {
  Hash256 hash;
  std::uint64_t state = 14695981039346656037u;
  for (std::size_t i = 0; i < hash.bytes.size(); ++i) {
    for (const char c : name) state = (state ^ static_cast<unsigned char>(c)) * 1099511628211u;
    hash.bytes[i] = static_cast<std::uint8_t>(state >> 32);
  }
  return hash;
}

TextEntry TextOf(std::string_view name, std::string text) {
  TextEntry entry;
  entry.hash = HashOf(name);
  std::copy_n(entry.hash.bytes.begin(), entry.salt.bytes.size(), entry.salt.bytes.begin());
  entry.text = std::move(text);
  return entry;
}

TxId IdOf(std::string_view text) {
  auto id = TxId::Parse(text);
  return id.ok() ? *std::move(id) : TxId();
}

std::string Failure(std::string_view expression, std::string_view want, const Status& got,
                    int line) {
  std::string text(expression);
  text += ": want " + std::string(want) + ", got " + std::string(ErrorName(ErrorCodeOf(got)));
  if (!got.ok()) text += " (" + std::string(got.message()) + ")";
  return text + " (line " + std::to_string(line) + ")";
}

std::string Failure(std::string_view expression, int line) {
  return std::string(expression) + " (line " + std::to_string(line) + ")";
}

}  // namespace internal
}  // namespace geo::testing
