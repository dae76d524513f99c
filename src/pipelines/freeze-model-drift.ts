import { parseDay } from "../day.ts";
import type { DriftBaseline } from "../monitoring/drift/drift-baseline.ts";
import { sensorsForSignals } from "../monitoring/summaries/sensor-signals.ts";
import type { TrainConfig } from "../options/resolve-config.ts";
import { Rng } from "../random.ts";
import type { Reporter } from "../reporter.ts";
import type { WindowSet } from "../signals/data/windows.ts";
import { type CalibrationEvent, calibrationProgress } from "./calibration-progress.ts";
import { freezeInThreads, freezeThreads } from "./freeze-in-threads.ts";
import type { TrainingData } from "./prepare-training.ts";

/**
 * Freezes the part of the baseline with which `check` compares batches.
 * @param calibrated [W, K] out-of-fold probabilities after temperature scaling
 * @param options.signals see `freezeDriftBaseline`
 * @param run.reporter receives the progress of the calibration
 * @param run.also pseudo-labelled windows
 * @throws Interrupted if `run.signal` is aborted during the calibration
 */
export function freezeModelDrift(
  windows: WindowSet,
  calibrated: Float32Array,
  {
    overlap,
    referenceBatches,
    day,
    seed,
    jobs,
    sensors,
    signals,
  }: Pick<TrainConfig, "overlap" | "referenceBatches" | "day" | "seed" | "jobs"> &
    Pick<TrainingData, "sensors"> & { readonly signals?: readonly string[] },
  run: {
    reporter: Pick<Reporter<CalibrationEvent>, "event">;
    signal?: AbortSignal | undefined;
    also?: WindowSet | undefined;
  },
): Promise<DriftBaseline> {
  const options = {
    overlap,
    referenceBatches,
    day: parseDay(day),
    rng: Rng.fromSeed(seed).split("drift").state,
    ...(signals !== undefined && { signals }),
  };
  const { signal } = run;
  return freezeInThreads(
    {
      windows,
      sensors: sensorsForSignals(sensors),
      probabilities: calibrated,
      options,
      ...(run.also !== undefined && { also: run.also }),
    },
    { threads: freezeThreads(windows, jobs), progress: calibrationProgress(run.reporter), signal },
  );
}
