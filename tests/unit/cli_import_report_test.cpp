// How far an import is, and why a row became what it became.
#include <gtest/gtest.h>

#include "cli/import_report.h"

namespace patchbay::cli {
namespace {

using std::chrono::milliseconds;
constexpr std::int64_t kAll = 1000;

TEST(ImportReport, TellsTheRateAndTheTimeThatIsLeft) {
  EXPECT_EQ(progress_text(1204, 250, kAll, milliseconds(38'840)),
            "1204 rows, 31 a second, 1:56 left");
  EXPECT_EQ(progress_text(10, 500, kAll, milliseconds(5'000)), "10 rows, 2 a second, 0:05 left");
  EXPECT_EQ(progress_text(10, 1, kAll, milliseconds(60'000)), "10 rows, 0 a second, 999:00 left");
}

TEST(ImportReport, SaysNothingThatNobodyKnowsYet) {
  EXPECT_EQ(progress_text(0, 0, kAll, milliseconds(0)), "0 rows");
  EXPECT_EQ(progress_text(1, 10, kAll, milliseconds(0)), "1 row");
  EXPECT_EQ(progress_text(4, kAll, kAll, milliseconds(2'000)), "4 rows, 2 a second")
      << "at the end";
  EXPECT_EQ(progress_text(4, kAll + 1, kAll, milliseconds(2'000)), "4 rows, 2 a second")
      << "the file has grown";
}

TEST(ImportReport, AReasonIsWhatTheImportSaid) {
  moving::Outcome outcome;
  EXPECT_EQ(reason_of(outcome), "");
  outcome.detail = "the file has it twice";
  EXPECT_EQ(reason_of(outcome), "the file has it twice");
}

}  // namespace
}  // namespace patchbay::cli
