// A batch's charts for the service's pages, drawn from the stored summary. `check --out` draws the same charts.

import { checkResultSchema } from "../monitoring/streams/check-result-schema.ts";
import { parseStoredValue } from "../storage/stored-value.ts";
import { type PicturedSection, picturedSection } from "./pictured-section.ts";
import type { ServedModels } from "./served-models.ts";
import { batchPageModel, batchPagePast } from "./write-batch-page.ts";

export interface PicturedBatch {
  /** Name of the model's folder. */
  readonly model: string;
  /** The charts; empty if the batch was rejected, or its summary is no longer stored. */
  readonly sections: readonly PicturedSection[];
}

/** Draws a batch's charts; null if there is no such batch. @throws UnknownModel if there is no such model */
export async function pictureServedBatch(
  served: Pick<ServedModels, "namedLedger" | "use">,
  { project, model, stream, batch }: Readonly<Record<"project" | "model" | "stream" | "batch", string>>,
): Promise<PicturedBatch | null> {
  const { folder, ledger } = await served.namedLedger(project, model);
  const stored = (await ledger?.streams.find(stream, batch)) ?? null;
  if (stored === null) return null;
  const result = parseStoredValue(checkResultSchema, stored.result, `batch "${batch}"`);
  if (result.verdict === "rejected" || !stored.hasSummary) return { model: folder, sections: [] };
  return served.use(project, folder, async (handle) => {
    const own = handle.stream(stream);
    const measurement = await own.measurement(batch);
    if (measurement === null) return { model: folder, sections: [] };
    const [{ batchPictureSections }, { batchPicture }] = await Promise.all([
      import("../report/batch-picture-sections.ts"),
      import("../report/batch-picture.ts"),
    ]);
    const past = batchPagePast(await own.memory(), handle.watched);
    const picture = batchPicture(measurement, past, batchPageModel(handle.watched));
    return { model: folder, sections: batchPictureSections(result, picture).map(picturedSection) };
  });
}
