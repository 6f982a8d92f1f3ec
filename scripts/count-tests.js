// Prints "PASSED FAILED SKIPPED" for a result file of vitest's json reporter: node scripts/count-tests.js FILE
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

/** A test file that does not even load has no tests to count: it counts as one failure. */
export function countTests(file) {
  const results = JSON.parse(readFileSync(file, "utf8"));
  const broken = results.testResults.filter((test) => test.status === "failed" && test.assertionResults.length === 0);
  const { numPassedTests: passed, numFailedTests, numPendingTests: skipped } = results;
  return { passed, failed: numFailedTests + broken.length, skipped };
}

if (process.argv[1] !== undefined && pathToFileURL(process.argv[1]).href === import.meta.url) {
  const { passed, failed, skipped } = countTests(process.argv[2]);
  console.log(passed, failed, skipped);
}
