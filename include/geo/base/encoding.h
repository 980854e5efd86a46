// Bytes as text: Base58, Base64, base64url and hex. All readers are strict: what they accept, they
// write back identically.
#ifndef GEO_BASE_ENCODING_H_
#define GEO_BASE_ENCODING_H_

#include <string>
#include <string_view>

#include "geo/base/status.h"

namespace geo {

// Base58 in the Bitcoin alphabet; each leading zero byte becomes a `1` (spec 01 §1.2). O(n²): meant
// for ids. Decoding refuses texts of more than 128 characters. Errors: EncodingSyntax, TooLarge.
std::string EncodeBase58(std::string_view bytes);
StatusOr<std::string> DecodeBase58(std::string_view text);

// Standard Base64 with padding (spec 01 §1.1). Decoding refuses missing or excess padding, spaces
// and nonzero trailing bits. Errors: EncodingSyntax.
std::string EncodeBase64(std::string_view bytes);
StatusOr<std::string> DecodeBase64(std::string_view text);

// base64url without padding (login challenges, spec 01 §1.6). Errors: EncodingSyntax.
std::string EncodeBase64Url(std::string_view bytes);
StatusOr<std::string> DecodeBase64Url(std::string_view text);

// Lower-case hex; decoding takes lower case only. Errors: EncodingSyntax.
std::string EncodeHex(std::string_view bytes);
StatusOr<std::string> DecodeHex(std::string_view text);

// Whether `text` is well-formed UTF-8 (no overlong forms, surrogates or values above U+10FFFF).
bool IsValidUtf8(std::string_view text);

}  // namespace geo

#endif  // GEO_BASE_ENCODING_H_
