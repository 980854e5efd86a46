// Steps that race on threads.

#include <algorithm>
#include <cstddef>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "src/base/status_macros.h"
#include "tests/scenario/expectation.h"
#include "tests/scenario/operations.h"

namespace geo::scenario {
namespace {

constexpr std::size_t kMostThreads = 64;

}  // namespace

StatusOr<SignedCommand> Operations::SignStep(const Json& step) {
  const std::string op = step["op"];
  if (op == "pay") return SignPayment(step);
  if (op == "prepare") return SignPrepare(step);
  if (op == "commit" || op == "abort") return SignDecision(step, op == "commit");
  if (op == "line_create") return SignLine(step, OpeningCommand(step));
  if (op == "line_update") return SignLine(step, UpdatingCommand(step));
  if (op == "line_close") return SignLine(step, ClosingCommand(step));
  return MakeError(ErrorCode::kInternal, "operation cannot race: " + op);
}

Observed Operations::ShowStep(const Json& step, const StatusOr<CommandResult>& result) {
  const std::string op = step["op"];
  if (op == "pay") return ShowPaid(step, result);
  if (op == "prepare") return ShowPrepared(step, result);
  if (op == "commit" || op == "abort") return ShowDecided(step, result, op == "commit");
  Observed observed = FateOf(result);
  ShowLine(step, observed);
  return observed;
}

// Each step has a thread of its own; all of them meet in one SerialHub. What cannot even be signed
// stays out of the race. Every step must be as it expects itself; besides it is counted how many
// answers said "committed", and how many payments are behind them.
Observed Operations::Race(const Json& step) {
  const Json& steps = step["steps"];
  if (steps.size() > kMostThreads) return Failed("more than 64 steps race");
  std::vector<SignedCommand> commands;
  std::vector<StatusOr<CommandResult>> results;
  std::vector<std::size_t> racers;
  for (const Json& one : steps) {
    StatusOr<SignedCommand> command = SignStep(one);
    if (ErrorCodeOf(command.status()) == ErrorCode::kInternal) {
      return Failed(std::string(command.status().message()));
    }
    results.emplace_back(command.status());
    if (!command.ok()) continue;
    commands.push_back(*std::move(command));
    racers.push_back(results.size() - 1);
  }
  StatusOr<std::vector<StatusOr<CommandResult>>> answers = world_.Race(commands);
  if (!answers.ok()) {
    return Failed("the hub failed: " + std::string(answers.status().message()));
  }
  for (std::size_t i = 0; i < racers.size(); ++i) results[racers[i]] = std::move((*answers)[i]);
  std::size_t committed = 0;
  std::set<TxId> payments;
  for (std::size_t i = 0; i < results.size(); ++i) {
    const Status& unsigned_status = results[i].status();
    const bool sent = std::find(racers.begin(), racers.end(), i) != racers.end();
    const Observed observed = sent ? ShowStep(steps[i], results[i]) : Refused(unsigned_status);
    if (const Problem problem = CompareWithExpectation(steps[i], observed)) {
      return Failed("step " + std::to_string(i + 1) + " of them: " + *problem);
    }
    if (!sent || !results[i]->payment || !results[i]->payment->transaction) continue;
    const Transaction& transaction = *results[i]->payment->transaction;
    if (transaction.state != TransactionState::kCommitted) continue;
    ++committed;
    payments.insert(transaction.id);
  }
  Observed observed;
  observed.answer["committed"] = committed;
  observed.answer["tx_count"] = payments.size();
  return observed;
}

}  // namespace geo::scenario
