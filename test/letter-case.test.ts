import { expect, it } from "vitest";
import { camelCase, camelKeys, capitalized, kebabCase, snakeCase, snakeKeys } from "../src/letter-case.ts";

it("converts names, and the keys of an object but not those of its values", () => {
  expect(camelCase("keep-megabytes")).toBe("keepMegabytes");
  // Only names with hyphens are converted, because names in config files have hyphens.
  expect(camelCase("keep_megabytes")).toBe("keep_megabytes");
  expect(kebabCase("keepMegabytes")).toBe("keep-megabytes");
  expect(snakeCase("keepMegabytes")).toBe("keep_megabytes");
  expect(camelKeys<{ valMacroF1: object }>({ val_macro_f1: { class_a: 1 } })).toEqual({ valMacroF1: { class_a: 1 } });
  expect(snakeKeys({ meanShift: { classA: 1 }, n: 2 })).toEqual({ mean_shift: { classA: 1 }, n: 2 });
});

it("begins a sentence with a capital letter, and leaves an empty one empty", () => {
  expect([capitalized("the batch is late"), capitalized("")]).toEqual(["The batch is late", ""]);
});
