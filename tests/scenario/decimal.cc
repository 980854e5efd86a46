#include "tests/scenario/decimal.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <system_error>

namespace geo::scenario {
namespace {

bool AllDigits(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::optional<std::string> NormalDecimal(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  const std::size_t point = text.find('.');
  std::string whole(text.substr(0, point));
  std::string fraction;
  if (point != std::string_view::npos) {
    fraction = text.substr(point + 1);
    if (!AllDigits(fraction)) return std::nullopt;
  }
  if (!AllDigits(whole)) return std::nullopt;
  whole.erase(0, std::min(whole.find_first_not_of('0'), whole.size() - 1));
  fraction.erase(fraction.find_last_not_of('0') + 1);  // npos + 1 is 0
  if (whole == "0" && fraction.empty()) return whole;
  return (negative ? "-" : "") + whole + (fraction.empty() ? "" : "." + fraction);
}

std::optional<std::string> NormalScientific(std::string_view text) {
  const std::size_t at = text.find_first_of("eE");
  std::optional<std::string> number = NormalDecimal(text.substr(0, at));
  if (at == std::string_view::npos || !number.has_value()) return number;
  constexpr int kMost = 100;
  int exponent = 0;
  std::string_view power = text.substr(at + 1);
  if (power.starts_with('+')) power.remove_prefix(1);
  const char* end = power.data() + power.size();
  const auto read = std::from_chars(power.data(), end, exponent);
  if (read.ec != std::errc() || read.ptr != end || std::abs(exponent) > kMost) return std::nullopt;
  // As digits with the point after some of them, and zeros at both ends so that it can move.
  const std::string sign = number->starts_with('-') ? "-" : "";
  std::string digits = number->substr(sign.size());
  const std::size_t point = std::min(digits.find('.'), digits.size());
  digits.erase(point, 1);
  digits = std::string(kMost, '0') + digits + std::string(kMost, '0');
  digits.insert(point + static_cast<std::size_t>(kMost + exponent), ".");
  if (digits.ends_with('.')) digits += '0';
  return NormalDecimal(sign + digits);
}

}  // namespace geo::scenario
