#include "shared/made_up.h"

#include "shared/whole_number.h"

namespace geo::examples {

std::string MadeUp::name() const {
  return shape + " network, seed " + std::to_string(network.seed);
}

void AddMadeUpFlags(CLI::App& app, const std::string& about, CLI::Option* other, MadeUp& made_up) {
  const auto take_shape = [&made_up](const std::string& shape) {
    made_up.shape = shape;
    made_up.network.shape =
        shape == "comm" ? testing::NetworkShape::kCommunities : testing::NetworkShape::kHolmeKim;
  };
  CLI::Option* generate = app.add_option_function<std::string>("--generate", take_shape, about);
  generate->option_text("hk|comm")->check(CLI::IsMember({"hk", "comm"}))->excludes(other);
  app.add_option("--participants", made_up.network.participants, "of that size (1000)")
      ->option_text("N")
      ->check(CLI::Range(2u, testing::kMaxGeneratedParticipants))
      ->needs(generate);
  app.add_option("--seed", made_up.network.seed, "Another seed makes up another network (1)")
      ->option_text("S")
      ->check(CheckWholeNumber)
      ->needs(generate);
}

}  // namespace geo::examples
