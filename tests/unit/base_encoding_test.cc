#include <gtest/gtest.h>

#include <boost/multiprecision/cpp_int.hpp>
#include <random>
#include <string>

#include "geo/base/encoding.h"
#include "tests/support/status.h"

namespace geo {
namespace {

using tests::CodeName;

std::string RandomBytes(std::mt19937_64& random, std::size_t size) {
  std::string bytes;
  while (bytes.size() < size) bytes += static_cast<char>(random());
  return bytes;
}

TEST(Hex, KnowsItsTextAndRefusesOthers) {
  EXPECT_EQ(EncodeHex(std::string_view("\x00\x01\x7f\x80\xff", 5)), "00017f80ff");
  EXPECT_EQ(EncodeHex(""), "");
  EXPECT_EQ(DecodeHex("00017f80ff").value(), std::string("\x00\x01\x7f\x80\xff", 5));
  for (const char* bad : {"0", "000", "0g", "FF", "0x00", " 00", "00 ", "-1", "\xc3\xa9"}) {
    EXPECT_EQ(CodeName(DecodeHex(bad)), "EncodingSyntax") << bad;
  }
}

// The pairs that Base58 libraries test themselves with.
TEST(Base58, GivesTheKnownText) {
  const std::pair<const char*, const char*> rows[] = {
      {"", ""},
      {"00", "1"},
      {"61", "2g"},
      {"626262", "a3gV"},
      {"636363", "aPEr"},
      {"73696d706c792061206c6f6e6720737472696e67", "2cFupjhnEsSn59qHXstmK2ffpLv2"},
      {"00eb15231dfceb60925886b67d065299925915aeb172c06647", "1NS17iag9jJgTHD1VXjvLCEnZuQ3rJDE9L"},
      {"516b6fcd0f", "ABnLTmg"},
      {"bf4f89001e670274dd", "3SEo3LWLoPntC"},
      {"572e4794", "3EFU7m"},
      {"ecac89cad93923c02321", "EJDM8drfXA6uyA"},
      {"10c8511e", "Rt5zm"},
      {"00000000000000000000", "1111111111"},
      {"00000061", "1112g"},
  };
  for (const auto& [hex, text] : rows) {
    EXPECT_EQ(EncodeBase58(DecodeHex(hex).value()), text);
    EXPECT_EQ(EncodeHex(DecodeBase58(text).value()), hex);
  }
}

TEST(Base58, AgreesWithBigIntegers) {
  static constexpr std::string_view kAlphabet =
      "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
  std::mt19937_64 random(4);
  for (int i = 0; i < 2000; ++i) {
    const std::string bytes =
        std::string(random() % 4, '\0') + RandomBytes(random, static_cast<std::size_t>(i) % 60);
    boost::multiprecision::cpp_int number;
    for (const char c : bytes) number = number * 256 + static_cast<unsigned char>(c);
    std::string expected;
    for (; number > 0; number /= 58) {
      expected.insert(expected.begin(), kAlphabet[static_cast<std::size_t>(number % 58)]);
    }
    for (std::size_t k = 0; k < bytes.size() && bytes[k] == '\0'; ++k) expected.insert(0, "1");
    ASSERT_EQ(EncodeBase58(bytes), expected);
    ASSERT_EQ(DecodeBase58(expected).value(), bytes);
  }
}

TEST(Base58, RefusesOtherCharactersAndLongText) {
  for (const char* bad : {"0", "O", "I", "l", "2g ", " 2g", "2g\n", "+", "/", "\xc3\xa9"}) {
    EXPECT_EQ(CodeName(DecodeBase58(bad)), "EncodingSyntax") << bad;
  }
  EXPECT_TRUE(DecodeBase58(std::string(128, '1')).ok());
  EXPECT_EQ(CodeName(DecodeBase58(std::string(129, '1'))), "TooLarge");
}

// RFC 4648 §10.
TEST(Base64, GivesTheKnownText) {
  const std::pair<const char*, const char*> rows[] = {
      {"", ""},
      {"f", "Zg=="},
      {"fo", "Zm8="},
      {"foo", "Zm9v"},
      {"foob", "Zm9vYg=="},
      {"fooba", "Zm9vYmE="},
      {"foobar", "Zm9vYmFy"},
      {"\xfb\xff\xfe", "+//+"},
  };
  for (const auto& [bytes, text] : rows) {
    EXPECT_EQ(EncodeBase64(bytes), text);
    EXPECT_EQ(DecodeBase64(text).value(), bytes);
  }
  EXPECT_EQ(EncodeBase64Url("\xfb\xff\xfe\x01"), "-__-AQ");
  EXPECT_EQ(DecodeBase64Url("-__-AQ").value(), "\xfb\xff\xfe\x01");
}

TEST(Base64, RefusesWhatItWouldNotWrite) {
  for (const char* bad : {"Zg", "Zg=", "Zg===", "Z", "Zm9v=", "Zh==", "Zm9=", " Zg==", "Zg== ",
                          "Zg==\n", "Zm 9v", "-__-", "Zg==Zg==", "=", "====", "Zm9v.", "Zg.."}) {
    EXPECT_EQ(CodeName(DecodeBase64(bad)), "EncodingSyntax") << bad;
  }
  for (const char* bad : {"AQ==", "A", "AR", "+//+", "A Q", "AQ\n", "AQ=", "AQ."}) {
    EXPECT_EQ(CodeName(DecodeBase64Url(bad)), "EncodingSyntax") << bad;
  }
  EXPECT_EQ(CodeName(DecodeBase64(std::string_view("Zm9v\0", 5))), "EncodingSyntax");
}

TEST(Encodings, GoRoundForAllLengths) {
  std::mt19937_64 random(5);
  for (std::size_t size = 0; size < 300; ++size) {
    const std::string bytes = RandomBytes(random, size);
    EXPECT_EQ(DecodeBase64(EncodeBase64(bytes)).value(), bytes);
    EXPECT_EQ(DecodeBase64Url(EncodeBase64Url(bytes)).value(), bytes);
    EXPECT_EQ(DecodeHex(EncodeHex(bytes)).value(), bytes);
  }
}

// The Unicode Standard, table 3-7: well-formed byte sequences.
bool WellFormed(unsigned a, unsigned b, unsigned c, unsigned d, int length) {
  const auto in = [](unsigned byte, unsigned low, unsigned high) {
    return byte >= low && byte <= high;
  };
  const auto tail = [&](unsigned byte) { return in(byte, 0x80, 0xbf); };
  if (length == 1) return a <= 0x7f;
  if (length == 2) return in(a, 0xc2, 0xdf) && tail(b);
  if (length == 3) {
    const bool second = a == 0xe0 ? in(b, 0xa0, 0xbf) : a == 0xed ? in(b, 0x80, 0x9f) : tail(b);
    return in(a, 0xe0, 0xef) && second && tail(c);
  }
  const bool second = a == 0xf0 ? in(b, 0x90, 0xbf) : a == 0xf4 ? in(b, 0x80, 0x8f) : tail(b);
  return in(a, 0xf0, 0xf4) && second && tail(c) && tail(d);
}

std::string Sequence(std::initializer_list<unsigned> bytes) {
  std::string text;
  for (const unsigned byte : bytes) text += static_cast<char>(byte);
  return text;
}

TEST(Utf8, OneSequenceIsValidAsTheTableSays) {
  const unsigned edges[] = {0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xff};
  for (unsigned a = 0; a < 256; ++a) {
    ASSERT_EQ(IsValidUtf8(Sequence({a})), WellFormed(a, 0, 0, 0, 1)) << a;
    if (a < 0xc0) continue;  // below, every longer text is several sequences
    for (unsigned b = 0; b < 256; ++b) {
      ASSERT_EQ(IsValidUtf8(Sequence({a, b})), WellFormed(a, b, 0, 0, 2)) << a << ' ' << b;
      for (const unsigned c : edges) {
        const bool three = WellFormed(a, b, c, 0, 3) || (WellFormed(a, b, 0, 0, 2) && c <= 0x7f);
        ASSERT_EQ(IsValidUtf8(Sequence({a, b, c})), three) << a << ' ' << b << ' ' << c;
        for (const unsigned d : edges) {
          const bool four = WellFormed(a, b, c, d, 4) || (three && d <= 0x7f) ||
                            (WellFormed(a, b, 0, 0, 2) && WellFormed(c, d, 0, 0, 2));
          ASSERT_EQ(IsValidUtf8(Sequence({a, b, c, d})), four)
              << a << ' ' << b << ' ' << c << ' ' << d;
        }
      }
    }
  }
}

TEST(Utf8, TextOfManySequences) {
  EXPECT_TRUE(IsValidUtf8(""));
  EXPECT_TRUE(IsValidUtf8("plain"));
  EXPECT_TRUE(IsValidUtf8("Їжак \xf0\x9f\x98\x80 \xef\xbf\xbf"));
  EXPECT_FALSE(IsValidUtf8("plain\xff"));
  EXPECT_FALSE(IsValidUtf8("\xed\xa0\xbd\xed\xb8\x80"));  // a surrogate pair, each on its own
}

}  // namespace
}  // namespace geo
