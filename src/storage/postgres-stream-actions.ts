// Users' actions on whole streams in a PostgreSQL store. An action and its record are written in one transaction.
import { z } from "zod";
import { userAction } from "./ledger-cells.ts";
import type { PostgresConnection } from "./postgres-connection.ts";
import { lockStreamsStatement } from "./postgres-statements.ts";
import { parseStoredValue } from "./stored-value.ts";
import type { ActionNote, StreamAction } from "./stream-actions.ts";

const actionRow = z.object({
  at: z.date().transform((date) => date.toISOString()),
  who: z.string(),
  action: userAction,
  stream: z.string(),
  subject: z.string().nullable(),
  reason: z.string().nullable(),
});

const insertAction = `INSERT INTO tidemark.actions (model_id, at, who, reason, action, stream, subject)
  SELECT $1::bigint, $2::timestamptz, $3, $4, $5, $6, $7`;

export class PostgresStreamActions {
  readonly #connection: PostgresConnection;
  readonly #model: number;

  constructor(connection: PostgresConnection, model: number) {
    this.#connection = connection;
    this.#model = model;
  }

  async rename(stream: string, to: string, { at, who, reason }: ActionNote): Promise<"renamed" | "unknown" | "taken"> {
    return this.#connection.repeat(() =>
      this.#connection.transaction(async (query) => {
        const [own] = await query(lockStreamsStatement, [this.#model, [stream]]);
        if (own === undefined) return "unknown";
        // A stream whose first batch was never stored has a row, but is treated as nonexistent.
        await query("DELETE FROM tidemark.streams WHERE model_id = $1 AND name = $2 AND batches = 0", [
          this.#model,
          to,
        ]);
        const [other] = await query("SELECT FROM tidemark.streams WHERE model_id = $1 AND name = $2", [
          this.#model,
          to,
        ]);
        if (other !== undefined) return "taken";
        const change = "UPDATE tidemark.streams SET name = $2, version = version + 1 WHERE stream_id = $1";
        await query(change, [own.stream_id, to]);
        const earlier = "UPDATE tidemark.actions SET stream = $3 WHERE model_id = $1 AND stream = $2";
        await query(earlier, [this.#model, stream, to]);
        await query(insertAction, [this.#model, at, who, reason, "rename", to, stream]);
        return "renamed";
      }),
    );
  }

  async retire(stream: string, { at, who, reason }: ActionNote): Promise<boolean> {
    const sql = `WITH retired AS (
        UPDATE tidemark.streams SET retired_at = $2::timestamptz, version = version + 1
        WHERE model_id = $1::bigint AND name = $6 AND retired_at IS NULL AND batches > 0 RETURNING stream_id)
      ${insertAction} FROM retired RETURNING sequence`;
    const values = [this.#model, at, who, reason, "retire", stream, null];
    return (await this.#connection.repeat(() => this.#connection.query(sql, values))).length > 0;
  }

  async erase(stream: string, note: ActionNote & { readonly recordedAs: string }): Promise<number | null> {
    const { at, who, reason, recordedAs } = note;
    return this.#connection.repeat(() =>
      this.#connection.transaction(async (query) => {
        const [own] = await query(lockStreamsStatement, [this.#model, [stream]]);
        if (own === undefined) return null;
        const earlier = "UPDATE tidemark.actions SET stream = $3, subject = NULL WHERE model_id = $1 AND stream = $2";
        await query(earlier, [this.#model, stream, recordedAs]);
        // The summaries are deleted together with their batches.
        const gone = await query("DELETE FROM tidemark.batches WHERE stream_id = $1 RETURNING sequence", [
          own.stream_id,
        ]);
        await query("DELETE FROM tidemark.streams WHERE stream_id = $1", [own.stream_id]);
        await query(insertAction, [this.#model, at, who, reason, "erase", recordedAs, null]);
        return gone.length;
      }),
    );
  }

  async list(stream?: string): Promise<StreamAction[]> {
    const sql = `SELECT at, who, action, stream, subject, reason FROM tidemark.actions
      WHERE model_id = $1 AND ($2::text IS NULL OR stream = $2) ORDER BY sequence`;
    const rows = await this.#connection.repeat(() => this.#connection.query(sql, [this.#model, stream ?? null]));
    return rows.map((row) => parseStoredValue(actionRow, row, "an action"));
  }
}
