// The messages in the outbox alerts.sqlite, one row per message and target. Each function runs within a transaction of its
// caller.

import type { DatabaseSync } from "node:sqlite";
import type { z } from "zod";
import { type AlertMessage, alertMessageSchema, isFinalAlertMessage, type Severity } from "./alert-message.ts";
import type { AlertFault } from "./send-alert.ts";

/** The part of a target that the outbox stores; it contains no secret. */
export interface StoredTarget {
  readonly id: string;
  readonly shown: string;
}

/** A target of one message. */
export interface RoutedTarget extends StoredTarget {
  /** Severity that replaces the message's severity. */
  readonly severity?: Severity;
}

export interface QueuedAlert {
  readonly number: number;
  readonly target: StoredTarget;
  /** The message; null if its row is damaged, so that it can only be abandoned. */
  readonly message: AlertMessage | null;
  /** Earlier attempts. */
  readonly attempts: number;
  /** The last fault; null before the first fault. */
  readonly reason: string | null;
  readonly status: "waiting" | "sent" | "dead";
}

/** Duration of a claim; longer than an attempt takes. */
const claimMs = 60_000;
/** Attempts end after three days, so a target that was down for longer receives no outdated alarms. */
const longestWaitingMs = 3 * 86_400_000;
const firstBackoffMs = 1000;
const longestBackoffMs = 3_600_000;
/** Number of failed attempts after which other messages are sent first, because the message itself may be at fault. */
const attemptsBeforeOthers = 4;
/**
 * How long sent messages and abandoned messages are kept, so that every target that was notified of an incident can be notified
 * of its end; an arbitrary choice.
 */
const keptSentMs = 365 * 86_400_000;
const keptDeadMs = 90 * 86_400_000;

export const messageTable = `
  CREATE TABLE messages (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL, target TEXT NOT NULL, shown TEXT NOT NULL, message TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('waiting', 'sent', 'dead')), attempts INTEGER NOT NULL DEFAULT 0,
    made_ms INTEGER NOT NULL, next_ms INTEGER NOT NULL, reason TEXT, UNIQUE (id, target)
  ) STRICT;
  CREATE INDEX waiting_messages ON messages (target, number) WHERE status = 'waiting';
`;

/** Queues a message for its targets. */
export function enqueueAlert(
  database: DatabaseSync,
  message: AlertMessage,
  targets: readonly RoutedTarget[],
  now: Date,
): void {
  for (const { severity = message.data.severity, ...target } of targets) {
    // Skips the end of an incident for a target to which no message about the incident has been addressed.
    if (isFinalAlertMessage(message) && !isToldOfIncident(database, target.id, message.data.incident)) continue;
    insertAlert(database, { ...message, data: { ...message.data, severity } }, target, now);
  }
}

/** Queues a message for one target, unless it was queued before. */
export function insertAlert(
  database: DatabaseSync,
  message: AlertMessage,
  { id, shown }: StoredTarget,
  now: Date,
): void {
  database
    .prepare(
      "INSERT OR IGNORE INTO messages (id, target, shown, message, status, made_ms, next_ms) VALUES (?, ?, ?, ?, 'waiting', ?, ?)",
    )
    .run(message.data.id, id, shown, JSON.stringify(message), now.getTime(), now.getTime());
}

/** SQL for a field of a message; NULL if the message is damaged. */
export function queuedAlertField(field: "incident" | "project" | "model" | "stream"): string {
  return `CASE WHEN json_valid(message) THEN message ->> '$.data.${field}' END`;
}

/** Whether there is a message about the incident for the target, sent or not. */
export function isToldOfIncident(database: DatabaseSync, target: string, incident: string): boolean {
  const found = database
    .prepare(`SELECT 1 FROM messages WHERE target = ? AND ${queuedAlertField("incident")} = ? LIMIT 1`)
    .get(target, incident);
  return found !== undefined;
}

/**
 * Reserves the target's next message for an attempt; null if none is due. A message whose time lies in the future, because
 * the clock was ahead, is due at once; otherwise, it would hold up all later ones.
 */
export function claimAlert(database: DatabaseSync, target: string, now: Date): QueuedAlert | null {
  const row = database
    .prepare(
      `SELECT * FROM messages WHERE target = ? AND status = 'waiting' ORDER BY attempts / ${attemptsBeforeOthers}, number LIMIT 1`,
    )
    .get(target);
  const at = now.getTime();
  if (row === undefined || (Number(row.next_ms) > at && Number(row.made_ms) <= at)) return null;
  const queued = queuedAlert(row);
  database
    .prepare("UPDATE messages SET attempts = attempts + 1, next_ms = ?, made_ms = min(made_ms, ?) WHERE number = ?")
    .run(at + claimMs, at, queued.number);
  return queued;
}

/** Marks a message as sent, and deletes messages that have been kept long enough. */
export function markQueuedAlertSent(database: DatabaseSync, { number }: QueuedAlert, now: Date): void {
  database.prepare("UPDATE messages SET status = 'sent', reason = NULL WHERE number = ?").run(number);
  const old = database.prepare("DELETE FROM messages WHERE status = ? AND made_ms < ?");
  old.run("sent", now.getTime() - keptSentMs);
  old.run("dead", now.getTime() - keptDeadMs);
}

/** @returns milliseconds until the next attempt; null if there will be none */
export function markQueuedAlertFailed(
  database: DatabaseSync,
  { number, attempts }: QueuedAlert,
  { kind, message, retryAfterSeconds = 0 }: AlertFault,
  now: Date,
): number | null {
  const made = Number(database.prepare("SELECT made_ms FROM messages WHERE number = ?").get(number)?.made_ms);
  const isOver = kind === "never" || now.getTime() - made > longestWaitingMs;
  const backoff = Math.min(longestBackoffMs, firstBackoffMs * 2 ** attempts) * (0.75 + Math.random() / 2);
  const wait = Math.round(Math.max(backoff, 1000 * retryAfterSeconds));
  database
    .prepare("UPDATE messages SET status = ?, reason = ?, next_ms = ? WHERE number = ?")
    .run(isOver ? "dead" : "waiting", message, now.getTime() + wait, number);
  return isOver ? null : wait;
}

/** Makes all undelivered messages due now, including abandoned ones if `dead` is set. */
export function retryQueuedAlerts(database: DatabaseSync, now: Date, { dead }: { readonly dead: boolean }): void {
  if (dead)
    database
      .prepare("UPDATE messages SET status = 'waiting', attempts = 0, made_ms = ? WHERE status = 'dead'")
      .run(now.getTime());
  database.prepare("UPDATE messages SET next_ms = ? WHERE status = 'waiting'").run(now.getTime());
}

/** Messages that were not delivered, oldest first. */
export function undeliveredQueuedAlerts(database: DatabaseSync): QueuedAlert[] {
  return database.prepare("SELECT * FROM messages WHERE status <> 'sent' ORDER BY number").all().map(queuedAlert);
}

/** Numbers of messages that were not delivered. */
export function countUndeliveredQueuedAlerts(database: DatabaseSync): {
  readonly waiting: number;
  readonly dead: number;
} {
  const of = database.prepare("SELECT count(*) AS n FROM messages WHERE status = ?");
  return { waiting: Number(of.get("waiting")?.n), dead: Number(of.get("dead")?.n) };
}

/** Parses a cell that contains JSON; null if it does not conform to the schema. */
export function parseAlertQueueCell<T>(schema: z.ZodType<T>, cell: unknown): T | null {
  try {
    return schema.parse(JSON.parse(String(cell)));
  } catch {
    return null;
  }
}

function queuedAlert(row: Readonly<Record<string, unknown>>): QueuedAlert {
  return {
    number: Number(row.number),
    target: { id: String(row.target), shown: String(row.shown) },
    message: parseAlertQueueCell(alertMessageSchema, row.message),
    attempts: Number(row.attempts),
    reason: row.reason === null ? null : String(row.reason),
    status: row.status as QueuedAlert["status"],
  };
}
