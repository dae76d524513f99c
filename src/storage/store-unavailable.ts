import { UserError } from "../errors.ts";

/** The store is temporarily unreachable or out of space. The request itself is valid, and may be repeated later. */
export class StoreUnavailable extends UserError {
  /** Name of the class. */
  override readonly name: string = "StoreUnavailable";
}
