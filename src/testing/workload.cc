#include "geo/testing/workload.h"

#include <algorithm>
#include <functional>
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

SecretKey KeyOf(const std::string& name) {
  return SecretKey::FromSeed(Sha256("workload " + name).view()).value();
}

// What is signed by whom; made when the hub shows what it refers to.
struct Action {
  Pid signer;
  std::function<Command(const Hub& hub)> make;
};

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
    actions_.push_back({signer, std::move(make)});
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
        OpenOne(lines_.back(), EquivalentCode::Parse("HOUR").value());
        if (next == 1) OpenOne(lines_.back(), EquivalentCode::Parse("EUR").value());
        EndGroupWhenFull();
      }
    }
    EndStep(WorkKind::kCommands);
  }

  void OpenOne(const Line& line, const EquivalentCode& code) {
    OpenLine open;
    open.debtor = pids_[line.second];
    open.equivalent = code;
    open.limit = static_cast<Amount>(50'00 + RandomBelow(random_, 200'00));
    if (RandomChance(random_, 20)) open.policy.daily_limit = AmountInput(Amount{40'00});
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
    if (dice < 36) return AddPayment();
    if (dice < 53) return AddPreparation();
    if (dice < 72) return AddDecision();
    if (dice < 85) return ChangeLine(RandomBelow(random_, 4));
    if (dice < 93) {
      UpdateParticipant update;
      update.name = Text("Renamed in step " + std::to_string(plan_->steps.size()));
      return Add(Anybody(), update);
    }
    SetParticipantStatus status;
    status.participant = Anybody();
    const bool suspend = RandomChance(random_, 40);
    status.status = suspend ? ParticipantStatus::kSuspended : ParticipantStatus::kActive;
    status.reason = "by chance";
    Add(admin_, status);
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
    prepare.voted = RandomChance(random_, 20);
    if (!prepare.voted) {
      prepare.lifetime = static_cast<Duration>(30 + RandomBelow(random_, 271)) * kSecond;
    }
    prepared_.emplace_back(pids_[payer], prepare.payment.id);
    Add(pids_[payer], prepare);
  }

  // On one of the last few that are not decided, as far as is known; some come twice or too late.
  void AddDecision() {
    if (prepared_.empty()) return AddPreparation();
    const std::uint64_t back = 1 + RandomBelow(random_, std::min<std::size_t>(prepared_.size(), 2));
    const auto one = prepared_.end() - static_cast<std::ptrdiff_t>(back);
    const auto [payer, id] = *one;
    if (RandomChance(random_, 75)) prepared_.erase(one);
    if (RandomChance(random_, 65)) {
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
    GEO_RETURN_IF_ERROR(hub.Submit(TrustedCommand(action.signer, action.make(hub)), step.time));
  }
  return hub.Flush();
}

}  // namespace geo::testing
