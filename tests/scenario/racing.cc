// Steps that race on threads.

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/scenario/expectation.h"
#include "tests/scenario/members.h"
#include "tests/scenario/operations.h"

namespace geo::scenario {
namespace {

constexpr std::size_t kMostRacers = 256;

// What a step that sends nothing does to the hub.
enum class Manner { kLooks, kAsks, kAfterwards, kCannotRace };

Manner MannerOf(std::string_view op) {
  static const std::set<std::string_view> kLooking = {
      "capacity",      "max_flow",      "debts",       "debt_total",   "net",
      "balance",       "find_cycles",   "optimum",     "amount_check", "tx_id_check",
      "eq_code_check", "eq_meta_check", "policy_check"};
  static const std::set<std::string_view> kAsking = {"tx_state", "recover", "advance_clock"};
  if (kLooking.count(op) != 0) return Manner::kLooks;
  // They close the hub and open it again, so they look at what the race left.
  if (op == "integrity" || op == "verify_journal") return Manner::kAfterwards;
  return kAsking.count(op) != 0 ? Manner::kAsks : Manner::kCannotRace;
}

}  // namespace

// One step, or the repetitions of one, which follow each other on the same thread. Messages are
// signed before the race, and their answers looked at after it.
struct Operations::Racer {
  std::optional<Pid> counts = {};  // who numbers these messages, if they have numbers
  std::vector<Json> steps = {};
  std::vector<StatusOr<SignedCommand>> commands = {};  // of those that send
  std::vector<StatusOr<CommandResult>> results = {};   // likewise
  std::vector<Observed> observed = {};                 // of those that do not
};

struct Operations::Finish {
  std::size_t committed = 0;  // answers
  std::set<TxId> payments = {};
};

Problem Operations::EnterRacer(const Json& step, Racer& racer) {
  const bool repeats = step["op"] == "repeat";
  const Json one = repeats ? RepeatedStep(step) : step;
  const Json times = repeats ? step["n"] : Json(1);
  if (times < 1 || times > kMostRepeats) return "n is not 1 to 100000";
  for (int i = times; i > 0; --i) {
    const Json& next = racer.steps.emplace_back(repeats ? WithFreshIds(one) : one);
    const Sender* sender = FindRacingSender(next);
    if (sender == nullptr && MannerOf(Text(next, "op")) == Manner::kCannotRace) {
      return "operation cannot race: " + Text(next, "op");
    }
    racer.commands.emplace_back(sender != nullptr ? (this->*sender->sign)(next) : SignedCommand());
    const StatusOr<SignedCommand>& command = racer.commands.back();
    if (sender != nullptr && command.ok()) {
      const StatusOr<VerifiedCommand> read = World::Read(*command);
      if (read.ok() && read->seq().has_value()) racer.counts = read->signer();
    }
    racer.results.emplace_back(Unsent(command));
    racer.observed.emplace_back();
  }
  return std::nullopt;
}

void Operations::RunRacer(Racer& racer) {
  for (std::size_t i = 0; i < racer.steps.size(); ++i) {
    const Json& step = racer.steps[i];
    if (FindRacingSender(step) != nullptr) {
      if (racer.commands[i].ok()) racer.results[i] = world_.Send(*racer.commands[i]);
      continue;
    }
    const Manner manner = MannerOf(Text(step, "op"));
    if (manner == Manner::kAfterwards) continue;
    const Status done =
        world_.Alone(manner == Manner::kLooks, [&] { racer.observed[i] = Run(step); });
    if (!done.ok()) racer.observed[i] = Failed(std::string(done.message()));
  }
}

Problem Operations::JudgeRacer(const Racer& racer, Finish& finish) {
  for (std::size_t i = 0; i < racer.steps.size(); ++i) {
    const Json& step = racer.steps[i];
    const StatusOr<CommandResult>& result = racer.results[i];
    const Sender* sender = FindRacingSender(step);
    const bool afterwards = MannerOf(Text(step, "op")) == Manner::kAfterwards;
    const Observed observed = sender != nullptr ? (this->*sender->show)(step, result)
                              : afterwards      ? Run(step)
                                                : racer.observed[i];
    if (const Problem problem = CompareWithExpectation(step, observed)) return problem;
    if (!result.ok() || !result->payment || !result->payment->transaction) continue;
    const Transaction& transaction = *result->payment->transaction;
    finish.committed += transaction.state == TransactionState::kCommitted ? 1 : 0;
    finish.payments.insert(transaction.id);
  }
  return std::nullopt;
}

// Each step has a thread of its own; all of them meet in one SerialHub. But who numbers his
// messages sends them one after the other, as any client must: a higher number uses up the lower
// ones. What cannot even be signed stays out of the race. Every step must be as it expects itself;
// besides it is counted how many answers said "committed", and how many payments there are behind
// all answers.
Observed Operations::Race(const Json& step) {
  const Json& steps = step["steps"];
  if (steps.size() > kMostRacers) return Failed("more than 256 steps race");
  std::vector<Racer> racers(steps.size());
  std::vector<std::vector<Racer*>> lanes;  // one thread each
  std::map<Pid, std::size_t> lane_of;      // of who numbers messages
  for (std::size_t i = 0; i < racers.size(); ++i) {
    if (const Problem problem = EnterRacer(steps[i], racers[i])) return Failed(*problem);
    const auto own = [&] { return lane_of.emplace(*racers[i].counts, lanes.size()).first->second; };
    const std::size_t lane = racers[i].counts ? own() : lanes.size();
    if (lane == lanes.size()) lanes.emplace_back();
    lanes[lane].push_back(&racers[i]);
  }
  std::vector<std::function<void()>> threads;
  threads.reserve(lanes.size());
  for (const std::vector<Racer*>& lane : lanes) {
    threads.emplace_back([this, &lane] {
      for (Racer* racer : lane) RunRacer(*racer);
    });
  }
  const Status raced = world_.Race(threads);
  if (!raced.ok()) return Failed("the hub failed: " + std::string(raced.message()));
  Finish finish;
  for (std::size_t i = 0; i < racers.size(); ++i) {
    if (const Problem problem = JudgeRacer(racers[i], finish)) {
      return Failed("step " + std::to_string(i + 1) + " of them: " + *problem);
    }
  }
  Observed observed;
  observed.answer["committed"] = finish.committed;
  observed.answer["tx_count"] = finish.payments.size();
  return observed;
}

}  // namespace geo::scenario
