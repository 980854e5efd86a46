#include "shared/whole_number.h"

#include <charconv>
#include <cstdint>
#include <limits>
#include <system_error>

namespace geo::examples {

std::string CheckWholeNumber(const std::string& text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc() && end == text.data() + text.size()) return "";
  return "\"" + text + "\" is no whole number from 0 to " +
         std::to_string(std::numeric_limits<std::uint64_t>::max());
}

}  // namespace geo::examples
