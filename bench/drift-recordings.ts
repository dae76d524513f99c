// Cuts MotionSense into chunks of 15 s.

import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Chunk, Group } from "../src/monitoring/drift/rehearsal.ts";
import {
  type BaselineReference,
  baselineReference,
  baselineReferenceGrids,
} from "../src/monitoring/summaries/baseline-reference.ts";
import type { BatchSummary } from "../src/monitoring/summaries/batch-summary.ts";
import { type ClassSummaries, mergeClassSummaries } from "../src/monitoring/summaries/class-summaries.ts";
import { joinColumns } from "../src/monitoring/summaries/join-columns.ts";
import {
  offsetSensorSignals,
  sensorsForSignals,
  withSensorSignals,
} from "../src/monitoring/summaries/sensor-signals.ts";
import { type Columns, Summarizer } from "../src/monitoring/summaries/summarize.ts";
import { readRecordings } from "../src/signals/data/read-recordings.ts";
import type { Sensor } from "../src/signals/sensors/sensor.ts";
import { sensorsByName } from "../src/signals/sensors/sensors-by-name.ts";

const samplingRateHz = 50;
export const chunkSeconds = 15;
const chunkRows = samplingRateHz * chunkSeconds;

const file = fileURLToPath(new URL("../../shared/data/motionsense/motionsense.parquet", import.meta.url));
export const withoutRecordings: boolean = !existsSync(file);

interface RawChunk extends Omit<Chunk, "summary" | "shifted"> {
  readonly columns: Columns;
}

export interface RawPerson {
  readonly name: string;
  readonly chunks: readonly RawChunk[];
}

export async function readPeople(): Promise<RawPerson[]> {
  const { recordings } = await readRecordings([file], { requireLabels: true });
  const { channels, values, stretches } = recordings;
  return [...Map.groupBy(stretches, ({ user }) => user)].map(([name, own]) => ({
    name,
    chunks: own.flatMap(({ recording, label, start, end }) =>
      Array.from({ length: Math.floor((end - start) / chunkRows) }, (_, i) => {
        const from = start + i * chunkRows;
        const columns = channels.map((channel, c) => [channel, values[c]!.subarray(from, from + chunkRows)] as const);
        return { recording, label, columns: Object.fromEntries(columns) };
      }),
    ),
  }));
}

function sensorsOf(columns: Columns): readonly Sensor[] {
  return sensorsForSignals(sensorsByName(Object.keys(columns)));
}

export function baselineOf(people: readonly RawPerson[]): BaselineReference {
  const chunks = people.flatMap((person) => person.chunks);
  return baselineReference(
    joinColumns(chunks.map(({ columns }) => withSensorSignals(columns, sensorsOf(columns), samplingRateHz))),
  );
}

/** True labels take the place of predicted classes. */
const classes: readonly string[] = ["downstairs", "jogging", "sitting", "standing", "upstairs", "walking"];

function ofClass(label: string | null, summary: BatchSummary): ClassSummaries {
  return classes.map((name) => (name === label ? summary : null));
}

/** @param shiftSd by how much the copies of the chunks are shifted, in standard deviations of the baseline */
export function groupsOf(people: readonly RawPerson[], baseline: BaselineReference, shiftSd = 0.6): Group[] {
  const summarizer = new Summarizer(baselineReferenceGrids(baseline));
  return people.map(({ name, chunks }) => ({
    name,
    chunks: chunks.map((chunk) => ({
      recording: chunk.recording,
      label: chunk.label,
      summary: summarizeChunks([chunk], summarizer),
      shifted: Object.fromEntries(
        Object.keys(chunk.columns).map((channel) => {
          const moved = offsetSensorSignals(
            chunk.columns,
            sensorsOf(chunk.columns),
            channel,
            shiftSd * baseline[channel]!.summary.std,
          );
          const grids = Object.fromEntries(Object.keys(moved).map((name) => [name, baseline[name]!.edges]));
          return [channel, ofClass(chunk.label, new Summarizer(grids).summarize(moved))];
        }),
      ),
    })),
  }));
}

/** Changes the values of a channel. */
type Fault = (values: Float32Array, channel: string) => Float32Array;

export function summarizeChunks(chunks: readonly RawChunk[], summarizer: Summarizer, fault?: Fault): ClassSummaries {
  return mergeClassSummaries(
    chunks.map(({ label, columns }) => {
      const changed = Object.entries(columns).map(([name, values]) => [name, fault?.(values, name) ?? values]);
      const signals = withSensorSignals(Object.fromEntries(changed), sensorsOf(columns), samplingRateHz);
      return ofClass(label, summarizer.summarize(signals));
    }),
  );
}
