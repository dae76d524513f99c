// What runs on a phone or in a page: windows, preprocessing and summaries, as pure functions. Nothing of Node.js is in it, and no
// package; test/device/bundle.full.test.ts says how large it is.

import "./refuse-old-node.ts";

export { type Classified, classify, type OnnxNetwork } from "./monitoring/summaries/classify.ts";
export { type BatchWindows, DeviceBatch, type Piece } from "./monitoring/summaries/device-batch.ts";
export { type DeviceModel, readDeviceModel } from "./monitoring/summaries/device-model.ts";
export { type DeviceSummary, type DeviceSummaryJson, summaryToJson } from "./monitoring/summaries/device-summary.ts";
export { encodeSummary } from "./monitoring/summaries/device-summary-codec.ts";
export type { DroppedRows } from "./signals/preprocessing/incoming-rows.ts";
export { type Sensor, unitFactor } from "./signals/sensors/sensor.ts";
