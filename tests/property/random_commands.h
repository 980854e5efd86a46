// Random commands, right and wrong ones, on a small village.
#ifndef GEO_TESTS_PROPERTY_RANDOM_COMMANDS_H_
#define GEO_TESTS_PROPERTY_RANDOM_COMMANDS_H_

#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "geo/hub/command.h"
#include "tests/property/reference_model.h"

namespace geo::tests {

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_(seed) {}

  std::uint64_t Below(std::uint64_t n) { return engine_() % n; }
  bool Chance(std::uint64_t percent) { return Below(100) < percent; }
  template <typename T>
  const T& Pick(const std::vector<T>& items) {
    return items[Below(items.size())];
  }

 private:
  std::mt19937_64 engine_;
};

// The people of the village; the first is also an operator. `Key` gives anybody's key by name.
const std::vector<std::string>& Villagers();
const SecretKey& Key(const std::string& name);
// "anna", or the beginning of the pid for strangers.
std::string NameOf(const Pid& pid);

// admin, clerk and anna (operators), and an auditor.
Genesis VillageGenesis();

struct Asked {
  std::string signer;
  Command command;
};

// What to draw: something that gives the village a beginning, or anything.
enum class Draw : std::uint8_t { kRegister, kCreate, kOpening, kLine, kAny };

// Draws commands that fit the state of `model` more or less. Earlier payments may come again, as
// they were or with changes.
class CommandMaker {
 public:
  // `path_rules`: lines may have policies that depend on the path.
  CommandMaker(const ReferenceModel& model, bool path_rules)
      : model_(model), path_rules_(path_rules) {}

  Asked Make(Draw draw, Dice& dice);

 private:
  Asked Any(Dice& dice);
  Asked Register(Dice& dice);
  Asked Change(Dice& dice);
  Asked Create(Dice& dice);
  Asked Equivalents(Dice& dice);
  Asked Open(Dice& dice);
  Asked Line(Dice& dice);
  Asked Limits(Dice& dice);
  Asked Opening(Dice& dice);
  Asked Payment(Dice& dice);
  Asked AgainOrChanged(Dice& dice);
  PreparePayment Prepared(const std::string& payer, Pay pay, Dice& dice) const;
  Asked Decision(Dice& dice) const;

  std::string Somebody(Dice& dice) const;
  Pid Party(Dice& dice) const;
  Pid OtherThan(const std::string& name, Dice& dice) const;
  EquivalentCode Code(Dice& dice) const;
  PolicyPatch Policy(Dice& dice) const;
  PaymentConstraints Constraints(Dice& dice) const;

  const ReferenceModel& model_;
  const bool path_rules_;
  std::vector<Asked> payments_;  // asked for so far
};

// One line that says what is asked.
std::string Describe(const Asked& asked);

}  // namespace geo::tests

#endif  // GEO_TESTS_PROPERTY_RANDOM_COMMANDS_H_
