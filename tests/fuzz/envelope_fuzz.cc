// Input: the message of an envelope. It is opened once with a signature that cannot fit and once
// with a good one, of the zero seed's key: the seeds name that key's pid as their signer.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "geo/base/limits.h"
#include "geo/crypto/envelope.h"
#include "tests/fuzz/require.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const geo::SecretKey key = geo::SecretKey::FromSeed(std::string(32, '\0')).value();
  const std::string message(reinterpret_cast<const char*>(data), size);
  geo::SignedEnvelope sent{message, key.public_key(), geo::Signature()};
  GEO_REQUIRE(!geo::OpenEnvelope(sent, "net").ok());
  sent.signature = geo::Sign(key, message);
  const geo::StatusOr<geo::Envelope> envelope = geo::OpenEnvelope(sent, "net");
  if (!envelope.ok()) {
    GEO_REQUIRE(geo::ErrorCodeOf(envelope.status()) != geo::ErrorCode::kBadSignature);
    return 0;
  }
  GEO_REQUIRE(size <= geo::kMaxEnvelopeBytes);
  GEO_REQUIRE(envelope->seq.has_value() != envelope->tx_id.has_value());
  GEO_REQUIRE(envelope->issued_at < envelope->expires_at);
  GEO_REQUIRE(envelope->signer == key.pid());
  GEO_REQUIRE(geo::SignEnvelope(*envelope, key).value() == sent);
  GEO_REQUIRE(geo::CheckTimes(*envelope, envelope->issued_at, 0).ok());
  GEO_REQUIRE(!geo::CheckTimes(*envelope, envelope->expires_at).ok());
  GEO_REQUIRE(geo::ErrorCodeOf(geo::OpenEnvelope(sent, "other").status()) ==
              geo::ErrorCode::kWrongNetwork);
  return 0;
}
