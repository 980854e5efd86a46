// Routing: which ways a payment can take, how much can be paid, and why not (spec 01 §5).
#ifndef GEO_ROUTING_ROUTER_H_
#define GEO_ROUTING_ROUTER_H_

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "geo/base/amount.h"
#include "geo/base/status.h"
#include "geo/journal/entity.h"
#include "geo/ledger/ledger.h"

namespace geo {

// No limit of hops or paths.
inline constexpr std::uint32_t kUnlimited = 0xffffffff;
// No limit of work.
inline constexpr std::uint64_t kNoWorkLimit = std::numeric_limits<std::uint64_t>::max();

// Spec 01 §5.1.
struct RouteConstraints {
  std::uint32_t max_hops = 8;           // longest route: 1–32 or kUnlimited
  std::uint32_t max_paths = 8;          // most routes: 1–64 or kUnlimited
  std::vector<ParticipantIndex> avoid;  // never intermediaries; order and repeats don't matter
  std::optional<std::vector<ParticipantIndex>> within;  // only these may take part, end points too
  std::uint64_t work_limit = kNoWorkLimit;              // arcs looked at
};

struct RouteRequest {
  EquivalentIndex equivalent = kNoIndex;
  ParticipantIndex from = kNoIndex;  // payer
  ParticipantIndex to = kNoIndex;    // payee
  Amount amount = 0;                 // positive
  RouteConstraints constraints;
};

// Routes whose amounts add up exactly to the request's. No pair is used in both directions, and on
// the combined flow every constraint and policy holds.
struct Plan {
  std::vector<Route> routes;
  friend bool operator==(const Plan&, const Plan&) = default;
};

// Why there is no plan (spec 01 §5.2). The first four prove that it is impossible; the next three
// say what relaxing would allow.
enum class RefusalReason : std::uint8_t {
  kSenderLimit = 1,    // Σ capacity out of the payer is too small
  kReceiverLimit = 2,  // Σ capacity into the payee is too small
  kNotConnected = 3,   // no chain of lines with any capacity leads there
  kNetworkCut = 4,     // the saturated lines of `cut` hold everything back
  kHopLimit = 5,       // a route exists at `hops_needed` hops
  kPathLimit = 6,      // a split exists at `paths_needed` paths
  kPolicy = 7,         // routes exist only against a line's policy
  kWorkLimit = 8,      // the search ended before an answer: nothing is said about what is possible
};

// One saturated way of a minimum cut: raising any of these helps.
struct CutLine {
  ParticipantIndex from = kNoIndex;
  ParticipantIndex to = kNoIndex;
  Amount limit = 0;      // of the line to→from, when it is active
  Amount used = 0;       // debt from→to
  Amount available = 0;  // capacity from→to for this payment
  friend bool operator==(const CutLine&, const CutLine&) = default;
};

struct Refusal {
  RefusalReason reason = RefusalReason::kNotConnected;
  // NoRoute (E001): no route within the constraints whatever the capacity. InsufficientCapacity
  // (E002): the rest. Deadline (E007): the work limit.
  ErrorCode code = ErrorCode::kNoRoute;
  Amount best_found = 0;            // this much can be paid under the constraints; maybe more
  Amount upper_bound = kMaxAmount;  // not more than this can
  std::uint32_t hops_needed = 0;    // for kHopLimit
  std::uint32_t paths_needed = 0;   // for kPathLimit; 0: more than 64
  std::vector<CutLine> cut;         // for kNetworkCut
  friend bool operator==(const Refusal&, const Refusal&) = default;
};

struct RouteAnswer {
  std::variant<Plan, Refusal> outcome;
  std::uint64_t work = 0;  // arcs looked at
};

struct CapacityAnswer {
  Amount amount = 0;   // this much can be paid
  bool exact = false;  // and not one minor unit more
  std::uint64_t work = 0;
};

// Keeps a residual graph per equivalent in step with a ledger, and answers from it. One thread at a
// time. The ledger must outlive the router.
class Router {
 public:
  virtual ~Router() = default;

  // The ledger changed here: the router reads it again. Whoever applies a record calls these for
  // all that it touched, before the next question. O(1) amortised; DayChanged O(pairs with a daily
  // limit).
  virtual void PairChanged(PairIndex pair) = 0;
  virtual void ParticipantChanged(ParticipantIndex participant) = 0;
  virtual void DayChanged(std::int64_t day) = 0;

  // A plan for the request, or why there is none. Same state, same request: same answer. Errors
  // (misuse only): ConstraintRange, InvalidArgument (unknown index, amount not positive, from =
  // to).
  virtual StatusOr<RouteAnswer> FindRoutes(const RouteRequest& request) = 0;

  // The largest amount payable under the request's constraints; its amount is not looked at.
  virtual StatusOr<CapacityAnswer> Capacity(const RouteRequest& request) = 0;
};

// A router over everything in `ledger`, on UTC day `day`. O(pairs).
std::unique_ptr<Router> NewRouter(const Ledger& ledger, std::int64_t day);

}  // namespace geo

#endif  // GEO_ROUTING_ROUTER_H_
