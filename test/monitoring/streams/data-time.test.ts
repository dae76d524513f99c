import { expect, it } from "vitest";
import { instantRangeText } from "../../../src/instant-text.ts";
import { dataTimeOf } from "../../../src/monitoring/streams/data-time.ts";

const first = "2026-11-26T10:00:00.000Z";
const last = "2026-11-26T10:05:00.250Z";
const seconds = (time: string): number => Date.parse(time) / 1000;
const dated = { from: seconds(first), to: seconds(last) };

it("takes the times of the data from the rows if they have dates, and otherwise from the sender", () => {
  const told = new Date("2026-11-26T11:05:00.250Z");
  const beforeTold = { from: "2026-11-26T11:00:00.000Z", to: told.toISOString() };
  expect(dataTimeOf(dated, null)).toEqual({ from: first, to: last });
  expect(dataTimeOf({ from: 0, to: 300.25 }, told)).toEqual(beforeTold);
  expect(dataTimeOf(dated, told)).toEqual(beforeTold);
  expect(dataTimeOf(null, told)).toEqual({ from: told.toISOString(), to: told.toISOString() });
  // A clock that begins at 0, a time of day, and a clock whose battery ran out.
  for (const from of [0, 36_000, seconds("1980-01-06T00:00:00Z")]) {
    expect(dataTimeOf({ from, to: from + 300 }, null)).toBe(null);
  }
  expect(dataTimeOf(null, null)).toBe(null);
});

it("writes the times without repeating the day", () => {
  expect(instantRangeText(first, last)).toBe("2026-11-26 10:00 to 10:05");
  expect(instantRangeText(first, "2026-11-27T00:01:00.000Z")).toBe("2026-11-26 10:00 to 2026-11-27 00:01");
  expect(instantRangeText(first, "2026-11-26T10:00:59.000Z")).toBe("2026-11-26 10:00");
});
