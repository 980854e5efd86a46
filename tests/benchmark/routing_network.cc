#include "tests/benchmark/routing_network.h"

#include <malloc.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "geo/routing/capacity_graph.h"
#include "tests/support/environment.h"
#include "tests/support/gzip.h"

namespace geo::bench {
namespace {

using graph::Flow;
using testing::GeneratedDebt;
using testing::GeneratedLine;
using testing::GeneratedNetwork;

constexpr int kDataPrecision = 6;
constexpr std::size_t kEffectsPerRecord = 50'000;

// Benchmarks have nobody to return an error to.
void Require(bool holds, std::string_view what) {
  if (holds) return;
  std::fprintf(stderr, "benchmark: %.*s\n", static_cast<int>(what.size()), what.data());
  std::exit(1);
}

std::size_t HeapBytes() {
  const struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

struct DataRow {
  std::uint32_t first = 0;
  std::uint32_t second = 0;
  Amount amount = 0;
};

// The first three columns of a file of the data folder.
std::vector<DataRow> ReadRows(const std::filesystem::path& path) {
  std::vector<DataRow> rows;
  std::istringstream lines(tests::Unzipped(path));
  std::string line;
  std::getline(lines, line);
  while (std::getline(lines, line)) {
    std::istringstream fields(line);
    DataRow row;
    char comma = 0;
    std::string amount;
    fields >> row.first >> comma >> row.second >> comma;
    std::getline(fields, amount, ',');
    const auto parsed = ParseAmount(amount, kDataPrecision);
    Require(parsed.ok(), "an amount of the data folder cannot be read");
    row.amount = *parsed;
    rows.push_back(row);
  }
  return rows;
}

std::filesystem::path FolderOf(const NetworkName& name) { return tests::DataDir() / name.label; }

// Accounts are any numbers; participants are counted from 0.
class Numbering {
 public:
  std::uint32_t operator()(std::uint32_t account) {
    return numbers_.try_emplace(account, static_cast<std::uint32_t>(numbers_.size())).first->second;
  }
  std::uint32_t count() const { return static_cast<std::uint32_t>(numbers_.size()); }

 private:
  std::unordered_map<std::uint32_t, std::uint32_t> numbers_;
};

GeneratedNetwork ReadNetwork(const NetworkName& name, std::vector<KnownFlow>* known) {
  GeneratedNetwork network;
  Numbering number;
  const std::filesystem::path folder = FolderOf(name);
  for (const DataRow& row : ReadRows(folder / "trustlines.csv.gz")) {
    network.lines.push_back({number(row.first), number(row.second), row.amount});
  }
  if (std::filesystem::exists(folder / "debts.csv.gz")) {
    for (const DataRow& row : ReadRows(folder / "debts.csv.gz")) {
      network.debts.push_back({number(row.first), number(row.second), row.amount});
    }
  }
  for (const DataRow& row : ReadRows(folder / "golden-maxflow.csv")) {
    known->push_back({number(row.first), number(row.second), row.amount});
  }
  network.participants = number.count();
  return network;
}

void Add(Flow* capacity, Amount amount) {
  const Amount before = *capacity == graph::kAbsent ? 0 : *capacity;
  *capacity = before + amount;
}

// Spec 01 §4.6: the flow u→v uses the line v→u, less what u owes v, plus what v owes u.
std::vector<CapacityPair> PairsOf(const GeneratedNetwork& network) {
  std::vector<CapacityPair> pairs;
  const auto side = [](std::uint32_t tail, std::uint32_t head, Amount amount) {
    CapacityPair pair{std::min(tail, head), std::max(tail, head), graph::kAbsent, graph::kAbsent};
    (tail < head ? pair.uv : pair.vu) = amount;
    return pair;
  };
  for (const GeneratedLine& line : network.lines) {
    pairs.push_back(side(line.debtor, line.owner, line.limit));
  }
  for (const GeneratedDebt& debt : network.debts) {
    CapacityPair pair = side(debt.creditor, debt.debtor, debt.amount);
    (debt.debtor < debt.creditor ? pair.uv : pair.vu) = -debt.amount;
    pairs.push_back(pair);
  }
  std::stable_sort(pairs.begin(), pairs.end(), [](const CapacityPair& x, const CapacityPair& y) {
    return std::pair(x.u, x.v) < std::pair(y.u, y.v);
  });
  std::vector<CapacityPair> merged;
  for (const CapacityPair& pair : pairs) {
    if (merged.empty() || merged.back().u != pair.u || merged.back().v != pair.v) {
      merged.push_back({pair.u, pair.v, graph::kAbsent, graph::kAbsent});
    }
    if (pair.uv != graph::kAbsent) Add(&merged.back().uv, pair.uv);
    if (pair.vu != graph::kAbsent) Add(&merged.back().vu, pair.vu);
  }
  for (CapacityPair& pair : merged) {  // debts above their limit
    if (pair.uv != graph::kAbsent) pair.uv = std::max<Flow>(pair.uv, 0);
    if (pair.vu != graph::kAbsent) pair.vu = std::max<Flow>(pair.vu, 0);
  }
  return merged;
}

struct Kept {
  std::string label;
  std::unique_ptr<Workbench> workbenches[2];  // without policies, with
  std::uint64_t generation = 0;
};

Kept& TheKept() {
  static Kept kept;
  return kept;
}

}  // namespace

bool IsPresent(const NetworkName& name) {
  return name.generated || std::filesystem::exists(FolderOf(name) / "trustlines.csv.gz");
}

std::uint64_t WorkbenchGeneration() { return TheKept().generation; }

Workbench& WorkbenchOf(const NetworkName& name) {
  Kept& kept = TheKept();
  if (kept.label != name.label) {
    for (auto& workbench : kept.workbenches) workbench.reset();
    kept.label = name.label;
    ++kept.generation;
  }
  auto& workbench = kept.workbenches[name.policies ? 1 : 0];
  if (workbench == nullptr) workbench = std::make_unique<Workbench>(name);
  return *workbench;
}

Workbench::Workbench(const NetworkName& name) : name_(name) {
  if (!name.generated) {
    network_ = ReadNetwork(name, &known_flows_);
    return;
  }
  auto network = testing::GenerateNetwork(name.options);
  Require(network.ok(), "the network cannot be generated");
  network_ = *std::move(network);
}

const std::vector<CapacityPair>& Workbench::pairs() {
  if (pairs_.empty()) pairs_ = PairsOf(network_);
  return pairs_;
}

const graph::ResidualGraph& Workbench::graph() {
  if (graph_ != nullptr) return *graph_;
  graph_ = std::make_unique<graph::ResidualGraph>();
  if (name_.policies) {
    auto made = CapacityGraph(ledger(), kEquivalent, kDay);
    Require(made.ok(), "the graph with policies cannot be made");
    *graph_ = *std::move(made);
    return *graph_;
  }
  Require(graph_->Grow(network_.participants).ok(), "too many participants");
  for (const CapacityPair& pair : pairs()) {
    const auto inserted =
        graph_->Insert(pair.u, pair.v, graph::PlainArc(pair.uv), graph::PlainArc(pair.vu));
    Require(inserted.ok(), "an edge cannot be inserted");
  }
  return *graph_;
}

Pid Workbench::PidOf(std::uint32_t participant) {
  Pid pid;
  // Scattered, as hashes are.
  const std::uint64_t mixed = (participant + 1) * 0x9e3779b97f4a7c15ULL;
  for (std::size_t i = 0; i < 8; ++i) pid.bytes[i] = static_cast<std::uint8_t>(mixed >> (8 * i));
  return pid;
}

EquivalentCode Workbench::Code() { return EquivalentCode::Parse("HOUR").value(); }

Timestamp Workbench::Now() { return kDay * 24 * 3600 * 1'000'000; }

bool Workbench::Apply(RecordKind kind, std::vector<Effect> effects) {
  Record record;
  record.kind = kind;
  record.seq = ++seq_;
  record.time = Now();
  record.effects = std::move(effects);
  if (!ledger_->Check(record).ok()) return false;
  ledger_->Apply(record);
  return true;
}

LinePolicy Workbench::PolicyOf(const GeneratedLine& line) {
  LinePolicy policy;
  if (!name_.policies) return policy;
  const auto one_in_twenty = [&] { return random_() % 20 == 0; };
  if (one_in_twenty()) policy.can_be_intermediate = false;
  if (one_in_twenty()) policy.max_hops = 6 + static_cast<std::uint32_t>(random_() % 5);
  if (one_in_twenty()) policy.daily_limit = line.limit;
  if (one_in_twenty()) policy.max_single_payment = line.limit / 2;
  if (one_in_twenty()) {
    for (int i = 0; i < 3; ++i) {
      policy.blocked_participants.push_back(
          PidOf(static_cast<std::uint32_t>(random_() % network_.participants)));
    }
    auto& blocked = policy.blocked_participants;
    std::sort(blocked.begin(), blocked.end());
    blocked.erase(std::unique(blocked.begin(), blocked.end()), blocked.end());
  }
  return policy;
}

void Workbench::Found() {
  Genesis genesis;
  genesis.network = "benchmark";
  Equivalent hours;
  hours.code = Code();
  hours.precision = name_.generated ? testing::kGeneratedPrecision : kDataPrecision;
  Require(Apply(RecordKind::kGenesis, {GenesisEffect{genesis}}), "genesis");
  Require(Apply(RecordKind::kCreateEquivalent, {EquivalentEffect{kEquivalent, {}, hours}}),
          "equivalent");
  std::vector<Effect> effects;
  for (std::uint32_t i = 0; i < network_.participants; ++i) {
    Participant participant;
    participant.pid = PidOf(i);
    effects.emplace_back(ParticipantEffect{i, std::nullopt, participant});
    if (effects.size() == kEffectsPerRecord || i + 1 == network_.participants) {
      Require(Apply(RecordKind::kRegisterParticipant, std::exchange(effects, {})), "participants");
    }
  }
}

void Workbench::OpenLines() {
  std::vector<Effect> effects;
  for (std::uint32_t i = 0; i < network_.lines.size(); ++i) {
    const GeneratedLine& given = network_.lines[i];
    TrustLine line;
    for (std::size_t k = 0; k < 4; ++k) {
      line.id.bytes[k] = static_cast<std::uint8_t>((i + 1) >> (8 * k));
    }
    line.equivalent = kEquivalent;
    line.owner = given.owner;
    line.debtor = given.debtor;
    line.limit = given.limit;
    line.policy = PolicyOf(given);
    effects.emplace_back(LineEffect{i, std::nullopt, line});
    if (effects.size() == kEffectsPerRecord || i + 1 == network_.lines.size()) {
      Require(Apply(RecordKind::kOpenLine, std::exchange(effects, {})), "lines");
    }
  }
}

void Workbench::Owe() {
  std::vector<Effect> effects;
  for (const GeneratedDebt& debt : network_.debts) {
    effects.emplace_back(DebtEffect{kEquivalent, debt.debtor, debt.creditor, 0, debt.amount, 0, 0});
    if (effects.size() == kEffectsPerRecord) {
      Require(Apply(RecordKind::kOpeningBalances, std::exchange(effects, {})), "debts");
    }
  }
  if (effects.empty()) return;
  Require(Apply(RecordKind::kOpeningBalances, std::move(effects)), "debts");
}

const Ledger& Workbench::ledger() {
  if (ledger_ == nullptr) {
    ledger_ = std::make_unique<Ledger>();
    Found();
    OpenLines();
    Owe();
  }
  return *ledger_;
}

Router& Workbench::router() {
  if (router_ == nullptr) {
    ledger();
    const std::size_t before = HeapBytes();
    router_ = NewRouter(*ledger_, kDay);
    router_bytes_ = HeapBytes() - before;
  }
  return *router_;
}

bool Workbench::Fold(std::vector<Effect> effects) {
  std::vector<DebtEffect> moved;
  for (const Effect& effect : effects) {
    if (const auto* debt = std::get_if<DebtEffect>(&effect)) moved.push_back(*debt);
  }
  if (!Apply(RecordKind::kPayment, std::move(effects))) return false;
  std::vector<PairIndex> pairs;
  for (const DebtEffect& debt : moved) {
    pairs.push_back(*ledger_->FindPair(kEquivalent, debt.from, debt.to));
  }
  router_->PairsChanged(pairs);
  return true;
}

}  // namespace geo::bench
