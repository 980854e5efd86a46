#include <gtest/gtest.h>

#include <boost/multiprecision/cpp_int.hpp>
#include <random>
#include <regex>
#include <string>

#include "geo/base/amount.h"
#include "tests/support/case_files.h"
#include "tests/support/environment.h"
#include "tests/support/status.h"

namespace geo {
namespace {

using boost::multiprecision::cpp_int;
using tests::CodeName;

// What ParseAmount must answer, from a regular expression and big integers: the amount's digits, or
// the name of an error.
std::string Oracle(const std::string& text, int precision) {
  static const std::regex kShape(R"((0|[1-9][0-9]*)(\.([0-9]+))?)");
  std::smatch match;
  if (!std::regex_match(text, match, kShape)) return "AmountSyntax";
  std::string decimals = match[3].str();
  if (decimals.size() > static_cast<std::size_t>(precision)) return "AmountTooPrecise";
  decimals.resize(static_cast<std::size_t>(precision), '0');
  std::string digits = match[1].str() + decimals;
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size() - 1));
  const cpp_int value(digits);
  return value > cpp_int("9223372036854775807") ? "AmountOverflow" : value.str();
}

std::string Parsed(std::string_view text, int precision) {
  const StatusOr<Amount> amount = ParseAmount(text, precision);
  return amount.ok() ? std::to_string(*amount) : CodeName(amount);
}

// `value` with `precision` decimals, from its digits.
std::string FormatOracle(const cpp_int& value, int precision) {
  std::string digits = cpp_int(abs(value)).str();
  const auto decimals = static_cast<std::size_t>(precision);
  if (digits.size() <= decimals) digits.insert(0, decimals + 1 - digits.size(), '0');
  if (decimals > 0) digits.insert(digits.size() - decimals, ".");
  return (value < 0 ? "-" : "") + digits;
}

struct Row {
  const char* text;
  int precision;
  const char* expected;
};

TEST(AmountText, IsReadExactlyOrRefusedByName) {
  const Row rows[] = {
      {"0", 0, "0"},
      {"0", 2, "0"},
      {"0.00", 2, "0"},
      {"1", 2, "100"},
      {"10.5", 2, "1050"},
      {"10.50", 2, "1050"},
      {"0.01", 2, "1"},
      {"0.00000001", 8, "1"},
      {"9223372036854775807", 0, "9223372036854775807"},
      {"92233720368547758.07", 2, "9223372036854775807"},
      {"92233720368.54775807", 8, "9223372036854775807"},
      {"9223372036854775808", 0, "AmountOverflow"},
      {"92233720368547758.08", 2, "AmountOverflow"},
      {"92233720368547759", 2, "AmountOverflow"},
      {"99999999999999999999999999999999999999", 0, "AmountOverflow"},
      {"18446744073709551617", 0, "AmountOverflow"},  // 1 after wrapping at 2^64
      {"0.001", 2, "AmountTooPrecise"},
      {"1.0", 0, "AmountTooPrecise"},
      {"1.000", 2, "AmountTooPrecise"},
      {"", 2, "AmountSyntax"},
      {".", 2, "AmountSyntax"},
      {".5", 2, "AmountSyntax"},
      {"1.", 2, "AmountSyntax"},
      {"00", 2, "AmountSyntax"},
      {"01", 2, "AmountSyntax"},
      {"-1", 2, "AmountSyntax"},
      {"-0", 2, "AmountSyntax"},
      {"+1", 2, "AmountSyntax"},
      {" 1", 2, "AmountSyntax"},
      {"1 ", 2, "AmountSyntax"},
      {"1\n", 2, "AmountSyntax"},
      {"1,5", 2, "AmountSyntax"},
      {"1_000", 2, "AmountSyntax"},
      {"1e3", 2, "AmountSyntax"},
      {"1E-3", 2, "AmountSyntax"},
      {"0x10", 2, "AmountSyntax"},
      {"NaN", 2, "AmountSyntax"},
      {"Infinity", 2, "AmountSyntax"},
      {"1.2.3", 2, "AmountSyntax"},
      {"\xd9\xa1", 2, "AmountSyntax"},  // ARABIC-INDIC DIGIT ONE
  };
  for (const Row& row : rows) {
    EXPECT_EQ(Parsed(row.text, row.precision), row.expected) << '"' << row.text << '"';
  }
  EXPECT_EQ(Parsed(std::string_view("1\0", 2), 2), "AmountSyntax");
  EXPECT_EQ(Parsed("1", -1), "InvalidArgument");
  EXPECT_EQ(Parsed("1", kMaxPrecision + 1), "InvalidArgument");
}

TEST(AmountText, PositiveMeansNotZero) {
  EXPECT_EQ(CodeName(ParsePositiveAmount("0", 2)), "AmountNotPositive");
  EXPECT_EQ(CodeName(ParsePositiveAmount("0.00", 2)), "AmountNotPositive");
  EXPECT_EQ(CodeName(ParsePositiveAmount("x", 2)), "AmountSyntax");
  EXPECT_EQ(ParsePositiveAmount("0.01", 2).value(), 1);
}

TEST(AmountInput, IsMinorUnitsOrText) {
  EXPECT_EQ(ResolveAmount(Amount{1050}, 2).value(), 1050);
  EXPECT_EQ(ResolveAmount(kMaxAmount, 2).value(), kMaxAmount);
  EXPECT_EQ(ResolveAmount(Amount{0}, 2).value(), 0);
  EXPECT_EQ(CodeName(ResolveAmount(Amount{-1}, 2)), "InvalidArgument");
  EXPECT_EQ(ResolveAmount(std::string("10.5"), 2).value(), 1050);
  EXPECT_EQ(CodeName(ResolveAmount(std::string("-1"), 2)), "AmountSyntax");
}

TEST(AmountInput, IsCheckedAsFarAsItGoesWithoutAPrecision) {
  const auto syntax = [](AmountInput input) {
    return std::string(ErrorName(ErrorCodeOf(CheckAmountSyntax(input))));
  };
  for (const char* good : {"0", "1", "0.00000001", "92233720368.54775807", "92233720368547758.07",
                           "9223372036854775807"}) {
    EXPECT_EQ(syntax(good), "Ok") << good;
  }
  for (const char* bad : {"", "-1", "01", "1.", ".5", "1e2", " 1", "1.2.3", "."}) {
    EXPECT_EQ(syntax(bad), "AmountSyntax") << bad;
  }
  EXPECT_EQ(syntax("0.000000001"), "AmountTooPrecise");
  for (const char* large :
       {"9223372036854775808", "92233720368547758.08", "92233720368.54775808"}) {
    EXPECT_EQ(syntax(large), "AmountOverflow") << large;
  }
  EXPECT_EQ(syntax(Amount{-1}), "InvalidArgument");
  EXPECT_EQ(syntax(Amount{0}), "Ok");
  const auto positive = [](AmountInput input) {
    return std::string(ErrorName(ErrorCodeOf(CheckPositiveAmountSyntax(input))));
  };
  EXPECT_EQ(positive("0.00000000"), "AmountNotPositive");
  EXPECT_EQ(positive(Amount{0}), "AmountNotPositive");
  EXPECT_EQ(positive("0.00000001"), "Ok");
  EXPECT_EQ(positive("-0"), "AmountSyntax");
}

TEST(AmountText, MessagesSayWhatAndStayShort) {
  const std::string message(ParseAmount("0.001", 2).status().message());
  EXPECT_NE(message.find("\"0.001\""), std::string::npos) << message;
  EXPECT_NE(message.find("3 decimals"), std::string::npos) << message;
  EXPECT_LT(ParseAmount(std::string(100'000, 'x'), 2).status().message().size(), 400U);
}

TEST(AmountText, AgreesWithTheOracleOnRandomText) {
  std::mt19937_64 random(1);
  const std::string alphabet = "0123456789012345678900..-+e ";
  for (int i = 0; i < tests::TierCount(100'000, 2'000'000); ++i) {
    std::string text;
    const std::size_t size = random() % 24;
    while (text.size() < size) text += alphabet[random() % alphabet.size()];
    const int precision = static_cast<int>(random() % 9);
    ASSERT_EQ(Parsed(text, precision), Oracle(text, precision))
        << '"' << text << "\" " << precision;
  }
}

TEST(AmountText, GoesRoundThroughText) {
  std::mt19937_64 random(2);
  for (int i = 0; i < tests::TierCount(100'000, 2'000'000); ++i) {
    const auto amount = static_cast<Amount>(random() >> (1 + random() % 63));
    const int precision = static_cast<int>(random() % 9);
    const std::string text = FormatAmount(amount, precision);
    ASSERT_EQ(text, FormatOracle(amount, precision));
    ASSERT_EQ(ParseAmount(text, precision).value(), amount) << text;
  }
}

TEST(AmountText, ShowsEdgesAndNegatives) {
  EXPECT_EQ(FormatAmount(0, 0), "0");
  EXPECT_EQ(FormatAmount(0, 2), "0.00");
  EXPECT_EQ(FormatAmount(5, 2), "0.05");
  EXPECT_EQ(FormatAmount(-5, 2), "-0.05");
  EXPECT_EQ(FormatAmount(-1050, 2), "-10.50");
  EXPECT_EQ(FormatAmount(kMaxAmount, 8), "92233720368.54775807");
  EXPECT_EQ(FormatAmount(std::numeric_limits<Amount>::min(), 0), "-9223372036854775808");
  EXPECT_EQ(FormatAmount(7, -3), "7");
  EXPECT_EQ(FormatAmount(7, 99), "0.00000007");
}

TEST(AmountSum, IsShownExactlyIn128Bits) {
  const AmountSum most = ~(AmountSum{1} << 127);
  EXPECT_EQ(FormatSum(most, 0), "170141183460469231731687303715884105727");
  EXPECT_EQ(FormatSum(-most - 1, 0), "-170141183460469231731687303715884105728");
  EXPECT_EQ(FormatSum(-most - 1, 8), "-1701411834604692317316873037158.84105728");
  std::mt19937_64 random(3);
  for (int i = 0; i < 20'000; ++i) {
    const auto high = static_cast<std::int64_t>(random()) >> (random() % 64);
    const std::uint64_t low = random();
    const AmountSum sum = AmountSum{high} * (AmountSum{1} << 64) + low;
    const int precision = static_cast<int>(random() % 9);
    ASSERT_EQ(FormatSum(sum, precision), FormatOracle((cpp_int(high) << 64) + low, precision));
  }
}

TEST(AmountSum, OfTheLargestAmountsDoesNotWrap) {
  AmountSum sum = 0;
  for (int i = 0; i < 1000; ++i) sum += kMaxAmount;
  EXPECT_EQ(FormatSum(sum, 0), "9223372036854775807000");
}

// A result as text, "none" when it is out of range.
std::string Show(std::optional<Amount> result) {
  return result.has_value() ? std::to_string(*result) : "none";
}

std::string InRange(const cpp_int& value) {
  const bool fits = value >= std::numeric_limits<Amount>::min() && value <= kMaxAmount;
  return fits ? value.str() : "none";
}

TEST(AmountArithmetic, IsCheckedAtTheEdges) {
  constexpr Amount kMin = std::numeric_limits<Amount>::min();
  const Amount edges[] = {kMin, kMin + 1, -2, -1, 0, 1, 2, kMaxAmount - 1, kMaxAmount};
  for (const Amount a : edges) {
    for (const Amount b : edges) {
      EXPECT_EQ(Show(CheckedAdd(a, b)), InRange(cpp_int(a) + b)) << a << " + " << b;
      EXPECT_EQ(Show(CheckedSubtract(a, b)), InRange(cpp_int(a) - b)) << a << " - " << b;
    }
  }
}

TEST(AmountArithmetic, CapacitySaturates) {
  EXPECT_EQ(SaturateCapacity(-1), 0);
  EXPECT_EQ(SaturateCapacity(AmountSum{std::numeric_limits<Amount>::min()} * 3), 0);
  EXPECT_EQ(SaturateCapacity(0), 0);
  EXPECT_EQ(SaturateCapacity(kMaxAmount), kMaxAmount);
  EXPECT_EQ(SaturateCapacity(AmountSum{kMaxAmount} + 1), kMaxAmount);
  EXPECT_EQ(SaturateCapacity(AmountSum{1} << 64), kMaxAmount);
}

// The `amount_check` steps of the acceptance cases: payment amounts at precision 2.
TEST(AmountText, PassesTheAcceptanceCases) {
  int checked = 0;
  for (const nlohmann::json& file : tests::ReadCaseFiles()) {
    for (const nlohmann::json& test : file.value("cases", nlohmann::json::array())) {
      for (const nlohmann::json& step : test.value("steps", nlohmann::json::array())) {
        if (step.value("op", "") != "amount_check" || !step.at("value").is_string()) continue;
        const auto text = step["value"].get<std::string>();
        const StatusOr<Amount> amount = ParsePositiveAmount(text, 2);
        EXPECT_TRUE(tests::IsAsExpected(step, amount.status())) << text << amount.status();
        if (amount.ok() && step["expect"].contains("value")) {
          EXPECT_EQ(*amount, ParseAmount(step["expect"]["value"].get<std::string>(), 2).value());
        }
        ++checked;
      }
    }
  }
  if (checked == 0) GTEST_SKIP() << "no acceptance cases at " << tests::CasesPath();
}

}  // namespace
}  // namespace geo
