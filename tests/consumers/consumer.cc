// A program outside geo: what every way of using the library must build and run. It reaches through
// the whole library, so that a missing link dependency shows.
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>

#include "geo/crypto/keys.h"
#include "geo/hub/hub.h"
#include "geo/storage/store.h"

int main(int, char** argv) {
  const geo::StatusOr<geo::SecretKey> key = geo::SecretKey::FromSeed(std::string(32, 'k'));
  if (!key.ok()) return 1;

  const std::string path = std::string(argv[0]) + ".db";
  geo::HubOptions options;
  options.genesis = geo::Genesis{.network = "consumer", .hub_key = key->public_key()};
  geo::StatusOr<std::unique_ptr<geo::Hub>> hub = geo::Hub::Open(geo::NewSqliteStore(path), options);
  if (!hub.ok()) {
    std::puts(std::string(hub.status().message()).c_str());
    return 1;
  }
  const bool founded = (*hub)->head().seq == 1;
  const bool closed = (*hub)->Close().ok();
  std::filesystem::remove(path);
  return founded && closed ? 0 : 1;
}
