// The example `replay`, run as a program: real and made-up networks through the whole path, and
// what it says to wrong data and wrong flags.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <string>
#include <variant>
#include <vector>

#include "geo/base/amount.h"
#include "geo/base/encoding.h"
#include "geo/base/ids.h"
#include "geo/crypto/hash.h"
#include "geo/crypto/keys.h"
#include "tests/support/environment.h"
#include "tests/support/example_test.h"
#include "tests/support/scratch.h"
#include "tests/support/sqlite_reader.h"

namespace geo::tests {
namespace {

using ::testing::HasSubstr;

class ReplayTest : public ExampleTest {
 protected:
  ReplayTest() : ExampleTest("replay") {}

  // A data set written here: 0 can pay 10.00 to 1 and 5.00 on to 2.
  std::string SmallData(const std::string& payments, const std::string& debts = "") {
    const std::filesystem::path folder = scratch_.path() / "small";
    std::filesystem::create_directories(folder);
    EXPECT_TRUE(WriteFile(folder / "trustlines.csv", "from,to,limit\n1,0,10\n2,1,5\n"));
    EXPECT_TRUE(WriteFile(folder / "payments.csv", "time,from,to,amount\n" + payments));
    if (!debts.empty()) {
      EXPECT_TRUE(WriteFile(folder / "debts.csv", "debtor,creditor,amount\n" + debts));
    }
    return folder.string();
  }
};

std::int64_t Integer(const ColumnValue& value) {
  const auto* integer = std::get_if<std::int64_t>(&value);
  return integer == nullptr ? -1 : *integer;
}

// The digest as the header of examples/replay/digest.h says it, from the tables that people query.
std::string DigestOfTables(const std::string& path) {
  SqliteReader database(path);
  Sha256Stream hash;
  const auto rows = database.Rows(
      "SELECT 'debt ' || debtor || ' ' || creditor || ' ' || equivalent || ' ' || amount AS text "
      "FROM debts UNION ALL "
      "SELECT 'line ' || owner || ' ' || debtor || ' ' || equivalent || ' ' || limit_amount || ' ' "
      "|| status FROM trust_lines WHERE status <> 'closed' UNION ALL "
      "SELECT 'participant ' || pid || ' ' || status FROM participants ORDER BY text");
  for (const auto& row : rows) hash.Update(std::get<std::string>(row[0]) + "\n");
  return EncodeHex(hash.Finish().view());
}

// What must hold of every run with --store PATH: the program's own account of itself agrees with
// itself and with the tables.
void ExpectConsistent(const Json& run, const std::string& path, int precision) {
  std::uint64_t refused = 0;
  for (const auto& [reason, count] : run["refused_by_reason"].items()) {
    refused += count.get<std::uint64_t>();
  }
  EXPECT_EQ(run["accepted"].get<std::uint64_t>() + refused, run["payments"].get<std::uint64_t>());
  EXPECT_EQ(run["state_digest_after"], run["state_digest_reopened"]);
  EXPECT_EQ(run["state_digest_after"], DigestOfTables(path));

  SqliteReader database(path);
  EXPECT_EQ(Integer(database.One("SELECT count(*) FROM transactions")), run["accepted"]);
  EXPECT_EQ(Integer(database.One("SELECT count(*) FROM participants")), run["participants"]);
  EXPECT_EQ(Integer(database.One("SELECT count(*) FROM trust_lines")), run["lines"]);
  const Amount volume =
      Integer(database.One("SELECT coalesce(sum(amount_units), 0) FROM transactions"));
  EXPECT_EQ(FormatAmount(volume, precision), run["accepted_volume"]);
  EXPECT_EQ(Integer(database.One("SELECT count(*) FROM debts a JOIN debts b ON a.debtor = "
                                 "b.creditor AND a.creditor = b.debtor")),
            0);
}

// --- Real data ---

struct Expected {
  Arguments arguments;
  std::string set;
  std::uint64_t accepted = 0;
  std::string sha256;
};

class RealDataTest : public ReplayTest {
 protected:
  void Check(const Expected& expected) {
    const std::filesystem::path folder = DataDir() / expected.set;
    if (!std::filesystem::exists(folder)) GTEST_SKIP() << "no data set in " << folder;
    Arguments arguments = expected.arguments;
    arguments.insert(arguments.end(), {"--data", folder.string()});
    const Json run = RunJson(arguments);
    EXPECT_EQ(run["accepted"], expected.accepted);
    EXPECT_EQ(run["acceptance_sha256"], expected.sha256);
    EXPECT_TRUE(run["state_digest_after"].is_string());
    EXPECT_EQ(run["state_digest_after"], run["state_digest_reopened"]);
  }

  void CheckInDatabase(Expected expected) {
    const std::string path = scratch_.File("real.db");
    expected.arguments.insert(expected.arguments.end(), {"--store", path});
    Check(expected);
    if (!IsSkipped() && !HasFailure()) {
      EXPECT_EQ(Integer(SqliteReader(path).One("SELECT count(*) FROM transactions")),
                static_cast<std::int64_t>(expected.accepted));
    }
  }
};

const Expected kFlash2000 = {
    {"--router", "exact", "--reading", "real", "--state", "keep", "--payments", "2000"},
    "ripple-flash",
    1'143,
    "03f7148a98bb9b99accb7b209da2d53d493ee99cf33befa6802226bf09bf8d0c"};

TEST_F(RealDataTest, RippleFlashFirstPaymentsInMemory) { Check(kFlash2000); }

TEST_F(RealDataTest, RippleFlashFirstPaymentsInDatabase) { CheckInDatabase(kFlash2000); }

TEST_F(RealDataTest, RippleFlashAllPaymentsInDatabase) {
  if (!FullTier()) GTEST_SKIP() << "full tier only (GEO_TEST_TIER=full)";
  CheckInDatabase({{"--router", "exact", "--reading", "real"},
                   "ripple-flash",
                   68'755,
                   "0c997b07252bfd8c1d02fa9ef7c1b23e834e5c796fc01fab05d7303cb4046341"});
}

TEST_F(RealDataTest, Ripple2016KeepsItsState) {
  if (!FullTier()) GTEST_SKIP() << "full tier only (GEO_TEST_TIER=full)";
  CheckInDatabase({{"--router", "exact", "--reading", "sim", "--payments", "50000"},
                   "ripple-2016",
                   39'421,
                   "46458d32a230af3ca702d0f9296db3103832c6199e10a8b582b4fd56a708a372"});
}

TEST_F(RealDataTest, Ripple2016Reset) {
  if (!FullTier()) GTEST_SKIP() << "full tier only (GEO_TEST_TIER=full)";
  const Arguments common = {"--reading", "sim", "--state", "reset", "--payments", "50000"};
  Expected exact = {common, "ripple-2016", 49'966,
                    "b14eeffe6b614dac4384ed16a1a41feff75608c75241d250eb3c869da3d1c24f"};
  exact.arguments.insert(exact.arguments.end(), {"--router", "exact"});
  Check(exact);
  Expected single = {common, "ripple-2016", 49'701,
                     "7b362417337fff05368b120869d7359a2bfd947be20524c414ac46674755b231"};
  single.arguments.insert(single.arguments.end(), {"--router", "single", "--max-hops", "6"});
  Check(single);
}

// --- Made-up networks ---

class GeneratedTest : public ReplayTest, public ::testing::WithParamInterface<std::string> {};

TEST_P(GeneratedTest, WhatIsPaidIsThereAndStays) {
  const std::string path = scratch_.File("generated.db");
  const Json run =
      RunJson({"--generate", GetParam(), "--participants", "1500", "--payments", "3000",
               "--amounts", "L", "--group", "100", "--durability", "ordered", "--store", path});
  EXPECT_EQ(run["payments"], 3'000);
  EXPECT_GT(run["accepted"], 500);
  EXPECT_LT(run["accepted"], 3'000);
  EXPECT_GT(run["database_bytes"], 100'000);
  EXPECT_EQ(run["flushes"], 30);
  ExpectConsistent(run, path, 2);
  // It began within all limits, so it ends within them.
  SqliteReader database(path);
  EXPECT_GT(Integer(database.One("SELECT count(*) FROM debts")), 1'000);
  EXPECT_EQ(Integer(database.One(
                "SELECT count(*) FROM debts LEFT JOIN trust_lines ON owner = creditor AND "
                "trust_lines.debtor = debts.debtor WHERE amount_units > coalesce(limit_units, 0)")),
            0);
}

TEST_P(GeneratedTest, GroupsAndStoresChangeNothing) {
  const auto with = [&](const Arguments& more) {
    Arguments arguments = {"--generate", GetParam(), "--participants", "800",  "--payments", "1000",
                           "--amounts",  "L",        "--pairs",        "local"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return RunJson(arguments);
  };
  const Json memory = with({"--seed", "5"});
  const Json database = with({"--seed", "5", "--store", scratch_.File("a.db"), "--group", "7"});
  const Json other_seed = with({"--seed", "6"});
  EXPECT_EQ(memory["acceptance_sha256"], database["acceptance_sha256"]);
  EXPECT_EQ(memory["state_digest_after"], database["state_digest_after"]);
  EXPECT_EQ(memory["refused_by_reason"], database["refused_by_reason"]);
  EXPECT_NE(memory["state_digest_after"], other_seed["state_digest_after"]);
}

INSTANTIATE_TEST_SUITE_P(Shapes, GeneratedTest, ::testing::Values("hk", "comm"),
                         [](const auto& shape) { return shape.param; });

TEST_F(ReplayTest, LimitsRefuseWhatExactAccepts) {
  const Arguments common = {"--generate", "comm", "--participants", "3000", "--payments", "500",
                            "--amounts",  "L",    "--state",        "reset"};
  const auto accepted = [&](const Arguments& more) {
    Arguments arguments = common;
    arguments.insert(arguments.end(), more.begin(), more.end());
    return RunJson(arguments)["accepted"].get<int>();
  };
  const int exact = accepted({"--router", "exact"});
  const int limited = accepted({"--router", "limited"});
  const int tight = accepted({"--router", "limited", "--max-hops", "5", "--max-paths", "3"});
  const int single = accepted({"--router", "single", "--max-hops", "5"});
  EXPECT_GT(exact, limited);
  EXPECT_GT(limited, tight);
  EXPECT_GT(tight, single);
  EXPECT_GT(single, 0);
}

// --- A network small enough to know the answers ---

TEST_F(ReplayTest, KeptPaymentsUseUpTheLinesAndAskedOnesDoNot) {
  const std::string data = SmallData("0,0,2,3\n1,0,2,3\n2,0,1,7\n3,0,1,0.000001\n");
  const Json kept = RunJson({"--data", data});
  EXPECT_EQ(kept["acceptance_sha256"], EncodeHex(Sha256("1010").view()));
  EXPECT_EQ(kept["accepted_volume"], "10.000000");
  EXPECT_EQ(kept["volume"], "13.000001");
  EXPECT_EQ(kept["hops"], Json({{"1", 1}, {"2", 1}}));
  const Json asked = RunJson({"--data", data, "--state", "reset"});
  EXPECT_EQ(asked["acceptance_sha256"], EncodeHex(Sha256("1111").view()));
  EXPECT_NE(asked["state_digest_after"], kept["state_digest_after"]);
  EXPECT_EQ(asked["state_digest_after"], RunJson({"--data", SmallData("")})["state_digest_after"]);
}

TEST_F(ReplayTest, TheOtherReadingPaysTheOtherWay) {
  const std::string data = SmallData("0,0,1,4\n1,1,0,4\n");
  EXPECT_EQ(RunJson({"--data", data})["acceptance_sha256"], EncodeHex(Sha256("11").view()));
  EXPECT_EQ(RunJson({"--data", data, "--reading", "sim"})["acceptance_sha256"],
            EncodeHex(Sha256("01").view()));
}

TEST_F(ReplayTest, PaymentsThatNoNetworkCouldMakeAreRefusedAndCounted) {
  const std::string data = SmallData("0,0,9,1\n1,9,0,1\n2,0,0,1\n3,0,1,0\n4,0,1,1\n");
  for (const std::string state : {"keep", "reset"}) {
    const Json run = RunJson({"--data", data, "--state", state});
    EXPECT_EQ(run["acceptance_sha256"], EncodeHex(Sha256("00001").view())) << state;
    EXPECT_EQ(run["refused_by_reason"],
              Json({{"UnknownParticipant", 2}, {"SelfPayment", 1}, {"AmountNotPositive", 1}}))
        << state;
  }
}

TEST_F(ReplayTest, OpeningDebtsAreOwedFromTheStart) {
  // 2 already owes 0 three, so 0 can pay him three more than the lines allow.
  const std::string data = SmallData("0,0,2,8.000001\n1,0,2,8\n", "2,0,3\n");
  const Json run = RunJson({"--data", data, "--router", "exact"});
  EXPECT_EQ(run["acceptance_sha256"], EncodeHex(Sha256("01").view()));
  EXPECT_EQ(run["debts"], 1);
}

TEST_F(ReplayTest, TheDigestIsWhatItsHeaderSays) {
  const std::string path = scratch_.File("small.db");
  const Json run = RunJson({"--data", SmallData("0,0,1,2.5\n"), "--store", path});
  std::vector<std::string> pids;
  for (const std::string account : {"0", "1", "2"}) {
    PublicKey key;
    key.bytes = Sha256("geo/replay/account/" + account).bytes;
    pids.push_back(FormatPid(PidOf(key)));
  }
  std::vector<std::string> lines = {
      "debt " + pids[0] + " " + pids[1] + " UNIT 2.500000\n",
      "line " + pids[1] + " " + pids[0] + " UNIT 10.000000 active\n",
      "line " + pids[2] + " " + pids[1] + " UNIT 5.000000 active\n",
  };
  for (const std::string& pid : pids) lines.push_back("participant " + pid + " active\n");
  std::sort(lines.begin(), lines.end());
  std::string text;
  for (const std::string& line : lines) text += line;
  EXPECT_EQ(run["state_digest_after"], EncodeHex(Sha256(text).view()));
  ExpectConsistent(run, path, 6);
}

TEST_F(ReplayTest, SummaryAndDigestOnDemand) {
  const std::string data = SmallData("0,0,2,3\n1,0,2,3\n");
  const ProgramRun text = Run({"--data", data});
  EXPECT_EQ(text.status, 0);
  EXPECT_EQ(text.errors, "") << "no progress bar where there is no terminal";
  EXPECT_THAT(text.output, HasSubstr("accepted              1 (50.0 %)"));
  EXPECT_THAT(text.output, HasSubstr("3.000000 of 6.000000"));
  EXPECT_EQ(text.output.find("state"), std::string::npos);
  EXPECT_THAT(Run({"--data", data, "--digest"}).output, HasSubstr("the same, after"));
  const Json without = RunJson({"--data", data, "--no-digest"});
  EXPECT_TRUE(without.at("state_digest_after").is_null());
  EXPECT_TRUE(without.at("state_digest_reopened").is_null());
}

// --- Wrong data ---

class WrongDataTest : public ReplayTest {
 protected:
  // Runs on the small data set with one file replaced; the complaint must name file and line and
  // have the given words.
  void ExpectComplaint(const std::string& file, const std::string& content,
                       const Arguments& words) {
    const std::string folder = SmallData("0,0,1,1\n", "1,0,1\n");
    EXPECT_TRUE(WriteFile(std::filesystem::path(folder) / file, content));
    const ProgramRun run = Run({"--data", folder});
    EXPECT_EQ(run.status, 1) << content;
    EXPECT_EQ(run.output, "") << content;
    EXPECT_THAT(run.errors, HasSubstr("/" + file)) << content;
    for (const std::string& word : words) EXPECT_THAT(run.errors, HasSubstr(word)) << content;
  }
};

TEST_F(WrongDataTest, MalformedRowsAreNamed) {
  const std::string header = "from,to,limit\n";
  const std::string file = "trustlines.csv";
  ExpectComplaint(file, "", {"is empty", "from,to,limit"});
  ExpectComplaint(file, "from,to\n", {":1:", "\"from,to\"", "from,to,limit"});
  ExpectComplaint(file, "from,to,limit\r\n1,0,10\r\n", {":1:", "\\x0d"});
  ExpectComplaint(file, header + "1,0,10\n\n", {":3:", "1 fields", "should have 3"});
  ExpectComplaint(file, header + "1,0\n", {":2:", "\"1,0\"", "2 fields"});
  ExpectComplaint(file, header + "1,0,10,\n", {":2:", "4 fields"});
  ExpectComplaint(file, header + "-1,0,10\n", {":2:", "from is \"-1\"", "whole number"});
  ExpectComplaint(file, header + "1,x,10\n", {":2:", "to is \"x\""});
  ExpectComplaint(file, header + "1,,10\n", {":2:", "to is \"\""});
  ExpectComplaint(file, header + "1,00,10\n", {":2:", "to is \"00\""});
  ExpectComplaint(file, header + "1, 0,10\n", {":2:", "to is \" 0\""});
  ExpectComplaint(file, header + "1,4294967296,10\n", {":2:", "4294967295"});
  ExpectComplaint(file, header + "1,1,10\n", {":2:", "same: 1"});
  ExpectComplaint(file, header + "1,0,10\n2,1,-5\n", {":3:", "limit", "\"-5\""});
  ExpectComplaint(file, header + "1,0,1e3\n", {":2:", "\"1e3\""});
  ExpectComplaint(file, header + "1,0,0.0000001\n", {":2:", "7 decimals"});
  ExpectComplaint(file, header + "1,0,99999999999999\n", {":2:", "above the largest"});
  ExpectComplaint(file, header + std::string(2'000, '1'), {":2:", "longer than"});
  ExpectComplaint("debts.csv", "debtor,creditor,amount\n1,0,-1\n", {":2:", "amount", "\"-1\""});
  ExpectComplaint("payments.csv", "from,to,amount\n", {":1:", "time,from,to,amount"});
  ExpectComplaint("payments.csv", "time,from,to,amount\n0,0,1,1\n1,0,1,-1\n", {":3:", "\"-1\""});
  ExpectComplaint("payments.csv", "time,from,to,amount\nnow,0,1,1\n", {":2:", "time is \"now\""});
}

TEST_F(WrongDataTest, TheSameLineTwiceIsRefused) {
  const std::string folder = SmallData("0,0,1,1\n");
  EXPECT_TRUE(WriteFile(std::filesystem::path(folder) / "trustlines.csv",
                        "from,to,limit\n1,0,10\n1,0,20\n"));
  const ProgramRun run = Run({"--data", folder});
  EXPECT_EQ(run.status, 1);
  EXPECT_THAT(run.errors, HasSubstr("trustlines.csv:3: there is a line from 1 to 0 already"));
}

TEST_F(WrongDataTest, DebtsThatComeToTooMuchAreRefusedWhereTheyDo) {
  const std::string header = "debtor,creditor,amount\n";
  const std::string most = "0,1,9223372036854.775807\n";
  ExpectComplaint("debts.csv", header + most + "1,0,1\n0,2,1\n0,1,0.000001\n",
                  {":5: debts of 0 to 1 come to 9223372036854.775808, at most "
                   "9223372036854.775807 is possible"});
  // Both directions at their largest are set off.
  const std::filesystem::path folder = SmallData("0,0,1,1\n");
  EXPECT_TRUE(WriteFile(folder / "debts.csv", header + most + "1,0,9223372036854.775807\n"));
  EXPECT_EQ(Run({"--data", folder.string()}).status, 0);
}

TEST_F(WrongDataTest, MissingAndDoubledFiles) {
  ProgramRun run = Run({"--data", scratch_.File("nowhere")});
  EXPECT_EQ(run.status, 1);
  EXPECT_THAT(run.errors, HasSubstr("nowhere/trustlines.csv.gz: no such file"));
  const std::filesystem::path folder = SmallData("0,0,1,1\n");
  std::filesystem::remove(folder / "payments.csv");
  run = Run({"--data", folder.string()});
  EXPECT_EQ(run.status, 1);
  EXPECT_THAT(run.errors, HasSubstr("payments.csv.gz: no such file"));
  EXPECT_TRUE(WriteFile(folder / "trustlines.csv.gz", ""));
  run = Run({"--data", folder.string()});
  EXPECT_EQ(run.status, 1);
  EXPECT_THAT(run.errors, HasSubstr("keep one"));
}

std::string Compressed(const std::string& text, const std::string& path) {
  gzFile file = gzopen(path.c_str(), "wb");
  EXPECT_EQ(gzwrite(file, text.data(), static_cast<unsigned>(text.size())),
            static_cast<int>(text.size()));
  gzclose(file);
  return ReadFile(path);
}

TEST_F(WrongDataTest, CompressedFilesAreReadWholeOrNotAtAll) {
  const std::filesystem::path folder = SmallData("0,0,1,1\n");
  std::filesystem::remove(folder / "payments.csv");
  const std::filesystem::path path = folder / "payments.csv.gz";
  std::string rows = "time,from,to,amount\n";
  for (int i = 0; i < 30'000; ++i) rows += std::to_string(i) + ",0,1,0.000001\n";
  const std::string whole = Compressed(rows, path.string());
  const Arguments arguments = {"--data", folder.string()};
  EXPECT_EQ(RunJson(arguments)["payments"], 30'000);

  for (std::size_t size : {whole.size() - 1, whole.size() - 9, whole.size() / 2, std::size_t{30}}) {
    EXPECT_TRUE(WriteFile(path, whole.substr(0, size)));
    const ProgramRun run = Run(arguments);
    EXPECT_EQ(run.status, 1) << size;
    EXPECT_THAT(run.errors, HasSubstr("payments.csv.gz: ends before its time")) << size;
  }
  std::string damaged = whole;
  damaged[damaged.size() - 6] ^= 1;  // in the checksum
  EXPECT_TRUE(WriteFile(path, damaged));
  ProgramRun run = Run(arguments);
  EXPECT_EQ(run.status, 1);
  EXPECT_THAT(run.errors, HasSubstr("payments.csv.gz: cannot be read"));
  EXPECT_TRUE(WriteFile(path, rows));
  run = Run(arguments);
  EXPECT_EQ(run.status, 1);
  EXPECT_THAT(run.errors, HasSubstr("payments.csv.gz: is not compressed"));
}

// --- Stores and flags ---

TEST_F(ReplayTest, AnExistingFileIsSafe) {
  const std::string path = scratch_.File("there.db");
  const std::string data = SmallData("0,0,1,1\n");
  const Json first = RunJson({"--data", data, "--store", path});
  const std::string before = ReadFile(path);
  ProgramRun run = Run({"--data", data, "--store", path});
  EXPECT_EQ(run.status, 1);
  EXPECT_THAT(run.errors, HasSubstr("--overwrite"));
  EXPECT_EQ(ReadFile(path), before);
  // Wrong data are found before anything is removed.
  run = Run({"--data", scratch_.File("nowhere"), "--store", path, "--overwrite"});
  EXPECT_EQ(run.status, 1);
  EXPECT_EQ(ReadFile(path), before);
  const Json second = RunJson({"--data", data, "--store", path, "--overwrite"});
  EXPECT_EQ(first["state_digest_after"], second["state_digest_after"]);

  EXPECT_TRUE(WriteFile(path, "the only copy of a thesis"));
  run = Run({"--data", data, "--store", path, "--overwrite"});
  EXPECT_EQ(run.status, 1);
  EXPECT_THAT(run.errors, HasSubstr("no database"));
  EXPECT_EQ(ReadFile(path), "the only copy of a thesis");
}

TEST_F(ReplayTest, AStoreThatCannotBeMadeIsAnError) {
  const ProgramRun run =
      Run({"--data", SmallData("0,0,1,1\n"), "--store", scratch_.File("no/such/folder.db")});
  EXPECT_EQ(run.status, 1);
  EXPECT_THAT(run.errors, HasSubstr("no/such\""));
}

TEST_F(ReplayTest, WrongFlagsAreUsageErrors) {
  const Arguments wrong[] = {
      {},
      {"--data", "x", "--generate", "hk", "--participants", "10"},
      {"--generate", "hk"},
      {"--generate", "ring", "--participants", "10"},
      {"--generate", "hk", "--participants", "1"},
      {"--data", "x", "--participants", "10"},
      {"--data", "x", "--seed", "10"},
      {"--generate", "hk", "--participants", "10", "--seed", "-1"},
      {"--data", "x", "--reading", "backwards"},
      {"--data", "x", "--router", "best"},
      {"--data", "x", "--router", "exact", "--max-hops", "6"},
      {"--data", "x", "--router", "single", "--max-paths", "2"},
      {"--data", "x", "--max-hops", "0"},
      {"--data", "x", "--max-hops", "33"},
      {"--data", "x", "--max-paths", "65"},
      {"--data", "x", "--payments", "-1"},
      {"--data", "x", "--payments", "many"},
      {"--data", "x", "--group", "0"},
      {"--data", "x", "--state", "forget"},
      {"--data", "x", "--durability", "eternal"},
      {"--data", "x", "--store", ""},
      {"--data", "x", "--fast"},
  };
  for (const Arguments& arguments : wrong) {
    const ProgramRun run = Run(arguments);
    std::string line;
    for (const std::string& argument : arguments) line += argument + " ";
    EXPECT_EQ(run.status, 2) << line;
    EXPECT_NE(run.errors, "") << line;
  }
  const ProgramRun help = Run({"--help"});
  EXPECT_EQ(help.status, 0);
  EXPECT_THAT(help.output, HasSubstr("--generate"));
}

TEST_F(ReplayTest, NumbersThatAreNoneAreNamedWithWhatIsAccepted) {
  for (const std::string flag : {"--seed", "--payments"}) {
    for (const std::string wrong : {"-1", "abc", "18446744073709551616"}) {
      const ProgramRun run = Run({"--generate", "hk", "--participants", "10", flag, wrong});
      EXPECT_EQ(run.status, 2);
      EXPECT_THAT(run.errors, HasSubstr(flag + ": \"" + wrong +
                                        "\" is no whole number from 0 to "
                                        "18446744073709551615\n"));
    }
  }
}

TEST_F(ReplayTest, AnAnswerThatCannotBeWrittenIsNoSuccess) {
  ExpectFailureOnFullDisk({"--data", SmallData("0,0,1,1\n")});
  ExpectFailureOnFullDisk({"--data", SmallData("0,0,1,1\n"), "--json"});
}

class QuickstartTest : public ExampleTest {
 protected:
  QuickstartTest() : ExampleTest("quickstart") {}
};

TEST_F(QuickstartTest, TakesNoArguments) {
  const ProgramRun help = Run({"--help"});
  EXPECT_EQ(help.status, 0);
  EXPECT_THAT(help.output, HasSubstr("usage: quickstart"));
  const ProgramRun wrong = Run({"--json"});
  EXPECT_EQ(wrong.status, 2);
  EXPECT_EQ(wrong.output, "");
  EXPECT_THAT(wrong.errors, HasSubstr("\"--json\""));
  EXPECT_THAT(wrong.errors, HasSubstr("usage: quickstart"));
}

TEST_F(QuickstartTest, AnAnswerThatCannotBeWrittenIsNoSuccess) { ExpectFailureOnFullDisk({}); }

TEST_F(QuickstartTest, PaysOverTwoRoutesAndRemembers) {
  const ProgramRun run = Run({});
  EXPECT_EQ(run.status, 0) << run.errors;
  EXPECT_THAT(run.output, HasSubstr("50.00  Anna  Boris  David  Emma"));
  EXPECT_THAT(run.output, HasSubstr("20.00  Anna  Clara  David  Emma"));
  EXPECT_THAT(run.output, HasSubstr("Emma      0.00     70.00       70.00"));
}

}  // namespace
}  // namespace geo::tests
