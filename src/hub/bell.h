// What threads wait for that are woken all at once.
#ifndef GEO_SRC_HUB_BELL_H_
#define GEO_SRC_HUB_BELL_H_

#include <atomic>
#include <cstdint>

#if defined(__linux__)
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <climits>
#endif

namespace geo {

// Rings for everybody who waits. Who wants to wait for the next ring first notes how often it rang,
// then looks whether there is anything to wait for, and then waits unless it rang meanwhile.
//
// On Linux it asks the kernel itself: std::atomic::wait gives the processor away four times before
// it sleeps, which with more threads than processors is four switches for nothing each time.
class Bell {
 public:
  std::uint32_t rings() const { return rings_.load(); }

  // Returns when it rang more often than `seen`; now and then earlier.
  void Wait(std::uint32_t seen) {
#if defined(__linux__)
    syscall(SYS_futex, &rings_, FUTEX_WAIT_PRIVATE, seen, nullptr, nullptr, 0);
#else
    rings_.wait(seen);
#endif
  }

  // Counts a ring; those who wait hear it with WakeAll. Two steps, so that the first can be taken
  // under a mutex, and nobody is woken only to wait for that.
  void Ring() { ++rings_; }
  void WakeAll() {
#if defined(__linux__)
    syscall(SYS_futex, &rings_, FUTEX_WAKE_PRIVATE, INT_MAX, nullptr, nullptr, 0);
#else
    rings_.notify_all();
#endif
  }

 private:
  std::atomic<std::uint32_t> rings_ = 0;
  static_assert(sizeof(rings_) == sizeof(std::uint32_t) &&
                std::atomic<std::uint32_t>::is_always_lock_free);
};

}  // namespace geo

#endif  // GEO_SRC_HUB_BELL_H_
