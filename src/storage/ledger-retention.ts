// Limits the size of an SQLite ledger: drops the summaries that no reference needs, and shortens the results of old batches, as
// `PostgresRetention` does in a PostgreSQL store. Runs inside the caller's transaction.
import { boundedLedgerCell, longestJson, longestName, shortenedLedgerResult } from "./ledger-cells.ts";
import { ledgerWholeBatch } from "./ledger-rows.ts";
import type { PreparedStatements } from "./prepared-statements.ts";
import type { NamedBatch, StreamRules } from "./stream-store.ts";

export class LedgerRetention {
  readonly #sql: PreparedStatements;

  constructor(statements: PreparedStatements) {
    this.#sql = statements;
  }

  /**
   * Deletes the summaries of batches in a stream's references, except those of the first and last `keptAtEnds` batches, because
   * no reference will need the others again.
   */
  forgetMiddle(stream: string, keptAtEnds: number): void {
    const edge = (order: "ASC" | "DESC"): string => `SELECT sequence FROM batches WHERE stream = ? AND in_window = 1
      ORDER BY sequence ${order} LIMIT 1 OFFSET ?`;
    const ofEdge = [stream, keptAtEnds - 1];
    this.#sql.run(
      `DELETE FROM summaries WHERE stream = ?
        AND sequence > (${edge("ASC")}) AND sequence < (${edge("DESC")})
        AND sequence IN (SELECT sequence FROM batches WHERE stream = ? AND in_window = 1)`,
      stream,
      ...ofEdge,
      ...ofEdge,
      stream,
    );
  }

  /**
   * Shortens the oldest batches of all streams, while they exceed the age limit or the ledger exceeds the size limit: at most
   * `limit` batches. Keeps the part of the result that `shorten` returns, and the summary only if a reference needs it. The row
   * is kept, and the batch id cannot be used again. A damaged result is left unchanged; the damage is reported when the batch
   * is read.
   * @returns the number of processed batches, which is less than `limit` if no other batch needs to be shortened, and the
   * batches with damaged results
   */
  forget(
    { since, bytes, keptAtEnds, shorten }: Omit<StreamRules, "referenceBatches">,
    limit: number,
  ): { readonly done: number; readonly damaged: readonly NamedBatch[] } {
    const sql = `SELECT sequence, ${boundedLedgerCell("stream", longestName)}, ${boundedLedgerCell("batch_id", longestName)}, received_at, in_window, ${boundedLedgerCell("result", longestJson, "''")} FROM batches WHERE whole = 1
      ORDER BY received_at, sequence LIMIT 1`;
    const damaged: NamedBatch[] = [];
    let done = 0;
    for (; done < limit; done++) {
      const row = this.#sql.get(sql);
      if (row === undefined) break;
      if (String(row.received_at) >= since && this.bytes() <= bytes) break;
      const { sequence, stream, batch_id, result } = ledgerWholeBatch(row);
      const shortened = shortenedLedgerResult(result, shorten);
      this.#sql.run(
        "UPDATE batches SET result = coalesce(?, result), whole = 0 WHERE sequence = ?",
        shortened,
        sequence,
      );
      if (shortened === null) damaged.push({ stream, batch: batch_id });
      if (!(row.in_window === 1 && this.#isNearAnEnd(stream, sequence, keptAtEnds))) {
        this.#sql.run("DELETE FROM summaries WHERE sequence = ?", sequence);
      }
    }
    return { done, damaged };
  }

  /** Total bytes of all pages in use. */
  bytes(): number {
    const pragma = (name: string): number => Number(this.#sql.get(`PRAGMA ${name}`)?.[name]);
    return (pragma("page_count") - pragma("freelist_count")) * pragma("page_size");
  }

  #isNearAnEnd(stream: string, sequence: number, keptAtEnds: number): boolean {
    return [">", "<"].some((direction) => {
      const sql = `SELECT count(*) AS n FROM (SELECT 1 FROM batches WHERE stream = ? AND in_window = 1
        AND sequence ${direction} ? LIMIT ?)`;
      return Number(this.#sql.get(sql, stream, sequence, keptAtEnds)?.n) < keptAtEnds;
    });
  }
}
