// A short journal with every kind of effect in it, the same at every call.
#ifndef GEO_TESTS_SUPPORT_SAMPLE_JOURNAL_H_
#define GEO_TESTS_SUPPORT_SAMPLE_JOURNAL_H_

#include <string>
#include <vector>

#include "geo/journal/record.h"

namespace geo::tests {

// The records, chained.
std::vector<Record> SampleRecords();

// Their bytes, one after another.
std::string SampleJournal();

}  // namespace geo::tests

#endif  // GEO_TESTS_SUPPORT_SAMPLE_JOURNAL_H_
