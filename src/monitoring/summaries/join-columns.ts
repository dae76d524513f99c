import type { Columns } from "./summarize.ts";

/** Concatenates columns with the same name. The names are those in the first part; there must be at least one part. */
export function joinColumns(parts: readonly Columns[]): Columns {
  return Object.fromEntries(
    Object.keys(parts[0]!).map((name) => {
      const whole = new Float32Array(parts.reduce((sum, part) => sum + part[name]!.length, 0));
      let at = 0;
      for (const part of parts) {
        whole.set(part[name]!, at);
        at += part[name]!.length;
      }
      return [name, whole];
    }),
  );
}
