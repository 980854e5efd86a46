// A program of somebody else's that uses the test kits.
#include <geo/testing/simulated_sqlite.h>
#include <geo/testing/workload.h>

int main() {
  const bool made = geo::testing::Workload::Create({}).ok();
  return made && !geo::testing::SimulatedSqliteVfs().empty() ? 0 : 1;
}
