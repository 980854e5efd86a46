// The example `analyse`, run as a program.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/property_tree/ptree.hpp>
#include <boost/property_tree/xml_parser.hpp>
#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include "tests/support/example_test.h"
#include "tests/support/scratch.h"

namespace geo::tests {
namespace {

using ::testing::HasSubstr;

class AnalyseTest : public ExampleTest {
 protected:
  AnalyseTest() : ExampleTest("analyse") {}

  // 10 trusts 11, 12 and 13, and they him; 20 trusts 21. 11 owes 10 a debt of 2.50.
  std::string StarAndPair() {
    const std::filesystem::path folder = scratch_.path() / "star";
    std::filesystem::create_directories(folder);
    EXPECT_TRUE(WriteFile(folder / "trustlines.csv",
                          "from,to,limit\n10,11,5\n11,10,5\n10,12,5\n12,10,5\n10,13,5\n13,10,5\n"
                          "20,21,7\n"));
    EXPECT_TRUE(WriteFile(folder / "debts.csv", "debtor,creditor,amount\n11,10,2.5\n"));
    return folder.string();
  }
};

std::size_t Count(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++count;
  return count;
}

TEST_F(AnalyseTest, ComponentsAndCentralityOfAStar) {
  const Json found = RunJson({"--data", StarAndPair()});
  EXPECT_EQ(found["participants"], 6);
  EXPECT_EQ(found["lines"], 7);
  EXPECT_EQ(found["debts"], 1);
  EXPECT_EQ(found["total_debt"], "2.500000");
  EXPECT_EQ(found["connected_by_lines"], (Json{{"count", 2}, {"largest", 4}}));
  EXPECT_EQ(found["able_to_pay_each_other"], (Json{{"count", 3}, {"largest", 4}}));
  EXPECT_EQ(found["betweenness_sources"], 6);
  const Json& middle = found["most_central"][0];
  EXPECT_EQ(middle["account"], 10);
  EXPECT_EQ(middle["neighbours"], 3);
  EXPECT_EQ(middle["net"], "2.500000");
  // 6 of the 5 · 4 ordered pairs of others, all through him.
  EXPECT_DOUBLE_EQ(middle["betweenness"], 0.3);
  EXPECT_DOUBLE_EQ(found["most_central"][1]["betweenness"], 0.0);
}

TEST_F(AnalyseTest, BetweennessIsSharedAmongEqualWays) {
  const std::filesystem::path folder = scratch_.path() / "square";
  std::filesystem::create_directories(folder);
  std::string lines = "from,to,limit\n";
  for (const char* pair : {"0,1", "1,2", "2,3", "3,0"}) {
    lines += std::string(pair) + ",1\n" + pair[2] + "," + pair[0] + ",1\n";
  }
  ASSERT_TRUE(WriteFile(folder / "trustlines.csv", lines));
  const Json found = RunJson({"--data", folder.string()});
  // Opposite corners have two ways: each corner carries half of 2 ordered pairs, of 6.
  for (const Json& corner : found["most_central"]) {
    EXPECT_DOUBLE_EQ(corner["betweenness"], 1.0 / 6) << corner;
  }
}

TEST_F(AnalyseTest, FilesAreWellFormedAndTheSameEveryTime) {
  const Arguments flags = {"--generate", "hk", "--participants", "60"};
  std::vector<std::string> first;
  for (const char* run : {"1", "2"}) {
    Arguments all = flags;
    std::vector<std::string> paths;
    for (const char* kind : {"svg", "dot", "graphml"}) {
      paths.push_back(scratch_.File(std::string(run) + "." + kind));
      all.push_back(std::string("--") + kind);
      all.push_back(paths.back());
    }
    const ProgramRun done = Run(all);
    ASSERT_EQ(done.status, 0) << done.errors;
    EXPECT_THAT(done.output, HasSubstr("participants                60\n"));
    std::vector<std::string> texts = {done.output};
    for (const std::string& path : paths) texts.push_back(ReadFile(path));
    if (first.empty()) first = texts;
    EXPECT_EQ(texts, first);
  }
  for (const std::string& xml : {first[1], first[3]}) {
    boost::property_tree::ptree tree;
    std::istringstream stream(xml);
    EXPECT_NO_THROW(boost::property_tree::read_xml(stream, tree));
  }
  EXPECT_EQ(Count(first[1], "<title>"), 60U);  // a dot for everybody
  EXPECT_EQ(first[1].find("nan"), std::string::npos);
  EXPECT_EQ(Count(first[2], "[label="), 60U);
  EXPECT_EQ(Count(first[3], "<node "), 60U);
  EXPECT_THAT(first[3], HasSubstr("attr.name=\"betweenness\""));
}

TEST_F(AnalyseTest, OfALargeNetworkTheSurroundingsAreDrawn) {
  const std::string path = scratch_.File("part.svg");
  const Arguments flags = {"--generate", "comm", "--participants", "300",
                           "--drawn",    "40",   "--svg",          path};
  ASSERT_EQ(Run(flags).status, 0);
  EXPECT_EQ(Count(ReadFile(path), "<title>"), 40U);
}

TEST_F(AnalyseTest, FilesThatAreThereAreKept) {
  const std::string path = scratch_.File("mine.svg");
  ASSERT_TRUE(WriteFile(path, "mine"));
  Arguments flags = {"--data", StarAndPair(), "--svg", path};
  const ProgramRun run = Run(flags);
  EXPECT_EQ(run.status, 1);
  EXPECT_THAT(run.errors, HasSubstr("is there already"));
  EXPECT_EQ(ReadFile(path), "mine");
  flags.push_back("--overwrite");
  EXPECT_EQ(Run(flags).status, 0);
  EXPECT_THAT(ReadFile(path), HasSubstr("</svg>"));
}

TEST_F(AnalyseTest, NoFileIsWrittenTwice) {
  const std::string path = scratch_.File("both");
  ExpectNoFileTwice({"--data", StarAndPair(), "--svg", path, "--dot", path, "--overwrite"}, path);
}

TEST_F(AnalyseTest, AnAnswerThatCannotBeWrittenIsNoSuccess) {
  ExpectFailureOnFullDisk({"--data", StarAndPair()});
  ExpectFailureOnFullDisk({"--data", StarAndPair(), "--json"});
}

TEST_F(AnalyseTest, WhatIsWrongIsSaid) {
  EXPECT_EQ(Run({"--generate", "hk", "--seed", "-1"}).status, 2);
  EXPECT_EQ(Run({}).status, 2);
  EXPECT_EQ(Run({"--generate", "hk", "--data", "x"}).status, 2);
  EXPECT_EQ(Run({"--generate", "hk", "--samples", "0"}).status, 2);
  EXPECT_EQ(Run({"--help"}).status, 0);
  const ProgramRun absent = Run({"--data", scratch_.File("nowhere")});
  EXPECT_EQ(absent.status, 1);
  EXPECT_THAT(absent.errors, HasSubstr("nowhere/trustlines.csv.gz: no such file"));
  ASSERT_TRUE(WriteFile(scratch_.path() / "trustlines.csv", "from,to,limit\n"));
  const ProgramRun empty = Run({"--data", scratch_.path().string()});
  EXPECT_EQ(empty.status, 1);
  EXPECT_THAT(empty.errors, HasSubstr("there are no lines"));
  const ProgramRun unwritable =
      Run({"--data", StarAndPair(), "--svg", scratch_.File("no/such/folder.svg")});
  EXPECT_EQ(unwritable.status, 1);
  EXPECT_THAT(unwritable.errors, HasSubstr("cannot be written"));
}

}  // namespace
}  // namespace geo::tests
