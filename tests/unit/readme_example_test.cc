// The example of the README, compiled and run; tools/checks/documents.py compares the two.
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include "geo/crypto/keys.h"
#include "geo/hub/hub.h"
#include "geo/storage/store.h"

namespace {

// Stands for the random source of a real program.
std::string RandomBytes(std::size_t count) {
  static char next = 'a';
  return std::string(count, next++);
}

geo::SecretKey NewKey() { return geo::SecretKey::FromSeed(RandomBytes(32)).value(); }

geo::PersonalText Salted(std::string text) {
  return {geo::Salt::FromBytes(RandomBytes(16)).value(), std::move(text)};
}

TEST(Readme, ExampleDoesWhatItSays) {
  const std::filesystem::path directory =
      std::filesystem::path(testing::TempDir()) / "geo_readme_example";
  std::filesystem::remove_all(directory);
  std::filesystem::create_directory(directory);
  const std::string path = directory / "village.db";
  const geo::Timestamp now = 1'700'000'000 * geo::kSecond;

  // [document]
  // Keys come from your random source and the time from your clock: geo has neither.
  const geo::SecretKey office = NewKey(), ann = NewKey(), ben = NewKey(), cleo = NewKey();

  geo::HubOptions options;
  options.founded_at = now;
  options.genesis =
      geo::Genesis{.network = "village",
                   .hub_key = office.public_key(),
                   .operators = {{office.pid(), office.public_key(), geo::OperatorRole::kAdmin}}};
  std::unique_ptr<geo::Hub> hub = geo::Hub::Open(geo::NewSqliteStore(path), options).value();

  // Servers take signed commands; a program that is its own authority may vouch for the signer.
  auto run = [&](const geo::SecretKey& signer, geo::Command command) {
    return hub->Execute(geo::TrustedCommand(signer.pid(), std::move(command)), now).value();
  };
  const geo::EquivalentCode hours = geo::EquivalentCode::Parse("HOURS").value();
  run(office, geo::CreateEquivalent{.code = hours, .precision = 2});
  run(ann, geo::RegisterParticipant{.key = ann.public_key(), .name = Salted("Ann")});
  run(ben, geo::RegisterParticipant{.key = ben.public_key(), .name = Salted("Ben")});
  run(cleo, geo::RegisterParticipant{.key = cleo.public_key(), .name = Salted("Cleo")});

  // Ben lets Ann owe him up to 50 hours, Cleo lets Ben: so Ann can pay Cleo, whom she never met.
  run(ben, geo::OpenLine{.debtor = ann.pid(), .equivalent = hours, .limit = "50"});
  run(cleo, geo::OpenLine{.debtor = ben.pid(), .equivalent = hours, .limit = "80"});
  const geo::CommandResult paid = run(ann, geo::Pay{.id = geo::TxId::Parse("roof-1").value(),
                                                    .payee = cleo.pid(),
                                                    .equivalent = hours,
                                                    .amount = "12.50"});

  // Done and on disk when Execute returns. The same id again gives the same answer, for ever.
  if (paid.code() != geo::ErrorCode::kOk) return;  // paid.payment->refusal says why not
  const geo::Balance balance = hub->view().BalanceOf(ben.pid(), hours).value();
  // Ben only passed it on: balance.total_credit == 1250 (Ann's debt) and balance.net == 0.
  // [document end]

  EXPECT_EQ(paid.code(), geo::ErrorCode::kOk) << paid.status;
  EXPECT_EQ(balance.total_credit, 1250);
  EXPECT_EQ(balance.net, 0);
  ASSERT_TRUE(hub->Close().ok());
  std::filesystem::remove_all(directory);
}

}  // namespace
