// A column of the quality benchmark for one of `train`'s networks, with default settings throughout.

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { filesOf, importsOf } from "../scripts/architecture.ts";
import { exportNetwork } from "../src/learning/training/export-network.ts";
import { WindowPredictor } from "../src/learning/training/window-predictor.ts";
import { recordedConfigOfResult } from "../src/options/recorded-options.ts";
import { trainOptions } from "../src/options/train-options.ts";
import { beginFits } from "../src/pipelines/begin-fits.ts";
import { fitFinal } from "../src/pipelines/fit-final.ts";
import { fitFolds } from "../src/pipelines/fit-folds.ts";
import { readNetwork } from "../src/pipelines/read-network.ts";
import { resumableCheckpoints } from "../src/pipelines/resumable-run.ts";
import { argmaxRows } from "../src/stats/argmax-rows.ts";
import { modelFiles } from "../src/storage/model-folder.ts";
import { currentVersions } from "../src/versions.ts";
import type { QualityAnswers } from "./quality-figures.ts";
import type { QualityTask } from "./quality-task.ts";

type NetworkName = QualityTask["config"]["network"];

/** The networks that `train` offers. */
export const networkColumns: readonly string[] = Object.keys(trainOptions.network.choices ?? {}).filter(
  (name) => !name.startsWith("FILE"),
);

const source = fileURLToPath(new URL("../src", import.meta.url));

/** Everything that affects a network's answers, apart from the task: the options, the code, and ONNX Runtime. */
export function decidingNetwork(network: string, task: Pick<QualityTask, "config">): object {
  const { files: _, ...options } = recordedConfigOfResult(networkConfig(network, task));
  const hash = createHash("sha256");
  for (const file of fittingFiles()) hash.update(file).update(readFileSync(join(source, file)));
  return { options, code: hash.digest("hex"), onnxruntime: currentVersions().onnxruntime };
}

/**
 * The files that the fits load, and all other files of `learning` and `stats`, because threads load files by name. Which
 * windows the fits get is part of the task.
 */
function fittingFiles(): string[] {
  const files = filesOf(source);
  const loaded = new Set([
    "pipelines/fit-folds.ts",
    "pipelines/fit-final.ts",
    ...files.filter((file) => /^(?:learning|stats)\//.test(file)),
  ]);
  const imports = Map.groupBy(importsOf(source, files), ({ from }) => from);
  for (const file of loaded) for (const { to, loads } of imports.get(file) ?? []) if (loads) loaded.add(to);
  return [...loaded].sort();
}

function networkConfig(network: string, { config }: Pick<QualityTask, "config">) {
  return { ...config, network: network as NetworkName };
}

/** @param directory folder for checkpoints from which an interrupted fit resumes; removed at the end */
export async function askNetwork(network: string, task: QualityTask, directory: string): Promise<QualityAnswers> {
  mkdirSync(directory, { recursive: true });
  const config = networkConfig(network, task);
  const data = { ...task.data, network: await readNetwork(config.network) };
  const path = (name: string): string => join(directory, name);
  const fits = beginFits(data, config, {
    checkpoints: resumableCheckpoints({ directory, path }),
    reporter: {
      event: (event) => {
        if (event.type === "fold")
          console.error(
            `${network}, seed ${config.seed}: fold ${event.fold} of ${event.folds} stopped after ${event.epochs} epochs, best ${event.bestEpoch}`,
          );
      },
    },
  });
  const { outcomes, crossValidation } = await fitFolds(fits);
  const classCount = task.classes.length;
  let answers: QualityAnswers;
  if (data.testSet === undefined) {
    answers = Object.fromEntries(
      task.parts.map(({ name }, fold) => [name, Array.from(argmaxRows(outcomes[fold]!.probabilities!, classCount))]),
    );
  } else {
    const { final, scaler } = await fitFinal(fits, outcomes);
    const { temperature } = crossValidation;
    const bytes = await exportNetwork({ ...final, network: data.network, scaler, temperature }, data.windows);
    const predictor = new WindowPredictor({ path: modelFiles.network, bytes, classCount });
    const predicted = await predictor.predict(data.testSet.windows, { threads: 1 }).finally(() => predictor.close());
    answers = { [task.parts[0]!.name]: Array.from(argmaxRows(predicted, classCount)) };
  }
  if (existsSync(directory)) rmSync(directory, { recursive: true });
  return answers;
}
