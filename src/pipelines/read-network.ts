// Reads the network that `--network` names. A preset needs no reading. A user's own network is a file, which is read and run
// once here, so that a fault is reported before any recording is read.

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
import type { TrainConfig } from "../resolve-config.ts";
import { sha256Bytes } from "../storage/store/hash.ts";
import type { Manifest } from "../storage/store/manifest.ts";
import { ownNetworkFiles } from "../storage/store/model-folder.ts";
import { explainSystemErrorOnRead } from "../system-error.ts";

/** Far more than the code of a network takes up. */
const largestFile = 2 ** 20;

/** @throws UserError if it is a file that cannot be read or run, or that does not export a function */
export async function readNetwork(network: TrainConfig["network"]): Promise<NetworkSource> {
  if (!isNetworkFile(network)) return network;
  const text = await readNetworkText(network);
  const own: OwnNetwork = {
    file: network,
    sha256: sha256Bytes(text),
    text,
    code: /ts$/.test(network) ? await networkCodeWithoutTypes(network, text) : text,
  };
  const exported = await importOwnNetwork(own).catch(async (cause: unknown) => {
    throw unreadableNetwork(
      network,
      cause instanceof SyntaxError ? ((await networkSyntaxError(own.code)) ?? cause) : cause,
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
 * Reads the network of a model that is to be trained further.
 * @param trained the network with which the model was trained, as its folder records it
 * @throws UserError if the model has a network of its user's own, and `--network` does not name a file with the same content
 */
export async function readChampionNetwork(
  trained: TrainConfig["network"],
  { network: given, model }: { readonly network?: string; readonly model: string },
  { files }: Pick<Manifest, "files">,
): Promise<NetworkSource> {
  if (!isNetworkFile(trained)) {
    if (given === undefined) return trained;
    throw new UserError(`--network: expected no file, because ${model} has the network ${trained}, got ${given}`, {
      advice: "Leave out --network. To change a model's network, train a new model.",
    });
  }
  const kept = Object.values(ownNetworkFiles).find((name) => Object.hasOwn(files, name));
  const again = "Nothing runs the copy in the model folder. Give the original file: --network FILE";
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

/** The file of a user's own network, as an option. */
export function readNetworkFile({ file }: OwnNetwork): TrainConfig["network"] {
  return file as TrainConfig["network"];
}

/** What an unfinished run must have in common with the run that resumes it: the content of the file, whatever its path. */
export function readNetworkIdentity(network: NetworkSource): string {
  return typeof network === "string" ? network : `file with ${network.sha256}`;
}

/** Whether `--network` names a file, not a preset. */
export function isNetworkFile(
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

async function networkCodeWithoutTypes(file: string, text: string): Promise<string> {
  try {
    return await networkTextWithoutTypes(text);
  } catch (cause) {
    throw unreadableNetwork(file, cause);
  }
}

/** Node.js warns that this function is experimental; the same code runs whenever it starts a .ts file, without a warning. */
async function networkTextWithoutTypes(text: string): Promise<string> {
  // Loaded only here: a Node.js that is too old lacks it, and must still be able to report that it is too old.
  const { stripTypeScriptTypes } = await import("node:module");
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    return stripTypeScriptTypes(text);
  } finally {
    process.emitWarning = emitWarning;
  }
}

/** The parser for types says in which line an error is; the error of an import does not. */
async function networkSyntaxError(code: string): Promise<unknown> {
  try {
    await networkTextWithoutTypes(code);
    return undefined;
  } catch (cause) {
    return cause;
  }
}

function unreadableNetwork(file: string, cause: unknown): UserError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const advice = /^(module|exports|require) is not defined/.test(reason)
    ? "Expected an ES module: export default function (layers, classCount) { ... }, without module.exports and require."
    : "Expected an ES module in JavaScript, or in TypeScript that Node.js can run by leaving out the types.";
  if (/^Failed to resolve module specifier/.test(reason)) {
    const name = /"([^"]*)"/.exec(reason)?.[1] ?? "another module";
    return ownNetworkFault(
      { file },
      `expected a file that imports no other file and no package, but it imports ${name}`,
      cause,
      "Its layers come with the first argument of its function. Put everything else into this file, and write import type for types.",
    );
  }
  return ownNetworkFault({ file }, `it cannot be loaded: ${reasonInOwnNetwork(cause)}`, cause, advice);
}

function kindOfReadNetwork(value: unknown): string {
  return value === null ? "null" : `of type ${typeof value}`;
}
