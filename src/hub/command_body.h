// Commands as bodies of envelopes and back (the table in geo/hub/command.h).
#ifndef GEO_SRC_HUB_COMMAND_BODY_H_
#define GEO_SRC_HUB_COMMAND_BODY_H_

#include <optional>
#include <string_view>
#include <vector>

#include "geo/hub/command.h"
#include "src/hub/body_reader.h"

namespace geo {

// How a body says kUnlimited.
inline constexpr std::string_view kUnlimitedText = "unlimited";

// The largest number that canonical JSON holds.
inline constexpr std::int64_t kMostWork = (std::int64_t{1} << 53) - 1;

// The command that `op`, the body and the texts make. `tx_id` is the envelope's. Errors: those of
// VerifyCommand.
StatusOr<Command> ReadCommand(std::string_view op, const std::optional<TxId>& tx_id,
                              const Json& body, const std::vector<PersonalText>& texts);

// The body of a command; adds the personal texts it names to `*texts`. Errors: those of
// SignCommand.
StatusOr<Json> WriteBody(const Command& command, std::vector<PersonalText>* texts);

}  // namespace geo

#endif  // GEO_SRC_HUB_COMMAND_BODY_H_
