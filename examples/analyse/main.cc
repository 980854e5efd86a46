// analyse: what the shape of a credit network says, as a table, a picture, and files for other
// tools. See analyse --help.
//
// Exit status: 0; 1 when something failed; 2 for wrong flags.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "analyse/analysis.h"
#include "analyse/picture.h"
#include "geo/adapters/graph_export.h"
#include "geo/hub/hub.h"
#include "geo/routing/capacity_graph.h"
#include "shared/data.h"
#include "shared/files.h"
#include "shared/founding.h"
#include "shared/made_up.h"

namespace geo::analyse {
namespace {

constexpr char kAbout[] =
    "Components, degrees and centrality of a credit network, from a data set or made up; a table, "
    "a picture, and files for Graphviz, Gephi and others. Equal flags give equal output.";

constexpr EquivalentIndex kUnit = 0;  // the only one
constexpr std::size_t kMostDrawn = 2'000;

struct Flags {
  std::string data;
  examples::MadeUp made_up;
  std::size_t samples = 200;
  std::size_t top = 10;
  std::string svg;
  std::string dot;
  std::string graphml;
  std::size_t drawn = 250;
  bool overwrite = false;
  bool json = false;
};

void AddFlags(CLI::App& app, Flags& flags) {
  auto* data = app.add_option("--data", flags.data,
                              "Folder with trustlines and perhaps debts (docs/replay.md)");
  data->option_text("DIR");
  examples::AddMadeUpFlags(app, "Or a made-up network: power law with triads, or communities", data,
                           flags.made_up);
  app.add_option("--samples", flags.samples,
                 "Betweenness of ways from so many participants (200; all if there are fewer)")
      ->option_text("N")
      ->check(CLI::Range(std::size_t{1}, std::size_t{100'000}));
  app.add_option("--top", flags.top, "How many of the most central to show (10)")
      ->option_text("N")
      ->check(CLI::Range(std::size_t{0}, std::size_t{1'000}));
  app.add_option("--svg", flags.svg, "Draw the network, or the surroundings of the most central")
      ->option_text("FILE");
  app.add_option("--drawn", flags.drawn, "At most so many participants in the picture (250)")
      ->option_text("N")
      ->check(CLI::Range(std::size_t{1}, kMostDrawn));
  app.add_option("--dot", flags.dot, "Write it for Graphviz")->option_text("FILE");
  app.add_option("--graphml", flags.graphml, "Write it for Gephi, yEd, NetworkX")
      ->option_text("FILE");
  app.add_flag("--overwrite", flags.overwrite, "Replace files that are there already");
  app.add_flag("--json", flags.json, "Print one JSON object instead of the table");
}

// A network in a hub, and what follows from it.
struct World {
  std::vector<examples::Account> accounts;  // by participant
  int precision = 0;
  std::unique_ptr<Hub> hub;
  graph::ResidualGraph graph;
  Analysis analysis;

  const Ledger& ledger() const { return hub->view().ledger(); }
  std::string Label(ParticipantIndex participant) const {
    return std::to_string(accounts[participant]);
  }
};

StatusOr<World> Load(const Flags& flags) {
  auto network = flags.data.empty() ? examples::GenerateNetwork(flags.made_up.network)
                                    : examples::ReadNetwork(flags.data);
  if (!network.ok()) return network.status();
  if (network->accounts.empty()) {
    return MakeError(ErrorCode::kInvalidArgument, flags.data + ": there are no lines or debts");
  }
  HubOptions options = examples::FoundingOptions();
  options.durability = Durability::kMemory;
  options.read_model_rows = 0;
  auto hub = Hub::Open(NewMemoryStore(), options);
  if (!hub.ok()) return hub.status();
  World world;
  world.hub = *std::move(hub);
  world.precision = network->precision;
  auto founded = examples::Found(*world.hub, *network);
  if (!founded.ok()) return founded.status();
  world.accounts = std::move(network->accounts);  // participants come in their order
  auto graph = CapacityGraph(world.ledger(), kUnit, examples::kStart / (24 * 3600 * kSecond));
  if (!graph.ok()) return graph.status();
  world.graph = *std::move(graph);
  world.analysis = Analyse(world.ledger(), kUnit, world.graph, flags.samples);
  return world;
}

Status WriteFiles(const Flags& flags, const World& world) {
  adapters::ExportOptions options;
  options.label = [&](ParticipantIndex i) { return world.Label(i); };
  options.max_edges = std::size_t{100} << 20;
  const Analysis& analysis = world.analysis;
  options.attributes = {{"degree", {analysis.degree.begin(), analysis.degree.end()}},
                        {"betweenness", analysis.betweenness},
                        {"component", {analysis.lines.of.begin(), analysis.lines.of.end()}}};
  const auto write = [&](const std::string& path, const auto& make) {
    if (path.empty()) return OkStatus();
    const StatusOr<std::string> text = make();
    return text.ok() ? examples::WriteTextFile(path, *text, flags.overwrite) : text.status();
  };
  const Ledger& ledger = world.ledger();
  Status status = write(flags.dot, [&] { return adapters::ExportDot(ledger, kUnit, options); });
  if (!status.ok()) return status;
  status = write(flags.graphml, [&] { return adapters::ExportGraphMl(ledger, kUnit, options); });
  if (!status.ok() || flags.svg.empty()) return status;
  PictureOptions picture;
  const bool part = world.accounts.size() > flags.drawn;
  const std::string name = flags.data.empty()
                               ? flags.made_up.name()
                               : std::filesystem::path(flags.data).filename().string();
  picture.title = part ? name + ", around " + world.Label(MostCentral(analysis, 1).front()) : name;
  picture.most = flags.drawn;
  picture.label = options.label;
  return examples::WriteTextFile(flags.svg, Draw(ledger, kUnit, world.graph, analysis, picture),
                                 flags.overwrite);
}

double Percent(std::size_t part, std::size_t whole) {
  return whole == 0 ? 0 : 100 * static_cast<double>(part) / static_cast<double>(whole);
}

std::string WithSeparators(std::size_t number) {
  std::string text = std::to_string(number);
  for (std::size_t i = text.size(); i > 3; i -= 3) text.insert(i - 3, ",");
  return text;
}

std::string AsTable(const Flags& flags, const World& world) {
  const Analysis& analysis = world.analysis;
  const std::size_t people = world.accounts.size();
  std::vector<std::uint32_t> degrees = analysis.degree;
  std::sort(degrees.begin(), degrees.end());
  std::string text;
  const auto line = [&](std::string_view name, const std::string& value) {
    text += fmt::format("{:<28}{}\n", name, value);
  };
  line("participants", WithSeparators(people));
  line("lines", WithSeparators(world.ledger().line_count()));
  line("debts", fmt::format("{}, together {}", WithSeparators(analysis.debts),
                            FormatSum(analysis.total_debt, world.precision)));
  line("connected by lines", fmt::format("{} groups, the largest {:.1f} %", analysis.lines.count,
                                         Percent(analysis.lines.largest, people)));
  line("able to pay each other",
       fmt::format("{} groups, the largest {:.1f} %", WithSeparators(analysis.payments.count),
                   Percent(analysis.payments.largest, people)));
  line("neighbours", fmt::format("median {}, at most {}", degrees[people / 2], degrees.back()));
  line("betweenness from", fmt::format("{} participants\n", WithSeparators(analysis.sources)));
  const auto central = MostCentral(analysis, flags.top);
  if (central.empty()) return text;
  text += fmt::format("{:<14}{:>12}{:>12}{:>24}\n", "most central", "neighbours", "between %",
                      "net position");
  for (const ParticipantIndex i : central) {
    text += fmt::format("{:<14}{:>12}{:>12.2f}{:>24}\n", world.Label(i), analysis.degree[i],
                        100 * analysis.betweenness[i], FormatSum(analysis.net[i], world.precision));
  }
  return text;
}

std::string AsJson(const Flags& flags, const World& world) {
  const Analysis& analysis = world.analysis;
  nlohmann::ordered_json central = nlohmann::ordered_json::array();
  for (const ParticipantIndex i : MostCentral(analysis, flags.top)) {
    central.push_back({{"account", world.accounts[i]},
                       {"neighbours", analysis.degree[i]},
                       {"betweenness", analysis.betweenness[i]},
                       {"net", FormatSum(analysis.net[i], world.precision)}});
  }
  const auto components = [](const Components& found) {
    return nlohmann::ordered_json{{"count", found.count}, {"largest", found.largest}};
  };
  const nlohmann::ordered_json all = {
      {"participants", world.accounts.size()},
      {"lines", world.ledger().line_count()},
      {"debts", analysis.debts},
      {"total_debt", FormatSum(analysis.total_debt, world.precision)},
      {"connected_by_lines", components(analysis.lines)},
      {"able_to_pay_each_other", components(analysis.payments)},
      {"betweenness_sources", analysis.sources},
      {"most_central", std::move(central)}};
  return all.dump(2) + "\n";
}

int Main(int argc, const char* const* argv) {
  Flags flags;
  CLI::App app(kAbout, "analyse");
  AddFlags(app, flags);
  try {
    app.parse(argc, argv);
    if (flags.data.empty() == flags.made_up.shape.empty()) {
      throw CLI::ValidationError("one of --data DIR and --generate hk|comm is needed");
    }
    if (examples::AnyTwice({flags.svg, flags.dot, flags.graphml})) {
      throw CLI::ValidationError("--svg, --dot and --graphml need files of their own");
    }
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  const StatusOr<World> world = Load(flags);
  Status status = world.ok() ? WriteFiles(flags, *world) : world.status();
  if (status.ok()) {
    status = examples::WriteAnswer(flags.json ? AsJson(flags, *world) : AsTable(flags, *world));
  }
  if (status.ok()) return 0;
  const auto message = status.message();
  fmt::print(stderr, "analyse: {}: {}\n", ErrorName(ErrorCodeOf(status)),
             std::string_view(message.data(), message.size()));
  return 1;
}

}  // namespace
}  // namespace geo::analyse

int main(int argc, char** argv) { return geo::analyse::Main(argc, argv); }
