// Puts a network into a hub: its one equivalent, participants, lines and debts.
//
// Equal networks give equal hubs, byte for byte: keys come from account numbers, the time is always
// the same. Nobody signs; the program vouches for everybody.
#ifndef GEO_EXAMPLES_SHARED_FOUNDING_H_
#define GEO_EXAMPLES_SHARED_FOUNDING_H_

#include <memory>
#include <string>
#include <unordered_map>

#include "geo/base/ids.h"
#include "geo/base/status.h"
#include "geo/base/time.h"
#include "geo/hub/command.h"
#include "geo/hub/hub.h"
#include "shared/data.h"

namespace geo::examples {

// When everything is founded.
inline constexpr Timestamp kStart = 1'577'836'800 * kSecond;  // 2020-01-01T00:00:00Z

// Who the account is, known to the hub or not.
Pid PidOfAccount(Account account);

// The operator who founds.
Pid Founder();

// Options of a hub that Found can fill; the caller adds his own.
HubOptions FoundingOptions();

// What Found made.
struct Founded {
  EquivalentCode unit;
  std::unordered_map<Account, Pid> pids;
};

// Fills a new hub. Lines and debts are moved out of `network` as they go in. Errors: those of the
// hub.
StatusOr<Founded> Found(Hub& hub, Network& network);

}  // namespace geo::examples

#endif  // GEO_EXAMPLES_SHARED_FOUNDING_H_
