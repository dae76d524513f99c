// Every command is also a function. This example simulates recordings, trains a small model on them, and labels recordings of
// another person:
//
//   node examples/train-and-predict.mjs [directory]
import "./check-node.mjs";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { predict, simulate, train } from "tidemark";

const directory = process.argv[2] ?? mkdtempSync(join(tmpdir(), "tidemark-"));
const recordings = join(directory, "recordings.parquet");
const model = join(directory, "model");

await simulate({ out: recordings, users: 4, minutes: 3, seed: 1 });

const trained = await train(
  { files: recordings, out: model, network: "compact", folds: 2, epochs: 3 },
  {
    reporter: {
      warn: console.warn,
      event: (event) => {
        if (event.type === "epoch") console.log(`${event.fit}, epoch ${event.epoch}: loss ${event.loss.toFixed(3)}`);
      },
    },
  },
);
const { mean, sd } = trained.summary.over_folds.macro_f1;
console.log(`macro-F1 over folds: ${mean?.toFixed(3)} ± ${sd?.toFixed(3)}; report: ${trained.report}`);

const others = join(directory, "others.csv");
await simulate({ out: others, users: 1, minutes: 2, seed: 2 });
const labelled = await predict({ files: others, model, out: join(directory, "predictions.csv") });
console.log(`${labelled.windows} windows labelled in ${labelled.out}:`, labelled.classes);
