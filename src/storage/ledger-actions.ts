// The record of users' actions in an SQLite ledger, inside the caller's transaction.
import { boundedLedgerCell, longestJson, longestName } from "./ledger-cells.ts";
import { actionOfLedgerRow } from "./ledger-rows.ts";
import type { PreparedStatements } from "./prepared-statements.ts";
import type { StreamAction } from "./stream-actions.ts";

export class LedgerActions {
  readonly #sql: PreparedStatements;

  constructor(statements: PreparedStatements) {
    this.#sql = statements;
  }

  record({ at, who, action, stream, subject, reason }: StreamAction): void {
    const sql = "INSERT INTO actions (at, who, action, stream, subject, reason) VALUES (?, ?, ?, ?, ?, ?)";
    this.#sql.run(sql, at, who, action, stream, subject, reason);
  }

  /** The actions on one stream or on all streams, oldest first. */
  list(stream?: string): StreamAction[] {
    const columns = ["at", "who", "action", "stream", "subject"].map((own) => boundedLedgerCell(own, longestName));
    const sql = `SELECT ${columns.join(", ")}, ${boundedLedgerCell("reason", longestJson)} FROM actions
      ${stream === undefined ? "" : "WHERE stream = ?"} ORDER BY sequence`;
    return this.#sql.all(sql, ...(stream === undefined ? [] : [stream])).map(actionOfLedgerRow);
  }
}
