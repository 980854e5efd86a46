// Input: the JSON of a legacy body. It is opened as every kind of body, signed by the zero seed's
// key, which is also the key that the registrations among the seeds name.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "geo/crypto/legacy_v0.h"
#include "tests/fuzz/require.h"

namespace {

// What opened must make the same message again. Returns whether it opened.
template <typename Body>
bool SameAgain(const geo::StatusOr<Body>& body, const std::string& message) {
  if (body.ok()) GEO_REQUIRE(geo::LegacyMessage(*body).value() == message);
  return body.ok();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const geo::SecretKey secret = geo::SecretKey::FromSeed(std::string(32, '\0')).value();
  const geo::PublicKey& key = secret.public_key();
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto login = geo::LegacyLoginMessage(text); login.ok()) GEO_REQUIRE(*login == text);

  const geo::StatusOr<geo::Json> sent = geo::ParseJson(text);
  if (!sent.ok()) return 0;
  const std::string message = geo::CanonicalJson(*sent).value();
  const geo::Signature good = geo::Sign(secret, message);
  int opened = 0;
  opened += SameAgain(geo::OpenLegacyRegister(*sent, good), message);
  opened += SameAgain(geo::OpenLegacyParticipantUpdate(*sent, key, good), message);
  opened += SameAgain(geo::OpenLegacyLineCreate(*sent, key, good), message);
  opened += SameAgain(geo::OpenLegacyLineUpdate(*sent, key, good), message);
  opened += SameAgain(geo::OpenLegacyLineClose(*sent, key, good), message);
  opened += SameAgain(geo::OpenLegacyPayment(*sent, key, good), message);
  GEO_REQUIRE(opened <= 1);  // a signature is good for one kind of body
  GEO_REQUIRE(!geo::OpenLegacyPayment(*sent, key, geo::Signature()).ok());
  return 0;
}
