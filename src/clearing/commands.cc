#include "geo/clearing/commands.h"

#include <string>
#include <utility>

#include "geo/base/limits.h"
#include "src/base/status_macros.h"
#include "src/clearing/resolve.h"

namespace geo {
namespace {

StatusOr<ClearingScope> ScopeOf(const Ledger& ledger, const ClearingTerms& terms) {
  ClearingScope scope;
  GEO_ASSIGN_OR_RETURN(scope.equivalent, ResolveEquivalent(ledger, terms.equivalent));
  GEO_ASSIGN_OR_RETURN(scope.min_amount,
                       ResolveMinimum(ledger, scope.equivalent, terms.min_amount));
  if (terms.within.has_value()) {
    GEO_ASSIGN_OR_RETURN(scope.within,
                         ResolveParticipants(ledger, *terms.within, "within", kMaxWithin));
  }
  if (terms.work_limit == std::uint64_t{0}) {
    return MakeError(ErrorCode::kConstraintRange, "a work limit of 0; at least one arc");
  }
  return scope;
}

StatusOr<CycleClearing> RequestOf(const Ledger& ledger, const ClearCycles& command) {
  CycleClearing request;
  GEO_ASSIGN_OR_RETURN(request.scope, ScopeOf(ledger, command.terms));
  request.max_length = command.max_length;
  request.max_cycles = command.max_cycles;
  request.work_limit = command.terms.work_limit.value_or(graph::kNoWorkLimit);
  return request;
}

// Only what the request can reach is read.
StatusOr<std::unique_ptr<Clearer>> ClearerFor(const Ledger& ledger, const CycleClearing& request) {
  return Clearer::Create(ledger, request.scope.equivalent);
}

}  // namespace

Status CheckSyntax(const ClearCycle& command) { return CheckCycle(command.cycle); }

StatusOr<ClearingPlan> PlanClearing(const Ledger& ledger, Clearer* clearer,
                                    const ClearCycles& command) {
  GEO_ASSIGN_OR_RETURN(const CycleClearing request, RequestOf(ledger, command));
  if (clearer != nullptr) return clearer->PlanCycles(ledger, request);
  GEO_ASSIGN_OR_RETURN(const std::unique_ptr<Clearer> made, ClearerFor(ledger, request));
  return made->PlanCycles(ledger, request);
}

StatusOr<ClearingPlan> PlanClearing(const Ledger& ledger, Clearer*, const SetOffDebts& command) {
  SetOff request;
  GEO_ASSIGN_OR_RETURN(request.scope, ScopeOf(ledger, command.terms));
  request.growth = command.growth;
  request.work_limit = command.terms.work_limit.value_or(graph::kNoWorkLimit);
  request.enough_ppm = command.enough_ppm;
  return PlanSetOff(ledger, request);
}

StatusOr<ClearingPlan> PlanClearing(const Ledger& ledger, Clearer*, const ClearCycle& command) {
  GEO_ASSIGN_OR_RETURN(const EquivalentIndex equivalent,
                       ResolveEquivalent(ledger, command.equivalent));
  GEO_ASSIGN_OR_RETURN(const std::vector<ParticipantIndex> cycle,
                       ResolveCycle(ledger, command.cycle));
  return PlanCycle(ledger, equivalent, cycle);
}

StatusOr<CycleListing> ListClearable(const Ledger& ledger, const ClearCycles& command) {
  GEO_ASSIGN_OR_RETURN(const CycleClearing request, RequestOf(ledger, command));
  GEO_ASSIGN_OR_RETURN(const std::unique_ptr<Clearer> clearer, ClearerFor(ledger, request));
  return clearer->ListCycles(ledger, request);
}

}  // namespace geo
