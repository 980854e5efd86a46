// A clock that goes when it is told to: geo takes the time as an argument, and tests say what it
// is.
#ifndef GEO_TESTING_SIMULATED_CLOCK_H_
#define GEO_TESTING_SIMULATED_CLOCK_H_

#include "geo/base/time.h"

namespace geo::testing {

// A value; O(1); one thread at a time. Overflow is the caller's to avoid (years ±290,000).
class SimulatedClock {
 public:
  // Begins at `start`; each Next goes on by `step`, which may be 0 (a clock that stands still) or
  // negative (one that runs back).
  explicit SimulatedClock(Timestamp start, Duration step = 0) : now_(start), step_(step) {}

  Timestamp now() const { return now_; }

  // The present time, for one use: the clock then goes on by the step.
  Timestamp Next() {
    const Timestamp present = now_;
    now_ += step_;
    return present;
  }

  void Advance(Duration by) { now_ += by; }    // negative: as when an operator sets it back
  void SetTo(Timestamp time) { now_ = time; }  // a jump, either way
  void SetStep(Duration step) { step_ = step; }

  // To the first moment of the next UTC day, when daily limits begin anew.
  void AdvanceToNextDay() { now_ = (DayOf(now_) + 1) * kDay; }

 private:
  Timestamp now_;
  Duration step_;
};

}  // namespace geo::testing

#endif  // GEO_TESTING_SIMULATED_CLOCK_H_
