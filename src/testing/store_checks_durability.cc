// What is there after a writer vanished.
#include "src/testing/store_probe.h"

namespace geo::testing::internal {
namespace {

// The writer dies between any two calls; power stays. Whatever Append said is there.
std::string Killed(StoreBench& bench) {
  StoreModel model;
  for (int round = 0; round < 6; ++round) {
    auto store = bench.NewStore();
    const auto state = store->Open({});
    WANT_OK(state);
    WANT_SAME(Compare(*store, *state, model));
    for (int i = 0; i < round; ++i) {
      Batch batch = NextBatch(model);
      batch.durability = static_cast<Durability>(1 + (round + i) % 3);
      WANT_OK(AppendTo(*store, model, batch));
    }
  }
  return "";
}

std::string Durable(StoreBench& bench) {
  StoreModel model;
  for (int round = 1; round < 5; ++round) {
    auto store = bench.NewStore();
    const auto state = store->Open({});
    WANT_OK(state);
    WANT_SAME(Compare(*store, *state, model));
    for (int i = 0; i < round; ++i) {
      Batch batch = NextBatch(model);
      // Earlier ones become durable with the last.
      batch.durability = i + 1 == round ? Durability::kDurable : Durability::kOrdered;
      WANT_OK(AppendTo(*store, model, batch));
    }
    store.reset();
    bench.LosePower();
  }
  return "";
}

std::string DurableSnapshot(StoreBench& bench) {
  auto store = bench.NewStore();
  StoreModel model;
  WANT_OK(store->Open({}));
  Batch batch = NextBatch(model);
  batch.durability = Durability::kOrdered;
  WANT_OK(AppendTo(*store, model, batch));
  WANT_OK(store->WriteSnapshot({1, 0, false, "zero"}));
  WANT_OK(store->WriteSnapshot({1, 1, true, "one"}));
  store.reset();
  bench.LosePower();
  store = bench.NewStore();
  const auto state = store->Open({});
  WANT_OK(state);
  WANT_SAME(Compare(*store, *state, model));  // the snapshot is of a state that must not be lost
  const auto slices = SnapshotOf(*store);
  WANT_OK(slices);
  WANT(slices->size() == 2);
  return "";
}

// Of ordered appends a prefix is left, complete in all its parts.
std::string Ordered(StoreBench& bench) {
  std::vector<StoreModel> states(1);
  auto store = bench.NewStore();
  WANT_OK(store->Open({}));
  for (int i = 0; i < 8; ++i) {
    StoreModel next = states.back();
    Batch batch = NextBatch(next);
    batch.durability = i == 3 ? Durability::kDurable : Durability::kOrdered;
    WANT_OK(AppendTo(*store, next, batch));
    states.push_back(next);
  }
  store.reset();
  bench.LosePower();
  store = bench.NewStore();
  const auto state = store->Open({});
  WANT_OK(state);
  WANT(state->head.seq >= 4);  // the durable one and what was before it
  WANT(state->head.seq < states.size());
  WANT_SAME(Compare(*store, *state, states[state->head.seq]));
  for (std::uint64_t seq = state->head.seq + 1; seq < states.size(); ++seq) {
    WANT(!store->FindTransaction(IdOf("tx-" + std::to_string(seq)))->has_value());
    WANT(!store->FindText(HashOf("text " + std::to_string(seq)))->has_value());
  }
  return "";
}

}  // namespace

std::vector<StoreCheck> DurabilityChecks() {
  return {
      {"durability.killed", "what Append acknowledged survives the writer", Killed},
      {"durability.durable", "a durable append survives a power cut, with all before it", Durable},
      {"durability.snapshot", "the last slice makes the snapshot durable, with all before it",
       DurableSnapshot},
      {"durability.ordered", "after a power cut a prefix of ordered appends is there", Ordered},
  };
}

}  // namespace geo::testing::internal
