// Carries out the steps of a case: every operation goes through the hub as its users would go.
#ifndef GEO_TESTS_SCENARIO_OPERATIONS_H_
#define GEO_TESTS_SCENARIO_OPERATIONS_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tests/scenario/format.h"
#include "tests/scenario/world.h"

namespace geo::scenario {

// What a step led to, in the words of the format.
struct Observed {
  Json answer = Json::object();  // in the form of the operation's Answer; names instead of pids
  std::string error;             // "E001"…; empty when the library did what was asked
  std::string message;           // what the library said about the error
  std::string failure;           // why the step shows nothing: the hub failed, or the case is wrong
};

// "E008" and what the library said.
Observed Refused(const Status& status);
// The case is wrong or the hub failed.
Observed Failed(const std::string& why);
// The fate of a command, without its answer.
Observed FateOf(const StatusOr<CommandResult>& result);

class Operations {
 public:
  // `world` must outlive this object.
  explicit Operations(World& world) : world_(world) {}

  // Runs one step of a supported operation other than `repeat`. It must have passed CheckCase.
  Observed Run(const Json& step);

  // The ids of the payments that were committed.
  const std::vector<TxId>& committed() const { return committed_; }

 private:
  Observed PayAmount(const Json& step);
  Observed CanPay(const Json& step);
  Observed MaxFlow(const Json& step);
  Observed Debts(const Json& step);
  Observed DebtTotal(const Json& step);
  Observed Net(const Json& step);
  Observed BalanceOf(const Json& step);
  Observed CreateLine(const Json& step);
  Observed UpdateLine(const Json& step);
  Observed CloseLine(const Json& step);
  Observed Replay(const Json& step);
  Observed SetStatus(const Json& step);
  Observed AdvanceClock(const Json& step);
  // racing.cc
  Observed Race(const Json& step);
  // two_phase.cc
  Observed Prepare(const Json& step);
  Observed Commit(const Json& step);
  Observed Abort(const Json& step);
  Observed StateOf(const Json& step);
  Observed Recover(const Json& step);
  Observed CheckAmount(const Json& step);
  Observed CheckTxId(const Json& step);
  Observed CheckEquivalentCode(const Json& step);
  Observed CheckEquivalentMeta(const Json& step);
  Observed CheckPolicy(const Json& step);

  // The message that a step sends, and what a hub's answer to it shows, apart: several may be on
  // their way at the same time. For pay, prepare, commit, abort and the operations on lines.
  StatusOr<SignedCommand> SignStep(const Json& step);
  Observed ShowStep(const Json& step, const StatusOr<CommandResult>& result);

  StatusOr<SignedCommand> SignPayment(const Json& step);
  StatusOr<SignedCommand> SignPrepare(const Json& step);
  StatusOr<SignedCommand> SignDecision(const Json& step, bool commits);
  StatusOr<Command> OpeningCommand(const Json& step);
  StatusOr<Command> UpdatingCommand(const Json& step);
  StatusOr<Command> ClosingCommand(const Json& step);
  Observed ShowPaid(const Json& step, const StatusOr<CommandResult>& result);
  Observed ShowPrepared(const Json& step, const StatusOr<CommandResult>& result);
  Observed ShowDecided(const Json& step, const StatusOr<CommandResult>& result, bool commits);
  StatusOr<PreparePayment> ReadPrepare(const Json& step);
  Observed Decide(const Json& step, bool commits);
  Observed WithState(const Json& step, Observed observed);
  StatusOr<SignedCommand> SignLine(const Json& step, const StatusOr<Command>& command);
  Observed SendLine(const Json& step, const StatusOr<Command>& command);
  // The line that an update or a closing means; an id that nobody has when there is none.
  StatusOr<LineId> LatestLine(const Json& step);
  void ShowLine(const Json& step, Observed& observed);
  void ShowPayment(const Json& step, const Transaction& transaction, Observed& observed);
  StatusOr<RouteAnswer> FindRoutes(const Json& step);
  StatusOr<std::vector<DebtView>> AllDebts(const Json& step);
  // Reads an operator's or payer's command with one member replaced by `value`, as a hub would.
  StatusOr<VerifiedCommand> ReadWith(const Command& command, const std::vector<std::string>& path,
                                     const Json& value);

  World& world_;
  std::map<std::string, SignedCommand> saved_;
  std::vector<TxId> committed_;
  std::map<std::string, std::string> payers_;  // by transaction
  std::int64_t advanced_s_ = 0;                // by all steps together
  std::uint64_t recovered_ = 0;                // the last record that `recover` looked at
  int fresh_ids_ = 0;
};

}  // namespace geo::scenario

#endif  // GEO_TESTS_SCENARIO_OPERATIONS_H_
