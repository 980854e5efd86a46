#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "geo/journal/entity.h"

namespace geo {
namespace {

// The words of all numbers in order, up to 255, with "-" where a number has none.
template <typename Enum>
std::string Words(std::string_view (*name)(Enum)) {
  std::string words;
  for (int number = 0; number <= 255; ++number) {
    const std::string_view word = name(static_cast<Enum>(number));
    words += word.empty() ? "-" : " " + std::string(word);
  }
  return words.substr(0, words.find_last_not_of('-') + 1);
}

TEST(EntityNamesTest, ValuesHaveTheirWordsAndOtherNumbersNone) {
  EXPECT_EQ(Words(ParticipantTypeName), "- person business hub");
  EXPECT_EQ(Words(ParticipantStatusName), "- active suspended left deleted");
  EXPECT_EQ(Words(EquivalentKindName), "- fiat time commodity custom");
  EXPECT_EQ(Words(EquivalentStatusName), "- active inactive removed");
  EXPECT_EQ(Words(LineStatusName), "- active frozen closed");
  EXPECT_EQ(Words(TransactionStateName), "- prepared committed aborted");
}

}  // namespace
}  // namespace geo
