// Reads the network given by `--network`. A preset requires no file. A user's own network is a file. It is read and executed
// once here, so that any fault is reported before any recording is read.

import { readFile, stat } from "node:fs/promises";
import { UserError } from "../errors.ts";
import { kindOfFile } from "../kind-of-file.ts";
import type { NetworkSource } from "../learning/training/network-source.ts";
import {
  importOwnNetwork,
  type OwnNetwork,
  ownNetworkFault,
  reasonInOwnNetwork,
} from "../learning/training/own-network.ts";
import type { TrainConfig } from "../options/resolve-config.ts";
import { sha256Bytes } from "../storage/hash.ts";
import type { Manifest } from "../storage/manifest.ts";
import { ownNetworkFiles } from "../storage/model-folder.ts";
import { explainSystemErrorOnRead } from "../system-error.ts";

/** Maximum size of a network's file in bytes; generous, because the code of a network is much shorter. */
const largestFile = 2 ** 20;

/** @throws UserError if the file cannot be read or executed, or does not export a function */
export async function readNetwork(network: TrainConfig["network"]): Promise<NetworkSource> {
  if (!isNetworkReadFromFile(network)) return network;
  const text = await readNetworkText(network);
  const own: OwnNetwork = {
    file: network,
    sha256: sha256Bytes(text),
    text,
    code: /ts$/.test(network) ? await readNetworkWithoutTypes(network, text) : text,
  };
  const exported = await importOwnNetwork(own).catch(async (cause: unknown) => {
    throw unreadableNetwork(
      network,
      cause instanceof SyntaxError ? ((await syntaxErrorInReadNetwork(own.code)) ?? cause) : cause,
    );
  });
  if (typeof exported.default === "function") return own;
  const found = "default" in exported ? `a default export that is ${kindOfReadNetwork(exported.default)}` : "none";
  throw ownNetworkFault(
    own,
    `expected a default export that is a function, found ${found}`,
    undefined,
    "Write: export default function (layers, classCount) { return layers.sequential(...); }",
  );
}

/**
 * Reads the network of a model that will be trained further.
 * @param trained the network with which the model was trained, as recorded in its folder
 * @throws UserError if the model has its user's own network and `--network` does not name a file with the same content, or if
 * the model has another network and `--network` is given
 */
export async function readNetworkToTrainFurther(
  trained: TrainConfig["network"],
  { network: given, model }: { readonly network?: string; readonly model: string },
  { files }: Pick<Manifest, "files">,
): Promise<NetworkSource> {
  if (!isNetworkReadFromFile(trained)) {
    if (given === undefined) return trained;
    throw new UserError(`--network: expected no file, because ${model} has the network ${trained}, got ${given}`, {
      advice: "Leave out --network. To change a model's network, train a new model.",
    });
  }
  const kept = Object.values(ownNetworkFiles).find((name) => Object.hasOwn(files, name));
  const again = "The copy in the model folder is never executed. Give the original file: --network FILE";
  if (given === undefined) {
    throw new UserError(`${model} was trained with its user's own network, ${trained}, so --network is needed`, {
      details: kept === undefined ? [] : [`expected a file with ${files[kept]}`],
      advice: again,
    });
  }
  if (!/\.m?[jt]s$/.test(given)) {
    throw new UserError(`--network: expected a file that ends in .ts or .js, got ${given}`, { advice: again });
  }
  const network = await readNetwork(given as TrainConfig["network"]);
  const expected = kept === undefined ? undefined : files[kept];
  if (typeof network !== "string" && network.sha256 !== expected) {
    throw new UserError(`--network ${given} differs from the network that ${model} was trained with:`, {
      details: [`expected ${expected ?? "a network in the model folder"}`, `found    ${network.sha256}`],
      advice: `Give the original file. Its text is in ${model}/${kept ?? ownNetworkFiles.ts}; read it before you run it.`,
    });
  }
  return network;
}

/** The path of the file with a user's own network, as a value of the option `network`. */
export function readNetworkFile({ file }: OwnNetwork): TrainConfig["network"] {
  return file as TrainConfig["network"];
}

/** Part of a run's identity: when the run is resumed, the network's file must have the same content, regardless of its path. */
export function readNetworkIdentity(network: NetworkSource): string {
  return typeof network === "string" ? network : `file with ${network.sha256}`;
}

/** Whether `--network` specifies a file instead of a preset. */
export function isNetworkReadFromFile(
  network: TrainConfig["network"],
): network is Extract<TrainConfig["network"], `${string}.${string}`> {
  return /\.m?[jt]s$/.test(network);
}

async function readNetworkText(file: string): Promise<string> {
  try {
    const found = await stat(file);
    if (!found.isFile()) throw new UserError(`--network ${file}: expected a file, found ${kindOfFile(found)}`);
    if (found.size > largestFile)
      throw new UserError(`--network ${file}: expected at most 1 MiB of code, found ${found.size} bytes`);
    return await readFile(file, "utf8");
  } catch (cause) {
    throw explainSystemErrorOnRead(cause, `--network ${file}`);
  }
}

async function readNetworkWithoutTypes(file: string, text: string): Promise<string> {
  try {
    return await stripTypesToReadNetwork(text);
  } catch (cause) {
    throw unreadableNetwork(file, cause);
  }
}

/**
 * Strips types without the warning from Node.js that `stripTypeScriptTypes` is experimental. The same code runs without a
 * warning whenever Node.js starts a .ts file.
 */
async function stripTypesToReadNetwork(text: string): Promise<string> {
  // Loaded dynamically: an unsupported version of Node.js lacks this function, and must still be able to report that it is too
  // old.
  const { stripTypeScriptTypes } = await import("node:module");
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    return stripTypeScriptTypes(text);
  } finally {
    process.emitWarning = emitWarning;
  }
}

/**
 * Looks for a syntax error with the parser that strips types, because it reports the line of the error, and a failed import
 * does not.
 */
async function syntaxErrorInReadNetwork(code: string): Promise<unknown> {
  try {
    await stripTypesToReadNetwork(code);
    return undefined;
  } catch (cause) {
    return cause;
  }
}

function unreadableNetwork(file: string, cause: unknown): UserError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const advice = /^(module|exports|require) is not defined/.test(reason)
    ? "Expected an ES module: export default function (layers, classCount) { ... }, without module.exports and require."
    : "Expected an ES module in JavaScript, or in TypeScript that Node.js can run by stripping the types.";
  if (/^Failed to resolve module specifier/.test(reason)) {
    const name = /"([^"]*)"/.exec(reason)?.[1] ?? "another module";
    return ownNetworkFault(
      { file },
      `expected a file that imports no other file and no package, but it imports ${name}`,
      cause,
      "The layers are passed as the first argument of the exported function. Put all other code into this file, and " +
        "use import type for types.",
    );
  }
  return ownNetworkFault({ file }, `it cannot be loaded: ${reasonInOwnNetwork(cause)}`, cause, advice);
}

function kindOfReadNetwork(value: unknown): string {
  return value === null ? "null" : `of type ${typeof value}`;
}
