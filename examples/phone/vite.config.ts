// Serves device.json and model.onnx of the model folder that MODEL names beside the page.
import { resolve } from "node:path";
import { defineConfig, type UserConfig } from "vite";

const config: UserConfig = defineConfig({
  root: import.meta.dirname,
  publicDir: resolve(process.env.MODEL ?? "model"),
  // The runtime finds its .wasm beside itself.
  optimizeDeps: { exclude: ["onnxruntime-web"] },
});
export default config;
