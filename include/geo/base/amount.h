// Amounts of money: integers of minor units, exact text, checked arithmetic (spec 01 §3).
#ifndef GEO_BASE_AMOUNT_H_
#define GEO_BASE_AMOUNT_H_

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "geo/base/status.h"
#include "geo/base/variant.h"

namespace geo {

// Minor units of an equivalent: with precision 2, 1050 is "10.50". Limits, debts and payments are
// never negative; differences and net positions may be.
using Amount = std::int64_t;

// The largest amount there is (spec 01 §3.2). Capacities saturate here.
inline constexpr Amount kMaxAmount = std::numeric_limits<Amount>::max();

// An equivalent shows 0 to kMaxPrecision decimals.
inline constexpr int kMaxPrecision = 8;

// A sum over many amounts (spec 01 §3.3). 2^63 amounts fit, so sums of stored amounts never wrap.
__extension__ using AmountSum = __int128;

// a + b, or nothing when the result leaves the range of Amount. O(1).
constexpr std::optional<Amount> CheckedAdd(Amount a, Amount b) {
  Amount result = 0;
  if (__builtin_add_overflow(a, b, &result)) return std::nullopt;
  return result;
}

// a − b, or nothing when the result leaves the range of Amount. O(1).
constexpr std::optional<Amount> CheckedSubtract(Amount a, Amount b) {
  Amount result = 0;
  if (__builtin_sub_overflow(a, b, &result)) return std::nullopt;
  return result;
}

// `sum` clamped to [0, kMaxAmount]: the rule for capacities (spec 01 §4.6).
constexpr Amount SaturateCapacity(AmountSum sum) {
  if (sum < 0) return 0;
  return sum > kMaxAmount ? kMaxAmount : static_cast<Amount>(sum);
}

// Reads decimal text as minor units at `precision` (0–8), exactly: `0|[1-9][0-9]*`, optionally
// followed by `.` and 1..precision digits. Zero is an amount here; ParsePositiveAmount refuses it.
// Errors: AmountSyntax (sign, space, exponent, leading zero, empty, anything else),
// AmountTooPrecise (more decimals than `precision`, even zeros), AmountOverflow, InvalidArgument
// (precision out of range). The message quotes at most 64 bytes of the text. Spec 01 §3.2.
StatusOr<Amount> ParseAmount(std::string_view text, int precision);

// As ParseAmount, and AmountNotPositive for zero.
StatusOr<Amount> ParsePositiveAmount(std::string_view text, int precision);

// An amount as somebody gave it: minor units, or decimal text that is read with the precision of
// its equivalent. Signed commands carry text.
using AmountInput = Variant<Amount, std::string>;

// What can be said against `input` before the precision of its equivalent is known: commands are
// read before the state is looked at (spec 01 §6.3). Errors: those of ResolveAmount that hold at
// every precision, so AmountTooPrecise above kMaxPrecision decimals and AmountOverflow when even
// its own decimals are too many digits; ResolveAmount says the rest.
Status CheckAmountSyntax(const AmountInput& input);

// As CheckAmountSyntax, and AmountNotPositive for zero.
Status CheckPositiveAmountSyntax(const AmountInput& input);

// The minor units meant. Errors: those of ParseAmount; InvalidArgument for negative minor units.
StatusOr<Amount> ResolveAmount(const AmountInput& input, int precision);

// Exactly `precision` decimals, a leading `-` for negative values; "0.00" for 0 at precision 2. A
// precision out of range is clamped into 0–8. ParseAmount(FormatAmount(a, p), p) == a for a ≥ 0.
std::string FormatAmount(Amount amount, int precision);

// As FormatAmount for sums.
std::string FormatSum(AmountSum sum, int precision);

}  // namespace geo

#endif  // GEO_BASE_AMOUNT_H_
