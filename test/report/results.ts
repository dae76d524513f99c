import type { CheckResult, JudgedBatch } from "../../src/monitoring/streams/check-result.ts";

const at = (hour: number): string => new Date(Date.UTC(2026, 0, 1, hour)).toISOString();

/** Returns a normal answer for batch number `hour`, with the fields in `own` replaced. */
export function judged(hour: number, own: Partial<JudgedBatch> = {}): JudgedBatch {
  return {
    schema_version: 1,
    batch_id: `b${hour}`,
    stream: "wrist-7",
    model_version: "v1",
    checked_at: at(hour),
    verdict: "normal",
    confirmed: true,
    alarm_since: null,
    change_point: null,
    entered_references: true,
    doubtful: false,
    unfamiliar: false,
    thresholds: "calibrated",
    rows: 100,
    windows: 10,
    seconds: 5,
    leading: null,
    comparisons: [],
    evidence: { value: 5, alarm_at: 500, average_run_length: 500 },
    references: { window_size: 10, rolling_batches: 10, anchor_batches: 10 },
    signals: { class_shares: {}, mean_confidence: 1, flip_rate: null, against: {} },
    accuracy: null,
    likely_causes: [],
    warnings: [],
    ...own,
  };
}

export function alarmed(hour: number, since: number, confirmed = false): JudgedBatch {
  return judged(hour, {
    verdict: "sudden_change",
    alarm_since: `b${since}`,
    confirmed,
    change_point: "b2",
    evidence: { value: 1000, alarm_at: 500, average_run_length: 500 },
    likely_causes: [{ kind: "unit", channels: ["Ax"], fault: "is in g", weight: 0.9 }],
  });
}

export function rejected(hour: number): CheckResult {
  const { schema_version, batch_id, stream, model_version, checked_at } = judged(hour);
  const reason = { code: "schema", message: "no column Ax", expected: "Ax", found: "none" };
  return { schema_version, batch_id, stream, model_version, checked_at, verdict: "rejected", reasons: [reason] };
}
