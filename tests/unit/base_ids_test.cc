#include <gtest/gtest.h>

#include <set>
#include <string>
#include <unordered_set>

#include "absl/hash/hash.h"
#include "geo/base/encoding.h"
#include "geo/base/ids.h"
#include "tests/support/case_files.h"
#include "tests/support/environment.h"
#include "tests/support/status.h"

namespace geo {
namespace {

using tests::CodeName;

TEST(Pid, GoesRoundThroughBase58) {
  const std::string text = "2KagShR4Usj2uARXJeDw7XJEKvQ3XDr84dC47hUB3Uyd";
  const Pid pid = ParsePid(text).value();
  EXPECT_EQ(EncodeHex(pid.view()),
            "139e3940e64b5491722088d9a0d741628fc826e09475d341a780acde3c4b8070");
  EXPECT_EQ(FormatPid(pid), text);
  EXPECT_EQ(FormatPid(Pid()), std::string(32, '1'));
  EXPECT_TRUE(ParsePid(std::string(32, '1')).value().IsZero());
}

TEST(Pid, KeepsEveryNumberOfLeadingZeros) {
  for (std::size_t zeros = 0; zeros <= Pid::kSize; ++zeros) {
    const std::string raw = std::string(zeros, '\0') + std::string(Pid::kSize - zeros, '\xff');
    const Pid pid = Pid::FromBytes(raw).value();
    const std::string text = FormatPid(pid);
    EXPECT_GE(text.size(), 32U);
    EXPECT_LE(text.size(), 44U);
    EXPECT_EQ(ParsePid(text).value(), pid);
  }
}

TEST(Pid, RefusesOtherText) {
  const std::string good = "2KagShR4Usj2uARXJeDw7XJEKvQ3XDr84dC47hUB3Uyd";
  for (const std::string& bad :
       {std::string(), std::string(31, '1'), std::string(33, '1'), "1" + good, good + " ",
        good.substr(3), "0" + good.substr(1), std::string(44, 'z'), std::string(200, '1')}) {
    EXPECT_EQ(CodeName(ParsePid(bad)), "PidSyntax") << bad;
  }
}

TEST(LineId, GoesRoundAndRefusesOtherText) {
  const std::string text = "00112233-4455-6677-8899-aabbccddeeff";
  const LineId id = ParseLineId(text).value();
  EXPECT_EQ(EncodeHex(id.view()), "00112233445566778899aabbccddeeff");
  EXPECT_EQ(FormatLineId(id), text);
  for (const char* bad :
       {"", "00112233445566778899aabbccddeeff", "00112233-4455-6677-8899-AABBCCDDEEFF",
        "{00112233-4455-6677-8899-aabbccddeeff}", "00112233-4455-6677-8899-aabbccddeef",
        "00112233-4455-6677-8899-aabbccddeeff0", "0011223-34455-6677-8899-aabbccddeeff",
        "00112233-4455-6677-8899-aabbccddee-f", "00112233-4455-6677-8899-aabbccddeegg",
        "0011223304455-6677-8899-aabbccddeeff", "00112233-4455-6677-8899 aabbccddeeff"}) {
    EXPECT_EQ(CodeName(ParseLineId(bad)), "EncodingSyntax") << bad;
  }
}

TEST(EquivalentCode, FollowsItsRule) {
  for (const char* good : {"A", "UAH", "KG_WHEAT", "_", "0", "XXXXXXXXXXXXXXXX"}) {
    EXPECT_EQ(EquivalentCode::Parse(good).value().text(), good);
  }
  for (const char* bad : {"", "uah", "U-H", "U H", "UAH ", "XXXXXXXXXXXXXXXXX", "\xc3\x84", "A."}) {
    EXPECT_EQ(CodeName(EquivalentCode::Parse(bad)), "EquivalentCodeSyntax") << bad;
  }
  EXPECT_EQ(CodeName(EquivalentCode::Parse(std::string_view("A\0", 2))), "EquivalentCodeSyntax");
  EXPECT_EQ(EquivalentCode().text(), "");
  EXPECT_LT(EquivalentCode::Parse("A").value(), EquivalentCode::Parse("AA").value());
  EXPECT_NE(EquivalentCode::Parse("A").value(), EquivalentCode());
}

TEST(TxId, FollowsItsRule) {
  for (const std::string& good :
       {std::string("a"), std::string("A.b_c:d-9"), std::string(64, 'x')}) {
    EXPECT_EQ(TxId::Parse(good).value().text(), good);
  }
  for (const std::string& bad : {std::string(), std::string(65, 'x'), std::string("a b"),
                                 std::string("a/b"), std::string("ü"), std::string("a\0", 2)}) {
    EXPECT_EQ(CodeName(TxId::Parse(bad)), "TxIdSyntax") << bad;
  }
}

// All single characters, against the character classes spelled out.
TEST(Ids, TakeExactlyTheirCharacters) {
  const std::string upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
  const std::string code = upper + "_";
  const std::string tx = upper + "abcdefghijklmnopqrstuvwxyz._:-";
  for (int c = 0; c < 256; ++c) {
    const std::string text(1, static_cast<char>(c));
    EXPECT_EQ(EquivalentCode::Parse(text).ok(), code.find(text) != std::string::npos) << c;
    EXPECT_EQ(TxId::Parse(text).ok(), tx.find(text) != std::string::npos) << c;
  }
}

TEST(FixedBytes, ComesFromExactlyItsSize) {
  EXPECT_EQ(CodeName(Hash256::FromBytes(std::string(31, 'x'))), "InvalidArgument");
  EXPECT_EQ(CodeName(Hash256::FromBytes(std::string(33, 'x'))), "InvalidArgument");
  EXPECT_EQ(Hash256::FromBytes(std::string(32, 'x')).value().view(), std::string(32, 'x'));
}

TEST(FixedBytes, IsOrderedByUnsignedBytes) {
  const Pid low = Pid::FromBytes(std::string(31, '\0') + '\x7f').value();
  const Pid high = Pid::FromBytes(std::string(31, '\0') + '\x80').value();
  EXPECT_LT(low, high);
  EXPECT_LT(Pid(), low);
}

TEST(Ids, CanBeKeys) {
  std::unordered_set<Pid> pids = {Pid(), Pid::FromBytes(std::string(32, 'a')).value(), Pid()};
  EXPECT_EQ(pids.size(), 2U);
  const TxId a = TxId::Parse("a").value();
  const TxId b = TxId::Parse("b").value();
  std::unordered_set<TxId, absl::Hash<TxId>> ids = {a, b, TxId::Parse("a").value()};
  EXPECT_EQ(ids.size(), 2U);
  EXPECT_NE(absl::HashOf(a), absl::HashOf(b));
  std::unordered_set<EquivalentCode> codes = {EquivalentCode::Parse("A").value(), EquivalentCode()};
  EXPECT_EQ(codes.size(), 2U);
}

// The `tx_id_check` and `eq_code_check` steps of the acceptance cases.
TEST(Ids, PassTheAcceptanceCases) {
  int checked = 0;
  for (const nlohmann::json& file : tests::ReadCaseFiles()) {
    for (const nlohmann::json& test : file.value("cases", nlohmann::json::array())) {
      for (const nlohmann::json& step : test.value("steps", nlohmann::json::array())) {
        const std::string op = step.value("op", "");
        if (op != "tx_id_check" && op != "eq_code_check") continue;
        if (!step.at("value").is_string()) continue;
        const auto text = step["value"].get<std::string>();
        const Status status =
            op == "tx_id_check" ? TxId::Parse(text).status() : EquivalentCode::Parse(text).status();
        EXPECT_TRUE(tests::IsAsExpected(step, status)) << text << status;
        ++checked;
      }
    }
  }
  if (checked == 0) GTEST_SKIP() << "no acceptance cases at " << tests::CasesPath();
}

}  // namespace
}  // namespace geo
