// Makes a training run resumable: run.json identifies the run, and each fit writes its checkpoint to the same folder. Rerunning
// a completed fit from its checkpoint takes almost no time, so nothing else is stored.

import { z } from "zod";
import { UserError } from "../errors.ts";
import type { FitName } from "../learning/training/fit-events.ts";
import { decodeFitState, type FitEpoch } from "../learning/training/fit-state.ts";
import type { FitCheckpoints } from "../learning/training/run-fit.ts";
import { snakeKeys } from "../letter-case.ts";
import { defaultsOfLaterOptions, presentRecordedNames } from "../options/recorded-options.ts";
import { shellCommand, shellPath } from "../shell-words.ts";
import { writeFileAtomic } from "../storage/atomic-file.ts";
import { readFileInside } from "../storage/file-inside.ts";
import { canonicalJsonToHash } from "../storage/hash.ts";
import { removeStagingCommand, type Staging } from "../storage/staging.ts";
import { currentVersions } from "../versions.ts";

interface RunState {
  config: Record<string, unknown>;
  data_fingerprint: string;
  tidemark: string;
  engine: string;
}

const runStateSchema: z.ZodType<RunState> = z.object({
  config: z.record(z.string(), z.unknown()),
  data_fingerprint: z.string(),
  tidemark: z.string(),
  engine: z.string(),
});

/**
 * Starts the run in `staging`, or resumes an existing one.
 *
 * @param options the options that affect the result, excluding those that affect only speed or paths. The fingerprint
 * identifies the data.
 * @throws UserError if the run in `staging` has different data, options or versions; the message lists all differences
 */
export async function enterResumableRun(
  staging: Staging,
  options: Readonly<Record<string, unknown>>,
  dataFingerprint: string,
): Promise<void> {
  const { tidemark, onnxruntime } = currentVersions();
  const current: RunState = {
    config: snakeKeys(options),
    data_fingerprint: dataFingerprint,
    tidemark,
    engine: `onnxruntime ${onnxruntime}`,
  };
  if (staging.state === null) return staging.saveState(current);
  const before = runStateSchema.safeParse(staging.state);
  const again = `remove the unfinished run to start again: ${removeStagingCommand(staging.out)}`;
  const advice = `Run the original command with --resume, or ${again}`;
  if (!before.success) throw new UserError(`--resume: ${staging.path("run.json")} cannot be read`, { advice });
  const differences = resumableRunDifferences(
    { ...before.data, config: presentRecordedNames(before.data.config) },
    current,
  );
  if (differences.length === 0) return;
  // The default of an omitted option may have changed since the original command.
  throw new UserError("--resume: this command differs from the interrupted run:", {
    details: differences,
    advice: `Run the original command with --resume and the same values of these options, or ${again}`,
  });
}

function resumableRunDifferences(before: RunState, now: RunState): string[] {
  const names = [...new Set([...Object.keys(before.config), ...Object.keys(now.config)])];
  const show = (value: unknown): string => (value === undefined ? "not given" : JSON.stringify(value));
  const options = names.flatMap((name) => {
    const [old, current] = [before.config[name] ?? defaultsOfLaterOptions[name], now.config[name]];
    if (canonicalJsonToHash(old ?? null) === canonicalJsonToHash(current ?? null)) return [];
    return [`--${name.replaceAll("_", "-")}: was ${show(old)}, is ${show(current)}`];
  });
  return [
    ...options,
    ...(before.data_fingerprint === now.data_fingerprint ? [] : ["data: the content of the recordings has changed"]),
    ...(before.tidemark === now.tidemark ? [] : [`Tidemark: was ${before.tidemark}, is ${now.tidemark}`]),
    ...(before.engine === now.engine ? [] : [`engine: was ${before.engine}, is ${now.engine}`]),
  ];
}

/** The checkpoints of the run in `staging`, one file per fit. */
export function resumableCheckpoints(staging: Pick<Staging, "directory" | "path">): FitCheckpoints {
  const nameOf = (fit: FitName): string => `${fit}.checkpoint`;
  return {
    read: async (fit) => {
      const bytes = await readFileInside(staging.directory, nameOf(fit));
      return bytes === null ? null : { bytes, epochs: readResumableEpochs(bytes, staging.path(nameOf(fit))) };
    },
    write: (fit, bytes) => writeFileAtomic(staging.path(nameOf(fit)), bytes),
  };
}

function readResumableEpochs(checkpoint: Uint8Array, path: string): readonly FitEpoch[] {
  try {
    return decodeFitState(checkpoint).progress.epochs;
  } catch (cause) {
    throw new UserError(`--resume: ${path} is damaged: ${cause instanceof Error ? cause.message : cause}`, {
      advice: `Remove it to start this fit again: ${shellCommand("rm", shellPath(path))}`,
      cause,
    });
  }
}
