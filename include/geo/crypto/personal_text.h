// Personal text: what is signed instead of it, so that it can be erased (spec 01 §2.3).
//
// Display names, profiles and descriptions never enter the journal's chain. The command carries the
// hash below; the text and its salt travel beside the envelope and are kept in an erasable table.
// Once text and salt are gone, the hash tells nobody what the text was, and chain and signatures
// still check.
#ifndef GEO_CRYPTO_PERSONAL_TEXT_H_
#define GEO_CRYPTO_PERSONAL_TEXT_H_

#include <string>

#include "geo/base/ids.h"
#include "geo/base/status.h"

namespace geo {

// A text with its salt. The salt must be random, secret and new for every text: without it short
// texts could be guessed from their hashes. A profile is its canonical JSON.
struct PersonalText {
  Salt salt;
  std::string text;

  friend bool operator==(const PersonalText&, const PersonalText&) = default;
};

// BLAKE2b-256 over, in this order:
//   20 bytes  the ASCII letters "geo/personal-text/1" and one zero byte
//   16 bytes  the salt
//   the bytes of the text
// O(n). Any thread.
Hash256 TextHash(const PersonalText& personal);

// Whether `personal` is the text that was signed as `hash`. Errors: TextMismatch, without showing
// the text; the sender has to send the text and salt that he signed.
Status CheckTextHash(const PersonalText& personal, const Hash256& hash);

}  // namespace geo

#endif  // GEO_CRYPTO_PERSONAL_TEXT_H_
