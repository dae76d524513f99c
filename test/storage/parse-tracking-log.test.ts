import fc from "fast-check";
import { expect, it } from "vitest";
import { UserError } from "../../src/errors.ts";
import { parseTrackingLog } from "../../src/storage/parse-tracking-log.ts";
import type { TrackingEvent } from "../../src/storage/tracking-event.ts";

const events: TrackingEvent[] = [
  { type: "log", id: "869c1082", experiment: "walking" },
  { type: "run", run: "train", name: "model", parent: null, at: 1, tags: { "mlflow.user": "me" } },
  { type: "params", run: "train", params: { seed: "7" } },
  { type: "run", run: "fold-1", name: "fold 1", parent: "train", at: 2, tags: {} },
  { type: "metrics", run: "fold-1", at: 3, step: 1, values: { loss: 0.5 } },
  { type: "artifact", run: "train", file: "report.html", path: "report.html" },
  { type: "artifact", run: "train", file: "model.onnx", path: "model/model.onnx" },
  { type: "status", run: "train", status: "FINISHED", at: 4 },
  { type: "complete", run: "train" },
];
const textOf = (lines: readonly unknown[]): string => lines.map((line) => `${JSON.stringify(line)}\n`).join("");

it("returns the events of a complete log, and the complete events of a truncated one", () => {
  expect(parseTrackingLog(textOf(events), "log")).toEqual(events);
  expect(parseTrackingLog(textOf(events).slice(0, -5), "log")).toEqual(events.slice(0, -1));
  expect(parseTrackingLog("", "log")).toEqual([]);
});

/** Expects the log to be parsed to valid events, or rejected with a short error that names a line. */
function expectLogOrRefusal(text: string): void {
  try {
    parseTrackingLog(text, "log");
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    expect((error as UserError).message).toMatch(/^log(?:, line \d+)?: /);
    expect((error as UserError).message.length).toBeLessThan(1000);
  }
}

it("rejects text that is not a log", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => expectLogOrRefusal(`${text}\n`)));
  fc.assert(fc.property(fc.array(fc.json(), { maxLength: 5 }), (lines) => expectLogOrRefusal(`${lines.join("\n")}\n`)));
});

it("rejects every change that makes a log invalid", () => {
  const text = textOf(events);
  const at = fc.nat(text.length);
  fc.assert(
    fc.property(at, fc.nat(60), fc.string({ unit: "binary", maxLength: 20 }), (start, length, other) =>
      expectLogOrRefusal(text.slice(0, start) + other + text.slice(start + length)),
    ),
    { numRuns: 1000 },
  );
  fc.assert(fc.property(fc.shuffledSubarray(events), (some) => expectLogOrRefusal(textOf(some))));
});

it("is not slowed down by large or deeply nested values", () => {
  for (const text of ["[".repeat(1e6), `${"[".repeat(1e5)}${"]".repeat(1e5)}`, "\n".repeat(600_000)]) {
    expect(() => parseTrackingLog(`${text}\n`, "log")).toThrow(UserError);
  }
});
