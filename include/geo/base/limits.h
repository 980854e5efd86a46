// Limits on everything that grows. Whatever takes such a thing says which error more than that
// gives; its message names the limit.
#ifndef GEO_BASE_LIMITS_H_
#define GEO_BASE_LIMITS_H_

#include <cstddef>
#include <cstdint>

namespace geo {

inline constexpr std::size_t kMaxDisplayNameBytes = 255;     // spec 01 §1.3; at least 1
inline constexpr std::size_t kMaxProfileBytes = 16 * 1024;   // spec 01 §1.3
inline constexpr std::size_t kMaxDescriptionBytes = 1024;    // spec 01 §6.1
inline constexpr std::size_t kMaxReasonBytes = 1024;         // operator acts, spec 01 §1.4
inline constexpr std::size_t kMaxNetworkNameBytes = 64;      // spec 01 §1.7; at least 1
inline constexpr std::uint32_t kMostHops = 32;               // of a route, spec 01 §5.1
inline constexpr std::uint32_t kMostPaths = 64;              // of a payment, spec 01 §5.1
inline constexpr std::size_t kMaxJsonDepth = 64;             // spec 01 §2.1
inline constexpr std::size_t kMaxEnvelopeBytes = 64 * 1024;  // one signed command
inline constexpr std::size_t kMaxTexts = 16;                 // beside it
inline constexpr std::size_t kMaxBlockedParticipants = 256;  // per line policy
inline constexpr std::size_t kMaxAvoid = 1024;               // `avoid` of one payment command
inline constexpr std::size_t kMaxOperators = 64;             // per network
inline constexpr std::size_t kMaxWithin = 65'536;            // participants that one clearing names
inline constexpr std::size_t kMaxEquivalents = 4096;         // per network, removed ones too
inline constexpr std::size_t kMaxPrepared = 65'536;  // payments prepared and not decided, per hub
inline constexpr std::size_t kMaxPreparedBytes = std::size_t{256} << 20;  // their memory, about
// Lines in the cuts of refusals that wait for a flush; the refusal that reaches it is still given.
inline constexpr std::size_t kMaxPendingCutLines = std::size_t{1} << 20;
inline constexpr std::size_t kMaxProposals = 16'384;  // clearings that wait for consent, per hub
inline constexpr std::size_t kMaxCycleMembers = 32;   // of a proposed cycle, spec 01 §7.5
inline constexpr std::size_t kMaxRecordBytes = std::size_t{256}
                                               << 20;  // opening balances are one record

}  // namespace geo

#endif  // GEO_BASE_LIMITS_H_
