// What payments a network of the reference model allows: rule by rule for given routes, and by
// brute force, on small networks, for refusals.
#ifndef GEO_TESTS_PROPERTY_ROUTE_ORACLE_H_
#define GEO_TESTS_PROPERTY_ROUTE_ORACLE_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "tests/property/reference_model.h"

namespace geo::tests {

// Who wants to pay whom, under which constraints (spec 01 §5.1).
struct Trip {
  std::string code;
  Pid from;
  Pid to;
  std::uint32_t hops = kUnlimited;
  std::uint32_t paths = kUnlimited;
  std::set<Pid> avoid;
};

Trip TripOf(const ReferenceModel& model, const Pid& payer, const Pay& pay);

// Whether max flow is the whole truth: no limit and no path-dependent policy (spec 01 §5.3).
bool IsUnlimited(const ReferenceModel& model, const Trip& trip);

// The most that any number of routes of any length can carry, path-dependent policies disregarded.
Big MaxFlow(const ReferenceModel& model, const Trip& trip);

// The most that one, two or three routes (fewer when the trip allows fewer) carry together. Exact
// for trips of up to three routes when `*exact` comes out true: there are not too many of them.
Big BestSplit(const ReferenceModel& model, const Trip& trip, bool* exact);

// Each is empty, or says what is wrong with a hub's answer. JudgeRoutes looks at the combined flow,
// which it gives out.
std::string JudgeTransaction(const ReferenceModel& model, const Trip& trip, const Pay& pay,
                             const Transaction& transaction);
std::string JudgeRoutes(const ReferenceModel& model, const Trip& trip, const Big& amount,
                        const std::vector<Route>& routes, std::map<Way, Big>* flow);
std::string JudgeRefusal(const ReferenceModel& model, const Trip& trip, const Big& amount,
                         const Refusal& refusal);
std::string JudgeCapacity(const ReferenceModel& model, const Trip& trip,
                          const CapacityAnswer& answer);

}  // namespace geo::tests

#endif  // GEO_TESTS_PROPERTY_ROUTE_ORACLE_H_
