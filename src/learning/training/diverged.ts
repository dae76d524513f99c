import { UserError } from "../../errors.ts";

/** The loss is no longer finite, so this fit and its checkpoint are useless. */
export class Diverged extends UserError {
  override readonly name: string = "Diverged";
}
