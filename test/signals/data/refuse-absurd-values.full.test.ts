import { existsSync } from "node:fs";
import { test } from "vitest";
import { expectHealthy, healthyRecordings } from "./healthy-recordings.ts";

test.skipIf(!existsSync(healthyRecordings("motionsense"))).each(["motionsense", "wisdm_watch", "uci_har"])(
  "no value of %s is absurd",
  expectHealthy,
);
