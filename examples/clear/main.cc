// clear: what clearing takes off the debts of a network, way by way. See clear --help.
//
// Exit status: 0; 1 when something failed; 2 for wrong flags.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "clear/clearing.h"
#include "clear/picture.h"
#include "shared/data.h"
#include "shared/files.h"
#include "shared/made_up.h"

namespace geo::clear {
namespace {

constexpr char kAbout[] =
    "Takes debts that run in circles off everybody: in both directions, in short cycles, and as "
    "much as can be taken off at all, side by side. Changes nobody's net position. Writes what "
    "remains and a picture of before and after.";

constexpr std::size_t kMostDrawn = 1'000;

struct Flags {
  std::string debts;
  examples::MadeUp made_up;
  std::vector<std::uint32_t> lengths = {3, 4, 6};
  std::uint32_t growth = 0;  // per cent
  std::uint32_t carry = 0;   // cycles up to; 0: the optimum
  std::string remaining;
  std::string picture;
  std::size_t drawn = 80;
  bool overwrite = false;
  bool json = false;
};

void AddFlags(CLI::App& app, Flags& flags) {
  auto* debts = app.add_option("--debts", flags.debts,
                               "File of debts, .csv or .csv.gz: debtor,creditor,amount");
  debts->option_text("FILE");
  examples::AddMadeUpFlags(app, "Or made-up ones: power law with triads, or communities", debts,
                           flags.made_up);
  app.add_option("--lengths", flags.lengths, "Cycles of up to so many (3,4,6)")
      ->option_text("K,…")
      ->delimiter(',')
      ->check(CLI::Range(kShortestCycle, kLongestPeriodicCycle));
  app.add_option("--growth", flags.growth,
                 "Debts may grow by so many per cent where that clears more elsewhere (0)")
      ->option_text("PERCENT")
      ->check(CLI::Range(0u, 1'000u));
  app.add_option("--carry", flags.carry,
                 "Carry out cycles of up to so many; without it, the optimum")
      ->option_text("K")
      ->check(CLI::Range(kShortestCycle, kLongestPeriodicCycle));
  app.add_option("--remaining", flags.remaining, "Write the debts that remain as CSV")
      ->option_text("FILE");
  app.add_option("--picture", flags.picture, "Draw before and after: .svg, or .html with the table")
      ->option_text("FILE")
      ->check([](const std::string& path) {
        return path.ends_with(".svg") || path.ends_with(".html")
                   ? std::string()
                   : std::string("the name ends in .svg or .html");
      });
  app.add_option("--drawn", flags.drawn, "At most so many participants in the picture (80)")
      ->option_text("N")
      ->check(CLI::Range(std::size_t{2}, kMostDrawn));
  app.add_flag("--overwrite", flags.overwrite, "Replace files that are there already");
  app.add_flag("--json", flags.json, "Print one JSON object instead of the table");
}

// `amount` and `percent` of it; what does not fit counts as the most that does.
Amount Plus(Amount amount, std::uint32_t percent) {
  return SaturateCapacity(AmountSum{amount} + AmountSum{amount} * percent / 100);
}

// Debts, and for each a line that covers it; the made-up ones keep their lines.
StatusOr<examples::Network> Read(const Flags& flags) {
  if (flags.debts.empty()) {
    auto network = examples::GenerateNetwork(flags.made_up.network);
    if (!network.ok()) return network.status();
    for (examples::Line& line : network->lines) line.allow_growth = flags.growth > 0;
    return network;
  }
  auto debts = examples::ReadDebts(flags.debts);
  if (!debts.ok()) return debts.status();
  std::erase_if(*debts, [](const examples::Debt& debt) { return debt.amount == 0; });
  examples::Network network;
  network.precision = 6;
  network.debts = *std::move(debts);
  std::sort(network.debts.begin(), network.debts.end(), [](const auto& x, const auto& y) {
    return std::pair(x.debtor, x.creditor) < std::pair(y.debtor, y.creditor);
  });
  for (const examples::Debt& debt : network.debts) {
    const Amount limit = Plus(debt.amount, flags.growth);
    if (!network.lines.empty() && network.lines.back().owner == debt.creditor &&
        network.lines.back().debtor == debt.debtor) {
      examples::Line& line = network.lines.back();
      line.limit = SaturateCapacity(AmountSum{line.limit} + limit);
      continue;
    }
    network.lines.push_back({debt.creditor, debt.debtor, limit, flags.growth > 0});
  }
  network.accounts = examples::AccountsOf(network);
  if (!network.debts.empty()) return network;
  return MakeError(ErrorCode::kInvalidArgument, flags.debts + ": there are no debts");
}

std::string NameOf(std::uint32_t max_length) {
  if (max_length == 0) return "optimum";
  return max_length == 2 ? "both directions" : fmt::format("cycles up to {}", max_length);
}

double Share(AmountSum part, AmountSum whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

// Fields set apart by tabs.
std::string Rows(const Comparison& comparison) {
  std::string rows = "way\tcleared\t% of debt\t% of optimum\tthen at most\tcycles\tseconds";
  for (const Way& way : comparison.ways) {
    const bool has_time = way.max_length != 2;
    rows += fmt::format("\n{}\t{}\t{:.4f}\t{:.2f}\t{:.2f} %\t{}\t{}", NameOf(way.max_length),
                        FormatSum(way.cleared, comparison.precision),
                        100 * Share(way.cleared, comparison.total),
                        100 * Share(way.cleared, comparison.upper_bound),
                        100 * Share(way.reachable, comparison.upper_bound),
                        way.cycles == 0 ? "" : std::to_string(way.cycles),
                        has_time ? fmt::format("{:.3f}", way.seconds) : "");
  }
  return rows;
}

std::string AsTable(const Comparison& comparison) {
  std::string text =
      fmt::format("{} debts among {} participants, together {}\n\n", comparison.debts,
                  comparison.participants, FormatSum(comparison.total, comparison.precision));
  constexpr int kWidths[] = {18, 24, 12, 14, 14, 10, 10};
  std::size_t column = 0;
  std::string field;
  for (const char c : Rows(comparison) + "\n") {
    if (c != '\t' && c != '\n') {
      field += c;
      continue;
    }
    text += column == 0 ? fmt::format("{:<{}}", field, kWidths[0])
                        : fmt::format("{:>{}}", field, kWidths[column]);
    field.clear();
    column = c == '\n' ? 0 : column + 1;
    if (c == '\n') text += '\n';
  }
  return text + "\n\"then at most\": what is within reach when the optimum is cleared after it.\n";
}

// A number, or text where JSON readers would round it.
nlohmann::ordered_json Units(AmountSum units) {
  constexpr AmountSum kMost = std::numeric_limits<std::int64_t>::max();
  if (units > kMost) return FormatSum(units, 0);
  return static_cast<std::int64_t>(units);
}

std::string AsJson(const Comparison& comparison, std::uint32_t carried, AmountSum remaining) {
  nlohmann::ordered_json ways = nlohmann::ordered_json::array();
  for (const Way& way : comparison.ways) {
    ways.push_back({{"way", NameOf(way.max_length)},
                    {"cleared_minor_units", Units(way.cleared)},
                    {"share_of_debt", Share(way.cleared, comparison.total)},
                    {"share_of_optimum", Share(way.cleared, comparison.upper_bound)},
                    {"reachable_minor_units", Units(way.reachable)},
                    {"cycles", way.cycles},
                    {"seconds", way.seconds}});
  }
  const nlohmann::ordered_json all = {{"participants", comparison.participants},
                                      {"debts", comparison.debts},
                                      {"precision", comparison.precision},
                                      {"debt_minor_units", Units(comparison.total)},
                                      {"upper_bound_minor_units", Units(comparison.upper_bound)},
                                      {"ways", std::move(ways)},
                                      {"carried_out", NameOf(carried)},
                                      {"remaining_minor_units", Units(remaining)}};
  return all.dump(2) + "\n";
}

Status WriteFiles(const Flags& flags, const World& world, const Comparison& comparison,
                  const std::vector<examples::Debt>& after) {
  if (!flags.remaining.empty()) {
    std::string text = "debtor,creditor,amount\n";
    for (const examples::Debt& debt : after) {
      text += fmt::format("{},{},{}\n", debt.debtor, debt.creditor,
                          FormatAmount(debt.amount, world.precision));
    }
    const Status status = examples::WriteTextFile(flags.remaining, text, flags.overwrite);
    if (!status.ok()) return status;
  }
  if (flags.picture.empty()) return OkStatus();
  PictureOptions options;
  const std::string name = flags.debts.empty()
                               ? flags.made_up.name()
                               : std::filesystem::path(flags.debts).filename().string();
  options.title = name + ": " + NameOf(flags.carry);
  AmountSum left = 0;
  for (const examples::Debt& debt : after) left += debt.amount;
  options.subtitle = fmt::format("{} owed before, {} after; shown: whose debts change most",
                                 FormatSum(comparison.total, comparison.precision),
                                 FormatSum(left, comparison.precision));
  options.precision = world.precision;
  options.most = flags.drawn;
  const std::string svg = Draw(world.given, after, options);
  const bool page = flags.picture.ends_with(".html");
  return examples::WriteTextFile(
      flags.picture, page ? Page(svg, options.title, Rows(comparison)) : svg, flags.overwrite);
}

Status Run(const Flags& flags) {
  auto network = Read(flags);
  if (!network.ok()) return network.status();
  auto world = Load(*std::move(network));
  if (!world.ok()) return world.status();
  const bool growth = flags.growth > 0;
  const auto comparison = Compare(*world, flags.lengths, growth);
  if (!comparison.ok()) return comparison.status();
  const auto after = Carry(*world, flags.carry, growth);
  if (!after.ok()) return after.status();
  const Status status = WriteFiles(flags, *world, *comparison, *after);
  if (!status.ok()) return status;
  AmountSum remaining = 0;
  for (const examples::Debt& debt : *after) remaining += debt.amount;
  return examples::WriteAnswer(flags.json ? AsJson(*comparison, flags.carry, remaining)
                                          : AsTable(*comparison));
}

int Main(int argc, const char* const* argv) {
  Flags flags;
  CLI::App app(kAbout, "clear");
  AddFlags(app, flags);
  try {
    app.parse(argc, argv);
    if (flags.debts.empty() == flags.made_up.shape.empty()) {
      throw CLI::ValidationError("one of --debts FILE and --generate hk|comm is needed");
    }
    if (examples::AnyTwice({flags.picture, flags.remaining})) {
      throw CLI::ValidationError("--picture and --remaining need files of their own");
    }
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  const Status status = Run(flags);
  if (status.ok()) return 0;
  const auto message = status.message();
  fmt::print(stderr, "clear: {}: {}\n", ErrorName(ErrorCodeOf(status)),
             std::string_view(message.data(), message.size()));
  return 1;
}

}  // namespace
}  // namespace geo::clear

int main(int argc, char** argv) { return geo::clear::Main(argc, argv); }
