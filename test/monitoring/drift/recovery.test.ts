// Tests how many ordinary batches it takes to end an alarm, depending on the size of the fault.
import { describe, expect, it } from "vitest";
import type { Comparison } from "../../../src/monitoring/drift/comparison.ts";
import { addToRecovery, beginRecovery, hasRecovered, recoverySchema } from "../../../src/monitoring/drift/recovery.ts";
import { comparisonOf } from "./hand-made.ts";

interface Seen {
  readonly p: number;
  readonly excess?: number;
  readonly beyond?: boolean;
}

function against(reference: Comparison["reference"], { p, excess = 0, beyond = false }: Seen): Comparison {
  return comparisonOf(reference, p, { excess, beyond, impossible: beyond });
}
const both = (seen: Seen, rolling = seen): Comparison[] => [against("anchor", seen), against("rolling", rolling)];

/** Number of batches with p = .5 that it takes to end an alarm that the given batches raised. */
function batchesToEnd(fault: readonly Seen[]): number {
  let state = fault.reduce((before, seen) => addToRecovery(before, both(seen)), beginRecovery("anchor"));
  for (let batches = 1; batches <= 20; batches++) {
    state = addToRecovery(state, both({ p: 0.5 }));
    if (hasRecovered(state)) return batches;
  }
  return Number.POSITIVE_INFINITY;
}

describe("recovery", () => {
  it("takes one ordinary batch after a strong fault, and more the fainter the fault was", () => {
    const [strong, clear, faint] = [
      Array.from({ length: 6 }, () => ({ p: 0.005, excess: 3 })),
      Array.from({ length: 6 }, () => ({ p: 0.005 })),
      Array.from({ length: 6 }, () => ({ p: 0.05 })),
    ].map(batchesToEnd);
    expect(strong).toBe(1);
    expect(clear).toBe(2);
    expect(faint).toBeGreaterThan(2);
    expect(faint).toBeLessThanOrEqual(5);
  });

  it("starts again after a batch like the fault", () => {
    let state = [1, 2, 3].reduce((before) => addToRecovery(before, both({ p: 0.005 })), beginRecovery("rolling"));
    state = addToRecovery(addToRecovery(state, both({ p: 0.5 })), both({ p: 0.005 }));
    expect(state.odds).toBe(0);
    expect(hasRecovered(addToRecovery(state, both({ p: 0.5 })))).toBe(false);
  });

  it("does not come while the fault's effect lasts, and comes sooner once that is gone", () => {
    const fault = [1, 2, 3, 4, 5].reduce((before) => addToRecovery(before, both({ p: 0.05 })), beginRecovery("anchor"));
    const endsAfter = (batches: number, effect: "lasts" | "gone" | null): boolean => {
      let state = fault;
      for (let i = 0; i < batches; i++) state = addToRecovery(state, both({ p: 0.5 }), effect);
      return hasRecovered(state);
    };
    expect(endsAfter(20, "lasts")).toBe(false);
    const [gone, unclear] = (["gone", null] as const).map((effect) =>
      [1, 2, 3, 4, 5, 6, 7].find((n) => endsAfter(n, effect)),
    );
    expect(gone).toBeLessThan(unclear!);
    const almost = addToRecovery(fault, both({ p: 0.5 }));
    expect(addToRecovery(almost, both({ p: 0.5 }), "lasts").odds).toBe(0);
    expect(addToRecovery(almost, [], "lasts").odds).toBe(0);
    expect(addToRecovery(almost, [], "gone")).toEqual(almost);
  });

  it("is decided by the reference that sees more of the fault", () => {
    const seen = both({ p: 0.005 }, { p: 0.6 });
    const state = Array.from({ length: 8 }).reduce<ReturnType<typeof beginRecovery>>(
      (before) => addToRecovery(before, seen),
      beginRecovery("anchor"),
    );
    expect(hasRecovered(state)).toBe(false);
  });

  it("is a state that JSON keeps, however extreme the fault was", () => {
    const state = addToRecovery(beginRecovery(undefined), both({ p: Number.MIN_VALUE, excess: 1e12, beyond: true }));
    expect(recoverySchema.parse(JSON.parse(JSON.stringify(state)))).toEqual(state);
    expect(addToRecovery(state, [])).toEqual(state);
  });
});
