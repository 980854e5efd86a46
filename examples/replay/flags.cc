#include "replay/flags.h"

#include <CLI/CLI.hpp>
#include <cstdint>
#include <map>
#include <optional>

#include "shared/whole_number.h"

namespace geo::replay {
namespace {

constexpr std::uint64_t kGeneratedPayments = 10'000;
constexpr std::size_t kLargestGroup = 1'000'000;

constexpr char kAbout[] =
    "Plays payments over a credit network, through the whole library: command, route, ledger,\n"
    "journal, store. The network is a data set or a made-up one. Equal flags give equal payments,\n"
    "equal answers and equal journals; only the measured times differ.";

// What the command line says, before it makes sense.
struct Given {
  std::optional<std::uint32_t> max_hops;
  std::optional<std::uint32_t> max_paths;
  std::string pairs = "random";
  std::string amounts = "S";
  std::string state = "keep";
  std::string store = "memory";
};

void AddDataFlags(CLI::App& app, Flags& flags, Given& given) {
  auto* data = app.add_option(
      "--data", flags.data, "Folder with trustlines, payments and perhaps debts (docs/replay.md)");
  data->option_text("DIR");
  auto* generate = app.add_option("--generate", flags.shape,
                                  "Or a made-up network: power law with triads, or communities");
  generate->option_text("hk|comm")->check(CLI::IsMember({"hk", "comm"}))->excludes(data);
  auto* participants = app.add_option("--participants", flags.network.participants, "of that size");
  participants->option_text("N")->check(CLI::Range(2u, testing::kMaxGeneratedParticipants));
  participants->needs(generate);
  generate->needs(participants);
  const auto add = [&](const char* name, auto& value, const char* text, const char* about) {
    return app.add_option(name, value, about)->option_text(text)->needs(generate);
  };
  add("--seed", flags.network.seed, "S", "Another seed makes up another network (1)")
      ->check(examples::CheckWholeNumber);
  add("--pairs", given.pairs, "random|degree|local", "Who pays whom in it (random)")
      ->check(CLI::IsMember({"random", "degree", "local"}));
  add("--amounts", given.amounts, "S|M|L", "Median payment 20, 100 or 400 (S)")
      ->check(CLI::IsMember({"S", "M", "L"}));
}

void AddPaymentFlags(CLI::App& app, Flags& flags, Given& given) {
  const auto add = [&](const char* name, auto& value, const char* text, const char* about) {
    return app.add_option(name, value, about)->option_text(text);
  };
  add("--payments", flags.settings.payments, "N", "Stop after N (all; 10,000 made-up ones)")
      ->check(examples::CheckWholeNumber);
  add("--reading", flags.reading, "real|sim",
      "As given, or with from and to of every payment swapped (real)")
      ->check(CLI::IsMember({"real", "sim"}));
  add("--router", flags.router, "exact|limited|single",
      "Maximum flow without limits, within limits, or one path (limited)")
      ->check(CLI::IsMember({"exact", "limited", "single"}));
  add("--max-hops", given.max_hops, "N", "Longest route, for limited and single (8)")
      ->check(CLI::Range(1, 32));
  add("--max-paths", given.max_paths, "N", "Most routes of a payment, for limited (8)")
      ->check(CLI::Range(1, 64));
  add("--state", given.state, "keep|reset",
      "Make the payments, or only ask, so that each finds the state of the start (keep)")
      ->check(CLI::IsMember({"keep", "reset"}));
}

void AddStoreFlags(CLI::App& app, Flags& flags, Given& given) {
  app.add_option("--store", given.store, "In memory, or in a new SQLite database (memory)")
      ->option_text("memory|PATH");
  app.add_flag("--overwrite", flags.overwrite, "Replace a database that is there already");
  app.add_option("--durability", flags.durability, "What a flush to a database promises (durable)")
      ->option_text("memory|ordered|durable")
      ->check(CLI::IsMember({"memory", "ordered", "durable"}));
  app.add_option("--group", flags.settings.group, "Payments per flush (1000)")
      ->option_text("N")
      ->check(CLI::Range(std::size_t{1}, kLargestGroup));
  app.add_flag("--json", flags.json, "Print one JSON object instead of the summary");
  app.add_flag("--digest,!--no-digest", flags.settings.digest,
               "Hash the state at the end, and as opened again (default with --json)");
}

// Errors are for the reader of the terminal.
void Interpret(Flags& flags, const Given& given) {
  Settings& settings = flags.settings;
  if (flags.data.empty() == flags.shape.empty()) {
    throw CLI::ValidationError("one of --data DIR and --generate hk|comm is needed");
  }
  if (flags.router == "exact" && (given.max_hops || given.max_paths)) {
    throw CLI::ValidationError("--router exact knows no limits: leave --max-hops and --max-paths");
  }
  if (flags.router == "single" && given.max_paths) {
    throw CLI::ValidationError("--router single takes one path: leave --max-paths");
  }
  if (given.store.empty()) {
    throw CLI::ValidationError("--store should be the word memory or a path");
  }
  if (flags.router != "exact") {
    settings.max_hops = given.max_hops.value_or(RouteConstraints().max_hops);
    settings.max_paths =
        flags.router == "single" ? 1 : given.max_paths.value_or(RouteConstraints().max_paths);
  }
  settings.swap_ends = flags.reading == "sim";
  settings.keep_state = given.state == "keep";
  if (given.store == "memory") {
    flags.durability = "memory";  // there is nothing more durable about it
  } else {
    settings.store = given.store;
  }
  settings.durability = flags.durability == "memory"    ? Durability::kMemory
                        : flags.durability == "ordered" ? Durability::kOrdered
                                                        : Durability::kDurable;
  if (flags.data.empty() && !settings.payments) settings.payments = kGeneratedPayments;
  flags.network.shape = flags.shape == "comm" ? testing::NetworkShape::kCommunities
                                              : testing::NetworkShape::kHolmeKim;
  flags.trace.seed = flags.network.seed;
  flags.trace.pairs = given.pairs == "degree"  ? testing::PaymentPairs::kDegreeWeighted
                      : given.pairs == "local" ? testing::PaymentPairs::kLocal
                                               : testing::PaymentPairs::kRandom;
  flags.trace.median = given.amounts == "M"   ? testing::kMediumPayment
                       : given.amounts == "L" ? testing::kLargePayment
                                              : testing::kSmallPayment;
}

}  // namespace

std::variant<Flags, int> ReadFlags(int argc, const char* const* argv) {
  Flags flags;
  flags.reading = "real";
  flags.router = "limited";
  flags.durability = "durable";
  Given given;
  CLI::App app(kAbout, "replay");
  AddDataFlags(app, flags, given);
  AddPaymentFlags(app, flags, given);
  AddStoreFlags(app, flags, given);
  try {
    app.parse(argc, argv);
    Interpret(flags, given);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  if (flags.json && app.count("--digest") == 0) flags.settings.digest = true;
  return flags;
}

}  // namespace geo::replay
