// The example of docs/testing-kits.md about time, compiled and run.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "geo/hub/hub.h"
#include "geo/testing/simulated_clock.h"
#include "tests/support/keys.h"

namespace {

using geo::tests::KeyOf;

geo::RegisterParticipant Joining(const std::string& name) {
  geo::RegisterParticipant join;
  join.key = KeyOf(name).public_key();
  join.name = {geo::Salt(), name};
  return join;
}

TEST(TestingKits, Time) {
  const geo::SecretKey office = KeyOf("office");
  geo::HubOptions options;
  options.genesis = geo::Genesis{1,
                                 "village",
                                 office.public_key(),
                                 {{office.pid(), office.public_key(), geo::OperatorRole::kAdmin}}};
  geo::CreateEquivalent hours;
  hours.code = geo::EquivalentCode::Parse("HOUR").value();
  geo::OpenLine trust;
  trust.debtor = KeyOf("ann").pid();
  trust.equivalent = hours.code;
  trust.limit = geo::Amount{50};
  geo::PreparePayment prepare;
  prepare.payment.id = geo::TxId::Parse("p-1").value();
  prepare.payment.payee = KeyOf("ben").pid();
  prepare.payment.equivalent = hours.code;
  prepare.payment.amount = geo::Amount{20};

  // [document]
  geo::testing::SimulatedClock clock(1'700'000'000 * geo::kSecond, geo::kSecond);
  options.founded_at = clock.Next();
  auto hub = geo::Hub::Open(geo::NewMemoryStore(), options).value();
  const auto run = [&](const geo::SecretKey& who, geo::Command command) {
    return hub->Execute(geo::TrustedCommand(who.pid(), std::move(command)), clock.Next())->code();
  };
  ASSERT_EQ(run(office, hours), geo::ErrorCode::kOk);
  ASSERT_EQ(run(KeyOf("ann"), Joining("ann")), geo::ErrorCode::kOk);
  ASSERT_EQ(run(KeyOf("ben"), Joining("ben")), geo::ErrorCode::kOk);
  ASSERT_EQ(run(KeyOf("ben"), trust), geo::ErrorCode::kOk);
  ASSERT_EQ(run(KeyOf("ann"), prepare), geo::ErrorCode::kOk);

  // A minute later the promise has lapsed.
  clock.Advance(61 * geo::kSecond);
  EXPECT_EQ(run(KeyOf("ann"), geo::CommitPayment{prepare.payment.id}),
            geo::ErrorCode::kReservationExpired);
  // [document end]
}

}  // namespace
