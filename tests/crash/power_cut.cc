#include "tests/crash/power_cut.h"

#include <sqlite3.h>

#include <algorithm>
#include <utility>

#include "geo/readmodel/read_model.h"
#include "geo/testing/simulated_sqlite.h"
#include "tests/support/sqlite_reader.h"
#include "tests/support/state_text.h"

namespace geo::tests {

using testing::DiskChange;
using testing::DiskImage;
using testing::SimulatedDisk;
using testing::WorkKind;

namespace {

std::string Path(const SimulatedDisk& disk) { return disk.root() + "/hub.db"; }

std::string Says(const Status& status) { return std::string(status.message()); }

constexpr std::string_view kCallNames[] = {"make",     "read",   "write",  "sync",
                                           "truncate", "delete", "rename", "sync folder",
                                           "look",     "lock",   "map"};

bool IsOfStore(ErrorCode code) {
  const int number = static_cast<int>(code);
  return (number >= 600 && number < 700) || code == ErrorCode::kOutOfMemory;
}

}  // namespace

Life::Life(const testing::WorkloadOptions& options, Durability durability, std::size_t lag)
    : durability_(durability), lag_(lag), workload_(testing::Workload::Create(options).value()) {}

StatusOr<std::unique_ptr<Hub>> Life::Open(SimulatedDisk& disk, SqliteFiles& files,
                                          const WrapStore& wrap) const {
  HubOptions options = workload_->hub_options();
  options.durability = durability_;
  options.read_model_lag = lag_;
  std::unique_ptr<Store> store = NewSqliteStore(Path(disk), &files);
  if (wrap) store = wrap(std::move(store));
  return Hub::Open(std::move(store), options);
}

Shown Life::Look(Hub& hub) const {
  Shown shown;
  shown.head = hub.head();
  shown.state = StateText(hub.view().ledger());
  for (const Hash256& hash : workload_->texts()) {
    const auto text = hub.FindText(hash);
    shown.texts.push_back(text.ok() ? *text : Says(text.status()));
  }
  for (const TxId& id : workload_->payments()) {
    const auto found = hub.FindTransaction(id);
    if (!found.ok()) shown.state += Says(found.status());
    shown.payments.push_back(found.ok() ? *found : std::nullopt);
  }
  for (const TxId& id : workload_->proposals()) {
    const auto found = hub.FindProposal(id);
    if (!found.ok()) shown.state += Says(found.status());
    shown.proposals.push_back(found.ok() ? *found : std::nullopt);
  }
  shown.acknowledged = hub.acknowledged();
  return shown;
}

Status Life::Do(std::size_t step, SimulatedDisk& disk, SqliteFiles& files, const WrapStore& wrap,
                std::unique_ptr<Hub>* hub) const {
  if (workload_->kind(step) == WorkKind::kReopen) {
    if (const Status closed = (*hub)->Close(); !closed.ok()) return closed;
    hub->reset();
    StatusOr<std::unique_ptr<Hub>> opened = Open(disk, files, wrap);
    if (opened.ok()) *hub = *std::move(opened);
    return opened.status();
  }
  const StatusOr<std::vector<CommandResult>> results = workload_->Perform(step, **hub);
  if (!results.ok()) return results.status();
  for (const CommandResult& result : *results) {
    if (IsOfStore(ErrorCodeOf(result.status))) return result.status;
  }
  return OkStatus();
}

bool Life::Run(const testing::DiskLies& lies, const WrapStore& wrap) {
  SimulatedDisk disk;
  disk.SetLies(lies);
  const auto files = testing::NewSimulatedSqliteFiles(disk);
  Moment now;
  disk.BeforeEachChange([&](const DiskChange& change) {
    now.image = disk.Image();
    now.change = std::string(kCallNames[static_cast<std::size_t>(change.call)]) + " " + change.name;
    moments_.push_back(now);
  });
  StatusOr<std::unique_ptr<Hub>> opened = Open(disk, *files, wrap);
  if (!opened.ok()) return false;
  std::unique_ptr<Hub> hub = *std::move(opened);
  std::uint64_t acknowledged = 0;
  const auto passed = [&](WorkKind kind) {
    if (hub->head().seq != (shown_.empty() ? 0 : shown_.back().head.seq) ||
        kind == WorkKind::kReopen) {
      acknowledged = hub->acknowledged();  // written with the append
    }
    shown_.push_back(Look(*hub));
    shown_.back().acknowledged = acknowledged;
    now.done = shown_.size();
    if (durability_ == Durability::kDurable || kind == WorkKind::kCheckpoint ||
        kind == WorkKind::kReopen) {
      now.floor = now.done;
    }
  };
  passed(WorkKind::kReopen);
  for (std::size_t step = 0; step < steps(); ++step) {
    if (!Do(step, disk, *files, wrap, &hub).ok()) return false;
    passed(workload_->kind(step));
  }
  if (!hub->Close().ok()) return false;
  for (std::size_t i = 0; i < calls_.size(); ++i) {
    calls_[i] = disk.calls(static_cast<testing::DiskCall>(i));
  }
  rows_ = Rows(disk);
  journal_ = ReadJournal(disk, *files);
  return true;
}

std::size_t Life::payments(const std::function<bool(const Transaction&)>& fits) const {
  const auto& payments = shown_.back().payments;
  const auto counts = [&](const auto& one) { return one.has_value() && fits(*one); };
  return static_cast<std::size_t>(std::count_if(payments.begin(), payments.end(), counts));
}

std::size_t Life::proposals(ProposalState state) const {
  const auto& proposals = shown_.back().proposals;
  const auto counts = [&](const auto& one) { return one.has_value() && one->state == state; };
  return static_cast<std::size_t>(std::count_if(proposals.begin(), proposals.end(), counts));
}

std::size_t Life::held() const {
  std::size_t count = 0;
  for (std::size_t i = 0; i < workload_->payments().size(); ++i) {
    count += std::any_of(shown_.begin(), shown_.end(), [i](const Shown& shown) {
      const auto& one = shown.payments[i];
      return one.has_value() && one->state == TransactionState::kPrepared;
    });
  }
  return count;
}

std::size_t Life::erased() const {
  std::size_t count = 0;
  for (std::size_t i = 0; i < workload_->texts().size(); ++i) {
    const auto was_there = [i](const Shown& shown) { return shown.texts[i].has_value(); };
    const bool ever = std::any_of(shown_.begin(), shown_.end(), was_there);
    if (ever && !was_there(shown_.back())) ++count;
  }
  return count;
}

// The rows of the read model as SQLite shows them to anybody.
std::string Life::Rows(SimulatedDisk& disk) const {
  SqliteReader reader(Path(disk), SQLITE_OPEN_READWRITE, testing::SimulatedSqliteVfs().c_str());
  std::string text;
  for (const ViewDefinition& view : ReadModel::Views()) {
    text += view.name + "\n";
    for (const auto& row : reader.Rows("SELECT * FROM " + view.name + " ORDER BY 1, 2, 3")) {
      for (const ColumnValue& value : row) {
        if (const auto* number = std::get_if<std::int64_t>(&value)) text += std::to_string(*number);
        if (const auto* bytes = std::get_if<std::string>(&value)) text += *bytes;
        text += '|';
      }
      text += '\n';
    }
  }
  return text;
}

std::vector<Record> Life::ReadJournal(SimulatedDisk& disk, SqliteFiles& files) {
  std::vector<Record> journal;
  const auto store = NewSqliteStore(Path(disk), &files);
  const auto read = [&](std::string_view packed) -> StatusOr<bool> {
    while (!packed.empty()) {
      StatusOr<ReadRecord> one = TakeRecord(&packed);
      if (!one.ok()) return one.status();
      journal.push_back(std::move(one->record));
    }
    return true;
  };
  OpenOptions options;
  options.tables = ReadModel::Tables();
  options.views = ReadModel::Views();
  options.read_model_version = ReadModel::kVersion;
  if (!store->Open(options).ok() || !store->Replay(0, read).ok()) journal.clear();
  return journal;
}

std::size_t Life::Recognise(const Shown& shown, const Moment& moment) const {
  const std::size_t first = std::max<std::size_t>(moment.floor, 1);
  const auto fits = [&](std::size_t done) {
    if (done < first || done > shown_.size()) return false;
    const Shown& other = shown_[done - 1];
    return shown.head == other.head && shown.state == other.state && shown.texts == other.texts &&
           shown.payments == other.payments && shown.proposals == other.proposals &&
           shown.acknowledged >= other.acknowledged;
  };
  // Steps that leave no trace may be repeated, so what is surely done counts before what may be.
  for (std::size_t done = moment.done; done >= first; --done) {
    if (fits(done)) return done;
  }
  return fits(moment.done + 1) ? moment.done + 1 : 0;
}

std::string Life::Finish(SimulatedDisk& disk, SqliteFiles& files, const WrapStore& wrap,
                         std::size_t done, std::unique_ptr<Hub> hub) const {
  for (std::size_t step = done - 1; step < steps(); ++step) {
    const Status status = Do(step, disk, files, wrap, &hub);
    if (!status.ok()) return "step " + std::to_string(step) + " fails: " + Says(status);
  }
  const Shown end = Look(*hub);
  if (end.head != shown_.back().head) return "ends in another journal";
  if (end.state != shown_.back().state) return "ends in another state";
  if (end.texts != shown_.back().texts) return "ends with other texts";
  if (end.payments != shown_.back().payments) return "ends with other payments";
  if (end.proposals != shown_.back().proposals) return "ends with other proposals";
  if (const Status closed = hub->Close(); !closed.ok()) return "does not close: " + Says(closed);
  hub.reset();
  return Rows(disk) == rows_ ? "" : "ends with another read model";
}

std::string Life::Check(const DiskImage& image, const Moment& moment, const WrapStore& wrap) {
  SimulatedDisk disk(image);
  const auto files = testing::NewSimulatedSqliteFiles(disk);
  StatusOr<std::unique_ptr<Hub>> hub = Open(disk, *files, wrap);
  if (!hub.ok()) return "does not open: " + Says(hub.status());
  const Status positions = (*hub)->view().ledger().CheckPositions();
  if (!positions.ok()) return "unbalanced: " + Says(positions);
  const Shown shown = Look(**hub);
  if (shown.acknowledged > shown.head.seq) return "acknowledges what is not there";
  const std::size_t done = Recognise(shown, moment);
  if (done == 0) {
    return "shows record " + std::to_string(shown.head.seq) + ", acknowledged was " +
           std::to_string(moment.done == 0 ? 0 : shown_[moment.done - 1].head.seq) +
           ", or another state or other texts";
  }
  return Finish(disk, *files, wrap, done, *std::move(hub));
}

std::string Life::Resume(const Moment& moment, std::uint64_t seed, bool twice,
                         const WrapStore& wrap) {
  DiskImage image = moment.image.AfterPowerCut(seed);
  if (twice) {
    SimulatedDisk disk(image);
    const auto files = testing::NewSimulatedSqliteFiles(disk);
    std::vector<DiskImage> cuts;
    disk.BeforeEachChange([&](const DiskChange&) { cuts.push_back(disk.Image()); });
    const StatusOr<std::unique_ptr<Hub>> hub = Open(disk, *files, wrap);
    if (!hub.ok()) return "does not open: " + Says(hub.status());
    image = cuts[seed % cuts.size()].AfterPowerCut(seed + 1);
  }
  return Check(image, moment, wrap);
}

std::string Life::ResumeDamaged(const Moment& moment, std::uint64_t bytes, const WrapStore& wrap) {
  SimulatedDisk disk(moment.image);
  bool exists = false;
  std::uint64_t size = 0;
  disk.Look("hub.db-wal", &exists, &size);
  if (size < bytes) return "";
  disk.LoseTail("hub.db-wal", size - bytes);
  {
    const auto files = testing::NewSimulatedSqliteFiles(disk);
    const StatusOr<std::unique_ptr<Hub>> hub = Open(disk, *files, wrap);
    if (ErrorCodeOf(hub.status()) == ErrorCode::kStoreCorrupt) {
      ++refusals_;
      return "";
    }
  }
  SimulatedDisk again(moment.image);
  again.LoseTail("hub.db-wal", size - bytes);
  return Check(again.Image(), moment, wrap);
}

// --- Calls that fail. ---

// `*refused`: a command met an error of the store while others of its group were recorded.
Status Life::LiveUntilFailure(SimulatedDisk& disk, SqliteFiles& files, std::unique_ptr<Hub>* hub,
                              std::size_t* done, bool* refused) const {
  StatusOr<std::unique_ptr<Hub>> opened = Open(disk, files, {});
  if (!opened.ok()) return opened.status();
  *hub = *std::move(opened);
  *done = 1;
  for (std::size_t step = 0; step < steps(); ++step) {
    const Status status = Do(step, disk, files, {}, hub);
    *refused = !status.ok() && *hub != nullptr && (*hub)->pending() == 0 &&
               (*hub)->head().seq > shown_[*done - 1].head.seq;
    if (!status.ok()) return status;
    ++*done;
  }
  return (*hub)->Close();
}

std::string Life::LiveWith(const testing::DiskFault& fault, std::uint64_t seed, ErrorCode* shown) {
  SimulatedDisk disk;
  disk.SetFault(fault);
  const auto files = testing::NewSimulatedSqliteFiles(disk);
  std::unique_ptr<Hub> hub;
  Moment moment;
  bool refused = false;
  const Status status = LiveUntilFailure(disk, *files, &hub, &moment.done, &refused);
  moment.floor = moment.done;
  *shown = ErrorCodeOf(status);
  if (status.ok()) return "";
  if (!IsOfStore(*shown) || *shown == ErrorCode::kStoreConflict ||
      *shown == ErrorCode::kStoreFenced) {
    return "an answer that is not documented: " + Says(status);
  }
  const DiskImage image = disk.Image();
  const std::string state = refused ? StateText(hub->view().ledger()) : "";
  hub.reset();
  disk.SetFault(std::nullopt);
  const DiskImage closed = disk.Image();
  if (refused) {  // a life of its own: whatever was recorded must be there
    SimulatedDisk later(closed);
    const auto later_files = testing::NewSimulatedSqliteFiles(later);
    const auto again = Open(later, *later_files, {});
    if (!again.ok()) return "does not open: " + Says(again.status());
    return StateText((*again)->view().ledger()) == state ? "" : "another state";
  }
  const std::string wrong = Check(closed, moment, {});
  if (!wrong.empty()) return "opened again: " + wrong;
  const std::string cut = Check(image.AfterPowerCut(seed), moment, {});
  return cut.empty() ? "" : "after a power cut: " + cut;
}

}  // namespace geo::tests
