// Why there is no plan: turns a failed search into a refusal with its certificate (spec 01 §5.2).
#ifndef GEO_SRC_ROUTING_EXPLAIN_H_
#define GEO_SRC_ROUTING_EXPLAIN_H_

#include <cstdint>

#include "geo/ledger/ledger.h"
#include "geo/routing/router.h"
#include "src/routing/network.h"
#include "src/routing/plan_search.h"

namespace geo {

// The routes of a search as a plan.
Plan ToPlan(const Network& network, std::vector<graph::Path> routes);

// What `refusal`, whose witness is there, is to be called: `meant`, or what the witness needs in
// its stead. Relaxing several limits may find routes that keep to the one that was meant.
RefusalReason ReasonOfWitness(RefusalReason meant, const Refusal& refusal);

class Explainer {
 public:
  Explainer(const Network& network, std::int64_t day, const RouteRequest& request,
            PlanSearch& search)
      : ledger_(network.ledger()),
        network_(network),
        day_(day),
        request_(request),
        search_(search) {}

  // `verdict` is what the search for the request's amount, begun and not ended, came to:
  // kImpossible, kNotFound or kOutOfWork. Spends more of its work.
  Refusal Explain(Verdict verdict);

 private:
  RouteLimits Limits() const;
  Refusal OutOfWork() const;
  bool DecideCode();
  void NameEndPoint();
  Refusal Impossible();
  AmountSum RelaxedBound(graph::NodeIndex end) const;
  bool RelaxedBoundsSuffice() const;
  bool BlamePolicies();
  bool BlameConditions(graph::Conditions conditions);
  bool BlameRulesOrHops(Effort effort);
  bool BlamePaths(Effort effort);
  bool BlameAnything();
  bool BlameLimits(const RouteLimits& relaxed, RefusalReason reason, Effort effort);
  void Shrink(const RouteLimits& relaxed);
  void AddCut();
  void TakeWitness(RefusalReason reason, bool free);

  const Ledger& ledger_;
  const Network& network_;
  std::int64_t day_;
  const RouteRequest& request_;
  PlanSearch& search_;
  bool out_of_work_ = false;
  Refusal refusal_;
};

}  // namespace geo

#endif  // GEO_SRC_ROUTING_EXPLAIN_H_
