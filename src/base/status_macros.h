// Early return on errors, for use inside src only.
#ifndef GEO_SRC_BASE_STATUS_MACROS_H_
#define GEO_SRC_BASE_STATUS_MACROS_H_

#include <utility>

#include "geo/base/status.h"

// Returns the status of `expr` from the enclosing function when it is an error.
#define GEO_RETURN_IF_ERROR(expr)              \
  do {                                         \
    ::geo::Status geo_status_ = (expr);        \
    if (!geo_status_.ok()) return geo_status_; \
  } while (false)

#define GEO_CONCAT_INNER_(a, b) a##b
#define GEO_CONCAT_(a, b) GEO_CONCAT_INNER_(a, b)

// `GEO_ASSIGN_OR_RETURN(auto x, F());` declares x from a StatusOr, or returns its error.
#define GEO_ASSIGN_OR_RETURN(lhs, expr) \
  GEO_ASSIGN_OR_RETURN_IMPL_(GEO_CONCAT_(geo_status_or_, __LINE__), lhs, expr)
#define GEO_ASSIGN_OR_RETURN_IMPL_(status_or, lhs, expr)     \
  auto status_or = (expr);                                   \
  if (!status_or.ok()) return std::move(status_or).status(); \
  lhs = std::move(status_or).value()

#endif  // GEO_SRC_BASE_STATUS_MACROS_H_
