// Messages of GEO v0.1 clients as commands (spec 01 §2.4, §10.1), so that people can move over with
// the keys and the apps they have.
//
// A bare body names no network, operation, time or sequence. Signed once, it is good for ever and
// wherever it fits: whoever has seen an old limit being set can have it set again, and open a line
// that was closed. Only payments are safe from that, by their tx_id. So a hub takes such messages
// only when HubOptions::accept_legacy says so; switch it off when the last client has moved. An old
// change of a name or profile that is sent again after Hub::ErasePersonalText brings the text back:
// erase when legacy messages are off, or when the participant has left.
#ifndef GEO_HUB_LEGACY_COMMAND_H_
#define GEO_HUB_LEGACY_COMMAND_H_

#include <cstdint>

#include "geo/base/ids.h"
#include "geo/base/status.h"
#include "geo/crypto/json.h"
#include "geo/crypto/legacy_v0.h"
#include "geo/hub/command.h"

namespace geo {

// What a message asks for; the server knows it from where the message was sent to. Numbers are part
// of the format of evidence (docs/formats.md).
enum class LegacyOperation : std::uint8_t {
  kRegister = 1,
  kUpdateParticipant = 2,
  kOpenLine = 3,
  kUpdateLine = 4,
  kCloseLine = 5,
  kPay = 6,
};

struct LegacyCommand {
  LegacyOperation operation = LegacyOperation::kRegister;
  Json sent;      // what came, without its member `signature`
  PublicKey key;  // the signer's; a registration brings its own, and this one is not looked at
  Signature signature;
};

// Verifies the signature and reads the content. Pure; any thread. The sequence number is the hub's
// next one for the signer, there is no expiry, and `timeout_ms` of a payment counts for nothing.
//
// A message without personal text goes into the chain whole, as evidence. One with it (a name, a
// profile, a description) is kept whole, signature included, in the erasable side table, and its
// hash in the chain: from the signature alone, guesses of the text could be tried. The salts of its
// texts come from the signature, so that the same message is the same payment again.
//
// Errors: those of OpenLegacy… (geo/crypto/legacy_v0.h); CommandSyntax for a type of participant
// that is not one; PolicyInvalid; TooLarge; InvalidArgument for no such operation.
StatusOr<VerifiedCommand> VerifyLegacyCommand(const LegacyCommand& command);

}  // namespace geo

#endif  // GEO_HUB_LEGACY_COMMAND_H_
