// An administrator's decisions about a service's streams: accepting or excluding a batch, and resetting, retiring or erasing a
// stream. The store records each decision with its reason.

import { UserError } from "../errors.ts";
import { eraseFromAlertOutbox } from "../report/alert-outbox.ts";
import { defaultProject } from "../storage/opened-store.ts";
import { StoreUnavailable } from "../storage/store-unavailable.ts";
import type { ActionNote, UserAction } from "../storage/stream-actions.ts";
import { eraseStreamOf, retireStreamOf, UnknownStream } from "./change-streams.ts";
import type { ServedModels } from "./served-models.ts";
import { hasStream } from "./streams.ts";

/** The decisions that are available on the pages. */
export type ServedAction = Exclude<UserAction, "rename">;

/** A decision: the action, the stream and batch that it concerns, its author and its reason. */
export interface ServedDecision {
  readonly project: string;
  readonly model: string;
  readonly stream: string;
  /** Id of the batch; null if the decision concerns the whole stream. */
  readonly batch: string | null;
  readonly action: ServedAction;
  readonly who: string;
  readonly reason: string;
}

export interface Decided {
  /** Name of the model folder. */
  readonly model: string;
  /** False if the stream or batch was already in the requested state. */
  readonly changed: boolean;
  /** Number of batches that were erased; null for other actions. */
  readonly batches: number | null;
}

/** The stream or batch does not exist. */
export class NothingToDecide extends UserError {
  override readonly name: string = "NothingToDecide";
}

/** The decision is not possible in the current state. */
export class RefusedDecision extends UserError {
  override readonly name: string = "RefusedDecision";
}

/** @throws UnknownModel, NothingToDecide, RefusedDecision, or StoreUnavailable if the store cannot be reached */
export async function decideServed(
  served: Pick<ServedModels, "namedLedger" | "use">,
  { project, model, stream, batch, action, who, reason }: ServedDecision,
  now: () => Date = () => new Date(),
): Promise<Decided> {
  const { folder, ledger } = await served.namedLedger(project, model);
  const isKnown =
    ledger !== null &&
    (batch === null ? await hasStream(ledger.streams, stream) : (await ledger.streams.find(stream, batch)) !== null);
  // The remains of an interrupted erasure are removed nevertheless.
  if (!isKnown && action !== "erase") throw nothingToDecide(folder, stream, batch);
  const note: ActionNote = { at: now().toISOString(), who, reason };
  const where = { stream, model: folder };
  try {
    return await served.use(project, folder, async (handle) => {
      switch (action) {
        case "accept":
        case "exclude": {
          if (batch === null) throw new TypeError(`${action}: expected a batch`);
          const changed = await decideOrRefuse(() =>
            handle.stream(stream).decideByHand(action, batch, { who, reason }),
          );
          return { model: folder, changed, batches: null };
        }
        case "reset":
          await handle.store.reset([stream], note);
          return { model: folder, changed: true, batches: null };
        case "retire":
          return { model: folder, changed: (await retireStreamOf(handle.store, where, note)).changed, batches: null };
        case "erase": {
          // The outbox in a model's folder belongs to `check`, which has no projects.
          if (project === defaultProject) await eraseFromAlertOutbox(handle.watched.folder.directory, stream);
          const { batches } = await eraseStreamOf(handle.store, where, note);
          return { model: folder, changed: true, batches };
        }
        default:
          throw new TypeError(`decide: unknown action ${action satisfies never}`);
      }
    });
  } catch (error) {
    throw error instanceof UnknownStream ? nothingToDecide(folder, stream, batch) : error;
  }
}

async function decideOrRefuse<T>(decide: () => Promise<T>): Promise<T> {
  try {
    return await decide();
  } catch (error) {
    if (!(error instanceof UserError) || error instanceof StoreUnavailable) throw error;
    throw new RefusedDecision(error.headline, { details: error.details, cause: error });
  }
}

function nothingToDecide(model: string, stream: string, batch: string | null): NothingToDecide {
  const what = batch === null ? "" : `batch ${JSON.stringify(batch)} of `;
  return new NothingToDecide(`model ${model} has no ${what}stream ${JSON.stringify(stream)}`, {
    advice: "GET /v1/streams lists the streams.",
  });
}
