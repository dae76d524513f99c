import { basename, dirname, join } from "node:path";
import { UserError } from "../errors.ts";
import { ArtifactFiles } from "../storage/artifact-files.ts";
import { readFileInside } from "../storage/file-inside.ts";
import { trackingFile } from "../storage/model-folder.ts";
import { longestLog, parseTrackingLog, unparsableTrackingLog } from "../storage/parse-tracking-log.ts";
import type { TrackingEvent } from "../storage/tracking-event.ts";

/**
 * Reads the events in a tracking.jsonl file; returns none if there is no file.
 * @throws UserError if a line is not an event; the message names the first such line
 */
export async function readTrackingLog(path: string): Promise<TrackingEvent[]> {
  const bytes = await readFileInside(dirname(path), basename(path), longestLog);
  return bytes === null ? [] : parseTrackingLog(bytes.toString(), path);
}

export interface SendableLog {
  readonly events: readonly TrackingEvent[];
  readonly artifacts: ArtifactFiles;
}

/**
 * Reads a folder's log and checks everything that would be sent.
 * @throws UserError if a line is not valid or its artifact does not match the manifest; the message names the line
 */
export async function openSendableTrackingLog(directory: string): Promise<SendableLog> {
  const path = join(directory, trackingFile);
  const events = await readTrackingLog(path);
  const artifacts = await ArtifactFiles.open(directory);
  for (const [i, event] of events.entries()) {
    if (event.type !== "artifact") continue;
    await artifacts.read(event).catch((error: unknown) => {
      if (!(error instanceof UserError)) throw error;
      // The log itself is at fault only if a file name or content stored in it is wrong.
      if (!artifacts.lists(event.file) || event.content !== undefined) {
        throw unparsableTrackingLog(path, i + 1, `artifact: ${error.message}`);
      }
      const { headline, details, advice = "Restore the file from a copy of the model folder." } = error;
      throw new UserError(`${path}, line ${i + 1}: artifact: ${headline}`, { details, advice, cause: error });
    });
  }
  return { events, artifacts };
}

/**
 * The experiment of a model's training run. The model's checks are reported to the experiment of this name with /monitoring.
 */
export async function readTrackingLogExperiment(model: string): Promise<string> {
  return trackingLogExperiment(await readTrackingLog(join(model, trackingFile)));
}

export function trackingLogExperiment([first]: readonly TrackingEvent[]): string {
  return first?.type === "log" ? first.experiment : "tidemark";
}
