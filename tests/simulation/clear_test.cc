// The example `clear`, run as a program.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/property_tree/ptree.hpp>
#include <boost/property_tree/xml_parser.hpp>
#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include "tests/support/environment.h"
#include "tests/support/example_test.h"
#include "tests/support/scratch.h"

namespace geo::tests {
namespace {

using ::testing::HasSubstr;

class ClearTest : public ExampleTest {
 protected:
  ClearTest() : ExampleTest("clear") {}
  std::string File(const std::string& name) { return (scratch_.path() / name).string(); }

  // 2 and 3 owe each other; a triangle 1-2-3 stands in the way of the longer cycle 1-2-4-5.
  std::string Debts() {
    EXPECT_TRUE(WriteFile(File("debts.csv"),
                          "debtor,creditor,amount\n1,2,10\n2,3,12\n3,2,2\n3,1,10\n2,4,10\n4,5,10\n"
                          "5,1,10.5\n"));
    return File("debts.csv");
  }
};

void ExpectXml(const std::string& text) {
  std::istringstream in(text);
  boost::property_tree::ptree tree;
  EXPECT_NO_THROW(boost::property_tree::read_xml(in, tree));
}

TEST_F(ClearTest, WaysSideBySide) {
  const Json found = RunJson({"--debts", Debts(), "--lengths", "3,4"});
  EXPECT_EQ(found["participants"], 5);
  EXPECT_EQ(found["debts"], 7);
  EXPECT_EQ(found["debt_minor_units"], 64'500'000);
  EXPECT_EQ(found["upper_bound_minor_units"], 44'000'000);
  const Json& ways = found["ways"];
  ASSERT_EQ(ways.size(), 4U);
  const std::vector<std::int64_t> cleared = {4'000'000, 34'000'000, 34'000'000, 44'000'000};
  const std::vector<std::int64_t> reachable = {44'000'000, 34'000'000, 34'000'000, 44'000'000};
  const std::vector<std::string> names = {"both directions", "cycles up to 3", "cycles up to 4",
                                          "optimum"};
  for (std::size_t i = 0; i < ways.size(); ++i) {
    EXPECT_EQ(ways[i]["way"], names[i]);
    EXPECT_EQ(ways[i]["cleared_minor_units"], cleared[i]);
    EXPECT_EQ(ways[i]["reachable_minor_units"], reachable[i]);
    EXPECT_DOUBLE_EQ(ways[i]["share_of_debt"].get<double>(),
                     static_cast<double>(cleared[i]) / 64'500'000);
    EXPECT_GE(ways[i]["seconds"], 0);
  }
  EXPECT_EQ(ways[1]["cycles"], 1);
  EXPECT_EQ(found["carried_out"], "optimum");
  EXPECT_EQ(found["remaining_minor_units"], 20'500'000);
}

TEST_F(ClearTest, WritesWhatRemainsAndPictures) {
  const Arguments common = {"--debts", Debts(), "--remaining", File("left.csv")};
  Arguments arguments = common;
  arguments.insert(arguments.end(), {"--picture", File("both.svg")});
  const ProgramRun run = Run(arguments);
  ASSERT_EQ(run.status, 0) << run.errors;
  EXPECT_THAT(run.output, HasSubstr("7 debts among 5 participants, together 64.500000"));
  EXPECT_THAT(run.output, HasSubstr("44.000000"));
  EXPECT_EQ(ReadFile(File("left.csv")),
            "debtor,creditor,amount\n2,3,10.000000\n3,1,10.000000\n5,1,0.500000\n");
  const std::string svg = ReadFile(File("both.svg"));
  ExpectXml(svg);
  EXPECT_THAT(svg, HasSubstr("debts.csv: optimum"));
  EXPECT_THAT(svg, HasSubstr("64.500000 owed before, 20.500000 after"));
  EXPECT_THAT(svg, HasSubstr("<title>1 owes 2: 10.000000</title>"));
  // Nothing is overwritten unless that is asked for.
  const ProgramRun again = Run(common);
  EXPECT_EQ(again.status, 1);
  EXPECT_THAT(again.errors, HasSubstr("is there already"));
  arguments = common;
  arguments.insert(arguments.end(),
                   {"--overwrite", "--carry", "3", "--picture", File("both.html")});
  ASSERT_EQ(Run(arguments).status, 0);
  EXPECT_EQ(ReadFile(File("left.csv")),
            "debtor,creditor,amount\n2,4,10.000000\n4,5,10.000000\n5,1,10.500000\n");
  const std::string html = ReadFile(File("both.html"));
  ExpectXml(html.substr(html.find("<html")));
  EXPECT_THAT(html, HasSubstr("<td>cycles up to 3</td><td>34.000000</td>"));
}

TEST_F(ClearTest, DebtsMayGrow) {
  EXPECT_TRUE(WriteFile(File("debts.csv"), "debtor,creditor,amount\n3,1,10\n1,2,10\n3,2,10\n"));
  EXPECT_EQ(RunJson({"--debts", File("debts.csv")})["ways"].back()["cleared_minor_units"], 0);
  const Json grown = RunJson({"--debts", File("debts.csv"), "--growth", "20"});
  EXPECT_EQ(grown["ways"].back()["cleared_minor_units"], 2'000'000);
  EXPECT_EQ(grown["remaining_minor_units"], 28'000'000);
}

TEST_F(ClearTest, MadeUpNetworks) {
  const Json found = RunJson({"--generate", "comm", "--participants", "400", "--seed", "3"});
  EXPECT_EQ(found["participants"], 400);
  const Json& ways = found["ways"];
  ASSERT_EQ(ways.size(), 5U);
  for (std::size_t i = 0; i + 1 < ways.size(); ++i) {
    EXPECT_LE(ways[i]["cleared_minor_units"], ways[i + 1]["cleared_minor_units"]);
    EXPECT_LE(ways[i]["reachable_minor_units"], found["upper_bound_minor_units"]);
  }
  EXPECT_EQ(ways.back()["share_of_optimum"], 1.0);
}

TEST_F(ClearTest, WrongFlagsAndFiles) {
  for (const Arguments& wrong :
       {Arguments{}, Arguments{"--debts", "a", "--generate", "hk"},
        Arguments{"--generate", "hk", "--lengths", "2"}, Arguments{"--seed", "1"},
        Arguments{"--generate", "hk", "--picture", "x.png"}, Arguments{"--nothing"}}) {
    EXPECT_EQ(Run(wrong).status, 2);
  }
  EXPECT_EQ(Run({"--debts", File("none.csv")}).status, 1);
  EXPECT_TRUE(WriteFile(File("empty.csv"), "debtor,creditor,amount\n"));
  EXPECT_THAT(Run({"--debts", File("empty.csv")}).errors, HasSubstr("there are no debts"));
  EXPECT_EQ(Run({"--help"}).status, 0);
}

TEST_F(ClearTest, NoFileIsWrittenTwice) {
  const std::string path = scratch_.File("both.svg");
  ExpectNoFileTwice({"--debts", Debts(), "--picture", path, "--remaining", path, "--overwrite"},
                    path);
}

TEST_F(ClearTest, SeedsAreWholeNumbers) {
  for (const std::string wrong : {"-1", "many", "+1", "1.5", "18446744073709551616", ""}) {
    const ProgramRun run = Run({"--generate", "hk", "--participants", "10", "--seed=" + wrong});
    EXPECT_EQ(run.status, 2) << wrong;
    EXPECT_THAT(run.errors, HasSubstr("--seed")) << wrong;
    EXPECT_THAT(run.errors, HasSubstr(wrong));
  }
}

TEST_F(ClearTest, AnAnswerThatCannotBeWrittenIsNoSuccess) {
  ExpectFailureOnFullDisk({"--debts", Debts()});
  ExpectFailureOnFullDisk({"--debts", Debts(), "--json"});
}

// Known right answers, by two other solvers.
TEST_F(ClearTest, DebtsAmongRealParties) {
  const std::filesystem::path file = DataDir() / "obligations-ripple" / "debts-2016.csv.gz";
  if (!std::filesystem::exists(file)) GTEST_SKIP() << file << " is not there";
  const Json found = RunJson({"--debts", file.string(), "--lengths", "3,4,6"});
  EXPECT_EQ(found["participants"], 27'489);
  EXPECT_EQ(found["debts"], 38'388);
  const Json& ways = found["ways"];
  EXPECT_EQ(ways.back()["cleared_minor_units"], 197'714'928'986'612);
  EXPECT_EQ(found["upper_bound_minor_units"], 197'714'928'986'612);
  EXPECT_NEAR(ways.front()["share_of_debt"].get<double>(), 0.04044, 0.000005);
  EXPECT_NEAR(ways.back()["share_of_debt"].get<double>(), 0.147726, 0.0000005);
  for (std::size_t i = 1; i < ways.size(); ++i) {
    EXPECT_LE(ways[i - 1]["cleared_minor_units"], ways[i]["cleared_minor_units"]);
  }
}

}  // namespace
}  // namespace geo::tests
