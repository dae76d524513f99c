import { describe, expect, it } from "vitest";
import { delayOf, mostEvents, namesOf, recoveredShare, recoveriesOf, runLength } from "../../bench/drift-outcomes.ts";
import type { FaultRun } from "../../bench/drift-simulation.ts";
import { peopleInterval, share } from "../../bench/people-bootstrap.ts";

const [calm, step, ramp] = ["normal", "sudden_change", "gradual_drift"] as const;
const seen: FaultRun = {
  user: "a",
  faulty: [calm, ramp, step, calm, step, step, step, step],
  repaired: [step, step, calm, calm, calm],
};
const missed: FaultRun = { user: "b", faulty: Array(12).fill(calm), repaired: [] };

describe("the drift benchmark's statistics", () => {
  it("counts a delay from the first faulty batch", () => {
    expect([delayOf(seen), delayOf(seen, 1), delayOf(missed)]).toEqual([2, Infinity, Infinity]);
  });

  it("takes the name at the alarm and five batches later", () => {
    expect(namesOf([seen, missed])).toEqual([{ user: "a", first: ramp, later: step }]);
  });

  it("counts recovery after the repair, and normal batches while the fault lasts", () => {
    const [recovery, ...none] = recoveriesOf([seen, missed]);
    expect(none).toEqual([]);
    expect(recovery).toEqual({ user: "a", after: 3, repaired: 5, normal: [false, true, false, false, false, false] });
    expect(recoveredShare([recovery!], 2)!.value).toBe(0);
    expect(recoveredShare([recovery!], 5)!.value).toBe(1);
    expect(recoveredShare([recovery!], 6)).toBeNull();
  });

  it("counts batches until the first alarm, and streams without one as long as they are", () => {
    const still = [calm, calm, step, calm].map(() => false);
    const runs = [
      { user: "a", verdicts: [calm, calm, step, calm], unfamiliar: still },
      { user: "b", verdicts: [calm, calm, calm, calm], unfamiliar: still },
    ];
    expect(runLength(runs)).toEqual({ alarms: 1, batches: 7 });
  });

  // The exact limit of a Poisson mean (Garwood 1936) is half of the 95 % point of chi-square with 2 (k + 1) degrees of freedom.
  it.each([
    [0, 2.996],
    [1, 4.744],
    [2, 6.296],
  ])("has an upper limit for %i events", (count, limit) => {
    expect(mostEvents(count)).toBeCloseTo(limit, 1);
  });

  it("draws people, not observations", () => {
    const flags = (user: string, alarm: boolean) => Array.from({ length: 100 }, () => ({ user, alarm }));
    const interval = peopleInterval([...flags("a", true), ...flags("b", false)], (some) =>
      share(some.map(({ alarm }) => alarm)),
    );
    expect(interval).toEqual({ value: 0.5, low: 0, high: 1 });
    expect(peopleInterval([], () => 1)).toBeNull();
  });
});
