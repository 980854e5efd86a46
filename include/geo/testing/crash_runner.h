// Processes that are killed (kill -9) while they work, and what they said before: for showing that
// whatever was acknowledged outlives them. POSIX only.
//
//   CrashLoopOptions options;
//   const std::string failure = RunCrashLoop(
//       options,
//       [&](std::uint64_t round, const Say& say) {  // the child
//         auto store = OpenMyStore(path);
//         for (std::uint64_t n = 0;; ++n) {
//           if (!store->Write(round, n)) return 1;
//           say(std::to_string(n));  // acknowledged
//         }
//       },
//       [&](std::uint64_t round, const CrashRun& run) -> std::string {  // the parent
//         auto store = OpenMyStore(path);
//         for (const std::string& n : run.messages) {
//           if (!store->Has(round, n)) return n + " is lost";
//         }
//         return "";
//       });
//
// A killed process takes nothing along that the system had already: for losses of power see
// geo/testing/simulated_disk.h.
#ifndef GEO_TESTING_CRASH_RUNNER_H_
#define GEO_TESTING_CRASH_RUNNER_H_

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "geo/base/status.h"
#include "geo/base/time.h"

namespace geo::testing {

// How the child says something, at most 1 MiB at a time. It reaches the parent as a whole or not at
// all, also when the child is killed right after. Ends the child when nobody listens any more.
using Say = std::function<void(std::string_view message)>;

struct CrashRun {
  std::vector<std::string> messages;  // in order
  bool killed = false;                // else it ended by itself
  int exit_code = 0;                  // then; 128 + n of one that fell by signal n, as in a shell
};

// Forks; the child runs `work` and exits with what it returns, without running destructors or exit
// handlers; an exception of `work` aborts it. It is killed after its first `messages` messages and
// then the time `pause`. Call it with one thread running and no store open, as a fork shares locks.
// Errors: Internal (no process or pipe to be had).
StatusOr<CrashRun> RunAndKill(const std::function<int(const Say& say)>& work,
                              std::uint64_t messages, Duration pause);

// When the killing happens, by chance from the seed. Counting messages makes sure that something is
// done on a slow machine, and the pause, that it happens anywhere in the work.
struct CrashLoopOptions {
  std::uint64_t rounds = 100;
  std::uint64_t seed = 1;
  std::uint64_t most_messages = 8;  // 0 to so many come first
  Duration longest_pause = 10'000;  // and then 0 to so many microseconds; negative as 0
};

// RunAndKill, then `check`, round by round. What `check` finds wrong ends it, and so does a child
// that ends by itself. Empty, or "round 12: …".
std::string RunCrashLoop(
    const CrashLoopOptions& options,
    const std::function<int(std::uint64_t round, const Say& say)>& work,
    const std::function<std::string(std::uint64_t round, const CrashRun& run)>& check);

}  // namespace geo::testing

#endif  // GEO_TESTING_CRASH_RUNNER_H_
