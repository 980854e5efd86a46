// Tests of the examples as programs.
#ifndef GEO_TESTS_SUPPORT_EXAMPLE_TEST_H_
#define GEO_TESTS_SUPPORT_EXAMPLE_TEST_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/program.h"
#include "tests/support/scratch.h"

namespace geo::tests {

using Json = nlohmann::json;
using Arguments = std::vector<std::string>;

// The folder of the programs; none when they are not built.
#ifdef GEO_EXAMPLES_FOLDER
inline const std::filesystem::path kExamples = GEO_EXAMPLES_FOLDER;
#else
inline const std::filesystem::path kExamples;
#endif

// Runs one example, and has a folder for its files.
class ExampleTest : public ::testing::Test {
 protected:
  explicit ExampleTest(std::string name) : name_(std::move(name)) {}

  void SetUp() override {
    if (kExamples.empty()) GTEST_SKIP() << "built without examples (GEO_BUILD_EXAMPLES)";
  }

  ProgramRun Run(Arguments arguments) {
    arguments.insert(arguments.begin(), (kExamples / name_).string());
    return RunProgram(arguments);
  }

  // A run whose answer has no room: its complaint, not success.
  void ExpectFailureOnFullDisk(const Arguments& arguments) {
    if (!std::filesystem::exists("/dev/full")) GTEST_SKIP() << "no /dev/full here";
    Arguments all = {"sh", "-c", "exec \"$@\" >/dev/full", "sh", (kExamples / name_).string()};
    all.insert(all.end(), arguments.begin(), arguments.end());
    const ProgramRun run = RunProgram(all);
    EXPECT_EQ(run.status, 1);
    EXPECT_THAT(run.errors, ::testing::HasSubstr("standard output: cannot be written"));
  }

  // A run with two flags that name `path`: its complaint, and nothing is written.
  void ExpectNoFileTwice(const Arguments& arguments, const std::string& path) {
    const ProgramRun run = Run(arguments);
    EXPECT_EQ(run.status, 2);
    EXPECT_THAT(run.errors, ::testing::HasSubstr("need files of their own"));
    EXPECT_EQ(ReadFile(path), "");
  }

  // The object that a run prints with --json; it must succeed.
  Json RunJson(Arguments arguments) {
    arguments.push_back("--json");
    const ProgramRun run = Run(arguments);
    EXPECT_EQ(run.status, 0) << run.errors;
    EXPECT_EQ(run.errors, "");
    return run.status == 0 ? Json::parse(run.output) : Json();
  }

  Scratch scratch_;

 private:
  std::string name_;
};

}  // namespace geo::tests

#endif  // GEO_TESTS_SUPPORT_EXAMPLE_TEST_H_
