#include "geo/adapters/graph_export.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <string_view>
#include <utility>

#include "geo/base/amount.h"
#include "geo/base/encoding.h"
#include "src/base/quote.h"
#include "src/base/status_macros.h"

namespace geo::adapters {
namespace {

constexpr std::size_t kLongestName = 64;
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

struct Node {
  ParticipantIndex index = kNoIndex;
  std::string label;
  std::string_view status;
};

struct Edge {
  ParticipantIndex owner = kNoIndex;
  ParticipantIndex debtor = kNoIndex;
  std::string limit;
  std::string used;
  std::string available;
  std::string_view status;
};

// What both formats say.
struct Picture {
  std::string name;
  std::vector<Node> nodes;
  std::vector<Edge> edges;
};

Status CheckAttribute(const NodeAttribute& attribute, std::size_t participants) {
  const std::string& name = attribute.name;
  const auto letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  const bool formed = !name.empty() && name.size() <= kLongestName && letter(name.front()) &&
                      std::all_of(name.begin(), name.end(),
                                  [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
  if (!formed || name == "label" || name == "status") {
    return MakeError(ErrorCode::kInvalidArgument,
                     "attribute " + Quote(name) +
                         " is not 1 to 64 of a-z A-Z 0-9 _ with no digit first, or is label or "
                         "status, which are there already");
  }
  if (attribute.values.size() != participants) {
    return MakeError(ErrorCode::kInvalidArgument,
                     fmt::format("attribute {} has {} values; there are {} participants", name,
                                 attribute.values.size(), participants));
  }
  for (std::size_t i = 0; i < attribute.values.size(); ++i) {
    if (std::isfinite(attribute.values[i])) continue;
    return MakeError(ErrorCode::kInvalidArgument,
                     fmt::format("attribute {} of participant {} is not finite", name, i));
  }
  return OkStatus();
}

Status Check(const Ledger& ledger, EquivalentIndex equivalent, const ExportOptions& options) {
  if (equivalent >= ledger.equivalent_count()) {
    return MakeError(ErrorCode::kInvalidArgument,
                     fmt::format("equivalent {} does not exist; there are {}", equivalent,
                                 ledger.equivalent_count()));
  }
  for (auto one = options.attributes.begin(); one != options.attributes.end(); ++one) {
    GEO_RETURN_IF_ERROR(CheckAttribute(*one, ledger.participant_count()));
    if (std::any_of(options.attributes.begin(), one,
                    [&](const NodeAttribute& other) { return other.name == one->name; })) {
      return MakeError(ErrorCode::kInvalidArgument, "attribute " + one->name + " is there twice");
    }
  }
  return OkStatus();
}

// Adds the edge owner→debtor of a pair when there is a live line or a debt.
void AddEdge(const Ledger& ledger, const Pair& pair, Direction lending, int precision,
             Picture* picture) {
  const LineIndex line = lending == Direction::kForward ? pair.line_ab : pair.line_ba;
  const bool live = line != kNoIndex && ledger.line_status(line) != LineStatus::kClosed;
  const Amount used = std::max<Amount>(-pair.owed(lending), 0);  // what the debtor owes the owner
  if (!live && used == 0) return;
  const bool active = live && ledger.line_status(line) == LineStatus::kActive;
  const Amount limit = live ? ledger.line_limit(line) : 0;
  const Amount available = active ? std::max<Amount>(limit - used, 0) : 0;
  picture->edges.push_back({pair.tail(lending), pair.head(lending), FormatAmount(limit, precision),
                            FormatAmount(used, precision), FormatAmount(available, precision),
                            live ? LineStatusName(ledger.line_status(line)) : "none"});
}

StatusOr<std::string> LabelOf(const Ledger& ledger, ParticipantIndex index,
                              const ExportOptions& options) {
  if (!options.label) return FormatPid(ledger.participant(index).pid);
  std::string label = options.label(index);
  if (IsValidUtf8(label)) return label;
  return MakeError(ErrorCode::kTextInvalid,
                   fmt::format("the label {} of participant {} is not UTF-8", Quote(label), index));
}

StatusOr<Picture> PictureOf(const Ledger& ledger, EquivalentIndex equivalent,
                            const ExportOptions& options) {
  GEO_RETURN_IF_ERROR(Check(ledger, equivalent, options));
  Picture picture;
  picture.name = std::string(ledger.equivalent(equivalent).code.text());
  const int precision = ledger.equivalent(equivalent).precision;
  std::vector<bool> linked(ledger.participant_count(), !options.leave_out_isolated);
  for (const PairIndex index : ledger.PairsIn(equivalent)) {
    const Pair& pair = ledger.pair(index);
    const std::size_t before = picture.edges.size();
    AddEdge(ledger, pair, Direction::kForward, precision, &picture);
    AddEdge(ledger, pair, Direction::kBackward, precision, &picture);
    if (picture.edges.size() > before) linked[pair.a] = linked[pair.b] = true;
    if (picture.edges.size() > options.max_edges) {
      return MakeError(ErrorCode::kTooLarge,
                       fmt::format("there are more lines than max_edges = {}", options.max_edges));
    }
  }
  for (ParticipantIndex i = 0; i < linked.size(); ++i) {
    if (!linked[i]) continue;
    GEO_ASSIGN_OR_RETURN(std::string label, LabelOf(ledger, i, options));
    picture.nodes.push_back(
        {i, std::move(label), ParticipantStatusName(ledger.participant(i).status)});
  }
  return picture;
}

// The bytes of the control character that UTF-8 text begins with, or 0. Those below U+0020 neither
// format can say; all of them, U+0080 to U+009F too, become U+FFFD.
std::size_t ControlAtFront(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  if (byte(0) < 0x20 || byte(0) == 0x7f) return 1;
  return byte(0) == 0xc2 && text.size() > 1 && byte(1) < 0xa0 ? 2 : 0;
}

// A quoted DOT string. Graphviz reads backslashes in labels as escapes, and HTML's entities too.
std::string DotText(std::string_view text) {
  std::string quoted = "\"";
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (const std::size_t control = ControlAtFront(text.substr(i)); control != 0) {
      quoted += kReplacement;
      i += control - 1;
    } else if (c == '&') {
      quoted += "&amp;";
    } else {
      if (c == '"' || c == '\\') quoted += '\\';
      quoted += c;
    }
  }
  return quoted + '"';
}

// An attribute's name in DOT. Quoted only where it is a keyword: some readers keep the quotes.
std::string DotName(const std::string& name) {
  std::string lower = name;
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  for (const char* keyword : {"node", "edge", "graph", "digraph", "subgraph", "strict"}) {
    if (lower == keyword) return DotText(name);
  }
  return name;
}

std::string XmlText(std::string_view text) {
  std::string escaped;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    // XML has no U+FFFE and U+FFFF.
    const bool none = text.substr(i, 3) == "\xEF\xBF\xBE" || text.substr(i, 3) == "\xEF\xBF\xBF";
    const std::size_t unsaid = none ? 3 : ControlAtFront(text.substr(i));
    if (unsaid != 0) {
      escaped += kReplacement;
      i += unsaid - 1;
    } else if (c == '&') {
      escaped += "&amp;";
    } else if (c == '<') {
      escaped += "&lt;";
    } else if (c == '>') {
      escaped += "&gt;";
    } else {
      escaped += c;
    }
  }
  return escaped;
}

}  // namespace

StatusOr<std::string> ExportDot(const Ledger& ledger, EquivalentIndex equivalent,
                                const ExportOptions& options) {
  GEO_ASSIGN_OR_RETURN(const Picture picture, PictureOf(ledger, equivalent, options));
  std::string text = fmt::format("digraph {} {{\n", DotText(picture.name));
  auto out = std::back_inserter(text);
  for (const Node& node : picture.nodes) {
    fmt::format_to(out, "  n{} [label={}, status={}", node.index, DotText(node.label), node.status);
    for (const NodeAttribute& attribute : options.attributes) {
      fmt::format_to(out, ", {}=\"{:.12g}\"", DotName(attribute.name),
                     attribute.values[node.index]);
    }
    text += "];\n";
  }
  for (const Edge& edge : picture.edges) {
    fmt::format_to(out, "  n{} -> n{} [limit=\"{}\", used=\"{}\", available=\"{}\", status={}];\n",
                   edge.owner, edge.debtor, edge.limit, edge.used, edge.available, edge.status);
  }
  return text + "}\n";
}

StatusOr<std::string> ExportGraphMl(const Ledger& ledger, EquivalentIndex equivalent,
                                    const ExportOptions& options) {
  GEO_ASSIGN_OR_RETURN(const Picture picture, PictureOf(ledger, equivalent, options));
  std::string text =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\">\n";
  auto out = std::back_inserter(text);
  const auto key = [&](std::string_view id, std::string_view of, std::string_view name,
                       std::string_view type) {
    fmt::format_to(out, "  <key id=\"{}\" for=\"{}\" attr.name=\"{}\" attr.type=\"{}\"/>\n", id, of,
                   name, type);
  };
  key("label", "node", "label", "string");
  key("node_status", "node", "status", "string");
  for (std::size_t i = 0; i < options.attributes.size(); ++i) {
    key(fmt::format("a{}", i), "node", options.attributes[i].name, "double");
  }
  // Exact decimals: readers that want numbers convert them.
  for (const char* name : {"limit", "used", "available"}) key(name, "edge", name, "string");
  key("edge_status", "edge", "status", "string");
  fmt::format_to(out, "  <graph id=\"{}\" edgedefault=\"directed\">\n", XmlText(picture.name));
  for (const Node& node : picture.nodes) {
    fmt::format_to(out,
                   "    <node id=\"n{}\"><data key=\"label\">{}</data>"
                   "<data key=\"node_status\">{}</data>",
                   node.index, XmlText(node.label), node.status);
    for (std::size_t i = 0; i < options.attributes.size(); ++i) {
      fmt::format_to(out, "<data key=\"a{}\">{:.12g}</data>", i,
                     options.attributes[i].values[node.index]);
    }
    text += "</node>\n";
  }
  for (const Edge& edge : picture.edges) {
    fmt::format_to(out,
                   "    <edge source=\"n{}\" target=\"n{}\"><data key=\"limit\">{}</data>"
                   "<data key=\"used\">{}</data><data key=\"available\">{}</data>"
                   "<data key=\"edge_status\">{}</data></edge>\n",
                   edge.owner, edge.debtor, edge.limit, edge.used, edge.available, edge.status);
  }
  return text + "  </graph>\n</graphml>\n";
}

}  // namespace geo::adapters
