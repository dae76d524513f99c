// A logger that loses power cuts off the last line, and programs write remarks below a table. Rows above are read.

import { expect, test } from "vitest";
import { readRecordings } from "../../../src/signals/data/read-recordings.ts";
import { folderOf } from "../data/tables.ts";

const names = "time_s,ax,ay,az";
const rows = Array.from({ length: 400 }, (_, i) =>
  [(i / 50).toFixed(2), Math.sin(i / 5).toFixed(4), 0.2, 9.8].join(","),
);

const read = (content: string) => {
  const { path } = folderOf({ "a.csv": content });
  return readRecordings([path("a.csv")], { requireLabels: false });
};

test.each([
  ["a last line that was cut off", `${[names, ...rows].join("\n")}\n8.00,0.99`, /last line is cut off.*"8\.00,0\.99"/],
  ["a last line that was cut off, in CR LF", `${[names, ...rows].join("\r\n")}\r\n8.0`, /last line is cut off.*"8\.0"/],
  ["a remark", `${[names, ...rows].join("\n")}\nEOF\n`, /text below the table is left out: "EOF"/],
  ["remarks", `${[names, ...rows].join("\n")}\n\n(400 rows)\nEnd of file`, /"\(400 rows\)", "End of file"/],
  ["a remark below a table after other lines", `Sensor: A\n\n${[names, ...rows].join("\n")}\nEND\n`, /"END"/],
])("%s", async (_, content, warning) => {
  const { recordings, quality } = await read(content);
  expect(recordings.time).toHaveLength(400);
  expect(quality.warnings.join("\n")).toMatch(warning);
});

test("a complete last line without a line end is a row", async () => {
  const { recordings, quality } = await read([names, ...rows].join("\n"));
  expect(recordings.time).toHaveLength(400);
  expect(quality.warnings.join("\n")).not.toMatch(/left out/);
});

test.each([
  ["a short row that is complete", `${[names, ...rows].join("\n")}\n8.00,0.99\n`],
  ["text between the rows", `${[names, ...rows.slice(0, 200), "EOF", ...rows.slice(200)].join("\n")}\n`],
])("%s is still refused", async (_, content) => {
  await expect(read(content)).rejects.toThrow(/has \d values?; expected 4/);
});
