#include "replay/replay.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <memory>
#include <unordered_map>
#include <utility>
#include <variant>

#include "geo/base/time.h"
#include "geo/crypto/hash.h"
#include "geo/crypto/keys.h"
#include "geo/hub/command.h"
#include "geo/hub/hub.h"
#include "replay/digest.h"
#include "replay/kept_store.h"
#include "replay/progress.h"

namespace geo::replay {
namespace {

using Clock = std::chrono::steady_clock;

// Times come from here and not from a clock, so that equal runs write equal journals: everything is
// founded at the start, and payments follow a second apart.
constexpr Timestamp kStart = 1'577'836'800 * kSecond;  // 2020-01-01T00:00:00Z

constexpr std::size_t kRegistrationsPerFlush = 10'000;
constexpr std::size_t kEntriesPerRecord = 100'000;

double SecondsSince(Clock::time_point begun) {
  return std::chrono::duration<double>(Clock::now() - begun).count();
}

template <typename Unit>
std::uint32_t TimeSince(Clock::time_point begun) {
  const auto time = std::chrono::duration_cast<Unit>(Clock::now() - begun).count();
  return static_cast<std::uint32_t>(
      std::min<std::int64_t>(time, std::numeric_limits<std::uint32_t>::max()));
}

// Nobody signs here, so anything will do for a public key that is always the same and hides
// nothing.
PublicKey KeyOf(const std::string& whom) {
  PublicKey key;
  key.bytes = Sha256("geo/replay/" + whom).bytes;
  return key;
}

Pid PidOfAccount(Account account) { return PidOf(KeyOf(fmt::format("account/{}", account))); }

std::string_view ReasonName(RefusalReason reason) {
  switch (reason) {
    case RefusalReason::kSenderLimit:
      return "sender_limit";
    case RefusalReason::kReceiverLimit:
      return "receiver_limit";
    case RefusalReason::kNotConnected:
      return "not_connected";
    case RefusalReason::kNetworkCut:
      return "network_cut";
    case RefusalReason::kHopLimit:
      return "hop_limit";
    case RefusalReason::kPathLimit:
      return "path_limit";
    case RefusalReason::kPolicy:
      return "policy";
    case RefusalReason::kWorkLimit:
      return "work_limit";
  }
  return "unknown";
}

// What may be wrong with a payment itself; every other error is one of this program or its store.
bool IsRefusal(const Status& status) {
  switch (ErrorCodeOf(status)) {
    case ErrorCode::kUnknownParticipant:
    case ErrorCode::kParticipantNotActive:
    case ErrorCode::kSelfPayment:
    case ErrorCode::kAmountNotPositive:
      return true;
    default:
      return false;
  }
}

class Player {
 public:
  Player(Data data, const Settings& settings) : data_(std::move(data)), settings_(settings) {}

  StatusOr<Report> Play();

 private:
  Status Open();
  Status Found();
  Status Register();
  Status OpenBalances();
  Status Execute(Command command);
  Status ExpectOk(const StatusOr<std::vector<CommandResult>>& results);
  Status PlayPayments();
  StatusOr<std::vector<Payment>> NextGroup();
  Status PayGroup(const std::vector<Payment>& group);
  Status AskGroup(const std::vector<Payment>& group);
  Status CountResult(const Payment& payment, const CommandResult& result);
  void CountRoutes(const Payment& payment, const std::vector<Route>& routes);
  void CountRefusal(const Payment& payment, std::string_view reason);
  Status Finish();

  Pid PidFor(Account account) const;
  Timestamp TimeOf(std::uint64_t payment) const {
    return kStart + static_cast<Duration>(payment) * kSecond;
  }
  std::uint64_t played() const { return report_.acceptance.size(); }

  Data data_;
  Settings settings_;
  Report report_;
  Pid admin_;
  EquivalentCode unit_;
  std::unordered_map<Account, Pid> pids_;
  std::shared_ptr<Store> store_;
  std::unique_ptr<Hub> hub_;
};

Pid Player::PidFor(Account account) const {
  const auto found = pids_.find(account);
  return found != pids_.end() ? found->second : PidOfAccount(account);
}

StatusOr<Report> Player::Play() {
  report_.participants = data_.network.accounts.size();
  report_.lines = data_.network.lines.size();
  report_.debts = data_.network.debts.size();
  report_.precision = data_.network.precision;
  store_ = settings_.store.empty() ? NewMemoryStore() : NewSqliteStore(settings_.store);
  const Clock::time_point begun = Clock::now();
  for (auto step : {&Player::Open, &Player::Found, &Player::Register, &Player::OpenBalances}) {
    if (Status status = (this->*step)(); !status.ok()) return status;
  }
  report_.load_seconds = SecondsSince(begun);
  for (auto step : {&Player::PlayPayments, &Player::Finish}) {
    if (Status status = (this->*step)(); !status.ok()) return status;
  }
  return std::move(report_);
}

// Also what a second opening takes: a store that has a network keeps it.
Status Player::Open() {
  const PublicKey admin = KeyOf("admin");
  admin_ = PidOf(admin);
  HubOptions options;
  options.genesis = Genesis{
      .network = "replay",
      .hub_key = KeyOf("hub"),
      .operators = {{.pid = admin_, .key = admin, .role = OperatorRole::kAdmin}},
  };
  options.founded_at = kStart;
  options.durability = settings_.durability;
  options.routing.max_hops = settings_.max_hops;
  options.routing.max_paths = settings_.max_paths;
  options.max_pending = std::max(settings_.group, kRegistrationsPerFlush);
  auto hub = Hub::Open(std::make_unique<KeptStore>(store_), options);
  if (!hub.ok()) return hub.status();
  hub_ = *std::move(hub);
  return OkStatus();
}

Status Player::Found() {
  auto unit = EquivalentCode::Parse("UNIT");
  if (!unit.ok()) return unit.status();
  unit_ = *unit;
  return Execute(CreateEquivalent{.code = unit_,
                                  .precision = static_cast<std::uint8_t>(data_.network.precision)});
}

Status Player::Register() {
  const std::vector<Account>& accounts = data_.network.accounts;
  Progress progress("registering", accounts.size());
  for (std::size_t i = 0; i < accounts.size(); ++i) {
    const std::string name = fmt::format("account/{}", accounts[i]);
    RegisterParticipant command;
    command.key = KeyOf(name);
    command.name.text = name;
    const Pid pid = PidOf(command.key);
    pids_.emplace(accounts[i], pid);
    Status status = hub_->Submit(TrustedCommand(pid, std::move(command)), kStart);
    if (!status.ok()) return status;
    if (hub_->pending() == kRegistrationsPerFlush || i + 1 == accounts.size()) {
      if (status = ExpectOk(hub_->Flush()); !status.ok()) return status;
      progress.Show(i + 1);
    }
  }
  return OkStatus();
}

Status Player::OpenBalances() {
  Network& network = data_.network;
  const std::size_t total = network.lines.size() + network.debts.size();
  Progress progress("opening balances", total);
  OpeningBalances part;
  for (std::size_t i = 0; i < total; ++i) {
    if (i < network.lines.size()) {
      const Line& line = network.lines[i];
      part.lines.push_back({.owner = PidFor(line.owner),
                            .debtor = PidFor(line.debtor),
                            .equivalent = unit_,
                            .limit = line.limit});
    } else {
      const Debt& debt = network.debts[i - network.lines.size()];
      part.debts.push_back({.debtor = PidFor(debt.debtor),
                            .creditor = PidFor(debt.creditor),
                            .equivalent = unit_,
                            .amount = debt.amount});
    }
    if ((i + 1) % kEntriesPerRecord != 0 && i + 1 != total) continue;
    if (Status status = Execute(std::exchange(part, {})); !status.ok()) return status;
    progress.Show(i + 1);
  }
  network.lines = {};  // the hub has them now
  network.debts = {};
  // The rows would otherwise be written in slices while payments are timed.
  return hub_->UpdateReadModel();
}

Status Player::Execute(Command command) {
  auto result = hub_->Execute(TrustedCommand(admin_, std::move(command)), kStart);
  return result.ok() ? result->status : result.status();
}

Status Player::ExpectOk(const StatusOr<std::vector<CommandResult>>& results) {
  if (!results.ok()) return results.status();
  for (const CommandResult& result : *results) {
    if (!result.status.ok()) return result.status;
  }
  return OkStatus();
}

Status Player::PlayPayments() {
  Progress progress(settings_.keep_state ? "paying" : "asking", settings_.payments);
  while (true) {
    auto group = NextGroup();
    if (!group.ok()) return group.status();
    if (group->empty()) return OkStatus();
    Status status = settings_.keep_state ? PayGroup(*group) : AskGroup(*group);
    if (!status.ok()) return status;
    progress.Show(played());
  }
}

StatusOr<std::vector<Payment>> Player::NextGroup() {
  std::vector<Payment> group;
  while (group.size() < settings_.group && played() + group.size() != settings_.payments) {
    auto payment = data_.payments->Next();
    if (!payment.ok()) return payment.status();
    if (!payment->has_value()) break;
    if (settings_.swap_ends) std::swap((*payment)->from, (*payment)->to);
    group.push_back(**payment);
  }
  return group;
}

Status Player::PayGroup(const std::vector<Payment>& group) {
  const Clock::time_point begun = Clock::now();
  std::uint64_t number = played();
  for (const Payment& payment : group) {
    auto id = TxId::Parse(fmt::format("payment-{}", number));
    if (!id.ok()) return id.status();
    const VerifiedCommand command = TrustedCommand(
        PidFor(payment.from),
        Pay{.id = *id, .payee = PidFor(payment.to), .equivalent = unit_, .amount = payment.amount});
    const Clock::time_point submitted = Clock::now();
    if (Status status = hub_->Submit(command, TimeOf(number)); !status.ok()) return status;
    report_.submit_nanoseconds.push_back(TimeSince<std::chrono::nanoseconds>(submitted));
    ++number;
  }
  const Clock::time_point flushed = Clock::now();
  auto results = hub_->Flush();
  if (!results.ok()) return results.status();
  report_.flush_microseconds.push_back(TimeSince<std::chrono::microseconds>(flushed));
  report_.pay_seconds += SecondsSince(begun);
  for (std::size_t i = 0; i < group.size(); ++i) {
    if (Status status = CountResult(group[i], (*results)[i]); !status.ok()) return status;
  }
  return OkStatus();
}

Status Player::AskGroup(const std::vector<Payment>& group) {
  const RouteConstraints constraints = {.max_hops = settings_.max_hops,
                                        .max_paths = settings_.max_paths};
  for (const Payment& payment : group) {
    const Pid from = PidFor(payment.from);
    const Pid to = PidFor(payment.to);
    const Clock::time_point asked = Clock::now();
    auto answer = hub_->view().FindRoutes(from, to, unit_, payment.amount, constraints);
    report_.submit_nanoseconds.push_back(TimeSince<std::chrono::nanoseconds>(asked));
    report_.pay_seconds += SecondsSince(asked);
    if (!answer.ok()) {
      if (!IsRefusal(answer.status())) return answer.status();
      CountRefusal(payment, ErrorName(ErrorCodeOf(answer.status())));
    } else if (const auto* refusal = std::get_if<Refusal>(&answer->outcome)) {
      CountRefusal(payment, ReasonName(refusal->reason));
    } else {
      CountRoutes(payment, std::get<Plan>(answer->outcome).routes);
    }
  }
  return OkStatus();
}

Status Player::CountResult(const Payment& payment, const CommandResult& result) {
  if (!result.status.ok()) {
    if (!IsRefusal(result.status)) return result.status;
    CountRefusal(payment, ErrorName(ErrorCodeOf(result.status)));
  } else if (result.payment.has_value() && result.payment->transaction.has_value()) {
    CountRoutes(payment, result.payment->transaction->routes);
  } else if (result.payment.has_value() && result.payment->refusal.has_value()) {
    CountRefusal(payment, ReasonName(result.payment->refusal->reason));
  } else {
    return MakeError(ErrorCode::kInternal, "a payment was neither made nor refused");
  }
  return OkStatus();
}

void Player::CountRoutes(const Payment& payment, const std::vector<Route>& routes) {
  report_.acceptance += '1';
  ++report_.accepted;
  report_.volume += payment.amount;
  report_.accepted_volume += payment.amount;
  ++report_.paths[routes.size()];
  for (const Route& route : routes) ++report_.hops[route.participants.size() - 1];
}

void Player::CountRefusal(const Payment& payment, std::string_view reason) {
  report_.acceptance += '0';
  report_.volume += payment.amount;
  ++report_.refused[std::string(reason)];
}

Status Player::Finish() {
  Clock::time_point begun = Clock::now();
  if (Status status = hub_->UpdateReadModel(); !status.ok()) return status;
  report_.read_model_seconds = SecondsSince(begun);
  auto bytes = hub_->StoreSizeBytes();
  if (!bytes.ok()) return bytes.status();
  report_.store_bytes = *bytes;
  if (!settings_.digest) return hub_->Close();
  report_.digest_after = StateDigest(hub_->view().ledger());
  begun = Clock::now();
  if (Status status = hub_->Close(); !status.ok()) return status;
  if (Status status = Open(); !status.ok()) return status;
  report_.reopen_seconds = SecondsSince(begun);
  report_.digest_reopened = StateDigest(hub_->view().ledger());
  return hub_->Close();
}

}  // namespace

StatusOr<Report> Replay(Data data, const Settings& settings) {
  return Player(std::move(data), settings).Play();
}

}  // namespace geo::replay
