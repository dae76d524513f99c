import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { schemaFiles } from "../scripts/schemas.ts";
import { kebabCase } from "../src/letter-case.ts";
import { trainOptions } from "../src/options/train-options.ts";
import { camelCaseKeys, camelCasePattern } from "./camel-case-keys.ts";

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
