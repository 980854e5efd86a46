// An equivalent takes memory for its members, not for everybody whom the hub knows.
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "geo/hub/hub.h"
#include "tests/memory/failing_allocator.h"
#include "tests/support/keys.h"
#include "tests/support/village.h"

namespace geo::tests {
namespace {

void Do(Hub& hub, const Pid& who, Command command) {
  const auto result = hub.Execute(TrustedCommand(who, std::move(command)), 1);
  ASSERT_EQ(result->code(), ErrorCode::kOk) << result->status;
}

PublicKey KeyOfMember(std::uint32_t index) {
  PublicKey key;
  key.bytes[0] = static_cast<std::uint8_t>(index);
  key.bytes[1] = static_cast<std::uint8_t>(index >> 8);
  return key;
}

// The bytes that a line, a payment over it and the clearing's graphs take in an equivalent that
// nobody used so far, between the two who came last.
std::uint64_t BytesOfFirstUse(std::uint32_t participants) {
  HubOptions options;
  options.genesis = VillageGenesis();
  options.read_model_rows = 0;
  options.clearing.triggered = TriggeredClearing();
  const std::unique_ptr<Hub> hub = Hub::Open(NewMemoryStore(), options).value();
  CreateEquivalent create;
  create.code = EquivalentCode::Parse("UAH").value();
  Do(*hub, KeyOf("admin").pid(), create);
  for (std::uint32_t i = 0; i < participants; ++i) {
    RegisterParticipant join;
    join.key = KeyOfMember(i);
    join.name = {Salt(), "somebody"};
    Do(*hub, PidOf(join.key), join);
  }
  const Pid payer = PidOf(KeyOfMember(participants - 1));
  OpenLine open;
  open.debtor = payer;
  open.equivalent = create.code;
  open.limit = Amount{50};
  Pay pay;
  pay.id = TxId::Parse("p").value();
  pay.payee = PidOf(KeyOfMember(participants - 2));
  pay.equivalent = create.code;
  pay.amount = Amount{10};
  FailAllocation(0, false);
  {
    const Armed armed;
    Do(*hub, pay.payee, open);
    Do(*hub, payer, pay);
  }
  return AllocatedBytes();
}

TEST(MembersMemory, AnEquivalentTakesItForThoseWhoUseIt) {
  const std::uint64_t among_few = BytesOfFirstUse(200);
  const std::uint64_t among_many = BytesOfFirstUse(8'000);
  EXPECT_GT(among_few, 1'000U);
  EXPECT_LT(among_many, among_few + std::uint64_t{8'000}) << "a byte for each participant";
}

// The bytes that a Tick asks for which clears so many equivalents, in which nobody owes anything.
std::uint64_t BytesOfClearing(std::uint32_t equivalents) {
  HubOptions options;
  options.genesis = VillageGenesis();
  options.read_model_rows = 0;
  options.clearing.cycles = ScheduledCycles{.every = kMinute};
  const std::unique_ptr<Hub> hub = Hub::Open(NewMemoryStore(), options).value();
  for (std::uint32_t i = 0; i < equivalents; ++i) {
    CreateEquivalent create;
    create.code = EquivalentCode::Parse("E" + std::to_string(i)).value();
    Do(*hub, KeyOf("admin").pid(), create);
  }
  FailAllocation(0, false);
  const Armed armed;
  hub->Tick(kMinute);
  return AllocatedBytes();
}

TEST(MembersMemory, ClearingAnEquivalentTakesNoneForTheOthers) {
  EXPECT_GT(BytesOfClearing(100), 100U);
  EXPECT_LT(BytesOfClearing(800), 10 * BytesOfClearing(100));
}

}  // namespace
}  // namespace geo::tests
