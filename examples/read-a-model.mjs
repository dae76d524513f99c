// A model folder consists of plain files. This example opens a folder, which verifies the hash of every immutable file, and
// then runs the network on one window. Running the network needs no other code from this project, because model.onnx takes raw
// windows in physical units.
//
//   node examples/read-a-model.mjs models/walk
import "./check-node.mjs";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { openModelFolder } from "tidemark";

const directory = process.argv[2];
if (directory === undefined) {
  console.error("usage: node examples/read-a-model.mjs <model folder>");
  process.exit(2);
}

const { manifest, labels, path } = await openModelFolder(directory);
console.log(`${manifest.model_version}: trained on ${manifest.data.users.length} people, ${manifest.data.rows} rows`);

const { window } = manifest.config;
const { channels } = manifest.data;
const still = new Float32Array(window * channels.length);
const down = channels.indexOf("Az");
for (let t = 0; t < window; t++) still[t * channels.length + down] = 9.81;

const session = await InferenceSession.create(path("model.onnx"));
const input = new Tensor("float32", still, [1, window, channels.length]);
const { probabilities } = await session.run({ [session.inputNames[0]]: input });
labels.classes.forEach((name, k) => {
  console.log(`${name.padEnd(24)} ${Number(probabilities.data[k]).toFixed(3)}`);
});
