// Decides which alerts a stream's batches cause. With calibrated thresholds, the verdicts do not flap: an alarm begins when the
// evidence is sufficient, one batch is further away than chance explains, or a sensor's values are impossible; it is confirmed
// five batches later, and ends when the stream has recovered. This module only compares each verdict with what has already been
// reported. Therefore, if a process is killed before it reports an alert, the alert is reported with the stream's next batch.

import { z } from "zod";
import { alarmShare, alarmShareText } from "../alarm-share.ts";
import type { CheckResult, JudgedBatch, RejectedBatch } from "../monitoring/streams/check-result.ts";
import { sha256Bytes } from "../storage/hash.ts";
import {
  type AlertData,
  type AlertMessage,
  type AlertType,
  alertMessageSchema,
  kindOfAlertMessage,
  type Severity,
} from "./alert-message.ts";

export const incidentKinds = ["alarm", "rejections", "silence"] as const;
export type IncidentKind = (typeof incidentKinds)[number];

/** Identity of a stream. */
export interface AlertedStream {
  readonly project: string | null;
  readonly model: string;
  readonly stream: string;
}

export interface Incident {
  /** Id of the batch at which the incident began, or the time of the last batch if the stream has gone silent. */
  begin: string;
  confirmed: boolean;
  /** The last message about the incident. */
  message: AlertMessage;
}

/** The events that have been reported about a stream. */
export interface StreamAlerts {
  /** One character per batch, newest last: "r" if it was rejected, otherwise ".". */
  recent: string;
  /** The last batch and when it was judged; null before the first one. */
  last: { batchId: string; at: string } | null;
  open: Partial<Record<IncidentKind, Incident>>;
}

const incidentSchema = z.object({ begin: z.string(), confirmed: z.boolean(), message: alertMessageSchema });

export const streamAlertsSchema: z.ZodType<StreamAlerts> = z.object({
  recent: z.string(),
  last: z.object({ batchId: z.string(), at: z.string() }).nullable(),
  open: z.partialRecord(z.enum(incidentKinds), incidentSchema),
});

export const noStreamAlerts: StreamAlerts = { recent: "", last: null, open: {} };

/** Conditions under which too many batches are rejected. */
export interface RejectionRule {
  /** How many of a stream's most recent batches are considered. */
  readonly of: number;
  /** Share of rejected batches at which the incident begins; it ends when the share falls below half of this value. */
  readonly share: number;
  /** Minimum number of rejected batches. */
  readonly least: number;
}
/** Default conditions; an arbitrary choice that tolerates a few bad uploads. */
export const defaultRejectionRule: RejectionRule = { of: 10, share: 0.5, least: 3 };

export interface Alerted {
  readonly after: StreamAlerts;
  readonly messages: readonly AlertMessage[];
}

/** What a decision about alerts depends on besides the batch. */
export interface StreamAlertOptions {
  readonly rule?: RejectionRule;
  /**
   * The current time. If a batch was reported with a later time, it was judged while the clock was ahead, so the next batch
   * only seems older. Default: the clock was never ahead.
   */
  readonly now?: Date;
}

/**
 * Decides what to report about a batch.
 * @param before what has been reported so far
 * @returns the state after the batch, and the messages to send; `before` and no message if the batch is older than the last one
 */
export function streamAlertOnBatch(
  of: AlertedStream,
  result: CheckResult,
  before: StreamAlerts,
  { rule = defaultRejectionRule, now }: StreamAlertOptions = {},
): Alerted {
  const { batch_id: batchId, checked_at: at } = result;
  const { last } = before;
  const isRepeated = last?.batchId === batchId && last.at === at;
  const wasAhead = last !== null && now !== undefined && now.toISOString() < last.at;
  if (!isRepeated && !wasAhead && last !== null && at < last.at) return { after: before, messages: [] };
  const mark = result.verdict === "rejected" ? "r" : ".";
  const recent = isRepeated ? before.recent : `${before.recent}${mark}`.slice(-rule.of);
  const open = { ...before.open };
  const messages: AlertMessage[] = [];
  const begin = (kind: IncidentKind, from: string, message: AlertMessage, confirmed = false): void => {
    open[kind] = { begin: from, confirmed, message };
    messages.push(message);
  };
  const end = (kind: IncidentKind): void => {
    messages.push(endOfStreamIncident(of, kind, open[kind]!, result));
    delete open[kind];
  };

  if (open.silence !== undefined) end("silence");
  if (result.verdict !== "rejected") {
    const from = result.alarm_since ?? open.alarm?.begin ?? batchId;
    if (open.alarm !== undefined && (result.verdict === "normal" || open.alarm.begin !== from)) end("alarm");
    if (result.verdict !== "normal") {
      if (open.alarm === undefined)
        begin("alarm", from, streamAlertForAlarm(of, "alarm.began", from, result, at), result.confirmed);
      else if (result.confirmed && !open.alarm.confirmed) {
        const message = streamAlertForAlarm(of, "alarm.confirmed", from, result, open.alarm.message.data.since);
        begin("alarm", from, message, true);
      }
    }
  }
  const rejected = recent.replaceAll(".", "").length;
  const share = rejected / recent.length;
  if (open.rejections === undefined && result.verdict === "rejected" && rejected >= rule.least && share >= rule.share)
    begin(
      "rejections",
      batchId,
      streamAlertForRejections(of, batchId, result, { batches: rejected, of: recent.length }),
    );
  else if (open.rejections !== undefined && share < rule.share / 2) end("rejections");
  return { after: { recent, last: { batchId, at }, open }, messages };
}

/** Reports a stream as silent, once. @param lastHeard ISO 8601, UTC */
export function streamAlertOnSilence(of: AlertedStream, before: StreamAlerts, lastHeard: string, now: string): Alerted {
  if (before.open.silence?.begin === lastHeard) return { after: before, messages: [] };
  const message = makeStreamAlert(of, "silence.began", lastHeard, now, {
    since: lastHeard,
    last_heard: lastHeard,
    title: `Stream ${of.stream} of ${of.model} is silent: its last batch arrived at ${lastHeard}`,
  });
  const silence: Incident = { begin: lastHeard, confirmed: true, message };
  return { after: { ...before, open: { ...before.open, silence } }, messages: [message] };
}

/** The incidents of a stream that have not ended. */
export function incidentsOfStreamAlerts({ open }: StreamAlerts): [IncidentKind, Incident][] {
  return Object.entries(open) as [IncidentKind, Incident][];
}

/** Ends all incidents of a stream that has been retired. @param now ISO 8601, UTC */
export function streamAlertOnRetirement(of: AlertedStream, before: StreamAlerts, now: string): Alerted {
  const open = incidentsOfStreamAlerts(before);
  if (open.length === 0) return { after: before, messages: [] };
  const messages = open.map(([kind, { begin, message }]) =>
    makeStreamAlert(of, `${kind}.ended`, begin, now, {
      since: message.data.since,
      alarm_since: kind === "alarm" ? begin : null,
      title: `Stream ${of.stream} of ${of.model} was retired`,
    }),
  );
  return { after: { ...before, open: {} }, messages };
}

/**
 * Ends an incident of an erased stream, whose name the message must not contain.
 * @param now ISO 8601, UTC
 */
export function streamAlertOnErasure(kind: IncidentKind, { message: { data } }: Incident, now: string): AlertMessage {
  const ended = `${kind}.ended` as const;
  const of = { project: data.project, model: data.model, stream: "(erased)" };
  const own = makeStreamAlert(of, ended, "", now, {
    since: data.since,
    title: `A stream of ${data.model} was erased`,
  });
  const { incident } = data;
  return { ...own, data: { ...own.data, incident, id: `alert_${shortStreamAlertHash(incident, ended)}` } };
}

/** Default severities; an arbitrary choice that rules can override. */
function severityOfStreamAlert(type: AlertType, verdict: AlertData["verdict"]): Severity {
  if (type.endsWith(".ended") || type === "test") return "info";
  return verdict === "sudden_change" ? "error" : "warning";
}

/** A message without facts about a batch, to which `facts` are added. */
export function makeStreamAlert(
  of: AlertedStream,
  type: AlertType,
  begin: string,
  at: string,
  facts: Partial<AlertData> & Pick<AlertData, "title" | "since">,
): AlertMessage {
  const incident = `tidemark-${shortStreamAlertHash(of.project, of.model, of.stream, kindOfAlertMessage(type), begin)}`;
  return {
    type,
    timestamp: at,
    data: {
      schema_version: 1,
      id: `alert_${shortStreamAlertHash(incident, type)}`,
      incident,
      severity: severityOfStreamAlert(type, facts.verdict ?? null),
      details: [],
      ...of,
      model_version: null,
      batch_id: null,
      verdict: null,
      alarm_since: null,
      change_point: null,
      evidence: null,
      furthest: null,
      likely_causes: [],
      rejected: null,
      last_heard: null,
      ...facts,
    },
  };
}

function shortStreamAlertHash(...parts: readonly unknown[]): string {
  return sha256Bytes(JSON.stringify(parts)).slice("sha256:".length).slice(0, 32);
}

function streamAlertForAlarm(
  of: AlertedStream,
  type: "alarm.began" | "alarm.confirmed",
  from: string,
  result: JudgedBatch,
  since: string,
): AlertMessage {
  const { evidence, change_point, likely_causes } = result;
  const furthest = furthestOfStreamAlert(result);
  const verb = type === "alarm.began" ? "began" : "is confirmed";
  const details = [
    `batch ${result.batch_id}; alarm since batch ${from}${change_point === null ? "" : `; changed at about batch ${change_point}`}`,
    ...(furthest === null
      ? []
      : [`furthest from the ${furthest.reference}: ${furthest.channel} (${furthest.statistic})`]),
    `evidence ${alarmShareText(alarmShare(result))} the alarm level`,
    ...(result.impossible ?? []).map(({ message }) => `impossible: ${message}`),
    ...likely_causes.map(({ fault, channels }) => `likely cause: ${fault} (${channels.join(", ")})`),
  ];
  return makeStreamAlert(of, type, from, result.checked_at, {
    ...streamAlertFacts(result),
    since,
    title: `Alarm on stream ${of.stream} of ${of.model} ${verb}: ${result.verdict.replace("_", " ")}`,
    details,
    alarm_since: from,
    change_point,
    evidence: { value: evidence.value, alarm_at: evidence.alarm_at },
    furthest,
    likely_causes: likely_causes.map((cause) => ({ ...cause, channels: [...cause.channels] })),
  });
}

function furthestOfStreamAlert({ leading, comparisons }: JudgedBatch): AlertData["furthest"] {
  const own = comparisons.find(({ reference }) => reference === leading);
  return own === undefined ? null : { reference: own.reference, channel: own.channel, statistic: own.statistic };
}

function streamAlertForRejections(
  of: AlertedStream,
  from: string,
  result: RejectedBatch,
  rejected: { readonly batches: number; readonly of: number },
): AlertMessage {
  return makeStreamAlert(of, "rejections.began", from, result.checked_at, {
    ...streamAlertFacts(result),
    since: result.checked_at,
    title: `The quality gate rejected ${rejected.batches} of the last ${rejected.of} batches of stream ${of.stream} of ${of.model}`,
    details: result.reasons.map(({ code, message }) => `${code}: ${message}`),
    rejected,
  });
}

const endings: Readonly<Record<IncidentKind, (stream: string) => string>> = {
  alarm: (stream) => `Alarm on ${stream} ended`,
  rejections: (stream) => `Batches of ${stream} are accepted again`,
  silence: (stream) => `Data arrives again from ${stream}`,
};

function endOfStreamIncident(
  of: AlertedStream,
  kind: IncidentKind,
  incident: Incident,
  result: CheckResult,
): AlertMessage {
  const { since, last_heard } = incident.message.data;
  return makeStreamAlert(of, `${kind}.ended`, incident.begin, result.checked_at, {
    ...streamAlertFacts(result),
    since,
    last_heard,
    alarm_since: kind === "alarm" ? incident.begin : null,
    title: endings[kind](`stream ${of.stream} of ${of.model}`),
  });
}

function streamAlertFacts({ batch_id, model_version, verdict }: CheckResult): Partial<AlertData> {
  return { batch_id, model_version, verdict };
}
