#include <gtest/gtest.h>

#include <string>

#include "geo/base/ids.h"
#include "geo/crypto/json_members.h"
#include "tests/support/status.h"

namespace geo {
namespace {

using tests::CodeName;

TEST(JsonMembers, AreReadByType) {
  const Json json = Json::Object{
      {"text", "x"}, {"int", 7}, {"flag", true}, {"list", Json::Array{1}}, {"tx", "a:1"}};
  JsonMembers members(json, "test");
  EXPECT_EQ(members.Get<std::string>("text"), "x");
  EXPECT_EQ(members.Get<std::int64_t>("int"), 7);
  EXPECT_EQ(members.Find<bool>("flag"), true);
  EXPECT_EQ(members.Get<Json::Array>("list").size(), 1U);
  EXPECT_EQ(members.Parsed("tx", TxId::Parse).text(), "a:1");
  EXPECT_EQ(members.Find<Json::Object>("absent"), std::nullopt);
  EXPECT_TRUE(members.Finish().ok());
}

TEST(JsonMembers, KeepTheFirstError) {
  const Json json = Json::Object{{"text", 1}, {"tx", "a b"}};
  JsonMembers members(json, "test");
  EXPECT_EQ(members.Get<std::string>("text"), "");
  EXPECT_EQ(members.Parsed("tx", TxId::Parse), TxId());
  EXPECT_EQ(members.Get<std::int64_t>("absent"), 0);
  const Status status = members.Finish();
  EXPECT_EQ(CodeName(status), "CommandSyntax");
  EXPECT_EQ(status.message(), "member \"text\" of test is of type integer; expected string");
}

TEST(JsonMembers, RefuseWhatNobodyAskedFor) {
  const Json json = Json::Object{{"a", 1}, {"b", 2}};
  JsonMembers members(json, "test");
  EXPECT_EQ(members.Get<std::int64_t>("a"), 1);
  EXPECT_EQ(members.Finish().message(), "unknown member \"b\" in test");
}

TEST(JsonMembers, AreThoseOfAnObject) {
  const Json json = Json::Array{1};
  JsonMembers members(json, "test");
  EXPECT_EQ(members.Find<std::int64_t>("a"), std::nullopt);
  EXPECT_EQ(members.Finish().message(), "test is of type array; expected an object");
}

}  // namespace
}  // namespace geo
