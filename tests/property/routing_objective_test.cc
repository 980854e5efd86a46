// Objectives (spec 01 §5.4) on small random networks, against every split there is; the all-targets
// query and trust distance against plain searches. The oracle reads a book of its own.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <numeric>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "tests/support/environment.h"
#include "tests/support/routing_world.h"

namespace geo::tests {
namespace {

using Ends = std::pair<ParticipantIndex, ParticipantIndex>;
using Random = std::mt19937_64;

std::uint64_t Below(Random& random, std::uint64_t bound) { return random() % bound; }
Amount Some(Random& random, std::uint64_t most) {
  return static_cast<Amount>(Below(random, most + 1));
}

// A network of lines and debts without policies.
struct Town {
  Town(Random& random, ParticipantIndex count) : people(count), world(count) {
    for (ParticipantIndex x = 0; x < count; ++x) {
      for (ParticipantIndex y = 0; y < count; ++y) {
        if (x == y || Below(random, 10) >= 6) continue;
        limits[{x, y}] = Some(random, 6);
        world.Open(x, y, limits[{x, y}]);
      }
    }
    for (ParticipantIndex x = 0; x < count; ++x) {
      for (ParticipantIndex y = x + 1; y < count; ++y) {
        if (Below(random, 3) != 0) continue;
        const Ends ends = Below(random, 2) == 0 ? Ends{x, y} : Ends{y, x};
        debts[ends] = 1 + Some(random, 3);
        world.Owe(ends.first, ends.second, debts[ends]);
      }
    }
  }

  Amount Debt(ParticipantIndex x, ParticipantIndex y) const {
    const auto found = debts.find({x, y});
    return found == debts.end() ? 0 : found->second;
  }
  // What can move x→y: new debt under the line y→x, and between the end points of the payment, or
  // where x trusts y, what y owes x.
  Amount Room(ParticipantIndex x, ParticipantIndex y, const RouteRequest& request) const {
    const auto line = limits.find({y, x});
    Amount room = line == limits.end() ? 0 : std::max<Amount>(line->second - Debt(x, y), 0);
    if (line != limits.end() && line->second < Debt(x, y)) room = 0;
    const bool end_points = x == request.from && y == request.to;
    if (Debt(y, x) > 0 && (end_points || limits.count({x, y}) != 0)) room += Debt(y, x);
    return room;
  }

  ParticipantIndex people;
  RoutingWorld world;
  std::map<Ends, Amount> limits;  // (owner, debtor)
  std::map<Ends, Amount> debts;   // (debtor, creditor)
};

std::int64_t LineCost(ParticipantIndex tail, ParticipantIndex head) {
  return (tail * 7 + head * 3) % 5;
}

// What moving `flow` over x→y costs, in the words of the header: of the objective, and hops.
using Cost = std::pair<Amount, Amount>;
Cost CostOf(const Town& town, const RouteRequest& request, const Ends& way, Amount flow) {
  const auto [x, y] = way;
  switch (request.constraints.objective) {
    case Objective::kFewestHops:
      return {0, flow};
    case Objective::kRepayFirst:
      return {flow - std::min(flow, town.Debt(y, x)), flow};
    case Objective::kCheapest:
      return {flow * LineCost(x, y), flow};
    case Objective::kSpread:
      break;
  }
  const Amount room = town.Room(x, y, request);
  const Amount half = (room + 1) / 2;
  const Amount quarter = (room - half) / 2;
  Cost cost{0, flow};
  for (Amount unit = 1; unit <= flow; ++unit) {
    cost.first += unit <= half ? 1 : unit <= half + quarter ? 4 : 16;
  }
  return cost;
}

Cost CostOf(const Town& town, const RouteRequest& request, const std::map<Ends, Amount>& flows) {
  Cost sum{0, 0};
  for (const auto& [way, flow] : flows) {
    const Cost cost = CostOf(town, request, way, flow);
    sum.first += cost.first;
    sum.second += cost.second;
  }
  return sum;
}

Cost CostOf(const Town& town, const RouteRequest& request, const Plan& plan) {
  std::map<Ends, Amount> flows;
  for (const Route& route : plan.routes) {
    for (std::size_t i = 0; i + 1 < route.participants.size(); ++i) {
      flows[{route.participants[i], route.participants[i + 1]}] += route.amount;
    }
  }
  return CostOf(town, request, flows);
}

// Every way to split the amount over simple paths, unit by unit.
class EverySplit {
 public:
  EverySplit(const Town& town, const RouteRequest& request) : town_(town), request_(request) {
    Extend({request.from});
    Try(0, request.amount, request.constraints.max_paths);
  }
  std::optional<Cost> least;
  bool finished() const { return tries_ < kTries; }

 private:
  static constexpr int kTries = 200000;

  void Extend(const std::vector<ParticipantIndex>& nodes) {
    if (nodes.back() == request_.to) {
      paths_.push_back(nodes);
      return;
    }
    if (nodes.size() > request_.constraints.max_hops) return;
    for (ParticipantIndex next = 0; next < town_.people; ++next) {
      if (std::count(nodes.begin(), nodes.end(), next) != 0) continue;
      if (town_.Room(nodes.back(), next, request_) == 0) continue;
      std::vector<ParticipantIndex> longer = nodes;
      longer.push_back(next);
      Extend(longer);
    }
  }

  void Try(std::size_t next, Amount left, std::uint32_t slots) {
    if (left == 0) {
      const Cost cost = CostOf(town_, request_, flows_);
      if (!least.has_value() || cost < *least) least = cost;
      return;
    }
    if (next == paths_.size() || slots == 0 || ++tries_ >= kTries) return;
    const std::vector<ParticipantIndex>& path = paths_[next];
    Amount room = left;
    for (std::size_t i = 0; i + 1 < path.size(); ++i) {
      room = std::min(room,
                      town_.Room(path[i], path[i + 1], request_) - flows_[{path[i], path[i + 1]}]);
      if (flows_[{path[i + 1], path[i]}] > 0) room = 0;
    }
    for (Amount amount = 0; amount <= room; ++amount) {
      Add(path, amount);
      Try(next + 1, left - amount, amount == 0 ? slots : slots - 1);
      Add(path, -amount);
    }
  }

  void Add(const std::vector<ParticipantIndex>& path, Amount amount) {
    for (std::size_t i = 0; i + 1 < path.size(); ++i) flows_[{path[i], path[i + 1]}] += amount;
  }

  const Town& town_;
  const RouteRequest& request_;
  std::vector<std::vector<ParticipantIndex>> paths_;
  std::map<Ends, Amount> flows_;
  int tries_ = 0;
};

struct ObjectiveTally {
  int compared = 0;
  int better = 0;   // than the plan of fewest hops
  int optimal = 0;  // under limits, where it is not promised
  int limited = 0;
};

void CheckObjective(Town& town, RouteRequest request, ObjectiveTally& tally) {
  const EverySplit oracle(town, request);
  const RouteAnswer answer = town.world.Find(request);  // checks the plan, and that it repeats
  RouteRequest plain = request;
  plain.constraints.objective = Objective::kFewestHops;
  const RouteAnswer usual = town.world.Find(plain);
  ASSERT_EQ(usual.outcome.index(), answer.outcome.index()) << "objectives change no success";
  if (!std::holds_alternative<Plan>(answer.outcome)) {
    ASSERT_EQ(answer.outcome, usual.outcome);
    return;
  }
  if (!oracle.finished()) return;
  ++tally.compared;
  const Cost cost = CostOf(town, request, std::get<Plan>(answer.outcome));
  const Cost before = CostOf(town, request, std::get<Plan>(usual.outcome));
  ASSERT_LE(cost, before);
  ASSERT_GE(cost, *oracle.least);
  if (cost < before) ++tally.better;
  if (request.constraints.max_hops == kUnlimited && request.constraints.max_paths == kUnlimited) {
    ASSERT_EQ(cost, *oracle.least);
    return;
  }
  ++tally.limited;
  if (cost == *oracle.least) ++tally.optimal;
}

void CheckTown(int run, ObjectiveTally& tally) {
  SCOPED_TRACE("run " + std::to_string(run));
  Random random(static_cast<std::uint64_t>(run));
  Town town(random, static_cast<ParticipantIndex>(4 + Below(random, 2)));
  for (int i = 0; i < 4; ++i) {
    RouteRequest request = RoutingWorld::Ask(0, 0, 1 + Some(random, 5));
    request.from = static_cast<ParticipantIndex>(Below(random, town.people));
    request.to =
        (request.from + 1 + static_cast<ParticipantIndex>(Below(random, town.people - 1))) %
        town.people;
    constexpr std::array<Objective, 3> kObjectives = {Objective::kRepayFirst, Objective::kSpread,
                                                      Objective::kCheapest};
    request.constraints.objective = kObjectives[Below(random, 3)];
    request.cost = LineCost;
    const bool limited = Below(random, 2) == 0;
    request.constraints.max_hops =
        limited ? 2 + static_cast<std::uint32_t>(Below(random, 3)) : kUnlimited;
    request.constraints.max_paths =
        limited ? 1 + static_cast<std::uint32_t>(Below(random, 3)) : kUnlimited;
    SCOPED_TRACE("request " + std::to_string(i));
    CheckObjective(town, request, tally);
    if (::testing::Test::HasFatalFailure()) return;
  }
}

TEST(RoutingObjective, IsTheLeastThereIsWithoutLimitsAndNeverWorseThanTheShortest) {
  const int runs = TierCount(500, 20000);
  ObjectiveTally tally;
  for (int run = 0; run < runs && !HasFailure(); ++run) CheckTown(run, tally);
  EXPECT_GT(tally.compared, runs);
  EXPECT_GT(tally.better, runs / 20);
  EXPECT_GT(tally.limited, runs / 2);
  EXPECT_GT(tally.optimal, tally.limited * 9 / 10);  // not promised
}

// Where the plan of fewest hops comes to more hops times units than the best split there is.
TEST(RoutingObjective, FewestHopsAreTheFewestInNearlyEverySmallNetwork) {
  const int runs = TierCount(500, 20000);
  int compared = 0;
  int more = 0;
  for (int run = 0; run < runs; ++run) {
    SCOPED_TRACE("run " + std::to_string(run));
    Random random(static_cast<std::uint64_t>(run));
    Town town(random, static_cast<ParticipantIndex>(4 + Below(random, 2)));
    RouteRequest request = RoutingWorld::Ask(0, 1, 2 + Some(random, 5));
    request.constraints.max_paths = 2 + static_cast<std::uint32_t>(Below(random, 3));
    const EverySplit oracle(town, request);
    const RouteAnswer answer = town.world.Find(request);
    if (!oracle.finished() || !std::holds_alternative<Plan>(answer.outcome)) continue;
    ++compared;
    const Cost cost = CostOf(town, request, std::get<Plan>(answer.outcome));
    ASSERT_GE(cost, *oracle.least);
    if (cost > *oracle.least) ++more;
  }
  EXPECT_GT(compared, runs / 3);
  EXPECT_LT(more, compared / 50);  // not promised
  RecordProperty("compared", compared);
  RecordProperty("more", more);
}

TEST(RoutingObjective, RefusesWhatNoEnumHasAndCostsThatAreMissing) {
  RoutingWorld world(2);
  world.Open(1, 0, 5);
  RouteRequest request = RoutingWorld::Ask(0, 1, 1);
  request.constraints.objective = Objective::kCheapest;
  EXPECT_EQ(ErrorCodeOf(world.router().FindRoutes(request).status()), ErrorCode::kInvalidArgument);
  request.constraints.objective = static_cast<Objective>(7);
  EXPECT_EQ(ErrorCodeOf(world.router().FindRoutes(request).status()), ErrorCode::kInvalidArgument);
}

// All pages together, of two at a time.
std::vector<Target> AllTargets(RoutingWorld& world, TargetsRequest request) {
  std::vector<Target> all;
  request.page_size = 2;
  while (true) {
    const StatusOr<TargetsPage> page = world.router().Targets(request);
    EXPECT_TRUE(page.ok()) << page.status();
    if (!page.ok()) return all;
    EXPECT_LE(page->targets.size(), 2U);
    all.insert(all.end(), page->targets.begin(), page->targets.end());
    if (!page->more) return all;
    request.after = page->last;
  }
}

void CheckTargets(int run) {
  SCOPED_TRACE("run " + std::to_string(run));
  Random random(static_cast<std::uint64_t>(run) + 1'000'000);
  Town town(random, 6);
  if (Below(random, 2) == 0) town.world.SetStatus(5, ParticipantStatus::kSuspended);
  TargetsRequest request;
  request.equivalent = 0;
  request.from = static_cast<ParticipantIndex>(Below(random, 5));
  request.constraints.max_hops = 1 + static_cast<std::uint32_t>(Below(random, 4));
  if (Below(random, 3) == 0) request.constraints.avoid = {(request.from + 1) % 5};
  if (Below(random, 3) == 0) {
    request.constraints.within = {request.from, (request.from + 1) % 6, (request.from + 3) % 6, 99};
  }
  std::vector<Target> expected;
  for (ParticipantIndex to = 0; to < town.people; ++to) {
    if (to == request.from) continue;
    RouteRequest one = RoutingWorld::Ask(request.from, to, 1);
    one.constraints = request.constraints;
    const CapacityAnswer capacity = town.world.Capacity(one);
    if (capacity.amount == 0) continue;
    for (one.constraints.max_hops = 1;; ++one.constraints.max_hops) {
      if (town.world.Capacity(one).amount > 0) break;
    }
    expected.push_back({to, one.constraints.max_hops, capacity.amount, capacity.exact});
  }
  EXPECT_EQ(AllTargets(town.world, request), expected);
}

TEST(RoutingTargets, AreAllWithCapacityEachWithItsAmount) {
  const int runs = TierCount(300, 5000);
  for (int run = 0; run < runs && !HasFailure(); ++run) CheckTargets(run);
}

// 0 pays 1, 1 pays 2, 2 pays everybody else; but over the line from 1 to 0 no route has more than
// `hops`.
void MakeStar(RoutingWorld& world, std::uint32_t hops) {
  world.Open(1, 0, 5, AtMostHops(hops));
  for (ParticipantIndex one = 2; one < world.ledger.participant_count(); ++one) {
    world.Open(one, std::min(one - 1, 2U), 5);
  }
}

TEST(RoutingTargets, APageEndsWhereNobodyMoreCanBePaidForLong) {
  RoutingWorld world(10'100);
  MakeStar(world, 2);
  TargetsRequest request;
  request.equivalent = 0;
  request.from = 0;
  const TargetsPage page = world.router().Targets(request).value();
  EXPECT_EQ(page.targets.size(), 2U);
  EXPECT_TRUE(page.more) << "others were not looked at";
  request.after = page.last;
  const TargetsPage rest = world.router().Targets(request).value();
  EXPECT_TRUE(rest.targets.empty());
  EXPECT_FALSE(rest.more);
}

TEST(RoutingTargets, APageEndsWhenItTookTheWorkOfOneSearch) {
  RoutingWorld world(50);
  MakeStar(world, 3);
  TargetsRequest request;
  request.equivalent = 0;
  request.from = 0;
  request.constraints.work_limit = 60;
  std::vector<ParticipantIndex> found;
  std::size_t pages = 0;
  for (bool more = true; more; ++pages) {
    const TargetsPage page = world.router().Targets(request).value();
    for (const Target& target : page.targets) found.push_back(target.participant);
    request.after = page.last;
    more = page.more;
  }
  EXPECT_GT(pages, 1U);
  std::vector<ParticipantIndex> everybody(49);
  std::iota(everybody.begin(), everybody.end(), 1U);
  EXPECT_EQ(found, everybody);
}

TEST(RoutingTargets, RefusesPagesOutOfRangeAndUnknownPayers) {
  RoutingWorld world(2);
  TargetsRequest request;
  request.equivalent = 0;
  request.from = 0;
  for (const std::uint32_t size : {0U, kMaxTargets + 1}) {
    request.page_size = size;
    EXPECT_EQ(ErrorCodeOf(world.router().Targets(request).status()), ErrorCode::kInvalidArgument);
  }
  request.page_size = 1;
  EXPECT_TRUE(world.router().Targets(request).ok());
  request.from = 2;
  EXPECT_EQ(ErrorCodeOf(world.router().Targets(request).status()), ErrorCode::kInvalidArgument);
}

// Distances by relaxing every line again and again.
void CheckTrust(int run) {
  SCOPED_TRACE("run " + std::to_string(run));
  Random random(static_cast<std::uint64_t>(run) + 2'000'000);
  Town town(random, 7);
  const auto away = static_cast<ParticipantIndex>(Below(random, 14));  // often nobody
  if (away < 7) town.world.SetStatus(away, ParticipantStatus::kSuspended);
  for (ParticipantIndex from = 0; from < 7; ++from) {
    std::map<ParticipantIndex, std::uint32_t> distance;
    if (from != away) distance[from] = 0;
    for (int round = 0; round < 7; ++round) {
      for (const auto& [ends, limit] : town.limits) {
        const auto [owner, debtor] = ends;
        if (limit == 0 || debtor == away || distance.count(owner) == 0) continue;
        const std::uint32_t hops = distance[owner] + 1;
        if (distance.count(debtor) == 0 || hops < distance[debtor]) distance[debtor] = hops;
      }
    }
    for (ParticipantIndex to = 0; to < 7; ++to) {
      std::optional<std::uint32_t> expected;
      if (distance.count(to) != 0) expected = distance[to];
      ASSERT_EQ(town.world.router().TrustDistance(0, from, to).value(), expected);
      const bool near = expected.has_value() && *expected <= 2;
      ASSERT_EQ(town.world.router().TrustDistance(0, from, to, 2).value().has_value(), near);
    }
  }
}

TEST(RoutingTrust, IsTheFewestLinesWithALimit) {
  const int runs = TierCount(300, 5000);
  for (int run = 0; run < runs && !HasFatalFailure(); ++run) CheckTrust(run);
  RoutingWorld world(1);
  EXPECT_EQ(ErrorCodeOf(world.router().TrustDistance(0, 0, 1).status()),
            ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace geo::tests
