// Made-up work for a hub: the life of a small network, step by step, for tests of whatever lies
// beneath a hub, such as a store of your own.
//
// Step n follows from the options, n and what the hub shows, never from how the hub came there. So
// a life that was cut off anywhere can be taken up again at the step that is not done yet, and must
// end in the same journal, byte for byte, as one that was not.
#ifndef GEO_TESTING_WORKLOAD_H_
#define GEO_TESTING_WORKLOAD_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "geo/base/ids.h"
#include "geo/base/status.h"
#include "geo/base/time.h"
#include "geo/crypto/hash.h"
#include "geo/hub/hub.h"

namespace geo::testing {

struct WorkloadOptions {
  std::uint64_t seed = 1;
  std::uint32_t participants = 8;  // 4 to 1,000
  std::uint32_t steps =
      64;                   // at least, after those that found and settle the network; to 1,000,000
  std::uint32_t group = 5;  // commands per flush, at most, or a few more; at least 1
};

enum class WorkKind : std::uint8_t {
  kCommands,        // a group of commands, submitted together and flushed
  kErase,           // personal text of somebody is erased
  kAcknowledge,     // all events so far are acknowledged
  kCheckpointStep,  // a slice of a snapshot
  kCheckpoint,      // a whole snapshot
  kReadModel,       // the read model catches up
  kReopen,          // the hub is closed and opened again; the caller's to do
};

// Settling: two equivalents, the participants with names and profiles, lines that make a ring with
// chords, debts that go round it. Then, by chance from the seed: payments (some refused, some
// repeated with their id), payments in two phases (committed, aborted, left to expire, decided
// twice, voted), clearing (triggered by payments; cycles and the optimum with and without growth,
// asked for by the operator; proposals that are accepted, rejected or left to expire), changes of
// limits and policies, closing and opening of lines, freezing, suspending, new names, and the other
// kinds of steps. A value that does not change; any thread.
class Workload {
 public:
  // Errors: InvalidArgument (options out of range). O(steps · group).
  static StatusOr<std::unique_ptr<Workload>> Create(const WorkloadOptions& options);
  ~Workload();

  // Founds the network; the rest are the defaults of HubOptions, but small slices, and clearing
  // triggered by payments.
  const HubOptions& hub_options() const;

  std::size_t steps() const;
  WorkKind kind(std::size_t step) const;

  // Does a step on `hub`, which shows what the steps before it left: submit and flush, erase,
  // acknowledge and so on; nothing for kReopen. The results of kCommands, else none. Errors: those
  // of the hub's call.
  StatusOr<std::vector<CommandResult>> Perform(std::size_t step, Hub& hub) const;

  // Hashes of all personal text, and ids of all payments and proposals to clear, that the steps
  // use, refused ones included.
  const std::vector<Hash256>& texts() const;
  const std::vector<TxId>& payments() const;
  const std::vector<TxId>& proposals() const;

 private:
  class Maker;
  struct Plan;
  explicit Workload(std::unique_ptr<Plan> plan);

  std::unique_ptr<Plan> plan_;
};

}  // namespace geo::testing

#endif  // GEO_TESTING_WORKLOAD_H_
