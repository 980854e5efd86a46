// geo on one page: five neighbours open lines of trust, Anna pays Emma over two routes at once, and
// the hub, closed and opened again, still knows who owes what.
#include <fmt/format.h>
#include <stdlib.h>  // NOLINT(modernize-deprecated-headers): POSIX's mkdtemp is there

#include <filesystem>
#include <random>

#include "geo/hub/hub.h"

// geo reads no clock; the time is an argument. This is noon, 1 May 2026.
constexpr geo::Timestamp kNow = 1'777'636'800 * geo::kSecond;

// The value, or the end of the program and the reason why.
template <typename T>
T Get(geo::StatusOr<T> result) {
  if (result.ok()) return *std::move(result);
  fmt::print(stderr, "{}\n", result.status().ToString());
  std::exit(1);
}

// geo draws no random numbers; keys and salts are made from the caller's.
std::string Random(std::size_t size) {
  std::random_device device;
  std::string bytes(size, 0);
  for (char& byte : bytes) byte = static_cast<char>(device());
  return bytes;
}

struct Person {
  std::string name;
  geo::SecretKey key = Get(geo::SecretKey::FromSeed(Random(32)));
};

int Fail(const char* why) {
  fmt::print(stderr, "quickstart: {}\n", why);
  return 1;
}

int main(int argc, char** argv) {
  if (argc > 1) {
    const bool help = argv[1] == std::string("--help");
    if (!help) fmt::print(stderr, "quickstart: \"{}\" is not known\n", argv[1]);
    fmt::print(help ? stdout : stderr, "usage: quickstart (without arguments)\n");
    return help ? 0 : 2;
  }
  char folder[] = "/tmp/geo-quickstart-XXXXXX";
  if (mkdtemp(folder) == nullptr) return 1;
  const std::string path = std::string(folder) + "/village.db";

  // A network begins with its name and with somebody who runs it.
  const Person mayor = {"Mayor"};
  geo::HubOptions options;
  options.genesis = geo::Genesis{.network = "village", .hub_key = mayor.key.public_key()};
  options.genesis->operators = {
      {mayor.key.pid(), mayor.key.public_key(), geo::OperatorRole::kAdmin}};
  auto hub = Get(geo::Hub::Open(geo::NewSqliteStore(path), options));

  // Whoever wants something signs it. The answer comes when it is safe on disk.
  std::uint64_t sequence = 0;
  const auto run = [&](const Person& who, const geo::Command& command) {
    const geo::Validity validity = {kNow, kNow + geo::kMinute};
    const auto order = Get(geo::SignCommand(who.key, "village", command, ++sequence, validity));
    const auto result = Get(hub->Execute(Get(geo::VerifyCommand(order, "village")), kNow));
    if (result.code() == geo::ErrorCode::kOk) return result;
    fmt::print(stderr, "{}: {}\n", who.name, geo::ErrorName(result.code()));
    std::exit(1);
  };
  const auto eur = Get(geo::EquivalentCode::Parse("EUR"));
  run(mayor, geo::CreateEquivalent{.code = eur, .kind = geo::EquivalentKind::kFiat});
  const Person people[] = {{"Anna"}, {"Boris"}, {"Clara"}, {"David"}, {"Emma"}};
  for (const Person& who : people) {
    const geo::PersonalText name = {Get(geo::Salt::FromBytes(Random(16))), who.name};
    run(who, geo::RegisterParticipant{.key = who.key.public_key(), .name = name});
  }

  // "You may owe me up to …" is all that anybody puts in.
  const auto trust = [&](const Person& owner, const Person& debtor, const std::string& limit) {
    run(owner, geo::OpenLine{.debtor = debtor.key.pid(), .equivalent = eur, .limit = limit});
    fmt::print("{} lets {} owe up to {} EUR\n", owner.name, debtor.name, limit);
  };
  const auto& [anna, boris, clara, david, emma] = people;
  trust(boris, anna, "50.00");
  trust(clara, anna, "40.00");
  trust(david, boris, "60.00");
  trust(david, clara, "60.00");
  trust(emma, david, "100.00");

  // Neither Boris nor Clara trusts Anna with 70.00. Together they do.
  const auto id = Get(geo::TxId::Parse("bicycle"));
  const auto paid = run(anna, geo::Pay{id, emma.key.pid(), eur, "70.00"});
  fmt::print("\nAnna pays Emma 70.00 EUR:\n");
  for (const geo::Route& route : paid.payment->transaction->routes) {
    fmt::print("{:>8}", geo::FormatAmount(route.amount, 2));
    for (auto index : route.participants) fmt::print("  {}", people[index].name);
    fmt::print("\n");
  }

  if (!hub->Close().ok()) return 1;
  hub = Get(geo::Hub::Open(geo::NewSqliteStore(path), {}));
  fmt::print("\nClosed, and opened again:\n{:>14}{:>10}{:>12}\n", "owes", "is owed", "can spend");
  for (const Person& who : people) {
    const auto balance = Get(hub->view().BalanceOf(who.key.pid(), eur));
    fmt::print("{:<6}{:>8}{:>10}{:>12}\n", who.name, geo::FormatSum(balance.total_debt, 2),
               geo::FormatSum(balance.total_credit, 2),
               geo::FormatSum(balance.available_to_spend, 2));
  }
  const bool closed = hub->Close().ok();
  std::filesystem::remove_all(folder);
  if (std::fflush(stdout) != 0) return Fail("standard output: cannot be written");
  return closed ? 0 : 1;
}
