// How error messages show a value that somebody sent.
#ifndef GEO_SRC_BASE_QUOTE_H_
#define GEO_SRC_BASE_QUOTE_H_

#include <string>
#include <string_view>

namespace geo {

// `text` in double quotes, at most 64 bytes of it, bytes outside printable ASCII as \xNN, so that a
// message is always short, valid and printable whatever was sent.
std::string Quote(std::string_view text);

}  // namespace geo

#endif  // GEO_SRC_BASE_QUOTE_H_
