#include "tests/property/route_oracle.h"

#include <algorithm>
#include <optional>

namespace geo::tests {
namespace {

using Path = std::vector<Pid>;
using Line = ReferenceModel::Line;

constexpr std::size_t kMostRoutes = 200;  // more are not looked at
constexpr std::size_t kMostTriples = 48;  // of so many routes every three are tried together

// What this trip may carry from u to v (spec 01 §4.6). Nothing: it may not go there at all,
// whatever the capacity.
std::optional<Big> Step(const ReferenceModel& model, const Trip& trip, const Pid& u, const Pid& v) {
  const Way way{trip.code, u, v};
  const bool transit = u != trip.from || v != trip.to;
  if (u == v || u == trip.to || v == trip.from) return std::nullopt;
  for (const Pid& one : {u, v}) {
    const bool between = one != trip.from && one != trip.to;
    if (model.people.at(one).status != ParticipantStatus::kActive) return std::nullopt;
    if (between && trip.avoid.count(one) != 0) return std::nullopt;
  }
  const Line* used = model.Live(Back(way));
  const Line* opposite = model.Live(way);
  if (u != trip.from && opposite && !opposite->policy.can_be_intermediate) return std::nullopt;
  if (v != trip.to && used && !used->policy.can_be_intermediate) return std::nullopt;
  const bool repays = model.Debt(Back(way)) > 0 && (!transit || model.Active(way));
  if (!model.Active(Back(way)) && !repays) return std::nullopt;
  return model.Capacity(way, transit);
}

// max_hops and blocked_participants of every line that the route uses (spec 01 §4.3).
bool RulesAllow(const ReferenceModel& model, const Trip& trip, const Path& route) {
  for (std::size_t i = 0; i + 1 < route.size(); ++i) {
    const Line* used = model.Live({trip.code, route[i + 1], route[i]});
    if (used == nullptr) continue;
    if (used->policy.max_hops && route.size() - 1 > *used->policy.max_hops) return false;
    for (const Pid& blocked : used->policy.blocked_participants) {
      const auto found = std::find(route.begin() + 1, route.end() - 1, blocked);
      if (found != route.end() - 1) return false;
    }
  }
  return true;
}

// All routes within the constraints on which something can move (or, with `used_up_too`, could if
// there were capacity), until there are more than kMostRoutes.
struct RouteList {
  const ReferenceModel& model;
  const Trip& trip;
  const bool used_up_too;
  Path path = {};
  std::vector<Path> found = {};

  void Extend(const Pid& at) {
    path.push_back(at);
    if (at == trip.to) {
      if (RulesAllow(model, trip, path)) found.push_back(path);
    } else if (path.size() <= trip.hops) {
      for (const Pid& next : model.registered) {
        if (found.size() > kMostRoutes) break;
        if (std::find(path.begin(), path.end(), next) != path.end()) continue;
        const std::optional<Big> most = Step(model, trip, at, next);
        if (most && (used_up_too || *most > 0)) Extend(next);
      }
    }
    path.pop_back();
  }
};

std::vector<Path> Routes(const ReferenceModel& model, const Trip& trip, bool used_up_too) {
  RouteList list{model, trip, used_up_too};
  list.Extend(trip.from);
  return list.found;
}

// Routes as sets of steps, for splits.
class Splits {
 public:
  Splits(const ReferenceModel& model, const Trip& trip, const std::vector<Path>& routes) {
    std::map<std::pair<Pid, Pid>, std::size_t> numbers;
    for (const Path& route : routes) {
      std::set<std::size_t> steps;
      for (std::size_t i = 0; i + 1 < route.size(); ++i) {
        const auto step = numbers.emplace(std::pair(route[i], route[i + 1]), numbers.size());
        if (step.second) most_.push_back(*Step(model, trip, route[i], route[i + 1]));
        steps.insert(step.first->second);
      }
      routes_.push_back(std::move(steps));
    }
    for (const auto& [step, number] : numbers) {
      const auto back = numbers.find({step.second, step.first});
      if (back != numbers.end()) back_[number] = back->second;
    }
    for (std::size_t i = 0; i < size(); ++i) one_.push_back(Least(routes_[i]));
    pairs_.resize(size());
    for (std::size_t i = 0; i < size(); ++i) {
      for (std::size_t j = 0; j < size(); ++j) pairs_[i].push_back(PairOf(i, j));
    }
  }

  std::size_t size() const { return routes_.size(); }
  Big One(std::size_t i) const { return one_[i]; }
  // -1: the two use a pair in both directions and cannot go together.
  Big Two(std::size_t i, std::size_t j) const {
    return pairs_[i][j] < 0 ? Big(-1) : std::min<Big>(one_[i] + one_[j], pairs_[i][j]);
  }
  // The most of x + y + z in whole numbers, where each, each two and all three together are
  // bounded by the least step that they share. The half sum is what three pairs leave.
  Big Three(std::size_t i, std::size_t j, std::size_t k) const {
    const Big& ij = pairs_[i][j];
    const Big& ik = pairs_[i][k];
    const Big& jk = pairs_[j][k];
    if (ij < 0 || ik < 0 || jk < 0) return -1;
    const Big all = Least(Shared(Shared(routes_[i], routes_[j]), routes_[k]));
    const Big halves =
        (std::min<Big>(ij, one_[i] + one_[j]) + std::min<Big>(ik, one_[i] + one_[k]) +
         std::min<Big>(jk, one_[j] + one_[k])) /
        2;
    return std::min({all, Big(one_[i] + one_[j] + one_[k]), Big(ij + one_[k]), Big(ik + one_[j]),
                     Big(jk + one_[i]), halves});
  }

 private:
  using Steps = std::set<std::size_t>;

  static Steps Shared(const Steps& x, const Steps& y) {
    Steps both;
    std::set_intersection(x.begin(), x.end(), y.begin(), y.end(), std::inserter(both, both.end()));
    return both;
  }
  Big Least(const Steps& steps) const {
    Big least = Big(1) << 70;
    for (const std::size_t step : steps) least = std::min(least, most_[step]);
    return least;
  }
  Big PairOf(std::size_t i, std::size_t j) const {
    for (const std::size_t step : routes_[i]) {
      const auto back = back_.find(step);
      if (back != back_.end() && routes_[j].count(back->second) != 0) return -1;
    }
    return Least(Shared(routes_[i], routes_[j]));
  }

  std::vector<Big> most_;
  std::map<std::size_t, std::size_t> back_;
  std::vector<Steps> routes_;
  std::vector<Big> one_;
  std::vector<std::vector<Big>> pairs_;  // least step that two routes share
};

}  // namespace

Trip TripOf(const ReferenceModel& model, const Pid& payer, const Pay& pay) {
  const RouteConstraints& by_default = model.options.routing;
  Trip trip;
  trip.code = pay.equivalent.text();
  trip.from = payer;
  trip.to = pay.payee;
  trip.hops = pay.constraints.max_hops.value_or(by_default.max_hops);
  trip.paths = pay.constraints.max_paths.value_or(by_default.max_paths);
  trip.avoid = {pay.constraints.avoid.begin(), pay.constraints.avoid.end()};
  return trip;
}

bool IsUnlimited(const ReferenceModel& model, const Trip& trip) {
  bool unlimited = trip.hops == kUnlimited && trip.paths == kUnlimited;
  for (const auto& [id, line] : model.lines) {
    const bool rules = line.policy.max_hops || !line.policy.blocked_participants.empty();
    const bool live = line.status != LineStatus::kClosed && std::get<0>(line.way) == trip.code;
    if (live && rules) unlimited = false;
  }
  return unlimited;
}

// Augmenting paths, breadth first (Edmonds and Karp).
Big MaxFlow(const ReferenceModel& model, const Trip& trip) {
  std::map<Pid, std::map<Pid, Big>> left;
  for (const Pid& u : model.registered) {
    for (const Pid& v : model.registered) {
      const std::optional<Big> most = Step(model, trip, u, v);
      if (most && *most > 0) left[u][v] = *most;
    }
  }
  Big total = 0;
  while (true) {
    std::map<Pid, Pid> came_from{{trip.from, trip.from}};
    std::vector<Pid> queue{trip.from};
    for (std::size_t i = 0; i < queue.size(); ++i) {
      for (const auto& [next, most] : left[queue[i]]) {
        if (most > 0 && came_from.emplace(next, queue[i]).second) queue.push_back(next);
      }
    }
    if (came_from.count(trip.to) == 0) return total;
    Big amount = Big(1) << 70;
    for (Pid at = trip.to; at != trip.from; at = came_from[at]) {
      amount = std::min(amount, left[came_from[at]][at]);
    }
    for (Pid at = trip.to; at != trip.from; at = came_from[at]) {
      left[came_from[at]][at] -= amount;
      left[at][came_from[at]] += amount;
    }
    total += amount;
  }
}

Big BestSplit(const ReferenceModel& model, const Trip& trip, bool* exact) {
  std::vector<Path> routes = Routes(model, trip, false);
  *exact = routes.size() <= kMostRoutes && (trip.paths < 3 || routes.size() <= kMostTriples);
  const Splits splits(model, trip, routes);
  Big best = 0;
  for (std::size_t i = 0; i < splits.size(); ++i) {
    best = std::max(best, splits.One(i));
    for (std::size_t j = 0; trip.paths > 1 && j < i; ++j) {
      best = std::max(best, splits.Two(i, j));
      for (std::size_t k = 0; trip.paths > 2 && splits.size() <= kMostTriples && k < j; ++k) {
        best = std::max(best, splits.Three(i, j, k));
      }
    }
  }
  return best;
}

std::string JudgeTransaction(const ReferenceModel& model, const Trip& trip, const Pay& pay,
                             const Transaction& transaction) {
  const Equivalent& currency = model.currencies.at(transaction.equivalent);
  const Hash256 description = pay.description ? TextHash(*pay.description) : Hash256();
  const bool same = transaction.id == pay.id && transaction.description_hash == description &&
                    model.registered.at(transaction.payer) == trip.from &&
                    model.registered.at(transaction.payee) == trip.to &&
                    currency.code.text() == trip.code &&
                    currency.status == EquivalentStatus::kActive;
  return same ? "" : "another payment than asked for";
}

std::string JudgeRoutes(const ReferenceModel& model, const Trip& trip, const Big& amount,
                        const std::vector<Route>& routes, std::map<Way, Big>* flow) {
  Big sum = 0;
  for (const Route& route : routes) {
    Path path;
    for (const ParticipantIndex i : route.participants) path.push_back(model.registered.at(i));
    const std::set<Pid> distinct(path.begin(), path.end());
    if (path.size() < 2 || distinct.size() != path.size() || route.amount <= 0 ||
        path.front() != trip.from || path.back() != trip.to || path.size() - 1 > trip.hops) {
      return "a route that is not simple, does not lead there, is too long or carries nothing";
    }
    if (!RulesAllow(model, trip, path)) return "a route against a policy";
    for (std::size_t i = 0; i + 1 < path.size(); ++i) {
      (*flow)[{trip.code, path[i], path[i + 1]}] += route.amount;
    }
    sum += route.amount;
  }
  for (const auto& [way, moving] : *flow) {
    const std::optional<Big> most = Step(model, trip, std::get<1>(way), std::get<2>(way));
    if (!most || moving > *most) {
      return "routes carry " + moving.str() + " where at most " + most.value_or(0).str() +
             " can go";
    }
    if (flow->count(Back(way)) != 0) return "routes that use a pair both ways";
  }
  if (sum != amount) return "routes that carry " + sum.str() + " of " + amount.str();
  return routes.size() > trip.paths ? "too many routes" : "";
}

std::string JudgeRefusal(const ReferenceModel& model, const Trip& trip, const Big& amount,
                         const Refusal& refusal) {
  const bool route = !Routes(model, trip, true).empty();
  const ErrorCode wanted = route ? ErrorCode::kInsufficientCapacity : ErrorCode::kNoRoute;
  if (refusal.code != wanted) {
    return "refused with " + std::string(ErrorName(refusal.code)) + " though " +
           (route ? "a route exists" : "there is no route");
  }
  bool exact = false;
  const Big flow = MaxFlow(model, trip);
  const Big split = BestSplit(model, trip, &exact);
  if (split >= amount) return "refused though three routes carry " + split.str();
  if (IsUnlimited(model, trip) && flow >= amount) {
    return "refused though the maximum flow is " + flow.str();
  }
  if (refusal.best_found > flow || (exact && trip.paths <= 3 && refusal.best_found > split)) {
    return "best_found is more than can be paid";
  }
  return refusal.upper_bound < split ? "upper_bound is less than can be paid" : "";
}

std::string JudgeCapacity(const ReferenceModel& model, const Trip& trip,
                          const CapacityAnswer& answer) {
  const Big flow = std::min<Big>(MaxFlow(model, trip), kMaxAmount);
  const bool unlimited = IsUnlimited(model, trip);
  bool exact = false;
  const Big split = std::min<Big>(BestSplit(model, trip, &exact), kMaxAmount);
  exact = exact && trip.paths <= 3;
  const std::string got = "capacity " + std::to_string(answer.amount);
  if (answer.amount < 0 || answer.amount > flow) return got + ", max flow " + flow.str();
  if (unlimited && (answer.amount != flow || !answer.exact)) return got + " is not " + flow.str();
  if (answer.amount < split) return got + ", three routes carry " + split.str();
  if (exact && answer.amount > split) return got + ", no routes carry more than " + split.str();
  return "";
}

}  // namespace geo::tests
