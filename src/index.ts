// The public API, by room. Every command of the command line is one function here.

// the files of a model folder
export type { BaselineStats } from "./baseline/baseline-stats.ts";
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
export type { QualityReport } from "./data/quality.ts";
export { exitCodes, Interrupted, UserError, verdictExitCodes } from "./errors.ts";
export type { ClassificationMetrics } from "./metrics/classification-metrics.ts";
export type { LeakageReport } from "./model-selection/leakage.ts";
export type { CheckResult, JudgedBatch, RejectedBatch } from "./monitoring/check-result.ts";
export type { RollingReference } from "./monitoring/rolling-reference.ts";
export { type CheckAnswer, check } from "./pipelines/check.ts";
export { type CompactedLedger, compactLedger } from "./pipelines/compact-ledger.ts";
export { type DriftBenchResult, driftBench } from "./pipelines/drift-bench.ts";
export { type Monitor, openMonitor, validateBaselineFile } from "./pipelines/open-monitor.ts";
export { type PredictResult, predict } from "./pipelines/predict.ts";
export { decideReference, resetReference, type ShownReference, showReference } from "./pipelines/reference.ts";
export {
  listModels,
  type ModelVersion,
  type Promotion,
  promote,
  rollback,
  type ShownModel,
  showModel,
} from "./pipelines/registry.ts";
export { type RetrainResult, retrain } from "./pipelines/retrain.ts";
export { type SimulateResult, simulate } from "./pipelines/simulate.ts";
// pipelines
export { type SyncResult, sync } from "./pipelines/sync.ts";
export { type TrainResult, train } from "./pipelines/train.ts";
export type { FitName, OnTrainEvent, TrainEvent, TrainSummary } from "./pipelines/train-events.ts";
export type { Scaler } from "./preprocessing/scaler.ts";
export type { RetrainReport } from "./pseudo-labeling/retrain-report.ts";
export type { CvReport } from "./report/cv-report.ts";
// store
export type { Labels } from "./store/labels.ts";
export type { Manifest } from "./store/manifest.ts";
export { type ModelFolder, modelFiles, openModelFolder } from "./store/model-folder.ts";
