// The command line of `replay`.
#ifndef GEO_EXAMPLES_REPLAY_FLAGS_H_
#define GEO_EXAMPLES_REPLAY_FLAGS_H_

#include <string>
#include <variant>

#include "geo/base/status.h"
#include "geo/testing/network_generator.h"
#include "replay/replay.h"
#include "shared/data.h"

namespace geo::replay {

struct Flags {
  std::string data;  // folder; empty: generate
  testing::NetworkOptions network;
  testing::TraceOptions trace;
  std::string shape;    // hk, comm
  std::string reading;  // real, sim
  std::string router;   // exact, limited, single
  std::string durability;
  bool overwrite = false;
  bool json = false;
  Settings settings;
};

// The flags, or the status with which the program ends at once, help or complaint printed.
std::variant<Flags, int> ReadFlags(int argc, const char* const* argv);

}  // namespace geo::replay

#endif  // GEO_EXAMPLES_REPLAY_FLAGS_H_
