// The nth allocation fails, for every n, in a hub that threads share: nobody is left waiting, and
// what was acknowledged is there when the store is opened anew.
#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "geo/hub/serial_hub.h"
#include "tests/memory/failing_allocator.h"
#include "tests/support/environment.h"
#include "tests/support/keys.h"
#include "tests/support/names.h"

namespace geo::tests {
namespace {

Pay Payment(int number) {
  Pay pay;
  pay.id = TxId::Parse("p-" + std::to_string(number)).value();
  pay.payee = KeyOf("ben").pid();
  pay.equivalent = Hours();
  pay.amount = Amount{5};
  return pay;
}

// Made before memory fails.
struct Work {
  std::vector<VerifiedCommand> commands;
  HubOptions options;
};

Work MakeWork() {
  Work work;
  const SecretKey admin = KeyOf("admin");
  work.options.genesis = Genesis{1,
                                 "memory",
                                 KeyOf("hub").public_key(),
                                 {{admin.pid(), admin.public_key(), OperatorRole::kAdmin}}};
  work.options.founded_at = kStart;
  const Pid ann = KeyOf("ann").pid();
  PreparePayment prepare;
  prepare.payment = Payment(3);
  work.commands = {TrustedCommand(ann, Payment(1)), TrustedCommand(ann, Payment(2)),
                   TrustedCommand(ann, prepare)};
  return work;
}

void Settle(Hub& hub) {
  const auto run = [&](const std::string& who, Command command) {
    const auto done = hub.Execute(TrustedCommand(KeyOf(who).pid(), std::move(command)), kStart);
    ASSERT_TRUE(done.ok() && done->status.ok());
  };
  CreateEquivalent create;
  create.code = Hours();
  run("admin", create);
  for (const char* name : {"ann", "ben"}) {
    RegisterParticipant join;
    join.key = KeyOf(name).public_key();
    join.name = {Salt(), name};
    run(name, join);
  }
  OpenLine line;
  line.debtor = KeyOf("ann").pid();
  line.equivalent = Hours();
  line.limit = Amount{100};
  run("ben", line);
}

// What came back while memory was failing.
struct Told {
  std::set<ErrorCode> codes;
  std::vector<bool> done = std::vector<bool>(3);
};

void Use(std::unique_ptr<Hub> hub, const Work& work, Told* told) {
  std::vector<ErrorCode> codes(9, ErrorCode::kOk);
  std::vector<bool>& done = told->done;
  {
    const Armed armed;
    auto serial = SerialHub::Create(std::move(hub), {.max_group = 8, .read_views = true});
    codes[0] = ErrorCodeOf(serial.status());
    if (serial.ok()) {
      for (std::size_t i = 0; i < work.commands.size(); ++i) {
        const auto result = (*serial)->Execute(work.commands[i], kStart);
        codes[1 + i] = ErrorCodeOf(result.status());
        done[i] = result.ok() && result->code() == ErrorCode::kOk;
      }
      const auto reader = (*serial)->NewReader();
      codes[4] = ErrorCodeOf(reader.status());
      if (reader.ok()) {
        codes[5] = (*reader)->Read([](const View& view, const JournalHead&) {
          return ErrorCodeOf(view.Reservations({}, 9).status());
        });
      }
      codes[6] = ErrorCodeOf((*serial)->Tick(kStart + kDay));
      codes[7] = ErrorCodeOf((*serial)->PollEvents(0, 9).status());
      codes[8] = ErrorCodeOf((*serial)->Close());
    }
  }
  told->codes.insert(codes.begin(), codes.end());
}

TEST(SerialHubMemoryTest, TheNthAllocationFails) {
  const Work work = MakeWork();
  std::uint64_t total = 0;
  std::set<ErrorCode> codes;
  const std::uint64_t stride = TierCount<std::uint64_t>(3, 1);
  for (const bool sticky : {false, true}) {
    for (std::uint64_t nth = 0; nth <= total; nth += nth == 0 ? 1 : stride) {
      const auto medium = std::make_shared<MemoryMedium>();
      auto hub = Hub::Open(NewMemoryStore(medium), work.options).value();
      Settle(*hub);
      Told told;
      FailAllocation(nth, sticky);
      Use(std::move(hub), work, &told);
      if (nth == 0) total = Allocations();
      FailAllocation(0, false);
      codes.merge(told.codes);
      const auto again = Hub::Open(NewMemoryStore(medium), work.options);
      ASSERT_TRUE(again.ok()) << again.status() << ", allocation " << nth;
      ASSERT_TRUE((*again)->view().ledger().CheckPositions().ok());
      for (int i = 0; i < 3; ++i) {
        const auto found = (*again)->FindTransaction(Payment(i + 1).id);
        ASSERT_TRUE(found.ok()) << found.status();
        if (told.done[static_cast<std::size_t>(i)]) {
          EXPECT_TRUE(found->has_value()) << "payment " << i + 1 << ", allocation " << nth;
        }
      }
    }
  }
  EXPECT_GT(total, 100U);
  RecordProperty("allocations", std::to_string(total));
  for (const ErrorCode code : codes) {
    const std::set<ErrorCode> documented = {ErrorCode::kOk, ErrorCode::kOutOfMemory,
                                            ErrorCode::kHubPoisoned, ErrorCode::kStoreUnknown,
                                            ErrorCode::kStorePoisoned};
    EXPECT_TRUE(documented.contains(code)) << ErrorName(code);
  }
  EXPECT_TRUE(codes.contains(ErrorCode::kOutOfMemory));
}

}  // namespace
}  // namespace geo::tests
