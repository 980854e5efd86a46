// Routing: which ways a payment can take, how much can be paid, and why not (spec 01 §5).
//
// What is guaranteed.
//
// - Every plan is right: simple routes, amounts that add up exactly, and every constraint, policy
//   and capacity honoured on the combined flow. VerifyPlan (geo/routing/verify.h) proves it.
// - With max_hops and max_paths unlimited and no path-dependent policy in the way
//   (`blocked_participants`, a line's `max_hops`), a payment is refused exactly when the maximum
//   flow is smaller than the amount.
// - With limits, the router first looks for one route, then takes shortest paths that carry all
//   that remains, half of it, or, by the pigeonhole rule, at least remaining / k when k paths are
//   left (when there is none at the first step, no split into k paths exists); then nearly the
//   widest paths first; then flow with its re-routing, enlarged by routes within the hop limit as
//   far as the amount and decomposed within the limits; where that took little work, by longer ones
//   too, and by other flows. With any number of paths, but hops limited or path-dependent policies
//   in the way, ever narrower routes and kMostPaths of the widest come before flow. If all that
//   fails, the routes that a network offers are searched one by one. That search is exhaustive, and
//   a refusal therefore right, when the payment's surroundings are small: at most kMaxListedRoutes
//   simple routes within the hop limit, and plans of at most kMaxSplitPaths paths; but for rare
//   networks in which it gives up, after kMaxTriedSplits sets of routes. In larger ones finding the
//   best split under both limits is NP-hard, and a payment that a cleverer split could have made
//   may be refused with kHopLimit, kPathLimit or kPolicy; the first four reasons are proofs always.
#ifndef GEO_ROUTING_ROUTER_H_
#define GEO_ROUTING_ROUTER_H_

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "geo/base/amount.h"
#include "geo/base/limits.h"
#include "geo/base/status.h"
#include "geo/journal/entity.h"
#include "geo/ledger/ledger.h"

namespace geo {

// No limit of hops or paths.
inline constexpr std::uint32_t kUnlimited = 0xffffffff;
// No limit of work.
inline constexpr std::uint64_t kNoWorkLimit = std::numeric_limits<std::uint64_t>::max();

// Up to here the search for a split is exhaustive; see above.
inline constexpr std::uint32_t kMaxListedRoutes = 256;
inline constexpr std::uint32_t kMaxSplitPaths = 8;
inline constexpr std::uint32_t kMaxTriedSplits = 4000;

// What a plan should be good at (spec 01 §5.4). The objective chooses among plans; whether there is
// one, and every refusal, does not depend on it. It serves exposure, not success.
//
// kFewestHops takes one route for everything where there is one, the shortest, and else few ones; a
// split is looked for first where the payer's own line to the payee carries a good part, not all.
// Where finding them took no more than kMaxShortenedArcs arcs, as in networks of some dozen lines,
// shortest routes one after another are tried too, and are taken when Σ amount × hops is smaller.
// The others compare Σ over lines of a cost:
//
//   kRepayFirst  units that make new debt, not those that pay debt back
//   kSpread      1 per unit in the first half of what a line has available, 4 in the third quarter,
//                16 in the last: lines keep headroom while there are others
//   kCheapest    RouteRequest::cost per unit
//
// and among equal costs Σ amount × hops. The plan is never worse by this measure than the one of
// kFewestHops. It is the best possible when max_hops and max_paths are not in the way, no policy
// depends on the path, and no more than kMaxObjectiveArcs arcs lie around payer and payee each; in
// larger surroundings it is the best over what is nearest to both, and under the limits the better
// of a minimum-cost flow that happens to keep to them and of cheapest routes taken one by one. A
// flow that would take thousands of routes, more than 10 million arcs to look at, is given up.
// Costs about a millisecond, where hundreds of routes carry the amount some dozens. When the work
// limit is reached, the best plan found until then is the answer, be it the one of kFewestHops.
enum class Objective : std::uint8_t {
  kFewestHops = 0,
  kRepayFirst = 1,
  kSpread = 2,
  kCheapest = 3,
};
inline constexpr std::uint32_t kMaxObjectiveArcs = 3000;
inline constexpr std::uint32_t kMaxShortenedArcs = 128;
inline constexpr std::int64_t kMaxLineCost = 1'000'000'000;

// Spec 01 §5.1.
struct RouteConstraints {
  std::uint32_t max_hops = 8;   // longest route: 1–32 or kUnlimited
  std::uint32_t max_paths = 8;  // most routes: 1–64 or kUnlimited
  // Never intermediaries; order and repeats don't matter. Indices of nobody are nobody, in `within`
  // too.
  std::vector<ParticipantIndex> avoid = {};
  // Only these may take part, end points too.
  std::optional<std::vector<ParticipantIndex>> within = {};
  std::uint64_t work_limit = kNoWorkLimit;  // arcs looked at
  Objective objective = Objective::kFewestHops;
};

struct RouteRequest {
  EquivalentIndex equivalent = kNoIndex;
  ParticipantIndex from = kNoIndex;  // payer
  ParticipantIndex to = kNoIndex;    // payee
  Amount amount = 0;                 // positive
  RouteConstraints constraints;
  // When set, asked now and then (about every 10,000 arcs); true ends the search like the work
  // limit. For servers with a clock; answers then no longer depend on the state alone.
  std::function<bool()> deadline = {};
  // For kCheapest: what one minor unit costs that moves tail→head, 0…kMaxLineCost (others count as
  // the nearer of the two). Asked about lines near the end points, any number of times; must
  // answer the same each time.
  std::function<std::int64_t(ParticipantIndex tail, ParticipantIndex head)> cost = {};
};

// Routes whose amounts add up exactly to the request's, shortest first. No pair is used in both
// directions, and on the combined flow every constraint and policy holds.
struct Plan {
  std::vector<Route> routes;
  friend bool operator==(const Plan&, const Plan&) = default;
};

// Why there is no plan (spec 01 §5.2). The first four prove that it is impossible; the next three
// say what relaxing would allow, and `witness` shows it.
enum class RefusalReason : std::uint8_t {
  kSenderLimit = 1,    // Σ capacity out of the payer is too small
  kReceiverLimit = 2,  // Σ capacity into the payee is too small
  kNotConnected = 3,   // no chain of lines leads there, used up or not
  kNetworkCut = 4,     // the saturated lines of `cut` hold everything back
  kHopLimit = 5,       // a plan exists at `hops_needed` hops
  kPathLimit = 6,      // a plan exists at `paths_needed` paths
  kPolicy = 7,         // plans exist only against the policies in `obstacles`
  kWorkLimit = 8,      // the search ended before an answer: nothing is said about what is possible
};

// One way across a minimum cut. No payment of the amount is possible without more available on at
// least one of these.
struct CutLine {
  ParticipantIndex from = kNoIndex;
  ParticipantIndex to = kNoIndex;
  Amount limit = 0;      // of the line to→from, when it is active
  Amount used = 0;       // debt from→to
  Amount available = 0;  // capacity from→to for this payment
  friend bool operator==(const CutLine&, const CutLine&) = default;
};

// The keys of a line's policy that routing obeys (spec 01 §4.3).
enum class PolicyKey : std::uint8_t {
  kCanBeIntermediate = 1,
  kMaxHops = 2,
  kDailyLimit = 3,
  kMaxSinglePayment = 4,
  kBlockedParticipants = 5,
};

// A policy that stands in the way: of the line by which `owner` trusts `debtor`.
struct PolicyObstacle {
  ParticipantIndex owner = kNoIndex;
  ParticipantIndex debtor = kNoIndex;
  PolicyKey key = PolicyKey::kCanBeIntermediate;
  friend auto operator<=>(const PolicyObstacle&, const PolicyObstacle&) = default;
};

struct Refusal {
  RefusalReason reason = RefusalReason::kNotConnected;
  // NoRoute (E001): no route within the constraints (hops, avoid, within) and the policies about
  // who may carry what, whatever the capacity. InsufficientCapacity (E002): the rest. Deadline
  // (E007): the work limit.
  ErrorCode code = ErrorCode::kNoRoute;
  // Routes within the constraints were found for this much. Where the search is not exhaustive (see
  // above) they may be missed when this much is asked for: Capacity says what is found.
  Amount best_found = 0;
  Amount upper_bound = kMaxAmount;  // not more than this can
  // For kHopLimit and kPathLimit: limits under which `witness` is a plan. The one that is not the
  // reason may have to be relaxed as well; 0: it need not.
  std::uint32_t hops_needed = 0;
  std::uint32_t paths_needed = 0;
  std::vector<CutLine> cut;               // for kNetworkCut; ascending
  std::vector<PolicyObstacle> obstacles;  // for kPolicy: what `witness` disregards; ascending
  Plan witness;  // for kHopLimit, kPathLimit, kPolicy: how it would go if that were relaxed
  friend bool operator==(const Refusal&, const Refusal&) = default;
};

struct RouteAnswer {
  std::variant<Plan, Refusal> outcome;
  std::uint64_t work = 0;  // arcs looked at
};

// "Whom can I pay, and how much?" One page of the answer.
struct TargetsRequest {
  EquivalentIndex equivalent = kNoIndex;
  ParticipantIndex from = kNoIndex;     // payer
  ParticipantIndex after = kNoIndex;    // go on behind this one; kNoIndex: from the start
  std::uint32_t page_size = 100;        // 1…kMaxTargets
  RouteConstraints constraints;         // work_limit: for each target, and where a page ends
  std::function<bool()> deadline = {};  // as in RouteRequest, for each target
};
inline constexpr std::uint32_t kMaxTargets = 1000;

// Somebody who can be paid something.
struct Target {
  ParticipantIndex participant = kNoIndex;
  std::uint32_t hops = 0;  // fewest hops over lines with capacity, path-dependent policies aside
  // What Capacity says: this much can be paid, and if `exact` not one minor unit more. 0 and not
  // exact: nothing was found under the work limit or the path-dependent policies.
  Amount amount = 0;
  bool exact = false;
  friend bool operator==(const Target&, const Target&) = default;
};

struct TargetsPage {
  std::vector<Target> targets;       // ascending by participant
  ParticipantIndex last = kNoIndex;  // `after` of the next page
  bool more = false;                 // whether there may be a next page
};

struct CapacityAnswer {
  // This much can be paid: FindRoutes finds routes for it. But when the work limit ended the search
  // it is the best found till then.
  Amount amount = 0;
  bool exact = false;  // not one minor unit more can be
  std::uint64_t work = 0;
};

// Keeps a residual graph per equivalent in step with a ledger, and answers from it. One thread at a
// time. The ledger must outlive the router.
class Router {
 public:
  virtual ~Router() = default;

  // The ledger changed here: the router reads it again. Whoever applies records calls these, before
  // the next question, for all pairs that they touched or made, and all participants whose status
  // they changed; of who is new a router learns by his first pair.
  // PairsChanged: pairs in any order, any of them again; a call for many costs less than many
  // calls. O(log degree) a pair for amounts and policies; for first and last lines O(degree) of
  // those whose they are, once for all. ParticipantChanged: O(equivalents), and
  // O(degree · log degree) when the status changed. DayChanged: O(pairs with a daily limit ·
  // log degree).
  virtual void PairsChanged(std::span<const PairIndex> pairs) = 0;
  virtual void ParticipantChanged(ParticipantIndex participant) = 0;
  virtual void DayChanged(std::int64_t day) = 0;

  // A plan for the request, or why there is none. Same state, same request: same answer, whatever
  // way the state came about. Participants that are not active carry, pay and receive nothing.
  // Errors (misuse only): ConstraintRange (hops or paths out of range), InvalidArgument (unknown
  // index, amount not positive, an objective that no enum has or kCheapest without a cost),
  // SelfPayment; and from all calls that search, for good, TooLarge once the network has outgrown
  // the graphs (graph::kMaxEdges).
  virtual StatusOr<RouteAnswer> FindRoutes(const RouteRequest& request) = 0;

  // The largest amount payable under the request's constraints; its amount is not looked at.
  // `exact` always when hops and paths are unlimited, no path-dependent policy is in the way and
  // the work limit is not reached; else when the search for splits was exhaustive or the maximum
  // flow was reached. What is not exact is looked for to one part in 128. Errors as for FindRoutes.
  virtual StatusOr<CapacityAnswer> Capacity(const RouteRequest& request) = 0;

  // Everybody whom `from` can pay at least one minor unit under the constraints, page by page,
  // ascending; nobody is left out. Amounts are exact where Capacity is. Pages fit together as long
  // as nothing changes in between. A page ends before it is full, with `more`, once its capacities
  // together took the work limit, or 10,000 were asked: it may even be empty. O(lines within
  // max_hops) per page plus one Capacity for each who can be reached, policies aside. The objective
  // is not looked at. Errors as for FindRoutes, and InvalidArgument for a page size out of range.
  virtual StatusOr<TargetsPage> Targets(const TargetsRequest& request) = 0;

  // How far trust reaches: the fewest active lines of a limit above zero that lead from `from` to
  // `to`, each from an active participant to one whom he trusts; nothing when there are none within
  // `max_distance`. Debts and policies don't matter. 0 from somebody active to himself. O(lines
  // within half the distance of either), typically. Errors: InvalidArgument (unknown index),
  // TooLarge as for FindRoutes.
  virtual StatusOr<std::optional<std::uint32_t>> TrustDistance(
      EquivalentIndex equivalent, ParticipantIndex from, ParticipantIndex to,
      std::uint32_t max_distance = kUnlimited) const = 0;

  // Another router on the same graphs, with working memory of its own (geo/graph/search.h), for
  // questions from another thread: any number of siblings may be asked at the same time while
  // nobody changes the ledger or calls a Changed function. A change told to one is told to all.
  // They share the graphs: each may outlive the others. O(1).
  virtual std::unique_ptr<Router> NewSibling() const = 0;
};

// Whether such limits can be asked for: 1…kMostHops hops and 1…kMostPaths paths, or kUnlimited.
// Errors: ConstraintRange, naming the one that is neither.
Status CheckRouteLimits(std::uint32_t max_hops, std::uint32_t max_paths);

// A router over everything in `ledger`, on UTC day `day` (days since 1970-01-01).
// O(pairs · log pairs).
std::unique_ptr<Router> NewRouter(const Ledger& ledger, std::int64_t day);

}  // namespace geo

#endif  // GEO_ROUTING_ROUTER_H_
