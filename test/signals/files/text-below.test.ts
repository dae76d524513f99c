// A logger that loses power cuts off the last line, and programs write remarks below a table. The rows above them are read.

import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { readRecordings } from "../../../src/signals/data/read-recordings.ts";
import { folderOf } from "../data/tables.ts";

const names = "time_s,ax,ay,az";
const rows = Array.from({ length: 400 }, (_, i) =>
  [(i / 50).toFixed(2), Math.sin(i / 5).toFixed(4), 0.2, 9.8].join(","),
);

const quoted = [names, ...rows].map((line) => line.replace(/[^,]+/g, '"$&"')).join("\n");

const read = (content: string) => {
  const { path } = folderOf({ "a.csv": content });
  return readRecordings([path("a.csv")], { requireLabels: false });
};

test.each([
  ["a last line that was cut off", `${[names, ...rows].join("\n")}\n8.00,0.99`, /last line is cut off.*"8\.00,0\.99"/],
  ["a last line that was cut off, in CR LF", `${[names, ...rows].join("\r\n")}\r\n8.0`, /last line is cut off.*"8\.0"/],
  ["a remark", `${[names, ...rows].join("\n")}\nEOF\n`, /text below the table is left out: "EOF"/],
  ["remarks", `${[names, ...rows].join("\n")}\n\n(400 rows)\nEnd of file`, /"\(400 rows\)", "End of file"/],
  ["a two-word remark", `${[names, ...rows].join("\n")}\nRecording stopped,by user`, /below the table.*"Recording st/],
  [
    "a two-word remark below columns separated by spaces",
    `${[names, ...rows].join("\n").replaceAll(",", " ")}\nRecording stopped\n`,
    /below the table is left out: "Recording stopped"/,
  ],
  ["a last line that was cut off, in quotes", `${quoted}\n"8.00","0.99"`, /last line is cut off.*0\.99/],
  ["a last line that was cut off within quotes", `${quoted}\n"8.00","0.99","0.2","9.`, /last line is cut off.*9\./],
  ["a remark below quoted values", `${quoted}\nEOF\n`, /left out: "EOF"/],
  ["a remark below a table after other lines", `Sensor: A\n\n${[names, ...rows].join("\n")}\nEND\n`, /"END"/],
])("leaves out %s, with a warning", async (_, content, warning) => {
  const { recordings, quality } = await read(content);
  expect(recordings.time).toHaveLength(400);
  expect(quality.warnings.join("\n")).toMatch(warning);
});

test("a complete last line without a line end is a row", async () => {
  const { recordings, quality } = await read([names, ...rows].join("\n"));
  expect(recordings.time).toHaveLength(400);
  expect(quality.warnings.join("\n")).not.toMatch(/left out/);
});

test("a word in a column of words is no remark", async () => {
  const table = [`user,${names}`, ...rows.map((row) => `ann,${row}`)];
  for (const last of ["an", "ann,8.0"]) {
    const { quality } = await read(`${table.join("\n")}\n${last}`);
    expect(quality.warnings.join("\n")).toMatch(/last line is cut off/);
  }
});

test("text between the rows is still refused", async () => {
  const content = `${[names, ...rows.slice(0, 200), "EOF", ...rows.slice(200)].join("\n")}\n`;
  await expect(read(content)).rejects.toThrow(/has \d values?; expected 4/);
});

test("a last line that was cut off is left out, and blank lines separate recordings, in gzip files, too", async () => {
  const whole = [names, ...rows].join("\n");
  const { path } = folderOf({ "a.csv.gz": gzipSync(`${whole}\n\n${rows.join("\n")}\n8.00,0.99`) });
  const { recordings, quality } = await readRecordings([path("a.csv.gz")], { requireLabels: false });
  expect(recordings.time).toHaveLength(800);
  expect(quality.warnings.join("\n")).toMatch(/last line is cut off/);
  expect(quality.warnings.join("\n")).toMatch(/read as 2 recordings/);
});
