// An alert in the form that each receiver expects.

import {
  type AlertKind,
  type AlertMessage,
  isFinalAlertMessage,
  kindOfAlertMessage,
  type Severity,
} from "./alert-message.ts";
import type { WebTarget } from "./alert-target.ts";

/** The body of a request, as JSON. */
export function alertPayload(message: AlertMessage, target: WebTarget, now: Date): unknown {
  switch (target.form) {
    case "plain":
      return message;
    case "slack":
      return slackPayload(message);
    case "pagerduty":
      return pagerdutyPayload(message, target.routingKey);
    case "alertmanager":
      return [alertmanagerPayload(message, target.holdHours, now)];
    default:
      throw new TypeError(`alertPayload: unknown form ${target satisfies never}`);
  }
}

const marks: Readonly<Record<Severity, string>> = {
  critical: ":rotating_light:",
  error: ":red_circle:",
  warning: ":large_yellow_circle:",
  info: ":large_green_circle:",
};

/** Sets only `text`, because Mattermost and other programs that accept Slack's format ignore blocks. */
function slackPayload({ data }: AlertMessage): unknown {
  const lines = [
    `${marks[data.severity]} *${slackPayloadText(data.title)}*`,
    ...data.details.map((line) => `> ${slackPayloadText(line)}`),
  ];
  return { text: lines.join("\n") };
}

/** Slack reads <...> as links and mentions, so a stream named <!channel> could notify everybody. */
function slackPayloadText(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replace(/[\n\r*_~`]/g, " ");
}

/** PagerDuty's maximum length of a summary. */
const longestSummary = 1024;

function pagerdutyPayload(message: AlertMessage, routingKey: string): unknown {
  const { data, timestamp } = message;
  const base = { routing_key: routingKey, dedup_key: data.incident };
  if (isFinalAlertMessage(message)) return { ...base, event_action: "resolve" };
  return {
    ...base,
    event_action: "trigger",
    client: "Tidemark",
    payload: {
      summary: data.title.slice(0, longestSummary).toWellFormed(),
      source: data.stream,
      severity: data.severity,
      timestamp,
      component: data.model,
      class: message.type,
      ...(data.project !== null && { group: data.project }),
      custom_details: data,
    },
  };
}

const alertNames: Readonly<Record<AlertKind, string>> = {
  alarm: "TidemarkAlarm",
  rejections: "TidemarkRejections",
  silence: "TidemarkSilentStream",
  test: "TidemarkTest",
};

/**
 * Alertmanager forgets alerts when it restarts, so an alert is resent as long as it lasts. The labels, which identify the
 * alert, never change; everything that changes is an annotation.
 */
export function alertmanagerPayload(message: AlertMessage, holdHours: number, now: Date): unknown {
  const { data, timestamp } = message;
  const endsAt =
    isFinalAlertMessage(message) || message.type === "test"
      ? timestamp
      : new Date(now.getTime() + 3_600_000 * holdHours).toISOString();
  return {
    labels: {
      alertname: alertNames[kindOfAlertMessage(message.type)],
      model: data.model,
      stream: data.stream,
      ...(data.project !== null && { project: data.project }),
    },
    annotations: {
      summary: data.title,
      description: data.details.join("\n"),
      incident: data.incident,
      severity: data.severity,
    },
    startsAt: data.since,
    endsAt,
  };
}
