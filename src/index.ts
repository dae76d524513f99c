// The public API, by room. Every command of the command line is one function here.

import "./refuse-old-node.ts";

// options and errors
export type {
  CheckConfig,
  CheckOptions,
  CompactConfig,
  CompactOptions,
  DriftBenchConfig,
  DriftBenchOptions,
  PredictConfig,
  PredictOptions,
  RetrainConfig,
  RetrainOptions,
  SimulateConfig,
  SimulateOptions,
  SyncConfig,
  SyncOptions,
  TrainConfig,
  TrainOptions,
} from "./config.ts";
export {
  readConfigFile,
  resolveCheckConfig,
  resolveCompactConfig,
  resolveDriftBenchConfig,
  resolvePredictConfig,
  resolveRetrainConfig,
  resolveSimulateConfig,
  resolveSyncConfig,
  resolveTrainConfig,
} from "./config.ts";
export { exitCodes, Interrupted, UserError, verdictExitCodes } from "./errors.ts";
export type { ClassificationMetrics } from "./learning/evaluation/classification-metrics.ts";
export type { LeakageReport } from "./learning/evaluation/leakage.ts";
export type { RetrainReport } from "./learning/pseudo-labeling/retrain-report.ts";
export type { CvReport } from "./learning/training/cv-report.ts";
// the files of a model folder
export type { BaselineStats } from "./monitoring/drift/baseline-stats.ts";
export type { DriftBaseline } from "./monitoring/drift/drift-baseline.ts";
export type { CheckResult, JudgedBatch, RejectedBatch } from "./monitoring/streams/check-result.ts";
export { type Monitor, openMonitor } from "./monitoring/streams/open-monitor.ts";
export type { RollingReference } from "./monitoring/streams/rolling-reference.ts";
export type { DeviceModel } from "./monitoring/summaries/device-model.ts";
export { type ShownBaseline, showBaseline, validateBaseline } from "./pipelines/baseline.ts";
export { type CheckAnswer, check } from "./pipelines/check.ts";
export { type CompactedLedger, compactLedger } from "./pipelines/compact-ledger.ts";
export { deviceModel } from "./pipelines/device-model.ts";
export { type DriftBenchResult, driftBench } from "./pipelines/drift-bench.ts";
export {
  listModels,
  type ModelVersion,
  type Promotion,
  promote,
  rollback,
  type ShownModel,
  showModel,
} from "./pipelines/models.ts";
export { type PredictResult, predict } from "./pipelines/predict.ts";
export { decideReference, resetReference, type ShownReference, showReference } from "./pipelines/reference.ts";
export { type RetrainResult, retrain } from "./pipelines/retrain.ts";
export { type SimulateResult, simulate } from "./pipelines/simulate.ts";
// pipelines
export { type SyncResult, sync } from "./pipelines/sync.ts";
export {
  type FitName,
  type TrainEvent,
  type TrainResult,
  type TrainSummary,
  train,
} from "./pipelines/train.ts";
export type { Reporter } from "./reporter.ts";
export type { QualityReport } from "./signals/data/quality.ts";
export type { Scaler } from "./signals/preprocessing/scaler.ts";
// store
export type { Labels } from "./storage/store/labels.ts";
export type { Manifest } from "./storage/store/manifest.ts";
export { type ModelFolder, modelFiles, openModelFolder } from "./storage/store/model-folder.ts";
