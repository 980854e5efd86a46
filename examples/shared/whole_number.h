// Whole numbers on a command line.
#ifndef GEO_EXAMPLES_SHARED_WHOLE_NUMBER_H_
#define GEO_EXAMPLES_SHARED_WHOLE_NUMBER_H_

#include <string>

namespace geo::examples {

// For CLI::Option::check: what is wrong with `text` as a whole number from 0 to 2^64 - 1, or "". By
// itself CLI11 takes -1 and numbers that are too large for others.
std::string CheckWholeNumber(const std::string& text);

}  // namespace geo::examples

#endif  // GEO_EXAMPLES_SHARED_WHOLE_NUMBER_H_
