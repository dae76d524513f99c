import { UserError } from "../../errors.ts";

/** The store is out of reach or out of space at present. Nothing is wrong with the request, and it may be repeated later. */
export class StoreUnavailable extends UserError {
  /** Name of the class. */
  override readonly name: string = "StoreUnavailable";
}
