// What judging and remembering a batch costs once it is measured, as in a program that stays open: `record` of a stream
// with full references, the mathematics of it (`decide`), and what a batch leaves behind. And whether processes that bring
// batches of their own streams to one model at once get their turns alike.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { CheckResult } from "../src/monitoring/check-result.ts";
import { decide, type MeasuredBatch, type StreamState, streamSchemas } from "../src/pipelines/check.ts";
import { type MonitorStream, withStream } from "../src/pipelines/monitor-stream.ts";
import { openMonitor } from "../src/pipelines/open-monitor.ts";
import { monitorFile } from "../src/store/monitor-database.ts";
import { type BenchmarkResult, type Measurement, median } from "./measurement.ts";
import { withTemporaryDirectory } from "./temporary-directory.ts";
