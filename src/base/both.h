// Two pieces of work, on two cores where the host lends a second one (geo/base/run_both.h).
#ifndef GEO_SRC_BASE_BOTH_H_
#define GEO_SRC_BASE_BOTH_H_

#include <functional>
#include <utility>

#include "geo/base/run_both.h"
#include "src/base/no_memory.h"
#include "src/base/status_macros.h"

namespace geo {

// Runs both, which return a Status; the error of `one` if it failed, else that of `other`. Memory
// may fail in either.
template <typename One, typename Other>
Status Both(const RunBoth& run_both, One&& one, Other&& other) {
  const Status not_run(absl::StatusCode::kInternal, "");
  Status of_one = not_run;
  Status of_other = not_run;
  const auto first = [&] { of_one = CatchNoMemory(one); };
  const auto second = [&] { of_other = CatchNoMemory(other); };
  if (run_both) {
    run_both(std::ref(first), std::ref(second));
  } else {
    first();
    second();
  }
  return of_one.ok() ? of_other : of_one;
}

// Reads parts one after another and uses each; the next one is read while one is used. `read(part)`
// fills a Part with what comes next: it sets `part.error` where that fails, with what was read
// before it in the part, and leaves it empty() at the end. `use(part)` returns a Status. The first
// error in the order of the parts is returned, after which nothing is read or used any more.
template <typename Part, typename Read, typename Use>
Status ReadAhead(const RunBoth& run_both, Read&& read, Use&& use) {
  Part now;
  Part next;
  const auto fill = [&read](Part& part) {
    part.error = OkStatus();
    const Status status = CatchNoMemory([&] { return read(part); });
    if (!status.ok()) part.error = status;
  };
  for (fill(now); now.error.ok() && !now.empty(); std::swap(now, next)) {
    GEO_RETURN_IF_ERROR(Both(
        run_both, [&] { return use(now); },
        [&] {
          fill(next);
          return OkStatus();
        }));
  }
  if (!now.empty()) GEO_RETURN_IF_ERROR(use(now));
  return now.error;
}

}  // namespace geo

#endif  // GEO_SRC_BASE_BOTH_H_
