// Prints the last line of a run, which both people and programs read: how many tests passed, failed and were skipped. With
// TEST_COSTS=1, a table with the cost of each test file is printed before this line. With TEST_COUNTS=FILE, the counts are
// added to that file instead, and the program that runs the suites prints the line.
import { appendFileSync } from "node:fs";
import { relative } from "node:path";
import type { Reporter, SerializedError, TestModule } from "vitest/node";

export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: ReadonlyArray<TestModule>, unhandledErrors: ReadonlyArray<SerializedError>): void {
    const count = { passed: 0, failed: unhandledErrors.length, skipped: 0, pending: 0 };
    for (const module of modules) {
      if (module.errors().length > 0) count.failed++;
      for (const test of module.children.allTests()) count[test.result().state]++;
    }
    if (process.env.TEST_COSTS === "1") process.stdout.write(costs(modules));
    const { TEST_COUNTS: file } = process.env;
    if (file === undefined) {
      process.stdout.write(`\n${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped\n`);
    } else appendFileSync(file, `${count.passed} ${count.failed} ${count.skipped}\n`);
  }
}

function costs(modules: ReadonlyArray<TestModule>): string {
  const files = modules
    .map((module) => ({ name: relative("", module.moduleId), seconds: module.meta().cpuSeconds ?? 0 }))
    .sort((a, b) => b.seconds - a.seconds);
  const total = files.reduce((sum, { seconds }) => sum + seconds, 0);
  const line = (seconds: number, name: string): string => `${seconds.toFixed(1).padStart(8)}  ${name}\n`;
  return `\nCPU seconds\n${files.map(({ name, seconds }) => line(seconds, name)).join("")}${line(total, "all")}`;
}
