// Time is an argument everywhere in geo; nothing in the library reads a clock.
#ifndef GEO_BASE_TIME_H_
#define GEO_BASE_TIME_H_

#include <cstdint>

namespace geo {

// Microseconds since 1970-01-01T00:00:00 UTC. Negative values are valid instants before it.
using Timestamp = std::int64_t;

// Microseconds between two instants.
using Duration = std::int64_t;

inline constexpr Duration kSecond = 1'000'000;
inline constexpr Duration kMinute = 60 * kSecond;
inline constexpr Duration kDay = 24 * 60 * kMinute;

// The UTC day of `time`, counted from 1970-01-01 (day 0), rounded towards the past. Daily limits
// count by it (spec 01 §4.3).
constexpr std::int64_t DayOf(Timestamp time) {
  return time >= 0 ? time / kDay : (time + 1) / kDay - 1;
}

}  // namespace geo

#endif  // GEO_BASE_TIME_H_
