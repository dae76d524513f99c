import { expect, it } from "vitest";
import { readRecordings } from "../../../src/signals/data/read-recordings.ts";
import { qualityGate } from "./quality-gate.ts";
import { csv, folderOf, goodRows, header } from "./tables.ts";

const reserved = "__proto__";
const good = csv(goodRows());
const files = {
  "channel.csv": good.replace(header, header.replace("Ay", reserved)),
  "person.csv": csv(goodRows().map((row, i) => (i < 60 ? row : { ...row, user: reserved }))),
  "class.csv": csv(goodRows().map((row, i) => (i < 60 ? row : { ...row, activity: reserved }))),
};

it.each([
  ["channel", "channel.csv", reserved],
  ["person", "person.csv", "user"],
  ["class", "class.csv", "activity"],
] as const)("refuses a %s that no JSON file can have as a key, by file and column", async (kind, name, column) => {
  const { path } = folderOf(files);
  const channels = kind === "channel" ? { channels: ["Ax", reserved, "Az"] } : {};
  await expect(readRecordings([path(name)], { columns: channels, requireLabels: true })).rejects.toMatchObject({
    name: "DataFault",
    message: expect.stringContaining(`${name}: column "${column}": a ${kind} cannot be named "${reserved}"`),
    advice: expect.stringMatching(/^(Rename the column|Give this (person|class) a different name)\.$/),
    description: { code: "schema", column, found: reserved },
  });
});

it("rejects a batch of such a person, and reads no labels of a batch", async () => {
  const { path } = folderOf(files);
  const expectations = { channels: [{ column: "Ax", min: 0, max: 100 }], samplingRateHz: 50, windowSeconds: 0.5 };
  const person = await qualityGate([path("person.csv")], expectations);
  expect(person).toMatchObject({ accepted: false, reasons: [{ code: "schema", column: "user" }] });
  const label = await qualityGate([path("class.csv")], expectations);
  expect(JSON.stringify(label)).not.toContain("cannot be named");
});

it("reads every other name that an object has anyway", async () => {
  const names = ["constructor", "toString", "hasOwnProperty", "__defineGetter__"];
  const [ann, bob, walk, sit] = names;
  const renamed = good.replaceAll(/^ann,/gm, `${ann},`).replaceAll(/^bob,/gm, `${bob},`);
  const { path } = folderOf({ "a.csv": renamed.replaceAll(",walk,", `,${walk},`).replaceAll(",sit,", `,${sit},`) });
  const { quality } = await readRecordings([path("a.csv")], { requireLabels: true });
  expect(Object.keys(quality.persons).sort()).toEqual(["constructor", "toString"]);
  expect(Object.keys(quality.classes).sort()).toEqual(["__defineGetter__", "hasOwnProperty"]);
});
