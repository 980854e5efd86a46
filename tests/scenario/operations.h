// Carries out the steps of a case: every operation goes through the hub as its users would go.
#ifndef GEO_TESTS_SCENARIO_OPERATIONS_H_
#define GEO_TESTS_SCENARIO_OPERATIONS_H_

#include <cstdint>
#include <map>
#include <set>
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
  bool cannot_pay = false;       // the error is an answer: what was asked about cannot be paid
  std::string failure;           // why the step shows nothing: the hub failed, or the case is wrong
};

// "E008" and what the library said.
Observed Refused(const Status& status);
// The case is wrong or the hub failed.
Observed Failed(const std::string& why);
// The fate of a command, without its answer.
Observed FateOf(const StatusOr<CommandResult>& result);

// Most times that a step is repeated.
inline constexpr int kMostRepeats = 100'000;

class Operations {
 public:
  // `world` must outlive this object.
  explicit Operations(World& world) : world_(world) {}

  // Runs one step other than `repeat`. It must have passed CheckCase.
  Observed Run(const Json& step);

  // `step` with another id for each payment in it whose id has been used already, the same for the
  // same; those of a race are looked at too.
  Json WithFreshIds(const Json& step);

  // The ids of the payments that were committed.
  const std::vector<TxId>& committed() const { return committed_; }

 private:
  // An operation that sends a message: signing it and showing what the hub answered are apart, so
  // that several messages may be on their way at the same time.
  struct Sender {
    StatusOr<SignedCommand> (Operations::*sign)(const Json& step);
    Observed (Operations::*show)(const Json& step, const StatusOr<CommandResult>& result);
  };
  // Null for operations that send nothing.
  static const Sender* FindSender(const Json& step);
  // As FindSender; in a race clearing is sent too, without a dry run before it.
  static const Sender* FindRacingSender(const Json& step);
  // What became of a message that could not be made. Internal: the case itself is wrong.
  static StatusOr<CommandResult> Unsent(const StatusOr<SignedCommand>& command);

  StatusOr<SignedCommand> SignPayment(const Json& step);
  Observed ShowPaid(const Json& step, const StatusOr<CommandResult>& result);
  Observed ShowFate(const Json& step, const StatusOr<CommandResult>& result);

  // two_phase.cc
  StatusOr<PreparePayment> ReadPrepare(const Json& step);
  StatusOr<SignedCommand> SignPrepare(const Json& step);
  StatusOr<SignedCommand> SignDecision(const Json& step);
  Observed ShowPrepared(const Json& step, const StatusOr<CommandResult>& result);
  Observed ShowDecided(const Json& step, const StatusOr<CommandResult>& result);
  Observed WithState(const Json& step, Observed observed);
  Observed StateOf(const Json& step);
  Observed Recover(const Json& step);

  // trust.cc
  StatusOr<SignedCommand> SignOpening(const Json& step);
  StatusOr<SignedCommand> SignUpdate(const Json& step);
  StatusOr<SignedCommand> SignClosing(const Json& step);
  StatusOr<SignedCommand> SignLine(const Json& step, const Command& command);
  StatusOr<SignedCommand> SignStatus(const Json& step);
  // A message that an earlier step kept.
  StatusOr<SignedCommand> FindSaved(const Json& step);
  // The line that an update or a closing means; an id that nobody has when there is none.
  StatusOr<LineId> LatestLine(const Json& step);
  Observed ShowLine(const Json& step, const StatusOr<CommandResult>& result);

  // racing.cc
  struct Racer;
  Observed Race(const Json& step);
  Problem EnterRacer(const Json& step, Racer& racer);
  void RunRacer(Racer& racer);
  struct Finish;
  Problem JudgeRacer(const Racer& racer, Finish& finish);

  // integrity.cc
  Observed CheckIntegrity(const Json& step);
  Observed VerifyJournal(const Json& step);
  StatusOr<Problem> CompareWithJournal(EquivalentIndex equivalent);
  // tamper.cc
  Observed TamperDebt(const Json& step);
  Observed TamperCycle(const Json& step);
  // What the one owes the other now, as an effect that changes nothing.
  StatusOr<DebtEffect> DebtNow(const Json& step, const std::string& debtor,
                               const std::string& creditor);
  StatusOr<AmountSum> ExcessOver(const Json& step);

  Observed CanPay(const Json& step);
  Observed MaxFlow(const Json& step);
  Observed Debts(const Json& step);
  Observed DebtTotal(const Json& step);
  Observed Net(const Json& step);
  Observed BalanceOf(const Json& step);
  Observed AdvanceClock(const Json& step);
  // clearing.cc
  StatusOr<SignedCommand> SignClearing(const Json& step);
  Observed ShowClearing(const Json& step, const StatusOr<CommandResult>& result);
  void ShowCycles(const Json& step, const ClearingView& cleared, Observed& observed);
  Problem CheckNamedCycles(const Json& step);
  Observed FindCycles(const Json& step);
  Observed ClearAll(const Json& step);
  Observed ClearNamedCycle(const Json& step);
  Observed Optimum(const Json& step);
  Observed CheckAmount(const Json& step);
  Observed CheckTxId(const Json& step);
  Observed CheckEquivalentCode(const Json& step);
  Observed CheckEquivalentMeta(const Json& step);
  Observed CheckPolicy(const Json& step);

  std::string FreshId();
  void ShowPayment(const Json& step, const Transaction& transaction, Observed& observed);
  StatusOr<RouteAnswer> FindRoutes(const Json& step);
  StatusOr<std::vector<DebtView>> AllDebts(const Json& step);
  template <typename Clearing>
  StatusOr<ClearingView> ClearAfterDryRun(const Clearing& clear);
  // Reads an operator's or payer's command with one member replaced by `value`, as a hub would.
  StatusOr<VerifiedCommand> ReadWith(const Command& command, const std::vector<std::string>& path,
                                     const Json& value);

  World& world_;
  std::map<std::string, SignedCommand> saved_;
  std::vector<TxId> committed_;
  std::map<std::string, std::string> payers_;  // by transaction
  std::set<std::string> ids_;                  // of payments that were ever asked for
  std::int64_t advanced_s_ = 0;                // by all steps together
  std::uint64_t recovered_ = 0;                // the last record that `recover` looked at
  int fresh_ids_ = 0;
};

}  // namespace geo::scenario

#endif  // GEO_TESTS_SCENARIO_OPERATIONS_H_
