#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>
#include <string>

#include "geo/crypto/json.h"
#include "tests/support/case_files.h"
#include "tests/support/environment.h"
#include "tests/support/status.h"

namespace geo {
namespace {

using tests::CodeName;

// The canonical text of `text`, or the name of the error.
std::string Canonical(std::string_view text) {
  const StatusOr<Json> json = ParseJson(text);
  if (!json.ok()) return CodeName(json);
  const StatusOr<std::string> canonical = CanonicalJson(*json);
  return canonical.ok() ? *canonical : CodeName(canonical);
}

TEST(Json, IsWrittenCanonically) {
  const std::pair<const char*, const char*> rows[] = {
      {" null ", "null"},
      {"true", "true"},
      {"false", "false"},
      {"0", "0"},
      {"-1", "-1"},
      {"9007199254740991", "9007199254740991"},
      {"-9007199254740991", "-9007199254740991"},
      {"\"\"", "\"\""},
      {"[ ]", "[]"},
      {"{ }", "{}"},
      {"[1, [2, {}], \"x\"]", "[1,[2,{}],\"x\"]"},
      {"\t{\"b\" : 1,\r\n\"a\" : {\"y\":2,\"x\":1}}", "{\"a\":{\"x\":1,\"y\":2},\"b\":1}"},
      {"{\"\":1,\"a\":2,\"A\":3,\"aa\":4}", "{\"\":1,\"A\":3,\"a\":2,\"aa\":4}"},
      // By code point U+E000 comes before U+1F600; by UTF-16 unit it would come after it.
      {"{\"\\uD83D\\uDE00\":1,\"\\uE000\":2,\"я\":3,\"z\":4}",
       "{\"z\":4,\"я\":3,\"\xee\x80\x80\":2,\"\xf0\x9f\x98\x80\":1}"},
      {R"("\u0041\/\u00e9\u2028\u007f")", "\"A/\xc3\xa9\xe2\x80\xa8\x7f\""},
      {R"("\" \\ \b \f \n \r \t")", R"("\" \\ \b \f \n \r \t")"},
      {R"("\u0022\u005c\u0008\u000c\u000a\u000d\u0009")", R"("\"\\\b\f\n\r\t")"},
      {R"("\u0000\u0001\u000B\u001F")", R"("\u0000\u0001\u000b\u001f")"},
  };
  for (const auto& [text, canonical] : rows) {
    EXPECT_EQ(Canonical(text), canonical) << text;
    EXPECT_EQ(Canonical(canonical), canonical);
    EXPECT_EQ(ParseCanonicalJson(canonical).value(), ParseJson(text).value());
  }
}

TEST(Json, RefusesWhatIsNotJson) {
  for (const char* bad : {
           "",
           " ",
           "nul",
           "nulll",
           "True",
           "NaN",
           "Infinity",
           "-",
           "+1",
           "01",
           "0x1",
           ".5",
           "1.",
           "1e",
           "1 2",
           "[1,]",
           "[1 2]",
           "[",
           "]",
           "{",
           "{\"a\"}",
           "{\"a\":}",
           "{a:1}",
           "{\"a\":1,",
           "{\"a\":1,}",
           "{,}",
           "{1:2}",
           "'a'",
           "\"",
           "\"\\x\"",
           "\"\\u12\"",
           "\"\n\"",
           "\"\t\"",
           "[1]]",
           "/*c*/1",
           "1//c",
           "\"a\"b",
           "\"\\ud800\"",
           "\"\\udc00\"",
           "\"\\ud800x\"",
           "\"\\ud800\\u0041\"",
           "\"\\ude00\\ud83d\"",
           "\"\xff\"",
           "\"\xc3\"",
           "\"\xc0\x80\"",
           "\"\xed\xa0\x80\"",
           "\"\xf4\x90\x80\x80\"",
           "\xc2\xa0"
           "1",
           "\xef\xbb\xbf"
           "1",
       }) {
    EXPECT_EQ(Canonical(bad), "JsonSyntax") << bad;
  }
  EXPECT_EQ(Canonical(std::string_view("1\0", 2)), "JsonSyntax");
  EXPECT_EQ(Canonical(std::string_view("1\0garbage", 9)), "JsonSyntax");
  EXPECT_EQ(Canonical(std::string_view("\"\0\"", 3)), "JsonSyntax");
}

TEST(Json, RefusesWhatCanonicalFormDoesNotHave) {
  for (const char* bad : {
           "1.0",
           "0.5",
           "-0.0",
           "1e2",
           "1E2",
           "1e-2",
           "1e400",
           "-1e400",
           "1.5e3",
           "-0",
           "[-0]",
           "9007199254740992",
           "-9007199254740992",
           "9223372036854775807",
           "9223372036854775808",
           "-9223372036854775808",
           "-9223372036854775809",
           "18446744073709551615",
           "18446744073709551616",
           "1000000000000000000000000000000000000000000",
           "-01",
           "{\"a\":1,\"a\":1}",
           "{\"a\":1,\"b\":2,\"\\u0061\":3}",
           "[{\"x\":{\"\":0,\"\":0}}]",
       }) {
    EXPECT_EQ(CodeName(ParseJson(bad)), "JsonUnsupported") << bad;
  }
  EXPECT_EQ(CodeName(ParseJson("1" + std::string(500, '0'))), "JsonUnsupported");
}

TEST(Json, SaysWhereAndStaysShort) {
  const auto message = [](std::string_view text) {
    return std::string(ParseJson(text).status().message());
  };
  EXPECT_NE(message("[1,2,x]").find("byte 6 of 7"), std::string::npos) << message("[1,2,x]");
  const std::string deep = message("{\"a\":[0,{\"b\":1.5}]}");
  EXPECT_NE(deep.find("\"/a/1/b\""), std::string::npos) << deep;
  EXPECT_NE(deep.find("1.5"), std::string::npos) << deep;
  EXPECT_NE(message("{\"a\":1,\"a\":2}").find("\"/a\""), std::string::npos);
  EXPECT_LT(message('"' + std::string(100'000, 'x')).size(), 400U);
  EXPECT_LT(message('1' + std::string(100'000, '0')).size(), 400U);
  EXPECT_LT(message("{\"" + std::string(100'000, 'x') + "\":-0}").size(), 400U);
}

std::string Nested(std::size_t depth, std::string_view inside) {
  return std::string(depth, '[') + std::string(inside) + std::string(depth, ']');
}

TEST(Json, NestsUpToItsDepth) {
  EXPECT_EQ(Canonical(Nested(kMaxJsonDepth, "1")), Nested(kMaxJsonDepth, "1"));
  EXPECT_EQ(Canonical(Nested(kMaxJsonDepth, "")), Nested(kMaxJsonDepth, ""));
  EXPECT_EQ(CodeName(ParseJson(Nested(kMaxJsonDepth + 1, ""))), "JsonUnsupported");
  EXPECT_EQ(CodeName(ParseJson(Nested(kMaxJsonDepth, "{}"))), "JsonUnsupported");
  EXPECT_EQ(CodeName(ParseJson(std::string(5'000'000, '['))), "JsonUnsupported");
  std::string objects;
  for (int i = 0; i < 5'000; ++i) objects += "{\"a\":";
  EXPECT_EQ(CodeName(ParseJson(objects)), "JsonUnsupported");
}

TEST(Json, SiblingsAddNoDepth) {
  const std::string arrays = "[" + Nested(63, "") + "," + Nested(63, "") + "]";
  EXPECT_EQ(Canonical(arrays), arrays);
  std::string objects = "[{}";
  for (std::size_t i = 0; i < 2 * kMaxJsonDepth; ++i) objects += ",{}";
  EXPECT_EQ(Canonical(objects + "]"), objects + "]");
}

TEST(Json, RefusesBuiltValuesWithoutCanonicalForm) {
  const Json bad[] = {
      Json(kMaxJsonInt + 1),
      Json(-kMaxJsonInt - 1),
      Json(std::numeric_limits<std::uint64_t>::max()),
      Json(std::numeric_limits<std::int64_t>::min()),
      Json("\xff"),
      Json(Json::Object{{"\xc3", 1}}),
      Json(Json::Array{1, "\xed\xa0\x80"}),
  };
  for (const Json& value : bad) EXPECT_EQ(CodeName(CanonicalJson(value)), "JsonUnsupported");
  Json deep;
  for (std::size_t i = 0; i < kMaxJsonDepth; ++i) deep = Json(Json::Array{deep});
  EXPECT_TRUE(CanonicalJson(deep).ok());
  EXPECT_EQ(CodeName(CanonicalJson(Json(Json::Array{deep}))), "JsonUnsupported");
}

TEST(Json, CanonicalTextIsTakenByteForByte) {
  EXPECT_TRUE(ParseCanonicalJson("{\"a\":1,\"b\":[true,null]}").ok());
  for (const char* bad : {" 1", "1 ", "{\"b\":1,\"a\":1}", "[1, 2]", "\"\\u0041\"", "\"\\/\"",
                          "\"\\u000A\"", "\"\\u000B\"", "\"\\u00e9\""}) {
    const auto json = ParseCanonicalJson(bad);
    EXPECT_EQ(CodeName(json), "JsonUnsupported") << bad;
    EXPECT_NE(json.status().message().find("canonical"), absl::string_view::npos);
  }
  EXPECT_EQ(CodeName(ParseCanonicalJson("{")), "JsonSyntax");
  const std::string message(ParseCanonicalJson("[1,2 ]").status().message());
  EXPECT_NE(message.find("byte 5"), std::string::npos) << message;
}

TEST(Json, IsBuiltAndAsked) {
  const int small = 7;
  Json json;
  json.Set("int", small).Set("text", "x").Set("view", std::string_view("v")).Set("flag", true);
  json.Set("none", nullptr).Set("list", Json::Array{1, "two", false}).Set("int", 8);
  EXPECT_EQ(CanonicalJson(json).value(),
            R"({"flag":true,"int":8,"list":[1,"two",false],"none":null,"text":"x","view":"v"})");
  ASSERT_NE(json.Find("int"), nullptr);
  EXPECT_EQ(*json.Find("int")->AsInt(), 8);
  EXPECT_EQ(*json.Find("text")->AsString(), "x");
  EXPECT_TRUE(*json.Find("flag")->AsBool());
  EXPECT_TRUE(json.Find("none")->IsNull());
  EXPECT_EQ(json.Find("list")->AsArray()->size(), 3U);
  EXPECT_EQ(json.AsObject()->size(), 6U);
  EXPECT_EQ(json.Find("absent"), nullptr);
  EXPECT_EQ(Json(1).Find("int"), nullptr);
  EXPECT_EQ(json.Find("int")->AsString(), nullptr);
  EXPECT_EQ(json.Find("flag")->AsInt(), nullptr);
  Json list = "a text";
  list.Append(1).Append(Json());
  EXPECT_EQ(CanonicalJson(list).value(), "[1,null]");
  EXPECT_EQ(CanonicalJson(list.Set("a", 1)).value(), "{\"a\":1}");
  EXPECT_EQ(list.Take("b"), Json());
  EXPECT_EQ(list.Take("a"), Json(1));
  EXPECT_EQ(CanonicalJson(list).value(), "{}");
  EXPECT_EQ(Json(7).Take("a"), Json());
  EXPECT_EQ(JsonKindName(list.kind()), "object");
  EXPECT_EQ(JsonKindName(Json(true).kind()), "boolean");
}

TEST(Json, IsAPlainValue) {
  const Json original = ParseJson(R"({"a":[1,{"b":"c"}]})").value();
  Json copy = original;
  EXPECT_EQ(copy, original);
  copy.Set("a", 2);
  EXPECT_NE(copy, original);
  const Json moved = std::move(copy);
  EXPECT_EQ(*moved.Find("a")->AsInt(), 2);
  EXPECT_NE(Json(0), Json(false));
  EXPECT_NE(Json(""), Json());
  EXPECT_NE(Json(Json::Array()), Json(Json::Object()));
}

// A random value twice: as ours and as the test's own library builds it.
struct Twins {
  Json ours;
  nlohmann::json theirs;
};

std::string RandomText(std::mt19937_64& random) {
  static const char* const kPieces[] = {"a",
                                        "Z",
                                        "\"",
                                        "\\",
                                        "/",
                                        "\n",
                                        "\x01",
                                        "\x1f",
                                        "\x7f",
                                        "é",
                                        "я",
                                        "\xe2\x80\xa8",
                                        "\xee\x80\x80",
                                        "\xf0\x9f\x98\x80",
                                        "<",
                                        "&"};
  std::string text;
  for (std::size_t n = random() % 6; n > 0; --n) text += kPieces[random() % std::size(kPieces)];
  return text;
}

Twins RandomTwins(std::mt19937_64& random, int depth) {
  switch (random() % (depth > 0 ? 6 : 4)) {
    case 0:
      return {Json(), nullptr};
    case 1: {
      const bool flag = random() % 2 == 0;
      return {Json(flag), flag};
    }
    case 2: {
      const std::int64_t number = (static_cast<std::int64_t>(random()) >> 10) >> (random() % 53);
      return {Json(number), number};
    }
    case 3: {
      const std::string text = RandomText(random);
      return {Json(text), text};
    }
    case 4: {
      Twins list{Json::Array(), nlohmann::json::array()};
      for (std::size_t n = random() % 4; n > 0; --n) {
        const Twins item = RandomTwins(random, depth - 1);
        list.ours.Append(item.ours);
        list.theirs.push_back(item.theirs);
      }
      return list;
    }
    default: {
      Twins object{Json::Object(), nlohmann::json::object()};
      for (std::size_t n = random() % 4; n > 0; --n) {
        const std::string key = RandomText(random);
        const Twins item = RandomTwins(random, depth - 1);
        object.ours.Set(key, item.ours);
        object.theirs[key] = item.theirs;
      }
      return object;
    }
  }
}

TEST(Json, AgreesWithAnotherWriterOnRandomValues) {
  std::mt19937_64 random(7);
  for (int i = 0; i < tests::TierCount(20'000, 500'000); ++i) {
    const Twins twins = RandomTwins(random, 5);
    const std::string canonical = CanonicalJson(twins.ours).value();
    ASSERT_EQ(canonical, twins.theirs.dump());
    ASSERT_EQ(ParseCanonicalJson(canonical).value(), twins.ours);
    ASSERT_EQ(ParseJson(twins.theirs.dump(2, ' ', true)).value(), twins.ours);
  }
}

TEST(Json, PassesTheVectors) {
  const auto vectors = tests::CaseVectors("canonical");
  if (vectors.empty()) GTEST_SKIP() << "no vectors at " << tests::CasesPath();
  for (const nlohmann::json& vector : vectors) {
    const std::string value = vector.at("value").dump(1);
    // Typed values and bytes in other forms are the scenario runner's.
    if (value.find("\"$") != std::string::npos || !vector.contains("bytes_utf8")) continue;
    EXPECT_EQ(Canonical(value), vector["bytes_utf8"]) << value;
  }
}

TEST(Json, RefusesTheVectors) {
  const auto vectors = tests::CaseVectors("canonical_refused");
  if (vectors.empty()) GTEST_SKIP() << "no such vectors at " << tests::CasesPath();
  for (const nlohmann::json& vector : vectors) {
    const nlohmann::json& text =
        vector.is_object() ? vector.value("text", nlohmann::json()) : vector;
    if (!text.is_string() && !vector.contains("value")) continue;
    const std::string refused =
        text.is_string() ? text.get<std::string>() : vector.at("value").dump();
    // Typed values are the scenario runner's.
    if (refused.find("\"$") != std::string::npos) continue;
    EXPECT_FALSE(ParseCanonicalJson(refused).ok()) << refused;
  }
}

}  // namespace
}  // namespace geo
