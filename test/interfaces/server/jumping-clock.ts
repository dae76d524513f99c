// Loaded with --import: shifts the system's time by the milliseconds in the file that JUMPING_CLOCK names. Monotonic clocks do
// not jump, as on a real machine.
import { readFileSync } from "node:fs";

const file = process.env.JUMPING_CLOCK!;
const RealDate = Date;
const shifted = (): number => RealDate.now() + Number(readFileSync(file, "utf8"));

globalThis.Date = class extends RealDate {
  constructor(...given: readonly []) {
    super(...(given.length === 0 ? ([shifted()] as unknown as readonly []) : given));
  }

  static override now(): number {
    return shifted();
  }
} as DateConstructor;
