import { UserError } from "../errors.ts";

/**
 * The store is temporarily unreachable, locked or out of space, or its disk failed. The request itself is valid, and may be
 * repeated later.
 */
export class StoreUnavailable extends UserError {
  /** Name of the class. */
  override readonly name: string = "StoreUnavailable";
}
