// Real networks with known maximum flows, when they are present (GEO_DATA_DIR): ledger, router and
// checker together at their size.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <sstream>
#include <string>
#include <variant>
#include <vector>

#include "geo/routing/verify.h"
#include "tests/support/environment.h"
#include "tests/support/gzip.h"
#include "tests/support/routing_world.h"

namespace geo::tests {
namespace {

constexpr int kPrecision = 6;

struct Row {
  ParticipantIndex first = 0;
  ParticipantIndex second = 0;
  Amount amount = 0;
  std::uint32_t hops = 0;
};

// Rows of `participant,participant,amount[,hops]` below a header.
std::vector<Row> ReadRows(const std::filesystem::path& path) {
  std::vector<Row> rows;
  std::istringstream lines(Unzipped(path));
  std::string line;
  std::getline(lines, line);
  while (std::getline(lines, line)) {
    std::istringstream fields(line);
    std::array<std::string, 4> texts;
    for (std::string& text : texts) std::getline(fields, text, ',');
    Row row;
    row.first = static_cast<ParticipantIndex>(std::stoul(texts[0]));
    row.second = static_cast<ParticipantIndex>(std::stoul(texts[1]));
    row.amount = ParseAmount(texts[2], kPrecision).value();
    if (!texts[3].empty()) row.hops = static_cast<std::uint32_t>(std::stoul(texts[3]));
    rows.push_back(row);
  }
  return rows;
}

std::unique_ptr<RoutingWorld> Load(const std::filesystem::path& folder) {
  const std::vector<Row> lines = ReadRows(folder / "trustlines.csv.gz");
  const std::vector<Row> debts = ReadRows(folder / "debts.csv.gz");
  ParticipantIndex count = 0;
  for (const Row& row : lines) count = std::max({count, row.first + 1, row.second + 1});
  for (const Row& row : debts) count = std::max({count, row.first + 1, row.second + 1});
  auto world = std::make_unique<RoutingWorld>(count);
  for (const Row& row : lines) world->Open(row.first, row.second, row.amount);
  for (const Row& row : debts) world->Owe(row.first, row.second, row.amount);
  return world;
}

void CheckPair(RoutingWorld& world, const Row& known) {
  SCOPED_TRACE(std::to_string(known.first) + " to " + std::to_string(known.second));
  RouteRequest request = RoutingWorld::Ask(known.first, known.second, 1);
  request.constraints.max_hops = request.constraints.max_paths = kUnlimited;
  const StatusOr<CapacityAnswer> capacity = world.router().Capacity(request);
  ASSERT_TRUE(capacity.ok());
  EXPECT_EQ(capacity->amount, known.amount);
  EXPECT_TRUE(capacity->exact);
  const auto ask = [&](Amount amount) {
    request.amount = amount;
    const StatusOr<RouteAnswer> answer = world.router().FindRoutes(request);
    EXPECT_TRUE(answer.ok());
    return answer.value_or(RouteAnswer());
  };
  const RouteAnswer refused = ask(known.amount + 1);
  ASSERT_TRUE(std::holds_alternative<Refusal>(refused.outcome));
  const Status proven =
      VerifyRefusal(world.ledger, world.day, request, std::get<Refusal>(refused.outcome));
  EXPECT_TRUE(proven.ok()) << proven;
  if (known.amount == 0) return;
  const RouteAnswer planned = ask(known.amount);
  ASSERT_TRUE(std::holds_alternative<Plan>(planned.outcome));
  const Status valid =
      VerifyPlan(world.ledger, world.day, request, std::get<Plan>(planned.outcome));
  EXPECT_TRUE(valid.ok()) << valid;
  const RouteAnswer least = ask(1);
  EXPECT_EQ(std::get<Plan>(least.outcome).routes.at(0).participants.size(), known.hops + 1U);
}

void CheckNetwork(const char* name) {
  const std::filesystem::path folder = DataDir() / name;
  const std::vector<Row> golden = ReadRows(folder / "golden-maxflow.csv");
  if (golden.empty()) GTEST_SKIP() << folder << " is absent";
  const std::unique_ptr<RoutingWorld> world = Load(folder);
  for (const Row& known : golden) CheckPair(*world, known);
  EXPECT_EQ(golden.size(), 200U);
}

TEST(RoutingGolden, RippleFlash) { CheckNetwork("ripple-flash"); }
TEST(RoutingGolden, Ripple2016) { CheckNetwork("ripple-2016"); }
TEST(RoutingGolden, Lightning) { CheckNetwork("lightning-2020-10"); }

}  // namespace
}  // namespace geo::tests
