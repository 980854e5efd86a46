// A network, or the surroundings of somebody in it, as a picture (SVG).
#ifndef GEO_EXAMPLES_ANALYSE_PICTURE_H_
#define GEO_EXAMPLES_ANALYSE_PICTURE_H_

#include <cstddef>
#include <functional>
#include <string>

#include "analyse/analysis.h"
#include "geo/journal/entity.h"
#include "geo/ledger/ledger.h"

namespace geo::analyse {

struct PictureOptions {
  std::string title;
  std::size_t most = 250;  // participants; around the most central one when there are more
  std::function<std::string(ParticipantIndex)> label;
};

// Participants as dots, placed by forces so that lines are short: larger the more lines, blue when
// others owe them, orange when they owe. Lines as curves, the stronger the more of them is used.
// Equal input gives the same picture.
std::string Draw(const Ledger& ledger, EquivalentIndex equivalent,
                 const graph::ResidualGraph& graph, const Analysis& analysis,
                 const PictureOptions& options);

}  // namespace geo::analyse

#endif  // GEO_EXAMPLES_ANALYSE_PICTURE_H_
