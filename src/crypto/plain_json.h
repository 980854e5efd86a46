// Reads canonical JSON without escapes in one pass.
#ifndef GEO_SRC_CRYPTO_PLAIN_JSON_H_
#define GEO_SRC_CRYPTO_PLAIN_JSON_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "geo/crypto/json.h"

namespace geo {

// Takes one piece of the text after another, each false where something else comes: escapes,
// another form, the wrong type. What is wrong, and whether anything is, the general reader says.
class PlainJsonReader {
 public:
  // `depth`: so many arrays and objects are open around the text.
  explicit PlainJsonReader(std::string_view text, std::size_t depth = 0)
      : rest_(text), depth_(depth) {}

  bool Take(std::string_view token);
  bool ReadValue(Json& value);
  // Points into the text.
  bool ReadString(std::string_view& text);
  bool ReadInt(std::int64_t& number);
  bool AtEnd() const { return rest_.empty(); }

 private:
  bool Enter();
  bool ReadArray(Json& value);
  bool ReadObject(Json& value);

  std::string_view rest_;
  std::size_t depth_;
};

}  // namespace geo

#endif  // GEO_SRC_CRYPTO_PLAIN_JSON_H_
