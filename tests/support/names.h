// Names of equivalents and payments, and the time at which most lives begin.
#ifndef GEO_TESTS_SUPPORT_NAMES_H_
#define GEO_TESTS_SUPPORT_NAMES_H_

#include <string_view>

#include "geo/base/ids.h"
#include "geo/base/time.h"

namespace geo::tests {

inline constexpr Timestamp kStart = 1'700'000'000 * kSecond;

inline EquivalentCode Code(std::string_view text) { return EquivalentCode::Parse(text).value(); }
inline EquivalentCode Eur() { return Code("EUR"); }
inline EquivalentCode Hours() { return Code("HOUR"); }
inline TxId Id(std::string_view text) { return TxId::Parse(text).value(); }

}  // namespace geo::tests

#endif  // GEO_TESTS_SUPPORT_NAMES_H_
