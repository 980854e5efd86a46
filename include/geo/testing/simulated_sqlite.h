// SQLite on a simulated disk: a file layer for any program that uses SQLite, and the files of geo's
// own store.
//
//   SimulatedDisk disk;
//   sqlite3_open_v2((disk.root() + "/my.db").c_str(), &db, flags, SimulatedSqliteVfs().c_str());
//
//   const auto files = NewSimulatedSqliteFiles(disk);
//   auto store = NewSqliteStore(disk.root() + "/hub.db", files.get());
//
// Shared memory and locks work among the connections of the process and are gone with the power.
// Sleeping takes no time and the clock stands still.
#ifndef GEO_TESTING_SIMULATED_SQLITE_H_
#define GEO_TESTING_SIMULATED_SQLITE_H_

#include <memory>
#include <string>

#include "geo/storage/sqlite_files.h"
#include "geo/testing/simulated_disk.h"

namespace geo::testing {

// The name of the file layer, registered with SQLite on first use, for the life of the process. It
// serves every simulated disk: which one, the path's beginning says. As SQLite's own layer does, it
// syncs the folder with the first sync of a new journal or log, and claims that a torn write leaves
// the bytes around it alone. Temporary files are on a disk of their own that never fails.
//
// Opening a database sets the seed of SQLite's random numbers (which salt its logs) from the disk,
// so that the same calls write the same bytes; for the whole process, as SQLite has only one.
//
// DiskFault as SQLite reports it: EIO as the extended code of the call, ENOSPC as SQLITE_FULL,
// EBUSY of kLock as SQLITE_BUSY, ENOMEM of kMap as SQLITE_NOMEM.
std::string SimulatedSqliteVfs();

// The files of a SQLite store on `disk`, which must outlive them. Paths are root() + "/" + name.
std::unique_ptr<SqliteFiles> NewSimulatedSqliteFiles(SimulatedDisk& disk);

}  // namespace geo::testing

#endif  // GEO_TESTING_SIMULATED_SQLITE_H_
