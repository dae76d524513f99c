// The tables that `streams list --out` and `streams show --out` write: one row per stream or batch, for other programs.
import type { ShownStream, StreamList } from "../monitoring/streams/stream-answers.ts";
import { spreadsheetSafe } from "../signals/files/spreadsheet-safe.ts";
import { type TableColumn, writeTable } from "../signals/files/write-table.ts";

type Cell = string | number | boolean | null;

interface Written {
  readonly spreadsheetSafe: boolean;
}

const writtenStreamSeconds = (time: string | null): number | null => (time === null ? null : Date.parse(time) / 1000);

/** Writes one row per stream. @throws UserError if the file cannot be written */
export async function writeStreamsList(out: string, { streams }: StreamList, written: Written): Promise<void> {
  await writeStreamRows(out, streams, written, {
    stream: ["string", ({ stream }) => stream],
    state: ["string", ({ state }) => state],
    since: ["timestamp", ({ since }) => writtenStreamSeconds(since)],
    confirmed: ["boolean", ({ confirmed }) => confirmed],
    reference: ["string", ({ reference }) => reference],
    channel: ["string", ({ channel }) => channel],
    last_batch_id: ["string", ({ last }) => last.batch_id],
    last_received_at: ["timestamp", ({ last }) => writtenStreamSeconds(last.received_at)],
    last_verdict: ["string", ({ last }) => last.verdict],
    last_status: ["string", ({ last }) => last.status],
    last_evidence: ["double", ({ last }) => last.evidence],
    silent: ["boolean", ({ silence }) => silence.silent],
    seconds_since_last_batch: ["double", ({ silence }) => silence.seconds],
    usual_interval_seconds: ["double", ({ silence }) => silence.usual_interval_seconds],
    batches: ["integer", ({ batches }) => batches.total],
    accepted: ["integer", ({ batches }) => batches.accepted],
    doubtful: ["integer", ({ batches }) => batches.doubtful],
    alarmed: ["integer", ({ batches }) => batches.alarmed],
    rejected: ["integer", ({ batches }) => batches.rejected],
    excluded: ["integer", ({ batches }) => batches.excluded],
    retired_at: ["timestamp", ({ retired_at }) => writtenStreamSeconds(retired_at)],
  });
}

/** Writes one row per batch. @throws UserError if the file cannot be written */
export async function writeStreamsHistory(out: string, shown: ShownStream, written: Written): Promise<void> {
  await writeStreamRows(out, shown.history, written, {
    stream: ["string", () => shown.stream],
    number: ["integer", ({ number }) => number],
    batch_id: ["string", ({ batch_id }) => batch_id],
    received_at: ["timestamp", ({ received_at }) => writtenStreamSeconds(received_at)],
    data_from: ["timestamp", ({ data_from }) => writtenStreamSeconds(data_from)],
    data_to: ["timestamp", ({ data_to }) => writtenStreamSeconds(data_to)],
    verdict: ["string", ({ verdict }) => verdict],
    confirmed: ["boolean", ({ confirmed }) => confirmed],
    status: ["string", ({ status }) => status],
    reason: ["string", ({ reason }) => reason],
    in_references: ["boolean", ({ in_references }) => in_references],
    evidence: ["double", ({ evidence }) => evidence],
    raised_by: ["string", ({ raised_by }) => raised_by],
    alarm_since: ["string", ({ alarm_since }) => alarm_since],
    change_point: ["string", ({ change_point }) => change_point],
    doubtful: ["boolean", ({ doubtful }) => doubtful],
    unfamiliar: ["boolean", ({ unfamiliar }) => unfamiliar],
    leading: ["string", ({ leading }) => leading],
    channel: ["string", (own) => writtenStreamComparison(own)?.channel ?? null],
    statistic: ["string", (own) => writtenStreamComparison(own)?.statistic ?? null],
    score: ["double", (own) => writtenStreamComparison(own)?.score ?? null],
    p_value: ["double", (own) => writtenStreamComparison(own)?.p_value ?? null],
    likely_cause: ["string", ({ likely_causes: [cause] }) => (cause ? writtenStreamCauses(cause) : null)],
    estimated_accuracy: ["double", ({ accuracy }) => accuracy?.estimate ?? null],
    windows: ["integer", ({ windows }) => windows],
    seconds: ["double", (own) => own.seconds],
  });
}

function writtenStreamComparison({ comparisons, leading }: ShownStream["history"][number]) {
  return comparisons.find(({ reference }) => reference === leading);
}

function writtenStreamCauses({
  channels,
  fault,
}: {
  readonly channels: readonly string[];
  readonly fault: string;
}): string {
  return `${channels.length === 0 ? "the batch" : channels.join(", ")} ${fault}`;
}

async function writeStreamRows<Row>(
  out: string,
  rows: readonly Row[],
  { spreadsheetSafe: isSafe }: Written,
  columns: Readonly<Record<string, readonly [TableColumn["type"], (row: Row) => Cell]>>,
): Promise<void> {
  const table = Object.entries(columns).map(([name, [type, cell]]): TableColumn => {
    return { name, type, values: rows.map(cell) };
  });
  await writeTable(out, isSafe ? spreadsheetSafe(table) : table);
}
