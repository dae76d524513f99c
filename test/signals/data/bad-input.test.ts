// Every bad input results in one clear message. Each case consists of files, options, and a part of the expected message.

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { UserError } from "../../../src/errors.ts";
import { openRecordings } from "../../../src/signals/data/open-recordings.ts";
import { type ReadRecordingsOptions, readRecordings } from "../../../src/signals/data/read-recordings.ts";
import { csv, folderOf, goodRows, parquet, type Row, rows } from "./tables.ts";

interface Case {
  name: string;
  files?: Record<string, string | Uint8Array>;
  parquet?: Record<string, Row[]>;
  read: string[];
  options?: Partial<ReadRecordingsOptions>;
  says: (string | RegExp)[];
  advice?: RegExp;
}

const good = csv(goodRows());
const androidEvents = readFileSync(new URL("../../exports/android-events/events.txt", import.meta.url), "utf8");
const withoutPeople = csv(rows(100)).replaceAll(/^[^,]*,/gm, "");
const changed = (at: number, change: Partial<Row>): Row[] =>
  goodRows().map((row, i) => (i === at ? { ...row, ...change } : row));
const withValue = (at: number, channel: number, value: string): Row[] =>
  goodRows().map((row, i) => (i === at ? { ...row, values: row.values!.with(channel, value) } : row));

const cases: Case[] = [
  { name: "missing file", read: ["none.csv"], says: ["none.csv", "no such file"] },
  { name: "glob that matches nothing", read: ["none-*.csv"], says: ["none-*.csv", "no file matches"] },
  { name: "no file named", read: [], says: ["No recordings were named"] },
  { name: "empty folder", read: ["."], says: ["expected a file", "folder"], advice: /\*\.csv/ },
  { name: "folder", files: { "a.json": "{}" }, read: ["."], says: ["expected a file", "folder"], advice: /\*\.json/ },
  { name: "empty lines", files: { "a.csv": "\n\n" }, read: ["a.csv"], says: ["found only empty lines or comments"] },
  { name: "a comment", files: { "a.csv": "# a, b" }, read: ["a.csv"], says: ["found only empty lines or comments"] },
  { name: "empty file", files: { "a.csv": "" }, read: ["a.csv"], says: ["a.csv", "empty"] },
  { name: "empty gzip file", files: { "a.csv.gz": "" }, read: ["a.csv.gz"], says: ["a.csv.gz"] },
  {
    name: "measurements in the label column",
    files: { "a.csv": csv(goodRows().map((row, i) => ({ ...row, activity: (i / 7 + 0.01).toFixed(3) }))) },
    read: ["a.csv"],
    says: ["expected labels, found at least 50 different numbers, such as 0.010"],
    advice: /--label/,
  },
  { name: "no rows", files: { "a.csv": csv([]) }, read: ["a.csv"], says: ["a.csv", "no rows"] },
  {
    name: "second file without rows",
    files: { "a.csv": good, "b.csv": csv([]) },
    read: ["a.csv", "b.csv"],
    says: ["b.csv", "no rows"],
  },
  {
    name: "not a Parquet file",
    files: { "a.parquet": good },
    read: ["a.parquet"],
    says: ["a.parquet", "not a Parquet file"],
  },
  {
    name: "short Parquet file",
    files: { "a.parquet": "PA" },
    read: ["a.parquet"],
    says: ["a.parquet", "not a Parquet file"],
  },
  {
    name: "not a gzip file",
    files: { "a.csv.gz": new TextEncoder().encode(good) },
    read: ["a.csv.gz"],
    says: ["a.csv.gz", "not a gzip file"],
  },
  {
    name: "bytes that are no table",
    files: { "a.csv": Uint8Array.from({ length: 4000 }, (_, i) => (i * 7919) % 256) },
    read: ["a.csv"],
    says: ["a.csv"],
  },
  {
    name: "misspelt column",
    files: { "a.csv": good },
    read: ["a.csv"],
    options: { columns: { label: "activty" } },
    says: ["a.csv", 'no column "activty"', "--label"],
    advice: /Did you mean "activity"/,
  },
  {
    name: "column in other letters",
    files: { "a.csv": good },
    read: ["a.csv"],
    options: { columns: { channels: ["Ax", "AY"] } },
    says: ['no column "AY"', "--channels"],
    advice: /"Ay"/,
  },
  {
    name: "a model's channel that is not there",
    files: { "a.csv": good.replace("Gx", "gx1") },
    read: ["a.csv"],
    options: { columns: { modelChannels: ["Ax", "Ay", "Az", "Gx"] }, requireLabels: false },
    says: ["a.csv", 'the model expects a channel "Gx"', /^(?!.*\(--channels\))/],
    advice: /^The nearest name is "gx1"\. .*--channels, in the model's order: Ax,Ay,Az,Gx$/,
  },
  {
    name: "a model's channels under names without units",
    files: { "a.csv": good },
    read: ["a.csv"],
    options: { columns: { modelChannels: ["Ax (g)", "Ay (g)", "Az (g)", "Gx"] }, requireLabels: false },
    says: ["a.csv", 'the model expects a channel "Ax (g)"'],
    advice: /^The names differ only in their units: --channels Ax,Ay,Az,Gx\. .*--units acc=m\/s\^2\.$/,
  },
  {
    name: "no label column",
    files: { "a.csv": csv(goodRows(), ",", "user,motion,recording,timestamp_s,Ax,Ay,Az,Gx,Gy,Gz") },
    read: ["a.csv"],
    says: ["activity label", "motion"],
    advice: /--label/,
  },
  {
    name: "no person column",
    files: { "a.csv": csv(goodRows(), ",", "who,activity,recording,timestamp_s,Ax,Ay,Az,Gx,Gy,Gz") },
    read: ["a.csv"],
    says: ["person", "who"],
    advice: /--group/,
  },
  {
    name: "no channels",
    files: { "a.csv": csv(goodRows(), ",", "user,activity,recording,timestamp_s,p,q,r,s,t,u") },
    read: ["a.csv"],
    says: ["no sensor channels", "p, q, r"],
    advice: /--channels/,
  },
  {
    name: "no header line",
    files: { "a.csv": good.split("\n").slice(1).join("\n") },
    read: ["a.csv"],
    says: ["a.csv", "walk"],
  },
  {
    name: "one column in two roles",
    files: { "a.csv": good },
    read: ["a.csv"],
    options: { columns: { label: "recording" } },
    says: ['"recording"', "--label", "--recording"],
  },
  {
    name: "one channel twice",
    files: { "a.csv": good },
    read: ["a.csv"],
    options: { columns: { channels: ["Ax", "Ay", "Ax"] } },
    says: ['"Ax"', "twice in --channels"],
  },
  {
    name: "text in a number column",
    files: { "a.csv": csv(withValue(1, 2, "abc")) },
    read: ["a.csv"],
    says: ["a.csv", "data row 2 (line 3)", '"Az"', '"abc"', "expected a number"],
  },
  {
    name: "text in a number column far down, behind what the sniffer sees",
    files: {
      "a.csv": csv(
        [...rows(30_000), ...withValue(7, 5, "oops").slice(60)].concat(
          rows(1, { user: "cid", values: ["x", 1, 2, 3, 4, 5] }),
        ),
      ),
    },
    read: ["a.csv"],
    says: ["a.csv", "data row 30181 (line 30182)", '"Ax"', '"x"'],
  },
  {
    name: "decimal commas",
    files: { "a.csv": csv(withValue(0, 0, "1,5"), ";") },
    read: ["a.csv"],
    says: ["data row 1 (line 2)", '"Ax"', '"1,5"'],
    advice: /decimals with a point/,
  },
  {
    name: "text as time",
    files: { "a.csv": csv(changed(4, { time: "noon" })) },
    read: ["a.csv"],
    says: ["data row 5 (line 6)", '"timestamp_s"', '"noon"'],
  },
  {
    name: "a line with too few values",
    files: { "a.csv": `${good}ann,walk,r9,1\n` },
    read: ["a.csv"],
    says: ["a.csv", "line 242", "4 values", "expected 10"],
  },
  {
    name: "text below a blank line and a comment",
    files: { "a.csv": `# exported by a watch\n${good}\nann,walk,r1,9,1,2,x,4,5,6\n` },
    read: ["a.csv"],
    says: ["data row 241 (line 244)", '"Az"', '"x"'],
  },
  {
    name: "text that is not UTF-8",
    files: { "a.csv": Uint8Array.from([...new TextEncoder().encode(good), 0x81, 0x2c, 0x0a]) },
    read: ["a.csv"],
    says: ["a.csv", "line 242 is not UTF-8"],
  },
  {
    name: "more than 1 % missing",
    files: {
      "a.csv": csv(goodRows().map((row, i) => (i % 20 === 0 ? { ...row, values: row.values!.with(3, "") } : row))),
    },
    read: ["a.csv"],
    says: ['"Gx"', "12 missing", "0 infinite", "240 rows", "5.0 %", "at most 1 %"],
  },
  {
    name: "more than 1 % infinite or not a number",
    files: {
      "a.csv": csv(
        goodRows().map((row, i) =>
          i % 20 === 0 ? { ...row, values: row.values!.with(0, i % 40 === 0 ? "inf" : "nan") } : row,
        ),
      ),
    },
    read: ["a.csv"],
    says: ['"Ax"', "6 missing", "6 infinite"],
  },
  {
    name: "more than 1 % of times missing",
    files: { "a.csv": csv(goodRows().map((row, i) => (i % 20 === 0 ? { ...row, time: "" } : row))) },
    read: ["a.csv"],
    says: ['"timestamp_s"', "12 missing"],
  },
  {
    name: "time running backwards",
    files: { "a.csv": csv(changed(10, { time: 0.1 })) },
    read: ["a.csv"],
    says: ["a.csv", "backwards", '"r1"', '"ann"', "row 11 has 0.1 s", "after 0.18 s in row 10", '"timestamp_s"'],
  },
  {
    name: "time running backwards from one file to the next",
    files: { "a.csv": good, "b.csv": good },
    read: ["a.csv", "b.csv"],
    says: ["b.csv", "backwards", "row 1 has 0 s", /row 60 of .*a\.csv/],
  },
  {
    name: "time running backwards from one person's folder to the next",
    files: {
      "day=1/who=ann/a.csv": withoutPeople,
      "day=1/who=bob/a.csv": withoutPeople,
    },
    read: ["day=1/who=ann/a.csv", "day=1/who=bob/a.csv"],
    options: { requirePeople: false },
    says: ["backwards", "row 1 has 0 s"],
    advice: /who=ann and who=bob\. To take a column from the names of the folders, add --path-columns who\./,
  },
  {
    name: "a clock that restarts with a column that numbers the windows",
    files: {
      "a.csv": csv(goodRows().map((row, i) => ({ ...row, time: (i % 6) / 50 })))
        .split("\n")
        .map((line, i) =>
          line === "" ? "" : `${line},${i === 0 ? "window,rest" : `${Math.floor((i - 1) / 6)},${i % 7}`}`,
        )
        .join("\n"),
    },
    read: ["a.csv"],
    says: [/time runs backwards in recording "r1"/],
    advice: /^Column "window" changes whenever the clock restarts\. .* --recording window;/,
  },
  {
    name: "Android events whose clock runs backwards, which are read by other columns than the file has",
    files: { "events.jsonl": `${androidEvents}${androidEvents}` },
    read: ["events.jsonl"],
    options: { requireLabels: false },
    says: ["events.jsonl: time runs backwards", "row 65 has 128480.928619 s"],
    advice: /specify the column that distinguishes them with --recording, .*; otherwise sort the file by time\.$/,
  },
  {
    name: "a clock that was set back",
    files: { "a.csv": csv(goodRows().map((row, i) => ({ ...row, time: 1.7e9 + i / 50 - (i % 60 < 40 ? 0 : 0.5) }))) },
    read: ["a.csv"],
    says: [/time runs backwards in recording "r1"/],
    advice: /^If the clock was set back there, begin a new recording at this row/,
  },
  {
    name: "a clock of twelve hours",
    files: {
      "a.csv": csv(
        goodRows().map((row, i) => {
          const at = i % 60;
          return { ...row, time: at < 40 ? `12:59:59.${60 + at}` : `01:00:00.${String(at - 40).padStart(2, "0")}` };
        }),
      ),
    },
    read: ["a.csv"],
    says: [/time runs backwards in recording "r1"/],
    advice: /leave out AM and PM/,
  },
  {
    name: "two tables in one file",
    files: { "a.csv": `${good}${good}` },
    read: ["a.csv"],
    says: ["a.csv/2: time runs backwards", "row 60 of", "a.csv/1"],
    advice: /^Sort the rows of each recording by time, or begin a new recording/,
  },
  {
    name: "text between the rows",
    files: { "a.csv": `${good}end of file\n${good.split("\n")[1]}\n` },
    read: ["a.csv"],
    says: ["line 242 has 1 value; expected 10"],
    advice: /text below the table/,
  },
  {
    name: "a line that is cut off, in a table whose clock is split into two columns",
    files: { "a.csv": `sec,nanosec,Ax,Ay,Az\n${"1714816800,0,1,2,9\n".repeat(60)}17148\n` },
    read: ["a.csv"],
    options: { requireLabels: false },
    says: ["line 62 has 1 value; expected 5"],
    advice: /an incomplete file/,
  },
  {
    name: "a minus sign in typography",
    files: { "a.csv": csv(withValue(5, 2, "\u22120.5")) },
    read: ["a.csv"],
    says: ['found "\u22120.5"'],
    advice: /minus signs as hyphens/,
  },
  {
    name: "a no-break space",
    files: { "a.csv": csv(withValue(5, 2, "\u00a00.5")) },
    read: ["a.csv"],
    says: ["expected a number"],
    advice: /Remove spaces before and after numbers\.$/,
  },
  {
    name: "a number of a megabyte",
    files: { "a.csv": csv(withValue(5, 2, "x".repeat(1_000_000))) },
    read: ["a.csv"],
    says: [/expected a number, found "x{60}\.\.\. \(1,000,000 characters\)"/],
  },
  {
    name: "one class",
    files: { "a.csv": csv(rows(100)) },
    read: ["a.csv"],
    says: ["at least two classes", '"walk"', '"activity"'],
  },
  {
    name: "no row with a label",
    files: { "a.csv": csv(rows(100, { activity: "" })) },
    read: ["a.csv"],
    says: ["none of 100 rows can be used", "100 dropped for missing label"],
  },
  {
    name: "different columns",
    files: { "a.csv": good, "b.csv": csv(goodRows(), ",", "user,activity,recording,timestamp_s,Ax,Ay,Az,Gx,Gy,Gq") },
    read: ["a.csv", "b.csv"],
    says: ["b.csv", "a.csv", "lacks Gz", "also has Gq"],
  },
  {
    name: "different kinds of time",
    files: {
      "a.csv": good,
      "b.csv": csv(
        changed(0, {}).map((row, i) => ({ ...row, time: `2024-05-01 10:00:${String(i % 60).padStart(2, "0")}` })),
      ),
    },
    read: ["a.csv", "b.csv"],
    says: ["b.csv", "date-times", "a.csv"],
  },
  {
    name: "no time and no rate",
    files: { "a.csv": csv(goodRows(), ",", "user,activity,recording,when,Ax,Ay,Az,Gx,Gy,Gz") },
    read: ["a.csv"],
    says: ["no time column"],
    advice: /--time.*--rate/,
  },
  {
    name: "time running backwards in Parquet",
    parquet: { "a.parquet": changed(130, { time: 0.1 }) },
    read: ["a.parquet"],
    says: ["a.parquet", "backwards", '"bob"', "row 131 has 0.1 s"],
  },
];

describe("bad input", () => {
  test.each(cases)("$name", async ({ files, parquet: tables, read, options, says, advice }) => {
    const folder = folderOf(files ?? {});
    for (const [name, table] of Object.entries(tables ?? {})) await parquet(folder.path(name), table);
    const error = await readRecordings(read.map(folder.path), { requireLabels: true, ...options }).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(UserError);
    const { message, advice: given, exitCode } = error as UserError;
    for (const part of says) {
      if (typeof part === "string") expect(message).toContain(part);
      else expect(message).toMatch(part);
    }
    if (advice !== undefined) expect(given).toMatch(advice);
    expect(exitCode).toBe(2);
    expect(message).not.toContain("\n");
  });
});

test("if faults are collected, a channel without values is named when no row is left", async () => {
  const { path } = folderOf({
    "a.csv": csv(goodRows().map((row) => ({ ...row, values: row.values!.with(1, "") }))),
  });
  await expect(openRecordings([path("a.csv")], { requireLabels: true, onFault: () => {} })).rejects.toMatchObject({
    message: expect.stringContaining("a.csv: none of 240 rows can be used: 240 dropped for missing values."),
    advice: "No row has a value in Ay. Repair the export, or specify other columns with --channels and --time.",
  });
});

describe("line numbers are those of the file, however it is rewritten before it is read", () => {
  const lines = (separator: string, bad: string): string[] =>
    Array.from({ length: 120 }, (_, i) =>
      i === 60 ? bad : [i / 50, i / 10, 0.5, 9.8 + i / 100].map((value) => value.toFixed(2)).join(separator),
    );
  const names = "time,ax,ay,az";
  const preamble = ["Device: X1", "", "Firmware 2", ""];
  const few = "1.20,6.00";
  const text = "1.20,oops,0.50,9.80";
  const cases: [string, readonly string[], string, (text: string) => string | Buffer][] = [
    ["lines before the names", [...preamble, names, ...lines(",", few)], few, String],
    ["a blank line within", [...preamble, names, ...lines(",", text).toSpliced(20, 0, "")], text, String],
    ["units below the names", [names, "s,g,g,g", ...lines(",", few)], few, String],
    ["spaces", [names.replaceAll(",", " "), ...lines("  ", "1.20 oops 0.50 9.80")], "1.20 oops 0.50 9.80", String],
    ["UTF-16", [...preamble, names, ...lines(",", few)], few, (own) => Buffer.from(`\ufeff${own}`, "utf16le")],
    ["lines that end in two ways", [names, ...lines(",", few)], few, (own) => own.replace("\n", "\r\n")],
    [
      "times of a serial monitor",
      lines(",", few)
        .map((line, i) => `10:00:${10 + Math.floor(i / 50)}.${`${(i % 50) * 20}`.padStart(3, "0")} -> ${line}`)
        .toSpliced(0, 0, "10:00:09.990 -> t,ax,ay,az"),
      "1.20,6.00",
      String,
    ],
  ];

  test.each(cases)("%s", async (_, written, bad, encode) => {
    const { path } = folderOf({ "r.csv": encode(`${written.join("\n")}\n`) });
    const line = written.findIndex((own) => own.endsWith(bad)) + 1;
    expect(line).toBeGreaterThan(50);
    const error = await openRecordings([path("r.csv")], { requireLabels: false }).catch((fault: Error) => fault);
    expect((error as Error).message).toContain(`line ${line}`);
  });
});
