// Made-up circulation problems of many families, and two oracles for them.
#ifndef GEO_TESTS_SUPPORT_CIRCULATION_PROBLEMS_H_
#define GEO_TESTS_SUPPORT_CIRCULATION_PROBLEMS_H_

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "geo/graph/circulation.h"

namespace geo::tests {

struct CirculationProblem {
  std::string family;
  graph::NodeIndex nodes = 0;
  std::vector<graph::CirculationEdge> edges;
};

// What amounts look like.
enum class AmountKind : std::uint8_t { kOne = 0, kSmall = 1, kUsual = 2, kHuge = 3, kMixed = 4 };
inline constexpr int kAmountKinds = 5;

// "power_law", "communities", "uniform", "ring", "ring_both_ways", "torus", "torus_both_ways",
// "small_world", "chains", "star", "stars", "supply_chain", "dense".
const std::vector<std::string_view>& CirculationFamilies();

// About `edges` edges. The same arguments give the same problem everywhere.
CirculationProblem MakeCirculationProblem(std::string_view family, std::uint32_t edges,
                                          std::uint64_t seed,
                                          AmountKind amounts = AmountKind::kUsual);

// Lets every `one_in`-th edge carry more than it does, and adds some that carry nothing yet.
void AllowGrowth(CirculationProblem* problem, std::uint64_t seed, std::uint32_t one_in);

// Makes a chain of up to `longest` edges of each. They carry as much as it does or a little more,
// and may carry as much more as it may or a little more than that.
void Stretch(CirculationProblem* problem, std::uint64_t seed, std::uint32_t longest);

// Leaves the edges that lie on cycles, with the nodes on them: what a solver is left with after
// looking at components.
CirculationProblem InsideComponents(const CirculationProblem& problem);

// Smallest sum of amounts after a circulation, by Boost's successive shortest paths. For small
// problems, whose sums fit 62 bits.
std::int64_t LeastRemainderByBoost(const CirculationProblem& problem);

// The file that tests/oracle/lemon_circulation.cc reads.
void WriteProblems(const std::vector<CirculationProblem>& problems,
                   const std::filesystem::path& path);

// What that program says when run with `arguments`, line by line; nothing when LEMON is not
// installed here.
std::optional<std::vector<std::string>> RunLemon(const std::vector<std::string>& arguments);

}  // namespace geo::tests

#endif  // GEO_TESTS_SUPPORT_CIRCULATION_PROBLEMS_H_
