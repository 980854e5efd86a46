// The random life of one hub: commands in groups, reopenings, losses of what was not flushed,
// snapshots slice by slice, events, questions; and beside it the reference model that judges all
// of it.
#ifndef GEO_TESTS_PROPERTY_RANDOM_LIFE_H_
#define GEO_TESTS_PROPERTY_RANDOM_LIFE_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "geo/hub/hub.h"
#include "tests/property/random_commands.h"
#include "tests/property/reference_model.h"

namespace geo::tests {

enum class ActionKind : std::uint8_t {
  kSubmit,
  kFlush,
  kTwoSteps,  // TakeBatch, perhaps a busy answer, BatchDone
  kTick,
  kReopen,  // after Close
  kDrop,    // without Close: what was not flushed is lost
  kCheckpoint,
  kCheckpointStep,
  kEvents,
  kCapacity,
  kErase,
};

// Every action has its own seed, so that leaving one out changes the others little.
struct Action {
  ActionKind kind = ActionKind::kSubmit;
  Draw draw = Draw::kAny;
  std::uint64_t seed = 0;
};

std::vector<Action> DrawActions(std::uint64_t seed);

// What was submitted together and flushed, with the times, and what came before it: all that a
// journal depends on.
struct Group {
  bool reopens = false;
  Timestamp tick = 0;  // unless 0
  std::vector<std::pair<VerifiedCommand, Timestamp>> commands = {};
};

class Life {
 public:
  // `seed` decides how the hub is set up. `path` names a database; empty: a memory store.
  Life(std::uint64_t seed, std::string path);

  // Empty, or what went wrong first.
  std::string Run(const std::vector<Action>& actions);

  // After Run: what was done, a line each; what got into the journal, and the journal itself.
  const std::vector<std::string>& log() const { return log_; }
  const std::vector<Group>& groups() const { return groups_; }
  const HubOptions& options() const { return options_; }
  // How often each was answered; payments over several routes under their number of routes.
  const std::map<std::string, std::uint64_t>& answers() const { return answers_; }
  std::string Journal();

 private:
  struct Pending {
    Asked asked;
    VerifiedCommand command;
    Timestamp now;
  };

  std::unique_ptr<Store> NewStore();
  void Open();
  void Do(const Action& action);
  void Submit(Draw draw, Dice& dice);
  VerifiedCommand Seal(const Asked& asked, Dice& dice);
  void Flush();
  void FlushInTwoSteps(Dice& dice);
  void Settle(const std::vector<CommandResult>& results);
  void Follow(const Pending& one, const CommandResult& result);
  void Expect(const Event& event);
  void ExpectExpired();
  void ExpectPayment(const Transaction& t, EventType type);
  void ExpectEvents(const Pending& one, const CommandResult& result);
  void ExpectTexts(const Pid& owner, const Command& command);
  void Reopen();
  void Drop();
  void CheckEvents(Dice& dice);
  void CheckCapacity(Dice& dice);
  void Erase(Dice& dice);

  void CheckState();
  void CheckParticipants(const Ledger& ledger);
  void CheckLines(const View& view);
  void CheckBalances(const View& view);
  void CheckReservations(const View& view);
  void CheckStored();

  HubOptions options_;
  std::string path_;
  std::shared_ptr<MemoryMedium> medium_ = std::make_shared<MemoryMedium>();
  ReferenceModel model_;
  CommandMaker maker_;
  Timestamp now_;
  Store* store_ = nullptr;  // the hub's
  std::unique_ptr<Hub> hub_;
  std::vector<Pending> pending_;
  std::string settled_;  // StateText when nothing was pending
  std::vector<Event> events_;
  std::uint64_t acknowledged_ = 0;
  std::map<Hash256, std::optional<std::string>> texts_;
  std::map<Pid, std::set<Hash256>> texts_of_;
  std::vector<std::string> log_;
  std::vector<Group> groups_;
  std::map<std::string, std::uint64_t> answers_;
};

// The journal that the same commands, times and group ends give on a new memory store.
std::string JournalOf(const HubOptions& options, const std::vector<Group>& groups);

}  // namespace geo::tests

#endif  // GEO_TESTS_PROPERTY_RANDOM_LIFE_H_
