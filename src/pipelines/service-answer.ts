// What the service's reply means for the batch that was sent: it is in the store, should be sent again, cannot be sent until a
// person has corrected something, or will never be accepted.

import { z } from "zod";
import { withFullStop } from "../full-stop.ts";
import type { CheckResult } from "../monitoring/streams/check-result.ts";

/** How far an obstacle reaches: to this batch's stream, or to everything that is sent to the service. */
type Concerned = "stream" | "service";

export type ServiceAnswer =
  /** The verdict is in the service's store. */
  | { readonly kind: "accepted"; readonly verdict: CheckResult["verdict"]; readonly known: boolean }
  /** The same request may succeed later. */
  | { readonly kind: "later"; readonly of: Concerned; readonly reason: string; readonly afterMs: number }
  /** A person must correct the address, the token or the model. */
  | { readonly kind: "setup"; readonly of: Concerned; readonly reason: string; readonly advice: string }
  /**
   * The service has refused this batch, and will never accept it unless `mayPass` is true; then, a few more attempts are
   * worthwhile.
   */
  | { readonly kind: "refused"; readonly reason: string; readonly mayPass: boolean };

/** A reply of the service, before it is interpreted. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Pick<Headers, "get">;
  readonly text: string;
}

const acceptedSchema = z.object({
  known: z.boolean(),
  verdict: z.enum(["normal", "gradual_drift", "sudden_change", "rejected"]),
});

const problemSchema = z.object({ title: z.string(), detail: z.string() });

/** @param now the current time, for a Retry-After that is a date */
export function serviceAnswer(answer: HttpAnswer, now: Date): ServiceAnswer {
  const { status, headers, text } = answer;
  const body = jsonOfAnswer(text);
  if (status === 200) {
    const accepted = acceptedSchema.safeParse(body);
    if (accepted.success) return { kind: "accepted", ...accepted.data };
    return foreignAnswer("200 without a verdict");
  }
  const problem = problemSchema.safeParse(body).data;
  const reason = withFullStop(`${status} ${problem?.detail ?? "without an explanation"}`);
  if (status < 400) {
    const location = headers.get("location");
    return foreignAnswer(`${status}${location === null ? "" : `, which leads to ${location}`}`);
  }
  if ([408, 425, 429, 502, 503, 504].includes(status)) {
    return {
      kind: "later",
      of: "service",
      reason,
      afterMs: retryAfterMsInServiceAnswer(headers.get("retry-after"), now),
    };
  }
  switch (status) {
    case 401:
      return { kind: "setup", of: "service", reason, advice: "Set TIDEMARK_TOKEN, or give --token-file." };
    case 403:
      return {
        kind: "setup",
        of: "stream",
        reason,
        advice: "The token needs the scope ingest for this stream: tidemark token create NAME --scope ingest:PATTERN.",
      };
    case 404:
      if (problem?.title !== "Unknown model") return foreignAnswer(reason);
      return { kind: "setup", of: "service", reason, advice: "Choose the model with --model." };
    case 405:
      return foreignAnswer(reason);
    case 409:
      return {
        kind: "refused",
        mayPass: false,
        reason: `${reason} The stream already has a batch with this id, which was read with different options (--units, --channels, --time) or came from another sender.`,
      };
    default:
      // A proxy may have truncated the request (400), or a defect of the service may be temporary (500).
      return { kind: "refused", reason, mayPass: status === 400 || status >= 500 };
  }
}

/** The address does not belong to a Tidemark service. */
export function foreignAnswer(reason: string): ServiceAnswer {
  return {
    kind: "setup",
    of: "service",
    reason: withFullStop(`the reply does not come from a Tidemark service: ${reason}`),
    advice: "Check the address (--to) and the proxies in between.",
  };
}

/** Parses the body of an answer; null if it is not JSON. */
export function jsonOfAnswer(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Maximum waiting time; it also applies if the service requests a longer time. */
const longestRetryAfterMs = 15 * 60_000;

/** @param text seconds or a date, as in RFC 9110 */
function retryAfterMsInServiceAnswer(text: string | null, now: Date): number {
  if (text === null) return 0;
  const ms = /^\d+$/.test(text.trim()) ? 1000 * Number(text) : Date.parse(text) - now.getTime();
  return ms > 0 ? Math.min(ms, longestRetryAfterMs) : 0;
}
