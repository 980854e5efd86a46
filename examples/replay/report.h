// What a replay found, for people and for programs.
#ifndef GEO_EXAMPLES_REPLAY_REPORT_H_
#define GEO_EXAMPLES_REPLAY_REPORT_H_

#include <string>

#include "replay/flags.h"
#include "replay/replay.h"

namespace geo::replay {

// A summary to read, ending in a line feed.
std::string AsText(const Flags& flags, const Report& report);

// One JSON object on one line. Always there:
//   payments, accepted        numbers
//   acceptance_sha256         SHA-256, in hex, of one character '1' or '0' per payment, in order
//   refused_by_reason         {reason: number}: the router's reasons (network_cut…) and the names
//                             of error codes (UnknownParticipant…)
//   payments_per_second       payments by the time that making or asking them took, flushes
//                             included, reading the data left out
//   latency_us                {p50, p99} of submitting (reset: of asking) one payment
//   state_digest_after, state_digest_reopened     StateDigest, in hex; null without --digest
// and what AsText shows besides; volumes are decimal text.
std::string AsJson(const Flags& flags, const Report& report);

}  // namespace geo::replay

#endif  // GEO_EXAMPLES_REPLAY_REPORT_H_
