// One hub for many threads: for servers (DESIGN "Threads").
//
//   auto serial = geo::SerialHub::Create(*std::move(hub), {.read_views = true});
//   // on any thread:
//   auto result = (*serial)->Execute(command, now);  // durable when it returns
//   // on a thread with a Reader of its own:
//   auto capacity = reader->Read([&](const geo::View& view, const geo::JournalHead& head) {
//     return view.Capacity(anna, clara, code);
//   });
//
// Commands of many threads share appends. Whoever finds nobody at work plans everything that waits,
// writes it with one append, outside the mutex, and answers everybody; what arrives meanwhile makes
// the next group. No thread is started here and no clock is read: the work is done by the threads
// that call, and times come from them.
//
// Commands are numbered, planned and answered in the order in which they were queued. An answer is
// given after its record is durable, never before. A reader that begins after an answer was given
// sees what was answered.
#ifndef GEO_HUB_SERIAL_HUB_H_
#define GEO_HUB_SERIAL_HUB_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "geo/base/status.h"
#include "geo/base/time.h"
#include "geo/hub/hub.h"
#include "geo/hub/view.h"

namespace geo {

// Most commands in one append, whatever the options say.
inline constexpr std::size_t kLargestGroup = std::size_t{1} << 20;

struct SerialHubOptions {
  // Commands that may wait to be planned; more are refused with QueueFull. All the memory that the
  // queue will ever take is one pointer for each.
  std::size_t queue = 4'096;
  // Most commands in one append; at most HubOptions::max_pending and kLargestGroup count.
  std::size_t max_group = 4'096;
  // An append that finds the store busy is repeated this often before the hub is given up. The
  // SQLite store waits a second each time by itself.
  std::size_t busy_retries = 60;
  // Keeps a second copy of ledger and graphs, so that Readers see durable state and never wait.
  // Costs twice the memory, and each record is folded twice.
  bool read_views = false;
};

// What has gone through so far. Commands / groups = mean size of a group.
struct SerialHubCounts {
  std::uint64_t commands = 0;       // answered, refusals included
  std::uint64_t groups = 0;         // appends or, when nothing was to be written, rounds
  std::uint64_t largest_group = 0;  // commands
  std::uint64_t refused_full = 0;   // QueueFull
  std::size_t waiting = 0;          // in the queue now, not planned yet
  std::size_t waiting_calls = 0;    // other calls that wait for their turn now
};

class SerialHub {
 public:
  // Takes `hub` over, and with an error lets it go, as its destructor does; nothing may be pending
  // in it. Errors: InvalidArgument (no hub, or queue or max_group 0), StatusConflict (commands, or
  // records of a Tick, are pending: flush first), HubPoisoned, StoreClosed. With read_views
  // O(everything in the hub), else O(max_group).
  static StatusOr<std::unique_ptr<SerialHub>> Create(std::unique_ptr<Hub> hub,
                                                     const SerialHubOptions& options);

  // No other thread may be inside. Without Close: as Hub's destructor.
  ~SerialHub();
  SerialHub(const SerialHub&) = delete;
  SerialHub& operator=(const SerialHub&) = delete;

  // --- Any thread, at any time. Each call blocks while others have their turn; groups of commands
  // and other calls take turns when both wait. ---

  // One command, durable when this returns; what happened to it is in the result. `now` is the
  // caller's clock; among threads whose clocks differ the latest time counts. `plan`: how to pay,
  // made perhaps on an older read view; if it does not fit any more the payment is planned anew,
  // and the result says so (Hub::Submit). Errors:
  //   QueueFull     too many commands wait: nothing was done; slow down and try again
  //   HubPoisoned   an earlier append failed: nothing was done; open the store anew
  //   StoreClosed   the hub was closed: nothing was done
  //   OutOfMemory   nothing was done if the hub still works; else as the others below
  //   StoreBusy     for longer than busy_retries: nothing was written; the hub is poisoned
  //   others of Store::Append: what became of the command is unknown until the store is opened
  //                 anew, which tells (repeat a payment with the same id); the hub is poisoned
  StatusOr<CommandResult> Execute(const VerifiedCommand& command, Timestamp now,
                                  const Plan* plan = nullptr);

  // These are Hub's, with its errors, between two groups. After a poisoning all of them answer
  // HubPoisoned, after Close StoreClosed. Tick writes what is over; its errors are Execute's.
  Status Tick(Timestamp now);
  StatusOr<std::vector<Event>> PollEvents(std::uint64_t after, std::size_t max);
  Status AcknowledgeEvents(std::uint64_t seq);
  StatusOr<std::optional<Transaction>> FindTransaction(const TxId& id);
  StatusOr<std::optional<ProposalView>> FindProposal(const TxId& id);
  StatusOr<std::optional<std::string>> FindText(const Hash256& hash);
  Status ErasePersonalText(const Pid& participant);  // everybody waits while the journal is read
  // One slice; others work between two of them.
  StatusOr<bool> CheckpointStep();
  // Writes up to read_model_rows rows of the backlog. true: nothing is left.
  StatusOr<bool> UpdateReadModelStep();
  StatusOr<JournalHead> head();
  StatusOr<std::vector<IntegrityReport>> CheckIntegrity();
  // Sets the gauges as of `now`, then calls `read` while nothing moves the metrics: for writing
  // them as text. `read` must not call this SerialHub. With it no lock is held, but everybody
  // waits.
  Status ReadMetrics(Timestamp now, const std::function<void()>& read);

  SerialHubCounts counts() const;

  // Lets everything that was queued finish, refuses what comes later, and closes the hub, whatever
  // it returns: closing twice answers StoreClosed. Errors as Hub::Close; HubPoisoned. After one, be
  // it StoreBusy, all that was answered is durable still; rows of the read model that were not
  // written are when the store is opened anew, and acknowledged events may come again.
  Status Close();

  // --- Reading. ---

  // Reads durable state while others write: never waits for a writer or for another reader, and
  // takes no lock. One thread at a time may use a Reader; make one per thread. Its memory for
  // searches is its own, twice that of a router (geo/graph/search.h). It must not outlive the
  // SerialHub. It goes on working after Close and after a poisoning, on the last durable state.
  class Reader {
   public:
    ~Reader();
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;

    // Returns what `look(const View&, const JournalHead&)` returns. The view shows exactly the
    // records up to that head, all of them durable, and nothing else; it ends with the call. Later
    // calls never see an older head, and the view's clock is the hub's after the last group or
    // Tick. While `look` runs, one more of these can be made durable and answered, and the one
    // after that waits: ask and leave. `look` must not call this Reader, nor Execute or another
    // blocking call of the SerialHub (they might wait for it for ever).
    template <typename Look>
    auto Read(Look&& look) {
      const Visit visit(*this);
      return std::forward<Look>(look)(visit.view(), visit.head());
    }

   private:
    friend class SerialHub;
    struct State;
    // A stay on one side, from construction to destruction.
    class Visit {
     public:
      explicit Visit(Reader& reader);
      ~Visit();
      Visit(const Visit&) = delete;
      Visit& operator=(const Visit&) = delete;
      const View& view() const { return view_; }
      const JournalHead& head() const;

     private:
      Reader& reader_;
      std::size_t version_;  // where it counts as present
      std::size_t side_;
      View view_;
    };

    explicit Reader(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
  };

  // Any thread. Errors: InvalidArgument without read_views.
  StatusOr<std::unique_ptr<Reader>> NewReader();

 private:
  class Impl;
  explicit SerialHub(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace geo

#endif  // GEO_HUB_SERIAL_HUB_H_
