// The outbox, alerts.sqlite, stores the events that have been reported about each stream. It also stores every message, and
// keeps it for some time after its target has accepted it. An event is recorded and its message queued in one transaction, so
// no message is lost or queued twice. Each delivery attempt claims its message for a while, so two processes never send it at
// the same time. If the claiming process is killed, another process sends the message again with the same idempotency key.

import { existsSync } from "node:fs";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { UserError } from "../errors.ts";
import { SqliteFile } from "../storage/sqlite-file.ts";
import type { AlertMessage } from "./alert-message.ts";
import {
  claimAlert,
  countUndeliveredQueuedAlerts,
  enqueueAlert,
  insertAlert,
  isToldOfIncident,
  markQueuedAlertFailed,
  markQueuedAlertSent,
  messageTable,
  parseAlertQueueCell,
  type QueuedAlert,
  queuedAlertField,
  type RoutedTarget,
  retryQueuedAlerts,
  type StoredTarget,
  undeliveredQueuedAlerts,
} from "./alert-queue.ts";
import type { AlertFault } from "./send-alert.ts";
import {
  type Alerted,
  type AlertedStream,
  type Incident,
  incidentsOfStreamAlerts,
  noStreamAlerts,
  type StreamAlerts,
  streamAlertOnErasure,
  streamAlertsSchema,
} from "./stream-alerts.ts";

export const outboxFile = "alerts.sqlite";

/** Path of a model's outbox. */
export function outboxOfModel(directory: string): string {
  return join(directory, outboxFile);
}

const tables = `
  CREATE TABLE streams (
    project TEXT NOT NULL, model TEXT NOT NULL, stream TEXT NOT NULL, state TEXT NOT NULL, open INTEGER NOT NULL,
    PRIMARY KEY (project, model, stream)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX open_streams ON streams (open) WHERE open = 1;
  ${messageTable}
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
          throw new UserError(`${path}: expected version 1 of the alert outbox, got version ${version}`, {
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
   * @param decide returns what will have been reported, and the messages to send; must have no side effects
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
      // Targets that were added during an incident are also notified of the incident.
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
    return this.#file.snapshot(countUndeliveredQueuedAlerts);
  }

  /** All incidents that have not ended, except those of streams whose state is damaged. */
  openIncidents(): readonly { readonly of: AlertedStream; readonly incident: Incident }[] {
    return this.#file.snapshot((database) => {
      const rows = database.prepare("SELECT project, model, stream, state FROM streams WHERE open = 1").all();
      return rows.flatMap(({ project, model, stream, state }) => {
        const of = { project: project === "" ? null : String(project), model: String(model), stream: String(stream) };
        const open = parseAlertQueueCell(streamAlertsSchema, state)?.open ?? {};
        return Object.values(open).map((incident) => ({ of, incident }));
      });
    });
  }

  /** Reserves the target's next message for an attempt; null if none is due. */
  claim(target: string, now: Date): QueuedAlert | null {
    return this.#file.transaction((database) => claimAlert(database, target, now));
  }

  sent(queued: QueuedAlert, now: Date): void {
    this.#file.transaction((database) => markQueuedAlertSent(database, queued, now));
  }

  /** @returns milliseconds until the next attempt; null if there will be none */
  failed(queued: QueuedAlert, fault: AlertFault, now: Date): number | null {
    return this.#file.transaction((database) => markQueuedAlertFailed(database, queued, fault, now));
  }

  /** Messages that were not delivered, oldest first. */
  undelivered(): readonly QueuedAlert[] {
    return this.#file.snapshot(undeliveredQueuedAlerts);
  }

  /** Makes all undelivered messages due now, including abandoned ones if `dead` is set. */
  retry(now: Date, which: { readonly dead: boolean }): void {
    this.#file.transaction((database) => retryQueuedAlerts(database, now, which));
  }

  /**
   * Deletes all messages and reports about a stream, so that the file no longer contains its name, and all damaged messages,
   * because they may contain it. If `of` and `ends` are given, also queues messages without the name, which say that the
   * stream's incidents have ended.
   * @param of project and model of the stream (default: any)
   * @param ends targets of these messages; only those that were notified of an incident receive its end; null for no messages
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
      const same = among
        .replace("project", `coalesce(${queuedAlertField("project")}, '')`)
        .replace("model", queuedAlertField("model"));
      database.prepare(`DELETE FROM messages WHERE ${queuedAlertField("stream")} = ? ${same}`).run(...values);
      database.exec("DELETE FROM messages WHERE NOT json_valid(message)");
      for (const end of told) insertAlert(database, ...end);
    });
    // Pages that were freed earlier may still contain the name.
    this.#file.vacuum();
  }

  close(): void {
    this.#file.close();
  }
}

/** Deletes everything about a stream from the outbox of a model, if the model has an outbox. */
export async function eraseFromAlertOutbox(directory: string, stream: string): Promise<void> {
  const path = outboxOfModel(directory);
  if (existsSync(path)) await withAlertOutbox(path, async (outbox) => outbox.erase(stream));
}

/** What has been reported about a stream. After damage, its incidents begin again; a target gets no message twice. */
function outboxStateOfStream(database: DatabaseSync, of: AlertedStream): StreamAlerts {
  const row = database
    .prepare("SELECT state FROM streams WHERE project = ? AND model = ? AND stream = ?")
    .get(of.project ?? "", of.model, of.stream);
  return (row && parseAlertQueueCell(streamAlertsSchema, row.state)) ?? noStreamAlerts;
}

/** The messages that end the incidents of a stream before it is erased. */
function endsOfErasedStream(
  database: DatabaseSync,
  of: AlertedStream,
  { targets, now }: { readonly targets: readonly StoredTarget[]; readonly now: Date },
): [end: AlertMessage, target: StoredTarget, now: Date][] {
  return incidentsOfStreamAlerts(outboxStateOfStream(database, of)).flatMap(([kind, incident]) => {
    const end = streamAlertOnErasure(kind, incident, now.toISOString());
    return targets
      .filter(({ id }) => isToldOfIncident(database, id, incident.message.data.incident))
      .map((target): [AlertMessage, StoredTarget, Date] => [end, target, now]);
  });
}

export async function withAlertOutbox<T>(path: string, use: (outbox: AlertOutbox) => Promise<T>): Promise<T> {
  const outbox = AlertOutbox.open(path);
  try {
    return await use(outbox);
  } finally {
    outbox.close();
  }
}
