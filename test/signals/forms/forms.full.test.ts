// Tests every pair of choices, and then random forms; fast-check shrinks a failing form to a plainer one.

import fc from "fast-check";
import { expect, test } from "vitest";
import { Rng } from "../../../src/random.ts";
import { choices, describeForm, type Form, pairwiseForms } from "./form.ts";
import { problemOfForm } from "./read-form.ts";

test("every pair of choices is read as the recording itself, or is listed as refused", {
  timeout: 1_800_000,
}, async () => {
  const rng = Rng.fromSeed(1);
  const problems: string[] = [];
  for (const form of pairwiseForms(() => rng.uniform())) {
    const problem = await problemOfForm(form);
    if (problem !== undefined) problems.push(`${describeForm(form)}: ${problem}`);
  }
  expect(problems).toEqual([]);
});

test("random forms are read as the recording itself, or are listed as refused", { timeout: 1_800_000 }, async () => {
  const anyForm = fc.record(
    Object.fromEntries(Object.entries(choices).map(([name, values]) => [name, fc.constantFrom<unknown>(...values)])),
  ) as fc.Arbitrary<Form>;
  await fc.assert(
    fc.asyncProperty(anyForm, async (form) => {
      const problem = await problemOfForm(form);
      if (problem !== undefined) throw new Error(`${describeForm(form)}: ${problem}`);
    }),
    { numRuns: 200 },
  );
});
