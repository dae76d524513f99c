import { resolve } from "node:path";
import { UserError } from "../errors.ts";

/** @throws UserError if the table would overwrite one of the recordings */
export function refuseOverwritingInput(out: string, files: readonly string[]): void {
  if (!files.some((file) => resolve(file) === resolve(out))) return;
  throw new UserError(`--out ${out} is one of the recordings and would replace it`, {
    advice: "Choose another name.",
  });
}
