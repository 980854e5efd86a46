#include <gtest/gtest.h>

#include "geo/adapters/graph_export.h"

// The parser that is all headers.
#define BOOST_GRAPH_USE_SPIRIT_PARSER
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/graphviz.hpp>
#include <boost/property_tree/ptree.hpp>
#include <boost/property_tree/xml_parser.hpp>
#include <limits>
#include <map>
#include <sstream>
#include <string>
#include <tuple>
#include <vector>

#include "tests/support/routing_world.h"

namespace geo::adapters {
namespace {

using tests::RoutingWorld;

// owner, debtor, limit, used, available, status
using Line =
    std::tuple<std::string, std::string, std::string, std::string, std::string, std::string>;

// What a reader of either format sees.
struct Seen {
  std::map<std::string, std::map<std::string, std::string>> nodes;
  std::vector<Line> lines;
};

// Ann (0) lets Ben (1) owe her 10.50, of which 4.00 are used; Ben lets Cleo (2) owe him 7, frozen;
// Cleo owes Ann 2 without a line. Dan (3) has nothing.
class GraphExportTest : public ::testing::Test {
 protected:
  GraphExportTest() : world(4) {
    world.Open(0, 1, 10'50);
    world.Owe(1, 0, 4'00);
    world.Freeze(world.Open(1, 2, 7'00));
    world.Open(0, 2, 2'00);
    world.Owe(2, 0, 2'00);
    world.SetStatus(2, ParticipantStatus::kSuspended);
    options.label = [](ParticipantIndex i) { return std::vector{"Ann", "Ben", "Cleo", "Dan"}[i]; };
  }

  RoutingWorld world;
  ExportOptions options;
};

Seen ReadGraphMl(const std::string& text) {
  namespace pt = boost::property_tree;
  std::istringstream stream(text);
  pt::ptree tree;
  pt::read_xml(stream, tree);
  std::map<std::string, std::string> names;
  for (const auto& [tag, child] : tree.get_child("graphml")) {
    if (tag == "key") {
      names[child.get<std::string>("<xmlattr>.id")] =
          child.get<std::string>("<xmlattr>.attr.name", "");
    }
  }
  const auto data = [](const pt::ptree& element) {
    std::map<std::string, std::string> values;
    for (const auto& [tag, child] : element) {
      if (tag == "data") values[child.get<std::string>("<xmlattr>.key")] = child.data();
    }
    return values;
  };
  Seen seen;
  for (const auto& [tag, child] : tree.get_child("graphml.graph")) {
    if (tag == "node") seen.nodes[child.get<std::string>("<xmlattr>.id")] = data(child);
    if (tag != "edge") continue;
    auto values = data(child);
    seen.lines.emplace_back(child.get<std::string>("<xmlattr>.source"),
                            child.get<std::string>("<xmlattr>.target"), values["limit"],
                            values["used"], values["available"], values["edge_status"]);
  }
  return seen;
}

struct DotNode {
  std::string id, label, status, degree;
};
struct DotEdge {
  std::string limit, used, available, status;
};

// This parser leaves the two escapes of DOT strings and the one entity as they are. A `&` that
// begins another is none of ours, and stays away.
std::string Unescaped(const std::string& text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) ++i;
    if (text[i] == '&') {
      if (text.compare(i, 5, "&amp;") != 0) continue;
      plain += '&';
      i += 4;
      continue;
    }
    plain += text[i];
  }
  return plain;
}

Seen ReadDot(const std::string& text) {
  using Graph = boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS, DotNode, DotEdge>;
  Graph graph;
  boost::dynamic_properties properties(boost::ignore_other_properties);
  properties.property("node_id", boost::get(&DotNode::id, graph));
  properties.property("label", boost::get(&DotNode::label, graph));
  properties.property("status", boost::get(&DotNode::status, graph));
  properties.property("degree", boost::get(&DotNode::degree, graph));
  properties.property("limit", boost::get(&DotEdge::limit, graph));
  properties.property("used", boost::get(&DotEdge::used, graph));
  properties.property("available", boost::get(&DotEdge::available, graph));
  properties.property("status", boost::get(&DotEdge::status, graph));
  EXPECT_TRUE(boost::read_graphviz(text, graph, properties, "node_id")) << text;
  Seen seen;
  const auto [node, last_node] = boost::vertices(graph);
  for (auto it = node; it != last_node; ++it) {
    seen.nodes[graph[*it].id] = {{"label", Unescaped(graph[*it].label)},
                                 {"status", graph[*it].status}};
    seen.nodes[graph[*it].id]["degree"] = graph[*it].degree;
  }
  const auto [edge, last_edge] = boost::edges(graph);
  for (auto it = edge; it != last_edge; ++it) {
    const DotEdge& line = graph[*it];
    seen.lines.emplace_back(graph[boost::source(*it, graph)].id,
                            graph[boost::target(*it, graph)].id, line.limit, line.used,
                            line.available, line.status);
  }
  return seen;
}

const std::vector<Line> kLines = {{"n0", "n1", "10.50", "4.00", "6.50", "active"},
                                  {"n1", "n2", "7.00", "0.00", "0.00", "frozen"},
                                  {"n0", "n2", "2.00", "2.00", "0.00", "active"}};

TEST_F(GraphExportTest, GraphMlSaysWhoTrustsWhom) {
  const auto text = ExportGraphMl(world.ledger, 0, options);
  ASSERT_TRUE(text.ok()) << text.status();
  Seen seen = ReadGraphMl(*text);
  EXPECT_EQ(seen.lines, kLines);
  ASSERT_EQ(seen.nodes.size(), 3U);  // Dan has no line
  EXPECT_EQ(seen.nodes["n1"]["label"], "Ben");
  EXPECT_EQ(seen.nodes["n1"]["node_status"], "active");
  EXPECT_EQ(seen.nodes["n2"]["node_status"], "suspended");
}

TEST_F(GraphExportTest, DotSaysTheSame) {
  const auto text = ExportDot(world.ledger, 0, options);
  ASSERT_TRUE(text.ok()) << text.status();
  Seen seen = ReadDot(*text);
  auto sorted = kLines;
  std::sort(sorted.begin(), sorted.end());
  std::sort(seen.lines.begin(), seen.lines.end());
  EXPECT_EQ(seen.lines, sorted);
  ASSERT_EQ(seen.nodes.size(), 3U);
  EXPECT_EQ(seen.nodes["n0"]["label"], "Ann");
}

TEST_F(GraphExportTest, DebtsAboveTheirLineLeaveNothing) {
  world.Owe(1, 0, 12'00);
  const Seen seen = ReadGraphMl(ExportGraphMl(world.ledger, 0, options).value());
  EXPECT_EQ(seen.lines[0], Line("n0", "n1", "10.50", "12.00", "0.00", "active"));
}

TEST_F(GraphExportTest, DebtsWithoutALineAreShown) {
  world.Owe(3, 1, 5'00);
  const Seen seen = ReadGraphMl(ExportGraphMl(world.ledger, 0, options).value());
  EXPECT_EQ(seen.lines.back(), Line("n1", "n3", "0.00", "5.00", "0.00", "none"));
}

TEST_F(GraphExportTest, ThoseWithoutLinesAreThereOnRequest) {
  options.leave_out_isolated = false;
  EXPECT_EQ(ReadGraphMl(ExportGraphMl(world.ledger, 0, options).value()).nodes.size(), 4U);
}

TEST_F(GraphExportTest, AttributesComeWithTheirNames) {
  options.attributes = {{"degree", {1, 2.5, 3, 0}}};
  const std::string text = ExportGraphMl(world.ledger, 0, options).value();
  EXPECT_NE(text.find("<key id=\"a0\" for=\"node\" attr.name=\"degree\" attr.type=\"double\"/>"),
            std::string::npos);
  EXPECT_EQ(ReadGraphMl(text).nodes["n1"]["a0"], "2.5");
  EXPECT_EQ(ReadDot(ExportDot(world.ledger, 0, options).value()).nodes["n1"]["degree"], "2.5");
}

TEST_F(GraphExportTest, LabelsCannotBreakTheFormat) {
  const std::string nasty = "\"]; n9 -> n8; <b> & &lt; \\N ]]> '\n\x01 \xC3\xA9 \xEF\xBF\xBF.";
  options.label = [&](ParticipantIndex) { return nasty; };
  const std::string replaced = "\xEF\xBF\xBD";
  const std::string clean =
      "\"]; n9 -> n8; <b> & &lt; \\N ]]> '" + replaced + replaced + " \xC3\xA9 ";
  Seen seen = ReadGraphMl(ExportGraphMl(world.ledger, 0, options).value());
  EXPECT_EQ(seen.lines, kLines);
  EXPECT_EQ(seen.nodes["n0"]["label"], clean + replaced + ".");

  seen = ReadDot(ExportDot(world.ledger, 0, options).value());
  EXPECT_EQ(seen.lines.size(), 3U);
  EXPECT_EQ(seen.nodes["n0"]["label"], clean + "\xEF\xBF\xBF.");  // DOT has no objection to U+FFFF
}

// C1 as well as C0; U+00A0 and what else begins with the same byte are none.
TEST_F(GraphExportTest, ControlCharactersAreNotShown) {
  options.label = [](ParticipantIndex) { return "\x1F \x7F \xC2\x80 \xC2\x9F \xC2\xA0 \xC2\xBF"; };
  const std::string r = "\xEF\xBF\xBD";
  const std::string shown = r + " " + r + " " + r + " " + r + " \xC2\xA0 \xC2\xBF";
  EXPECT_EQ(ReadGraphMl(ExportGraphMl(world.ledger, 0, options).value()).nodes["n0"]["label"],
            shown);
  EXPECT_EQ(ReadDot(ExportDot(world.ledger, 0, options).value()).nodes["n0"]["label"], shown);
}

TEST_F(GraphExportTest, AttributesMayBeCalledByKeywords) {
  for (const char* name : {"node", "Edge", "graph", "digraph", "subgraph", "STRICT"}) {
    options.attributes.push_back({name, {1, 2, 3, 4}});
  }
  const std::string text = ExportDot(world.ledger, 0, options).value();
  EXPECT_NE(text.find(", \"node\"=\"1\", \"Edge\"=\"1\""), std::string::npos) << text;
  EXPECT_EQ(ReadDot(text).nodes.size(), 3U);
}

TEST_F(GraphExportTest, WithoutLabelsParticipantsAreTheirPids) {
  options.label = nullptr;
  EXPECT_EQ(ReadGraphMl(ExportGraphMl(world.ledger, 0, options).value()).nodes["n2"]["label"],
            FormatPid(RoutingWorld::PidOf(2)));
}

TEST_F(GraphExportTest, EqualLedgersGiveEqualText) {
  EXPECT_EQ(ExportDot(world.ledger, 0, options).value(),
            ExportDot(world.ledger, 0, options).value());
}

TEST_F(GraphExportTest, WhatCannotBeSaidIsAnError) {
  const auto code = [&](const ExportOptions& wrong, EquivalentIndex equivalent = 0) {
    const Status dot = ExportDot(world.ledger, equivalent, wrong).status();
    EXPECT_EQ(ErrorCodeOf(dot),
              ErrorCodeOf(ExportGraphMl(world.ledger, equivalent, wrong).status()));
    return ErrorCodeOf(dot);
  };
  EXPECT_EQ(code(options), ErrorCode::kOk);
  EXPECT_EQ(code(options, 1), ErrorCode::kInvalidArgument);
  ExportOptions wrong = options;
  wrong.max_edges = 2;
  EXPECT_EQ(code(wrong), ErrorCode::kTooLarge);
  wrong.max_edges = 3;
  EXPECT_EQ(code(wrong), ErrorCode::kOk);
  wrong.label = [](ParticipantIndex) { return "\xFF"; };
  EXPECT_EQ(code(wrong), ErrorCode::kTextInvalid);
  const std::vector<double> values = {1, 2, 3, 4};
  for (const std::string name : {"", "label", "status", "a b", "a\"", "1a", "é"}) {
    wrong = options;
    wrong.attributes = {{name, values}};
    EXPECT_EQ(code(wrong), ErrorCode::kInvalidArgument) << name;
  }
  wrong.attributes = {{"degree", {1, 2, 3}}};
  EXPECT_EQ(code(wrong), ErrorCode::kInvalidArgument);
  wrong.attributes = {{"degree", {1, 2, 3, std::numeric_limits<double>::infinity()}}};
  EXPECT_EQ(code(wrong), ErrorCode::kInvalidArgument);
  wrong.attributes = {{"degree", values}, {"degree", values}};
  EXPECT_EQ(code(wrong), ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace geo::adapters
