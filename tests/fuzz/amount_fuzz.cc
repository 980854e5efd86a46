// Input: one byte for the precision, then the text of an amount.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "geo/base/amount.h"
#include "tests/fuzz/require.h"

namespace {

// `text` with exactly `precision` decimals, by moving characters only.
std::string Padded(std::string text, int precision) {
  const std::size_t decimals =
      text.find('.') == std::string::npos ? 0 : text.size() - text.find('.') - 1;
  if (decimals == 0 && precision > 0) text += '.';
  return text + std::string(static_cast<std::size_t>(precision) - decimals, '0');
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const int precision = data[0] % 12 - 1;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const geo::StatusOr<geo::Amount> amount = geo::ParseAmount(text, precision);
  const geo::StatusOr<geo::Amount> positive = geo::ParsePositiveAmount(text, precision);
  if (!amount.ok()) {
    GEO_REQUIRE(!positive.ok());
    GEO_REQUIRE(amount.status().message().size() < 500);
    return 0;
  }
  GEO_REQUIRE(*amount >= 0);
  GEO_REQUIRE(positive.ok() == (*amount > 0));
  const std::string shown = geo::FormatAmount(*amount, precision);
  GEO_REQUIRE(shown == Padded(std::string(text), precision));
  GEO_REQUIRE(geo::ParseAmount(shown, precision).value() == *amount);
  return 0;
}
