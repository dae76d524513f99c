// Options of `serve`.
import { alerts } from "./alert-options.ts";
import type { ServeConfig } from "./config-types.ts";
import {
  choiceOption,
  flagOption,
  numberOption,
  type Option,
  type OptionsOf,
  optionGroup,
  textOption,
  wholeNumberOption,
} from "./option.ts";
import { jobs, keep, sharedExperimentOption, store, tracking, trackingHeading } from "./shared-options.ts";

export const modelsFolder: Option<string> = textOption({
  value: "dir",
  required: true,
  affects: "run",
  expected: "a folder of model folders",
  doc: "folder of model folders",
});

export const serveStore: Option<string> = {
  ...store,
  otherwise: "the folder of each model",
  doc: "where streams are kept: sqlite:DIR or postgres://host/database; model folders may then be read-only",
};

export const tokensFile: Option<string> = textOption({
  value: "file",
  affects: "run",
  otherwise: "the database of --store, or tokens.json in the folder of --store or --models",
  expected: "a file name",
  doc: "file with the hashes of the tokens",
});

export const serveOptions: OptionsOf<ServeConfig> = {
  models: modelsFolder,
  store: serveStore,
  ...optionGroup("Listening:", {
    port: wholeNumberOption({
      value: "n",
      from: 0,
      to: 65_535,
      default: 8787,
      affects: "run",
      doc: "port to listen on; 0 chooses a free port",
    }),
    host: textOption({
      value: "address",
      default: "127.0.0.1",
      affects: "run",
      expected: "an address of this machine such as 127.0.0.1 or 0.0.0.0",
      doc: "address to listen on",
    }),
  }),
  ...optionGroup("Access:", {
    tokens: tokensFile,
    tlsCertificate: textOption({
      value: "file",
      affects: "run",
      expected: "a file name",
      doc: "certificate chain in PEM form, for HTTPS",
    }),
    tlsKey: textOption({
      value: "file",
      affects: "run",
      expected: "a file name",
      doc: "private key of the certificate, in PEM form",
    }),
    requestsPerSecond: numberOption({
      value: "n",
      expected: "a number from 0.01 to 1000000",
      from: 0.01,
      to: 1e6,
      default: 200,
      affects: "run",
      doc: "maximum number of requests per second with one token",
    }),
    sessionHours: numberOption({
      value: "h",
      expected: "a number of hours from 0.01 to 8760",
      from: 0.01,
      to: 8760,
      default: 12,
      affects: "run",
      doc: "hours after which the pages ask for the token again",
    }),
  }),
  ...optionGroup("Limits:", {
    bodyMegabytes: wholeNumberOption({
      value: "n",
      from: 1,
      to: 10_000,
      default: 64,
      affects: "run",
      doc: "maximum size of a batch in MB, as sent",
    }),
    batchMegabytes: wholeNumberOption({
      value: "n",
      from: 1,
      to: 100_000,
      default: 256,
      affects: "run",
      doc: "maximum size of a batch in MB after decompression",
    }),
    batchRows: wholeNumberOption({
      value: "n",
      from: 1,
      to: 1_000_000_000,
      default: 10_000_000,
      affects: "run",
      doc: "maximum number of rows in a batch",
    }),
    queue: wholeNumberOption({
      value: "n",
      from: 1,
      to: 100_000,
      default: 256,
      affects: "run",
      doc: "maximum number of batches that are received or judged at the same time",
    }),
  }),
  ...optionGroup("Memory:", keep),
  ...optionGroup("Order:", {
    order: choiceOption({
      value: "which",
      default: "arrival",
      affects: "run",
      doc: "order in which the batches of a stream are judged",
      of: {
        arrival: "",
        data: "by data-time, which the sender provides; batches wait until their data is as old as --lateness",
      },
    }),
    lateness: numberOption({
      value: "s",
      expected: "a number of seconds from 0 to 240",
      from: 0,
      to: 240,
      default: 60,
      affects: "run",
      doc: "with --order data, how many seconds late the data may arrive and still be judged in order; later batches are judged on arrival",
    }),
  }),
  ...optionGroup(trackingHeading, {
    tracking,
    experiment: sharedExperimentOption("experiment of the training runs; streams appear in <name>/monitoring"),
    trackStreams: textOption({
      value: "pattern",
      affects: "tracking",
      expected: "a pattern of names such as wrist-*",
      otherwise: "none",
      doc: "streams that each get their own run, in addition to their model's run; * matches any characters",
    }),
  }),
  ...optionGroup("Running:", {
    jobs: { ...jobs, doc: "maximum number of threads that judge batches, each with its own copy of the models" },
    alerts,
    checkConfig: flagOption({ affects: "run", doc: "check the options and the models, and stop" }),
  }),
};
