// Measures which cause `check` names first. Each fault begins after some healthy batches. As in `check`, causes are searched
// for only in batches that raise an alarm or look unfamiliar, here among the first faulty batches.

import type { DriftVerdict } from "../src/monitoring/drift/drift-state.ts";
import type { Rng } from "../src/random.ts";
import { measureBatch, withSuspectedFaults } from "./day-streams.ts";
import type { InjectedFault } from "./drift-injections.ts";
import { judgeWithMemory, newMonitorMemory } from "./drift-judges.ts";
import type { DriftHalf } from "./drift-sets.ts";
import { type DayStream, pastBatches } from "./drift-simulation.ts";

export const causedBatches = 6;

export interface CauseAnswer {
  readonly user: string;
  readonly verdict: DriftVerdict;
  /** The kind of the first cause; null if no cause was found. */
  readonly named: string | null;
  readonly isRight: boolean;
}

/**
 * Returns the answers for the batches in which causes are searched for, or for batches of a drift-free stream if `fault` is
 * null.
 */
export async function watchCauses(
  { model }: DriftHalf,
  { user, columns, batches }: DayStream,
  fault: InjectedFault | null,
  rng: Rng,
): Promise<CauseAnswer[]> {
  const begun = fault?.begin(rng);
  let memory = newMonitorMemory;
  for (const { measured } of batches.slice(0, pastBatches)) {
    memory = (await judgeWithMemory(measured, memory, model)).after;
  }
  const answers: CauseAnswer[] = [];
  for (let i = 0; i < Math.min(causedBatches, batches.length - pastBatches); i++) {
    const healthy = columns(pastBatches + i);
    const batch = await measureBatch(model, begun?.change(healthy, i + 1) ?? healthy);
    const { result, after } = await judgeWithMemory(batch, memory, model);
    if (result.verdict !== "normal" || result.unfamiliar) {
      const asked = await judgeWithMemory(await withSuspectedFaults(model, batch), memory, model);
      const [first] = asked.result.likely_causes;
      const channels = begun?.channels ?? first?.channels;
      const isRight = first !== undefined && first.kind === fault?.cause && channels?.join() === first.channels.join();
      answers.push({ user, verdict: result.verdict, named: first?.kind ?? null, isRight });
    }
    memory = after;
  }
  return answers;
}
