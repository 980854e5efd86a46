// The proof by power cuts: a life of a hub on a simulated disk, cut at every change of the disk,
// torn by many seeds, opened again, checked, and lived to its end.
#ifndef GEO_TESTS_CRASH_POWER_CUT_H_
#define GEO_TESTS_CRASH_POWER_CUT_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "geo/hub/hub.h"
#include "geo/storage/sqlite_files.h"
#include "geo/testing/simulated_disk.h"
#include "geo/testing/workload.h"

namespace geo::tests {

// Puts something between the hub and its store; for planted bugs.
using WrapStore = std::function<std::unique_ptr<Store>(std::unique_ptr<Store>)>;

// The life that is cut: one of few people that has something of everything (see TheLifeIsFull).
inline testing::WorkloadOptions LifeOptions() {
  testing::WorkloadOptions options;
  options.seed = 280;
  options.participants = 6;
  options.steps = 64;
  return options;
}

// What a hub shows.
struct Shown {
  JournalHead head;
  std::string state;                                   // StateText
  std::vector<std::optional<std::string>> texts;       // of Workload::texts
  std::vector<std::optional<Transaction>> payments;    // of Workload::payments
  std::vector<std::optional<ProposalView>> proposals;  // of Workload::proposals
  std::uint64_t acknowledged = 0;  // events; of the reference life, what a crash must leave
};

// A moment of the life.
struct Moment {
  testing::DiskImage image;
  std::size_t done = 0;   // what was acknowledged: the founding, and then steps; 0: nothing
  std::size_t floor = 0;  // as much of it must be there, whatever the durability
  std::string change;     // the change that was about to happen
};

class Life {
 public:
  // `lag`: HubOptions::read_model_lag.
  Life(const testing::WorkloadOptions& options, Durability durability, std::size_t lag = 0);

  // Lives the whole life on a fresh disk and keeps every moment. False: it failed.
  bool Run(const testing::DiskLies& lies, const WrapStore& wrap);

  const std::vector<Moment>& moments() const { return moments_; }
  std::size_t steps() const { return workload_->steps(); }
  const testing::Workload& workload() const { return *workload_; }

  // All that was recorded.
  const std::vector<Record>& journal() const { return journal_; }

  // Payments of which this is true in the end.
  std::size_t payments(const std::function<bool(const Transaction&)>& fits) const;
  // Proposals to clear that are in this state in the end.
  std::size_t proposals(ProposalState state) const;
  // Payments that were prepared when some step began.
  std::size_t held() const;
  // Texts that were erased in the whole life.
  std::size_t erased() const;

  // What is wrong after power came back at `moment`, torn by `seed`: the hub must open, hold all
  // that was acknowledged and nothing by half, and come to the same end. Empty: nothing is.
  // `twice`: the power fails again while the hub opens. `wrap` as in Run.
  std::string Resume(const Moment& moment, std::uint64_t seed, bool twice, const WrapStore& wrap);

  // What is wrong after the process died at `moment`, no power lost, and the log lost its last
  // `bytes`. Refusing to open as StoreCorrupt is right.
  std::string ResumeDamaged(const Moment& moment, std::uint64_t bytes, const WrapStore& wrap);

  // Lives on a disk on which one call fails, until that shows, and says what is wrong: with the
  // answer, and with what is found when the hub is opened again, the cause being gone; after a
  // power cut torn by `seed` as well. `*shown`: the answer; kOk when the failure did no harm.
  std::string LiveWith(const testing::DiskFault& fault, std::uint64_t seed, ErrorCode* shown);

  // How many calls of each kind a life takes.
  std::uint64_t Calls(testing::DiskCall call) const {
    return calls_[static_cast<std::size_t>(call)];
  }

  // How often ResumeDamaged saw a refusal.
  std::size_t refusals() const { return refusals_; }

 private:
  StatusOr<std::unique_ptr<Hub>> Open(testing::SimulatedDisk& disk, SqliteFiles& files,
                                      const WrapStore& wrap) const;
  Shown Look(Hub& hub) const;
  // Performs a step. Errors: those of the hub, also when only a command met one of the store.
  Status Do(std::size_t step, testing::SimulatedDisk& disk, SqliteFiles& files,
            const WrapStore& wrap, std::unique_ptr<Hub>* hub) const;
  Status LiveUntilFailure(testing::SimulatedDisk& disk, SqliteFiles& files,
                          std::unique_ptr<Hub>* hub, std::size_t* done, bool* refused) const;
  std::string Finish(testing::SimulatedDisk& disk, SqliteFiles& files, const WrapStore& wrap,
                     std::size_t done, std::unique_ptr<Hub> hub) const;
  // What is done when a hub looks like this, within what `moment` allows; 0: looks like nothing.
  std::size_t Recognise(const Shown& shown, const Moment& moment) const;
  std::string Check(const testing::DiskImage& image, const Moment& moment, const WrapStore& wrap);
  std::string Rows(testing::SimulatedDisk& disk) const;
  static std::vector<Record> ReadJournal(testing::SimulatedDisk& disk, SqliteFiles& files);

  Durability durability_;
  std::size_t lag_;
  std::unique_ptr<testing::Workload> workload_;
  std::vector<Moment> moments_;
  std::vector<Shown> shown_;  // [n]: when `done` is n + 1
  std::string rows_;          // the read model, in the end
  std::vector<Record> journal_;
  std::array<std::uint64_t, testing::kDiskCalls> calls_{};
  std::size_t refusals_ = 0;
};

}  // namespace geo::tests

#endif  // GEO_TESTS_CRASH_POWER_CUT_H_
