// The schema of a config file, which sets a command's options under their names on the command line.
import { z } from "zod";
import { kebabCase } from "../src/letter-case.ts";
import { type Option, type Options, optionDefaultText } from "../src/options/option.ts";
import { optionSentences } from "./options.ts";

/**
 * A JSON Schema for editors. The schema is stricter than `readConfigFile`, which also accepts former names and camelCase names.
 * @param forms other forms that the values of some options can have in a file
 */
export function configSchema(
  title: string,
  description: string,
  options: Options,
  forms: Readonly<Record<string, z.ZodType>> = {},
): Record<string, unknown> {
  const properties = Object.entries(options).map(([name, option]) => [kebabCase(name), property(option, forms[name])]);
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title,
    description,
    type: "object",
    properties: { $schema: { type: "string" }, ...Object.fromEntries(properties) },
    additionalProperties: false,
  };
}

function property(option: Option, other: z.ZodType | undefined): Record<string, unknown> {
  const written = option.written ?? option.check;
  const { $schema, ...own } = z.toJSONSchema(other === undefined ? written : z.union([written, other]), {
    io: "input",
  });
  const fixed = option.otherwise === undefined && optionDefaultText(option) !== undefined;
  return {
    description: optionSentences(option),
    ...own,
    ...((fixed || option.type === "boolean") && { default: option.default }),
  };
}
