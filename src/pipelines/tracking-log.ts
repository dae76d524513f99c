import { join } from "node:path";
import { UserError } from "../errors.ts";
import { readJsonLines } from "../store/atomic-file.ts";
import { trackingFile } from "../store/model-folder.ts";
import { type TrackingEvent, trackingEventSchema } from "../tracking/tracking-event.ts";

/**
 * The events of a tracking.jsonl; none where there is no file.
 * @throws UserError that names the line which is none
 */
export async function readTrackingLog(path: string): Promise<TrackingEvent[]> {
  return (await readJsonLines(path)).map((line, i) => {
    const event = trackingEventSchema.safeParse(line);
    if (event.success) return event.data;
    const { path: field, message } = event.error.issues[0]!;
    throw new UserError(`${path}, line ${i + 1}: not an event: ${[...field, message].join(": ")}`, {
      advice: "It is written by train alone. Restore it from a copy, or remove it: then this training is not reported.",
    });
  });
}

/** Where the checks of a model are reported: beside its training. */
export async function experimentOf(model: string): Promise<string> {
  const [first] = await readTrackingLog(join(model, trackingFile));
  return first?.type === "log" ? first.experiment : "tidemark";
}
