// Trust lines, and what an operator does to participants.

#include <map>
#include <string>
#include <variant>

#include "src/base/status_macros.h"
#include "tests/scenario/members.h"
#include "tests/scenario/operations.h"

namespace geo::scenario {

StatusOr<LineId> Operations::LatestLine(const Json& step) {
  GEO_ASSIGN_OR_RETURN(const Pid owner, world_.PidOf(Text(step, "owner")));
  GEO_ASSIGN_OR_RETURN(const Pid debtor, world_.PidOf(Text(step, "to")));
  GEO_ASSIGN_OR_RETURN(const EquivalentCode code, Code(step));
  const StatusOr<std::optional<LineView>> line = world_.view().LineOf(owner, debtor, code);
  return line.ok() && line->has_value() ? (*line)->line.id : LineId();
}

StatusOr<SignedCommand> Operations::SignOpening(const Json& step) {
  OpenLine command;
  GEO_RETURN_IF_ERROR(world_.PidOf(Text(step, "owner")).status());
  GEO_ASSIGN_OR_RETURN(command.debtor, world_.PidOf(Text(step, "to")));
  GEO_ASSIGN_OR_RETURN(command.equivalent, Code(step));
  if (step.contains("limit")) command.limit = Text(step, "limit");
  GEO_ASSIGN_OR_RETURN(command.policy, world_.Policy(step.value("policy", Json::object())));
  return SignLine(step, command);
}

StatusOr<SignedCommand> Operations::SignUpdate(const Json& step) {
  UpdateLine command;
  GEO_ASSIGN_OR_RETURN(command.line, LatestLine(step));
  if (step.contains("limit")) command.limit = Text(step, "limit");
  GEO_ASSIGN_OR_RETURN(command.policy, world_.Policy(step.value("policy", Json::object())));
  return SignLine(step, command);
}

StatusOr<SignedCommand> Operations::SignClosing(const Json& step) {
  CloseLine command;
  GEO_ASSIGN_OR_RETURN(command.line, LatestLine(step));
  return SignLine(step, command);
}

// Who acts for another names the other's line and signs as himself; who opens a line for another
// can only put the other's name into the message and his own signature under it.
StatusOr<SignedCommand> Operations::SignLine(const Json& step, const Command& command) {
  const SecretKey& owner = world_.KeyOf(Text(step, "owner"));
  const SecretKey& actor = world_.KeyOf(step.value("actor", Text(step, "owner")));
  const bool forge = std::holds_alternative<OpenLine>(command);
  GEO_ASSIGN_OR_RETURN(SignedCommand signed_command, world_.Sign(forge ? owner : actor, command));
  if (forge && owner.pid() != actor.pid()) {
    GEO_ASSIGN_OR_RETURN(signed_command, World::Altered(signed_command, actor, [](geo::Json&) {}));
  }
  if (step.value("bad_sig", false)) signed_command.envelope.signature.bytes[0] ^= 1;
  if (step.contains("save_as")) saved_.insert_or_assign(Text(step, "save_as"), signed_command);
  return signed_command;
}

Observed Operations::ShowLine(const Json& step, const StatusOr<CommandResult>& result) {
  Observed observed = FateOf(result);
  const auto line = [&]() -> StatusOr<std::optional<LineView>> {
    GEO_ASSIGN_OR_RETURN(const Pid owner, world_.PidOf(Text(step, "owner")));
    GEO_ASSIGN_OR_RETURN(const Pid debtor, world_.PidOf(Text(step, "to")));
    GEO_ASSIGN_OR_RETURN(const EquivalentCode code, Code(step));
    return world_.view().LineOf(owner, debtor, code);
  }();
  if (!line.ok() || !line->has_value()) return observed;
  const LineView& view = **line;
  const int precision = world_.PrecisionOf(Text(step, "eq"));
  static const std::map<LineStatus, const char*> kNames = {{LineStatus::kActive, "active"},
                                                           {LineStatus::kFrozen, "frozen"},
                                                           {LineStatus::kClosed, "closed"}};
  observed.answer["status"] = kNames.at(view.line.status);
  observed.answer["limit"] = FormatAmount(view.line.limit, precision);
  observed.answer["used"] = FormatAmount(view.used, precision);
  observed.answer["available"] = FormatAmount(view.available, precision);
  return observed;
}

StatusOr<SignedCommand> Operations::FindSaved(const Json& step) {
  const std::string name = Text(step, "of");
  const auto saved = saved_.find(name);
  if (saved != saved_.end()) return saved->second;
  return MakeError(ErrorCode::kInternal, "no message was saved as \"" + name + "\"");
}

StatusOr<SignedCommand> Operations::SignStatus(const Json& step) {
  std::string status = Text(step, "status");
  if (status == "frozen") status = "suspended";
  if (status == "banned") status = "deleted";
  GEO_ASSIGN_OR_RETURN(const Pid who, world_.PidOf(Text(step, "who")));
  // Nobody is made to leave: it is his own wish.
  if (status == "left") return world_.Sign(world_.KeyOf(Text(step, "who")), Leave{});
  const SecretKey& key = world_.operator_key();
  GEO_ASSIGN_OR_RETURN(
      const SignedCommand command,
      world_.Sign(key, SetParticipantStatus{who, ParticipantStatus::kActive, "scenario"}));
  return World::Altered(command, key, [&](geo::Json& message) {
    SetMember(message, {"body", "status"}, status);
  });
}

}  // namespace geo::scenario
