// No exception crosses the API: where one of the allocator (or of a library) could, the door turns
// it into a Status, without allocating.
#ifndef GEO_SRC_BASE_NO_MEMORY_H_
#define GEO_SRC_BASE_NO_MEMORY_H_

#include <cstddef>
#include <new>
#include <type_traits>
#include <utility>

#include "geo/base/status.h"

namespace geo {

// OutOfMemory, with no message since that would have to be allocated.
inline Status NoMemory() noexcept { return Status(absl::StatusCode::kResourceExhausted, ""); }

// What `f`, which returns a Status or StatusOr, returns; OutOfMemory when the allocator failed it,
// Internal when anything else was thrown.
template <typename F>
auto CatchNoMemory(F&& f) noexcept -> std::invoke_result_t<F> {
  try {
    return f();
  } catch (const std::bad_alloc&) {
    return NoMemory();
  } catch (...) {
    return Status(absl::StatusCode::kInternal, "");
  }
}

// Makes room for so many more in an Abseil table, which is not destructible after an allocation
// failed inside it. The tables' constructors are safe, so it grows here before it would do so
// itself.
template <typename Map>
void MakeRoom(Map& map, std::size_t more = 1) {
  // A table drops what is marked as erased, instead of growing, up to 25 of 32 slots.
  std::size_t buckets = map.bucket_count();
  const std::size_t size = map.size() + more;
  if (buckets >= 31 && size * 32 <= buckets * 25) return;
  do {
    buckets = buckets < 31 ? 31 : buckets * 2 + 1;
  } while (size * 32 > buckets * 25);
  Map larger(buckets);
  for (auto& entry : map) larger.insert(std::move(entry));
  map.swap(larger);
}

}  // namespace geo

#endif  // GEO_SRC_BASE_NO_MEMORY_H_
