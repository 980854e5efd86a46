// Durable and signed payments, many submitters, opening again: what a payment costs beside its
// route.
#include "tests/benchmark/commit_rows.h"

namespace geo::bench {
namespace {

const Suite suite([](Size size) {
  AddDurableRows(size);
  AddThreadRows(size);
  AddSignedRows(size);
  AddReopenRows(size);
  AddEquivalentRows(size);
});

}  // namespace
}  // namespace geo::bench
