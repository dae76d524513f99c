// The session cookie for the pages, and its protection against pages from other sites. Scripts cannot read the cookie
// (HttpOnly), and browsers do not send it from other sites (SameSite). Requests that change anything must also come from a page
// of the service itself, according to the browser, and carry a token that only such a page can read.

import { timingSafeEqual } from "node:crypto";
import type { SentRequest } from "./caller.ts";
import { Problem } from "./problem.ts";

/** Browsers accept a cookie name with this prefix only over HTTPS, and only from the service's own host. */
const securePrefix = "__Host-";
/** The cookie's name without HTTPS. */
export const sessionCookieName = "tidemark-session";

/** The header with the CSRF token of the page's session, as in `ShownSession.csrf_token`. */
export const csrfHeader = "X-CSRF-Token";

export function sessionCookie(secret: string, seconds: number, isSecure: boolean): string {
  const name = `${isSecure ? securePrefix : ""}${sessionCookieName}`;
  return `${name}=${secret}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Strict${isSecure ? "; Secure" : ""}`;
}

/** Deletes the session cookie in the browser. */
export function endedSessionCookie(isSecure: boolean): string {
  return sessionCookie("", 0, isSecure);
}

/** The session secret in the request's cookie; null if there is none. */
export function secretInSessionCookie({ headers, isSecure }: Pick<SentRequest, "headers" | "isSecure">): string | null {
  const wanted = `${isSecure ? securePrefix : ""}${sessionCookieName}=`;
  const cookies = (headers.get("cookie") ?? "").split(";").map((part) => part.trim());
  const secret = cookies.find((part) => part.startsWith(wanted))?.slice(wanted.length) ?? "";
  return secret === "" ? null : secret;
}

/** Whether the request comes from the service's own page or from no page, according to the browser; true for other programs. */
export function isSessionFromSameOrigin(headers: Headers): boolean {
  const site = headers.get("sec-fetch-site") ?? "none";
  const origin = headers.get("origin");
  return (
    /^(none|same-origin)$/.test(site) &&
    (origin === null || hostOfSessionOrigin(origin) === headers.get("host")?.toLowerCase())
  );
}

/** @throws Problem 403 if the request changes anything and may come from a page on another site */
export function refuseForgedCookieRequest({ method, headers }: SentRequest, csrfToken: string): void {
  if (/^(GET|HEAD)$/.test(method)) return;
  if (!isSessionFromSameOrigin(headers))
    throw forgedCookieRequestProblem("expected a request from one of this service's pages");
  const given = Buffer.from(headers.get(csrfHeader) ?? "");
  const wanted = Buffer.from(csrfToken);
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) {
    throw forgedCookieRequestProblem(`expected the ${csrfHeader} header with the csrf_token from GET /v1/session`);
  }
}

export function forgedCookieRequestProblem(detail: string): Problem {
  return new Problem({
    status: 403,
    title: "Not allowed",
    detail,
    advice: "Programs send a token instead: Authorization: Bearer TOKEN.",
  });
}

function hostOfSessionOrigin(origin: string): string | null {
  return /^https?:\/\/([^/]+)$/i.exec(origin)?.[1]?.toLowerCase() ?? null;
}
