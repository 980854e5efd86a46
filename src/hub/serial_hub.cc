// The only file of the library that touches threads (DESIGN "Threads").
//
// Two things live here: the turn, which one thread has at a time and in which alone the hub and its
// store are used; and the left–right pair, by which readers see durable state without waiting.
#include "geo/hub/serial_hub.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <climits>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "src/base/no_memory.h"
#include "src/base/status_macros.h"
#include "src/hub/hub_impl.h"

#if defined(__linux__)
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace geo {
namespace {

Status Closed() { return MakeError(ErrorCode::kStoreClosed, "the hub was closed"); }

// Rings for everybody who waits. Who wants to wait for the next ring first notes how often it rang,
// then looks whether there is anything to wait for, and then waits unless it rang meanwhile.
//
// On Linux it asks the kernel itself: libstdc++'s std::atomic::wait gives the processor away four
// times before it sleeps, which with more threads than processors is four switches for nothing.
class Bell {
 public:
  std::uint32_t rings() const { return rings_.load(); }

  // Returns when it rang more often than `seen`; now and then earlier.
  void Wait(std::uint32_t seen) {
#if defined(__linux__)
    syscall(SYS_futex, &rings_, FUTEX_WAIT_PRIVATE, seen, nullptr, nullptr, 0);
#else
    rings_.wait(seen);
#endif
  }

  // Counts a ring; those who wait hear it with WakeAll. Two steps, so that the first can be taken
  // under a mutex, and nobody is woken only to wait for that.
  void Ring() { ++rings_; }
  void WakeAll() {
#if defined(__linux__)
    syscall(SYS_futex, &rings_, FUTEX_WAKE_PRIVATE, INT_MAX, nullptr, nullptr, 0);
#else
    rings_.notify_all();
#endif
  }

 private:
  std::atomic<std::uint32_t> rings_ = 0;
  static_assert(sizeof(rings_) == sizeof(std::uint32_t));
};

// Two copies of the state, after "Left-Right: A Concurrency Control Technique with Wait-Free
// Population Oblivious Reads" (Ramalhete and Correia, 2013). Readers are on the front side, the
// writer has the back side for himself. Who arrives counts himself in under the present version;
// having turned the sides round, the writer waits until both versions were empty once, and then
// nobody can still be on what was the front.
class LeftRight {
 public:
  std::size_t Arrive() {
    const std::size_t version = version_.load();
    present_[version].count.fetch_add(1);
    return version;
  }
  void Depart(std::size_t version) {
    if (present_[version].count.fetch_sub(1) == 1) present_[version].count.notify_all();
  }
  std::size_t front() const { return front_.load(); }
  std::size_t back() const { return 1 - front_.load(); }

  // The writer's. Those who arrive from now on see the other side.
  void Turn() { front_.store(back()); }
  // Returns when nobody is on the back side any more.
  void Drain() {
    const std::size_t before = version_.load();
    WaitUntilEmpty(1 - before);
    version_.store(1 - before);
    WaitUntilEmpty(before);
  }

 private:
  struct alignas(64) Present {
    std::atomic<std::uint32_t> count = 0;
  };
  void WaitUntilEmpty(std::size_t version) {
    std::atomic<std::uint32_t>& count = present_[version].count;
    while (const std::uint32_t now = count.load()) count.wait(now);
  }

  std::atomic<std::size_t> front_ = 0;
  std::atomic<std::size_t> version_ = 0;
  std::array<Present, 2> present_;
};

// One of the two states. Whoever owns ledger and router at the time, they stay where they are.
struct Side {
  const Ledger* ledger = nullptr;
  Router* router = nullptr;
  JournalHead head;
  Timestamp clock = 0;  // the hub's, when it was there
};

StatusOr<std::unique_ptr<Ledger>> CopyOf(const Ledger& ledger, const JournalHead& head) {
  constexpr std::size_t kItemsPerSlice = 65'536;
  auto copy = std::make_unique<Ledger>();
  Ledger::SnapshotCursor cursor;
  while (true) {
    const std::string slice = ledger.NextSlice(cursor, head, kItemsPerSlice);
    if (slice.empty()) break;
    GEO_RETURN_IF_ERROR(copy->LoadSlice(slice).status());
  }
  GEO_RETURN_IF_ERROR(copy->FinishLoading(head));
  return copy;
}

}  // namespace

class SerialHub::Impl {
 public:
  Impl(std::unique_ptr<Hub> hub, const SerialHubOptions& options)
      : owner_(std::move(hub)), hub_(*owner_->impl_), options_(options) {
    options_.max_group = std::min({options_.max_group, hub_.options.max_pending, kLargestGroup});
    group_.reserve(options_.max_group);
  }

  Status MakeViews();
  StatusOr<CommandResult> Execute(const VerifiedCommand& command, Timestamp now, const Plan* plan);
  template <typename Use>
  auto Alone(Use&& use) -> decltype(use(std::declval<Hub&>()));
  template <typename Use>
  auto Upkeep(Use&& use) -> decltype(use(std::declval<Hub::Impl&>()));
  // Makes durable what the hub has planned. In a turn only.
  StatusOr<std::vector<CommandResult>> Write();
  Status Close();
  SerialHubCounts counts() const;

  bool has_views() const { return options_.read_views; }
  LeftRight& left_right() { return left_right_; }
  const Side& side(std::size_t index) const { return sides_[index]; }
  const RouteConstraints& routing() const { return hub_.options.routing; }

 private:
  // A command whose thread waits in Execute.
  struct Waiting {
    const VerifiedCommand* command;
    Timestamp now;
    const Plan* plan;
    Duration begun;  // by the host's stopwatch
    std::optional<StatusOr<CommandResult>> answer = {};
    std::atomic<bool> done = false;  // its thread may go, and with it all of this
  };
  using Lock = std::unique_lock<std::mutex>;

  Status CheckOpen() const;
  bool MayLead() const;
  void EndTurn(Lock& lock, bool was_group);
  void WakeOthers(Lock& lock);
  void RunGroup(Lock& lock);
  void PlanWaiting(Lock& lock);
  template <typename Use>
  auto InTurn(Use&& use) -> decltype(use());
  StatusOr<std::vector<CommandResult>> TryWrite();
  void Answer(StatusOr<std::vector<CommandResult>> results);
  void ShowBack();
  Status CatchUp();
  Status TryCatchUp();

  const std::unique_ptr<Hub> owner_;
  Hub::Impl& hub_;  // used in a turn only, without the mutex
  SerialHubOptions options_;
  std::vector<Waiting*> group_;  // of the present turn; has room for the largest

  // Rings, under the mutex, when those who wait in Execute may have their answers or may lead. They
  // wait for it without the mutex: who has his answer need not queue up for that too.
  Bell bell_;

  mutable std::mutex mutex_;         // guards what follows up to the pair
  std::condition_variable changed_;  // for everybody else who waits
  std::deque<Waiting*> queue_;
  bool busy_ = false;           // somebody has the turn
  bool last_was_group_ = true;  // so that neither kind of turn keeps the other out
  std::size_t waiting_alone_ = 0;
  bool closing_ = false;
  Status broken_;  // why there will be no more groups; ok while there will
  SerialHubCounts counts_;

  // The pair. The hub owns the back side and changes it; the front is owned here.
  LeftRight left_right_;
  std::array<Side, 2> sides_;
  std::unique_ptr<Ledger> front_ledger_;
  std::unique_ptr<DeferredRouter> front_router_;
  bool turned_ = false;  // the sides were turned; the hub's is the front until CatchUp
  std::string behind_;   // the records that the other side has not seen
};

// --- The turn. ---

Status SerialHub::Impl::CheckOpen() const {
  if (!broken_.ok()) return broken_;
  return closing_ ? CatchNoMemory(Closed) : OkStatus();
}

// Memory may fail anywhere in a turn, but those who wait must be answered and the turn must end.
// What was left half done must not be used.
template <typename Use>
auto SerialHub::Impl::InTurn(Use&& use) -> decltype(use()) {
  bool done = false;
  auto result = CatchNoMemory([&] {
    auto answer = use();
    done = true;
    return answer;
  });
  if (!done && hub_.poison.ok()) hub_.Poison(NoMemory());
  return result;
}

// Groups and single calls take turns when both wait.
bool SerialHub::Impl::MayLead() const {
  return !busy_ && (waiting_alone_ == 0 || !last_was_group_);
}

// Lets the lock go.
void SerialHub::Impl::EndTurn(Lock& lock, bool was_group) {
  if (broken_.ok()) broken_ = CatchNoMemory([this] { return hub_.CheckUsable(); });
  if (!broken_.ok()) {
    for (Waiting* one : queue_) {
      one->answer = broken_;
      one->done = true;  // and it must not be touched any more
    }
    queue_.clear();
  }
  busy_ = false;
  last_was_group_ = was_group;
  WakeOthers(lock);
}

void SerialHub::Impl::WakeOthers(Lock& lock) {
  bell_.Ring();
  lock.unlock();
  bell_.WakeAll();
  changed_.notify_all();
}

template <typename Use>
auto SerialHub::Impl::Alone(Use&& use) -> decltype(use(std::declval<Hub&>())) {
  Lock lock(mutex_);
  ++waiting_alone_;
  changed_.wait(lock, [&] { return !busy_ && (queue_.empty() || last_was_group_); });
  --waiting_alone_;
  if (Status open = CheckOpen(); !open.ok()) {
    WakeOthers(lock);
    return open;
  }
  busy_ = true;
  lock.unlock();
  const Status caught_up = CatchUp();
  using Result = decltype(use(*owner_));
  Result result =
      caught_up.ok() ? InTurn([&]() -> Result { return use(*owner_); }) : Result(caught_up);
  if (caught_up.ok()) ShowBack();
  lock.lock();
  if (broken_.ok()) broken_ = caught_up;
  EndTurn(lock, false);
  return result;
}

StatusOr<CommandResult> SerialHub::Impl::Execute(const VerifiedCommand& command, Timestamp now,
                                                 const Plan* plan) {
  Waiting waiting{&command, now, plan, hub_.observer.Now()};
  Lock lock(mutex_);
  GEO_RETURN_IF_ERROR(CheckOpen());
  const auto join = [&] {
    if (queue_.size() < options_.queue) {
      queue_.push_back(&waiting);
      return OkStatus();
    }
    ++counts_.refused_full;
    return MakeError(ErrorCode::kQueueFull,
                     std::to_string(options_.queue) + " commands wait already; try again later");
  };
  GEO_RETURN_IF_ERROR(CatchNoMemory(join));
  while (!waiting.done) {
    if (MayLead()) {
      busy_ = true;
      RunGroup(lock);
      EndTurn(lock, true);
    } else {
      const std::uint32_t seen = bell_.rings();
      lock.unlock();
      bell_.Wait(seen);
    }
    if (waiting.done) break;
    lock.lock();
  }
  return *std::move(waiting.answer);
}

// --- One group. ---

void SerialHub::Impl::RunGroup(Lock& lock) {
  lock.unlock();
  const Status caught_up = CatchUp();
  lock.lock();
  if (!caught_up.ok()) {
    broken_ = caught_up;
    return;
  }
  PlanWaiting(lock);
  lock.unlock();
  StatusOr<std::vector<CommandResult>> results = Write();
  if (results.ok()) ShowBack();
  lock.lock();
  Answer(std::move(results));
  group_.clear();
}

// Plans what waits, and what arrives meanwhile. Those who were answered a moment ago are about to
// come back with their next commands: when nobody waits they are let through once before the group
// is closed, or they would form a second group that alternates with this one.
void SerialHub::Impl::PlanWaiting(Lock& lock) {
  bool let_through = false;
  while (group_.size() < options_.max_group) {
    const std::size_t planned = group_.size();
    const std::size_t taken = std::min(options_.max_group - planned, queue_.size());
    const auto end = queue_.begin() + static_cast<std::ptrdiff_t>(taken);
    group_.insert(group_.end(), queue_.begin(), end);
    queue_.erase(queue_.begin(), end);
    if (taken == 0 && let_through) return;
    let_through = taken == 0;
    lock.unlock();
    for (std::size_t i = planned; i < group_.size(); ++i) {
      Waiting& one = *group_[i];
      const Status submitted =
          InTurn([&] { return hub_.Submit(*one.command, one.now, one.plan, one.begun); });
      if (!submitted.ok()) one.answer = submitted;
    }
    if (taken == 0) std::this_thread::yield();
    lock.lock();
  }
}

StatusOr<std::vector<CommandResult>> SerialHub::Impl::Write() {
  return InTurn([this] { return TryWrite(); });
}

// What upkeep could not write, the store being busy, comes before the group's and answers nobody.
StatusOr<std::vector<CommandResult>> SerialHub::Impl::TryWrite() {
  GEO_RETURN_IF_ERROR(hub_.CheckUsable());  // a command of this group may have poisoned it
  std::vector<CommandResult> results;
  while (hub_.TakeBatch() != nullptr) {
    Status appended = hub_.AppendTaken();
    for (std::size_t i = 0; i < options_.busy_retries; ++i) {
      if (ErrorCodeOf(appended) != ErrorCode::kStoreBusy) break;
      appended = hub_.AppendTaken();
    }
    if (ErrorCodeOf(appended) == ErrorCode::kStoreBusy) {
      hub_.Poison(appended);  // nobody is left who could try again
      return appended;
    }
    std::string& records = hub_.in_flight->batch.records;
    const bool shows = has_views() && appended.ok();
    if (shows) behind_ = behind_.empty() ? std::move(records) : behind_ + records;
    // Only the last batch has the group's answers.
    GEO_ASSIGN_OR_RETURN(results, hub_.BatchDone(appended));
  }
  return results;
}

void SerialHub::Impl::Answer(StatusOr<std::vector<CommandResult>> results) {
  std::size_t next = 0;
  for (Waiting* one : group_) {
    const bool submitted = !one->answer.has_value();
    if (submitted && results.ok()) one->answer = std::move((*results)[next++]);
    if (submitted && !results.ok()) one->answer = results.status();
    one->done = true;
  }
  counts_.commands += group_.size();
  ++counts_.groups;
  counts_.largest_group = std::max<std::uint64_t>(counts_.largest_group, group_.size());
}

// --- The rest of what threads may ask. ---

// Upkeep, which wants nothing to be pending: an earlier call may have found the store busy.
template <typename Use>
auto SerialHub::Impl::Upkeep(Use&& use) -> decltype(use(std::declval<Hub::Impl&>())) {
  return Alone([&](Hub&) -> decltype(use(hub_)) {
    GEO_RETURN_IF_ERROR(Write().status());
    return use(hub_);
  });
}

Status SerialHub::Impl::Close() {
  Lock lock(mutex_);
  GEO_RETURN_IF_ERROR(CheckOpen());
  closing_ = true;
  changed_.wait(lock, [&] { return !busy_ && queue_.empty(); });
  busy_ = true;
  lock.unlock();
  Status closed = CatchUp();
  if (closed.ok()) closed = owner_->Close();
  lock.lock();
  broken_ = CatchNoMemory(Closed);
  EndTurn(lock, false);
  return closed;
}

SerialHubCounts SerialHub::Impl::counts() const {
  const Lock lock(mutex_);
  SerialHubCounts counts = counts_;
  counts.waiting = queue_.size();
  counts.waiting_calls = waiting_alone_;
  return counts;
}

// --- Views. ---

Status SerialHub::Impl::MakeViews() {
  const std::size_t back = left_right_.back();
  hub_.router->Sync();
  sides_[back] = {hub_.ledger.get(), hub_.router.get(), hub_.durable, hub_.clock};
  GEO_ASSIGN_OR_RETURN(front_ledger_, CopyOf(*hub_.ledger, hub_.durable));
  front_router_ = std::make_unique<DeferredRouter>(NewRouter(*front_ledger_, hub_.day));
  sides_[1 - back] = {front_ledger_.get(), front_router_.get(), hub_.durable, hub_.clock};
  return OkStatus();
}

// Lets readers see the hub's side, which is durable between groups.
void SerialHub::Impl::ShowBack() {
  if (!has_views() || !hub_.poison.ok()) return;
  const Side& front = sides_[left_right_.front()];
  if (front.head == hub_.durable && front.clock == hub_.clock) return;
  const auto sync = [this] {
    hub_.router->Sync();
    return OkStatus();
  };
  if (!InTurn(sync).ok()) return;
  Side& back = sides_[left_right_.back()];
  back.head = hub_.durable;
  back.clock = hub_.clock;
  left_right_.Turn();
  turned_ = true;
}

// Before the hub's state changes again: when readers are on it, waits for the last of them to leave
// the other side, brings that to the same records, and gives it to the hub.
Status SerialHub::Impl::CatchUp() {
  return InTurn([this] { return TryCatchUp(); });
}

Status SerialHub::Impl::TryCatchUp() {
  if (!std::exchange(turned_, false)) return OkStatus();
  left_right_.Drain();
  std::swap(hub_.ledger, front_ledger_);
  std::swap(hub_.router, front_router_);
  hub_.router->DayChanged(hub_.day);
  const std::string records = std::exchange(behind_, std::string());
  for (std::string_view rest = records; !rest.empty();) {
    GEO_ASSIGN_OR_RETURN(const Record record, TakeUnhashedRecord(&rest));
    hub_.ledger->Apply(record);
    TellRouter(record, *hub_.ledger, *hub_.router);
  }
  return OkStatus();
}

struct SerialHub::Reader::State {
  SerialHub::Impl* hub;
  std::array<std::unique_ptr<Router>, 2> routers;  // siblings of those of the two sides
};

SerialHub::Reader::Reader(std::unique_ptr<State> state) : state_(std::move(state)) {}
SerialHub::Reader::~Reader() = default;

SerialHub::Reader::Visit::Visit(Reader& reader)
    : reader_(reader),
      version_(reader.state_->hub->left_right().Arrive()),
      side_(reader.state_->hub->left_right().front()),
      view_(*reader.state_->hub->side(side_).ledger, *reader.state_->routers[side_],
            reader.state_->hub->routing(), reader.state_->hub->side(side_).clock) {}

SerialHub::Reader::Visit::~Visit() { reader_.state_->hub->left_right().Depart(version_); }

const JournalHead& SerialHub::Reader::Visit::head() const {
  return reader_.state_->hub->side(side_).head;
}

// --- The door. ---

SerialHub::SerialHub(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
SerialHub::~SerialHub() = default;

StatusOr<std::unique_ptr<SerialHub>> SerialHub::Create(std::unique_ptr<Hub> hub,
                                                       const SerialHubOptions& options) {
  if (hub == nullptr || options.queue == 0 || options.max_group == 0) {
    return MakeError(ErrorCode::kInvalidArgument,
                     "a serial hub needs a hub, and queue and max_group of at least 1");
  }
  return CatchNoMemory([&]() -> StatusOr<std::unique_ptr<SerialHub>> {
    GEO_RETURN_IF_ERROR(hub->impl_->CheckUsable());
    GEO_RETURN_IF_ERROR(hub->impl_->CheckNothingPending());
    auto impl = std::make_unique<Impl>(std::move(hub), options);
    if (options.read_views) GEO_RETURN_IF_ERROR(impl->MakeViews());
    return std::unique_ptr<SerialHub>(new SerialHub(std::move(impl)));
  });
}

StatusOr<std::unique_ptr<SerialHub::Reader>> SerialHub::NewReader() {
  if (!impl_->has_views()) {
    return MakeError(ErrorCode::kInvalidArgument, "readers need the option read_views");
  }
  return CatchNoMemory([&]() -> StatusOr<std::unique_ptr<Reader>> {
    auto state = std::make_unique<Reader::State>();
    state->hub = impl_.get();
    for (std::size_t i = 0; i < 2; ++i) state->routers[i] = impl_->side(i).router->NewSibling();
    return std::unique_ptr<Reader>(new Reader(std::move(state)));
  });
}

StatusOr<CommandResult> SerialHub::Execute(const VerifiedCommand& command, Timestamp now,
                                           const Plan* plan) {
  return impl_->Execute(command, now, plan);
}

Status SerialHub::Tick(Timestamp now) {
  return impl_->Alone([&](Hub& hub) {
    hub.Tick(now);
    return impl_->Write().status();
  });
}

StatusOr<std::vector<Event>> SerialHub::PollEvents(std::uint64_t after, std::size_t max) {
  return impl_->Alone([&](Hub& hub) { return hub.PollEvents(after, max); });
}

Status SerialHub::AcknowledgeEvents(std::uint64_t seq) {
  return impl_->Alone([&](Hub& hub) { return hub.AcknowledgeEvents(seq); });
}

StatusOr<std::optional<Transaction>> SerialHub::FindTransaction(const TxId& id) {
  return impl_->Alone([&](Hub& hub) { return hub.FindTransaction(id); });
}

StatusOr<std::optional<ProposalView>> SerialHub::FindProposal(const TxId& id) {
  return impl_->Alone([&](Hub& hub) { return hub.FindProposal(id); });
}

StatusOr<std::optional<std::string>> SerialHub::FindText(const Hash256& hash) {
  return impl_->Alone([&](Hub& hub) { return hub.FindText(hash); });
}

Status SerialHub::ErasePersonalText(const Pid& participant) {
  return impl_->Upkeep([&](auto& hub) { return hub.ErasePersonalText(participant); });
}

StatusOr<bool> SerialHub::CheckpointStep() {
  return impl_->Upkeep([](auto& hub) { return hub.CheckpointStep(); });
}

StatusOr<bool> SerialHub::UpdateReadModelStep() {
  return impl_->Upkeep([](auto& hub) { return hub.UpdateReadModelStep(); });
}

StatusOr<JournalHead> SerialHub::head() {
  return impl_->Alone([](Hub& hub) -> StatusOr<JournalHead> { return hub.head(); });
}

StatusOr<std::vector<IntegrityReport>> SerialHub::CheckIntegrity() {
  return impl_->Alone([](Hub& hub) { return hub.CheckIntegrity(); });
}

Status SerialHub::ReadMetrics(Timestamp now, const std::function<void()>& read) {
  // What `read` finds no memory for has not touched the hub.
  return impl_->Alone([&](Hub& hub) {
    hub.SetGauges(now);
    return CatchNoMemory([&] {
      read();
      return OkStatus();
    });
  });
}

SerialHubCounts SerialHub::counts() const { return impl_->counts(); }

Status SerialHub::Close() { return impl_->Close(); }

}  // namespace geo
