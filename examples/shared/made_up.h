// The flags of a made-up network: --generate, --participants, --seed.
#ifndef GEO_EXAMPLES_SHARED_MADE_UP_H_
#define GEO_EXAMPLES_SHARED_MADE_UP_H_

#include <CLI/CLI.hpp>
#include <string>

#include "geo/testing/network_generator.h"

namespace geo::examples {

struct MadeUp {
  std::string shape;  // hk, comm, or none: it is not asked for
  testing::NetworkOptions network;

  // What a picture of it is called.
  std::string name() const;
};

// Adds the flags; `--generate` and `other`, which names real data, exclude each other. `made_up`
// outlives the parsing; its shape goes into its network as it is parsed.
void AddMadeUpFlags(CLI::App& app, const std::string& about, CLI::Option* other, MadeUp& made_up);

}  // namespace geo::examples

#endif  // GEO_EXAMPLES_SHARED_MADE_UP_H_
