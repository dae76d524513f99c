// The forms that cannot be read, each with the reason and a part of the expected error; at present, there are none. All other
// forms must be read as the same windows.

import type { Form } from "./form.ts";

export interface RefusedForm {
  readonly reason: string;
  readonly is: (form: Form) => boolean;
  readonly says: RegExp;
}

export const refusedForms: readonly RefusedForm[] = [];

/** Returns the entry to which a form belongs, if any. */
export function refusalOf(form: Form): RefusedForm | undefined {
  return refusedForms.find(({ is }) => is(form));
}
