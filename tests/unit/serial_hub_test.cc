// One hub for many threads: groups, back-pressure, closing, poisoning, and what readers see.
//
// Where threads meet is decided by a store whose appends wait at a gate, never by time.

#include "geo/hub/serial_hub.h"

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <new>
#include <string>
#include <thread>
#include <vector>

#include "geo/testing/faulty_store.h"
#include "tests/support/keys.h"
#include "tests/support/names.h"
#include "tests/support/status.h"
#include "tests/support/village.h"

namespace geo::tests {
namespace {

using geo::testing::FaultyStore;
using geo::testing::StoreCall;
using geo::testing::StoreFault;

EquivalentCode Code() { return EquivalentCode::Parse("UAH").value(); }

// Holds appends back while it is shut.
class Gate {
 public:
  void Shut() {
    const std::lock_guard<std::mutex> lock(mutex_);
    shut_ = true;
  }
  void Open() {
    const std::lock_guard<std::mutex> lock(mutex_);
    shut_ = false;
    changed_.notify_all();
  }
  void AwaitSomebody() {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [&] { return inside_ > 0; });
  }
  void Pass() {
    std::unique_lock<std::mutex> lock(mutex_);
    ++inside_;
    changed_.notify_all();
    changed_.wait(lock, [&] { return !shut_; });
    --inside_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool shut_ = false;
  int inside_ = 0;
};

class GatedStore : public FaultyStore {
 public:
  GatedStore(std::unique_ptr<Store> inner, Gate& gate)
      : FaultyStore(std::move(inner)), gate_(gate) {}
  Status Append(const Batch& batch) override {
    gate_.Pass();
    return FaultyStore::Append(batch);
  }

 private:
  Gate& gate_;
};

// Finds no memory when the n-th search for routes is told to it.
class ForgetfulMetrics : public Metrics {
 public:
  explicit ForgetfulMetrics(int n) : left_(n) {}
  void Add(Metric, Labels, std::uint64_t) override {}
  void Observe(Metric metric, Labels, Duration) override {
    if (metric == Metric::kRoutingDuration && --left_ == 0) throw std::bad_alloc();
  }
  void Set(Metric, Labels, AmountSum, int) override {}

 private:
  int left_;
};

// Notes how long payments took.
class PaymentDurations : public Metrics {
 public:
  void Add(Metric, Labels, std::uint64_t) override {}
  void Observe(Metric metric, Labels, Duration duration) override {
    if (metric == Metric::kPaymentDuration) all.push_back(duration);
  }
  void Set(Metric, Labels, AmountSum, int) override {}

  std::vector<Duration> all;
};

// A shop that everybody may owe 100, and threads that pay it.
class SerialHubTest : public ::testing::Test {
 protected:
  ~SerialHubTest() override {
    gate_.Open();
    for (std::thread& thread : threads_) thread.join();
  }

  void Start(SerialHubOptions options, int payers = 8, std::size_t max_pending = 65'536) {
    HubOptions hub_options;
    hub_options.max_pending = max_pending;
    hub_options.genesis = VillageGenesis();
    hub_options.metrics = metrics_;
    hub_options.stopwatch = [this] { return watch_.load(); };
    auto store = std::make_unique<GatedStore>(NewMemoryStore(medium_), gate_);
    store_ = store.get();
    auto hub = Hub::Open(std::move(store), hub_options).value();
    CreateEquivalent create;
    create.code = Code();
    Do(*hub, "admin", create);
    Join(*hub, "shop");
    for (int i = 0; i < payers; ++i) {
      Join(*hub, Payer(i));
      OpenLine line;
      line.debtor = KeyOf(Payer(i)).pid();
      line.equivalent = Code();
      line.limit = Amount{100};
      Do(*hub, "shop", line);
    }
    serial_ = SerialHub::Create(std::move(hub), options).value();
  }

  static std::string Payer(int i) { return "payer-" + std::to_string(i); }

  static void Do(Hub& hub, const std::string& who, Command command) {
    const auto result = hub.Execute(TrustedCommand(KeyOf(who).pid(), std::move(command)), 1);
    ASSERT_TRUE(result.ok()) << result.status();
    ASSERT_EQ(result->code(), ErrorCode::kOk) << result->status;
  }

  static void Join(Hub& hub, const std::string& who) {
    RegisterParticipant join;
    join.key = KeyOf(who).public_key();
    join.name = {Salt(), who};
    Do(hub, who, join);
  }

  StatusOr<CommandResult> PayShop(int payer, Amount amount, const std::string& id,
                                  const Plan* plan = nullptr) {
    Pay pay;
    pay.id = Id(id);
    pay.payee = KeyOf("shop").pid();
    pay.equivalent = Code();
    pay.amount = amount;
    return serial_->Execute(TrustedCommand(KeyOf(Payer(payer)).pid(), pay), 2, plan);
  }

  // On a thread of its own; the answer goes to answers_[index].
  void PayLater(int payer, Amount amount) {
    const std::size_t index = threads_.size();
    threads_.emplace_back([=, this] {
      StatusOr<CommandResult> answer = PayShop(payer, amount, "later-" + std::to_string(index));
      const std::lock_guard<std::mutex> lock(mutex_);
      if (answers_.size() <= index) answers_.resize(index + 1, MakeError(ErrorCode::kInternal, ""));
      answers_[index] = std::move(answer);
    });
  }

  // One thread is inside an append, and `count` more wait in the queue.
  void BlockWith(int count) {
    gate_.Shut();
    PayLater(0, 1);
    gate_.AwaitSomebody();
    for (int i = 0; i < count; ++i) {
      PayLater(i + 1, 1);
      while (serial_->counts().waiting < static_cast<std::size_t>(i + 1)) std::this_thread::yield();
    }
  }

  void Release() {
    gate_.Open();
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }

  Amount OwedToShop(SerialHub::Reader& reader) {
    return reader.Read([](const View& view, const JournalHead&) {
      return static_cast<Amount>(view.BalanceOf(KeyOf("shop").pid(), Code())->total_credit);
    });
  }

  std::shared_ptr<MemoryMedium> medium_ = std::make_shared<MemoryMedium>();
  Gate gate_;
  GatedStore* store_ = nullptr;
  Metrics* metrics_ = nullptr;
  std::atomic<Duration> watch_ = 0;
  std::unique_ptr<SerialHub> serial_;
  std::mutex mutex_;
  std::vector<StatusOr<CommandResult>> answers_;
  std::vector<std::thread> threads_;
};

TEST_F(SerialHubTest, AnswersWhatTheHubAnswers) {
  Start({});
  const auto paid = PayShop(0, 60, "p-1");
  ASSERT_TRUE(paid.ok()) << paid.status();
  EXPECT_EQ(paid->code(), ErrorCode::kOk);
  const auto again = PayShop(0, 60, "p-1");
  EXPECT_TRUE(again->payment->repeated);
  EXPECT_EQ(PayShop(0, 41, "p-2")->code(), ErrorCode::kInsufficientCapacity);
  EXPECT_EQ(serial_->FindTransaction(Id("p-1"))->value(), *paid->payment->transaction);
  EXPECT_EQ(serial_->head()->seq, paid->seq);
  EXPECT_EQ(serial_->PollEvents(paid->seq - 1, 10)->size(), 2U);
  EXPECT_TRUE(serial_->AcknowledgeEvents(paid->seq).ok());
  EXPECT_EQ(serial_->counts().commands, 3U);
}

TEST_F(SerialHubTest, WhatArrivesDuringAnAppendSharesTheNextOne) {
  Start({});
  BlockWith(7);
  Release();
  EXPECT_EQ(serial_->counts().groups, 2U);
  EXPECT_EQ(serial_->counts().largest_group, 7U);
  for (const auto& answer : answers_) {
    ASSERT_TRUE(answer.ok()) << answer.status();
    EXPECT_EQ(answer->code(), ErrorCode::kOk);
  }
}

TEST_F(SerialHubTest, NoGroupIsLargerThanAllowed) {
  Start({.max_group = 3});
  BlockWith(7);
  Release();
  EXPECT_EQ(serial_->counts().groups, 4U);
  EXPECT_EQ(serial_->counts().largest_group, 3U);
}

TEST_F(SerialHubTest, NoGroupIsLargerThanTheHubTakes) {
  Start({}, 8, 2);
  BlockWith(5);
  Release();
  for (const auto& answer : answers_) EXPECT_EQ(answer->code(), ErrorCode::kOk) << answer->status;
  EXPECT_EQ(serial_->counts().largest_group, 2U);
}

// Neither keeps the other out. Many rounds: who did not keep to the turns would still be first in
// some of them.
TEST_F(SerialHubTest, GroupsAndOtherCallsTakeTurns) {
  Start({.max_group = 1});
  const auto await = [&](std::size_t commands, std::size_t calls) {
    for (SerialHubCounts now = serial_->counts();
         now.waiting < commands || now.waiting_calls < calls; now = serial_->counts()) {
      std::this_thread::yield();
    }
  };
  // Whether the payment was made before the call had its turn, both waiting for that of `busy`.
  const auto pays_first = [&](const std::string& id, const std::function<void()>& busy) {
    gate_.Shut();
    std::thread first(busy);
    gate_.AwaitSomebody();
    std::thread payer([&] { EXPECT_TRUE(PayShop(1, 1, id).ok()); });
    await(1, 0);
    bool paid = false;
    std::thread call([&] { paid = serial_->FindTransaction(Id(id))->has_value(); });
    await(1, 1);
    gate_.Open();
    first.join();
    payer.join();
    call.join();
    return paid;
  };
  for (int i = 0; i < 25; ++i) {
    const std::string round = std::to_string(i);
    const auto group = [&] { EXPECT_TRUE(PayShop(0, 1, "group-" + round).ok()); };
    EXPECT_FALSE(pays_first("after-group-" + round, group));
    const auto call = [&] { EXPECT_TRUE(serial_->ReadMetrics(2, [&] { gate_.Pass(); }).ok()); };
    EXPECT_TRUE(pays_first("after-call-" + round, call));
  }
  EXPECT_EQ(serial_->counts().waiting_calls, 0U);
}

// From Execute until the answer, the time in the queue included.
TEST_F(SerialHubTest, PaymentsTakeTheTimeThatTheyWait) {
  PaymentDurations metrics;
  metrics_ = &metrics;
  Start({});
  BlockWith(2);
  watch_ = 7;
  Release();
  EXPECT_EQ(metrics.all, (std::vector<Duration>{7, 7, 7}));
}

TEST_F(SerialHubTest, MemoryThatFailsInTheMiddleOfAGroupFailsTheGroup) {
  ForgetfulMetrics metrics(3);
  metrics_ = &metrics;
  Start({});
  BlockWith(3);
  Release();
  ASSERT_EQ(answers_.size(), 4U);
  EXPECT_TRUE(answers_[0].ok()) << answers_[0].status();
  EXPECT_EQ(CodeName(answers_[1]), "HubPoisoned");  // planned before it, and never written
  EXPECT_EQ(CodeName(answers_[2]), "OutOfMemory");
  EXPECT_EQ(CodeName(answers_[3]), "HubPoisoned");
  serial_.reset();
  const auto hub = Hub::Open(NewMemoryStore(medium_), HubOptions()).value();
  EXPECT_TRUE(hub->FindTransaction(Id("later-0"))->has_value());
  for (const char* id : {"later-1", "later-2", "later-3"}) {
    EXPECT_FALSE(hub->FindTransaction(Id(id))->has_value()) << id;
  }
}

TEST_F(SerialHubTest, AFullQueueRefusesAtOnceAndHarmsNobody) {
  Start({.queue = 3});
  BlockWith(3);
  EXPECT_EQ(CodeName(PayShop(7, 1, "too-many")), "QueueFull");
  EXPECT_EQ(serial_->counts().refused_full, 1U);
  Release();
  for (const auto& answer : answers_) EXPECT_EQ(answer->code(), ErrorCode::kOk);
  EXPECT_EQ(PayShop(7, 1, "too-many")->code(), ErrorCode::kOk);
}

TEST_F(SerialHubTest, AFailedAppendIsToldToAllAndPoisons) {
  Start({.read_views = true});
  const auto reader = serial_->NewReader().value();
  ASSERT_EQ(PayShop(0, 5, "before")->code(), ErrorCode::kOk);
  store_->Schedule({StoreCall::kAppend, 2, ErrorCode::kStoreIo});
  BlockWith(4);
  // These come after the group that fails: more than one group may wait.
  Release();
  EXPECT_EQ(answers_[0]->code(), ErrorCode::kOk);
  for (std::size_t i = 1; i < answers_.size(); ++i) EXPECT_EQ(CodeName(answers_[i]), "StoreIo");
  EXPECT_EQ(CodeName(PayShop(1, 1, "after")), "HubPoisoned");
  EXPECT_EQ(CodeName(serial_->head()), "HubPoisoned");
  EXPECT_EQ(CodeName(serial_->Close()), "HubPoisoned");
  EXPECT_EQ(OwedToShop(*reader), 6);  // what is durable, no more
}

TEST_F(SerialHubTest, ThoseWhoWaitBehindAFailedGroupAreAnsweredToo) {
  Start({.max_group = 2});
  store_->Schedule({StoreCall::kAppend, 1, ErrorCode::kStoreIo});
  BlockWith(5);
  Release();
  EXPECT_EQ(CodeName(answers_[0]), "StoreIo");
  for (std::size_t i = 1; i < answers_.size(); ++i) {
    EXPECT_EQ(CodeName(answers_[i]), "HubPoisoned");
  }
}

TEST_F(SerialHubTest, ABusyStoreIsTriedAgain) {
  Start({.busy_retries = 2});
  for (std::uint64_t nth : {1U, 2U}) {
    store_->Schedule({StoreCall::kAppend, nth, ErrorCode::kStoreBusy});
  }
  EXPECT_EQ(PayShop(0, 1, "p-1")->code(), ErrorCode::kOk);
  for (std::uint64_t nth : {1U, 2U, 3U}) {
    store_->Schedule({StoreCall::kAppend, nth, ErrorCode::kStoreBusy});
  }
  EXPECT_EQ(CodeName(PayShop(0, 1, "p-2")), "StoreBusy");
  EXPECT_EQ(CodeName(PayShop(0, 1, "p-2")), "HubPoisoned");
}

// What upkeep could not write answers nobody, and must not be taken for the next group's answers.
TEST_F(SerialHubTest, UpkeepThatFindsTheStoreBusyIsWrittenWithWhatComesNext) {
  Start({.read_views = true});
  const auto erase = [&] { return CodeName(serial_->ErasePersonalText(KeyOf(Payer(0)).pid())); };
  store_->Schedule({StoreCall::kAppend, 1, ErrorCode::kStoreBusy});
  EXPECT_EQ(erase(), "StoreBusy");
  for (const char* id : {"p-1", "p-2"}) {
    const auto paid = PayShop(0, 1, id);
    ASSERT_TRUE(paid.ok()) << paid.status();
    ASSERT_TRUE(paid->payment.has_value());
    EXPECT_EQ(paid->payment->transaction->id.text(), id);
    EXPECT_TRUE(serial_->FindTransaction(Id(id))->has_value());
  }
  store_->Schedule({StoreCall::kAppend, 1, ErrorCode::kStoreBusy});
  EXPECT_EQ(erase(), "StoreBusy");
  EXPECT_EQ(erase(), "Ok");
  store_->Schedule({StoreCall::kAppend, 1, ErrorCode::kStoreBusy});
  EXPECT_EQ(erase(), "StoreBusy");
  EXPECT_TRUE(serial_->CheckpointStep().ok());
}

// Readers would see it before it is durable.
TEST_F(SerialHubTest, TakesNoHubWithRecordsOfATickPending) {
  HubOptions options;
  options.genesis = VillageGenesis();
  auto hub = Hub::Open(NewMemoryStore(), options).value();
  CreateEquivalent create;
  create.code = Code();
  Do(*hub, "admin", create);
  Join(*hub, "shop");
  Join(*hub, "anna");
  OpenLine line;
  line.debtor = KeyOf("anna").pid();
  line.equivalent = Code();
  line.limit = Amount{100};
  Do(*hub, "shop", line);
  PreparePayment prepare;
  prepare.payment.id = Id("t");
  prepare.payment.payee = KeyOf("shop").pid();
  prepare.payment.equivalent = Code();
  prepare.payment.amount = Amount{5};
  Do(*hub, "anna", prepare);
  hub->Tick(60 * kMinute);  // it expires
  EXPECT_EQ(hub->pending(), 0U) << "no command";
  EXPECT_EQ(CodeName(SerialHub::Create(std::move(hub), {.read_views = true}).status()),
            "StatusConflict");
}

TEST_F(SerialHubTest, ReadingMetricsWithoutMemoryHarmsNothing) {
  Start({});
  EXPECT_EQ(CodeName(serial_->ReadMetrics(2, [] { throw std::bad_alloc(); })), "OutOfMemory");
  EXPECT_EQ(PayShop(0, 1, "p-1")->code(), ErrorCode::kOk);
}

TEST_F(SerialHubTest, ClosingLetsTheQueueFinishAndRefusesTheRest) {
  Start({.queue = 4});  // full until it is closed
  BlockWith(4);
  std::thread closer([&] { EXPECT_TRUE(serial_->Close().ok()); });
  while (CodeName(PayShop(7, 1, "late")) == "QueueFull") std::this_thread::yield();
  EXPECT_EQ(CodeName(PayShop(7, 1, "late")), "StoreClosed");
  Release();
  closer.join();
  for (const auto& answer : answers_) EXPECT_EQ(answer->code(), ErrorCode::kOk);
  EXPECT_EQ(CodeName(serial_->Close()), "StoreClosed");
  EXPECT_EQ(CodeName(serial_->FindTransaction(Id("later-0"))), "StoreClosed");
}

TEST_F(SerialHubTest, UpkeepHasItsTurnBetweenGroups) {
  Start({});
  ASSERT_EQ(PayShop(0, 5, "p-1")->code(), ErrorCode::kOk);
  while (!serial_->CheckpointStep().value()) continue;
  EXPECT_TRUE(serial_->UpdateReadModelStep().value());
  EXPECT_TRUE(serial_->ErasePersonalText(KeyOf("shop").pid()).ok());
  EXPECT_FALSE(serial_->FindText(TextHash({Salt(), "shop"}))->has_value());
  EXPECT_TRUE(serial_->Tick(5 * kSecond).ok());
  EXPECT_TRUE(serial_->Close().ok());
}

TEST_F(SerialHubTest, ReadersSeeWhatIsDurableAndNothingElse) {
  Start({.read_views = true});
  const auto reader = serial_->NewReader().value();
  ASSERT_EQ(PayShop(0, 5, "p-1")->code(), ErrorCode::kOk);
  EXPECT_EQ(OwedToShop(*reader), 5);
  BlockWith(3);  // planned, not durable
  EXPECT_EQ(OwedToShop(*reader), 5);
  Release();
  EXPECT_EQ(OwedToShop(*reader), 9);
  const JournalHead seen = reader->Read([](const View&, const JournalHead& head) { return head; });
  EXPECT_EQ(seen, *serial_->head());
}

TEST_F(SerialHubTest, AReaderHoldsUpNoAnswerOfTheNextGroup) {
  Start({.read_views = true});
  const auto reader = serial_->NewReader().value();
  const auto other = serial_->NewReader().value();
  reader->Read([&](const View& view, const JournalHead&) {
    std::thread payer([&] { EXPECT_EQ(PayShop(0, 5, "p-1")->code(), ErrorCode::kOk); });
    payer.join();
    EXPECT_EQ(view.BalanceOf(KeyOf("shop").pid(), Code())->total_credit, 0);  // still the old one
    EXPECT_EQ(OwedToShop(*other), 5);                                         // the new one
  });
  EXPECT_EQ(PayShop(0, 5, "p-2")->code(), ErrorCode::kOk);
  EXPECT_EQ(OwedToShop(*reader), 10);
}

// It would change under his eyes what he sees.
TEST_F(SerialHubTest, TheGroupAfterTheNextWaitsForAReader) {
  Start({.read_views = true});
  const auto reader = serial_->NewReader().value();
  std::thread second;
  reader->Read([&](const View& view, const JournalHead& head) {
    ASSERT_EQ(PayShop(0, 5, "p-1")->code(), ErrorCode::kOk);
    const JournalHead before = head;
    second = std::thread([&] { EXPECT_EQ(PayShop(1, 5, "p-2")->code(), ErrorCode::kOk); });
    while (serial_->counts().waiting == 0) std::this_thread::yield();
    for (int i = 0; i < 2'000; ++i) {  // whatever it does, it had its time
      std::this_thread::yield();
      ASSERT_EQ(serial_->counts().waiting, 1U) << "it was begun";
      ASSERT_EQ(view.BalanceOf(KeyOf("shop").pid(), Code())->total_credit, 0);
    }
    EXPECT_EQ(head, before);
  });
  second.join();
  EXPECT_EQ(OwedToShop(*reader), 10);
}

TEST_F(SerialHubTest, PlansMadeOnAViewAreUsedOrReplaced) {
  Start({.read_views = true});
  const auto reader = serial_->NewReader().value();
  const Plan plan = reader->Read([](const View& view, const JournalHead&) {
    const RouteAnswer answer =
        view.FindRoutes(KeyOf(Payer(0)).pid(), KeyOf("shop").pid(), Code(), 60, {}).value();
    return std::get<Plan>(answer.outcome);
  });
  const auto first = PayShop(0, 60, "p-1", &plan);
  EXPECT_EQ(first->code(), ErrorCode::kOk);
  EXPECT_FALSE(first->payment->replanned);
  const auto second = PayShop(0, 60, "p-2", &plan);  // 40 are left
  EXPECT_EQ(second->code(), ErrorCode::kInsufficientCapacity);
  EXPECT_TRUE(second->payment->replanned);
}

TEST_F(SerialHubTest, ReadersSeeTheDay) {
  Start({.read_views = true});
  const auto reader = serial_->NewReader().value();
  const auto capacity = [&] {
    return reader->Read([](const View& view, const JournalHead&) {
      return view.Capacity(KeyOf(Payer(0)).pid(), KeyOf("shop").pid(), Code())->amount;
    });
  };
  UpdateLine update;
  update.line = reader->Read([](const View& view, const JournalHead&) {
    return (*view.LineOf(KeyOf("shop").pid(), KeyOf(Payer(0)).pid(), Code()))->line.id;
  });
  update.policy.daily_limit = AmountInput(Amount{10});
  ASSERT_EQ(serial_->Execute(TrustedCommand(KeyOf("shop").pid(), update), 3)->code(),
            ErrorCode::kOk);
  EXPECT_EQ(capacity(), 10);
  ASSERT_EQ(PayShop(0, 10, "p-1")->code(), ErrorCode::kOk);
  EXPECT_EQ(capacity(), 0);
  constexpr Timestamp kTomorrow = 24 * 3600 * kSecond + 5;
  EXPECT_TRUE(serial_->Tick(kTomorrow).ok());
  EXPECT_EQ(capacity(), 10);
  EXPECT_TRUE(serial_->Tick(kTomorrow + 1).ok());
  EXPECT_EQ(capacity(), 10);
}

// Also when a new day begins, which readers are shown though nobody asked for anything.
TEST_F(SerialHubTest, TickEndsWhatIsOverAndReadersSeeIt) {
  Start({.read_views = true});
  const auto reader = serial_->NewReader().value();
  const auto held = [&] {
    return reader->Read([](const View& view, const JournalHead&) {
      return view.Reservations({}, 9)->reservations;
    });
  };
  PreparePayment prepare;
  prepare.payment.id = Id("held");
  prepare.payment.payee = KeyOf("shop").pid();
  prepare.payment.equivalent = Code();
  prepare.payment.amount = Amount{60};
  const VerifiedCommand command = TrustedCommand(KeyOf(Payer(0)).pid(), prepare);
  ASSERT_EQ(serial_->Execute(command, 2 * kSecond)->code(), ErrorCode::kOk);
  ASSERT_EQ(held().size(), 1U);
  EXPECT_EQ(held().front().age, 0);
  ASSERT_EQ(serial_->Execute(command, 12 * kSecond)->code(), ErrorCode::kOk);
  EXPECT_EQ(held().front().age, 10 * kSecond) << "nothing was recorded, but time has passed";
  ASSERT_TRUE(serial_->Tick(15 * kSecond).ok());
  EXPECT_EQ(held().front().age, 13 * kSecond);
  ASSERT_EQ(PayShop(1, 1, "other")->code(), ErrorCode::kOk);
  EXPECT_EQ(held().front().age, 13 * kSecond);
  ASSERT_TRUE(serial_->Tick(2 * kDay).ok());
  EXPECT_EQ(held().size(), 0U);
  const auto expired = serial_->FindTransaction(Id("held"));
  ASSERT_TRUE(expired.ok() && expired->has_value());
  EXPECT_EQ((*expired)->state, TransactionState::kAborted);
  for (const char* id : {"p-1", "p-2"}) {
    ASSERT_EQ(PayShop(0, 50, id)->code(), ErrorCode::kOk);
  }
  EXPECT_EQ(OwedToShop(*reader), 101);
}

TEST_F(SerialHubTest, RefusesWhatCannotBe) {
  EXPECT_EQ(CodeName(SerialHub::Create(nullptr, {})), "InvalidArgument");
  const auto create = [](const SerialHubOptions& options, bool closed = false) {
    HubOptions founding;
    founding.genesis = VillageGenesis();
    auto hub = Hub::Open(NewMemoryStore(), founding).value();
    if (closed) {
      EXPECT_TRUE(hub->Close().ok());
    }
    return CodeName(SerialHub::Create(std::move(hub), options));
  };
  EXPECT_EQ(create({}), "Ok");
  EXPECT_EQ(create({.queue = 0}), "InvalidArgument");
  EXPECT_EQ(create({.max_group = 0}), "InvalidArgument");
  EXPECT_EQ(create({}, true), "StoreClosed");
  Start({});
  EXPECT_EQ(CodeName(serial_->NewReader()), "InvalidArgument");
}

// 10,000 payments at once over one line go through exactly up to its capacity.
TEST_F(SerialHubTest, OneLineIsUsedUpExactly) {
  Start({}, 1);
  constexpr int kThreads = 16;
  constexpr int kPayments = 10'000 / kThreads;
  std::vector<int> paid(kThreads);
  std::vector<int> refused(kThreads);
  for (int t = 0; t < kThreads; ++t) {
    threads_.emplace_back([&, t] {
      for (int i = 0; i < kPayments; ++i) {
        const auto result =
            PayShop(0, 1, "t" + std::to_string(t) + "-" + std::to_string(i)).value();
        if (result.code() == ErrorCode::kOk) ++paid[static_cast<std::size_t>(t)];
        if (result.code() == ErrorCode::kInsufficientCapacity) {
          ++refused[static_cast<std::size_t>(t)];
        }
      }
    });
  }
  Release();
  int paid_in_all = 0;
  int refused_in_all = 0;
  for (const int n : paid) paid_in_all += n;
  for (const int n : refused) refused_in_all += n;
  EXPECT_EQ(paid_in_all, 100);
  EXPECT_EQ(refused_in_all, 10'000 - 100);
}

}  // namespace
}  // namespace geo::tests
