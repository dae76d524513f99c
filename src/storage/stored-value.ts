import type { z } from "zod";
import { UserError } from "../errors.ts";

/**
 * Parses a value from the ledger and checks that it conforms to `schema`.
 * @throws UserError if the value does not conform; the message quotes `what`
 */
export function parseStoredValue<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw damagedStoredValue(what, [...issue!.path, issue!.message].join(": "), parsed.error);
}

export function damagedStoredValue(what: string, how: string, cause: unknown): UserError {
  return new UserError(`the ledger is damaged: ${what}: ${how}`, {
    advice:
      "Restore the ledger (monitor.sqlite or the PostgreSQL database) from a copy, or move it away to start with an empty ledger; the model itself is not affected.",
    cause,
  });
}
