// The files that make the folder an MLflow model: an MLmodel file with the onnx and python_function flavours, the code for the
// latter, and a list of the Python packages needed to run it. Format: https://mlflow.org/docs/latest/ml/model/
import { mlflowCode } from "./mlflow-code.ts";
import { modelFiles } from "./model-folder.ts";

/** The model's input, windows [windows, samples per window, channels], and its classes, each of which gets an output column. */
export interface DescribedTensors {
  readonly windowSize: number;
  readonly samplingRateHz: number;
  /** Channel names, in the order of the windows' last dimension. */
  readonly channels: readonly string[];
  /** Class names, in the order of the output columns. */
  readonly classes: readonly string[];
}

/** The versions with which test/storage/mlflow.full.test.ts last loaded a model successfully. */
const requirements = ["mlflow==3.17.2", "onnx==1.23.2", "onnxruntime==1.32.0", "numpy==2.4.6", "pandas==3.1.1"];

/** File contents by file name. Identical descriptions produce identical bytes. */
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
  const column = (type: string, name: string) => ({ type, name, required: true });
  const outputs = [column("string", "predicted"), ...classes.map((name) => column("float", `p_${name}`))];
  const artifact = (path: string) => ({ path, uri: path });
  const model = {
    flavors: {
      onnx: {
        code: null,
        data: modelFiles.network,
        onnx_version: "1.17.0",
        providers: ["CPUExecutionProvider"],
      },
      python_function: {
        artifacts: { labels: artifact(modelFiles.labels), network: artifact(modelFiles.network) },
        env: { virtualenv: modelFiles.pythonEnv },
        loader_module: "mlflow.pyfunc.model",
        model_code_path: modelFiles.mlflowCode,
        python_version: "3.11.0",
      },
    },
    signature: { inputs: JSON.stringify(inputs), outputs: JSON.stringify(outputs), params: null },
    metadata: { classes, channels, sampling_rate_hz: samplingRateHz },
  };
  return {
    [modelFiles.mlflowModel]: stringify(model),
    [modelFiles.mlflowCode]: mlflowCode,
    [modelFiles.requirements]: requirements.map((line) => `${line}\n`).join(""),
    [modelFiles.pythonEnv]: stringify({ python: "3.11.0", dependencies: [`-r ${modelFiles.requirements}`] }),
  };
}
