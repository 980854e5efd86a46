// What the crash runner says about how a child ended.
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>

#include "geo/testing/crash_runner.h"

namespace geo::testing {
namespace {

// Ends the process as a failed assertion does.
int Crash() {
  std::signal(SIGABRT, SIG_DFL);
  raise(SIGABRT);
  return 0;
}

TEST(CrashRunnerTest, TellsWhoEndedTheChild) {
  const auto killed = RunAndKill(
      [](const Say& say) -> int {
        while (true) say("still here");
      },
      3, 0);
  ASSERT_TRUE(killed.ok()) << killed.status();
  EXPECT_TRUE(killed->killed);
  EXPECT_GE(killed->messages.size(), 3u);

  const auto ended = RunAndKill([](const Say&) { return 7; }, 1, 0);
  ASSERT_TRUE(ended.ok()) << ended.status();
  EXPECT_FALSE(ended->killed);
  EXPECT_EQ(ended->exit_code, 7);

  const auto crashed = RunAndKill([](const Say&) { return Crash(); }, 1, 0);
  ASSERT_TRUE(crashed.ok()) << crashed.status();
  EXPECT_FALSE(crashed->killed) << "it ended by itself";
  EXPECT_EQ(crashed->exit_code, 128 + SIGABRT);
}

TEST(CrashRunnerTest, AChildThatCrashesEndsTheLoop) {
  CrashLoopOptions options;
  options.most_messages = 2;  // one more than it says: in some rounds nothing kills it first
  const auto work = [](std::uint64_t, const Say& say) {
    say("about to fall");
    return Crash();
  };
  const auto check = [](std::uint64_t, const CrashRun&) { return std::string(); };
  EXPECT_NE(RunCrashLoop(options, work, check).find("ended by itself, with 134"),
            std::string::npos);
}

TEST(CrashRunnerTest, NoLimitOfMessagesAndNoPause) {
  CrashLoopOptions options;
  options.rounds = 1;
  options.most_messages = std::numeric_limits<std::uint64_t>::max();
  options.longest_pause = -1;  // as 0
  const auto work = [](std::uint64_t, const Say& say) {
    say("all there is");
    return 3;
  };
  const auto check = [](std::uint64_t, const CrashRun&) { return std::string(); };
  EXPECT_EQ(RunCrashLoop(options, work, check), "round 1: the child ended by itself, with 3");
  options.most_messages = 0;
  EXPECT_EQ(RunCrashLoop(
                options,
                [](std::uint64_t, const Say&) -> int {
                  while (true) pause();
                },
                check),
            "");
}

// Else a child would be killed where it speaks, and nowhere else.
TEST(CrashRunnerTest, PausesByChance) {
  CrashLoopOptions options;
  options.rounds = 20;
  options.most_messages = 0;
  options.longest_pause = 20'000;
  const auto work = [](std::uint64_t, const Say&) -> int {
    while (true) pause();
  };
  const auto check = [](std::uint64_t, const CrashRun&) { return std::string(); };
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(RunCrashLoop(options, work, check), "");
  EXPECT_GT(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(60));
}

TEST(CrashRunnerTest, WhatTheChildThrowsEndsItThere) {
  const auto run = RunAndKill(
      [](const Say&) -> int { throw std::runtime_error("nobody catches it in the child"); }, 1, 0);
  ASSERT_TRUE(run.ok()) << run.status();
  EXPECT_FALSE(run->killed);
  EXPECT_EQ(run->exit_code, 128 + SIGABRT);
}

}  // namespace
}  // namespace geo::testing
