// The example of docs/graph.md, compiled and run; tools/checks/documents.py compares the two.
#include <gtest/gtest.h>

#include <vector>

#include "geo/graph/decompose.h"
#include "geo/graph/residual_graph.h"
#include "geo/graph/search.h"

namespace {

TEST(GraphDocument, ExampleDoesWhatItSays) {
  // [document]
  using geo::graph::PlainArc;
  geo::graph::ResidualGraph network;
  bool ok = network.Grow(4).ok();  // nodes 0 to 3
  ok = ok && network.Insert(0, 1, PlainArc(10), PlainArc(0)).ok();
  ok = ok && network.Insert(0, 2, PlainArc(5), PlainArc(5)).ok();
  ok = ok && network.Insert(1, 3, PlainArc(4), geo::graph::Arc()).ok();  // one way only
  ok = ok && network.Insert(2, 3, PlainArc(8), PlainArc(1)).ok();

  geo::graph::Search search;
  ok = ok && search.Begin(network, {.source = 0, .target = 3}).ok();
  geo::graph::Path path;  // the shortest that carries 3
  const bool found =
      search.FindPath(3, geo::graph::kNoHopLimit, &path) == geo::graph::Outcome::kFound;

  search.Maximize(geo::kMaxAmount);  // all that can flow at once
  const geo::graph::Flow most = search.value();
  const auto paths = geo::graph::DecomposeFlow(search.FlowArcs(), 0, 3);
  const auto cut = search.MinimumCut();  // why there is no more: here 1→3 and 0→2
  // [document end]
  ASSERT_TRUE(ok && found);
  EXPECT_EQ(path.nodes, (std::vector<geo::graph::NodeIndex>{0, 1, 3}));
  EXPECT_EQ(path.amount, 4);
  EXPECT_EQ(most, 9);
  EXPECT_EQ(paths.size(), 2U);
  ASSERT_EQ(cut.size(), 2U);
  EXPECT_EQ(cut[0].head, 2U);
  EXPECT_EQ(cut[1].tail, 1U);
}

}  // namespace
