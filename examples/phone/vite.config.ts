// Serves the page, along with device.json and model.onnx from the model folder given by the MODEL variable.
import { resolve } from "node:path";
import { defineConfig, type UserConfig } from "vite";

const config: UserConfig = defineConfig({
  root: import.meta.dirname,
  publicDir: resolve(process.env.MODEL ?? "model"),
  // The runtime looks for its .wasm file in its own folder.
  optimizeDeps: { exclude: ["onnxruntime-web"] },
});
export default config;
