// What happened, as a tracking server is told of it: the lines of tracking.jsonl. The file is written before anything is
// sent, so that it can be replayed at any time; a replay in whole or in part leaves the server as one sending would.

import { z } from "zod";

/** MLflow's words. */
export type RunStatus = "RUNNING" | "FINISHED" | "FAILED" | "KILLED";

export interface TrackedDataset {
  readonly name: string;
  readonly digest: string;
  readonly files: readonly string[];
  readonly rows: number;
  readonly columns: readonly { readonly name: string; readonly type: "float" | "string" }[];
}

/**
 * One of:
 * - `log`: opens the file. `id` tells its runs from all others on any server
 * - `run`: begins a run. Events name it by `run`, unique in the log
 * - `params`, `tags`, `metrics`, `dataset`, `artifact`: belong to a run. An artifact's `file` is relative to the log's folder;
 *   `content` is there where the file changes later
 * - `status`: a run ended, or goes on
 * - `version`: the artifacts under `path` become a version of the registered model `name`
 * - `complete`: the server has all of the log, if it refused nothing
 *
 * Times are milliseconds since 1970.
 */
export type TrackingEvent =
  | { type: "log"; id: string; experiment: string }
  | { type: "run"; run: string; name: string; parent: string | null; at: number; tags: Record<string, string> }
  | { type: "params"; run: string; params: Record<string, string> }
  | { type: "tags"; run: string; tags: Record<string, string> }
  | { type: "metrics"; run: string; at: number; step: number; values: Record<string, number> }
  | { type: "dataset"; run: string; dataset: TrackedDataset }
  | { type: "artifact"; run: string; file: string; path: string; content?: string }
  | { type: "status"; run: string; status: RunStatus; at: number }
  | { type: "version"; run: string; name: string; alias: string | null; path: string }
  | { type: "complete"; run: string };

const texts = z.record(z.string(), z.string());
/** JSON writes null for what is no finite number. */
const metric = z
  .number()
  .nullable()
  .transform((value) => value ?? Number.NaN);
const run = z.string().min(1);
const at = z.int().min(0);

export const trackingEventSchema: z.ZodType<TrackingEvent> = z.discriminatedUnion("type", [
  z.object({ type: z.literal("log"), id: z.string().min(1), experiment: z.string().min(1) }),
  z.object({ type: z.literal("run"), run, name: z.string(), parent: run.nullable(), at, tags: texts }),
  z.object({ type: z.literal("params"), run, params: texts }),
  z.object({ type: z.literal("tags"), run, tags: texts }),
  z.object({ type: z.literal("metrics"), run, at, step: z.int(), values: z.record(z.string(), metric) }),
  z.object({
    type: z.literal("dataset"),
    run,
    dataset: z.object({
      name: z.string(),
      digest: z.string(),
      files: z.array(z.string()),
      rows: z.int().min(0),
      columns: z.array(z.object({ name: z.string(), type: z.enum(["float", "string"]) })),
    }),
  }),
  z.object({
    type: z.literal("artifact"),
    run,
    file: z.string().min(1),
    path: z.string().min(1),
    content: z.string().exactOptional(),
  }),
  z.object({ type: z.literal("status"), run, status: z.enum(["RUNNING", "FINISHED", "FAILED", "KILLED"]), at }),
  z.object({
    type: z.literal("version"),
    run,
    name: z.string().min(1),
    alias: z.string().min(1).nullable(),
    path: z.string(),
  }),
  z.object({ type: z.literal("complete"), run }),
]);
