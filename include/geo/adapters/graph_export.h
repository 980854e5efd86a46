// A network as text for other people's tools: DOT (Graphviz) and GraphML (Gephi, yEd, NetworkX,
// igraph).
//
// One node per participant, one directed edge per live line, owner→debtor: whom the owner trusts.
// Debts that no live line covers are edges too, with the status "none".
//
//   node  label, status (active, suspended, left, deleted), and the attributes of ExportOptions
//   edge  limit, used (what the debtor owes), available: decimal text with the equivalent's
//         precision; status (active, frozen, none)
//
// Nodes are called n0, n1, … by participant index, and come in that order; edges in order of
// creation of their pair, so equal ledgers give equal text.
#ifndef GEO_ADAPTERS_GRAPH_EXPORT_H_
#define GEO_ADAPTERS_GRAPH_EXPORT_H_

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "geo/base/status.h"
#include "geo/journal/entity.h"
#include "geo/ledger/ledger.h"

namespace geo::adapters {

// A number for every participant, by index: a degree, a centrality.
struct NodeAttribute {
  std::string name;  // 1–64 of a–z A–Z 0–9 _, the first no digit; not `label` or `status`
  std::vector<double> values;  // finite
};

struct ExportOptions {
  // What a participant is called, UTF-8 (control characters are shown as U+FFFD); none: his pid.
  // Names are personal: think before you pass them on.
  std::function<std::string(ParticipantIndex)> label = {};
  std::vector<NodeAttribute> attributes = {};
  // Participants without live line and debt in this equivalent are left out.
  bool leave_out_isolated = true;
  std::size_t max_edges = 1'000'000;  // more is an error: the text is made in memory
};

// The lines and debts of an equivalent as a DOT digraph or as GraphML. Errors: InvalidArgument (no
// such equivalent; an attribute's name, number of values or value that is not allowed, or a name
// that comes twice), TextInvalid (a label is not UTF-8), TooLarge (more edges than max_edges).
// O(pairs + participants).
StatusOr<std::string> ExportDot(const Ledger& ledger, EquivalentIndex equivalent,
                                const ExportOptions& options = {});
StatusOr<std::string> ExportGraphMl(const Ledger& ledger, EquivalentIndex equivalent,
                                    const ExportOptions& options = {});

}  // namespace geo::adapters

#endif  // GEO_ADAPTERS_GRAPH_EXPORT_H_
