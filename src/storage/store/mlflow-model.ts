// The files that make the folder an MLflow model: an MLmodel file of the onnx flavour with the signature of model.onnx, and
// the list of packages that are needed to run it from Python. Format: https://mlflow.org/docs/latest/ml/model/
import { modelFiles } from "./model-folder.ts";

/** Shapes of the model's input (windows, samples per window, channels) and output. */
export interface ModelShape {
  readonly windowSize: number;
  readonly channels: number;
  readonly classes: number;
}

/** Content by file name. The same shapes give the same bytes. */
export async function mlflowModelFiles({ windowSize, channels, classes }: ModelShape): Promise<Record<string, string>> {
  const { stringify } = await import("yaml");
  const tensor = (shape: readonly number[]): string =>
    JSON.stringify([{ type: "tensor", "tensor-spec": { dtype: "float32", shape } }]);
  const model = {
    flavors: {
      onnx: {
        code: null,
        data: modelFiles.network,
        onnx_version: "1.17.0",
        providers: ["CPUExecutionProvider"],
      },
      python_function: {
        data: modelFiles.network,
        env: { virtualenv: "python_env.yaml" },
        loader_module: "mlflow.onnx",
        python_version: "3.11.0",
      },
    },
    signature: { inputs: tensor([-1, windowSize, channels]), outputs: tensor([-1, classes]), params: null },
  };
  return {
    [modelFiles.mlflowModel]: stringify(model),
    [modelFiles.requirements]: "mlflow\nonnx\nonnxruntime\nnumpy\n",
    [modelFiles.pythonEnv]: stringify({ python: "3.11.0", dependencies: [`-r ${modelFiles.requirements}`] }),
  };
}
