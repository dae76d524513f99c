// A recording must give the same windows in whichever form it is written. This tier tries every choice of every dimension, each
// combined with others; forms.full.test.ts tries every pair of choices.

import { expect, test } from "vitest";
import { Rng } from "../../../src/random.ts";
import { choices, describeForm, type Form, mixedForms } from "./form.ts";
import { problemOfForm } from "./read-form.ts";

const count = 30;
const rng = Rng.fromSeed(7);

test.each(mixedForms(count, () => rng.uniform()).map((form) => [describeForm(form), form] as const))(
  "%s",
  async (_, form) => {
    expect(await problemOfForm(form)).toBeUndefined();
  },
);

test("every choice is among these forms", () => {
  const again = Rng.fromSeed(7);
  const forms = mixedForms(count, () => again.uniform());
  for (const [name, values] of Object.entries(choices))
    for (const value of values) expect(forms.some((form) => form[name as keyof Form] === value)).toBe(true);
});
