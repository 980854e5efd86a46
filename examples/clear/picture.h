// Debts before and after a clearing, side by side.
#ifndef GEO_EXAMPLES_CLEAR_PICTURE_H_
#define GEO_EXAMPLES_CLEAR_PICTURE_H_

#include <cstddef>
#include <string>
#include <vector>

#include "shared/data.h"

namespace geo::clear {

struct PictureOptions {
  std::string title;
  std::string subtitle;
  int precision = 0;
  std::size_t most = 80;  // participants: those of whose debts most is cleared
};

// SVG: participants as dots in the same places in both halves, debts as arrows from debtor to
// creditor, the wider the larger; what is cleared is green on the left. Both lists have a debt per
// pair and direction at most. Equal input gives the same picture.
std::string Draw(const std::vector<examples::Debt>& before,
                 const std::vector<examples::Debt>& after, const PictureOptions& options);

// A page with the picture and, above it, `table`, a line per row and fields set apart by tabs.
std::string Page(const std::string& svg, const std::string& title, const std::string& table);

}  // namespace geo::clear

#endif  // GEO_EXAMPLES_CLEAR_PICTURE_H_
