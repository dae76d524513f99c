// The outbox alerts.sqlite: it stores the events that have been reported about each stream, and every message until its target
// accepts it. An event is recorded and its message queued in one transaction, so no message is lost or duplicated. Each
// delivery attempt claims its message for a while, so two processes never send it at the same time. If the claiming process is
// killed, another process sends the message again with the same idempotency key.

import { existsSync } from "node:fs";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { UserError } from "../errors.ts";
import { SqliteFile } from "../storage/sqlite-file.ts";
import { type AlertMessage, alertMessageSchema, isAlertAtEnd, type Severity } from "./alert-message.ts";
import type { AlertFault } from "./send-alert.ts";
import {
  type Alerted,
  type AlertedStream,
  endOfErasedIncident,
  type Incident,
  noStreamAlerts,
  type StreamAlerts,
  streamAlertsSchema,
} from "./stream-alerts.ts";

export const outboxFile = "alerts.sqlite";

/** Path of a model's outbox. */
export function outboxOfModel(directory: string): string {
  return join(directory, outboxFile);
}

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
  readonly message: AlertMessage;
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
 * How long messages are kept, so that every target that was notified of an incident can be notified of its end; an arbitrary
 * choice.
 */
const keptSentMs = 365 * 86_400_000;
const keptDeadMs = 90 * 86_400_000;

const tables = `
  CREATE TABLE streams (
    project TEXT NOT NULL, model TEXT NOT NULL, stream TEXT NOT NULL, state TEXT NOT NULL, open INTEGER NOT NULL,
    PRIMARY KEY (project, model, stream)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX open_streams ON streams (open) WHERE open = 1;
  CREATE TABLE messages (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL, target TEXT NOT NULL, shown TEXT NOT NULL, message TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('waiting', 'sent', 'dead')), attempts INTEGER NOT NULL DEFAULT 0,
    made_ms INTEGER NOT NULL, next_ms INTEGER NOT NULL, reason TEXT, UNIQUE (id, target)
  ) STRICT;
  CREATE INDEX waiting_messages ON messages (target, number) WHERE status = 'waiting';
  PRAGMA user_version = 1;
`;

export class AlertOutbox {
  readonly #file: SqliteFile;

  private constructor(file: SqliteFile) {
    this.#file = file;
  }

  /** Opens the file, or creates it. @throws UserError if it cannot be used */
  static open(path: string): AlertOutbox {
    const file = new SqliteFile(path);
    try {
      file.transaction((database) => {
        const version = Number(database.prepare("PRAGMA user_version").get()?.user_version);
        if (version === 0 && database.prepare("SELECT 1 FROM sqlite_schema").get() === undefined) database.exec(tables);
        else if (version !== 1) {
          throw new UserError(`${path}: expected an outbox of alerts of version 1, got version ${version}`, {
            advice: "Update Tidemark, or move the file away to start with an empty outbox.",
          });
        }
      });
    } catch (error) {
      file.close();
      throw error;
    }
    return new AlertOutbox(file);
  }

  /**
   * Updates what has been reported about a stream, and queues the messages.
   * @param decide pure
   * @param targetsOf returns the targets of a message
   */
  report(
    of: AlertedStream,
    decide: (before: StreamAlerts) => Alerted,
    targetsOf: (message: AlertMessage) => readonly RoutedTarget[],
    now: Date,
  ): readonly AlertMessage[] {
    return this.#file.transaction((database) => {
      const before = outboxStateOfStream(database, of);
      const { after, messages } = decide(before);
      if (after !== before) {
        const isOpen = Object.keys(after.open).length > 0 ? 1 : 0;
        database
          .prepare("INSERT OR REPLACE INTO streams (project, model, stream, state, open) VALUES (?, ?, ?, ?, ?)")
          .run(of.project ?? "", of.model, of.stream, JSON.stringify(after), isOpen);
      }
      // Targets that were added during an incident are also notified of it.
      const open = Object.values(after.open).map(({ message }) => message);
      for (const message of [...messages, ...open]) enqueueAlert(database, message, targetsOf(message), now);
      return messages;
    });
  }

  enqueue(message: AlertMessage, targets: readonly StoredTarget[], now: Date): void {
    this.#file.transaction((database) => enqueueAlert(database, message, targets, now));
  }

  stateOf(of: AlertedStream): StreamAlerts {
    return this.#file.snapshot((database) => outboxStateOfStream(database, of));
  }

  /** Numbers of messages that were not delivered. */
  count(): { readonly waiting: number; readonly dead: number } {
    return this.#file.snapshot((database) => {
      const of = database.prepare("SELECT count(*) AS n FROM messages WHERE status = ?");
      return { waiting: Number(of.get("waiting")?.n), dead: Number(of.get("dead")?.n) };
    });
  }

  /** All incidents that have not ended. */
  openIncidents(): readonly { readonly of: AlertedStream; readonly incident: Incident }[] {
    const rows = this.#file.snapshot((database) =>
      database.prepare("SELECT project, model, stream, state FROM streams WHERE open = 1").all(),
    );
    return rows.flatMap(({ project, model, stream, state }) => {
      const of = { project: project === "" ? null : String(project), model: String(model), stream: String(stream) };
      const { open } = streamAlertsSchema.parse(JSON.parse(String(state)));
      return Object.values(open).flatMap((incident) => (incident === undefined ? [] : [{ of, incident }]));
    });
  }

  /** Reserves the target's next message for an attempt; null if none is due. */
  claim(target: string, now: Date): QueuedAlert | null {
    return this.#file.transaction((database) => {
      const row = database
        .prepare(
          `SELECT * FROM messages WHERE target = ? AND status = 'waiting' ORDER BY attempts / ${attemptsBeforeOthers}, number LIMIT 1`,
        )
        .get(target);
      if (row === undefined || Number(row.next_ms) > now.getTime()) return null;
      database
        .prepare("UPDATE messages SET attempts = attempts + 1, next_ms = ? WHERE number = ?")
        .run(now.getTime() + claimMs, row.number!);
      return queuedAlert(row);
    });
  }

  sent({ number }: QueuedAlert, now: Date): void {
    this.#file.transaction((database) => {
      database.prepare("UPDATE messages SET status = 'sent', reason = NULL WHERE number = ?").run(number);
      const old = database.prepare("DELETE FROM messages WHERE status = ? AND made_ms < ?");
      old.run("sent", now.getTime() - keptSentMs);
      old.run("dead", now.getTime() - keptDeadMs);
    });
  }

  /** @returns milliseconds until the next attempt; null if there will be none */
  failed(
    { number, attempts }: QueuedAlert,
    { kind, message, retryAfterSeconds = 0 }: AlertFault,
    now: Date,
  ): number | null {
    return this.#file.transaction((database) => {
      const made = Number(database.prepare("SELECT made_ms FROM messages WHERE number = ?").get(number)?.made_ms);
      const isOver = kind === "never" || now.getTime() - made > longestWaitingMs;
      const backoff = Math.min(longestBackoffMs, firstBackoffMs * 2 ** attempts) * (0.75 + Math.random() / 2);
      const wait = Math.round(Math.max(backoff, 1000 * retryAfterSeconds));
      database
        .prepare("UPDATE messages SET status = ?, reason = ?, next_ms = ? WHERE number = ?")
        .run(isOver ? "dead" : "waiting", message, now.getTime() + wait, number);
      return isOver ? null : wait;
    });
  }

  /** Messages that were not delivered, oldest first. */
  undelivered(): readonly QueuedAlert[] {
    const rows = this.#file.snapshot((database) =>
      database.prepare("SELECT * FROM messages WHERE status <> 'sent' ORDER BY number").all(),
    );
    return rows.map(queuedAlert);
  }

  /** Makes all undelivered messages due now, including abandoned ones if `dead` is set. */
  retry(now: Date, { dead }: { readonly dead: boolean }): void {
    this.#file.transaction((database) => {
      if (dead)
        database
          .prepare("UPDATE messages SET status = 'waiting', attempts = 0, made_ms = ? WHERE status = 'dead'")
          .run(now.getTime());
      database.prepare("UPDATE messages SET next_ms = ? WHERE status = 'waiting'").run(now.getTime());
    });
  }

  /**
   * Deletes all messages and reports about a stream, so that the file no longer contains its name.
   * @param of project and model of the stream (default: any)
   * @param ends the targets that are notified of the end of the stream's incidents, if they were notified of the incidents
   */
  erase(
    stream: string,
    of: Omit<AlertedStream, "stream"> | null = null,
    ends: { readonly targets: readonly StoredTarget[]; readonly now: Date } | null = null,
  ): void {
    this.#file.secureTransaction((database) => {
      const told = of === null || ends === null ? [] : endsOfErasedStream(database, { ...of, stream }, ends);
      const among = of === null ? "" : "AND project = ? AND model = ?";
      const values = of === null ? [stream] : [stream, of.project ?? "", of.model];
      database.prepare(`DELETE FROM streams WHERE stream = ? ${among}`).run(...values);
      const own = (field: string): string => `message ->> '$.data.${field}'`;
      const same = among.replace("project", `coalesce(${own("project")}, '')`).replace("model", own("model"));
      database.prepare(`DELETE FROM messages WHERE ${own("stream")} = ? ${same}`).run(...values);
      for (const end of told) insertAlert(database, ...end);
    });
    // Pages that were freed earlier may still contain the name.
    this.#file.vacuum();
  }

  close(): void {
    this.#file.close();
  }
}

/** Deletes everything about a stream from the outbox of a model, if there is one. */
export async function eraseFromAlertOutbox(directory: string, stream: string): Promise<void> {
  const path = outboxOfModel(directory);
  if (existsSync(path)) await withAlertOutbox(path, async (outbox) => outbox.erase(stream));
}

function outboxStateOfStream(database: DatabaseSync, { project, model, stream }: AlertedStream): StreamAlerts {
  const row = database
    .prepare("SELECT state FROM streams WHERE project = ? AND model = ? AND stream = ?")
    .get(project ?? "", model, stream);
  return row === undefined ? noStreamAlerts : streamAlertsSchema.parse(JSON.parse(String(row.state)));
}

function enqueueAlert(
  database: DatabaseSync,
  message: AlertMessage,
  targets: readonly RoutedTarget[],
  now: Date,
): void {
  for (const { severity = message.data.severity, ...target } of targets) {
    // Skips the end of an incident for a target that has received no message about the incident.
    if (isAlertAtEnd(message) && !isToldOfIncident(database, target.id, message.data.incident)) continue;
    insertAlert(database, { ...message, data: { ...message.data, severity } }, target, now);
  }
}

/** The messages that end the incidents of a stream before it is erased. */
function endsOfErasedStream(
  database: DatabaseSync,
  of: AlertedStream,
  { targets, now }: { readonly targets: readonly StoredTarget[]; readonly now: Date },
): [end: AlertMessage, target: StoredTarget, now: Date][] {
  return Object.values(outboxStateOfStream(database, of).open).flatMap((incident) => {
    const end = endOfErasedIncident(incident, now.toISOString());
    return targets
      .filter(({ id }) => isToldOfIncident(database, id, incident.message.data.incident))
      .map((target): [AlertMessage, StoredTarget, Date] => [end, target, now]);
  });
}

/** Whether there is a message about the incident for the target, sent or not. */
function isToldOfIncident(database: DatabaseSync, target: string, incident: string): boolean {
  const found = database
    .prepare("SELECT 1 FROM messages WHERE target = ? AND json_extract(message, '$.data.incident') = ? LIMIT 1")
    .get(target, incident);
  return found !== undefined;
}

function insertAlert(database: DatabaseSync, message: AlertMessage, { id, shown }: StoredTarget, now: Date): void {
  database
    .prepare(
      "INSERT OR IGNORE INTO messages (id, target, shown, message, status, made_ms, next_ms) VALUES (?, ?, ?, ?, 'waiting', ?, ?)",
    )
    .run(message.data.id, id, shown, JSON.stringify(message), now.getTime(), now.getTime());
}

function queuedAlert(row: Readonly<Record<string, unknown>>): QueuedAlert {
  return {
    number: Number(row.number),
    target: { id: String(row.target), shown: String(row.shown) },
    message: alertMessageSchema.parse(JSON.parse(String(row.message))),
    attempts: Number(row.attempts),
    reason: row.reason === null ? null : String(row.reason),
    status: row.status as QueuedAlert["status"],
  };
}

export async function withAlertOutbox<T>(path: string, use: (outbox: AlertOutbox) => Promise<T>): Promise<T> {
  const outbox = AlertOutbox.open(path);
  try {
    return await use(outbox);
  } finally {
    outbox.close();
  }
}
