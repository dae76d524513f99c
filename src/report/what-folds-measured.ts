import type { LeakageReport } from "../learning/training/cv-report.ts";

/** One sentence that says what the figures of a cross-validation mean for new people. */
export function whatFoldsMeasured({
  split,
  no_shared_person,
}: Pick<LeakageReport, "split" | "no_shared_person">): string {
  if (no_shared_person) return "Every figure is measured on people whom the network had not seen.";
  if (split === "blocks")
    return "Every figure is measured on stretches of time that the network had not seen, but from people whom it had seen.";
  return "The network had seen the people on whom it was tested: expect worse results for new people.";
}
