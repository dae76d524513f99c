import { join } from "node:path";
import { FileAccessStore } from "../../src/storage/file-access-store.ts";
import { readJsonFileLines } from "../../src/storage/json-file.ts";
import { accessStoreContract } from "./access-store-contract.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

accessStoreContract("in files", async () => {
  const folder = temporaryDirectory();
  return {
    open: async () => new FileAccessStore(join(folder, "tokens.json")),
    audited: () => readJsonFileLines(join(folder, "audit.jsonl")),
  };
});
