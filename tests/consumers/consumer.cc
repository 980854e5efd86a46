// A program outside geo: what every way of using the library must build and run.
#include <cstdio>
#include <string>

#include "geo/base/amount.h"
#include "geo/base/status.h"

int main() {
  const geo::StatusOr<geo::Amount> amount = geo::ParseAmount("12.50", 2);
  if (!amount.ok() || *amount != 1250) return 1;
  const geo::Status refused = geo::ParseAmount("12.505", 2).status();
  if (geo::ErrorCodeOf(refused) != geo::ErrorCode::kAmountTooPrecise) return 1;
  std::puts(std::string(refused.message()).c_str());
  return 0;
}
