// The router on random small networks with every kind of policy, against brute force: all simple
// paths, all splits. The oracle has its own books and its own reading of spec 01 §4.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "tests/support/environment.h"
#include "tests/support/flow_oracle.h"
#include "tests/support/routing_world.h"

namespace geo::tests {
namespace {

using Ends = std::pair<ParticipantIndex, ParticipantIndex>;
using Random = std::mt19937_64;

std::uint64_t Below(Random& random, std::uint64_t bound) { return random() % bound; }
bool OneIn(Random& random, std::uint64_t chances) { return Below(random, chances) == 0; }

// What the oracle knows of a line, by (owner, debtor).
struct BookLine {
  LineIndex index = kNoIndex;
  Amount limit = 0;
  bool frozen = false;
  bool intermediate = true;
  std::optional<std::uint32_t> max_hops;
  std::optional<Amount> daily;
  std::optional<Amount> single;
  std::set<ParticipantIndex> blocked;
};

struct Book {
  ParticipantIndex count = 0;
  std::map<Ends, BookLine> lines;
  std::map<Ends, Amount> debts;  // (debtor, creditor); never both ways
  std::map<Ends, Amount> paid;   // today
  std::set<ParticipantIndex> suspended;

  Amount Debt(ParticipantIndex debtor, ParticipantIndex creditor) const {
    const auto found = debts.find({debtor, creditor});
    return found == debts.end() ? 0 : found->second;
  }
  const BookLine* Line(ParticipantIndex owner, ParticipantIndex debtor) const {
    const auto found = lines.find({owner, debtor});
    return found == lines.end() ? nullptr : &found->second;
  }
};

// Spec 01 §4.6 and the amount policies of §4.3; none: value cannot move this way at all.
std::optional<Amount> Capacity(const Book& book, ParticipantIndex x, ParticipantIndex y,
                               ParticipantIndex payer, ParticipantIndex payee) {
  const BookLine* used = book.Line(y, x);
  const BookLine* other = book.Line(x, y);
  if (x != payer && other != nullptr && !other->intermediate) return std::nullopt;
  if (y != payee && used != nullptr && !used->intermediate) return std::nullopt;
  const bool end_points = x == payer && y == payee;
  const bool fresh = used != nullptr && !used->frozen;
  const Amount counter = book.Debt(y, x);
  const bool back = counter > 0 && (end_points || (other != nullptr && !other->frozen));
  if (!fresh && !back) return std::nullopt;
  Amount capacity = 0;
  if (fresh) capacity += used->limit - book.Debt(x, y);
  if (back) capacity += counter;
  if (used != nullptr && used->single) capacity = std::min(capacity, *used->single);
  if (used != nullptr && used->daily) {
    const auto paid = book.paid.find({x, y});
    capacity = std::min(capacity, *used->daily - (paid == book.paid.end() ? 0 : paid->second));
  }
  return std::max<Amount>(capacity, 0);
}

struct OraclePath {
  std::vector<Ends> ways;
  Amount room = 0;
};

// All simple paths that the request and the policies about paths allow, used-up ones included.
class PathLister {
 public:
  PathLister(const Book& book, const RouteRequest& request) : book_(book), request_(request) {
    if (MayPass(request.from) && MayPass(request.to)) Extend({request.from});
  }
  std::vector<OraclePath> paths;

 private:
  bool MayPass(ParticipantIndex node) const {
    const RouteConstraints& c = request_.constraints;
    if (book_.suspended.count(node) != 0) return false;
    if (c.within && std::count(c.within->begin(), c.within->end(), node) == 0) return false;
    if (node == request_.from || node == request_.to) return true;
    return std::count(c.avoid.begin(), c.avoid.end(), node) == 0;
  }

  bool KeepsRules(const std::vector<ParticipantIndex>& nodes) const {
    for (std::size_t i = 0; i + 1 < nodes.size(); ++i) {
      const BookLine* line = book_.Line(nodes[i + 1], nodes[i]);
      if (line == nullptr) continue;
      if (line->max_hops && nodes.size() - 1 > *line->max_hops) return false;
      for (std::size_t j = 1; j + 1 < nodes.size(); ++j) {
        if (line->blocked.count(nodes[j]) != 0) return false;
      }
    }
    return true;
  }

  void Extend(std::vector<ParticipantIndex> nodes) {
    if (nodes.back() == request_.to) {
      if (!KeepsRules(nodes)) return;
      OraclePath path{{}, kMaxAmount};
      for (std::size_t i = 0; i + 1 < nodes.size(); ++i) {
        path.ways.emplace_back(nodes[i], nodes[i + 1]);
        path.room = std::min(path.room,
                             *Capacity(book_, nodes[i], nodes[i + 1], request_.from, request_.to));
      }
      paths.push_back(std::move(path));
      return;
    }
    if (nodes.size() > request_.constraints.max_hops) return;
    for (ParticipantIndex next = 0; next < book_.count; ++next) {
      if (std::count(nodes.begin(), nodes.end(), next) != 0 || !MayPass(next)) continue;
      if (!Capacity(book_, nodes.back(), next, request_.from, request_.to)) continue;
      nodes.push_back(next);
      Extend(nodes);
      nodes.pop_back();
    }
  }

  const Book& book_;
  const RouteRequest& request_;
};

// The most that `max_paths` of the paths carry together, by trying every amount on each.
class SplitOracle {
 public:
  SplitOracle(const Book& book, const RouteRequest& request, std::vector<OraclePath> paths)
      : paths_(std::move(paths)) {
    std::erase_if(paths_, [](const OraclePath& path) { return path.room == 0; });
    std::sort(paths_.begin(), paths_.end(),
              [](const OraclePath& x, const OraclePath& y) { return x.room > y.room; });
    for (const OraclePath& path : paths_) {
      for (const Ends& way : path.ways) {
        left_[way] = *Capacity(book, way.first, way.second, request.from, request.to);
      }
    }
    const std::size_t slots = std::min<std::size_t>(request.constraints.max_paths, paths_.size());
    Try(0, slots, 0);
  }
  bool finished() const { return steps_ < kSteps; }
  Amount best = 0;

 private:
  static constexpr std::uint64_t kSteps = 300000;

  void Try(std::size_t next, std::size_t slots, Amount sum) {
    best = std::max(best, sum);
    if (next == paths_.size() || slots == 0 || ++steps_ >= kSteps) return;
    Amount most = sum;
    for (std::size_t i = next; i < std::min(next + slots, paths_.size()); ++i) {
      most += paths_[i].room;
    }
    if (most <= best) return;
    const OraclePath& path = paths_[next];
    Amount room = path.room;
    for (const Ends& way : path.ways) {
      room = std::min(room, left_[way]);
      if (used_[{way.second, way.first}] > 0) room = 0;
    }
    for (Amount amount = room; amount > 0; --amount) {
      for (const Ends& way : path.ways) left_[way] -= amount, ++used_[way];
      Try(next + 1, slots - 1, sum + amount);
      for (const Ends& way : path.ways) left_[way] += amount, --used_[way];
    }
    Try(next + 1, slots, sum);
  }

  std::vector<OraclePath> paths_;
  std::map<Ends, Amount> left_;
  std::map<Ends, int> used_;
  std::uint64_t steps_ = 0;
};

// A random network in the oracle's books and in a ledger.
struct Scene {
  explicit Scene(Random& random) : world(static_cast<ParticipantIndex>(4 + Below(random, 4))) {
    book.count = static_cast<ParticipantIndex>(world.ledger.participant_count());
    const std::uint64_t density = 2 + Below(random, 5);
    rarity = OneIn(random, 2) ? 8 : 50;
    const Amount largest = 1 + static_cast<Amount>(Below(random, 5));
    for (ParticipantIndex x = 0; x < book.count; ++x) {
      for (ParticipantIndex y = 0; y < book.count; ++y) {
        if (x != y && Below(random, 10) < density) AddLine(random, x, y, largest);
      }
    }
    for (ParticipantIndex x = 0; x < book.count; ++x) {
      for (ParticipantIndex y = x + 1; y < book.count; ++y) {
        if (OneIn(random, 4)) AddDebt(random, x, y, largest);
      }
    }
    for (const auto& [ends, line] : book.lines) {
      if (line.frozen) world.Freeze(line.index);
    }
    if (OneIn(random, 4)) Suspend(static_cast<ParticipantIndex>(Below(random, book.count)));
  }

  void AddLine(Random& random, ParticipantIndex owner, ParticipantIndex debtor, Amount largest) {
    BookLine line;
    line.limit = static_cast<Amount>(Below(random, static_cast<std::uint64_t>(largest) + 1));
    line.frozen = OneIn(random, 2 * rarity);
    line.intermediate = !OneIn(random, rarity);
    if (OneIn(random, rarity)) line.max_hops = 1 + Below(random, 4);
    if (OneIn(random, rarity)) line.daily = static_cast<Amount>(Below(random, 6));
    if (OneIn(random, rarity)) line.single = static_cast<Amount>(Below(random, 4));
    while (OneIn(random, rarity / 2)) {
      line.blocked.insert(static_cast<ParticipantIndex>(Below(random, book.count)));
    }
    LinePolicy policy;
    policy.can_be_intermediate = line.intermediate;
    policy.max_hops = line.max_hops;
    policy.daily_limit = line.daily;
    policy.max_single_payment = line.single;
    for (const ParticipantIndex who : line.blocked) {
      policy.blocked_participants.push_back(RoutingWorld::PidOf(who));
    }
    std::sort(policy.blocked_participants.begin(), policy.blocked_participants.end());
    line.index = world.Open(owner, debtor, line.limit, policy);
    book.lines[{owner, debtor}] = line;
  }

  void AddDebt(Random& random, ParticipantIndex x, ParticipantIndex y, Amount largest) {
    const Amount amount =
        1 + static_cast<Amount>(Below(random, static_cast<std::uint64_t>(largest)));
    if (OneIn(random, 2)) std::swap(x, y);
    world.Owe(x, y, amount);
    book.debts[{x, y}] = amount;
  }

  void Suspend(ParticipantIndex who) {
    world.SetStatus(who, ParticipantStatus::kSuspended);
    book.suspended.insert(who);
  }

  void Pay(const Plan& plan) {
    world.Pay(plan);
    for (const Route& route : plan.routes) {
      for (std::size_t i = 0; i + 1 < route.participants.size(); ++i) {
        const Ends way{route.participants[i], route.participants[i + 1]};
        const Ends back{way.second, way.first};
        const Amount repaid = std::min(route.amount, book.Debt(back.first, back.second));
        if (repaid > 0) book.debts[back] -= repaid;
        if (route.amount > repaid) book.debts[way] += route.amount - repaid;
        book.paid[way] += route.amount;
      }
    }
  }

  void NextDay() {
    world.SetDay(world.day + 1);
    book.paid.clear();
  }

  RoutingWorld world;
  Book book;
  std::uint64_t rarity = 8;  // one line in so many has each policy
};

RouteRequest RandomRequest(Random& random, const Book& book) {
  RouteRequest request = RoutingWorld::Ask(0, 0, 1);
  request.from = static_cast<ParticipantIndex>(Below(random, book.count));
  request.to = (request.from + 1 + static_cast<ParticipantIndex>(Below(random, book.count - 1))) %
               book.count;
  constexpr std::uint32_t kHops[] = {1, 2, 3, 4, 8, kUnlimited};
  constexpr std::uint32_t kPaths[] = {1, 2, 2, 3, 3, 8};
  request.constraints.max_hops = kHops[Below(random, 6)];
  request.constraints.max_paths = kPaths[Below(random, 6)];
  for (ParticipantIndex who = 0; who < book.count; ++who) {
    if (OneIn(random, 20)) request.constraints.avoid.push_back(who);
  }
  if (OneIn(random, 10)) {
    request.constraints.within.emplace();
    for (ParticipantIndex who = 0; who < book.count; ++who) {
      if (!OneIn(random, 5)) request.constraints.within->push_back(who);
    }
  }
  return request;
}

struct OracleTally {
  int asked = 0;
  int split = 0;     // plans of several routes
  int limited = 0;   // refusals because of limits or policies
  int unproven = 0;  // capacities that are right but could not be proven
};

// Asks for every amount around the largest that the oracle can pay.
void CheckRequest(Scene& scene, RouteRequest request, OracleTally& tally) {
  PathLister lister(scene.book, request);
  const bool any = !lister.paths.empty();
  const SplitOracle oracle(scene.book, request, lister.paths);
  if (!oracle.finished()) return;
  ++tally.asked;
  const CapacityAnswer capacity = scene.world.Capacity(request);
  ASSERT_EQ(capacity.amount, oracle.best);
  if (!capacity.exact) ++tally.unproven;
  for (Amount amount = std::max<Amount>(1, oracle.best - 1); amount <= oracle.best + 2; ++amount) {
    request.amount = amount;
    SCOPED_TRACE("amount " + std::to_string(amount));
    const RouteAnswer answer = scene.world.Find(request);
    if (const Plan* plan = std::get_if<Plan>(&answer.outcome)) {
      ASSERT_LE(amount, oracle.best) << Describe(answer);
      if (plan->routes.size() > 1) ++tally.split;
      continue;
    }
    ASSERT_GT(amount, oracle.best) << Describe(answer);
    const Refusal& refusal = std::get<Refusal>(answer.outcome);
    ASSERT_EQ(refusal.code, any ? ErrorCode::kInsufficientCapacity : ErrorCode::kNoRoute)
        << Describe(answer);
    ASSERT_LE(refusal.best_found, oracle.best);
    ASSERT_GE(refusal.upper_bound, oracle.best);
    if (refusal.reason >= RefusalReason::kHopLimit) ++tally.limited;
  }
}

void CheckScene(int run, OracleTally& tally) {
  SCOPED_TRACE("run " + std::to_string(run));
  Random random(static_cast<std::uint64_t>(run));
  Scene scene(random);
  for (int i = 0; i < 6; ++i) {
    RouteRequest request = RandomRequest(random, scene.book);
    SCOPED_TRACE("request " + std::to_string(i) + ": " + std::to_string(request.from) + " to " +
                 std::to_string(request.to));
    CheckRequest(scene, request, tally);
    if (::testing::Test::HasFatalFailure()) return;
    request.amount = 1 + static_cast<Amount>(Below(random, 3));
    const RouteAnswer answer = scene.world.Find(request);
    if (const Plan* plan = std::get_if<Plan>(&answer.outcome)) scene.Pay(*plan);
    if (OneIn(random, 8)) scene.NextDay();
  }
}

TEST(RoutingOracle, AgreesWithBruteForceUnderEveryPolicy) {
  const int runs = TierCount(1500, 60000);
  OracleTally tally;
  for (int run = 0; run < runs && !HasFailure(); ++run) CheckScene(run, tally);
  EXPECT_GT(tally.asked, runs * 5);
  EXPECT_GT(tally.split, runs / 2);
  EXPECT_GT(tally.limited, runs / 4);
  EXPECT_LE(tally.unproven, runs / 1000);
}

// Without limits and path-dependent policies the answer is the maximum flow.
void CheckFlowScene(int run) {
  SCOPED_TRACE("run " + std::to_string(run));
  Random random(static_cast<std::uint64_t>(run));
  Scene scene(random);
  for (auto& [ends, line] : scene.book.lines) {
    line.max_hops.reset();
    line.blocked.clear();
    scene.world.Change(line.index, [](TrustLine& after) {
      after.policy.max_hops.reset();
      after.policy.blocked_participants.clear();
    });
  }
  for (int i = 0; i < 4; ++i) {
    RouteRequest request = RandomRequest(random, scene.book);
    request.constraints = RouteConstraints();
    request.constraints.max_hops = request.constraints.max_paths = kUnlimited;
    std::vector<CapacityArc> arcs;
    for (ParticipantIndex x = 0; x < scene.book.count; ++x) {
      for (ParticipantIndex y = 0; y < scene.book.count; ++y) {
        if (x == y || scene.book.suspended.count(x) + scene.book.suspended.count(y) != 0) continue;
        const auto capacity = Capacity(scene.book, x, y, request.from, request.to);
        if (capacity) arcs.push_back({x, y, *capacity});
      }
    }
    const Amount flow = BoykovKolmogorovFlow(scene.book.count, arcs, request.from, request.to);
    ASSERT_EQ(PushRelabelFlow(scene.book.count, arcs, request.from, request.to), flow);
    const CapacityAnswer capacity = scene.world.Capacity(request);
    ASSERT_EQ(capacity.amount, flow);
    ASSERT_TRUE(capacity.exact);
    request.amount = flow + 1;
    ASSERT_TRUE(std::holds_alternative<Refusal>(scene.world.Find(request).outcome));
    if (flow == 0) continue;
    request.amount = flow;
    const RouteAnswer answer = scene.world.Find(request);
    ASSERT_TRUE(std::holds_alternative<Plan>(answer.outcome)) << Describe(answer);
    scene.Pay(std::get<Plan>(answer.outcome));
  }
}

TEST(RoutingOracle, UnlimitedIsMaximumFlow) {
  const int runs = TierCount(2000, 100000);
  for (int run = 0; run < runs && !HasFailure(); ++run) CheckFlowScene(run);
}

}  // namespace
}  // namespace geo::tests
