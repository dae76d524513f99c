// The files that make the folder an MLflow model: an MLmodel file of the onnx flavour with the signature of model.onnx, and the
// list of packages that Python needs to run it. Format: https://mlflow.org/docs/latest/ml/model/
import { modelFiles } from "./model-folder.ts";

/** The model's tensors: windows [windows, samples per window, channels], and one output column per class. */
export interface DescribedTensors {
  readonly windowSize: number;
  readonly samplingRateHz: number;
  /** Class names, in the order of the output columns. */
  readonly channels: readonly string[];
  readonly classes: readonly string[];
}

/**
 * The major versions with which test/storage/tracking/mlflow.full.test.ts last loaded a model: MLflow 3.17.2, onnx 1.23.2,
 * onnxruntime 1.32.0 and numpy 2.4.6. Older versions within a range have not been tested.
 */
const requirements = ["mlflow>=3,<4", "onnx>=1.17,<2", "onnxruntime>=1.20,<2", "numpy>=2,<3"];

/** Content by file name. The same description gives the same bytes. */
export async function mlflowModelFiles({
  windowSize,
  samplingRateHz,
  channels,
  classes,
}: DescribedTensors): Promise<Record<string, string>> {
  const { stringify } = await import("yaml");
  const tensor = (name: string, shape: readonly number[]) => ({
    name,
    type: "tensor",
    "tensor-spec": { dtype: "float32", shape },
  });
  const inputs = [tensor("windows", [-1, windowSize, channels.length])];
  const outputs = ["probabilities", "logits"].map((name) => tensor(name, [-1, classes.length]));
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
    signature: { inputs: JSON.stringify(inputs), outputs: JSON.stringify(outputs), params: null },
    // MLflow's tensors have no names for their columns.
    metadata: { classes, channels, sampling_rate_hz: samplingRateHz },
  };
  return {
    [modelFiles.mlflowModel]: stringify(model),
    [modelFiles.requirements]: requirements.map((line) => `${line}\n`).join(""),
    [modelFiles.pythonEnv]: stringify({ python: "3.11.0", dependencies: [`-r ${modelFiles.requirements}`] }),
  };
}
