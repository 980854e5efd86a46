// Eight threads pay and read through one SerialHub, and everything that they saw is checked
// afterwards: every view balanced, every history linearizable, and nothing acknowledged lost when
// the store fails under them. Meant for the thread sanitizer as well.
//
// GEO_THREAD_SECONDS makes the first test run that long instead of a fixed number of payments.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "geo/hub/serial_hub.h"
#include "geo/testing/faulty_store.h"
#include "tests/support/environment.h"
#include "tests/support/keys.h"
#include "tests/support/status.h"
#include "tests/support/village.h"

namespace geo::tests {
namespace {

using geo::testing::FaultyStore;
using geo::testing::StoreFaultRates;

constexpr int kThreads = 8;
constexpr int kPeople = 24;

EquivalentCode Code() { return EquivalentCode::Parse("UAH").value(); }
Pid Person(int i) {
  static const std::vector<Pid> kPids = [] {
    std::vector<Pid> pids;
    for (int n = 0; n < kPeople; ++n) pids.push_back(KeyOf("person-" + std::to_string(n)).pid());
    return pids;
  }();
  return kPids[static_cast<std::size_t>(i)];
}

HubOptions Options() {
  HubOptions options;
  options.genesis = VillageGenesis();
  return options;
}

// A ring with chords, everybody trusting the next three for 1000, both ways.
void Settle(Hub& hub) {
  const auto submit = [&](const Pid& who, Command command) {
    ASSERT_TRUE(hub.Submit(TrustedCommand(who, std::move(command)), 1).ok());
  };
  CreateEquivalent create;
  create.code = Code();
  submit(KeyOf("admin").pid(), create);
  for (int i = 0; i < kPeople; ++i) {
    RegisterParticipant join;
    join.key = KeyOf("person-" + std::to_string(i)).public_key();
    join.name = {Salt(), "somebody"};
    submit(Person(i), join);
  }
  for (int i = 0; i < kPeople; ++i) {
    for (int step = 1; step <= 3; ++step) {
      OpenLine line;
      line.equivalent = Code();
      line.limit = Amount{1000};
      line.debtor = Person((i + step) % kPeople);
      submit(Person(i), line);
      line.debtor = Person(i);
      submit(Person((i + step) % kPeople), line);
    }
  }
  const std::vector<CommandResult> results = hub.Flush().value();
  for (const CommandResult& result : results) {
    ASSERT_EQ(result.code(), ErrorCode::kOk) << result.status;
  }
}

// A committed payment, and when it was asked for and answered by a clock that all threads share.
struct Paid {
  std::uint64_t seq = 0;
  std::uint64_t asked = 0;
  std::uint64_t answered = 0;
  int payer = 0;
  int payee = 0;
  Amount amount = 0;
  std::string id;
};

// What somebody's net position was at a head, and when that was looked at.
struct Seen {
  std::uint64_t seq = 0;
  std::uint64_t looked = 0;  // before the reading began
  std::uint64_t done = 0;    // after it ended
  int person = 0;
  AmountSum net = 0;
};

struct Diary {
  std::vector<Paid> paid;
  std::vector<Seen> seen;
  std::vector<Paid> unknown;  // asked for, and the store failed
  int unbalanced = 0;
};

class Life {
 public:
  Life(SerialHub& serial, int thread, std::atomic<std::uint64_t>& clock)
      : serial_(serial), thread_(thread), clock_(clock), random_(static_cast<unsigned>(thread)) {
    reader_ = serial.NewReader().value();
  }

  // False when the hub is out of order.
  bool Pay() {
    Paid paid;
    paid.payer = Pick();
    paid.payee = (paid.payer + 1 + Pick() % (kPeople - 1)) % kPeople;
    paid.amount = 1 + Pick() * 7;
    paid.id = "t" + std::to_string(thread_) + "-" + std::to_string(++payments_);
    geo::Pay pay;
    pay.id = TxId::Parse(paid.id).value();
    pay.payee = Person(paid.payee);
    pay.equivalent = Code();
    pay.amount = paid.amount;
    std::optional<Plan> plan;
    if (payments_ % 4 == 0) plan = PlanFor(paid);
    paid.asked = Now();
    const auto result =
        serial_.Execute(TrustedCommand(Person(paid.payer), pay), 2, plan ? &*plan : nullptr);
    paid.answered = Now();
    if (!result.ok()) {
      diary.unknown.push_back(paid);
      return false;
    }
    paid.seq = result->seq;
    if (result->code() == ErrorCode::kOk) diary.paid.push_back(paid);
    return true;
  }

  // A plan made on a view, which may be out of date when it is used.
  std::optional<Plan> PlanFor(const Paid& paid) {
    return reader_->Read([&](const View& view, const JournalHead&) -> std::optional<Plan> {
      const RouteAnswer answer =
          view.FindRoutes(Person(paid.payer), Person(paid.payee), Code(), paid.amount, {}).value();
      const Plan* plan = std::get_if<Plan>(&answer.outcome);
      return plan == nullptr ? std::nullopt : std::optional<Plan>(*plan);
    });
  }

  void Look() {
    Seen seen;
    seen.person = Pick();
    seen.looked = Now();
    reader_->Read([&](const View& view, const JournalHead& head) {
      seen.seq = head.seq;
      seen.net = view.BalanceOf(Person(seen.person), Code())->net;
      diary.unbalanced += IsBalanced(view) ? 0 : 1;
      if (seen.person % 8 == 0) {
        (void)view.Capacity(Person(seen.person), Person((seen.person + 5) % kPeople), Code());
      }
    });
    seen.done = Now();
    diary.seen.push_back(seen);
  }

  Diary diary;

 private:
  // The books done again from the list of debts: they add up to everybody's net position, those to
  // zero, and to the accumulators kept effect by effect.
  static bool IsBalanced(const View& view) {
    std::map<Pid, AmountSum> books;
    const std::vector<DebtView> debts = view.DebtsOf(Code(), 0, 10'000)->debts;
    for (const DebtView& debt : debts) {
      books[debt.debtor] -= debt.amount;
      books[debt.creditor] += debt.amount;
    }
    AmountSum total = 0;
    for (int i = 0; i < kPeople; ++i) {
      const AmountSum own = books[Person(i)];
      total += own;
      if (view.BalanceOf(Person(i), Code())->net != own) return false;
    }
    return total == 0 && view.ledger().CheckPositions().ok();
  }

  int Pick() { return static_cast<int>(random_() % kPeople); }

  // Relaxed, so that the clock does not order the threads for the thread sanitizer: what they share
  // else must do that by itself.
  std::uint64_t Now() { return clock_.fetch_add(1, std::memory_order_relaxed) + 1; }

  SerialHub& serial_;
  int thread_;
  std::atomic<std::uint64_t>& clock_;
  std::minstd_rand random_;
  std::unique_ptr<SerialHub::Reader> reader_;
  int payments_ = 0;
};

// Everything in the order of the journal.
std::vector<Paid> InOrder(const std::vector<Diary>& diaries) {
  std::vector<Paid> all;
  for (const Diary& diary : diaries) all.insert(all.end(), diary.paid.begin(), diary.paid.end());
  std::sort(all.begin(), all.end(), [](const Paid& x, const Paid& y) { return x.seq < y.seq; });
  return all;
}

// The order of the journal agrees with the order of answers and questions: whoever was answered
// before another asked comes before him.
void ExpectRealTimeOrder(const std::vector<Paid>& paid) {
  std::uint64_t earliest_answer = ~std::uint64_t{0};
  for (std::size_t i = paid.size(); i-- > 0;) {
    EXPECT_LT(paid[i].asked, earliest_answer) << "record " << paid[i].seq;
    earliest_answer = std::min(earliest_answer, paid[i].answered);
    const bool numbered_twice = i > 0 && paid[i].seq == paid[i - 1].seq;
    EXPECT_FALSE(numbered_twice) << "record " << paid[i].seq;
  }
}

// Every position seen is the one that follows from the payments up to that head; who looked after
// an answer saw what was answered; and nobody saw what nobody had asked for.
void ExpectLinearizable(const std::vector<Paid>& paid, std::vector<Seen> seen) {
  std::sort(seen.begin(), seen.end(), [](const Seen& x, const Seen& y) { return x.seq < y.seq; });
  std::array<AmountSum, kPeople> net{};
  std::size_t next = 0;
  for (const Seen& one : seen) {
    for (; next < paid.size() && paid[next].seq <= one.seq; ++next) {
      net[static_cast<std::size_t>(paid[next].payer)] -= paid[next].amount;
      net[static_cast<std::size_t>(paid[next].payee)] += paid[next].amount;
    }
    ASSERT_EQ(one.net, net[static_cast<std::size_t>(one.person)]) << "at record " << one.seq;
  }
  std::sort(seen.begin(), seen.end(),
            [](const Seen& x, const Seen& y) { return x.looked < y.looked; });
  std::vector<Paid> by_answer = paid;
  std::sort(by_answer.begin(), by_answer.end(),
            [](const Paid& x, const Paid& y) { return x.answered < y.answered; });
  std::uint64_t least = 0;
  std::size_t answered = 0;
  for (const Seen& one : seen) {
    for (; answered < by_answer.size() && by_answer[answered].answered < one.looked; ++answered) {
      least = std::max(least, by_answer[answered].seq);
    }
    ASSERT_GE(one.seq, least) << "an answered payment was not seen";
  }
}

// One view never goes back in time, by the shared clock.
void ExpectHeadsRise(std::vector<Seen> seen) {
  std::vector<Seen> by_end = seen;
  std::sort(seen.begin(), seen.end(),
            [](const Seen& x, const Seen& y) { return x.looked < y.looked; });
  std::sort(by_end.begin(), by_end.end(),
            [](const Seen& x, const Seen& y) { return x.done < y.done; });
  std::uint64_t least = 0;
  std::size_t ended = 0;
  for (const Seen& one : seen) {
    for (; ended < by_end.size() && by_end[ended].done < one.looked; ++ended) {
      least = std::max(least, by_end[ended].seq);
    }
    ASSERT_GE(one.seq, least);
  }
}

// Runs `live` on all threads at once and collects what they wrote down.
template <typename Live>
std::vector<Diary> LiveTogether(SerialHub& serial, Live live) {
  std::atomic<std::uint64_t> clock = 0;
  std::vector<Diary> diaries(kThreads);
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      Life life(serial, t, clock);
      live(life);
      diaries[static_cast<std::size_t>(t)] = std::move(life.diary);
    });
  }
  for (std::thread& thread : threads) thread.join();
  return diaries;
}

TEST(SerialHubThreadsTest, ViewsBalanceAndHistoriesAreLinearizable) {
  auto hub = Hub::Open(NewMemoryStore(), Options()).value();
  Settle(*hub);
  auto serial = SerialHub::Create(std::move(hub), {.read_views = true}).value();
  const char* text = std::getenv("GEO_THREAD_SECONDS");
  const std::chrono::seconds time(text == nullptr ? 0 : std::atoi(text));
  const auto end = std::chrono::steady_clock::now() + time;
  const int rounds = time.count() > 0 ? 2'000'000 : TierCount(150, 20'000);
  const std::vector<Diary> diaries = LiveTogether(*serial, [&](Life& life) {
    for (int i = 0; i < rounds; ++i) {
      if (time.count() > 0 && std::chrono::steady_clock::now() >= end) return;
      ASSERT_TRUE(life.Pay());
      life.Look();
    }
  });
  std::vector<Seen> seen;
  for (const Diary& diary : diaries) {
    EXPECT_EQ(diary.unbalanced, 0);
    seen.insert(seen.end(), diary.seen.begin(), diary.seen.end());
  }
  const std::vector<Paid> paid = InOrder(diaries);
  EXPECT_GT(paid.size(), kThreads * 10U);
  ExpectRealTimeOrder(paid);
  ExpectLinearizable(paid, seen);
  ExpectHeadsRise(seen);
  RecordProperty("payments", static_cast<int>(paid.size()));
  EXPECT_TRUE(serial->Close().ok());
}

// The store fails by chance, with power lost half of the time, while many submit. What was
// acknowledged is there when the hub is opened again, what was refused is not.
TEST(SerialHubThreadsTest, NothingAcknowledgedIsLostWhenTheStoreFails) {
  const unsigned seeds = TierCount(6U, 300U);
  for (unsigned seed = 1; seed <= seeds; ++seed) {
    SCOPED_TRACE(seed);
    const auto medium = std::make_shared<MemoryMedium>();
    auto store = std::make_unique<FaultyStore>(NewMemoryStore(medium));
    FaultyStore& faulty = *store;
    auto hub = Hub::Open(std::move(store), Options()).value();
    Settle(*hub);
    faulty.FailByChance({.seed = seed, .per_thousand = 60, .lose_power = true});
    auto serial = SerialHub::Create(std::move(hub), {.read_views = true}).value();
    std::vector<Diary> diaries = LiveTogether(*serial, [&](Life& life) {
      while (life.Pay()) life.Look();
    });
    EXPECT_EQ(CodeName(serial->Close()), "HubPoisoned");
    serial.reset();

    auto reopened = Hub::Open(NewMemoryStore(medium), Options()).value();
    EXPECT_TRUE(reopened->view().ledger().CheckPositions().ok());
    std::array<AmountSum, kPeople> net{};
    const auto count = [&](const Paid& paid) {
      net[static_cast<std::size_t>(paid.payer)] -= paid.amount;
      net[static_cast<std::size_t>(paid.payee)] += paid.amount;
    };
    for (const Diary& diary : diaries) {
      EXPECT_EQ(diary.unbalanced, 0);
      for (const Paid& paid : diary.paid) {
        ASSERT_TRUE(reopened->FindTransaction(TxId::Parse(paid.id).value())->has_value())
            << paid.id;
        EXPECT_LE(paid.seq, reopened->head().seq);
        count(paid);
      }
      // Of these nobody was told anything; all of a group are there, or none.
      for (const Paid& paid : diary.unknown) {
        if (reopened->FindTransaction(TxId::Parse(paid.id).value())->has_value()) count(paid);
      }
    }
    for (int i = 0; i < kPeople; ++i) {
      EXPECT_EQ(reopened->view().BalanceOf(Person(i), Code())->net,
                net[static_cast<std::size_t>(i)]);
    }
  }
}

}  // namespace
}  // namespace geo::tests
