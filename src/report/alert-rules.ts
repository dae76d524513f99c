// Rules that choose the targets of each message: the file of `serve --alerts`. Every rule that matches a message adds its
// targets.

import { z } from "zod";
import { UserError } from "../errors.ts";
import {
  type AlertMessage,
  isFinalAlertMessage,
  kindOfAlertMessage,
  type Severity,
  severities,
} from "./alert-message.ts";
import type { RoutedTarget } from "./alert-queue.ts";
import { type AlertTarget, alertTarget } from "./alert-target.ts";
import { defaultRejectionRule, type IncidentKind, incidentKinds, type RejectionRule } from "./stream-alerts.ts";

/** One rule. */
export interface AlertRule {
  /** Pattern for the names of projects, models or streams, in which * matches any characters. Default: all. */
  project: string;
  model: string;
  stream: string;
  /** Kinds of incidents. Default: all. */
  on: IncidentKind[];
  /** Whether to send nothing when an alarm begins, but wait until it is confirmed. Default: false. */
  confirmed_only: boolean;
  /** Severity of the messages, except those that end an incident. Default: the message's own severity. */
  severity?: Severity;
  /** Names of targets. */
  to: string[];
}

export interface AlertsConfig {
  /** Target addresses by name; see docs/alerts.md. */
  targets: Record<string, string>;
  rules: AlertRule[];
  /** The conditions that begin an incident of rejected batches. */
  rejections: RejectionRule;
  /** Path of the outbox, relative to the rules file. Default: alerts.sqlite in the same folder as that file. */
  outbox?: string;
  /** Seconds between two searches for silent streams. */
  silence_check_seconds: number;
}

const pattern = z.string().min(1).default("*").describe("* stands for any characters");

export const alertsConfigSchema: z.ZodType<AlertsConfig> = z.strictObject({
  targets: z.record(z.string().min(1), z.string().min(1)).describe("addresses by name, preferably as env:NAME"),
  rules: z
    .array(
      z.strictObject({
        project: pattern,
        model: pattern,
        stream: pattern,
        on: z
          .array(z.enum(incidentKinds))
          .min(1)
          .default([...incidentKinds])
          .describe("kinds of incidents"),
        confirmed_only: z.boolean().default(false).describe("wait until an alarm is confirmed"),
        severity: z.enum(severities).exactOptional().describe("severity that replaces the messages' own"),
        to: z.array(z.string()).min(1).describe("names of targets"),
      }),
    )
    .min(1),
  rejections: z
    .strictObject({
      of: z
        .int()
        .min(1)
        .max(1000)
        .default(defaultRejectionRule.of)
        .describe("number of a stream's most recent batches that are considered"),
      share: z
        .number()
        .gt(0)
        .max(1)
        .default(defaultRejectionRule.share)
        .describe("share of these batches that must have been rejected for an incident to begin"),
      least: z
        .int()
        .min(1)
        .default(defaultRejectionRule.least)
        .describe("number of these batches that must have been rejected for an incident to begin"),
    })
    .default({ ...defaultRejectionRule }),
  outbox: z.string().min(1).describe("path of alerts.sqlite, relative to this file").exactOptional(),
  silence_check_seconds: z.number().min(1).max(86_400).default(60),
});

/** Rules together with their targets. */
export interface AlertRouting {
  readonly targets: readonly AlertTarget[];
  readonly targetsOf: (message: AlertMessage) => readonly RoutedTarget[];
}

/** @throws UserError if an address cannot be parsed, or a rule names a target that does not exist */
export function alertRouting(
  { targets, rules }: Pick<AlertsConfig, "targets" | "rules">,
  environment?: Parameters<typeof alertTarget>[1],
): AlertRouting {
  const named = new Map(Object.entries(targets).map(([name, address]) => [name, alertTarget(address, environment)]));
  for (const name of rules.flatMap(({ to }) => to)) {
    if (!named.has(name)) {
      throw new UserError(
        `alerts: a rule names the target ${JSON.stringify(name)}, but the targets are ${[...named.keys()].join(", ")}`,
      );
    }
  }
  return {
    targets: [...named.values()],
    targetsOf: (message) => {
      const routed = new Map<string, RoutedTarget>();
      for (const rule of rules.filter((own) => matchesAlertRule(own, message))) {
        for (const target of rule.to.map((name) => named.get(name)!)) {
          if (routed.has(target.id)) continue;
          const { severity } = rule;
          const isChanged = severity !== undefined && !isFinalAlertMessage(message);
          routed.set(target.id, { id: target.id, shown: target.shown, ...(isChanged && { severity }) });
        }
      }
      return [...routed.values()];
    },
  };
}

function matchesAlertRule(rule: AlertRule, { type, data }: AlertMessage): boolean {
  if (rule.confirmed_only && type === "alarm.began") return false;
  const kind = kindOfAlertMessage(type);
  return (
    rule.on.some((own) => own === kind) &&
    matchesAlertPattern(rule.project, data.project ?? "") &&
    matchesAlertPattern(rule.model, data.model) &&
    matchesAlertPattern(rule.stream, data.stream)
  );
}

/** Compares piece by piece, because a regular expression with many stars may take exponential time. */
export function matchesAlertPattern(written: string, text: string): boolean {
  const [first, ...rest] = written.split("*") as [string, ...string[]];
  if (rest.length === 0) return text === written;
  if (!text.startsWith(first)) return false;
  const last = rest.pop()!;
  let at = first.length;
  for (const piece of rest) {
    const found = text.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return text.length - last.length >= at && text.endsWith(last);
}
