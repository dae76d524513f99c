// One recording in many formats is read as the same rows, and the message for an input that is not a table says what it is.

import { execFileSync } from "node:child_process";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { UserError } from "../../../src/errors.ts";
import { type ReadRecordingsOptions, readRecordings } from "../../../src/signals/data/read-recordings.ts";
import { openDuckdb } from "../../../src/signals/files/duckdb.ts";
import { csv, folderOf, goodRows, header, rows } from "../data/tables.ts";
import { zipArchive } from "../forms/zip-archive.ts";

const table = goodRows();
const plain = csv(table);
const lines = plain.trimEnd().split("\n");
const body = lines.slice(1);
const records = body.map((line) =>
  Object.fromEntries(line.split(",").map((value, i) => [header.split(",")[i]!, i > 2 ? Number(value) : value])),
);

async function read(name: string, content: string | Uint8Array, columns: ReadRecordingsOptions["columns"] = {}) {
  const { path } = folderOf({ [name]: content });
  return readRecordings([path(name)], { requireLabels: true, columns: columns! });
}

/** Creates a zip archive with Python's zipfile module. */
function zip(files: Record<string, string>, method = "ZIP_DEFLATED"): Uint8Array {
  const script = `import io,json,sys,zipfile
out = io.BytesIO()
with zipfile.ZipFile(out, "w", zipfile.${method}) as z:
    for name, text in json.load(sys.stdin).items(): z.writestr(name, text)
sys.stdout.buffer.write(out.getvalue())`;
  return execFileSync("python3", ["-c", script], { input: JSON.stringify(files) });
}

/** LabVIEW names a column of comments, which the rows leave out. */
const labview = (): string => {
  const head = "LabVIEW Measurement\t\nSeparator\tTab\n***End_of_Header***\t\nX_Value\tAcc X\tAcc Y\tAcc Z\tComment\n";
  const values = Array.from({ length: 300 }, (_, i) => [(i / 50).toFixed(6), Math.sin(i / 9).toFixed(4), 0.2, 9.8]);
  return `${head}${values.map((row) => row.join("\t")).join("\n")}\n`;
};

test("LabVIEW's measurement file is read by the names above its rows", async () => {
  const { path } = folderOf({ "run.lvm": labview() });
  const { columns, quality } = await readRecordings([path("run.lvm")], { requireLabels: false });
  expect(columns).toMatchObject({ time: "Time (s)", channels: ["Acc X", "Acc Y", "Acc Z"] });
  expect(quality.sampling.rate_hz).toBeCloseTo(50, 3);
});

const utf16 = (text: string, mark = "\ufeff"): Buffer => Buffer.from(mark + text, "utf16le");
const named = { columns: header.split(",") };
const preamble = "Exported by Some App 3.1\nDevice: watch, left\n\nSampling rate: 50 Hz\n";

test.each<[string, string, string | Uint8Array, ReadRecordingsOptions["columns"]?]>([
  [
    "Windows-1252",
    "a.csv",
    Buffer.from(plain.replaceAll(/$/gm, ",1").replace(",1\n", ",Größe\n").replace(/,1$/, ""), "latin1"),
  ],
  ["spaces between values", "a.dat", plain.replaceAll(",", " ")],
  ["several spaces, and spaces at the ends", "a.txt", plain.replaceAll(",", "   ").replaceAll(/^|$/gm, " ")],
  ["UTF-16 with a mark", "a.txt", utf16(plain.replaceAll(",", "\t"))],
  ["UTF-16, big-endian", "a.csv", utf16(plain).swap16()],
  ["UTF-16 without a mark", "a.csv", utf16(plain, "")],
  ["UTF-16 inside a gzip file", "a.csv.gz", gzipSync(utf16(plain))],
  ["decimal commas", "a.csv", plain.replaceAll(",", ";").replaceAll(/(\d)\.(\d)/g, "$1,$2")],
  ["decimal commas and tabs", "a.tsv", plain.replaceAll(",", "\t").replaceAll(/(\d)\.(\d)/g, "$1,$2")],
  ["quoted decimal commas", "a.csv", plain.replaceAll(/(\d+)\.(\d+)/g, '"$1,$2"')],
  ["quoted decimal commas below other lines", "a.csv", preamble + plain.replaceAll(/(\d+)\.(\d+)/g, '"$1,$2"')],
  ["no line of names", "a.csv", `${body.join("\n")}\n`, named],
  ["no line of names, tabs", "a.txt", `${body.join("\n")}\n`.replaceAll(",", "\t"), named],
  ["no line of names, gzipped", "a.csv.gz", gzipSync(`${body.join("\n")}\n`), named],
  ["a semicolon at the end of each line", "a.txt", `${body.join(";\n")};\n`, named],
  ["lines before the names", "a.csv", preamble + plain],
  [
    "the names again above later rows, with a mark, and comments",
    "a.csv",
    [header, ...body.slice(0, 60), `\ufeff${header}`, ...body.slice(60, 99), "# note", ...body.slice(99), "# end"].join(
      "\n",
    ),
  ],
  ["a separator at the end of each row", "a.csv", [header, ...body.map((line) => `${line},`)].join("\n")],
  ["names in a comment", "a.csv", [`# ${header}`, ...body].join("\n")],
  [
    "numbered rows below names without one for them",
    "a.csv",
    [header, ...body.map((line, i) => `${i + 1},${line}`)].join("\n"),
  ],
  [
    "lines before the names, and a line of units after them",
    "a.csv",
    [preamble + header, ",,,(s),g,g,g,deg/s,deg/s,deg/s".replaceAll(/\((s)\)/g, "$1"), ...body].join("\n"),
  ],
  ["lines before the values", "a.csv", `${preamble}${body.join("\n")}\n`, named],
  [
    "a line of sensors above the names of axes",
    "a.csv",
    [",,,,A,A,A,G,G,G", header.replaceAll(/[AG](?=[xyz])/g, ""), ...body].join("\n"),
    { channels: ["A_x", "A_y", "A_z", "G_x", "G_y", "G_z"] },
  ],
  [
    "a line of units after the names",
    "a.csv",
    [header, ",,,s,[g],[g],[g],(deg/s),(deg/s),(deg/s)", ...body].join("\n"),
    { channels: ["Ax (g)", "Ay (g)", "Az (g)", "Gx (deg/s)", "Gy (deg/s)", "Gz (deg/s)"] },
  ],
  [
    "decimal commas below other lines",
    "a.csv",
    `Export;1\n\n${plain.replaceAll(",", ";").replaceAll(/(\d)\.(\d)/g, "$1,$2")}`,
  ],
  [
    "commas in quotes",
    "a.csv",
    [`${header},note`, ...body.map((line) => `${line},"on foot, then not, then on foot"`)].join("\n"),
  ],
  [
    "empty cells at the end of lines",
    "a.csv",
    `${preamble}${plain.replaceAll(",", ";").replaceAll("\n", ";\n").replace(";\n", ";note\n")}`,
  ],
  [
    "a replacement character in valid UTF-8",
    "a.csv",
    `${header},\ufffd\n${body.map((line) => `${line},0`).join("\n")}`,
    { channels: header.split(",").slice(4) },
  ],
  ["mixed line ends", "a.csv", lines.map((line, i) => line + (i % 3 === 0 ? "\r\n" : "\n")).join("")],
  ["doubled carriage returns", "a.csv", plain.replaceAll("\n", "\r\r\n")],
  [
    "a line feed in quotes between Windows' line ends",
    "a.csv",
    [`${header},note`, ...body.map((line) => `${line},"a\nb"`)].join("\r\n"),
  ],
  ["Windows' line ends", "a.csv", preamble.replaceAll("\n", "\r\n") + plain.replaceAll("\n", "\r\n")],
  ["a zip archive", "a.zip", zip({ "data/a.csv": plain, "__MACOSX/data/._a.csv": "x", "README.txt": "see a.csv" })],
  ["a zip archive without compression", "a.zip", zip({ "a.csv": plain }, "ZIP_STORED")],
  [
    "a zip archive in a zip archive",
    "a.zip",
    zipArchive({ "data/b.zip": zipArchive({ "c/a.csv": Buffer.from(plain) }), "b.names": Buffer.from("x") }),
  ],
  ["a zip archive that is called CSV", "a.csv", zip({ "a.txt": plain.replaceAll(",", " ") })],
  ["a JSON array", "a.json", JSON.stringify(records)],
  [
    "a JSON array with strings instead of numbers",
    "a.json",
    JSON.stringify(records, (_, value) => (typeof value === "number" ? String(value) : value), 2),
  ],
  [
    "JSON with an object per sensor",
    "a.json",
    JSON.stringify(
      records.map(({ Ax, Ay, Az, Gx, Gy, Gz, ...others }) => ({
        ...others,
        A: { x: Ax, y: Ay, z: Az },
        G: { x: Gx, y: Gy, z: Gz },
      })),
    ),
    { channels: ["A_x", "A_y", "A_z", "G_x", "G_y", "G_z"] },
  ],
  ["JSON lines", "a.jsonl", records.map((record) => JSON.stringify(record)).join("\n")],
  [
    "JSON with a list per column",
    "a.json",
    JSON.stringify(
      Object.fromEntries(Object.keys(records[0]!).map((key) => [key, records.map((record) => record[key]!)])),
    ),
  ],
  ["a JSON document that holds the records", "a.json", JSON.stringify({ data: { rows: records } })],
])("%s: the values are the same", async (_, name, content, columns) => {
  const expected = await read("a.csv", plain);
  const found = await read(name, content, columns);
  expect(found.recordings.stretches).toEqual(expected.recordings.stretches);
  expect(found.recordings.time).toEqual(expected.recordings.time);
  expect(found.recordings.values).toEqual(expected.recordings.values);
});

async function refusal(
  name: string,
  content: string | Uint8Array,
  columns?: ReadRecordingsOptions["columns"],
): Promise<UserError> {
  const error = await read(name, content, columns).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(UserError);
  return error as UserError;
}

test("line ends may change far below the first lines", async () => {
  const { length } = body;
  const far = Array.from({ length: 20 * length }, (_, i) => {
    const values = body[i % length]!.split(",");
    return values.with(3, String(i / 50)).join(",");
  }).sort((a, b) => Number(a.split(",")[3]) - Number(b.split(",")[3]));
  const ends = (i: number): string => (i < far.length - 30 ? "\n" : "\r\n");
  const text = [header, ...far].map((line, i) => line + ends(i)).join("");
  expect(text.length).toBeGreaterThan(2 ** 17);
  const { quality } = await read("a.csv", text);
  expect(quality.rows.read).toBe(far.length);
});

describe("what cannot be read", () => {
  test("a file without names says how to name its columns", async () => {
    const { message, advice } = await refusal("a.csv", `${body.join("\n")}\n`);
    expect(message).toMatch(
      /a\.csv: the file has no line of column names\. Its rows have 10 values, such as ann, walk, r1, 0, 0, 0\.1/,
    );
    expect(advice).toBe(
      "Name the columns in order; judging by their values, perhaps --columns c1,c2,c3,time,acc_x,acc_y,acc_z,gyro_x,gyro_y,gyro_z",
    );
  });

  test("a wrong number of names is reported with both numbers", async () => {
    const { message } = await refusal("a.csv", `${body.join("\n")}\n`, { columns: ["a", "b", "c"] });
    expect(message).toContain("--columns has 3 names, but the rows have 10 values");
  });

  test("archives without tables, damaged archives and workbooks are named as what they are", async () => {
    const archive = Buffer.from(zip({ "a.csv": plain }));
    expect((await refusal("a.zip", zip({ "photo.jpg": "x" }))).message).toContain(
      "contains no table; it contains photo.jpg",
    );
    const arrays = await refusal("a.npz", zip({ "acc.npy": "x", "gyro.npy": "x" }));
    expect(arrays.message).toContain("found NumPy arrays (.npz): acc, gyro");
    expect(arrays.advice).toContain('["acc"]');
    const nested = [1, 2, 3].reduce((inner) => zipArchive({ "a.zip": inner }), archive as Uint8Array);
    expect((await refusal("a.zip", nested)).message).toContain("a.zip/a.zip/a.zip: this zip archive contains no table");
    expect((await refusal("a.zip", archive.subarray(0, 300))).message).toContain("its directory is missing");
    const damaged = Buffer.from(archive).fill(0xff, 100, 400);
    expect((await refusal("a.zip", damaged)).message).toMatch(/a\.csv is damaged|cannot be read/);
    const types = { "[Content_Types].xml": "<Types/>" };
    const workbook = await refusal("a.xlsx", zip({ ...types, "xl/workbook.xml": "<workbook/>" }));
    expect(workbook.message).toContain("this Excel workbook cannot be read: it has no xl/_rels/workbook.xml.rels.");
    expect(workbook.advice).toMatch(/save it again, as \.xlsx or as "CSV UTF-8"/);
    expect((await refusal("a.xlsb", zip({ ...types, "xl/workbook.bin": "x" }))).message).toContain("(.xlsb)");
    expect((await refusal("a.ods", zip({ "content.xml": "x", mimetype: "x" }))).message).toContain(
      "an OpenDocument file (.ods)",
    );
  });

  test.each<[string, string, string | Uint8Array, RegExp]>([
    [
      "rows with more values than names",
      "a.csv",
      [header, ...body.map((line, i) => `${i % 7},${line}`)].join("\n"),
      /no line of column names fits the rows\. Line 1 has 10 values, but the rows have 11/,
    ],
    [
      "names in an unknown encoding",
      "a.csv",
      Buffer.from(plain.replace("Gx", "Gx \u0081"), "latin1"),
      /line 1 is not UTF-8 text/,
    ],
    [
      "a gzip file that ends early",
      "a.csv.gz",
      gzipSync(plain).subarray(0, -30),
      /this gzip file is cut off or damaged after [\d,]+ unpacked bytes/,
    ],
    [
      "a gzip file with a changed byte",
      "a.csv.gz",
      gzipSync(plain, { level: 0 }).map((byte, i) => (i === 900 ? byte ^ 1 : byte)),
      /this gzip file is cut off or damaged/,
    ],
    [
      "ELAN's own file",
      "a.eaf",
      '<?xml version="1.0"?>\n<ANNOTATION_DOCUMENT AUTHOR="">\n',
      /found labels of ELAN or Praat/,
    ],
    ["a web page", "a.csv", "<!DOCTYPE html>\n<html><body>Not found</body></html>\n", /found an HTML or XML document/],
    [
      "a pointer of Git LFS",
      "a.csv",
      "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 123\n",
      /found a Git LFS pointer/,
    ],
    [
      "JSON with lists of different lengths",
      "a.json",
      '{"t": [0, 1], "x": [1, 2], "y": [3, 4, 5]}',
      /not a list of flat records: the lists t, x, y have different lengths/,
    ],
    [
      "thousands with a separator",
      "a.csv",
      plain.replace(",0,0.1,", ",1'000.5,0.1,"),
      /column "Ax": expected a number, found "1'000\.5"/,
    ],
  ])("%s: the message says so", async (_, name, content, message) => {
    const refused = await refusal(name, content);
    expect(refused.message).toMatch(message);
    expect(refused.advice).toBeDefined();
  });

  test("a zip archive with a changed byte is reported as damaged", async () => {
    const archive = zip({ "a.csv": plain }, "ZIP_STORED").map((byte, i) => (i === 900 ? byte ^ 1 : byte));
    expect((await refusal("a.zip", archive)).message).toMatch(/this zip archive cannot be read: a\.csv is damaged\.$/);
  });

  test.each([
    ["a.zip", zip({ "a.csv": "" }), /a\.zip\/a\.csv: expected a table, found nothing\./],
    ["a.csv.gz", gzipSync(""), /a\.csv\.gz: expected a table, found nothing\./],
    [
      "a.json",
      '[{"x": 1}, {"x":',
      /a\.json: this file is not valid JSON at byte \d+ in record\/value \d+: unexpected end of data\.$/,
    ],
  ])("nothing in %s is reported", async (name, content, message) => {
    expect((await refusal(name, content)).message).toMatch(message);
  });

  test("a broken table in an archive is named as in the archive", async () => {
    expect((await refusal("a.zip", zip({ "data/b.csv": "<html>\n</html>\n" }))).message).toMatch(
      /a\.zip\/data\/b\.csv: expected/,
    );
  });

  test.each(["[]", "[1, 2, 3]", "{}"])("JSON without records is refused: %s", async (json) => {
    expect((await refusal("a.json", json)).message).toMatch(/it has values that are not objects, or no values/);
  });

  test("lines of text between rows are refused in a table that begins below other lines", async () => {
    const rows = plain.trimEnd().split("\n");
    const text = `Exported by Some App 3.1\nDevice: watch\n${[...rows.slice(0, 31), "Exported by Some App 3.1", ...rows.slice(31)].join("\n")}\n`;
    expect((await refusal("a.csv", text)).message).toMatch(/has 1 value; expected 10/);
  });

  test("JSON that is cut off is refused", async () => {
    expect((await refusal("a.json", '{"a": [1, 2')).message).toMatch(/this file is not valid JSON at byte/);
  });
});

describe("what only the path says", () => {
  const bare = (user: string): string =>
    csv(
      rows(300, { user }).map((row, i) => ({
        ...row,
        values: row.values!.map((value) => Number(value) + user.length + i / 7),
      })),
    )
      .split("\n")
      .map((line) => line.split(",").slice(3).join(","))
      .join("\n");
  const files = {
    "walk/sub_7.csv": bare("a"),
    "walk/sub_08.csv": bare("bb"),
    "sit/sub_7.csv": bare("ccc"),
    "sit/sub_08.csv": bare("dddd"),
  };

  test("person, label and recording are read from it", async () => {
    const { path } = folderOf(files);
    const columns = {
      groupFromPath: "sub_{user}.csv",
      labelFromPath: "{activity}/*.csv",
      recordingFromPath: "{what}/sub_*",
    };
    const { recordings } = await readRecordings([path("*/*.csv")], { requireLabels: true, columns });
    expect(recordings.stretches.map(({ user, label, recording }) => [user, label, recording])).toEqual([
      ["08", "sit", "sit"],
      ["7", "sit", "sit"],
      ["08", "walk", "walk"],
      ["7", "walk", "walk"],
    ]);
  });

  test("a template may begin within a name, where a word begins", async () => {
    const { path } = folderOf(files);
    const columns = { groupFromPath: "b_{user}.csv", labelFromPath: "{activity}/*.csv" };
    await expect(readRecordings([path("*/*.csv")], { requireLabels: true, columns })).rejects.toThrow(
      /does not end in b_/,
    );
    const named = folderOf({
      "walk/acc-sub_08.csv": files["walk/sub_08.csv"]!,
      "sit/acc-sub_7.csv": files["sit/sub_7.csv"]!,
    });
    const { recordings } = await readRecordings([named.path("*/*.csv")], {
      requireLabels: true,
      columns: { groupFromPath: "sub_{user}.csv", labelFromPath: "{activity}/*.csv" },
    });
    expect(recordings.stretches.map(({ user }) => user)).toEqual(["7", "08"]);
  });

  test.each([
    ["subject_{user}.csv", /the path does not end in subject_\{user\}\.csv \(--group-from-path\)/],
    ["sub_*.csv", /expected one \{name\} in place of the value, found 0/],
    ["{a}/sub_{user}.csv", /found 2/],
    ["sub_{Ax}.csv", /--group-from-path names "Ax", which is also a column of the file/],
  ])("%s is refused, and the message says why", async (groupFromPath, says) => {
    const { path } = folderOf(files);
    await expect(
      readRecordings([path("*/*.csv")], {
        requireLabels: true,
        columns: { groupFromPath, labelFromPath: "{activity}/*.csv" },
      }),
    ).rejects.toThrow(says);
  });
});

describe("devices whose exports have no line of names", () => {
  const values = Array.from({ length: 300 }, (_, i) => [Math.round(64 * Math.sin(i / 5)), i % 7, 60 + (i % 5)]);

  test("an Empatica E4's first two lines are its start and rate, and its unit is 1/64 g", async () => {
    const content = [
      "1714816800.000000, 1714816800.000000, 1714816800.000000",
      "32.000000, 32.000000, 32.000000",
      ...values.map(String),
    ];
    const { path } = folderOf({ "ACC.csv": content.join("\n") });
    const { recordings, quality } = await readRecordings([path("ACC.csv")], { requireLabels: false });
    expect(recordings.channels).toEqual(["acc_x (g)", "acc_y (g)", "acc_z (g)"]);
    expect(recordings.time[0]).toBe(1714816800);
    expect(quality.sampling.rate_hz).toBeCloseTo(32, 4);
    expect(recordings.values[0]![1]).toBeCloseTo(values[1]![0]! / 64, 6);
    expect(recordings.time).toHaveLength(300);
  });

  test("a whole session of an Empatica E4 is read from a folder or an archive", async () => {
    const [start, rate] = ["1714816800.000000", "32.000000"];
    const session = {
      "ACC.csv": [[start, start, start], [rate, rate, rate], ...values].map((row) => row.join(", ")).join("\n"),
      "EDA.csv": [start, "4.000000", ...values.slice(0, 40).map(() => "0.25")].join("\n"),
      "HR.csv": [start, "1.000000", ...values.slice(0, 10).map(() => "71.00")].join("\n"),
      "IBI.csv": [`${start}, IBI`, "5.2,0.81", "6.1,0.8", "7.3,0.78"].join("\n"),
      "tags.csv": "1714816810.10\n",
    };
    const { path } = folderOf({ ...session, "e4.zip": zip(session) });
    for (const files of [Object.keys(session), ["e4.zip"]]) {
      const { recordings, quality } = await readRecordings(files.map(path), { requireLabels: false });
      expect(recordings.time).toHaveLength(300);
      expect(quality.warnings.join()).toContain("they hold no accelerations: EDA.csv, HR.csv, IBI.csv, tags.csv");
    }
  });

  test("files that are named like those of an Empatica E4, but have a sensor's columns, are read", async () => {
    const rows = Array.from({ length: 100 }, (_, i) => `${i / 50},${Math.sin(i / 9)},0.1,9.8`);
    const named = ["time_s,ax,ay,az", ...rows].join("\n");
    const { path } = folderOf({ "acc.csv": named, "temp.csv": named, "hr.csv": "time,hr\n0,70\n1,71\n2,70\n" });
    const { quality } = await readRecordings(["acc.csv", "temp.csv", "hr.csv"].map(path), { requireLabels: false });
    expect(quality.files.map(({ file }) => file)).toEqual([path("acc.csv"), path("temp.csv")]);
    expect(quality.warnings.join()).toContain("they hold no accelerations: hr.csv.");
  });

  test("ActiGraph's preamble gives start, date format and rate", async () => {
    const head = [
      "------------ Data File Created By ActiGraph GT3X+ ActiLife v6.13.3 Firmware v2.5.0 date format M/d/yyyy at 30 Hz  Filter Normal -----------",
      "Serial Number: NEO1F00000000",
      "Start Time 14:00:00",
      "Start Date 5/4/2026",
      "Epoch Period (hh:mm:ss) 00:00:00",
      "Download Time 14:30:00",
      "Download Date 5/5/2026",
      "Current Memory Address: 0",
      "Current Battery Voltage: 4.2     Mode = 12",
      "--------------------------------------------------",
    ];
    const { path } = folderOf({
      "a.csv": [
        ...head,
        "Accelerometer X,Accelerometer Y,Accelerometer Z",
        ...values.map((row) => row.map((v) => v / 60).join(",")),
      ].join("\n"),
    });
    const { recordings, quality } = await readRecordings([path("a.csv")], { requireLabels: false });
    expect(recordings.time[0]).toBe(Date.UTC(2026, 4, 4, 14) / 1000);
    expect(quality.sampling.rate_hz).toBeCloseTo(30, 3);
    expect(recordings.values[0]![1]).toBeCloseTo(values[1]![0]! / 60, 6);
  });
});

test("names that repeat are asked about if the channels have them, and otherwise reported", async () => {
  const withColumn = (name: string): string =>
    plain
      .trimEnd()
      .replaceAll(/^(.*)$/gm, "$1,0,0")
      .replace(",0,0\n", `,${name},${name}\n`);
  const { path } = folderOf({ "a.csv": withColumn("AX"), "b.csv": withColumn("battery") });
  const error = await readRecordings([path("a.csv")], { requireLabels: true }).catch((fault: unknown) => fault);
  expect(error).toMatchObject({
    message: expect.stringContaining('several columns are named "AX", so it is not clear which of them to read'),
    advice: expect.stringMatching(/--channels Ax,Ay,Az/),
  });
  const chosen = await readRecordings([path("a.csv")], {
    requireLabels: true,
    columns: { channels: ["Ax", "Ay", "Az"] },
  });
  expect(chosen.quality.warnings).toContainEqual(expect.stringContaining('several columns are named "AX".'));
  const { quality } = await readRecordings([path("b.csv")], { requireLabels: true });
  expect(quality.warnings).toContainEqual(expect.stringContaining('several columns are named "battery".'));
});

test("sensors that were pasted side by side, each with its clock, are read by the clock beside them", async () => {
  const table = Array.from({ length: 400 }, (_, i) => {
    const acc = i < 200 ? [i / 50, 0.1, 0.2, 1 + i / 1000].map((value) => value.toFixed(4)).join(",") : ",,,";
    return `${(i / 100).toFixed(4)},${i % 7},${acc}`;
  });
  const { path } = folderOf({
    "trigno.csv": `X[s],EMG (mV),X[s],ACC X (g),ACC Y (g),ACC Z (g)\n${table.join("\n")}\n`,
  });
  const { quality, recordings, columns } = await readRecordings([path("trigno.csv")], { requireLabels: false });
  expect(columns.time).toBe("X[s]_1");
  expect(quality).toMatchObject({ rows: { read: 400, kept: 200 }, sampling: { rate_hz: 50 } });
  expect(quality.channels["ACC X (g)"]!.missing).toBe(0);
  expect(recordings.values[2]![100]).toBeCloseTo(1.1, 6);
  expect(quality.warnings).toContainEqual("Rows that contain neither a time nor a value are left out (200 rows).");
});

test("a Parquet table with an object per sensor is read", async () => {
  const { path } = folderOf({ "a.csv": plain });
  const database = await openDuckdb();
  await database.rows(
    `COPY (SELECT * EXCLUDE (Ax, Ay, Az), {x: Ax, y: Ay, z: Az} AS A FROM read_csv('${path("a.csv")}', all_varchar=true, types={'Ax': 'DOUBLE', 'Ay': 'DOUBLE', 'Az': 'DOUBLE'})) TO '${path("a.parquet")}'`,
  );
  database.close();
  const columns = { channels: ["A_x", "A_y", "A_z"] };
  const { recordings } = await readRecordings([path("a.parquet")], { requireLabels: true, columns });
  const expected = await read("a.csv", plain, { channels: ["Ax", "Ay", "Az"] });
  expect(recordings.values).toEqual(expected.recordings.values);
});

test("NUL bytes far below the first lines do not keep the reader busy forever", async () => {
  const rows = Array.from({ length: 900 }, (_, i) => `${i / 50},${i % 7},1,9.8${i === 800 ? "\0" : ""}`);
  const { path } = folderOf({ "a.csv": ["Recorder 7", "time_s,ax,ay,az", ...rows].join("\n") });
  const answer = await readRecordings([path("a.csv")], { requireLabels: false, nominalRateHz: 50 }).catch(
    (error: Error) => error,
  );
  expect(answer instanceof UserError || "recordings" in answer).toBe(true);
});

test("a byte order mark is no part of the first value if there is no line of names", async () => {
  const lines = Array.from({ length: 60 }, (_, i) =>
    [7 + Math.floor(i / 50), (i % 50) * 20_000, Math.sin(i), 9.81 + i / 7, Math.cos(i)].join("\t"),
  );
  const { path } = folderOf({ "a.log": `\ufeff${lines.join("\n")}\n` });
  const columns = { columns: ["sec", "microsec", "x", "y", "z"] };
  const { recordings } = await readRecordings([path("a.log")], { requireLabels: false, columns });
  expect([recordings.time.length, recordings.time[0]]).toEqual([60, 7]);
});

test("a line within quotes is no comment and no line of names", async () => {
  const noted = lines.map(
    (line, i) => `${line},${i === 0 ? "note" : i === 5 ? `"see\n# 4\n${header},note\nbelow"` : "x"}`,
  );
  const { path } = folderOf({ "a.csv": plain, "noted.csv": `${noted.join("\n")}\n# the end\n` });
  const [own, other] = await Promise.all(
    ["a.csv", "noted.csv"].map((name) => readRecordings([path(name)], { requireLabels: true })),
  );
  expect(other!.recordings.values).toEqual(own!.recordings.values);
  expect(other!.quality.warnings.join()).toContain("noted.csv: lines that begin with # are left out (1 line).");
});
