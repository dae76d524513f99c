import { defineConfig, type ViteUserConfig } from "vitest/config";

const full = ["test/**/*.full.test.ts"];

const config: ViteUserConfig = defineConfig({
  test: {
    globalSetup: ["./test/shared-models.ts"],
    setupFiles: ["./test/fast-check.ts", "./test/cpu-seconds.ts", "./test/equal-numbers.ts"],
    // Some tests open ONNX Runtime sessions without src/learning/training/onnx-runtime.ts.
    env: { ORT_DISABLE_TELEMETRY: "1" },
    testTimeout: 120_000,
    hookTimeout: 300_000,
    pool: "forks",
    maxWorkers: 2,
    reporters: ["default", "./test/closing-line.ts"],
    projects: [
      { extends: true, test: { name: "fast", include: ["test/**/*.test.ts"], exclude: full } },
      { extends: true, test: { name: "full", include: full, testTimeout: 900_000, hookTimeout: 900_000 } },
    ],
  },
});
export default config;
