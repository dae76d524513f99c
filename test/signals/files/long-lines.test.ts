import { describe, expect, test } from "vitest";
import { readRecordings } from "../../../src/signals/data/read-recordings.ts";
import { refuseLongLines } from "../../../src/signals/files/refuse-long-lines.ts";
import { refuseOtherFormats } from "../../../src/signals/files/refuse-other-formats.ts";
import { csv, folderOf, goodRows } from "../data/tables.ts";

const refusal = (name: string, content: string): Promise<void> =>
  refuseLongLines({ path: folderOf({ [name]: content }).path(name), format: "csv", remote: false });

describe("lines", () => {
  test.each(["a.csv", "a.csv.gz"])("one that does not end is refused before it is sniffed: %s", async (name) => {
    const unclosed = `user,x\nann,1\n"${"x".repeat(2_000_001)}`;
    await expect(refusal(name, unclosed)).rejects.toThrow(/line 3 is longer than 2,000,000 bytes/);
    await expect(refusal(name, `${unclosed}\nann,1\n`)).rejects.toThrow(/line 3 is longer than 2,000,000 bytes/);
  });

  test.each(["\n", "\r\n", "\r"])("many short ones with %j are none", async (end) => {
    await refusal("a.csv", `user,x${end}${`ann,1${end}`.repeat(500_000)}`);
  });

  test.each(["\n", "\r\n", "\r"])("very many empty ones with %j are refused before they are sniffed", async (end) => {
    const ends = end.repeat(100_001);
    await expect(refusal("a.csv.gz", `user,x${end}ann,1${end}${ends}`)).rejects.toThrow(
      /a\.csv\.gz: more than 100,000 empty lines among the first 3 lines of text/,
    );
    await refusal("a.csv", `user,x${end}${`ann,1${end}${end}`.repeat(90_000)}`);
    await refusal("a.csv", `user,x${end}${`ann,1${end}`.repeat(30_000)}${ends}`);
  });

  test("a long table may end them with a carriage return alone", async () => {
    const rows = goodRows();
    const content = csv(Array.from({ length: 60 }, () => rows).flat());
    const file = folderOf({ "a.csv": content.replaceAll("\n", "\r") }).path("a.csv");
    await expect(refuseOtherFormats({ path: file, format: "csv", remote: false })).resolves.toBeUndefined();
  });

  test("an unclosed quote is named", async () => {
    const file = folderOf({ "a.csv": csv(goodRows()).replace(/\nann/, '\n"ann') }).path("a.csv");
    await expect(readRecordings([file], { requireLabels: false })).rejects.toThrow(
      /line \d+ has a quote that is not closed/,
    );
  });
});

test("millions of empty lines in the middle of a table are named as such", async () => {
  const row = (i: number): string => `${(i / 50).toFixed(2)},0.1,0.2,9.8\n`;
  const rows = Array.from({ length: 25_000 }, (_, i) => row(i)).join("");
  const content = `time_s,acc_x,acc_y,acc_z\n${rows}${"\n".repeat(2_100_000)}${row(25_000)}`;
  const file = folderOf({ "a.csv": content }).path("a.csv");
  await expect(readRecordings([file], { requireLabels: false })).rejects.toThrow(
    /about two million empty lines above line \d+/,
  );
});

test("a table of text is refused for what it is, and text beside a sensor is not in the way", async () => {
  const answers = Array.from({ length: 200 }, (_, c) => `q${c}`);
  const table = (names: string, values: (i: number) => string): string =>
    `${names}${answers.map((name) => `"${name}"`).join(",")}\n${Array.from({ length: 300 }, (_, i) => `${values(i)}${answers.map((name) => `"${name} ${i}"`).join(",")}\n`).join("")}`;
  const read = (text: string) => readRecordings([folderOf({ "a.csv": text }).path("a.csv")], { requireLabels: false });
  await expect(read(table("", () => ""))).rejects.toThrow(/found text in 200 columns, q0 to q199/);
  const { recordings } = await read(table("time_s,acc_x,acc_y,acc_z,", (i) => `${i / 50},${Math.sin(i)},0.2,9.8,`));
  expect(recordings.time).toHaveLength(300);
});
