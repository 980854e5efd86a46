// How a host lends geo a second core. geo starts no threads; where two pieces of work know nothing
// of each other, whoever has threads may run them at the same time.
#ifndef GEO_BASE_RUN_BOTH_H_
#define GEO_BASE_RUN_BOTH_H_

#include <functional>

namespace geo {

// Runs `one` and `other`, each exactly once, and returns when both are done. They may run at the
// same time on two threads, or one after the other in either order: what comes of it is the same.
// What happened before the call is visible to both, and what both did to the caller afterwards, as
// starting and joining a thread has it. Neither piece throws, waits for the other or calls a
// RunBoth, and nor may a RunBoth throw: with no thread to be had, it runs both itself. For example:
//
//   [](const std::function<void()>& one, const std::function<void()>& other) {
//     std::thread thread(other);
//     one();
//     thread.join();
//   }
//
// Pieces take some tenths of a millisecond or more, so that starting a thread for each is worth it;
// a thread that is kept for them is better. An empty RunBoth: one after the other.
using RunBoth =
    std::function<void(const std::function<void()>& one, const std::function<void()>& other)>;

}  // namespace geo

#endif  // GEO_BASE_RUN_BOTH_H_
