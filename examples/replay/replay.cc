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
#include "geo/hub/command.h"
#include "geo/hub/hub.h"
#include "replay/digest.h"
#include "replay/kept_store.h"
#include "shared/founding.h"
#include "shared/progress.h"

namespace geo::replay {
namespace {

using examples::Account;
using examples::Data;
using examples::Founded;
using examples::FoundingOptions;
using examples::kStart;
using examples::Payment;
using examples::PidOfAccount;
using examples::Progress;
using Clock = std::chrono::steady_clock;

double SecondsSince(Clock::time_point begun) {
  return std::chrono::duration<double>(Clock::now() - begun).count();
}

template <typename Unit>
std::uint32_t TimeSince(Clock::time_point begun) {
  const auto time = std::chrono::duration_cast<Unit>(Clock::now() - begun).count();
  return static_cast<std::uint32_t>(
      std::min<std::int64_t>(time, std::numeric_limits<std::uint32_t>::max()));
}

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
  Status PlayPayments();
  StatusOr<std::vector<Payment>> NextGroup();
  Status PayGroup(const std::vector<Payment>& group);
  Status AskGroup(const std::vector<Payment>& group);
  Status CountResult(const Payment& payment, const CommandResult& result);
  void CountRoutes(const Payment& payment, const std::vector<Route>& routes);
  void CountRefusal(const Payment& payment, std::string_view reason);
  Status Finish();

  Pid PidFor(Account account) const;
  // Payments follow a second apart: equal runs write equal journals.
  Timestamp TimeOf(std::uint64_t payment) const {
    return kStart + static_cast<Duration>(payment) * kSecond;
  }
  std::uint64_t played() const { return report_.acceptance.size(); }

  Data data_;
  Settings settings_;
  Report report_;
  Founded founded_;
  std::shared_ptr<Store> store_;
  std::unique_ptr<Hub> hub_;
};

Pid Player::PidFor(Account account) const {
  const auto found = founded_.pids.find(account);
  return found != founded_.pids.end() ? found->second : PidOfAccount(account);
}

StatusOr<Report> Player::Play() {
  report_.participants = data_.network.accounts.size();
  report_.lines = data_.network.lines.size();
  report_.debts = data_.network.debts.size();
  report_.precision = data_.network.precision;
  store_ = settings_.store.empty() ? NewMemoryStore() : NewSqliteStore(settings_.store);
  const Clock::time_point begun = Clock::now();
  for (auto step : {&Player::Open, &Player::Found}) {
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
  HubOptions options = FoundingOptions();
  options.durability = settings_.durability;
  options.routing.max_hops = settings_.max_hops;
  options.routing.max_paths = settings_.max_paths;
  options.max_pending = std::max(settings_.group, options.max_pending);
  auto hub = Hub::Open(std::make_unique<KeptStore>(store_), options);
  if (!hub.ok()) return hub.status();
  hub_ = *std::move(hub);
  return OkStatus();
}

Status Player::Found() {
  auto founded = examples::Found(*hub_, data_.network);
  if (!founded.ok()) return founded.status();
  founded_ = *std::move(founded);
  // The rows would otherwise be written in slices while payments are timed.
  return hub_->UpdateReadModel();
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
    const VerifiedCommand command =
        TrustedCommand(PidFor(payment.from), Pay{.id = *id,
                                                 .payee = PidFor(payment.to),
                                                 .equivalent = founded_.unit,
                                                 .amount = payment.amount});
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
    auto answer = hub_->view().FindRoutes(from, to, founded_.unit, payment.amount, constraints);
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
