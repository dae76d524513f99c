// The part that runs on a phone or in a web page: windows, preprocessing and summaries, as pure functions. This module uses
// neither Node.js nor any package; test/device/bundle.full.test.ts limits its size.

import "./refuse-old-node.ts";

export type { BatchMeasurement } from "./monitoring/summaries/batch-measurement.ts";
export type { BatchSummary, ChannelSummary } from "./monitoring/summaries/batch-summary.ts";
export type { ClassSummaries } from "./monitoring/summaries/class-summaries.ts";
export { type Classified, classify, type OnnxNetwork } from "./monitoring/summaries/classify.ts";
export {
  type BatchWindows,
  DeviceBatch,
  type DroppedRows,
  type Piece,
  type Run,
  type WindowChunk,
  type WindowSet,
} from "./monitoring/summaries/device-batch.ts";
export {
  type Axes,
  type DeviceModel,
  readDeviceModel,
  type Scaler,
  type ScalingMethod,
  type Sensor,
  type SensorKind,
  type SensorUnit,
  unitFactor,
} from "./monitoring/summaries/device-json.ts";
export {
  type AbsurdSample,
  type ArrivedFaults,
  type BatchQuality,
  type ChannelContent,
  type ChannelSummaryJson,
  type DeviceSummary,
  type DeviceSummaryJson,
  type KnownRange,
  type LostTime,
  type RecordedTime,
  type RecordingQuality,
  type StillSummary,
  summaryToJson,
  type UsableTime,
} from "./monitoring/summaries/device-summary.ts";
export { encodeSummary } from "./monitoring/summaries/device-summary-codec.ts";
export type { ModelSignals, SignalSummary } from "./monitoring/summaries/model-signals.ts";
export type { QuantileGrid } from "./monitoring/summaries/quantile-grid.ts";
export type { RestSums } from "./monitoring/summaries/rest-sums.ts";
export type { TurningSums } from "./monitoring/summaries/turning-scale.ts";
