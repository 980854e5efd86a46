// The example of docs/payments.md, compiled and run; tools/checks/documents.py compares the two.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "geo/crypto/keys.h"
#include "geo/hub/hub.h"
#include "geo/storage/store.h"

namespace {

constexpr geo::Timestamp kNow = 1'700'000'000 * geo::kSecond;

geo::SecretKey KeyOf(char seed) { return geo::SecretKey::FromSeed(std::string(32, seed)).value(); }

std::unique_ptr<geo::Hub> Found(const geo::SecretKey& office) {
  geo::HubOptions options;
  options.founded_at = kNow;
  options.genesis =
      geo::Genesis{.network = "village",
                   .hub_key = office.public_key(),
                   .operators = {{office.pid(), office.public_key(), geo::OperatorRole::kAdmin}}};
  return geo::Hub::Open(geo::NewMemoryStore(), options).value();
}

TEST(PaymentsDocument, ExampleDoesWhatItSays) {
  const geo::SecretKey office = KeyOf('o');
  const std::unique_ptr<geo::Hub> hub = Found(office);
  const auto run = [&](const geo::Pid& signer, geo::Command command) {
    return hub->Execute(geo::TrustedCommand(signer, std::move(command)), kNow).value();
  };
  const geo::EquivalentCode hours = geo::EquivalentCode::Parse("HOURS").value();
  run(office.pid(), geo::CreateEquivalent{.code = hours, .precision = 2});
  for (const char seed : {'a', 'b', 'c'}) {
    geo::RegisterParticipant registration{.key = KeyOf(seed).public_key()};
    registration.name.text = std::string(1, seed);
    ASSERT_TRUE(run(KeyOf(seed).pid(), registration).status.ok());
  }
  const geo::Pid ann = KeyOf('a').pid(), ben = KeyOf('b').pid(), cleo = KeyOf('c').pid();
  run(ben, geo::OpenLine{.debtor = ann, .equivalent = hours, .limit = "50"});
  run(cleo, geo::OpenLine{.debtor = ben, .equivalent = hours, .limit = "80"});

  // [document]
  const geo::TxId fence = geo::TxId::Parse("fence-7").value();
  const geo::Pay wanted = {.id = fence, .payee = cleo, .equivalent = hours, .amount = "30"};
  const geo::CommandResult held = run(ann, geo::PreparePayment{.payment = wanted});
  // held.payment->transaction->state is kPrepared; until its hold->expires_at nobody else can use
  // what it holds.
  const geo::CommandResult done = run(ann, geo::CommitPayment{fence});  // or AbortPayment
  // done.payment->transaction->state is kCommitted, and stays so whoever asks again.

  // Ben's line to Ann bears 50: after 30 of them, 25 more do not fit.
  const geo::Pay second = {
      .id = geo::TxId::Parse("gate-1").value(), .payee = cleo, .equivalent = hours, .amount = "25"};
  const geo::CommandResult refused = run(ann, second);
  const geo::Refusal& why = *refused.payment->refusal;
  // why.reason is kSenderLimit, why.best_found 2000 minor units, refused.code() is
  // InsufficientCapacity: the protocol's E002.
  // [document end]

  EXPECT_EQ(held.payment->transaction->state, geo::TransactionState::kPrepared);
  EXPECT_EQ(held.payment->transaction->hold->expires_at, kNow + 60 * geo::kSecond);
  EXPECT_EQ(done.payment->transaction->state, geo::TransactionState::kCommitted);
  EXPECT_EQ(why.reason, geo::RefusalReason::kSenderLimit);
  EXPECT_EQ(why.best_found, 2000);
  EXPECT_EQ(refused.code(), geo::ErrorCode::kInsufficientCapacity);
  EXPECT_EQ(geo::ProtocolName(geo::ProtocolCodeOf(refused.code())), "E002");
}

}  // namespace
