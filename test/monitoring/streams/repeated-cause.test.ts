import { expect, it } from "vitest";
import type { Culprit } from "../../../src/monitoring/drift/culprit.ts";
import { newDriftState } from "../../../src/monitoring/drift/drift-state.ts";
import { decideVerdict } from "../../../src/monitoring/drift/verdict.ts";
import { judgeByRepeatedCause, repeatedCause } from "../../../src/monitoring/streams/repeated-cause.ts";
import type { StreamState } from "../../../src/monitoring/streams/stream-state.ts";
import { awayFor, batchOf, modelOf, rung } from "../drift/hand-made.ts";

const flip: Culprit = { kind: "flipped axis", channels: ["Ay"], fault: "has the opposite sign", weight: 0.8 };
const before = { drift: newDriftState, recent: [] };
const judged = decideVerdict(
  batchOf({ away: awayFor(0.005) }),
  { rolling: [], anchor: [] },
  newDriftState,
  modelOf({ baseline: [rung] }),
);

const { comparisons } = judged.judgement;
const seen = (causes: readonly Culprit[], state: StreamState = before, p = comparisons) =>
  repeatedCause(causes, p, state);

it("counts batches with the same first cause, if it can be undone exactly", () => {
  const once = seen([flip]);
  expect(once).toEqual({ name: "flipped axis Ay", batches: 1 });
  expect(seen([flip], { ...before, cause: once! })).toMatchObject({ batches: 2 });
  expect(seen([{ ...flip, channels: ["Ax"] }], { ...before, cause: once! })).toMatchObject({ batches: 1 });
  expect(seen([{ ...flip, kind: "sampling rate" }, flip], { ...before, cause: once! })).toBeUndefined();
  expect(seen([], { ...before, cause: once! })).toBeUndefined();
});

it("counts no batch that is merely unfamiliar, unless no rehearsed batch is further away", () => {
  const at = (p: number, resolution: number) =>
    seen([flip], before, [{ ...comparisons[0]!, pValue: { ...comparisons[0]!.pValue!, p, resolution } }]);
  expect([at(0.02, 0.001), at(0.01, 0.001), at(0.02, 0.02), at(0.03, 0.02)].map((own) => own !== undefined)).toEqual([
    false,
    true,
    true,
    false,
  ]);
});

it("keeps the first such batch out of the references, and alarms at the second", () => {
  expect(judged.judgement).toMatchObject({ verdict: "normal", doubtful: false });
  const first = judgeByRepeatedCause(judged, { name: "flipped axis Ay", batches: 1 }, newDriftState);
  expect(first.judgement).toMatchObject({ verdict: "normal", doubtful: true });
  const second = judgeByRepeatedCause(judged, { name: "flipped axis Ay", batches: 2 }, newDriftState);
  expect(second.judgement).toMatchObject({ verdict: "sudden_change", strength: { raisedBy: "evidence" } });
  expect(second.judgement.strength.value).toBeGreaterThanOrEqual(second.judgement.strength.alarmAt);
  expect(second.state.alarm).toEqual({ since: 0, verdict: "sudden_change", confirmed: false, changePoint: null });
  const later = judgeByRepeatedCause(judged, { name: "flipped axis Ay", batches: 7 }, { ...second.state, batches: 5 });
  expect(later.state.alarm).toMatchObject({ since: 0, confirmed: true });
});
