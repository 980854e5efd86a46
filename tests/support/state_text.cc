#include "tests/support/state_text.h"

#include <fmt/format.h>

#include <cstdlib>
#include <iterator>
#include <string_view>

#include "geo/base/encoding.h"

namespace geo::tests {
namespace {

using Out = std::back_insert_iterator<std::string>;

std::string Short(std::string_view bytes) { return EncodeHex(bytes.substr(0, 8)); }

std::string Maybe(const std::optional<Amount>& amount) {
  return amount ? std::to_string(*amount) : "-";
}

void AddParticipants(const Ledger& ledger, Out out) {
  for (ParticipantIndex i = 0; i < ledger.participant_count(); ++i) {
    const Participant& p = ledger.participant(i);
    fmt::format_to(out, "participant {} {} key {} type {} status {} level {} name {} profile {} ",
                   i, Short(p.pid.view()), Short(p.key.view()), int(p.type), int(p.status),
                   p.verification_level, Short(p.name_hash.view()), Short(p.profile_hash.view()));
    fmt::format_to(out, "created {} updated {} seq {} pairs", p.created, p.updated,
                   ledger.LastSequence(p.pid));
    for (const PairIndex pair : ledger.PairsOf(i)) fmt::format_to(out, " {}", pair);
    fmt::format_to(out, "\n");
  }
}

void AddEquivalents(const Ledger& ledger, Out out) {
  for (EquivalentIndex i = 0; i < ledger.equivalent_count(); ++i) {
    const Equivalent& e = ledger.equivalent(i);
    fmt::format_to(out, "equivalent {} {} precision {} kind {} status {} iso '{}' text '{}'\n", i,
                   std::string(e.code.text()), e.precision, int(e.kind), int(e.status), e.iso_code,
                   e.description);
    for (ParticipantIndex p = 0; p < ledger.participant_count(); ++p) {
      const AmountSum position = ledger.Position(p, i);
      if (position != 0) fmt::format_to(out, "position {} {}\n", p, FormatSum(position, 0));
    }
  }
}

void AddLines(const Ledger& ledger, Out out) {
  for (LineIndex i = 0; i < ledger.line_count(); ++i) {
    const TrustLine line = ledger.line(i);
    const LinePolicy& policy = line.policy;
    fmt::format_to(out, "line {} {} equivalent {} {}->{} status {} limit {} created {} updated {}",
                   i, FormatLineId(line.id), line.equivalent, line.owner, line.debtor,
                   int(line.status), line.limit, line.created, line.updated);
    fmt::format_to(out, " policy {}{}{} hops {} daily {} single {}", int(policy.auto_clearing),
                   int(policy.can_be_intermediate), int(policy.allow_growth),
                   policy.max_hops.value_or(0), Maybe(policy.daily_limit),
                   Maybe(policy.max_single_payment));
    for (const Pid& pid : policy.blocked_participants) {
      fmt::format_to(out, " {}", Short(pid.view()));
    }
    fmt::format_to(out, "\n");
  }
}

void AddPairs(const Ledger& ledger, Out out) {
  for (PairIndex i = 0; i < ledger.pair_count(); ++i) {
    const Pair& p = ledger.pair(i);
    fmt::format_to(out, "pair {} equivalent {} {}-{} lines {} {} balance {} reserved {} {} ", i,
                   p.equivalent, p.a, p.b, p.line_ab, p.line_ba, p.balance, p.reserved_ab,
                   p.reserved_ba);
    fmt::format_to(out, "day {} paid {} {}\n", p.paid_day, p.paid_ab, p.paid_ba);
  }
  for (const PairIndex pair : ledger.DailyLimitedPairs()) fmt::format_to(out, "daily {}\n", pair);
}

template <typename T>
void AddByLevel(const char* what, const ByLevel<T>& limits, Out out) {
  for (std::size_t level = 0; level < limits.size(); ++level) {
    if (limits[level]) fmt::format_to(out, "limit {} level {} {}\n", what, level, *limits[level]);
  }
}

void AddLimits(const Ledger& ledger, Out out) {
  AddByLevel("lines", ledger.count_limits().lines, out);
  AddByLevel("payments", ledger.count_limits().payments_per_day, out);
  for (EquivalentIndex i = 0; i < ledger.equivalent_count(); ++i) {
    fmt::format_to(out, "equivalent {}\n", i);
    AddByLevel("payment", ledger.amount_limits(i).payment, out);
    AddByLevel("line", ledger.amount_limits(i).line, out);
  }
  for (ParticipantIndex i = 0; i < ledger.participant_count(); ++i) {
    fmt::format_to(out, "lines given {} payments {}\n", ledger.LiveLinesOf(i),
                   ledger.PaymentsOn(i, DayOf(ledger.last_time())));
  }
}

void AddPrepared(const Ledger& ledger, Out out) {
  for (const Transaction* t : ledger.Prepared({}, ledger.prepared_count()).waiting) {
    fmt::format_to(out,
                   "prepared {} {}->{} equivalent {} amount {} state {} text {} constraints {}",
                   std::string(t->id.text()), t->payer, t->payee, t->equivalent, t->amount,
                   int(t->state), Short(t->description_hash.view()), EncodeHex(t->constraints));
    for (const Route& route : t->routes) {
      fmt::format_to(out, " route {}", route.amount);
      for (const ParticipantIndex one : route.participants) fmt::format_to(out, " {}", one);
    }
    const Hold& hold = *t->hold;
    fmt::format_to(out, " at {} until {} flags {}{}{}{}\n", hold.prepared_at, hold.expires_at,
                   int(hold.voted), int(hold.explicit_routes), int(hold.default_lifetime),
                   int(hold.expired));
  }
}

void AddProposals(const Ledger& ledger, Out out) {
  for (const Proposal* p : ledger.Proposals({}, ledger.proposal_count()).waiting) {
    fmt::format_to(
        out,
        "proposal {} by {} of {} equivalent {} least {} at {} until {} default {} state {} cycle",
        std::string(p->id.text()), Short(p->proposer.view()), ledger.ProposedBy(p->proposer),
        p->equivalent, p->min_amount, p->proposed_at, p->expires_at, int(p->default_lifetime),
        int(p->state));
    for (const ParticipantIndex one : p->cycle) fmt::format_to(out, " {}", one);
    fmt::format_to(out, " accepted");
    for (const ParticipantIndex one : p->accepted) fmt::format_to(out, " {}", one);
    fmt::format_to(out, "\n");
  }
}

}  // namespace

std::string StateText(const Ledger& ledger) {
  std::string text;
  const Out out = std::back_inserter(text);
  if (!ledger.founded()) return "not founded\n";
  const Genesis& genesis = ledger.genesis();
  fmt::format_to(out, "network {} key {} time {} payments {}\n", genesis.network,
                 Short(genesis.hub_key.view()), ledger.last_time(), ledger.has_payments());
  for (const Operator& one : genesis.operators) {
    fmt::format_to(out, "operator {} role {} seq {}\n", Short(one.pid.view()), int(one.role),
                   ledger.LastSequence(one.pid));
  }
  AddParticipants(ledger, out);
  AddEquivalents(ledger, out);
  AddLines(ledger, out);
  AddPairs(ledger, out);
  AddPrepared(ledger, out);
  AddProposals(ledger, out);
  AddLimits(ledger, out);
  return text;
}

std::string JournalBytes(Store& store) {
  std::string bytes;
  const auto add = [&](std::string_view packed) -> StatusOr<bool> {
    bytes += packed;
    return true;
  };
  if (!store.Open({}).ok() || !store.Replay(0, add).ok() || !store.Close().ok()) std::abort();
  return bytes;
}

}  // namespace geo::tests
