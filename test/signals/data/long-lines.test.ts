import { describe, expect, test } from "vitest";
import { readRecordings } from "../../../src/signals/data/read-recordings.ts";
import { refuseLongLines } from "../../../src/signals/data/refuse-long-lines.ts";
import { csv, folderOf, goodRows } from "./tables.ts";

const refusal = (name: string, content: string): Promise<void> =>
  refuseLongLines({ path: folderOf({ [name]: content }).path(name), format: "csv", remote: false });

describe("lines", () => {
  test.each(["a.csv", "a.csv.gz"])("one that does not end is refused before it is sniffed: %s", async (name) => {
    const unclosed = `user,x\nann,1\n"${"x".repeat(2_000_001)}`;
    await expect(refusal(name, unclosed)).rejects.toThrow(/line 3 has more than 2,000,000 bytes/);
    await expect(refusal(name, `${unclosed}\nann,1\n`)).rejects.toThrow(/line 3 has more than 2,000,000 bytes/);
  });

  test.each(["\n", "\r\n", "\r"])("many short ones with %j are none", async (end) => {
    await refusal("a.csv", `user,x${end}${`ann,1${end}`.repeat(500_000)}`);
  });

  test("an unclosed quote is named", async () => {
    const file = folderOf({ "a.csv": csv(goodRows()).replace(/\nann/, '\n"ann') }).path("a.csv");
    await expect(readRecordings([file], { requireLabels: false })).rejects.toThrow(
      /line \d+ has a quote that is not closed/,
    );
  });
});
