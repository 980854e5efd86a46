#include "geo/base/limits.h"
#include "geo/crypto/json.h"
#include "geo/crypto/keys.h"
#include "src/base/status_macros.h"
#include "src/trust/checks.h"

namespace geo {
namespace {

Status CheckName(const PersonalText& name) {
  return CheckText("display name", name.text, 1, kMaxDisplayNameBytes);
}

// A profile is a free JSON object (spec 01 §1.3).
Status CheckProfile(const PersonalText& profile) {
  GEO_RETURN_IF_ERROR(CheckText("profile", profile.text, 2, kMaxProfileBytes));
  GEO_ASSIGN_OR_RETURN(const Json json, ParseJson(profile.text));
  if (json.IsObject()) return OkStatus();
  return MakeError(ErrorCode::kTextInvalid, "a profile is a JSON object, not another value");
}

// Adds the change of participant `index` to `after`.
void AddChange(const Ledger& ledger, ParticipantIndex index, Participant after,
               const Asking& asking, TrustPlan& plan) {
  after.updated = asking.now;
  plan.effects.emplace_back(ParticipantEffect{index, ledger.participant(index), after});
}

Status CheckNothingOutstanding(const Ledger& ledger, ParticipantIndex index) {
  for (const PairIndex pair_index : ledger.PairsOf(index)) {
    const Pair& pair = ledger.pair(pair_index);
    const auto live = [&](LineIndex line) {
      return line != kNoIndex && ledger.line_status(line) != LineStatus::kClosed;
    };
    if (pair.balance != 0 || pair.reserved_ab != 0 || pair.reserved_ba != 0 || live(pair.line_ab) ||
        live(pair.line_ba)) {
      const ParticipantIndex other = pair.a == index ? pair.b : pair.a;
      return MakeError(ErrorCode::kHasObligations, "a debt, live line or reservation with " +
                                                       FormatPid(ledger.participant(other).pid) +
                                                       " remains; settle and close it first");
    }
  }
  return OkStatus();
}

}  // namespace

Status CheckSyntax(const RegisterParticipant& command) {
  GEO_RETURN_IF_ERROR(CheckName(command.name));
  if (command.profile) GEO_RETURN_IF_ERROR(CheckProfile(*command.profile));
  if (command.type >= ParticipantType::kPerson && command.type <= ParticipantType::kHub) {
    return OkStatus();
  }
  return MakeError(ErrorCode::kInvalidArgument,
                   "participant type " + std::to_string(static_cast<int>(command.type)) +
                       "; expected 1 (person), 2 (business) or 3 (hub)");
}

StatusOr<TrustPlan> PlanChange(const Ledger& ledger, const Asking& asking,
                               const RegisterParticipant& command) {
  GEO_RETURN_IF_ERROR(CheckSyntax(command));
  const Pid pid = PidOf(command.key);
  if (pid != asking.signer) {
    return MakeError(ErrorCode::kNotPermitted,
                     "registration of " + FormatPid(pid) + " is signed by another key");
  }
  if (ledger.FindParticipant(pid).has_value()) {
    return MakeError(ErrorCode::kParticipantExists,
                     "participant " + FormatPid(pid) + " is registered already");
  }
  GEO_RETURN_IF_ERROR(CheckSequence(ledger, asking));
  Participant participant;
  participant.pid = pid;
  participant.key = command.key;
  participant.type = command.type;
  participant.name_hash = TextHash(command.name);
  if (command.profile) participant.profile_hash = TextHash(*command.profile);
  participant.created = asking.now;
  participant.updated = asking.now;
  TrustPlan plan = StartPlan(RecordKind::kRegisterParticipant, ledger, asking);
  const auto index = static_cast<ParticipantIndex>(ledger.participant_count());
  // The participant comes first, so that the sequence finds him.
  plan.effects.emplace(plan.effects.begin(), ParticipantEffect{index, std::nullopt, participant});
  return plan;
}

// An empty profile takes the present one away.
static bool RemovesProfile(const UpdateParticipant& command) {
  return command.profile && command.profile->text.empty();
}

Status CheckSyntax(const UpdateParticipant& command) {
  if (command.name) GEO_RETURN_IF_ERROR(CheckName(*command.name));
  if (command.profile && !RemovesProfile(command)) {
    GEO_RETURN_IF_ERROR(CheckProfile(*command.profile));
  }
  if (command.name || command.profile) return OkStatus();
  return MakeError(ErrorCode::kInvalidArgument, "neither a name nor a profile is given");
}

StatusOr<TrustPlan> PlanChange(const Ledger& ledger, const Asking& asking,
                               const UpdateParticipant& command) {
  GEO_RETURN_IF_ERROR(CheckSyntax(command));
  GEO_RETURN_IF_ERROR(CheckSequence(ledger, asking));
  GEO_ASSIGN_OR_RETURN(const ParticipantIndex index, ActiveParticipant(ledger, asking.signer));
  Participant after = ledger.participant(index);
  if (command.name) after.name_hash = TextHash(*command.name);
  if (command.profile) {
    after.profile_hash = RemovesProfile(command) ? Hash256() : TextHash(*command.profile);
  }
  TrustPlan plan = StartPlan(RecordKind::kUpdateParticipant, ledger, asking);
  AddChange(ledger, index, after, asking, plan);
  return plan;
}

StatusOr<TrustPlan> PlanChange(const Ledger& ledger, const Asking& asking, const Leave&) {
  GEO_RETURN_IF_ERROR(CheckSequence(ledger, asking));
  GEO_ASSIGN_OR_RETURN(const ParticipantIndex index, ActiveParticipant(ledger, asking.signer));
  GEO_RETURN_IF_ERROR(CheckNothingOutstanding(ledger, index));
  Participant after = ledger.participant(index);
  after.status = ParticipantStatus::kLeft;
  TrustPlan plan = StartPlan(RecordKind::kLeave, ledger, asking);
  AddChange(ledger, index, after, asking, plan);
  return plan;
}

Status CheckSyntax(const SetParticipantStatus& command) {
  GEO_RETURN_IF_ERROR(CheckText("reason", command.reason, 1, kMaxReasonBytes));
  if (command.status >= ParticipantStatus::kActive &&
      command.status <= ParticipantStatus::kDeleted) {
    return OkStatus();
  }
  return MakeError(ErrorCode::kInvalidArgument,
                   "a status is active, suspended or deleted, not number " +
                       std::to_string(static_cast<int>(command.status)));
}

StatusOr<TrustPlan> PlanChange(const Ledger& ledger, const Asking& asking,
                               const SetParticipantStatus& command) {
  GEO_RETURN_IF_ERROR(CheckSyntax(command));
  GEO_RETURN_IF_ERROR(CheckSequence(ledger, asking));
  GEO_ASSIGN_OR_RETURN(const ParticipantIndex index, KnownParticipant(ledger, command.participant));
  GEO_RETURN_IF_ERROR(CheckOperator(ledger, asking));
  Participant after = ledger.participant(index);
  const bool leaves = command.status == ParticipantStatus::kLeft;
  if (leaves || after.status == ParticipantStatus::kLeft || after.status == command.status) {
    return MakeError(ErrorCode::kStatusConflict,
                     "participant " + FormatPid(command.participant) +
                         (leaves ? " leaves by his own command only"
                                 : " is " + std::string(ParticipantStatusName(after.status)) +
                                       " and cannot become " +
                                       std::string(ParticipantStatusName(command.status))));
  }
  after.status = command.status;
  TrustPlan plan = StartPlan(RecordKind::kSetParticipantStatus, ledger, asking);
  plan.reason = command.reason;
  AddChange(ledger, index, after, asking, plan);
  return plan;
}

Status CheckSyntax(const SetVerificationLevel& command) {
  GEO_RETURN_IF_ERROR(CheckText("reason", command.reason, 1, kMaxReasonBytes));
  if (command.level <= 3) return OkStatus();
  return MakeError(ErrorCode::kInvalidArgument,
                   "verification level " + std::to_string(command.level) + " is outside 0 to 3");
}

StatusOr<TrustPlan> PlanChange(const Ledger& ledger, const Asking& asking,
                               const SetVerificationLevel& command) {
  GEO_RETURN_IF_ERROR(CheckSyntax(command));
  GEO_RETURN_IF_ERROR(CheckSequence(ledger, asking));
  GEO_ASSIGN_OR_RETURN(const ParticipantIndex index, KnownParticipant(ledger, command.participant));
  GEO_RETURN_IF_ERROR(CheckOperator(ledger, asking));
  Participant after = ledger.participant(index);
  after.verification_level = command.level;
  TrustPlan plan = StartPlan(RecordKind::kSetVerificationLevel, ledger, asking);
  plan.reason = command.reason;
  AddChange(ledger, index, after, asking, plan);
  return plan;
}

}  // namespace geo
