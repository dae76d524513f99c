import type { z } from "zod";
import { camelKeys, type SnakeKeys } from "../../letter-case.ts";

/** The schema of an object that is stored with its keys in snake_case. */
export function storedKeys<T extends object>(form: z.ZodType<SnakeKeys<T>>): z.ZodType<T> {
  return form.transform((stored) => camelKeys<T>(stored));
}
