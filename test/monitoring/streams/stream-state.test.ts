import { expect, it } from "vitest";
import { newDriftState } from "../../../src/monitoring/drift/drift-state.ts";
import { type StreamState, streamSchemas } from "../../../src/monitoring/streams/stream-state.ts";
import { camelCaseKeys } from "../../camel-case-keys.ts";

const alarm = { since: 3, verdict: "gradual_drift", confirmed: false, changePoint: 2 } as const;
const throughJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

it.each<[string, StreamState]>([
  ["without an alarm", { drift: newDriftState, recent: [] }],
  ["of a sensor that is not worn", { drift: newDriftState, recent: ["a"], still: 60, unworn: true }],
  ["with an alarm", { drift: { ...newDriftState, alarm }, recent: ["a"] }],
])("a stream's state %s is stored in snake_case, and read as such and as earlier versions stored it", (_, state) => {
  const stored = throughJson(streamSchemas.storedEvidence?.(state));
  expect(camelCaseKeys(stored)).toEqual([]);
  expect(streamSchemas.evidence.parse(stored)).toEqual(state);
  expect(streamSchemas.evidence.parse(throughJson(state))).toEqual(state);
});

it.each([null, 3, { alarm: 3 }, { ...newDriftState, alarm: { ...alarm, changePoint: -1 } }])("refuses %j", (drift) => {
  expect(streamSchemas.evidence.safeParse({ drift, recent: [] }).success).toBe(false);
});
