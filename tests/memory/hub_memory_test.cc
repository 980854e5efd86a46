// The nth allocation fails, for every n, in whatever a hub can be asked: the answer says so,
// nothing is there by half, and the hub, opened again, goes on to the same end.
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "geo/crypto/json.h"
#include "geo/hub/hub.h"
#include "tests/memory/failing_allocator.h"
#include "tests/support/environment.h"
#include "tests/support/keys.h"
#include "tests/support/names.h"
#include "tests/support/scratch.h"
#include "tests/support/state_text.h"

namespace geo::tests {
namespace {

// What is asked of a hub, and what it answered as text. `reads`: nothing may change, and when
// memory is back the same question gets its answer.
struct Question {
  bool reads = false;
  std::function<Status(Hub& hub)> ask;
  std::function<std::string()> answer;
};
// Questions that are durable together when the last one is answered.
using Act = std::vector<Question>;

// A question whose answer is kept until it is shown, since showing allocates too.
template <typename Ask, typename Show>
Question Asking(bool reads, Ask ask, Show show) {
  using Answer = std::invoke_result_t<Ask, Hub&>;
  const auto kept = std::make_shared<std::optional<Answer>>();
  return {reads,
          [=](Hub& hub) {
            kept->emplace(ask(hub));
            if constexpr (std::is_same_v<Answer, Status>) {
              return **kept;
            } else {
              return (*kept)->status();
            }
          },
          [=] { return std::string(show(**kept)); }};
}

template <typename Ask>
Question Doing(Ask ask) {
  return Asking(false, ask, [](const auto&) { return ""; });
}

template <typename Ask, typename Show>
Question Reading(Ask ask, Show show) {
  return Asking(true, ask, show);
}

Question Submitting(const std::string& who, Command command, Timestamp now = kStart) {
  return Doing([now, verified = TrustedCommand(KeyOf(who).pid(), std::move(command))](Hub& hub) {
    return hub.Submit(verified, now);
  });
}

Question Flushing() {
  return Asking(
      false, [](Hub& hub) { return hub.Flush(); },
      [](const auto& results) {
        std::string text;
        for (const CommandResult& result : *results) text += ErrorName(result.code());
        return text;
      });
}

Question Executing(const std::string& who, Command command) {
  return Asking(
      false,
      [verified = TrustedCommand(KeyOf(who).pid(), std::move(command))](Hub& hub) {
        return hub.Execute(verified, kStart);
      },
      [](const auto& result) { return ErrorName(result->code()); });
}

RegisterParticipant Registration(const std::string& name) {
  RegisterParticipant command;
  command.key = KeyOf(name).public_key();
  command.name = {Salt(), "a name that no small string holds: " + name};
  command.profile = PersonalText{Salt(), "{\"name\":\"" + name + "\"}"};
  return command;
}

OpenLine Opening(const std::string& debtor, Amount limit) {
  OpenLine command;
  command.debtor = KeyOf(debtor).pid();
  command.equivalent = Hours();
  command.limit = limit;
  command.policy.blocked_participants = std::vector<Pid>{KeyOf("nobody").pid()};
  return command;
}

Pay Payment(const std::string& id, const std::string& payee, AmountInput amount) {
  Pay command;
  command.id = TxId::Parse(id).value();
  command.payee = KeyOf(payee).pid();
  command.equivalent = Hours();
  command.amount = std::move(amount);
  command.description = PersonalText{Salt(), "a description that no small string holds"};
  return command;
}

std::string ShowRoutes(const RouteAnswer& answer) {
  std::string text;
  if (const auto* plan = std::get_if<Plan>(&answer.outcome)) {
    for (const Route& route : plan->routes) {
      text += std::to_string(route.amount) + ":" + std::to_string(route.participants.size()) + " ";
    }
  }
  return text;
}

// Ann pays Dan over Ben and Cleo, on two routes.
std::vector<Act> Settling() {
  CreateEquivalent create;
  create.code = Hours();
  std::vector<Act> acts;
  acts.push_back({Submitting("admin", create), Submitting("ann", Registration("ann")),
                  Submitting("ben", Registration("ben")), Flushing()});
  acts.push_back({Submitting("cleo", Registration("cleo")), Submitting("dan", Registration("dan")),
                  Flushing()});
  acts.push_back({Submitting("ben", Opening("ann", 50)), Submitting("cleo", Opening("ann", 70)),
                  Submitting("dan", Opening("ben", 50)), Submitting("dan", Opening("cleo", 60)),
                  Flushing()});
  return acts;
}

std::vector<Act> Paying() {
  const Pid ann = KeyOf("ann").pid();
  std::vector<Act> acts;
  acts.push_back({Executing("ann", Payment("p-1", "dan", Amount{90}))});
  acts.push_back({Submitting("ann", Payment("p-1", "dan", Amount{90})),
                  Submitting("ann", Payment("p-2", "dan", Amount{99})),
                  Submitting("dan", Payment("p-3", "ann", Amount{40})), Flushing()});
  acts.push_back({Submitting("ann", Payment("p-4", "ben", Amount{5})), Doing([](Hub& hub) {
                    // Null when memory failed: the hub is poisoned, and says so in the next call.
                    (void)hub.TakeBatch();
                    return OkStatus();
                  }),
                  Flushing()});
  acts.push_back({Doing([](Hub& hub) { return hub.AcknowledgeEvents(3); })});
  acts.push_back({Doing([](Hub& hub) { return hub.Checkpoint(); })});
  acts.push_back({Doing([](Hub& hub) { return hub.UpdateReadModel(); })});
  acts.push_back({Doing([ann](Hub& hub) { return hub.ErasePersonalText(ann); })});
  acts.push_back({Executing("cleo", Opening("dan", 10))});
  return acts;
}

PreparePayment Preparation(const std::string& id, const std::string& payee, Amount amount) {
  PreparePayment command;
  command.payment = Payment(id, payee, amount);
  return command;
}

// Committed, aborted, on routes of its own, expired.
std::vector<Act> PayingInTwoPhases() {
  PreparePayment routed = Preparation("t-3", "ben", 4);
  routed.routes = {{{KeyOf("ann").pid(), KeyOf("ben").pid()}, Amount{4}}};
  std::vector<Act> acts;
  acts.push_back({Submitting("ann", Preparation("t-1", "dan", 20)),
                  Submitting("dan", Preparation("t-2", "ann", 10)), Submitting("ann", routed),
                  Flushing()});
  acts.push_back(
      {Reading([](Hub& hub) { return hub.view().Reservations({}, 9); },
               [](const auto& held) { return std::to_string(held->reservations.size()); })});
  acts.push_back({Submitting("ann", CommitPayment{TxId::Parse("t-1").value()}),
                  Submitting("dan", AbortPayment{TxId::Parse("t-2").value()}), Flushing()});
  acts.push_back({Submitting("dan", Payment("t-4", "ann", Amount{1}), kStart + kDay), Flushing()});
  return acts;
}

// Ann owes Ben, Ben Dan, and now Dan Ann: looked at, set off, and once more cleared as a cycle.
std::vector<Act> Clearing() {
  const Timestamp later = kStart + kDay;
  const EquivalentCode hours = Hours();
  const auto cleared = [](const auto& view) { return FormatSum(view->cleared, 2); };
  const SetOffDebts set_off{.terms = {.equivalent = hours}};
  const ClearCycles cycles{.terms = {.equivalent = hours}};
  const std::vector<std::uint32_t> lengths = {3, 4};
  std::vector<Act> acts;
  acts.push_back({Submitting("ann", Opening("dan", 100), later),
                  Submitting("dan", Payment("c-1", "ann", Amount{8}), later), Flushing()});
  acts.push_back({Reading([=](Hub& hub) { return hub.view().WouldClear(set_off); }, cleared)});
  acts.push_back({Reading([=](Hub& hub) { return hub.view().WouldClear(cycles); }, cleared)});
  acts.push_back({Reading([=](Hub& hub) { return hub.view().FindCycles(cycles); },
                          [](const auto& found) { return std::to_string(found->cycles.size()); })});
  acts.push_back(
      {Reading([=](Hub& hub) { return hub.view().CompareClearings(hours, lengths, false); },
               [](const auto& report) { return FormatSum(report->choices.back().cleared, 2); })});
  acts.push_back({Submitting("admin", set_off, later), Flushing()});
  acts.push_back({Submitting("dan", Payment("c-2", "ann", Amount{3}), later),
                  Submitting("admin", cycles, later), Flushing()});
  return acts;
}

std::vector<Act> LookingAtViews() {
  const Pid ann = KeyOf("ann").pid();
  const Pid ben = KeyOf("ben").pid();
  const Pid dan = KeyOf("dan").pid();
  const EquivalentCode hours = Hours();
  std::vector<Act> acts;
  acts.push_back({Reading([=](Hub& hub) { return hub.view().BalanceOf(ann, hours); },
                          [](const auto& balance) { return FormatSum(balance->net, 2); })});
  acts.push_back({Reading([=](Hub& hub) { return hub.view().LinesOf(ann, hours, 0, 9); },
                          [](const auto& lines) { return std::to_string(lines->lines.size()); })});
  acts.push_back({Reading([=](Hub& hub) { return hub.view().LineOf(ben, ann, hours); },
                          [](const auto& line) { return std::to_string((*line)->used); })});
  acts.push_back({Reading([=](Hub& hub) { return hub.view().DebtsOf(hours, 0, 9); },
                          [](const auto& debts) { return std::to_string(debts->debts.size()); })});
  acts.push_back({Reading([=](Hub& hub) { return hub.view().Capacity(ann, dan, hours); },
                          [](const auto& answer) { return std::to_string(answer->amount); })});
  acts.push_back({Reading([=](Hub& hub) { return hub.view().FindRoutes(ann, dan, hours, 55, {}); },
                          [](const auto& answer) { return ShowRoutes(*answer); })});
  return acts;
}

std::vector<Act> LookingAtTheStore() {
  const Hash256 name = TextHash(Registration("ben").name);
  const TxId id = TxId::Parse("p-1").value();
  std::vector<Act> acts;
  acts.push_back({Reading([](Hub& hub) { return hub.PollEvents(0, 100); },
                          [](const auto& events) { return std::to_string(events->size()); })});
  acts.push_back({Reading([=](Hub& hub) { return hub.FindTransaction(id); },
                          [](const auto& found) { return std::to_string((*found)->amount); })});
  acts.push_back({Reading([=](Hub& hub) { return hub.FindText(name); },
                          [](const auto& found) { return **found; })});
  acts.push_back(
      {Reading([](Hub& hub) { return hub.StoreSizeBytes(); }, [](const auto&) { return ""; })});
  return acts;
}

std::vector<Act> LookingAtCommands() {
  const auto key = std::make_shared<SecretKey>(KeyOf("ann"));
  const auto command = std::make_shared<Command>(Payment("p-9", "ben", AmountInput("0.01")));
  const auto sign = [=] {
    return SignCommand(*key, "memory", *command, 0, {kStart, kStart + kDay});
  };
  const auto signed_command = std::make_shared<SignedCommand>(sign().value());
  const auto policy =
      std::make_shared<Json>(ParseJson("{\"daily_limit\":\"5\",\"max_hops\":3}").value());
  std::vector<Act> acts;
  acts.push_back({Reading([=](Hub&) { return sign(); },
                          [](const auto& made) { return made->envelope.message; })});
  acts.push_back({Reading([=](Hub&) { return VerifyCommand(*signed_command, "memory"); },
                          [](const auto& verified) { return verified->evidence(); })});
  acts.push_back(
      {Reading([=](Hub&) { return ParsePolicy(*policy); },
               [](const auto& patch) { return std::to_string(*patch->max_hops.value); })});
  return acts;
}

std::vector<Act> Scenario() {
  std::vector<Act> all;
  for (auto part : {Settling, Paying, PayingInTwoPhases, Clearing, LookingAtViews,
                    LookingAtTheStore, LookingAtCommands}) {
    for (Act& act : part()) all.push_back(std::move(act));
  }
  all.push_back({Doing([](Hub& hub) { return hub.Close(); })});
  return all;
}

// Where the hub's store keeps its contents.
class Place {
 public:
  virtual ~Place() = default;
  virtual std::unique_ptr<Store> NewStore() = 0;
};

class InMemory : public Place {
 public:
  std::unique_ptr<Store> NewStore() override { return NewMemoryStore(medium_); }

 private:
  std::shared_ptr<MemoryMedium> medium_ = std::make_shared<MemoryMedium>();
};

class InSqlite : public Place {
 public:
  std::unique_ptr<Store> NewStore() override { return NewSqliteStore(scratch_.File("hub.db")); }

 private:
  Scratch scratch_{Scratch::Place::kMemory};
};

// Counts how often a hub said that it is poisoned; allocates nothing.
class Poisonings : public LogSink {
 public:
  void Write(const LogEntry& entry) override { count += entry.event == "hub.poisoned" ? 1 : 0; }
  int count = 0;
};

HubOptions Options() {
  HubOptions options;
  options.genesis =
      Genesis{1,
              "memory",
              KeyOf("hub").public_key(),
              {{KeyOf("admin").pid(), KeyOf("admin").public_key(), OperatorRole::kAdmin}}};
  options.founded_at = kStart;
  options.read_model_rows = 4;
  options.snapshot_items = 4;
  return options;
}

using MakePlace = std::unique_ptr<Place> (*)();

class HubMemoryTest : public ::testing::TestWithParam<MakePlace> {
 protected:
  static void SetUpTestSuite() {
    static const bool hooked = (HookSqlite(), true);
    (void)hooked;
  }

  void SetUp() override {
    FailAllocation(0, false);
    Live(nullptr);
    total_ = Allocations();
    states_ = std::exchange(lived_, {});
    answers_ = std::exchange(said_, {});
  }

  // Lives the scenario with the failure that is set; `what` tells where it struck.
  void Live(std::string* what);
  StatusOr<std::unique_ptr<Hub>> Open() {
    std::unique_ptr<Store> store = place_->NewStore();
    HubOptions options = Options();
    options.metrics = &metrics_;
    options.log = &log_;
    log_.count = 0;
    const Armed armed;
    return Hub::Open(std::move(store), options);
  }
  // True when the act is answered as a whole.
  bool Perform(const Act& act, std::string* what);
  // After an act that failed: the hub is opened again. True when the act is done all the same.
  bool Recover(std::size_t act);
  // After an act in which a command or question alone was refused for want of memory, and the
  // others done: what is there is durable, and the life ends.
  void EndRefused();

  std::unique_ptr<Place> place_;
  PrometheusMetrics metrics_;
  Poisonings log_;
  std::unique_ptr<Hub> hub_;
  std::vector<Act> acts_ = Scenario();
  std::vector<std::string> lived_;  // states after each act
  std::vector<std::string> said_;   // the answers of each act
  std::vector<std::string> states_;
  std::vector<std::string> answers_;
  std::uint64_t total_ = 0;
  std::set<ErrorCode> shown_;
  bool refused_ = false;
  bool struck_ =
      false;  // a question to the hub that is open; what the store lost then may show later
};

bool HubMemoryTest::Perform(const Act& act, std::string* what) {
  said_.emplace_back();
  for (const Question& question : act) {
    Status status;
    {
      const Armed armed;
      status = question.ask(*hub_);
    }
    if (!status.ok()) {
      if (what != nullptr) *what = "act " + std::to_string(said_.size() - 1);
      shown_.insert(ErrorCodeOf(status));
      EXPECT_TRUE(AllocationFailed() || struck_) << status;
      // A store that ran out of memory right after a commit says so to whoever asks it next.
      refused_ = question.reads && ErrorCodeOf(status) == ErrorCode::kStorePoisoned;
      if (refused_) return true;
      FailAllocation(0, false);
      if (!question.reads) return false;
      struck_ = true;
      status = question.ask(*hub_);
      EXPECT_TRUE(status.ok()) << "asked again: " << status;
    }
    if (status.ok()) said_.back() += question.answer() + ";";
  }
  // So with the next command.
  for (const char* why : {"OutOfMemory", "StorePoisoned"}) {
    refused_ = refused_ || said_.back().find(why) != std::string::npos;
  }
  return true;
}

bool HubMemoryTest::Recover(std::size_t act) {
  const Status later = hub_->Submit(TrustedCommand(KeyOf("ann").pid(), Leave()), kStart);
  // What failed before it changed anything did no harm; submitting and flushing always may have.
  const bool poisoned = ErrorCodeOf(later) == ErrorCode::kHubPoisoned;
  EXPECT_TRUE(poisoned || acts_[act].size() == 1) << later;
  // A hub whose store could not be closed is closed all the same; nothing has failed.
  const bool closed = later.message().find("the hub is closed") != std::string::npos;
  EXPECT_EQ(log_.count, poisoned && !closed ? 1 : 0)
      << "told once, if not at once then with the next call";
  hub_.reset();
  struck_ = false;
  StatusOr<std::unique_ptr<Hub>> opened = Open();
  EXPECT_TRUE(opened.ok()) << opened.status();
  if (!opened.ok()) return true;
  hub_ = *std::move(opened);
  const std::string state = StateText(hub_->view().ledger());
  const std::string& before = act == 0 ? states_.front() : states_[act];
  if (state == before && states_[act] != states_[act + 1]) return false;
  EXPECT_EQ(state, states_[act + 1]) << "neither before nor after";
  said_.back() = answers_[act];  // nobody was told, but it is done
  return true;
}

void HubMemoryTest::EndRefused() {
  EXPECT_TRUE(AllocationFailed() || struck_);
  FailAllocation(0, false);
  const std::string state = StateText(hub_->view().ledger());
  hub_.reset();
  const StatusOr<std::unique_ptr<Hub>> opened = Open();
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_EQ(StateText((*opened)->view().ledger()), state);
}

void HubMemoryTest::Live(std::string* what) {
  place_ = GetParam()();
  refused_ = false;
  struck_ = false;
  lived_.clear();
  said_.clear();
  StatusOr<std::unique_ptr<Hub>> opened = Open();
  if (!opened.ok()) {
    if (what != nullptr) *what = "open";
    shown_.insert(ErrorCodeOf(opened.status()));
    EXPECT_TRUE(AllocationFailed()) << opened.status();
    FailAllocation(0, false);
    opened = Open();
    ASSERT_TRUE(opened.ok()) << opened.status();
  }
  hub_ = *std::move(opened);
  lived_.push_back(StateText(hub_->view().ledger()));
  for (std::size_t i = 0; i < acts_.size(); ++i) {
    while (!Perform(acts_[i], what)) {
      const bool done = Recover(i);
      if (done) break;
      said_.pop_back();
    }
    if (refused_) return EndRefused();
    lived_.push_back(StateText(hub_->view().ledger()));
  }
  hub_.reset();
}

// What was counted before is counted when nothing can be allocated any more.
TEST(MetricsMemoryTest, AKnownSeriesNeedsNoMemory) {
  PrometheusMetrics metrics;
  metrics.Add(Metric::kPayments, {"success"}, 1);
  metrics.Observe(Metric::kPaymentDuration, {}, 5);
  metrics.Set(Metric::kActiveParticipants, {}, 7, 0);
  FailAllocation(1, true);
  {
    const Armed armed;
    metrics.Add(Metric::kPayments, {"success"}, 1);
    metrics.Observe(Metric::kPaymentDuration, {}, 5);
    metrics.Set(Metric::kActiveParticipants, {}, 8, 0);
  }
  EXPECT_EQ(Allocations(), 0U);
  FailAllocation(0, false);
  const std::string text = metrics.Text();
  EXPECT_NE(text.find("geo_payments_total{status=\"success\"} 2\n"), std::string::npos) << text;
  EXPECT_NE(text.find("geo_payment_duration_seconds_count 2\n"), std::string::npos) << text;
  EXPECT_NE(text.find("geo_active_participants 8\n"), std::string::npos) << text;
}

TEST_P(HubMemoryTest, TheNthAllocationFails) {
  ASSERT_GT(total_, 500U);
  const bool memory = dynamic_cast<InMemory*>(GetParam()().get()) != nullptr;
  const std::uint64_t stride = TierCount<std::uint64_t>(memory ? 5 : 61, 1);
  std::uint64_t cases = 0;
  std::uint64_t refused = 0;
  for (const bool sticky : {false, true}) {
    for (std::uint64_t nth = sticky ? 2 : 1; nth <= total_; nth += stride) {
      ++cases;
      std::string what = "nothing";
      FailAllocation(nth, sticky);
      Live(&what);
      FailAllocation(0, false);
      refused += refused_ ? 1 : 0;
      ASSERT_TRUE(refused_ || (lived_ == states_ && said_ == answers_))
          << "allocation " << nth << " of " << total_ << (sticky ? " and later" : "") << ", in "
          << what;
      ASSERT_FALSE(HasFailure()) << "allocation " << nth << ", in " << what;
    }
  }
  RecordProperty("allocations", std::to_string(total_));
  RecordProperty("cases", std::to_string(cases));
  EXPECT_LT(refused, cases / 4);
  EXPECT_TRUE(shown_.contains(ErrorCode::kOutOfMemory));
  for (const ErrorCode code : shown_) {
    const std::set<ErrorCode> documented = {ErrorCode::kOutOfMemory, ErrorCode::kStoreUnknown,
                                            ErrorCode::kStoreIo, ErrorCode::kStorePoisoned,
                                            ErrorCode::kHubPoisoned};
    EXPECT_TRUE(documented.contains(code)) << ErrorName(code);
  }
}

template <typename Kind>
std::unique_ptr<Place> Make() {
  return std::make_unique<Kind>();
}

INSTANTIATE_TEST_SUITE_P(Places, HubMemoryTest, ::testing::Values(Make<InMemory>, Make<InSqlite>),
                         [](const auto& test) { return test.index == 0 ? "Memory" : "Sqlite"; });

}  // namespace
}  // namespace geo::tests
