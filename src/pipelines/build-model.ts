// Computes the complete content of a model folder from the fits, without writing anything.

import { basename } from "node:path";
import type { CvReport } from "../learning/training/cv-report.ts";
import type { BaselineStats } from "../monitoring/drift/baseline-stats.ts";
import { baselineFromDescribedValues } from "../monitoring/drift/describe-values.ts";
import type { DriftBaseline } from "../monitoring/drift/drift-baseline.ts";
import { sealBaseline } from "../monitoring/streams/seal-baseline.ts";
import { fitHistory } from "../report/fit-history.ts";
import type { HistoryRow } from "../report/history-row.ts";
import type { Reporter } from "../reporter.ts";
import { sha256Bytes } from "../storage/hash.ts";
import { jsonFileText } from "../storage/json-file.ts";
import { modelFiles } from "../storage/model-folder.ts";
import type { CalibrationEvent } from "./calibration-progress.ts";
import { freezeModelDrift } from "./freeze-model-drift.ts";
import { modelReport } from "./model-report.ts";
import { testSetReport } from "./test-set.ts";
import type { TrainEvent } from "./train-events.ts";
import type { TrainedModel } from "./trained-model.ts";

type TestSetEvent = Extract<TrainEvent, { type: "test-set" }>;

/** A complete model that has not been written to its folder yet. */
export interface BuiltModel {
  readonly modelVersion: string;
  readonly network: Uint8Array;
  readonly scaler: string;
  readonly baseline: BaselineStats & { readonly drift: DriftBaseline };
  readonly cvReport: CvReport;
  readonly history: readonly HistoryRow[];
}

/**
 * Computes everything that depends on the fits, without writing anything.
 * @throws Interrupted if `signal` is aborted during the calibration
 */
export async function buildModel(
  model: TrainedModel,
  reporter: Pick<Reporter<CalibrationEvent | TestSetEvent>, "event">,
  signal?: AbortSignal,
): Promise<BuiltModel> {
  const { data, config, crossValidation, outcomes, final, also, createdAt } = model;
  const { recordings, windows } = data;
  const { temperature } = crossValidation;
  const fitted = { ...final, network: data.network, scaler: model.scaler, temperature };
  const { exportNetwork } = await import("../learning/training/export-network.ts");
  const network = await exportNetwork(fitted, windows);
  const modelVersion = nameOfBuiltModel(config.out, createdAt, network);
  const testSet = data.testSet === undefined ? undefined : await testSetReport(data.testSet, network, config.jobs);
  if (testSet !== undefined) reporter.event({ type: "test-set", report: testSet });
  const scaler = jsonFileText(model.scaler);
  const scalerHash = sha256Bytes(scaler);
  const described = {
    ...baselineFromDescribedValues(data.described, {
      sourceFile: recordings.files,
      scalerPath: modelFiles.scaler,
      scalerHash,
      modelVersion,
      createdAt,
    }),
    drift: await freezeModelDrift(
      windows,
      crossValidation.calibrated,
      { ...config, sensors: data.sensors },
      { reporter, signal, also },
    ),
  };
  const baseline = sealBaseline(described, {
    modelVersion,
    scalerHash,
    channels: windows.channels,
    sensors: data.sensors,
    classes: windows.classes,
    samplingRateHz: config.rate,
  });
  const history = fitHistory(outcomes, final);
  return {
    modelVersion,
    network,
    scaler,
    baseline,
    cvReport: modelReport(model, modelVersion, testSet),
    history,
  };
}

/**
 * A readable, unique version name, built from the folder's name, the time and a hash of the content, such as
 * walk-20260504-0302-1f2e3d4c.
 */
function nameOfBuiltModel(out: string, createdAt: Date, network: Uint8Array): string {
  const name = basename(out).replace(/[^A-Za-z0-9._-]+/g, "-") || "model";
  const time = createdAt.toISOString();
  const stamp = `${time.slice(0, 10).replaceAll("-", "")}-${time.slice(11, 16).replace(":", "")}`;
  return `${name}-${stamp}-${sha256Bytes(network).slice("sha256:".length).slice(0, 8)}`;
}
