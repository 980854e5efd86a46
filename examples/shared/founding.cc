#include "shared/founding.h"

#include <fmt/format.h>

#include <cstddef>
#include <utility>
#include <vector>

#include "geo/crypto/hash.h"
#include "geo/crypto/keys.h"
#include "shared/progress.h"

namespace geo::examples {
namespace {

constexpr std::size_t kRegistrationsPerFlush = 10'000;
constexpr std::size_t kEntriesPerRecord = 100'000;

// Nobody signs here, so anything will do for a public key that is always the same and hides
// nothing.
PublicKey KeyOf(const std::string& whom) {
  PublicKey key;
  key.bytes = Sha256("geo/replay/" + whom).bytes;
  return key;
}

Status Execute(Hub& hub, Command command) {
  auto result = hub.Execute(TrustedCommand(Founder(), std::move(command)), kStart);
  return result.ok() ? result->status : result.status();
}

Status ExpectOk(const StatusOr<std::vector<CommandResult>>& results) {
  if (!results.ok()) return results.status();
  for (const CommandResult& result : *results) {
    if (!result.status.ok()) return result.status;
  }
  return OkStatus();
}

Status Register(Hub& hub, const std::vector<Account>& accounts, Founded& founded) {
  Progress progress("registering", accounts.size());
  for (std::size_t i = 0; i < accounts.size(); ++i) {
    const std::string name = fmt::format("account/{}", accounts[i]);
    RegisterParticipant command;
    command.key = KeyOf(name);
    command.name.text = name;
    const Pid pid = PidOf(command.key);
    founded.pids.emplace(accounts[i], pid);
    Status status = hub.Submit(TrustedCommand(pid, std::move(command)), kStart);
    if (!status.ok()) return status;
    if (hub.pending() == kRegistrationsPerFlush || i + 1 == accounts.size()) {
      if (status = ExpectOk(hub.Flush()); !status.ok()) return status;
      progress.Show(i + 1);
    }
  }
  return OkStatus();
}

PolicyPatch PolicyOf(const Line& line) {
  PolicyPatch policy;
  if (line.allow_growth) policy.allow_growth = true;
  return policy;
}

Status OpenBalances(Hub& hub, Network& network, const Founded& founded) {
  const std::size_t total = network.lines.size() + network.debts.size();
  const auto pid = [&](Account account) { return founded.pids.at(account); };
  Progress progress("opening balances", total);
  OpeningBalances part;
  for (std::size_t i = 0; i < total; ++i) {
    if (i < network.lines.size()) {
      const Line& line = network.lines[i];
      part.lines.push_back({.owner = pid(line.owner),
                            .debtor = pid(line.debtor),
                            .equivalent = founded.unit,
                            .limit = line.limit,
                            .policy = PolicyOf(line)});
    } else {
      const Debt& debt = network.debts[i - network.lines.size()];
      part.debts.push_back({.debtor = pid(debt.debtor),
                            .creditor = pid(debt.creditor),
                            .equivalent = founded.unit,
                            .amount = debt.amount});
    }
    if ((i + 1) % kEntriesPerRecord != 0 && i + 1 != total) continue;
    if (Status status = Execute(hub, std::exchange(part, {})); !status.ok()) return status;
    progress.Show(i + 1);
  }
  network.lines = {};  // the hub has them now
  network.debts = {};
  return OkStatus();
}

}  // namespace

Pid PidOfAccount(Account account) { return PidOf(KeyOf(fmt::format("account/{}", account))); }

Pid Founder() { return PidOf(KeyOf("admin")); }

HubOptions FoundingOptions() {
  HubOptions options;
  options.genesis = Genesis{
      .network = "replay",
      .hub_key = KeyOf("hub"),
      .operators = {{.pid = Founder(), .key = KeyOf("admin"), .role = OperatorRole::kAdmin}},
  };
  options.founded_at = kStart;
  options.max_pending = kRegistrationsPerFlush;
  return options;
}

StatusOr<Founded> Found(Hub& hub, Network& network) {
  Founded founded;
  founded.unit = EquivalentCode::Parse("UNIT").value();
  Status status =
      Execute(hub, CreateEquivalent{.code = founded.unit,
                                    .precision = static_cast<std::uint8_t>(network.precision)});
  if (status.ok()) status = Register(hub, network.accounts, founded);
  if (status.ok()) status = OpenBalances(hub, network, founded);
  if (!status.ok()) return status;
  return founded;
}

}  // namespace geo::examples
