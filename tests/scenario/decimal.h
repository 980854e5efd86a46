// Decimal numbers as cases write them, kept apart from the library's own amounts so that one checks
// the other.
#ifndef GEO_TESTS_SCENARIO_DECIMAL_H_
#define GEO_TESTS_SCENARIO_DECIMAL_H_

#include <optional>
#include <string>
#include <string_view>

namespace geo::scenario {

// The one text that stands for the number `text`, of any size: no leading zeros, no trailing zeros
// after the point, no point without digits, no "-0". Two texts are the same number exactly when
// these are equal. Takes an optional '-', digits, and optionally '.' and digits; nothing for any
// other text.
std::optional<std::string> NormalDecimal(std::string_view text);

// The same of a number that may have an exponent, 'e' or 'E' and up to 100 either way: "1.5E+2" is
// "150".
std::optional<std::string> NormalScientific(std::string_view text);

}  // namespace geo::scenario

#endif  // GEO_TESTS_SCENARIO_DECIMAL_H_
