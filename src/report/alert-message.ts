// One alert, in the JSON form that webhooks receive (https://www.standardwebhooks.com: type, timestamp, data). All other
// formats are derived from it. An incident is the time from `.began` to `.ended`; all its messages have the same `incident`.

import { z } from "zod";

const alertTypes = [
  "alarm.began",
  "alarm.confirmed",
  "alarm.ended",
  "rejections.began",
  "rejections.ended",
  "silence.began",
  "silence.ended",
  "test",
] as const;
export type AlertType = (typeof alertTypes)[number];

/** What a message is about: an incident of one of three kinds, or a test. */
export type AlertKind = AlertType extends infer Type ? (Type extends `${infer Kind}.${string}` ? Kind : Type) : never;

export function kindOfAlertMessage(type: AlertType): AlertKind {
  return type.split(".", 1)[0] as AlertKind;
}

export const severities = ["critical", "error", "warning", "info"] as const;
export type Severity = (typeof severities)[number];

/** An event of a stream. Fields that do not apply are null or empty. */
export interface AlertData {
  schema_version: 1;
  /** Idempotency key; the same in all attempts to deliver this message. */
  id: string;
  /** Id of the incident, which is the same in all its messages. */
  incident: string;
  severity: Severity;
  /** One sentence for human readers. */
  title: string;
  /** Further sentences for human readers. */
  details: string[];
  project: string | null;
  /** Name of the model or of its model line. */
  model: string;
  model_version: string | null;
  stream: string;
  /** The batch that caused the message; null if no batch did, for example because the stream has gone silent. */
  batch_id: string | null;
  /** When the incident began: ISO 8601, UTC. */
  since: string;
  verdict: "normal" | "gradual_drift" | "sudden_change" | "rejected" | null;
  /** Id of the batch at which the alarm began. */
  alarm_since: string | null;
  /** Id of the batch at which the change is estimated to have begun. */
  change_point: string | null;
  evidence: { value: number; alarm_at: number } | null;
  furthest: { reference: string; channel: string; statistic: string } | null;
  likely_causes: { kind: string; channels: string[]; fault: string; weight: number }[];
  /** How many of the stream's most recent batches were rejected (`batches`), and how many were considered (`of`). */
  rejected: { batches: number; of: number } | null;
  /** Time at which the stream's last batch arrived; given only if the stream has gone silent. */
  last_heard: string | null;
}

export interface AlertMessage {
  type: AlertType;
  /** When the event occurred; ISO 8601, UTC. */
  timestamp: string;
  data: AlertData;
}

const text = z.string();

export const alertMessageSchema: z.ZodType<AlertMessage> = z.object({
  type: z.enum(alertTypes).describe("what happened"),
  timestamp: z.iso.datetime().describe("time of the event, in UTC"),
  data: z.object({
    schema_version: z.literal(1),
    id: text.describe("idempotency key; the same in every attempt to deliver this message"),
    incident: text.describe("id of the incident, which is the same in all its messages"),
    severity: z.enum(severities),
    title: text.describe("one sentence for people"),
    details: z.array(text).describe("further sentences for people"),
    project: text.nullable(),
    model: text.describe("name of the model or of its line"),
    model_version: text.nullable().describe("version of the model that judged the batch"),
    stream: text,
    batch_id: text
      .nullable()
      .describe("id of the batch that caused the message; null if no batch did, as when a stream has gone silent"),
    since: z.iso.datetime().describe("when the incident began, in UTC"),
    verdict: z.enum(["normal", "gradual_drift", "sudden_change", "rejected"]).nullable(),
    alarm_since: text.nullable().describe("id of the batch at which the alarm began"),
    change_point: text.nullable().describe("id of the batch at which the change is estimated to have begun"),
    evidence: z
      .object({ value: z.number(), alarm_at: z.number() })
      .nullable()
      .describe("evidence of drift, and the evidence at which an alarm begins"),
    furthest: z
      .object({ reference: text, channel: text, statistic: text })
      .nullable()
      .describe("what is furthest from its reference"),
    likely_causes: z.array(z.object({ kind: text, channels: z.array(text), fault: text, weight: z.number() })),
    rejected: z
      .object({ batches: z.int(), of: z.int() })
      .nullable()
      .describe("how many of the stream's last batches were rejected (batches), and how many were considered (of)"),
    last_heard: z.iso.datetime().nullable().describe("when the stream's last batch arrived; only for silence"),
  }),
});

/** Whether the message ends its incident. */
export function isFinalAlertMessage({ type }: Pick<AlertMessage, "type">): boolean {
  return type.endsWith(".ended");
}
