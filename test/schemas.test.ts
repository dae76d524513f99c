import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { answers, schemaFiles } from "../scripts/schemas.ts";
import { createProgram } from "../src/interfaces/cli/program.ts";
import { kebabCase } from "../src/letter-case.ts";
import { trainOptions } from "../src/options/train-options.ts";
import { camelCaseKeys, camelCasePattern } from "./camel-case-keys.ts";
import { commandPaths } from "./command-paths.ts";

const directory = new URL("../schemas/", import.meta.url);

it("publishes the schemas that the code checks with (else: npm run schemas)", () => {
  const published = Object.fromEntries(
    readdirSync(directory).map((name) => [name, readFileSync(new URL(name, directory), "utf8")]),
  );
  expect(published).toEqual(schemaFiles());
});

it("describes config files: every option by its name on the command line, with its default", () => {
  const schema = JSON.parse(readFileSync(new URL("train_config.schema.json", directory), "utf8"));
  expect(schema).toMatchObject({ type: "object", additionalProperties: false });
  expect(Object.keys(schema.properties)).toEqual(["$schema", ...Object.keys(trainOptions).map(kebabCase)]);
  expect(schema.properties).toMatchObject({
    "batch-size": { type: "integer", minimum: 2, maximum: 65_536, default: 64 },
    overlap: { type: "number", minimum: 0, exclusiveMaximum: 1, default: 0.5 },
    network: {
      anyOf: [{ enum: ["1dcnn-bilstm", "compact", "minirocket", "ensemble", "auto"] }, {}],
      default: "auto",
    },
    channels: { anyOf: [{ type: "string" }, { type: "array", items: { type: "string", minLength: 1 } }] },
    resume: { type: "boolean", default: false },
    alias: { pattern: expect.any(String) },
  });
  // A default that depends on the machine must not be in the schema.
  expect(schema.properties.jobs).not.toHaveProperty("default");
});

it("describes the config files of every command with --config", () => {
  const commands = createProgram().commands.filter(({ options }) => options.some(({ long }) => long === "--config"));
  const described = Object.keys(schemaFiles()).filter((name) => name.endsWith("_config.schema.json"));
  const ofCommands = commands.map((command) => `${command.name()}_config.schema.json`);
  expect(described.toSorted()).toEqual(["alerts_config.schema.json", ...ofCommands].sort());
});

describe("docs/file-formats.md", () => {
  const page = readFileSync(new URL("../docs/file-formats.md", import.meta.url), "utf8");
  const section = (title: string): string => page.split(`\n## ${title}\n`)[1]!.split("\n## ")[0]!;
  const linked = (text: string) =>
    [...text.matchAll(/\(\.\.\/schemas\/(\w+)\.schema\.json\)/g)].map(([, name]) => name!);

  it("names every command with --json, and the schema of every answer", () => {
    const rows = section("What --json prints")
      .split("\n")
      .filter((line) => line.startsWith("| `"));
    const commands = rows.flatMap((row) => [...row.split(" | ")[0]!.matchAll(/`([^`]+)`/g)].map(([, words]) => words!));
    expect(commands.filter((words) => !words.includes("--")).sort()).toEqual(commandPaths(createProgram()).sort());
    // The summary of a device is described together with device.json, because devices send it.
    const names = Object.keys(answers).filter((name) => name !== "device_summary");
    expect(linked(rows.join("\n"))).toEqual(expect.arrayContaining(names));
    expect(linked(page)).toContain("device_summary");
  });

  it("names the schema of every config file", () => {
    const configs = Object.keys(schemaFiles()).flatMap(
      (name) => /^(?!alerts)(\w+_config)\.schema/.exec(name)?.[1] ?? [],
    );
    expect(linked(section("Config files")).toSorted()).toEqual(configs.toSorted());
  });
});

/** Keywords of JSON Schema in camelCase. */
const keywords: readonly string[] = ["additionalProperties", "anyOf", "allOf", "oneOf", "prefixItems", "propertyNames"];
const limits: readonly string[] = [
  "minLength",
  "maxLength",
  "minItems",
  "maxItems",
  "exclusiveMinimum",
  "exclusiveMaximum",
];

it("describes keys and words in snake_case", () => {
  for (const [name, text] of Object.entries(schemaFiles()).filter(([file]) => file.endsWith(".schema.json"))) {
    const schema: unknown = JSON.parse(text);
    const strange = camelCaseKeys(schema).filter(({ key }) => ![...keywords, ...limits].includes(key));
    expect(strange, name).toEqual([]);
    const words = [...text.matchAll(/"enum": \[([^\]]*)\]/g)].flatMap(
      ([, list]) => list!.match(/(?<=")[^",]+(?=")/g) ?? [],
    );
    expect(
      words.filter((word) => camelCasePattern.test(word) && !/Hz$|^uT$|^nT$|^mT$/.test(word)),
      name,
    ).toEqual([]);
  }
});
