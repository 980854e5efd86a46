#include <gtest/gtest.h>

#include <functional>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "geo/base/bytes.h"
#include "geo/base/encoding.h"
#include "geo/base/time.h"

namespace geo {
namespace {

std::string Written(const std::function<void(ByteWriter&)>& write) {
  std::string out;
  ByteWriter writer(&out);
  write(writer);
  return EncodeHex(out);
}

std::string FromHex(std::string_view hex) { return DecodeHex(hex).value(); }

TEST(ByteWriter, GivesTheKnownBytes) {
  const std::pair<std::uint64_t, const char*> varints[] = {
      {0, "00"},         {1, "01"},
      {127, "7f"},       {128, "8001"},
      {300, "ac02"},     {16383, "ff7f"},
      {16384, "808001"}, {std::numeric_limits<std::uint64_t>::max(), "ffffffffffffffffff01"},
  };
  for (const auto& [value, hex] : varints) {
    EXPECT_EQ(Written([v = value](ByteWriter& w) { w.Varint(v); }), hex);
  }
  const std::pair<std::int64_t, const char*> zigzags[] = {
      {0, "00"},
      {-1, "01"},
      {1, "02"},
      {-2, "03"},
      {std::numeric_limits<std::int64_t>::max(), "feffffffffffffffff01"},
      {std::numeric_limits<std::int64_t>::min(), "ffffffffffffffffff01"},
  };
  for (const auto& [value, hex] : zigzags) {
    EXPECT_EQ(Written([v = value](ByteWriter& w) { w.Signed(v); }), hex);
  }
  EXPECT_EQ(Written([](ByteWriter& w) { w.Byte(0xab); }), "ab");
  EXPECT_EQ(Written([](ByteWriter& w) { w.Fixed32(0x01020304); }), "04030201");
  EXPECT_EQ(Written([](ByteWriter& w) { w.Fixed64(0x0102030405060708); }), "0807060504030201");
  EXPECT_EQ(Written([](ByteWriter& w) { w.Sum(-2); }), "feffffffffffffffffffffffffffffff");
  EXPECT_EQ(Written([](ByteWriter& w) { w.Sum(AmountSum{1} << 64); }),
            "00000000000000000100000000000000");
  EXPECT_EQ(Written([](ByteWriter& w) { w.Bytes("abc"); }), "03616263");
  EXPECT_EQ(Written([](ByteWriter& w) { w.Raw("abc"); }), "616263");
  EXPECT_EQ(Written([](ByteWriter& w) { w.Fixed(Salt()); }), std::string(32, '0'));
}

TEST(ByteReader, ReadsBackWhatWasWritten) {
  std::mt19937_64 random(6);
  for (int i = 0; i < 20'000; ++i) {
    const std::uint64_t number = random() >> (random() % 64);
    const auto negative = static_cast<std::int64_t>(random()) >> (random() % 64);
    const AmountSum sum = AmountSum{negative} * static_cast<std::int64_t>(random());
    const std::string text(random() % 200, 'x');
    std::string out;
    ByteWriter writer(&out);
    writer.Varint(number);
    writer.Signed(negative);
    writer.Sum(sum);
    writer.Bytes(text);
    writer.Fixed32(static_cast<std::uint32_t>(number));
    writer.Fixed64(number);
    ByteReader reader(out);
    ASSERT_EQ(reader.Varint(), number);
    ASSERT_EQ(reader.Signed(), negative);
    ASSERT_TRUE(reader.Sum() == sum);
    ASSERT_EQ(reader.Bytes(), text);
    ASSERT_EQ(reader.Fixed32(), static_cast<std::uint32_t>(number));
    ASSERT_EQ(reader.Fixed64(), number);
    ASSERT_TRUE(reader.Complete());
  }
}

TEST(ByteReader, RefusesVarintsThatAreNotTheShortest) {
  for (const char* bad : {
           "",                            // nothing
           "80",                          // cut off
           "8000",                        // zero in two bytes
           "ff00",                        // 127 in two bytes
           "808000",                      // zero in three
           "ffffffffffffffffff00",        // 2^63−1 in ten
           "ffffffffffffffffff02",        // above 64 bits
           "ffffffffffffffffff7f",        //
           "8080808080808080808001",      // eleven bytes
           "ffffffffffffffffffffffffff",  // without an end
       }) {
    const std::string bytes = FromHex(bad);
    ByteReader reader(bytes);
    EXPECT_EQ(reader.Varint(), 0U) << bad;
    EXPECT_FALSE(reader.ok()) << bad;
  }
}

// Reads one value of every kind.
void ReadAll(ByteReader& reader) {
  reader.Byte();
  reader.Fixed32();
  reader.Fixed64();
  reader.Varint();
  reader.Signed();
  reader.Sum();
  reader.Fixed<Hash256>();
  reader.Bytes();
  reader.Raw(3);
  reader.Below(300);
}

TEST(ByteReader, NoticesTruncationAtEveryByte) {
  std::string out;
  ByteWriter writer(&out);
  writer.Byte(1);
  writer.Fixed32(2);
  writer.Fixed64(3);
  writer.Varint(1'000'000);
  writer.Signed(-1'000'000);
  writer.Sum(4);
  writer.Fixed(Hash256());
  writer.Bytes("some text");
  writer.Raw("raw");
  writer.Varint(300);
  for (std::size_t size = 0; size < out.size(); ++size) {
    ByteReader reader(std::string_view(out).substr(0, size));
    ReadAll(reader);
    EXPECT_FALSE(reader.ok()) << size;
  }
  ByteReader whole(out);
  ReadAll(whole);
  EXPECT_TRUE(whole.Complete());
  out += '\0';
  ByteReader longer(out);
  ReadAll(longer);
  EXPECT_TRUE(longer.ok());
  EXPECT_FALSE(longer.Complete());
  EXPECT_EQ(longer.remaining(), 1U);
}

TEST(ByteReader, StaysFailedAndGivesNothing) {
  const std::string bytes(100, '\x01');
  ByteReader reader(bytes);
  reader.Fail();
  EXPECT_EQ(reader.Byte(), 0);
  EXPECT_EQ(reader.Fixed32(), 0U);
  EXPECT_EQ(reader.Fixed64(), 0U);
  EXPECT_EQ(reader.Varint(), 0U);
  EXPECT_EQ(reader.Signed(), 0);
  EXPECT_TRUE(reader.Sum() == 0);
  EXPECT_EQ(reader.Bytes(), "");
  EXPECT_EQ(reader.Raw(1), "");
  EXPECT_EQ(reader.Below(5), 0U);
  EXPECT_TRUE(reader.Fixed<Hash256>().IsZero());
  EXPECT_FALSE(reader.ok());
  EXPECT_TRUE(reader.AtEnd());
  EXPECT_FALSE(reader.Complete());
}

TEST(ByteReader, ChecksLengthsAndLimits) {
  const std::string huge = FromHex("ffffffffffffffffff01") + "abc";  // a length of 2^64−1
  ByteReader lengths(huge);
  EXPECT_EQ(lengths.Bytes(), "");
  EXPECT_FALSE(lengths.ok());
  const std::string seven = FromHex("07");
  ByteReader below(seven);
  EXPECT_EQ(below.Below(7), 7U);
  EXPECT_TRUE(below.Complete());
  ByteReader above(seven);
  EXPECT_EQ(above.Below(6), 0U);
  EXPECT_FALSE(above.ok());
}

TEST(DayOf, RoundsTowardsThePast) {
  EXPECT_EQ(DayOf(0), 0);
  EXPECT_EQ(DayOf(kDay - 1), 0);
  EXPECT_EQ(DayOf(kDay), 1);
  EXPECT_EQ(DayOf(-1), -1);
  EXPECT_EQ(DayOf(-kDay), -1);
  EXPECT_EQ(DayOf(-kDay - 1), -2);
  EXPECT_EQ(DayOf(1'764'374'400'000'000), 20421);  // 2025-11-29T00:00:00Z
  EXPECT_EQ(DayOf(std::numeric_limits<Timestamp>::max()), 106751991);
  EXPECT_EQ(DayOf(std::numeric_limits<Timestamp>::min()), -106751992);
}

}  // namespace
}  // namespace geo
