import { expect, it } from "vitest";
import { collectingReporter, type Reporter, reporterOf, silent, teeReporter } from "../src/reporter.ts";

function recording(): Reporter<string> & { heard: string[] } {
  const heard: string[] = [];
  return { heard, warn: (message) => heard.push(`warn ${message}`), event: (event) => heard.push(`event ${event}`) };
}

it("is silent in what a caller left out", () => {
  const heard: string[] = [];
  const warningsAlone = reporterOf<string>({ warn: (message) => heard.push(message) });
  for (const reporter of [silent, reporterOf<string>(), warningsAlone]) {
    reporter.warn("flat");
    reporter.event("epoch");
  }
  expect(heard).toEqual(["flat"]);
});

it("calls a caller's own methods, with what they belong to", () => {
  class Counting {
    warnings = 0;
    warn(): void {
      this.warnings++;
    }
  }
  const counting = new Counting();
  reporterOf(counting).warn("flat");
  expect(counting.warnings).toBe(1);
});

it("collects warnings for a result, and passes them on with all else", () => {
  const outer = recording();
  const inner = collectingReporter(outer);
  inner.warn("flat");
  inner.event("epoch");
  expect(inner.warnings).toEqual(["flat"]);
  expect(outer.heard).toEqual(["warn flat", "event epoch"]);
});

it("lets another listen to events", () => {
  const [first, second] = [recording(), recording()];
  const both = teeReporter(first, second);
  both.warn("flat");
  both.event("epoch");
  expect(first.heard).toEqual(["warn flat", "event epoch"]);
  expect(second.heard).toEqual(["event epoch"]);
});
