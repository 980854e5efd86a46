// What an example writes: files that a flag names, and its answer.
#ifndef GEO_EXAMPLES_SHARED_FILES_H_
#define GEO_EXAMPLES_SHARED_FILES_H_

#include <string>
#include <string_view>
#include <vector>

#include "geo/base/status.h"

namespace geo::examples {

// Makes a file of `text`, or replaces one when `overwrite` allows it. Errors: InvalidArgument when
// there is one already, StoreIo when it cannot be written.
Status WriteTextFile(const std::string& path, std::string_view text, bool overwrite);

// Whether two of the paths are the same; empty ones, of flags that were not given, are not.
bool AnyTwice(std::vector<std::string> paths);

// Writes the answer to standard output and sees it out. Errors: StoreIo when it cannot be written
// (a full disk, say).
Status WriteAnswer(std::string_view text);

}  // namespace geo::examples

#endif  // GEO_EXAMPLES_SHARED_FILES_H_
