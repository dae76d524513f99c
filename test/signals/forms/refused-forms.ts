// The forms that cannot be read as they are, each with the reason, and with what the refusal must say. Everything else has to be read
// as the same windows.

import type { Form } from "./form.ts";

export interface RefusedForm {
  readonly reason: string;
  readonly is: (form: Form) => boolean;
  readonly says: RegExp;
}

export const refusedForms: readonly RefusedForm[] = [];

/** The entry that a form belongs to, if any. */
export function refusalOf(form: Form): RefusedForm | undefined {
  return refusedForms.find(({ is }) => is(form));
}
