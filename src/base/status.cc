#include "geo/base/status.h"

#include <array>
#include <string>

#include "absl/strings/cord.h"
#include "absl/strings/numbers.h"
#include "absl/strings/string_view.h"

namespace geo {
namespace {

constexpr char kPayloadUrl[] = "geo/error-code";

struct CodeRow {
  ErrorCode code;
  std::string_view name;
  ProtocolCode protocol;
  absl::StatusCode status;
};

using enum ProtocolCode;
using absl::StatusCode;

constexpr CodeRow kRows[] = {
    {ErrorCode::kOk, "Ok", kNone, StatusCode::kOk},
    {ErrorCode::kInvalidArgument, "InvalidArgument", kE009, StatusCode::kInvalidArgument},
    {ErrorCode::kAmountSyntax, "AmountSyntax", kE009, StatusCode::kInvalidArgument},
    {ErrorCode::kAmountTooPrecise, "AmountTooPrecise", kE009, StatusCode::kInvalidArgument},
    {ErrorCode::kAmountOverflow, "AmountOverflow", kE009, StatusCode::kOutOfRange},
    {ErrorCode::kAmountNotPositive, "AmountNotPositive", kE009, StatusCode::kInvalidArgument},
    {ErrorCode::kEquivalentCodeSyntax, "EquivalentCodeSyntax", kE009, StatusCode::kInvalidArgument},
    {ErrorCode::kTxIdSyntax, "TxIdSyntax", kE009, StatusCode::kInvalidArgument},
    {ErrorCode::kPidSyntax, "PidSyntax", kE009, StatusCode::kInvalidArgument},
    {ErrorCode::kEncodingSyntax, "EncodingSyntax", kE009, StatusCode::kInvalidArgument},
    {ErrorCode::kJsonSyntax, "JsonSyntax", kE009, StatusCode::kInvalidArgument},
    {ErrorCode::kJsonUnsupported, "JsonUnsupported", kE009, StatusCode::kInvalidArgument},
    {ErrorCode::kTextInvalid, "TextInvalid", kE009, StatusCode::kInvalidArgument},
    {ErrorCode::kPolicyInvalid, "PolicyInvalid", kE009, StatusCode::kInvalidArgument},
    {ErrorCode::kEquivalentMetaInvalid, "EquivalentMetaInvalid", kE009,
     StatusCode::kInvalidArgument},
    {ErrorCode::kSelfPayment, "SelfPayment", kE009, StatusCode::kInvalidArgument},
    {ErrorCode::kSelfTrust, "SelfTrust", kE009, StatusCode::kInvalidArgument},
    {ErrorCode::kLimitBelowDebt, "LimitBelowDebt", kE009, StatusCode::kFailedPrecondition},
    {ErrorCode::kLineHasDebt, "LineHasDebt", kE009, StatusCode::kFailedPrecondition},
    {ErrorCode::kConstraintRange, "ConstraintRange", kE009, StatusCode::kInvalidArgument},
    {ErrorCode::kCommandSyntax, "CommandSyntax", kE009, StatusCode::kInvalidArgument},
    {ErrorCode::kTooLarge, "TooLarge", kE009, StatusCode::kResourceExhausted},
    {ErrorCode::kPlanInvalid, "PlanInvalid", kE009, StatusCode::kInvalidArgument},
    {ErrorCode::kBadSignature, "BadSignature", kE005, StatusCode::kUnauthenticated},
    {ErrorCode::kMissingSignature, "MissingSignature", kE005, StatusCode::kUnauthenticated},
    {ErrorCode::kKeyMismatch, "KeyMismatch", kE005, StatusCode::kUnauthenticated},
    {ErrorCode::kWrongNetwork, "WrongNetwork", kE005, StatusCode::kUnauthenticated},
    {ErrorCode::kTextMismatch, "TextMismatch", kE005, StatusCode::kUnauthenticated},
    {ErrorCode::kNotPermitted, "NotPermitted", kE006, StatusCode::kPermissionDenied},
    {ErrorCode::kParticipantNotActive, "ParticipantNotActive", kE006,
     StatusCode::kPermissionDenied},
    {ErrorCode::kEquivalentNotActive, "EquivalentNotActive", kE006, StatusCode::kPermissionDenied},
    {ErrorCode::kParticipantExists, "ParticipantExists", kE008, StatusCode::kAlreadyExists},
    {ErrorCode::kEquivalentExists, "EquivalentExists", kE008, StatusCode::kAlreadyExists},
    {ErrorCode::kLineExists, "LineExists", kE008, StatusCode::kAlreadyExists},
    {ErrorCode::kLineClosed, "LineClosed", kE008, StatusCode::kFailedPrecondition},
    {ErrorCode::kTxIdReused, "TxIdReused", kE008, StatusCode::kAlreadyExists},
    {ErrorCode::kSequenceUsed, "SequenceUsed", kE008, StatusCode::kAlreadyExists},
    {ErrorCode::kReservationExpired, "ReservationExpired", kE008, StatusCode::kFailedPrecondition},
    {ErrorCode::kEquivalentInUse, "EquivalentInUse", kE008, StatusCode::kFailedPrecondition},
    {ErrorCode::kHasObligations, "HasObligations", kE008, StatusCode::kFailedPrecondition},
    {ErrorCode::kPairReserved, "PairReserved", kE008, StatusCode::kFailedPrecondition},
    {ErrorCode::kStatusConflict, "StatusConflict", kE008, StatusCode::kFailedPrecondition},
    {ErrorCode::kTransactionFinal, "TransactionFinal", kE008, StatusCode::kFailedPrecondition},
    {ErrorCode::kAlreadyFounded, "AlreadyFounded", kE008, StatusCode::kAlreadyExists},
    {ErrorCode::kTooManyPrepared, "TooManyPrepared", kE008, StatusCode::kResourceExhausted},
    {ErrorCode::kTxIdOtherOperation, "TxIdOtherOperation", kE008, StatusCode::kAlreadyExists},
    {ErrorCode::kTxIdOtherPayee, "TxIdOtherPayee", kE008, StatusCode::kAlreadyExists},
    {ErrorCode::kTxIdOtherEquivalent, "TxIdOtherEquivalent", kE008, StatusCode::kAlreadyExists},
    {ErrorCode::kTxIdOtherAmount, "TxIdOtherAmount", kE008, StatusCode::kAlreadyExists},
    {ErrorCode::kTxIdOtherDescription, "TxIdOtherDescription", kE008, StatusCode::kAlreadyExists},
    {ErrorCode::kTxIdOtherConstraints, "TxIdOtherConstraints", kE008, StatusCode::kAlreadyExists},
    {ErrorCode::kTxIdOtherRoutes, "TxIdOtherRoutes", kE008, StatusCode::kAlreadyExists},
    {ErrorCode::kTxIdOtherLifetime, "TxIdOtherLifetime", kE008, StatusCode::kAlreadyExists},
    {ErrorCode::kExpired, "Expired", kE007, StatusCode::kDeadlineExceeded},
    {ErrorCode::kNotYetValid, "NotYetValid", kE007, StatusCode::kFailedPrecondition},
    {ErrorCode::kDeadline, "Deadline", kE007, StatusCode::kDeadlineExceeded},
    {ErrorCode::kUnknownParticipant, "UnknownParticipant", kE001, StatusCode::kNotFound},
    {ErrorCode::kUnknownEquivalent, "UnknownEquivalent", kE001, StatusCode::kNotFound},
    {ErrorCode::kUnknownLine, "UnknownLine", kE001, StatusCode::kNotFound},
    {ErrorCode::kUnknownTransaction, "UnknownTransaction", kE001, StatusCode::kNotFound},
    {ErrorCode::kNoRoute, "NoRoute", kE001, StatusCode::kNotFound},
    {ErrorCode::kInsufficientCapacity, "InsufficientCapacity", kE002,
     StatusCode::kFailedPrecondition},
    {ErrorCode::kPaymentAboveLimit, "PaymentAboveLimit", kE003, StatusCode::kOutOfRange},
    {ErrorCode::kLineAboveLimit, "LineAboveLimit", kE003, StatusCode::kOutOfRange},
    {ErrorCode::kTooManyLines, "TooManyLines", kE003, StatusCode::kResourceExhausted},
    {ErrorCode::kTooManyPaymentsToday, "TooManyPaymentsToday", kE003,
     StatusCode::kResourceExhausted},
    {ErrorCode::kTooManyPreparedByPayer, "TooManyPreparedByPayer", kE003,
     StatusCode::kResourceExhausted},
    {ErrorCode::kLineNotActive, "LineNotActive", kE004, StatusCode::kFailedPrecondition},
    {ErrorCode::kStoreConflict, "StoreConflict", kE010, StatusCode::kAborted},
    {ErrorCode::kStoreFenced, "StoreFenced", kE010, StatusCode::kAborted},
    {ErrorCode::kStoreBusy, "StoreBusy", kE010, StatusCode::kUnavailable},
    {ErrorCode::kStoreFull, "StoreFull", kE010, StatusCode::kResourceExhausted},
    {ErrorCode::kStoreIo, "StoreIo", kE010, StatusCode::kUnavailable},
    {ErrorCode::kStoreCorrupt, "StoreCorrupt", kE010, StatusCode::kDataLoss},
    {ErrorCode::kStoreUnknown, "StoreUnknown", kE010, StatusCode::kUnknown},
    {ErrorCode::kStoreForeign, "StoreForeign", kE010, StatusCode::kFailedPrecondition},
    {ErrorCode::kStoreNewer, "StoreNewer", kE010, StatusCode::kFailedPrecondition},
    {ErrorCode::kStoreReadOnly, "StoreReadOnly", kE010, StatusCode::kPermissionDenied},
    {ErrorCode::kStorePoisoned, "StorePoisoned", kE010, StatusCode::kFailedPrecondition},
    {ErrorCode::kStoreClosed, "StoreClosed", kE010, StatusCode::kFailedPrecondition},
    {ErrorCode::kRecordCorrupt, "RecordCorrupt", kE010, StatusCode::kDataLoss},
    {ErrorCode::kChainBroken, "ChainBroken", kE010, StatusCode::kDataLoss},
    {ErrorCode::kFormatNewer, "FormatNewer", kE010, StatusCode::kFailedPrecondition},
    {ErrorCode::kInternal, "Internal", kE010, StatusCode::kInternal},
    {ErrorCode::kInvariantViolated, "InvariantViolated", kE010, StatusCode::kInternal},
    {ErrorCode::kHubPoisoned, "HubPoisoned", kE010, StatusCode::kFailedPrecondition},
    {ErrorCode::kNotFounded, "NotFounded", kE010, StatusCode::kFailedPrecondition},
    {ErrorCode::kQueueFull, "QueueFull", kE010, StatusCode::kResourceExhausted},
    {ErrorCode::kOutOfMemory, "OutOfMemory", kE010, StatusCode::kResourceExhausted},
};

const CodeRow* Find(ErrorCode code) {
  for (const CodeRow& row : kRows) {
    if (row.code == code) return &row;
  }
  return nullptr;
}

}  // namespace

std::string_view ErrorName(ErrorCode code) {
  const CodeRow* row = Find(code);
  return row != nullptr ? row->name : "Unknown";
}

ProtocolCode ProtocolCodeOf(ErrorCode code) {
  const CodeRow* row = Find(code);
  return row != nullptr ? row->protocol : kE010;
}

std::string_view ProtocolName(ProtocolCode code) {
  static constexpr std::array<std::string_view, 11> kNames = {
      "", "E001", "E002", "E003", "E004", "E005", "E006", "E007", "E008", "E009", "E010"};
  const auto index = static_cast<std::size_t>(code);
  return index < kNames.size() ? kNames[index] : "E010";
}

Status MakeError(ErrorCode code, std::string_view message) {
  if (code == ErrorCode::kOk) code = ErrorCode::kInternal;
  const CodeRow* row = Find(code);
  Status status(row != nullptr ? row->status : StatusCode::kInternal,
                absl::string_view(message.data(), message.size()));
  status.SetPayload(kPayloadUrl, absl::Cord(std::to_string(static_cast<std::int32_t>(code))));
  return status;
}

ErrorCode ErrorCodeOf(const Status& status) {
  if (status.ok()) return ErrorCode::kOk;
  const auto payload = status.GetPayload(kPayloadUrl);
  if (!payload.has_value() && status.code() == StatusCode::kResourceExhausted &&
      status.message().empty()) {
    return ErrorCode::kOutOfMemory;
  }
  std::int32_t number = 0;
  if (!payload.has_value() || !absl::SimpleAtoi(std::string(*payload), &number)) {
    return ErrorCode::kInternal;
  }
  return static_cast<ErrorCode>(number);
}

}  // namespace geo
