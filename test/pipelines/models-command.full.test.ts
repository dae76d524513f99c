// Tests the `models` command: lists, comparisons, promotions and rollbacks, including under kill -9 and when run
// simultaneously.
import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { joinedLineSchema, modelComparisonSchema } from "../../scripts/answer-schemas.ts";
import { rollingReferenceSchema } from "../../src/monitoring/streams/rolling-reference.ts";
import { check } from "../../src/pipelines/check.ts";
import { evaluate } from "../../src/pipelines/evaluate.ts";
import { listModels, promote, rollback, showModel } from "../../src/pipelines/models.ts";
import { showReference } from "../../src/pipelines/reference.ts";
import { simulate } from "../../src/pipelines/simulate.ts";
import { modelFiles } from "../../src/storage/model-folder.ts";
import { type Registry, registrySchema } from "../../src/storage/registry.ts";
import { rollingReferencePathOfStream } from "../../src/storage/stream-names.ts";
import { makeVersion } from "./made-version.ts";
import { resident } from "./resident.ts";
import { copySharedModel } from "./shared-model.ts";
import { endedBeforeChange, fileDirectory, start } from "./tiny-run.ts";

const directory = fileDirectory();
const at = (...names: string[]): string => join(directory, ...names);
const run = resident(directory);
const models = async (...words: string[]): Promise<{ exitCode: number | null; value: unknown }> => {
  const { exitCode, stdout, stderr } = await run("models", ...words, "--json");
  expect(stderr).toBe("");
  return { exitCode, value: JSON.parse(stdout) };
};
const registryPath = at("models", "registry.json");
const registry = (): Registry => registrySchema.parse(JSON.parse(readFileSync(registryPath, "utf8")));
const champions = (): string[] => registry().lines.walk!.champions;
const batchesOf = (model: string, stream: string): string[] => {
  const path = at("models", model, rollingReferencePathOfStream(stream));
  return rollingReferenceSchema.parse(JSON.parse(readFileSync(path, "utf8"))).batches.map(({ batch_id }) => batch_id);
};

/** Returns the SHA-256 of each JSON, ONNX, Parquet and HTML file in a model folder, but not that of the ledger. */
function hashes(model: string): Record<string, string> {
  const files = readdirSync(at("models", model), { recursive: true, withFileTypes: true });
  const content = files.filter((entry) => entry.isFile() && /\.(json|onnx|parquet|html)$/.test(entry.name));
  return Object.fromEntries(
    content.map(({ parentPath, name }) => {
      const path = join(parentPath, name);
      return [path.slice(at("models", model).length), createHash("sha256").update(readFileSync(path)).digest("hex")];
    }),
  );
}

function changeManifest(model: string, change: (text: string) => string): void {
  const path = join(model, modelFiles.manifest);
  writeFileSync(path, change(readFileSync(path, "utf8")));
}

function replaceByLink(path: string): void {
  rmSync(path);
  symlinkSync("nowhere", path);
}

const bring = (model: string, batch: string, batchId: string = batch): Promise<unknown> =>
  check({ files: [at(batch)], model, stream: "s", batchId, accept: true });

beforeAll(async () => {
  await copySharedModel("four people", directory, "models/walk");
  await makeVersion(at("models"), "walk-v2", "2100-01-01T00:00:00.000Z");
  await makeVersion(at("models"), "walk-v3", "2100-02-01T00:00:00.000Z");
  const activities = ["walking", "jogging", "sitting"];
  for (const [i, name] of ["b0.csv", "b1.csv"].entries()) {
    await simulate({ out: at(name), users: 1, minutes: 2, rate: 20, seed: 30 + i, activities });
  }
  // Creates other files that may be in a folder of models.
  mkdirSync(at("models", "walk-v9.refused"));
  mkdirSync(at("models", "empty"));
  writeFileSync(at("models", "notes.txt"), "of walks");
});

beforeEach(() => rmSync(registryPath, { force: true }));

describe("the list of models", () => {
  it("contains every model by line and age, and the first of a line is its champion until another is promoted", async () => {
    const { exitCode, value } = await models("list", "--dir", "models");
    expect(exitCode).toBe(0);
    expect(value).toMatchObject([
      { name: "walk", line: "walk", champion: true, from: null, people: 4, classes: ["jogging", "sitting", "walking"] },
      { name: "walk-v2", line: "walk", champion: false, from: "models/walk" },
      { name: "walk-v3", line: "walk", champion: false, from: "models/walk" },
    ]);
    expect(existsSync(registryPath)).toBe(false);
    await promote(at("models", "walk-v3"));
    const { stdout } = await run("models", "list");
    expect(stdout).toMatch(/^walk@1 +walk +20/m);
    expect(stdout).toMatch(/^walk@3 +walk-v3 +champion +2100-02-01 .* models\/walk$/m);
    expect(stdout.match(/champion/g)).toHaveLength(1);
  });

  it.each<[string, (model: string) => void, RegExp]>([
    ["a manifest cut off", (model) => truncateSync(join(model, modelFiles.manifest), 100), /expected JSON/],
    [
      "a manifest of a later version",
      (model) => changeManifest(model, (text) => text.replace('"schema_version": 1', '"schema_version": 99')),
      /schema_version|version/,
    ],
    ["an edited manifest", (model) => changeManifest(model, (text) => text.replace('"walk', '"run')), /was changed/],
    [
      "a manifest without a field",
      (model) => changeManifest(model, (text) => text.replace('"git_commit"', '"git"')),
      /these fields are invalid/,
    ],
    ["no report", (model) => rmSync(join(model, modelFiles.cvReport)), /cv_report\.json: no such file/],
    ["a dangling link as its manifest", (model) => replaceByLink(join(model, modelFiles.manifest)), /manifest\.json/],
  ])("warns of a model that has %s, and holds the others", async (_, damage, why) => {
    const folder = at("some");
    rmSync(folder, { recursive: true, force: true });
    for (const name of ["good", "bad"]) cpSync(at("models", "walk"), join(folder, name), { recursive: true });
    mkdirSync(join(folder, "empty"));
    damage(join(folder, "bad"));
    for (const words of [[], ["--json"]]) {
      const { exitCode, stdout, stderr } = await run("models", "list", "--dir", "some", ...words);
      expect(exitCode).toBe(0);
      expect(stdout).toMatch(/good/);
      expect(stdout).not.toMatch(/bad|empty/);
      expect(stderr).toMatch(/^warning: some\/bad is not listed: .*\. Details: tidemark models show some\/bad\n$/);
      expect(stderr).toMatch(why);
    }
    expect(await run("models", "show", "some/bad")).toMatchObject({ exitCode: 2, stderr: expect.stringMatching(why) });
  });

  it("does not say that there are no models if all of them are damaged", async () => {
    const folder = at("lost");
    cpSync(at("models", "walk"), join(folder, "bad"), { recursive: true });
    truncateSync(join(folder, "bad", modelFiles.manifest), 100);
    const { exitCode, stdout } = await run("models", "list", "--dir", "lost");
    expect([exitCode, stdout]).toEqual([0, "no readable models\n"]);
  });

  it("says so if the folder contains no models, and rejects a folder that does not exist", async () => {
    mkdirSync(at("nothing"));
    expect(await run("models", "list", "--dir", "nothing")).toMatchObject({ exitCode: 0, stdout: "no models\n" });
    const { exitCode, stderr } = await run("models", "list", "--dir", "nowhere");
    expect({ exitCode, stderr }).toEqual({
      exitCode: 2,
      stderr: expect.stringMatching(/^error: --dir nowhere: expected a directory.*\(ENOENT\)\nCheck the path.*\n$/),
    });
  });
});

describe("show and compare", () => {
  it("show a model's own figures, and for a retrained model, those that decided", async () => {
    const { value } = await models("show", "models/walk");
    expect(value).toMatchObject({ version: { name: "walk", from: null }, retraining: null });
    const { stdout } = await run("models", "show", "models/walk-v2");
    expect(stdout).toContain("retrained  cycle 1 won; macro-F1 on the holdout 0.900 (previous model: 0.800)");
  });

  it("put models side by side, and accept the name of a line for its champion", async () => {
    await promote(at("models", "walk-v2"));
    const { stdout, exitCode } = await run("models", "compare", "models/walk", "models/walk@champion");
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^ +walk +walk-v2\n/);
    expect(stdout).toMatch(/^from +trained +models\/walk$/m);
    expect(stdout).toMatch(/^worst person +0\.\d+ +0\.\d+$/m);
  });

  it("compare person by person, by cross-validation or on given recordings", async () => {
    const { stdout } = await run("models", "compare", "models/walk", "models/walk-v2");
    expect(stdout.replace(/\n {11,}/g, " ")).toMatch(
      /^compared +walk-v2 with walk, on 4 people whom both cross-validated macro-F1 (0\.\d+) against \1: difference \+0\.000, 90 % interval \+0\.000 to \+0\.000 higher for 0 people, lower for 0; chance could explain the difference$/m,
    );
    const { value } = await models("compare", "models/walk", "models/walk-v2");
    expect(modelComparisonSchema.parse(value)).toMatchObject({
      models: [{ version: { name: "walk" } }, { version: { name: "walk-v2" } }],
      compared: [{ first: "walk", second: "walk-v2", on: "cross-validation", paired: { verdict: "open" } }],
      warnings: [],
    });
    const on = await run("models", "compare", "models/walk", "models/walk-v2", "--on", "b0.csv", "--json");
    expect(on.stderr).toMatch(
      /^warning: walk: The model was trained on people called person-01\..*\nwarning: walk-v2: /,
    );
    const { compared } = modelComparisonSchema.parse(JSON.parse(on.stdout));
    const evaluated = await evaluate({ files: [at("b0.csv")], model: at("models", "walk") });
    const expected = evaluated.people.map(({ user, metrics }) => ({
      person: user,
      first: metrics.macro_f1,
      second: metrics.macro_f1,
    }));
    expect(expected.length).toBeGreaterThan(0);
    expect(compared).toMatchObject([{ on: "files", paired: { people: expected, difference: 0 } }]);
  });

  it.each([
    [["models/walk"], /^error: expected at least two models to compare, got 1\n.*tidemark models show MODEL/],
    [
      ["models/walk", "models/walk-v2", "--label", "x"],
      /^error: --label describes labelled recordings, so it needs --on/,
    ],
    [["models/walk", "models/walk-v2", "--on", "none.csv"], /none\.csv/],
  ])("refuse %j", async (words, says) => {
    const { exitCode, stderr } = await run("models", "compare", ...words);
    expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: expect.stringMatching(says) });
  });

  it("reject folders that are not models", async () => {
    for (const words of [["show"], ["compare", "models/walk"]]) {
      const { exitCode, stderr } = await run("models", ...words, "models/empty");
      expect(exitCode).toBe(2);
      expect(stderr).toMatch(/^error: models\/empty: expected a model folder/);
    }
  });
});

describe("a promotion", () => {
  it("makes a model the champion, to which models/walk@champion refers in check, predict and baseline", async () => {
    const words = ["b0.csv", "--model", "models/walk@champion", "--stream", "named", "--batch-id", "monday"];
    const knownIn = (model: string): boolean => existsSync(at("models", model, rollingReferencePathOfStream("named")));
    await run("check", ...words);
    expect(["walk", "walk-v2"].map(knownIn)).toEqual([true, false]);
    const { exitCode, value } = await models("promote", "models/walk-v2");
    expect({ exitCode, value }).toEqual({
      exitCode: 0,
      value: { line: "walk", champion: "walk-v2", previous: "walk" },
    });
    const checked = await run("check", ...words, "--json");
    expect([0, 10, 11]).toContain(checked.exitCode);
    expect(JSON.parse(checked.stdout)).toMatchObject({ known: false });
    expect(["walk", "walk-v2"].map(knownIn)).toEqual([true, true]);
    const predicted = await run("predict", "b0.csv", "--model", "models/walk@champion", "--out", "p.csv");
    expect(predicted).toMatchObject({ exitCode: 0, stderr: "" });
    expect(await run("baseline", "validate", "models/walk@champion")).toMatchObject({ exitCode: 0, stdout: "valid\n" });
  });

  it("empties the candidate's references, and leaves those of the previous champion", async () => {
    const [old, candidate] = ["walk", "walk-v2"].map((name) => at("models", name));
    await bring(old!, "b0.csv");
    for (const batch of ["b0.csv", "b1.csv"]) await bring(candidate!, batch);
    expect([batchesOf("walk", "s"), batchesOf("walk-v2", "s")]).toEqual([["b0.csv"], ["b0.csv", "b1.csv"]]);
    const before = hashes("walk");
    const { stdout, exitCode } = await run("models", "promote", "models/walk-v2");
    expect({ stdout, exitCode }).toEqual({
      stdout: "walk-v2 is the champion of walk; the previous one was walk\n",
      exitCode: 0,
    });
    expect(batchesOf("walk-v2", "s")).toEqual([]);
    expect(hashes("walk")).toEqual(before);
    expect(await run("baseline", "validate", "models/walk-v2")).toMatchObject({ exitCode: 0 });

    await bring(at("models", "walk@champion"), "b1.csv", "after");
    expect(batchesOf("walk-v2", "s")).toEqual(["after"]);
    const back = await run("models", "rollback", "walk");
    expect(back).toMatchObject({ exitCode: 0, stdout: "walk is the champion of walk; the previous one was walk-v2\n" });
    expect(hashes("walk")).toEqual(before);
    expect(batchesOf("walk", "s")).toEqual(["b0.csv"]);
    await bring(at("models", "walk@champion"), "b1.csv");
    expect(batchesOf("walk", "s")).toEqual(["b0.csv", "b1.csv"]);
  });

  it("starts with empty streams in the given store, and leaves the folder unchanged", async () => {
    const store = `sqlite:${at("fleet")}`;
    const batch = { files: [at("b0.csv")], model: at("models", "walk-v2"), stream: "s", accept: true };
    for (const where of [{ store }, {}]) await check({ ...batch, batchId: "before", ...where });
    const { exitCode } = await run("models", "promote", "models/walk-v2", "--store", "sqlite:fleet");
    expect(exitCode).toBe(0);
    const shown = await showReference({ model: at("models", "walk@champion"), stream: "s", store });
    expect(shown.reference.batches).toEqual([]);
    expect(shown.ledger).toMatchObject([{ batchId: "before", inReferences: false }]);
    expect(batchesOf("walk-v2", "s")).toContain("before");
  });

  it("has a number that stays the same, which every command accepts in place of a model", async () => {
    const answer = await run("models", "show", "models/walk@2", "--json");
    expect(JSON.parse(answer.stdout).version.name).toBe("walk-v2");
    expect(registry().lines.walk!.versions).toEqual(["walk", "walk-v2", "walk-v3"]);
    const checked = await run("check", "b0.csv", "--model", "models/walk@3", "--stream", "numbered", "--json");
    expect(JSON.parse(checked.stdout).model_version).toBe(
      (await showModel(at("models", "walk-v3"))).version.modelVersion,
    );
    const unknown = await run("check", "b0.csv", "--model", "models/walk@9");
    expect(unknown.exitCode).toBe(2);
    expect(unknown.stderr).toContain('models has no version 9 of a line named "walk"');
    expect((await run("check", "b0.csv", "--model", "nowhere/walk@1")).stderr).toContain("nowhere/walk@1");
  });

  it("changes nothing if the model is the champion already, not even its references", async () => {
    await promote(at("models", "walk-v2"));
    await bring(at("models", "walk-v2"), "b0.csv", "later");
    const before = readFileSync(registryPath, "utf8");
    const { exitCode, stdout } = await run("models", "promote", "models/walk@champion");
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: "walk-v2 is the champion of walk\n" });
    expect(readFileSync(registryPath, "utf8")).toBe(before);
    expect(batchesOf("walk-v2", "s")).toContain("later");
  });

  it("keeps a first version that cannot currently be read in the line's history", async () => {
    const manifest = at("models", "walk", modelFiles.manifest);
    const content = readFileSync(manifest);
    writeFileSync(manifest, "{");
    try {
      expect(await promote(at("models", "walk-v2"))).toMatchObject({ champion: "walk-v2", previous: "walk" });
      expect(champions()).toEqual(["walk", "walk-v2"]);
      await expect(rollback(at("models"), "walk")).rejects.toThrow(/expected JSON/);
    } finally {
      writeFileSync(manifest, content);
    }
    expect(await rollback(at("models"), "walk")).toMatchObject({ champion: "walk" });
  });

  it("is recorded with its time, and can be rolled back step by step to the first", async () => {
    const now = (day: number) => () => new Date(Date.UTC(2030, 0, day));
    await promote(at("models", "walk-v2"), { now: now(1) });
    await promote(at("models", "walk-v3"), { now: now(2) });
    expect(champions()).toEqual(["walk", "walk-v2", "walk-v3"]);
    expect(await rollback(at("models"), "walk", now(3))).toEqual({
      line: "walk",
      champion: "walk-v2",
      previous: "walk-v3",
    });
    await rollback(at("models"), "walk", now(4));
    expect(registry().lines.walk).toEqual({
      champions: ["walk"],
      log: [
        { at: "2030-01-01T00:00:00.000Z", action: "promote", champion: "walk-v2" },
        { at: "2030-01-02T00:00:00.000Z", action: "promote", champion: "walk-v3" },
        { at: "2030-01-03T00:00:00.000Z", action: "rollback", champion: "walk-v2" },
        { at: "2030-01-04T00:00:00.000Z", action: "rollback", champion: "walk" },
      ],
    });
    expect((await listModels(at("models"))).filter(({ champion }) => champion)).toMatchObject([{ name: "walk" }]);
    const { exitCode, stderr } = await run("models", "rollback", "walk");
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^error: models: line "walk" has no earlier champion to roll back to\n/);
  });

  it("puts an earlier champion last in the history, and a rollback leads to the one that it replaced", async () => {
    for (const name of ["walk-v2", "walk-v3", "walk-v2"]) await promote(at("models", name));
    expect(champions()).toEqual(["walk", "walk-v3", "walk-v2"]);
    expect(await rollback(at("models"), "walk")).toMatchObject({ champion: "walk-v3" });
  });
});

describe("a model that joins a line", () => {
  const joining = (name: string): string => `joined/${name}`;
  const joinedRegistry = (): Registry =>
    registrySchema.parse(JSON.parse(readFileSync(at("joined", "registry.json"), "utf8")));

  beforeEach(() => {
    rmSync(at("joined"), { recursive: true, force: true });
    for (const name of ["walk", "walk-v2"]) cpSync(at("models", name), at("joined", name), { recursive: true });
    cpSync(at("models", "walk"), at("joined", "rocket"), { recursive: true });
  });

  it("is compared with the champion, can be promoted, and rolled back", async () => {
    const { exitCode, stdout } = await run("models", "add", joining("rocket"), "--as", "walk");
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(
      /^line +rocket has joined walk, whose champion is walk\ncompared +rocket with walk, on 4 people/,
    );
    expect(stdout).toMatch(/-> to make rocket the champion: tidemark models promote joined\/rocket\n$/);
    expect(joinedRegistry().lines).toEqual({ walk: { champions: ["walk"], log: [], members: ["rocket"] } });
    expect((await listModels(at("joined"))).map(({ name, line, champion }) => [name, line, champion])).toEqual([
      ["rocket", "walk", false],
      ["walk", "walk", true],
      ["walk-v2", "walk", false],
    ]);

    expect(await promote(at("joined", "rocket"))).toEqual({ line: "walk", champion: "rocket", previous: "walk" });
    const validated = await run("baseline", "validate", "joined/walk@champion");
    expect(validated).toMatchObject({ exitCode: 0, stdout: "valid\n" });
    expect(await rollback(at("joined"), "walk")).toMatchObject({ champion: "walk", previous: "rocket" });
    expect(joinedRegistry().lines.walk).toMatchObject({ members: ["rocket"] });
  });

  it("is the champion of a new line, and joins a line only once", async () => {
    for (const _ of [1, 2]) {
      const { stdout } = await run("models", "add", joining("rocket"), "--as", "fast", "--json");
      expect(joinedLineSchema.parse(JSON.parse(stdout))).toEqual({
        line: "fast",
        model: "rocket",
        champion: "rocket",
        comparison: null,
        warnings: [],
      });
      expect(joinedRegistry().lines).toEqual({ fast: { champions: ["rocket"], log: [], members: ["rocket"] } });
    }
    const { exitCode, stderr } = await run("models", "add", joining("rocket"), "--as", "walk");
    expect({ exitCode, stderr }).toEqual({
      exitCode: 2,
      stderr: expect.stringMatching(
        /expected a model that belongs to no other line, but it is in the line fast\nList the lines/,
      ),
    });
  });

  it.each<[string, string, RegExp]>([
    ["walk-v2", "fast", /it is in the line walk/],
    ["walk", "fast", /it is in the line walk/],
    ["rocket", "walk-v2", /walk-v2 is a version of the line walk\nUse --as walk\./],
    ["rocket", "../walk", /--as: expected the name of a line/],
    ["rocket", "__proto__", /--as __proto__: expected the name of a line/],
    ["nothing", "walk", /expected a model folder/],
  ])("is not %s as %s", async (name, line, says) => {
    const { exitCode, stderr } = await run("models", "add", joining(name), "--as", line);
    expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: expect.stringMatching(says) });
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(existsSync(at("joined", "registry.json"))).toBe(false);
  });
});

describe("what cannot be promoted", () => {
  /** Makes a copy of the third version, and damages the copy. */
  function broken(name: string, change: (model: string) => void): string {
    rmSync(at("broken"), { recursive: true, force: true });
    cpSync(at("models", "walk-v3"), at("broken", name), { recursive: true });
    change(at("broken", name));
    return `broken/${name}`;
  }

  it.each<[string, () => string, RegExp]>([
    ["a folder without a model", () => "models/empty", /expected a model folder/],
    ["a refused candidate", () => "models/walk-v9.refused", /expected a model folder/],
    ["nothing", () => "models/walk-v7", /expected a model folder/],
    ["a file", () => "models/notes.txt", /notes\.txt/],
    ["a line of nobody", () => "models/run@champion", /models has no line of models named "run"/],
    [
      "a changed network",
      () => broken("network", (model) => writeFileSync(join(model, modelFiles.network), "changed")),
      /model\.onnx was changed after training/,
    ],
    [
      "a lost baseline",
      () => broken("baseline", (model) => rmSync(join(model, modelFiles.baseline))),
      /baseline_stats\.json/,
    ],
  ])("leads to exit code 2, and to no registry: %s", async (_, make, says) => {
    const model = make();
    const { exitCode, stderr } = await run("models", "promote", model);
    expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: expect.stringMatching(says) });
    expect(stderr).not.toMatch(/\n\s+at /);
    for (const folder of ["models", "broken"]) expect(existsSync(at(folder, "registry.json"))).toBe(false);
  });

  it("cannot be rolled back to either: if the earlier champion is damaged, the current one stays", async () => {
    cpSync(at("models", "walk-v2"), at("models", "walk-lost"), { recursive: true });
    await promote(at("models", "walk-lost"));
    await promote(at("models", "walk-v3"));
    rmSync(at("models", "walk-lost"), { recursive: true });
    await expect(rollback(at("models"), "walk")).rejects.toMatchObject({ exitCode: 2 });
    expect(champions().at(-1)).toBe("walk-v3");
  });

  it("a line that does not exist cannot be rolled back, whatever its name", async () => {
    await promote(at("models", "walk-v2"));
    for (const name of ["run", "constructor", "__proto__", "toString"]) {
      const { exitCode, stderr } = await run("models", "rollback", name);
      expect({ name, exitCode, stderr }).toMatchObject({
        exitCode: 2,
        stderr: expect.stringMatching(/no earlier champion/),
      });
    }
    cpSync(at("models", "walk"), at("odd", "constructor"), { recursive: true });
    expect(await run("models", "list", "--dir", "odd")).toMatchObject({ exitCode: 0 });
    expect(await run("baseline", "validate", "odd/constructor@champion")).toMatchObject({ exitCode: 0 });
  });
});

it.each([
  ["half a file", '{"schema_version": 1, "lines": {'],
  ["nothing in it", ""],
  ["another form", "[]"],
  ["a line without champions", '{"schema_version":1,"lines":{"walk":{"champions":[],"log":[]}}}'],
  ["a later version", '{"schema_version":2,"lines":{}}'],
])("a registry with %s is refused by its name, and stays", async (_, content) => {
  writeFileSync(registryPath, content);
  for (const words of [
    ["models", "list"],
    ["models", "promote", "models/walk-v2"],
    ["models", "rollback", "walk"],
    ["check", "b0.csv", "--model", "models/walk@champion"],
  ]) {
    const { exitCode, stdout, stderr } = await run(...words);
    expect({ words, exitCode, stdout }).toEqual({ words, exitCode: 2, stdout: "" });
    expect(stderr).toMatch(/^error: \S*models\/registry\.json/);
    expect(stderr).not.toMatch(/\n\s+at /);
  }
  expect(readFileSync(registryPath, "utf8")).toBe(content);
});

describe("concurrent promotions and rollbacks", () => {
  it("all promotions count, one after the other", async () => {
    const both = await Promise.all(
      ["walk-v2", "walk-v3"].map((name) => start(["models", "promote", `models/${name}`], directory).ended),
    );
    expect(both.map(({ exitCode, stderr }) => [exitCode, stderr])).toEqual([
      [0, ""],
      [0, ""],
    ]);
    expect(champions()[0]).toBe("walk");
    expect(champions().slice(1).sort()).toEqual(["walk-v2", "walk-v3"]);
    expect(registry().lines.walk!.log).toHaveLength(2);
    expect(registry().lines.walk!.log.at(-1)!.champion).toBe(champions().at(-1));
  });

  it("all promotions within one process count too, because each one waits for the others", async () => {
    await Promise.all(Array.from({ length: 12 }, (_, i) => promote(at("models", i % 2 === 0 ? "walk-v2" : "walk-v3"))));
    expect(champions().slice().sort()).toEqual(["walk", "walk-v2", "walk-v3"]);
    expect(registry().lines.walk!.log.at(-1)!.champion).toBe(champions().at(-1));
    expect(readdirSync(at("models")).filter((name) => name.startsWith("lock-"))).toEqual([]);
  });

  it("only one of two rollbacks succeeds if there is only one earlier champion, and the other one says so", async () => {
    await promote(at("models", "walk-v2"));
    const both = await Promise.allSettled([rollback(at("models"), "walk"), rollback(at("models"), "walk")]);
    expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    const { reason } = both.find(({ status }) => status === "rejected") as PromiseRejectedResult;
    expect(reason).toMatchObject({ exitCode: 2 });
    expect(champions()).toEqual(["walk"]);
  });
});

it("kill -9 during a promotion leaves the state before it or the state after it, and the next command works", async () => {
  await promote(at("models", "walk-v2"));
  expect(await endedBeforeChange(3, ["models", "promote", "models/walk-v3"], directory)).toMatchObject({
    signal: "SIGKILL",
  });
  expect([
    ["walk", "walk-v2"],
    ["walk", "walk-v2", "walk-v3"],
  ]).toContainEqual(champions());
  expect(await run("models", "promote", "models/walk-v3")).toMatchObject({ exitCode: 0, stderr: "" });
  expect(champions()).toEqual(["walk", "walk-v2", "walk-v3"]);
  expect(readdirSync(at("models")).filter((name) => name.startsWith("lock-"))).toEqual([]);
});
