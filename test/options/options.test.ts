import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { configTypes, configured } from "../../scripts/options.ts";
import { createProgram } from "../../src/interfaces/cli/program.ts";
import { kebabCase, snakeKeys } from "../../src/letter-case.ts";
import { flagOption, namesOption, type OptionsOf, textsOption, wholeNumberOption } from "../../src/options/option.ts";
import {
  recordedConfigOfResult,
  recordedConfigWithoutTracking,
  recordedOptionsOfChampion,
} from "../../src/options/recorded-options.ts";
import { resolveRetrainConfig } from "../../src/options/resolve-config.ts";
import { resolveOptions } from "../../src/options/resolve-options.ts";
import { resolveTrainConfig } from "../../src/options/resolve-train-config.ts";

interface Made {
  referenceBatches: number;
  sensor?: string[];
  axes?: string[];
  fast: boolean;
}

const made: OptionsOf<Made> = {
  referenceBatches: wholeNumberOption({
    value: "n",
    doc: "batches",
    from: 1,
    to: 9,
    default: 5,
    aliases: ["windowSize"],
  }),
  sensor: textsOption({ value: "spec", doc: "a sensor", expected: "a sensor", many: "repeated" }),
  axes: namesOption({ value: "names", doc: "axes", expected: "a list of axes" }),
  fast: flagOption({ doc: "be fast", affects: "run" }),
};

describe("resolveOptions", () => {
  it("completes what is given, and understands a former name wherever options are written", () => {
    expect(resolveOptions(made, {})).toEqual({ referenceBatches: 5, fast: false });
    for (const name of ["reference-batches", "referenceBatches", "window-size", "windowSize"]) {
      expect(resolveOptions(made, { [name]: 3 }).referenceBatches).toBe(3);
    }
    expect(() => resolveOptions(made, { "window-size": 3, "reference-batches": 4 })).toThrow(
      "--reference-batches: expected one value, got two, under different names",
    );
    expect(() => resolveOptions(made, { "window-size": 0 })).toThrow(
      "--reference-batches: expected a whole number from 1 to 9, got 0",
    );
  });

  it("accepts several values as one text or as a list, and different spellings only for names", () => {
    expect(resolveOptions(made, { sensor: "a,b", axes: "x, y" })).toMatchObject({ sensor: ["a,b"], axes: ["x", "y"] });
    expect(resolveOptions(made, { sensor: ["a", "a"] }).sensor).toEqual(["a", "a"]);
    expect(() => resolveOptions(made, { axes: "x,x" })).toThrow("--axes: expected a list of axes, without repetition");
  });
});

describe("the options of every command", () => {
  it("have types that were written from their definitions (else: npm run options)", () => {
    expect(readFileSync(new URL("../../src/options/config-types.ts", import.meta.url), "utf8")).toBe(configTypes());
  });

  it.each(Object.values(configured))("stand in the help of $command, each with its line", ({ command, options }) => {
    const words = command === "reference" ? ["reference", "show"] : command.split(" ");
    const found = words.reduce((own, word) => own.commands.find((one) => one.name() === word)!, createProgram());
    const help = found.helpInformation().replace(/\s+/g, " ");
    for (const [name, { doc, argument }] of Object.entries(options)) {
      expect(help).toContain(argument === true ? name : `--${kebabCase(name)}`);
      if (command !== "check" || name !== "model") expect(help).toContain(doc);
    }
  });

  it("are a line each: lower case, no period at the end", () => {
    for (const [name, { doc }] of Object.values(configured).flatMap(({ options }) => Object.entries(options))) {
      expect(doc, name).toMatch(/^(?!.*\n)(?:[a-z]|Adam's|MLflow|YAML).*[^.]$/);
    }
  });
});

describe("what an option changes", () => {
  const train = resolveTrainConfig({ files: ["a.csv"], out: "m", tracking: "none", register: "walk", alias: "best" });

  it("identifies an interrupted run only by what is computed", () => {
    const { files: _, out, jobs, resume, tracking, experiment, register, alias, ...computed } = train;
    expect(recordedConfigOfResult(train)).toEqual(computed);
    const retrain = resolveRetrainConfig({ files: ["b.csv"], model: "m", out: "n", labelled: "a.csv", promote: true });
    expect(Object.keys(recordedConfigOfResult(retrain)).sort()).toEqual(
      ["model", "cycles", "step", "select", "threshold", "restart", "holdout", "seed"].sort(),
    );
  });

  it("is read from a model folder in snake_case, and in camelCase as folders had it before", () => {
    const stored = snakeKeys({ ...recordedConfigWithoutTracking(train), rate: 50 });
    expect(Object.keys(stored)).toEqual(expect.arrayContaining(["batch_size", "class_weights", "reference_batches"]));
    const read = recordedOptionsOfChampion(stored);
    expect(read).toEqual(recordedOptionsOfChampion({ ...recordedConfigWithoutTracking(train), rate: 50 }));
    expect(read).toMatchObject({ options: { batchSize: 64, referenceBatches: 5 } });
    expect(recordedOptionsOfChampion({ ...stored, batch_size: 1 })).toMatchObject({ fault: { name: "batchSize" } });
  });

  it("excludes the tracking server from the options that a model is made with", () => {
    const { tracking, experiment, register, alias, ...own } = train;
    expect(recordedConfigWithoutTracking(train)).toEqual(own);
  });
});
