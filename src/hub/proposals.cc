// Proposals to clear and the answers to them, as queued records (spec 01 §7.5).

#include <utility>
#include <variant>

#include "geo/clearing/consent.h"
#include "geo/crypto/keys.h"
#include "src/base/id_taken.h"
#include "src/base/status_macros.h"
#include "src/hub/hub_impl.h"

namespace geo {

CommandResult Hub::Impl::Perform(const VerifiedCommand& command, const ProposeClearing& propose,
                                 Timestamp time) {
  CommandResult result;
  result.status = CheckSyntax(propose);
  if (!result.status.ok()) return result;
  const StatusOr<Known> known = Find(propose.id);
  result.status = known.status();
  if (!known.ok()) return result;
  if (std::holds_alternative<Transaction>(*known)) {
    result.status = IdTaken(propose.id);
    return result;
  }
  if (const auto* stored = std::get_if<Proposal>(&*known)) {
    result.status = CheckSameProposal(*ledger, *stored, command.signer(), propose);
    if (result.status.ok()) result.proposal = ProposalResult{true, ViewOf(*ledger, *stored)};
    return result;
  }
  result.status = CheckValidity(command, time);
  if (!result.status.ok()) return result;
  StatusOr<ProposalPlan> plan =
      PlanProposal(*ledger, command.signer(), time, propose, options.proposals);
  result.status = plan.status();
  return plan.ok() ? RecordProposal(command, *std::move(plan), time) : result;
}

CommandResult Hub::Impl::Perform(const VerifiedCommand& command, const AcceptClearing& accept,
                                 Timestamp time) {
  return AnswerProposal(command, accept.id, time, [&](const Proposal& stored) {
    return PlanAcceptance(*ledger, command.signer(), stored, accept.terms);
  });
}

CommandResult Hub::Impl::Perform(const VerifiedCommand& command, const RejectClearing& reject,
                                 Timestamp time) {
  return AnswerProposal(command, reject.id, time, [&](const Proposal& stored) {
    return PlanRejection(*ledger, command.signer(), stored);
  });
}

// `plan` says what the answer changes. To whom the proposal does not concern it is as if there were
// none, so that nobody finds out by asking which ids there are.
template <typename PlanAnswer>
CommandResult Hub::Impl::AnswerProposal(const VerifiedCommand& command, const TxId& id,
                                        Timestamp time, PlanAnswer plan) {
  CommandResult result;
  const StatusOr<Known> known = Find(id);
  result.status = known.status();
  if (!known.ok()) return result;
  const auto* stored = std::get_if<Proposal>(&*known);
  if (stored == nullptr || !Concerns(*ledger, *stored, command.signer())) {
    result.status = MakeError(ErrorCode::kUnknownTransaction,
                              "there is no proposal " + std::string(id.text()) + " to answer");
    return result;
  }
  if (ledger->FindProposal(id) != nullptr) {
    result.status = CheckValidity(command, time);
    if (!result.status.ok()) return result;
  }
  StatusOr<std::optional<ProposalPlan>> change = plan(*stored);
  result.status = change.status();
  if (!change.ok()) return result;
  if (change->has_value()) return RecordProposal(command, **std::move(change), time);
  result.proposal = ProposalResult{true, ViewOf(*ledger, *stored)};
  return result;
}

CommandResult Hub::Impl::RecordProposal(const VerifiedCommand& command, ProposalPlan plan,
                                        Timestamp time) {
  CommandResult result;
  Record record;
  record.time = time;
  record.kind = plan.kind;
  record.actor = command.signer();
  record.evidence = command.evidence();
  record.effects = std::move(plan.effects);
  const StatusOr<std::uint64_t> appended = AppendTransaction(std::move(record), plan.proposal.id);
  result.status = appended.status();
  if (!appended.ok()) return result;
  result.seq = *appended;
  result.proposal = ProposalResult{false, ViewOf(*ledger, plan.proposal)};
  return result;
}

// Ends the proposals whose time is up, each by a record of the hub's own.
void Hub::Impl::ExpireProposals() {
  while (const Proposal* first = ledger->FirstExpiredProposal(clock)) {
    if (!CheckRoom().ok()) return;
    ProposalPlan plan = PlanProposalExpiry(*first);
    Record record;
    record.time = clock;
    record.kind = plan.kind;
    record.actor = PidOf(ledger->genesis().hub_key);
    record.effects = std::move(plan.effects);
    const Status status = AppendTransaction(std::move(record), plan.proposal.id).status();
    if (status.ok()) continue;
    Poison(status);  // a proposal that cannot end: what is in memory contradicts itself
    return;
  }
}

}  // namespace geo
