#include "geo/testing/workload.h"

#include <algorithm>
#include <functional>
#include <map>
#include <random>
#include <string>
#include <utility>

#include "geo/crypto/keys.h"
#include "src/base/status_macros.h"
#include "src/testing/random.h"

namespace geo::testing {
namespace {

constexpr Timestamp kFounded = 1'700'000'000 * kSecond;
// Between two steps: long enough that a life of usual length takes days, or so short that a
// prepared payment may live on.
constexpr Duration kLongStep = 90 * kMinute;
constexpr Duration kShortStep = 20 * kSecond;

constexpr std::size_t kMostDebts = 10'000;
constexpr std::uint32_t kMostInRound = 8;

EquivalentCode Hours() { return EquivalentCode::Parse("HOUR").value(); }

SecretKey KeyOf(const std::string& name) {
  return SecretKey::FromSeed(Sha256("workload " + name).view()).value();
}

// What is signed by whom; made when the hub shows what it refers to.
using Action = std::function<VerifiedCommand(const Hub& hub)>;

// The first cycle of three debts that may only be cleared if somebody agrees; none: no such cycle.
std::vector<Pid> CycleThatNeedsConsent(const View& view, const EquivalentCode& code) {
  const StatusOr<DebtsPage> page = view.DebtsOf(code, 0, kMostDebts);
  if (!page.ok()) return {};
  std::map<std::pair<Pid, Pid>, bool> asks;  // debtor and creditor: must he be asked
  for (const DebtView& debt : page->debts) {
    const auto line = view.LineOf(debt.creditor, debt.debtor, code);
    asks[{debt.debtor, debt.creditor}] =
        line.ok() && line->has_value() && !(*line)->line.policy.auto_clearing;
  }
  for (const auto& [first, asks_first] : asks) {
    for (auto second = asks.lower_bound({first.second, Pid()});
         second != asks.end() && second->first.first == first.second; ++second) {
      const auto third = asks.find({second->first.second, first.first});
      if (third == asks.end() || !(asks_first || second->second || third->second)) continue;
      return {first.first, first.second, second->first.second};
    }
  }
  return {};
}

struct Step {
  WorkKind kind = WorkKind::kCommands;
  Timestamp time = 0;
  std::vector<Action> actions;
  Pid erased;
};

}  // namespace

struct Workload::Plan {
  HubOptions hub_options;
  std::vector<Step> steps;
  std::vector<Hash256> texts;
  std::vector<TxId> payments;
  std::vector<TxId> proposals;
};

class Workload::Maker {
 public:
  explicit Maker(const WorkloadOptions& options)
      : options_(options), random_(options.seed), plan_(std::make_unique<Plan>()) {
    for (std::uint32_t i = 0; i < options_.participants; ++i) {
      keys_.push_back(KeyOf("participant " + std::to_string(i)));
      pids_.push_back(keys_.back().pid());
    }
    admin_ = KeyOf("admin").pid();
    HubOptions& hub = plan_->hub_options;
    hub.genesis = Genesis{1,
                          "workload",
                          KeyOf("hub").public_key(),
                          {{admin_, KeyOf("admin").public_key(), OperatorRole::kAdmin}}};
    hub.founded_at = kFounded;
    hub.read_model_rows = 16;  // so that the read model lags behind
    hub.snapshot_items = 16;   // so that a snapshot has several slices
    hub.clearing.triggered.emplace();
  }

  std::unique_ptr<Plan> Make() {
    Settle();
    for (std::uint32_t i = 0; i < options_.steps; ++i) Live();
    return std::move(plan_);
  }

 private:
  using Line = std::pair<std::uint32_t, std::uint32_t>;  // owner, debtor

  void Add(const Pid& signer, Command command) {
    Add(signer, [command = std::move(command)](const Hub&) { return command; });
  }
  void Add(const Pid& signer, std::function<Command(const Hub&)> make) {
    actions_.emplace_back([signer, make = std::move(make)](const Hub& hub) {
      return TrustedCommand(signer, make(hub));
    });
  }

  void EndStep(WorkKind kind) {
    Step step;
    step.kind = kind;
    step.time = time_;
    time_ += RandomChance(random_, 75) ? kShortStep : kLongStep;
    step.actions = std::exchange(actions_, {});
    if (kind == WorkKind::kErase) step.erased = Anybody();
    plan_->steps.push_back(std::move(step));
  }
  void EndGroupWhenFull() {
    if (actions_.size() >= options_.group) EndStep(WorkKind::kCommands);
  }

  const Pid& Anybody() { return pids_[RandomBelow(random_, pids_.size())]; }

  PersonalText Text(std::string text) {
    std::string salt;
    while (salt.size() < 16) salt.push_back(static_cast<char>(random_()));
    PersonalText personal{Salt::FromBytes(salt).value(), std::move(text)};
    plan_->texts.push_back(TextHash(personal));
    return personal;
  }

  EquivalentCode Code() {
    return EquivalentCode::Parse(RandomChance(random_, 75) ? "HOUR" : "EUR").value();
  }

  void Settle() {
    for (const char* code : {"HOUR", "EUR"}) {
      CreateEquivalent create;
      create.code = EquivalentCode::Parse(code).value();
      Add(admin_, create);
    }
    EndStep(WorkKind::kCommands);
    for (std::uint32_t i = 0; i < options_.participants; ++i) {
      RegisterParticipant person;
      person.key = keys_[i].public_key();
      person.name = Text("Participant " + std::to_string(i));
      if (i % 2 == 0) person.profile = Text("{\"number\":" + std::to_string(i) + "}");
      Add(pids_[i], person);
      EndGroupWhenFull();
    }
    for (std::uint32_t i = 0; i < options_.participants; ++i) {
      for (const std::uint32_t next : {1U, 2U, options_.participants - 1}) {
        lines_.emplace_back(i, (i + next) % options_.participants);
        OpenOne(lines_.back(), Hours());
        if (next == 1) OpenOne(lines_.back(), EquivalentCode::Parse("EUR").value());
        EndGroupWhenFull();
      }
    }
    EndStep(WorkKind::kCommands);
    BringDebts();
    EndStep(WorkKind::kCommands);
  }

  // Everybody owes the next one, and the one before the last: the debts go round in circles.
  void BringDebts() {
    OpeningBalances opening;
    for (std::uint32_t i = 0; i < options_.participants; ++i) {
      for (const std::uint32_t next : {1U, options_.participants - 2}) {
        OpeningBalances::Debt debt;
        debt.debtor = pids_[i];
        debt.creditor = pids_[(i + next) % options_.participants];
        debt.equivalent = Hours();
        debt.amount = static_cast<Amount>(10'00 + RandomBelow(random_, 40'00));
        opening.debts.push_back(std::move(debt));
      }
    }
    Add(admin_, opening);
  }

  void OpenOne(const Line& line, const EquivalentCode& code) {
    OpenLine open;
    open.debtor = pids_[line.second];
    open.equivalent = code;
    open.limit = static_cast<Amount>(50'00 + RandomBelow(random_, 200'00));
    if (RandomChance(random_, 20)) open.policy.daily_limit = AmountInput(Amount{40'00});
    if (RandomChance(random_, 15)) open.policy.auto_clearing = false;
    if (RandomChance(random_, 50)) open.policy.allow_growth = true;
    Add(pids_[line.first], open);
  }

  void Live() {
    const std::uint64_t dice = RandomBelow(random_, 100);
    constexpr std::pair<std::uint64_t, WorkKind> kKinds[] = {
        {5, WorkKind::kErase},       {12, WorkKind::kAcknowledge}, {19, WorkKind::kCheckpointStep},
        {23, WorkKind::kCheckpoint}, {28, WorkKind::kReadModel},   {34, WorkKind::kReopen}};
    for (const auto& [below, kind] : kKinds) {
      if (dice < below) return EndStep(kind);
    }
    for (std::uint64_t i = RandomBelow(random_, options_.group) + 1; i > 0; --i) AddCommand();
    EndStep(WorkKind::kCommands);
  }

  void AddCommand() {
    const std::uint64_t dice = RandomBelow(random_, 100);
    if (dice < 34) return AddPayment();
    if (dice < 49) return AddPreparation();
    if (dice < 66) return AddDecision();
    if (dice < 72) return AddRound();
    if (dice < 76) return AddClearing();
    if (dice < 83) return AddAnswer();
    if (dice < 91) return ChangeLine(RandomBelow(random_, 5));
    if (dice < 96) {
      UpdateParticipant update;
      update.name = Text("Renamed in step " + std::to_string(plan_->steps.size()));
      return Add(Anybody(), update);
    }
    if (RandomChance(random_, 40)) return Suspend(Anybody());
    ResumeAnybody();
  }

  void Suspend(const Pid& participant) {
    SetParticipantStatus status;
    status.participant = participant;
    status.status = ParticipantStatus::kSuspended;
    status.reason = "by chance";
    Add(admin_, status);
  }
  void ResumeAnybody() {
    Add(admin_, [=, anybody = Anybody()](const Hub& hub) {
      SetParticipantStatus status;
      status.participant = anybody;
      status.reason = "by chance";
      const Ledger& ledger = hub.view().ledger();
      for (ParticipantIndex i = 0; i < ledger.participant_count(); ++i) {
        const Participant& one = ledger.participant(i);
        if (one.status == ParticipantStatus::kSuspended) status.participant = one.pid;
      }
      return status;
    });
  }

  void AddPayment() {
    if (last_payment_ && RandomChance(random_, 10)) {
      return Add(last_payer_, *last_payment_);  // asked twice
    }
    const std::uint64_t payer = RandomBelow(random_, pids_.size());
    last_payer_ = pids_[payer];
    last_payment_ = PaymentBy(payer);
    Add(last_payer_, *last_payment_);
  }

  void AddPreparation() {
    const std::uint64_t payer = RandomBelow(random_, pids_.size());
    PreparePayment prepare{PaymentBy(payer)};
    prepare.voted = RandomChance(random_, 10);
    if (!prepare.voted) {
      prepare.lifetime = static_cast<Duration>(30 + RandomBelow(random_, 271)) * kSecond;
    }
    prepared_.emplace_back(pids_[payer], prepare.payment.id);
    Add(pids_[payer], prepare);
    if (RandomChance(random_, 40)) return;
    EndStep(WorkKind::kCommands);
    AddDecision();
  }

  // On one of the last few that are not decided, as far as is known; some come twice or too late.
  void AddDecision() {
    if (prepared_.empty()) return AddPreparation();
    const std::uint64_t back = 1 + RandomBelow(random_, std::min<std::size_t>(prepared_.size(), 2));
    const auto one = prepared_.end() - static_cast<std::ptrdiff_t>(back);
    const auto [payer, id] = *one;
    if (RandomChance(random_, 75)) prepared_.erase(one);
    if (RandomChance(random_, 55)) {
      Add(payer, CommitPayment{id});
    } else {
      Add(payer, AbortPayment{id});
    }
  }

  Pay PaymentBy(std::uint64_t payer) {
    Pay pay;
    plan_->payments.push_back(
        TxId::Parse("w-" + std::to_string(plan_->payments.size() + 1)).value());
    pay.id = plan_->payments.back();
    pay.payee = pids_[(payer + 1 + RandomBelow(random_, pids_.size() - 1)) % pids_.size()];
    pay.equivalent = Code();
    pay.amount = RandomLognormal(random_, 20'00, 100);
    if (RandomChance(random_, 30))
      pay.description = Text("for payment " + std::string(pay.id.text()));
    return pay;
  }

  // A round of payments, so that there is something to clear: by three people, which payments clear
  // themselves if nobody must be asked; or by everybody, if that is not too long for a cycle.
  void AddRound() {
    if (!actions_.empty()) EndStep(WorkKind::kCommands);
    time_ += kLongStep;  // so that few prepared payments are in the way
    const auto count = static_cast<std::uint32_t>(keys_.size());
    const bool everybody = count <= kMostInRound && RandomChance(random_, 50);
    const auto first = static_cast<std::uint32_t>(RandomBelow(random_, count));
    const std::uint32_t length = everybody ? count : 3;
    for (std::uint32_t i = 0; i < length; ++i) {
      const std::uint32_t next = i + 1 == length ? first : first + i + 1;
      Pay pay = PaymentBy((first + i) % count);
      pay.payee = pids_[next % count];
      pay.equivalent = Hours();
      pay.amount = static_cast<Amount>(1'00 + RandomBelow(random_, 9'00));
      Add(pids_[(first + i) % count], pay);
      EndGroupWhenFull();
    }
    return everybody ? AddClearing() : AddProposal();
  }

  // Asked for by the operator: cycles of limited length and number, or the optimum, with growth or
  // without.
  void AddClearing() {
    if (RandomChance(random_, 40)) {
      ClearCycles clear;
      clear.terms.equivalent = Hours();
      clear.max_length = static_cast<std::uint32_t>(3 + RandomBelow(random_, kMostInRound - 2));
      clear.max_cycles = static_cast<std::uint32_t>(1 + RandomBelow(random_, 2));
      return Add(admin_, clear);
    }
    SetOffDebts clear;
    clear.terms.equivalent = Hours();
    clear.growth = RandomChance(random_, 60);
    Add(admin_, clear);
  }

  void AddProposal() {
    plan_->proposals.push_back(
        TxId::Parse("c-" + std::to_string(plan_->proposals.size() + 1)).value());
    ProposeClearing propose;
    propose.id = plan_->proposals.back();
    propose.equivalent = Hours();
    const auto minutes = static_cast<Duration>(RandomBelow(random_, 121));
    if (minutes != 0) propose.lifetime = minutes * kMinute;
    Add(admin_, [propose](const Hub& hub) mutable {
      propose.cycle = CycleThatNeedsConsent(hub.view(), propose.equivalent);
      return propose;
    });
    for (std::uint64_t i = RandomBelow(random_, 4); i > 0; --i) AddAnswer();
  }

  // To the proposal that ends first, by somebody who is waited for; or to one that may be over.
  void AddAnswer() {
    if (plan_->proposals.empty()) return AddProposal();
    const TxId last = plan_->proposals.back();
    const bool rejects = RandomChance(random_, 20);
    actions_.emplace_back([=, anybody = Anybody()](const Hub& hub) {
      const auto open = hub.view().Proposals({}, 1);
      const ProposalView* first =
          open.ok() && !open->proposals.empty() ? &open->proposals.front() : nullptr;
      const bool waits = first != nullptr && !first->awaited.empty();
      const Pid signer = waits ? first->awaited.front() : anybody;
      const TxId id = waits ? first->id : last;
      if (rejects) return TrustedCommand(signer, RejectClearing{id});
      return TrustedCommand(signer, AcceptClearing{id, waits ? first->terms : Hash256()});
    });
  }

  void ChangeLine(std::uint64_t what) {
    const auto [owner, debtor] = lines_[RandomBelow(random_, lines_.size())];
    const EquivalentCode code = Code();
    const auto limit = static_cast<Amount>(RandomBelow(random_, 300'00));
    const Pid from = pids_[owner];
    const Pid to = pids_[debtor];
    Add(from, [=](const Hub& hub) -> Command {
      const auto line = hub.view().LineOf(from, to, code);
      const bool live = line.ok() && *line && (*line)->line.status != LineStatus::kClosed;
      if (!live) return OpenLine{.debtor = to, .equivalent = code, .limit = limit};
      const LineId id = (*line)->line.id;
      if (what == 0) return CloseLine{id};
      if (what == 1) return FreezeLine{.line = id, .reason = "by chance"};
      if (what == 2) return UnfreezeLine{.line = id, .reason = "by chance"};
      UpdateLine update{.line = id, .limit = limit};
      update.policy.max_single_payment = AmountInput(limit);
      update.policy.auto_clearing = limit % 3 != 0;
      return update;
    });
  }

  WorkloadOptions options_;
  std::mt19937_64 random_;
  std::unique_ptr<Plan> plan_;
  Pid admin_;
  std::vector<SecretKey> keys_;
  std::vector<Pid> pids_;
  std::vector<Line> lines_;
  std::vector<Action> actions_;
  Timestamp time_ = kFounded;
  std::vector<std::pair<Pid, TxId>> prepared_;
  Pid last_payer_;
  std::optional<Pay> last_payment_;
};

StatusOr<std::unique_ptr<Workload>> Workload::Create(const WorkloadOptions& options) {
  if (options.participants < 4 || options.participants > 1'000 || options.steps > 1'000'000 ||
      options.group < 1) {
    return MakeError(ErrorCode::kInvalidArgument,
                     "a workload has 4 to 1,000 participants, at most 1,000,000 steps and at least "
                     "one command per group");
  }
  return std::unique_ptr<Workload>(new Workload(Maker(options).Make()));
}

Workload::Workload(std::unique_ptr<Plan> plan) : plan_(std::move(plan)) {}
Workload::~Workload() = default;

const HubOptions& Workload::hub_options() const { return plan_->hub_options; }
std::size_t Workload::steps() const { return plan_->steps.size(); }
WorkKind Workload::kind(std::size_t step) const { return plan_->steps[step].kind; }
const std::vector<Hash256>& Workload::texts() const { return plan_->texts; }
const std::vector<TxId>& Workload::payments() const { return plan_->payments; }
const std::vector<TxId>& Workload::proposals() const { return plan_->proposals; }

StatusOr<std::vector<CommandResult>> Workload::Perform(std::size_t number, Hub& hub) const {
  const Step& step = plan_->steps[number];
  const auto none = [](const Status& status) -> StatusOr<std::vector<CommandResult>> {
    if (!status.ok()) return status;
    return std::vector<CommandResult>();
  };
  switch (step.kind) {
    case WorkKind::kCommands:
      break;
    case WorkKind::kErase:
      return none(hub.ErasePersonalText(step.erased));
    case WorkKind::kAcknowledge:
      return none(hub.AcknowledgeEvents(hub.head().seq));
    case WorkKind::kCheckpointStep:
      return none(hub.CheckpointStep().status());
    case WorkKind::kCheckpoint:
      return none(hub.Checkpoint());
    case WorkKind::kReadModel:
      return none(hub.UpdateReadModel());
    case WorkKind::kReopen:
      return none(OkStatus());
  }
  for (const Action& action : step.actions) {
    GEO_RETURN_IF_ERROR(hub.Submit(action(hub), step.time));
  }
  return hub.Flush();
}

}  // namespace geo::testing
