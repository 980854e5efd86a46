#include "geo/base/amount.h"

#include <algorithm>
#include <cctype>

#include "src/base/quote.h"

namespace geo {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool AllDigits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), IsDigit);
}

Status SyntaxError(std::string_view text) {
  return MakeError(ErrorCode::kAmountSyntax,
                   "amount " + Quote(text) +
                       " is not decimal text: digits without sign, space, exponent or leading "
                       "zero, optionally '.' and decimals");
}

// value · 10 + digit, or nothing on overflow.
std::optional<Amount> AppendDigit(Amount value, char digit) {
  Amount scaled = 0;
  if (__builtin_mul_overflow(value, Amount{10}, &scaled)) return std::nullopt;
  return CheckedAdd(scaled, digit - '0');
}

// The value at the lowest precision that takes it: an error here is one at every precision.
StatusOr<Amount> ResolveAlone(const AmountInput& input) {
  const auto* text = std::get_if<std::string>(&input);
  if (text == nullptr) return ResolveAmount(input, 0);
  const std::size_t point = text->find('.');
  const std::size_t decimals = point == std::string::npos ? 0 : text->size() - point - 1;
  return ParseAmount(*text, static_cast<int>(std::min<std::size_t>(decimals, kMaxPrecision)));
}

}  // namespace

StatusOr<Amount> ParseAmount(std::string_view text, int precision) {
  if (precision < 0 || precision > kMaxPrecision) {
    return MakeError(ErrorCode::kInvalidArgument,
                     "precision " + std::to_string(precision) + " is outside 0 to 8");
  }
  const std::size_t point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  const std::string_view decimals =
      point == std::string_view::npos ? std::string_view() : text.substr(point + 1);
  if (!AllDigits(whole) || (whole.size() > 1 && whole[0] == '0')) return SyntaxError(text);
  if (point != std::string_view::npos && !AllDigits(decimals)) return SyntaxError(text);
  if (decimals.size() > static_cast<std::size_t>(precision)) {
    return MakeError(ErrorCode::kAmountTooPrecise,
                     "amount " + Quote(text) + " has " + std::to_string(decimals.size()) +
                         " decimals; the equivalent has " + std::to_string(precision));
  }
  std::optional<Amount> value = 0;
  const auto append = [&](char digit) {
    if (value.has_value()) value = AppendDigit(*value, digit);
  };
  std::for_each(whole.begin(), whole.end(), append);
  std::for_each(decimals.begin(), decimals.end(), append);
  for (std::size_t i = decimals.size(); i < static_cast<std::size_t>(precision); ++i) append('0');
  if (!value.has_value()) {
    return MakeError(
        ErrorCode::kAmountOverflow,
        "amount " + Quote(text) + " is above the largest, " + FormatAmount(kMaxAmount, precision));
  }
  return *value;
}

StatusOr<Amount> ParsePositiveAmount(std::string_view text, int precision) {
  StatusOr<Amount> amount = ParseAmount(text, precision);
  if (amount.ok() && *amount == 0) {
    return MakeError(ErrorCode::kAmountNotPositive,
                     "amount " + Quote(text) + " is zero; at least one minor unit must move");
  }
  return amount;
}

Status CheckAmountSyntax(const AmountInput& input) { return ResolveAlone(input).status(); }

Status CheckPositiveAmountSyntax(const AmountInput& input) {
  const StatusOr<Amount> amount = ResolveAlone(input);
  if (!amount.ok() || *amount > 0) return amount.status();
  const auto* text = std::get_if<std::string>(&input);
  return MakeError(ErrorCode::kAmountNotPositive,
                   "amount " + (text != nullptr ? Quote(*text) : std::to_string(*amount)) +
                       " is not positive; at least one minor unit must move");
}

StatusOr<Amount> ResolveAmount(const AmountInput& input, int precision) {
  if (const auto* text = std::get_if<std::string>(&input)) return ParseAmount(*text, precision);
  const Amount amount = std::get<Amount>(input);
  if (amount < 0) {
    return MakeError(ErrorCode::kInvalidArgument,
                     "amount of " + std::to_string(amount) + " minor units is negative");
  }
  return amount;
}

std::string FormatAmount(Amount amount, int precision) { return FormatSum(amount, precision); }

std::string FormatSum(AmountSum sum, int precision) {
  const auto decimals = static_cast<std::size_t>(std::clamp(precision, 0, kMaxPrecision));
  std::string reversed;
  __extension__ using Magnitude = unsigned __int128;
  Magnitude rest =
      sum < 0 ? Magnitude{0} - static_cast<Magnitude>(sum) : static_cast<Magnitude>(sum);
  while (rest != 0 || reversed.size() <= decimals) {
    reversed += static_cast<char>('0' + static_cast<int>(rest % 10));
    rest /= 10;
  }
  if (decimals > 0) reversed.insert(decimals, 1, '.');
  if (sum < 0) reversed += '-';
  return {reversed.rbegin(), reversed.rend()};
}

}  // namespace geo
