import { UserError } from "../../errors.ts";

/** The loss is no finite number any more: this fit, and its checkpoint, lead nowhere. */
export class Diverged extends UserError {
  override readonly name: string = "Diverged";
}
