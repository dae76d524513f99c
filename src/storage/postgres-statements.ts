// The statements of `PostgresStreamStore`. Each statement runs as a separate transaction, in one round trip, unless its comment
// says otherwise. Names and values are parameters.
//
// Every change to a stream first updates or locks its row in `streams`; a decision about a batch is stored only if the row
// still has the expected version. The lock on this row serialises all changes of a stream, so batches are numbered in the order
// in which they were judged.
import { postgresBatchColumns } from "./postgres-rows.ts";

/** Approximate number of bytes that a batch takes up in addition to its result, summary and figures, including indexes. */
const bytesPerRow = 500;

const statuses = ["accepted", "doubtful", "alarmed", "rejected", "excluded"] as const;

/** The first or last $3 reference batches that still have a summary. */
const postgresReferenceEndStatement = (order: "ASC" | "DESC"): string => `
  SELECT b.sequence FROM tidemark.batches b JOIN tidemark.summaries USING (stream_id, sequence)
  WHERE b.stream_id = (SELECT stream_id FROM own) AND b.in_references ORDER BY b.sequence ${order} LIMIT $3`;

/**
 * The data for judging a batch. $1 model, $2 stream, $3 number of reference batches, $4 batch id or null, $5 content hash or
 * null. Returns one row for the stream, with `known` (whether the stream has the batch), `same_content` and the last
 * `headline`, and then one row for each batch in a reference, in any order.
 */
export const seenStatement: string = `
  WITH own AS (
    SELECT stream_id, version, batches, state, references_changed_at
    FROM tidemark.streams WHERE model_id = $1 AND name = $2
  ), kept AS ((${postgresReferenceEndStatement("ASC")}) UNION (${postgresReferenceEndStatement("DESC")}))
  SELECT own.*, NULL::bigint AS sequence, NULL AS batch_id, NULL::timestamptz AS received_at, NULL AS figures, NULL::bytea AS summary,
    EXISTS (SELECT FROM tidemark.batches b WHERE b.stream_id = own.stream_id AND b.batch_id = $4::text) AS known,
    (SELECT b.batch_id FROM tidemark.batches b
      WHERE b.stream_id = own.stream_id AND b.content_hash = $5::text
        AND (b.in_references OR EXISTS (SELECT FROM tidemark.summaries k WHERE k.stream_id = b.stream_id AND k.sequence = b.sequence))
      ORDER BY b.sequence LIMIT 1) AS same_content,
    (SELECT b.headline FROM tidemark.batches b WHERE b.stream_id = own.stream_id ORDER BY b.sequence DESC LIMIT 1) AS headline
  FROM own
  UNION ALL
  SELECT NULL, NULL, NULL, NULL, NULL, b.sequence, b.batch_id, b.received_at, b.figures, k.summary, NULL, NULL, NULL
  FROM kept JOIN tidemark.batches b USING (sequence)
    JOIN tidemark.summaries k ON k.stream_id = b.stream_id AND k.sequence = b.sequence`;

/**
 * The summaries of a stream's reference batches that are neither among the first $2 nor at or after `last`, with their sizes.
 * $1 stream
 * @param at.last SQL for a sequence number
 */
const postgresMiddleStatement = (at: { readonly last: string }): string => `
  SELECT k.sequence, octet_length(k.summary) AS bytes
  FROM tidemark.summaries k JOIN tidemark.batches b USING (stream_id, sequence)
  WHERE k.stream_id = $1 AND b.in_references
    AND k.sequence > (SELECT b.sequence FROM tidemark.batches b WHERE b.stream_id = $1 AND b.in_references
      ORDER BY b.sequence OFFSET $2::bigint - 1 LIMIT 1)
    AND k.sequence < ${at.last}`;

/**
 * Adds a batch if the stream still has the version against which the batch was judged, and deletes the summary that no
 * reference will need again. Returns no row if the stream has changed.
 *
 * $1 stream, $2 summaries kept at each end, $3 version, $4 batch id, $5 content hash, $6 received at, $7 status, $8 reason, $9
 * in references, $10 figures, $11 result, $12 summary, $13 whether the state changes, $14 state, $15 attempt, $16 since, $17
 * headline, and of a user's decision, unless the action is null: $18 at, $19 who, $20 why, $21 action; $22 time of the first
 * sample, $23 time of the last sample.
 *
 * If the server does not flush commits by default, the statement makes it flush this commit.
 */
export const recordStatement: string = `
  WITH middle AS (
    SELECT * FROM (${postgresMiddleStatement({
      last: `CASE WHEN $2::bigint < 2 THEN 9223372036854775807 ELSE (SELECT b.sequence FROM tidemark.batches b
        WHERE b.stream_id = $1 AND b.in_references ORDER BY b.sequence DESC OFFSET greatest($2::bigint - 2, 0) LIMIT 1) END`,
    })}) m WHERE $9::boolean
  ), moved AS (
    UPDATE tidemark.streams SET
      version = version + 1,
      batches = batches + 1,
      retired_at = NULL,
      ${statuses.map((status) => `${status} = ${status} + ($7 = '${status}')::int`).join(", ")},
      state = CASE WHEN $13::boolean THEN $14::text ELSE state END,
      references_changed_at = CASE WHEN $9 THEN $6::timestamptz ELSE references_changed_at END,
      bytes = bytes + ${bytesPerRow} + octet_length(coalesce($10::text, '')) + octet_length($11::bytea)
        + octet_length(coalesce($12::bytea, ''::bytea)) - coalesce((SELECT sum(m.bytes) FROM middle m), 0)
    WHERE stream_id = $1 AND version = $3::bigint
    RETURNING stream_id, model_id, name
  ), noted AS (
    INSERT INTO tidemark.actions (model_id, at, who, reason, action, stream, subject)
    SELECT model_id, $18::timestamptz, $19, $20, $21, name, $4 FROM moved WHERE $21::text IS NOT NULL
  ), added AS (
    INSERT INTO tidemark.batches
      (model_id, stream_id, batch_id, content_hash, received_at, status, reason, in_references, figures, result, attempt, headline,
       data_from, data_to)
    SELECT model_id, stream_id, $4, $5, $6, $7, $8, $9, $10, $11, $15, $17, $22, $23 FROM moved
    RETURNING sequence, model_id
  ), summarized AS (
    INSERT INTO tidemark.summaries (stream_id, sequence, summary) SELECT $1, sequence, $12 FROM added WHERE $12 IS NOT NULL
  ), forgotten AS (
    DELETE FROM tidemark.summaries WHERE stream_id = $1 AND sequence IN (SELECT sequence FROM middle) AND EXISTS (SELECT FROM moved)
  )
  SELECT added.sequence,
    EXISTS (SELECT FROM tidemark.batches b WHERE b.model_id = added.model_id AND b.whole AND b.received_at < $16::timestamptz) AS expired,
    CASE WHEN current_setting('synchronous_commit') = 'off' THEN set_config('synchronous_commit', 'on', true) END
  FROM added`;

/** $1 model, $2 stream */
export const beginStreamStatement =
  "INSERT INTO tidemark.streams (model_id, name) VALUES ($1, $2) ON CONFLICT DO NOTHING";

/** $1 model, $2 stream */
export const streamIdStatement = "SELECT stream_id FROM tidemark.streams WHERE model_id = $1 AND name = $2";

/** Blocks other changes to the stream until the transaction ends. $1 model, $2 stream */
export const lockStreamStatement =
  "SELECT stream_id, version FROM tidemark.streams WHERE model_id = $1 AND name = $2 FOR NO KEY UPDATE";

/** Reads a batch with the version of its stream. $1 model, $2 stream, $3 batch id */
export const findStatement: string = `
  SELECT ${postgresBatchColumns}, s.stream_id, s.version
  FROM tidemark.streams s JOIN tidemark.batches b USING (stream_id)
  WHERE s.model_id = $1 AND s.name = $2 AND b.batch_id = $3`;

/** $1 model, $2 stream, $3 batch id */
export const summaryStatement = `
  SELECT k.summary
  FROM tidemark.streams s JOIN tidemark.batches b USING (stream_id) JOIN tidemark.summaries k USING (stream_id, sequence)
  WHERE s.model_id = $1 AND s.name = $2 AND b.batch_id = $3`;

/** Returns one row without a batch if the stream exists but the page is empty. $1 model, $2 stream, $3 limit, $4 skip */
export const postgresPageStatement = (order: "ASC" | "DESC"): string => `
  SELECT s.batches AS total, b.*
  FROM tidemark.streams s LEFT JOIN LATERAL (
    SELECT ${postgresBatchColumns} FROM tidemark.batches b WHERE b.stream_id = s.stream_id
    ORDER BY b.sequence ${order} LIMIT $3 OFFSET $4) b ON true
  WHERE s.model_id = $1 AND s.name = $2`;

/** $1 model */
export const streamsStatement = "SELECT name FROM tidemark.streams WHERE model_id = $1 AND batches > 0 ORDER BY name";

/**
 * Changes the status of a batch if the stream still has the version on which the decision was based. If the version matches,
 * the statement also records the decision. $1 stream, $2 version, $3 batch id, $4 status, $5 reason, $6 in references, $7 at,
 * $8 who, $9 why, $10 action
 */
export const standingStatement: string = `
  WITH old AS (
    SELECT status FROM tidemark.batches WHERE stream_id = $1 AND batch_id = $3
  ), moved AS (
    UPDATE tidemark.streams SET version = version + 1, references_changed_at = $7::timestamptz,
      ${statuses
        .map((status) => `${status} = ${status} + ($4 = '${status}')::int - (old.status = '${status}')::int`)
        .join(", ")}
    FROM old WHERE stream_id = $1 AND version = $2::bigint RETURNING stream_id, model_id, name
  ), noted AS (
    INSERT INTO tidemark.actions (model_id, at, who, reason, action, stream, subject)
    SELECT model_id, $7::timestamptz, $8, $9, $10, name, $3 FROM moved
  )
  UPDATE tidemark.batches b SET status = $4, reason = $5, in_references = $6
  FROM moved WHERE b.stream_id = moved.stream_id AND b.batch_id = $3 RETURNING b.sequence`;

/**
 * Overviews of streams, with a JSON array of their last batches, newest first. $1 model, $2 names or null for all, $3 number of
 * batches
 */
export const fleetStatement: string = `
  SELECT s.name, ${statuses.map((status) => `s.${status}`).join(", ")}, s.state IS NOT NULL AS has_state, s.retired_at, (
    SELECT json_agg(json_build_array(b.batch_id, b.received_at, b.status, b.headline))::text FROM (
      SELECT b.batch_id, to_char(b.received_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS received_at, b.status, b.headline
      FROM tidemark.batches b WHERE b.stream_id = s.stream_id ORDER BY b.sequence DESC LIMIT $3) b) AS latest
  FROM tidemark.streams s
  WHERE s.model_id = $1 AND s.batches > 0 AND ($2::text[] IS NULL OR s.name = ANY ($2)) ORDER BY s.name`;

/** A stream that begins again after it was erased has a new id. $1 model */
export const fleetMarksStatement =
  "SELECT name, stream_id || ' ' || version AS mark FROM tidemark.streams WHERE model_id = $1 AND batches > 0";

/** Locks streams until the end of the caller's transaction. $1 model, $2 names of streams */
export const lockStreamsStatement = `
  SELECT stream_id FROM tidemark.streams WHERE model_id = $1 AND name = ANY ($2::text[]) AND batches > 0
  ORDER BY stream_id FOR NO KEY UPDATE`;

/** Resets streams within the transaction that locked them. $1 streams, $2 at, $3 who, $4 why */
export const resetStatement = `
  WITH noted AS (
    INSERT INTO tidemark.actions (model_id, at, who, reason, action, stream)
    SELECT model_id, $2::timestamptz, $3, $4, 'reset', name FROM tidemark.streams WHERE stream_id = ANY ($1::bigint[]) ORDER BY name
  ), out AS (UPDATE tidemark.batches SET in_references = false WHERE stream_id = ANY ($1::bigint[]) AND in_references),
  gone AS (DELETE FROM tidemark.summaries WHERE stream_id = ANY ($1) RETURNING stream_id, octet_length(summary) AS bytes)
  UPDATE tidemark.streams s SET version = version + 1, state = NULL, references_changed_at = $2::timestamptz,
    bytes = s.bytes - coalesce((SELECT sum(g.bytes) FROM gone g WHERE g.stream_id = s.stream_id), 0)
  WHERE stream_id = ANY ($1)`;

/** Total bytes of a model's batches and summaries. $1 model */
export const bytesStatement = "SELECT coalesce(sum(bytes), 0) AS bytes FROM tidemark.streams WHERE model_id = $1";

/**
 * Within the caller's transaction, locks the streams of the oldest unshortened batches, received before $2 unless it is null.
 * $1 model, $3 limit
 */
export const lockOldestStatement = (waits: boolean): string => `
  SELECT stream_id FROM tidemark.streams WHERE stream_id IN (
    SELECT b.stream_id FROM tidemark.batches b
    WHERE b.model_id = $1 AND b.whole AND ($2::timestamptz IS NULL OR b.received_at < $2)
    ORDER BY b.received_at, b.sequence LIMIT $3)
  ORDER BY stream_id FOR NO KEY UPDATE ${waits ? "" : "SKIP LOCKED"}`;

/**
 * Reads the oldest batches of the streams $4, within the transaction that locked them. `kept` is true if a reference may need
 * the summary. $1 model, $2 time or null, $3 limit, $5 number of summaries kept at each end
 */
export const oldestStatement: string = `
  SELECT b.sequence, b.stream_id, s.name, b.batch_id, b.received_at, b.result,
    coalesce((SELECT octet_length(k.summary) FROM tidemark.summaries k
      WHERE k.stream_id = b.stream_id AND k.sequence = b.sequence), 0) AS summary_bytes,
    b.in_references AND (${["<", ">"]
      .map(
        (
          side,
        ) => `(SELECT count(*) FROM (SELECT FROM tidemark.batches o WHERE o.stream_id = b.stream_id AND o.in_references
          AND o.sequence ${side} b.sequence LIMIT $5::bigint) near) < $5::bigint`,
      )
      .join(" OR ")}) AS kept
  FROM tidemark.batches b JOIN tidemark.streams s USING (stream_id)
  WHERE b.model_id = $1 AND b.whole AND ($2::timestamptz IS NULL OR b.received_at < $2) AND b.stream_id = ANY ($4::bigint[])
  ORDER BY b.received_at, b.sequence LIMIT $3`;

/**
 * Shortens batches within the transaction that locked their streams. $1 sequences, $2 results (null: unchanged), $3 whether
 * each batch loses its summary
 */
export const shortenStatement = `
  WITH old AS (
    SELECT * FROM unnest($1::bigint[], $2::bytea[], $3::boolean[]) AS o (sequence, result, drops)
  ), gone AS (
    DELETE FROM tidemark.summaries k USING old, tidemark.batches b
    WHERE old.drops AND b.sequence = old.sequence AND k.stream_id = b.stream_id AND k.sequence = b.sequence
    RETURNING k.stream_id, octet_length(k.summary) AS bytes
  ), shortened AS (
    UPDATE tidemark.batches b SET result = coalesce(old.result, b.result), whole = false
    FROM old WHERE b.sequence = old.sequence
    RETURNING b.stream_id, b.sequence, octet_length(b.result) AS bytes
  ), freed AS (
    SELECT stream_id, sum(bytes) AS bytes FROM (
      SELECT stream_id, bytes FROM gone
      UNION ALL
      SELECT n.stream_id, octet_length(b.result) - n.bytes FROM shortened n JOIN tidemark.batches b USING (sequence)
    ) f GROUP BY stream_id
  )
  UPDATE tidemark.streams s SET bytes = s.bytes - freed.bytes FROM freed WHERE s.stream_id = freed.stream_id`;

/**
 * Deletes the summaries in the middle of a stream within the transaction that locked the stream. $1 stream, $2 number kept at
 * each end
 */
export const forgetMiddleStatement: string = `
  WITH middle AS (${postgresMiddleStatement({
    last: `(SELECT b.sequence FROM tidemark.batches b WHERE b.stream_id = $1 AND b.in_references
      ORDER BY b.sequence DESC OFFSET $2::bigint - 1 LIMIT 1)`,
  })}), gone AS (
    DELETE FROM tidemark.summaries WHERE stream_id = $1 AND sequence IN (SELECT sequence FROM middle)
  )
  UPDATE tidemark.streams SET bytes = bytes - coalesce((SELECT sum(m.bytes) FROM middle m), 0)
  WHERE stream_id = $1 AND EXISTS (SELECT FROM middle)`;
