// Text in XML and HTML.
#ifndef GEO_EXAMPLES_SHARED_XML_H_
#define GEO_EXAMPLES_SHARED_XML_H_

#include <string>
#include <string_view>

namespace geo::examples {

// `text` as the content of an element.
std::string EscapedXml(std::string_view text);

}  // namespace geo::examples

#endif  // GEO_EXAMPLES_SHARED_XML_H_
