// How values are stored in the cells of a ledger, for any database: limits, encodings, and schemas for reading.
import { deflateRawSync, inflateRawSync } from "node:zlib";
import { z } from "zod";
import type { UserAction } from "./stream-actions.ts";
import type { BatchStatus, DataTime, LatestBatch } from "./stream-store.ts";

export const userAction: z.ZodType<UserAction> = z.enum(["accept", "exclude", "reset", "rename", "retire", "erase"]);

export const batchStatus: z.ZodType<BatchStatus> = z.enum(["accepted", "doubtful", "alarmed", "rejected", "excluded"]);

/** Limit of a name in bytes; names have at most 200 characters. A cell that exceeds its limit counts as damaged. */
export const longestName = 1000;
/** Limit of a headline in bytes; headlines usually have about 200. */
export const longestHeadline = 4000;
/** Limit of JSON text in bytes, before it is deflated. */
export const longestJson: number = 2 ** 20;
export const longestSummary: number = 2 ** 24;

/**
 * SQL for a column. A cell of more than `longest` bytes is not read. The query returns `otherwise` instead, which the column's
 * schema rejects or, in `WholeRow`, recognises.
 */
export const boundedLedgerCell = (column: string, longest: number, otherwise = "x''"): string =>
  `CASE WHEN ${column} IS NULL OR octet_length(${column}) <= ${longest} THEN ${column} ELSE ${otherwise} END AS ${column}`;

/** Reads JSON text as the value that it encodes. */
export const jsonText: z.ZodType<unknown, string> = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue({ code: "custom", message: "expected JSON" });
    return z.NEVER;
  }
});

export const storedBytes: z.ZodType<Uint8Array, Uint8Array> = z.instanceof(Uint8Array);

export const deflatedJson: z.ZodType<unknown, Uint8Array> = storedBytes
  .transform((deflated, context): string => {
    try {
      return inflateRawSync(deflated, { maxOutputLength: longestJson }).toString("utf8");
    } catch {
      context.addIssue({ code: "custom", message: "expected deflated JSON" });
      return z.NEVER;
    }
  })
  .pipe(jsonText);

/** A batch as it is read for a list of streams. */
export const latestBatch: z.ZodType<LatestBatch> = z
  .tuple([z.string().min(1), z.iso.datetime(), batchStatus, jsonText.nullable()])
  .transform(([batchId, receivedAt, status, headline]) => ({ batchId, receivedAt, status, headline }));

export function dataTimeOfCells(from: string | null, to: string | null): DataTime | null {
  return from === null || to === null ? null : { from, to };
}

/** Encodes a long value for the ledger. @throws RangeError if its JSON has more than `longestJson` bytes */
export function deflateForLedgerCell(value: unknown): Uint8Array {
  const text = jsonForLedgerCell(value);
  const bytes = Buffer.byteLength(text);
  if (bytes > longestJson) throw new RangeError(`ledger: expected at most ${longestJson} bytes of JSON, got ${bytes}`);
  return deflateRawSync(text);
}

/** Shortens a stored result. @returns null if the result is damaged */
export function shortenedLedgerResult(result: unknown, shorten: (result: unknown) => unknown): Uint8Array | null {
  const value = deflatedJson.safeParse(result);
  if (!value.success) return null;
  try {
    return deflateForLedgerCell(shorten(value.data));
  } catch (error) {
    if (error instanceof z.ZodError) return null;
    throw error;
  }
}

/** Encodes a headline, which must be short because lists of streams read many of them. */
export function headlineAsLedgerCell(value: unknown): string {
  const text = jsonForLedgerCell(value);
  if (Buffer.byteLength(text) > longestHeadline)
    throw new RangeError(
      `ledger: expected a headline of at most ${longestHeadline} bytes, got ${text.slice(0, 100)}...`,
    );
  return text;
}

export function jsonForLedgerCell(value: unknown): string {
  const text = JSON.stringify(value);
  if (text === undefined) throw new TypeError(`ledger: expected a JSON value, got ${typeof value}`);
  return text;
}
