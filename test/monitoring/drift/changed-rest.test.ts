import { describe, expect, it } from "vitest";
import {
  changedRest,
  noRestPast,
  pastForChangedRest,
  type RestPast,
} from "../../../src/monitoring/drift/changed-rest.ts";
import type { RestSums } from "../../../src/monitoring/summaries/rest-sums.ts";
import { accelerometer, gyroscope } from "../sensor-pair.ts";

const sensors = [accelerometer, gyroscope];
const batch = (gravity = 1, rate = 0, seconds = 20): RestSums => ({
  seconds,
  sums: [gravity, 0, rate, 0].map((mean) => mean * seconds),
});
const usual = Array.from({ length: 10 }, () => batch());
const pastEnding = (...last: RestSums[]): RestPast => ({ batches: [...usual, ...last] });
const found = (current: RestSums | undefined, past: RestPast, of = sensors) => changedRest(current, past, of).found;

describe("changedRest", () => {
  it("finds the accelerometer if gravity has changed, and says from what to what, in its unit", () => {
    const gain = batch(1.2);
    expect(found(gain, pastEnding(gain))).toMatchObject({
      sensor: accelerometer,
      message:
        "A: at rest, it now measures 11.77 m/s^2 and measured 9.81 m/s^2 in the stream's first batches. " +
        "Its gain or the offset of an axis may have changed",
      cause: null,
    });
    const inG = { ...accelerometer, unit: "g" as const };
    expect(found(gain, pastEnding(gain), [inG, gyroscope])?.message).toContain(
      "now measures 1.20 g and measured 1.00 g",
    );
  });

  it("finds the gyroscope if an axis has an offset", () => {
    const offset = batch(1, -0.3);
    expect(found(offset, pastEnding(offset))).toMatchObject({ sensor: gyroscope, channel: "Gy" });
    expect(found(offset, pastEnding(offset))?.message).toContain(
      "G: at rest, it now measures 0.30 rad/s across gravity and measured 0.00 rad/s",
    );
  });

  it("finds nothing below .08 of gravity and .1 rad/s", () => {
    const twice = (own: RestSums) => found(own, pastEnding(own));
    expect(twice(batch(1.079))).toBeNull();
    expect(twice(batch(1.081))?.excess).toBeCloseTo(0.081 / 0.08, 6);
    expect(twice(batch(0.921))).toBeNull();
    expect(twice(batch(0.919))).not.toBeNull();
    expect(twice(batch(1, 0.099))).toBeNull();
    expect(twice(batch(1, 0.101))?.excess).toBeCloseTo(1.01, 6);
  });

  it("finds and ends changes by a multiple of these limits if one is given", () => {
    const twice = (own: RestSums) => changedRest(own, pastEnding(own), sensors, 2);
    expect(twice(batch(1.159)).found).toBeNull();
    const { found, past } = twice(batch(1.161));
    expect(found?.excess).toBeCloseTo(0.161 / 0.08, 6);
    expect(changedRest(batch(1.081), past, sensors, 2).found).not.toBeNull();
    expect(changedRest(batch(1.079), past, sensors, 2).found).toBeNull();
  });

  it("needs two batches with rest, five seconds of it, and a past", () => {
    const gain = batch(1.3);
    expect(found(gain, pastEnding())).toBeNull();
    expect(found(gain, pastEnding(gain, batch()))).toBeNull();
    expect(found(batch(1.3, 0, 0.9), pastEnding(gain))).toBeNull();
    expect(found(batch(1.3, 0, 2), pastEnding(batch(1.3, 0, 2)))).toBeNull();
    expect(found(batch(1.3, 0, 3), pastEnding(batch(1.3, 0, 3)))).not.toBeNull();
    expect(found(gain, noRestPast)).toBeNull();
    expect(found(gain, { batches: [gain] })).toBeNull();
    expect(found(gain, { batches: [batch(1, 0, 4), gain] })).toBeNull();
    expect(found(gain, { batches: [batch(1, 0, 5), gain] })).not.toBeNull();
  });

  it("finds nothing in batches of earlier versions, or for sensors without a unit or without gravity", () => {
    const gain = batch(1.3);
    expect(found(undefined, pastEnding(gain))).toBeNull();
    for (const other of [{ unit: null }, { gravity: false }]) {
      const own = { ...accelerometer, ...other };
      expect(found(undefined, pastEnding(gain), [own, gyroscope])).toBeNull();
    }
  });

  it("lasts until a batch with rest is as usual, and takes the mean since the change", () => {
    const first = changedRest(batch(1.2), pastEnding(batch(1.2)), sensors).past;
    expect(first.change?.changed.seconds).toBe(40);
    const later = [batch(1.4), batch(1, 0, 0.5)].reduce<RestPast>((past, current) => {
      const own = changedRest(current, past, sensors);
      expect(own.found?.message).toContain("measured 9.81 m/s^2");
      return own.past;
    }, first);
    expect(later.change?.changed.seconds).toBe(60);
    expect(later.change!.changed.sums[0]! / 60).toBeCloseTo((1.2 + 1.2 + 1.4) / 3, 9);
    expect(changedRest(batch(1.041), later, sensors).found).not.toBeNull();
    expect(changedRest(batch(1.039), later, sensors)).toEqual({ found: null, past: { batches: later.batches } });
  });

  it("is sustained by one batch without rest, but not by several, until a batch with rest shows it again", () => {
    const { past } = changedRest(batch(1.2), pastEnding(batch(1.2)), sensors);
    const first = changedRest(undefined, past, sensors);
    expect(first.found).not.toBeNull();
    const second = changedRest(batch(1, 0, 0.5), first.past, sensors);
    expect(second.found).toBeNull();
    const third = changedRest(undefined, second.past, sensors);
    expect(third.found).toBeNull();
    const again = changedRest(batch(1.2), third.past, sensors);
    expect(again.found).not.toBeNull();
    expect(changedRest(undefined, again.past, sensors).found).not.toBeNull();
    expect(changedRest(batch(), third.past, sensors)).toEqual({ found: null, past: { batches: past.batches } });
  });
});

describe("pastForChangedRest", () => {
  it("keeps the first ten batches and the last five, without those that hardly rest", () => {
    const all = Array.from({ length: 18 }, (_, i) => batch(1, i));
    const kept = all.reduce<RestPast>((past, own) => pastForChangedRest(past, own), noRestPast);
    expect(kept).toEqual({ batches: [...all.slice(0, 10), ...all.slice(13)] });
    expect(pastForChangedRest(kept, batch(1, 0, 0.9))).toEqual(kept);
  });

  it("keeps doubtful batches only among the last, so that they show a change but not what is usual", () => {
    const all = Array.from({ length: 18 }, (_, i) => batch(1, i));
    const kept = all.reduce<RestPast>((past, own, i) => pastForChangedRest(past, own, i % 3 === 2), noRestPast);
    const doubtful = [14, 17].map((i) => ({ ...all[i]!, doubtful: true }));
    const first = [0, 1, 3, 4, 6, 7, 9, 10, 12, 13].map((i) => all[i]!);
    expect(kept.batches).toEqual([...first, doubtful[0], all[15], all[16], doubtful[1]]);
    const gain = batch(1.2);
    const begun = pastForChangedRest({ batches: usual }, gain, true);
    expect(found(gain, begun)).not.toBeNull();
    expect(found(gain, { batches: [{ ...batch(), doubtful: true }, gain] })).toBeNull();
  });

  it("begins anew if a batch with a change is accepted", () => {
    const { past } = changedRest(batch(1.2), pastEnding(batch(1.2)), sensors);
    expect(pastForChangedRest(past, batch(1.2))).toEqual({ batches: [batch(1.2)] });
  });
});
