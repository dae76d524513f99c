// Runs the real command with every kind of wrong input: it must end with exit code 2 and one clear message, without a stack
// trace or leftover files.
import { appendFileSync, cpSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { resident } from "./resident.ts";
import { copySharedModel } from "./shared-model.ts";
import { fileDirectory } from "./tiny-run.ts";

const directory = fileDirectory();
const run = resident(directory);
const header = "user,activity,recording,timestamp_s,Ax,Ay,Az";

/** Returns the rows of a valid table at 20 Hz, in which each person walks for ten seconds and sits for ten seconds. */
function good(): string[] {
  return ["a", "b", "c"].flatMap((user) =>
    ["walk", "sit"].flatMap((activity) =>
      Array.from({ length: 200 }, (_, i) => {
        const values = [0, 1, 2].map((c) => (Math.sin(i / (c + 2)) + (activity === "sit" ? 5 : 0)).toFixed(4));
        return [user, activity, activity, (i / 20).toFixed(2), ...values].join(",");
      }),
    ),
  );
}

function table(rows: readonly string[], head: string = header): string {
  return `${[head, ...rows].join("\n")}\n`;
}

const cell = (line: string, column: number, value: string): string => line.split(",").with(column, value).join(",");

interface Case {
  name: string;
  files?: Record<string, string>;
  words?: readonly string[];
  /** Texts that the message on stderr must contain. */
  says: readonly (string | RegExp)[];
}

const window = ["--rate", "20", "--window", "40", "--folds", "3"];

const cases: readonly Case[] = [
  { name: "missing file", words: ["nowhere.csv", ...window], says: ["nowhere.csv"] },
  { name: "glob without a match", words: ["no*.csv", ...window], says: ["no*.csv"] },
  { name: "empty file", files: { "r.csv": "" }, says: ["r.csv", /empty/i] },
  { name: "header alone", files: { "r.csv": table([]) }, says: ["r.csv", /no row/i] },
  {
    name: "missing column, with the nearest name",
    files: { "r.csv": table(good()) },
    words: ["r.csv", ...window, "--label", "activty"],
    says: ['no column "activty"', 'Did you mean "activity"?'],
  },
  {
    name: "no label column at all",
    files: { "r.csv": table(good(), "user,what,recording,timestamp_s,Ax,Ay,Az") },
    says: ["activity label", "--label"],
  },
  {
    name: "text in a number column, with file and row",
    files: { "r.csv": table(good().with(17, cell(good()[17]!, 5, "oops"))) },
    says: ["r.csv", "oops", "Ay", "19"],
  },
  {
    name: "more than 1 % missing",
    files: { "r.csv": table(good().map((line, i) => (i % 50 === 0 ? cell(line, 4, "") : line))) },
    says: ['"Ax"', "missing", "at most 1 %"],
  },
  {
    name: "infinite values",
    files: { "r.csv": table(good().map((line, i) => (i % 50 === 0 ? cell(line, 6, "inf") : line))) },
    says: ['"Az"', "infinite"],
  },
  {
    name: "time running backwards, with the row",
    files: { "r.csv": table(good().with(40, cell(good()[40]!, 3, "0.5"))) },
    says: ["r.csv", /backwards/, "row 41", '"timestamp_s"'],
  },
  {
    name: "one class",
    files: { "r.csv": table(good().filter((line) => line.includes("walk"))) },
    says: ['only "walk"', "at least two classes"],
  },
  {
    name: "fewer people than folds",
    files: { "r.csv": table(good()) },
    words: ["r.csv", ...window, "--folds", "4"],
    says: ["3 for 4 folds", "--folds 3"],
  },
  {
    name: "a window longer than any stretch",
    files: { "r.csv": table(good()) },
    words: ["r.csv", "--rate", "20", "--window", "300"],
    says: ["as long as a window of 15 s (300 samples", "--window 200"],
  },
  {
    name: "a channel that never changes",
    files: { "r.csv": table(good().map((line) => cell(line, 6, "1"))) },
    says: ['"Az"', "--channels Ax,Ay"],
  },
  {
    name: "numbers that the network cannot stand",
    files: { "r.csv": table(good().map((line) => cell(line, 4, `${line.includes("walk") ? "" : "-"}3e38`))) },
    words: ["r.csv", ...window, "--network", "compact", "--batch-size", "8", "--normalize", "none"],
    says: ["the loss became NaN in epoch 1", "--normalize zscore"],
  },
  { name: "unknown option", words: ["r.csv", "--foldz", "3"], says: ["--foldz", "--folds"] },
  { name: "option out of range", words: ["r.csv", "--overlap", "1"], says: ["--overlap", "got 1"] },
  { name: "no files", words: [], says: ["files"] },
  {
    name: "unknown config key",
    files: { "r.csv": table(good()), "c.yaml": "epohcs: 3\n" },
    words: ["r.csv", ...window, "--config", "c.yaml"],
    says: ['"epohcs"', "c.yaml", '"epochs"'],
  },
  { name: "config that is not there", words: ["r.csv", "--config", "none.yaml"], says: ["none.yaml"] },
];

describe("train rejects", () => {
  it.each(cases)("$name", async ({ name, files = {}, words = ["r.csv", ...window], says }) => {
    const folder = join(directory, name.replaceAll(/\W+/g, "-"));
    mkdirSync(folder);
    for (const [file, content] of Object.entries(files)) writeFileSync(join(folder, file), content);
    const { exitCode, stderr } = await run.in(folder, "train", ...words, "--out", "deep/model");
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 2, stderr: expect.stringMatching(/^error: /m) });
    for (const text of says) {
      if (typeof text === "string") expect(stderr).toContain(text);
      else expect(stderr).toMatch(text);
    }
    expect(stderr).not.toMatch(/\n\s+at |defect/);
    expect(readdirSync(folder).sort()).toEqual(Object.keys(files).sort());
  });
});

describe("predict rejects", () => {
  const model = join(directory, "model");
  beforeAll(async () => {
    await copySharedModel("four people", directory, "model");
    writeFileSync(join(directory, "three.csv"), table(good()));
  });

  const refusals: readonly { name: string; words: readonly string[]; says: readonly (string | RegExp)[] }[] = [
    { name: "a folder that is no model", words: ["three.csv", "--model", "."], says: ["manifest.json"] },
    {
      name: "recordings without the model's channels",
      words: ["three.csv", "--model", model],
      says: [
        'three.csv: the model expects a channel "Gx"',
        /\nIf channels have other names, list them with --channels, in the model's order: Ax,Ay,Az,Gx,Gy,Gz\n/,
      ],
    },
    {
      name: "a different number of channels",
      words: ["three.csv", "--model", model, "--channels", "Ax,Ay,Az"],
      says: ["each of the model's 6 channels", "got 3"],
    },
    {
      name: "to write over its own recordings",
      words: ["r.parquet", "--model", model, "--out", "./r.parquet"],
      says: ["is one of the recordings"],
    },
    {
      name: "a table it cannot write",
      words: ["r.parquet", "--model", model, "--out", "p.xlsx"],
      says: ["p.xlsx"],
    },
  ];
  it.each(refusals)("$name", async ({ words, says }) => {
    const { exitCode, stderr } = await run("predict", "--out", "p.csv", ...words);
    expect(exitCode).toBe(2);
    for (const text of says) {
      if (typeof text === "string") expect(stderr).toContain(text);
      else expect(stderr).toMatch(text);
    }
    expect(stderr).not.toMatch(/\n\s+at |defect/);
    expect(readdirSync(directory)).not.toContain("p.csv");
  });

  it.each(["scaler.json", "baseline_stats.json", "model.onnx", "labels.json"])(
    "a model whose %s was changed",
    async (file) => {
      const changed = join(directory, `changed-${file}`);
      cpSync(model, changed, { recursive: true });
      appendFileSync(join(changed, file), " ");
      const words = ["r.parquet", "--model", changed, "--out", "p.csv"];
      const { exitCode, stderr } = await run("predict", ...words);
      expect(exitCode).toBe(2);
      expect(stderr).toContain(`${file} was changed after training`);
    },
  );
});
