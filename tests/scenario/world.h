// The network that a case plays in: a real hub on a real store, participants with real keys, and a
// clock that only the case moves.
#ifndef GEO_TESTS_SCENARIO_WORLD_H_
#define GEO_TESTS_SCENARIO_WORLD_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "geo/base/ids.h"
#include "geo/base/status.h"
#include "geo/base/time.h"
#include "geo/crypto/json.h"
#include "geo/crypto/keys.h"
#include "geo/hub/command.h"
#include "geo/hub/event.h"
#include "geo/hub/hub.h"
#include "geo/hub/serial_hub.h"
#include "geo/hub/view.h"
#include "geo/routing/router.h"
#include "geo/storage/store.h"
#include "tests/scenario/format.h"

namespace geo::scenario {

// The format's own defaults.
inline constexpr std::uint32_t kMaxHops = 6;
inline constexpr std::uint32_t kMaxPaths = 3;

using StoreFactory = std::function<std::unique_ptr<Store>()>;

// What a hub must hold unchanged when it is closed and opened again.
struct Kept {
  std::vector<Participant> participants;
  std::vector<Equivalent> equivalents;
  std::vector<TrustLine> lines;
  std::vector<Pair> pairs;           // debts among them
  std::vector<AmountSum> positions;  // of each participant in each equivalent
  std::vector<Transaction> prepared;
};

// `only`: of lines, debts, positions and payments those of one equivalent.
Kept KeptOf(const Ledger& ledger, std::optional<EquivalentIndex> only = std::nullopt);

// What of the two is not the same.
Problem Difference(const Kept& before, const Kept& after);

class World {
 public:
  // `store` makes the same store anew each time that it is called.
  // Founds a network in an empty store and sets it up as the case says: participants, equivalents,
  // opening lines and debts. Errors: whatever the library answers.
  static StatusOr<std::unique_ptr<World>> Found(const StoreFactory& store, const Json& test_case);

  // --- Names. ---

  // Everybody has a key, seed SHA-256(name), whether registered or not.
  const SecretKey& KeyOf(const std::string& name);
  // An empty name is nobody's: PidSyntax.
  StatusOr<Pid> PidOf(const std::string& name);
  // The name behind a pid that came up before, or its text.
  std::string NameOf(const Pid& pid) const;
  // The precision that the case gives the equivalent; 2 for others.
  int PrecisionOf(const std::string& equivalent) const;

  // A policy as a case writes it, names standing for participants. Values of any type pass through.
  StatusOr<geo::Json> PolicyBody(const Json& policy);
  StatusOr<PolicyPatch> Policy(const Json& policy);

  // --- Commands. ---

  // Signs with the signer's next sequence number and the present time.
  StatusOr<SignedCommand> Sign(const SecretKey& key, const Command& command);

  // The same message with some members changed, signed by `key`: what a forger, or a client that
  // keeps no rules, would send.
  static StatusOr<SignedCommand> Altered(const SignedCommand& signed_command, const SecretKey& key,
                                         const std::function<void(geo::Json&)>& change);

  // What a hub makes of a message before it looks at its state.
  static StatusOr<VerifiedCommand> Read(const SignedCommand& command);

  // Read, execute. Refusals are in the result; an error means that the hub itself failed.
  StatusOr<CommandResult> Send(const SignedCommand& command);

  // Runs each of them on a thread of its own, all at the same time, over a SerialHub; the hub is
  // then opened again on its store. While they run they may call Send, and Alone for whatever else
  // they need. Errors: the hub itself could not be handed over or back.
  Status Race(const std::vector<std::function<void()>>& racers);

  // Runs `work` while no other `work` runs; those who send go on. `looks`: it reads view(), of one
  // moment during a race, and changes nothing. Outside a race: runs it.
  Status Alone(bool looks, const std::function<void()>& work);

  // Sign and send, by an operator.
  StatusOr<CommandResult> Operate(const Command& command);
  const SecretKey& operator_key() { return KeyOf(kOperator); }

  // --- State and time. ---

  View view() const { return looking_ == nullptr ? hub_->view() : *looking_; }
  Hub& hub() { return *hub_; }  // not during a race
  StatusOr<std::optional<Transaction>> FindTransaction(const TxId& id);
  StatusOr<std::vector<Event>> EventsAfter(std::uint64_t seq);
  // Moves the clock, lets the hub know, and has written what comes of it.
  Status Advance(Duration by);

  // Closes the hub and opens it again on the same store.
  Status Reopen();

  // What the hub holds now.
  Kept Keep(std::optional<EquivalentIndex> only = std::nullopt) const;

  // tamper.cc
  // Makes the store hold these debts instead, nobody's position and no record changed, and opens
  // the hub on it again. Of an effect only the parties and `after` count. Errors: Internal when the
  // hub then holds other debts.
  Status Tamper(const std::vector<DebtEffect>& debts);
  bool tampered() const { return tampered_; }
  // A ledger folded from the journal alone, every record and the chain checked; the hub is opened
  // again. Errors: what is wrong with the journal.
  StatusOr<Ledger> Fold();

 private:
  static const std::string kOperator;

  World() = default;
  Status Open();
  Status Register(const std::string& name);
  Status AddEquivalent(const std::string& code, const Json& precision);
  Status Bring(const OpeningBalances& balances);
  Status BringClosedLines(const Json& lines);
  StatusOr<OpeningBalances::Line> OpeningLine(const Json& line);
  StatusOr<OpeningBalances::Debt> OpeningDebt(const Json& debt);
  Status SetUp(const Json& test_case);
  Status PrepareLocks(const Json& locks);
  Status PrepareLock(const Json& lock, Duration lifetime, int number);

  StoreFactory store_;
  std::unique_ptr<Hub> hub_;
  std::unique_ptr<SerialHub> serial_;  // has the hub during a race
  std::mutex alone_;
  const View* looking_ = nullptr;  // a reader's during a race, for who is alone
  std::map<std::string, SecretKey> keys_;
  std::map<Pid, std::string> names_;
  std::map<Pid, std::uint64_t> sequences_;
  std::map<std::string, int> precisions_;
  std::atomic<Timestamp> now_ = 0;
  Duration longest_lock_ = 0;
  bool tampered_ = false;
};

// A value of a case as the library's own. Errors: those of ParseJson.
StatusOr<geo::Json> ToGeo(const Json& value);

// The first error among results of setting up: of the hub, or of the command.
Status Done(const StatusOr<CommandResult>& result);

}  // namespace geo::scenario

#endif  // GEO_TESTS_SCENARIO_WORLD_H_
