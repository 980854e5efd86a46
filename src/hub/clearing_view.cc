#include "geo/hub/clearing_view.h"

#include "geo/clearing/consent.h"

namespace geo {
namespace {

std::vector<Pid> PidsOf(const Ledger& ledger, const std::vector<ParticipantIndex>& participants) {
  std::vector<Pid> pids;
  pids.reserve(participants.size());
  for (const ParticipantIndex one : participants) pids.push_back(ledger.participant(one).pid);
  return pids;
}

}  // namespace

ClearingView ViewOf(const Ledger& ledger, const ClearingPlan& plan) {
  ClearingView view;
  view.cleared = plan.cleared;
  view.upper_bound = plan.upper_bound;
  view.complete = plan.complete;
  view.work = plan.work;
  for (const std::vector<Effect>& effects : plan.records) view.debts += effects.size();
  for (const ClearedCycle& cycle : plan.cycles) {
    view.cycles.push_back({PidsOf(ledger, cycle.participants), cycle.amount});
  }
  return view;
}

CyclesView ViewOf(const Ledger& ledger, const CycleListing& listing) {
  CyclesView view;
  view.complete = listing.complete;
  for (const ClearedCycle& cycle : listing.cycles) {
    view.cycles.push_back({PidsOf(ledger, cycle.participants), cycle.amount});
  }
  return view;
}

ProposalView ViewOf(const Ledger& ledger, const Proposal& proposal) {
  ProposalView view;
  view.id = proposal.id;
  view.proposer = proposal.proposer;
  view.equivalent = ledger.equivalent(proposal.equivalent).code;
  view.cycle = PidsOf(ledger, proposal.cycle);
  view.min_amount = proposal.min_amount;
  view.proposed_at = proposal.proposed_at;
  view.expires_at = proposal.expires_at;
  view.state = proposal.state;
  view.accepted = PidsOf(ledger, proposal.accepted);
  const bool is_open =
      proposal.state == ProposalState::kProposed || proposal.state == ProposalState::kWaiting;
  if (is_open) view.awaited = PidsOf(ledger, AwaitedBy(ledger, proposal));
  view.cleared = proposal.cleared;
  view.terms = TermsOf(ledger, proposal);
  return view;
}

}  // namespace geo
