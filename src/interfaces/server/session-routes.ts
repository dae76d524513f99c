// Routes for logging in to the pages: getting the current caller, opening a session with a token, and logging out.

import { z } from "zod";
import { csrfTokenOfPageSession } from "../../pipelines/page-sessions.ts";
import type { Authorizer } from "./authorize.ts";
import type { Caller } from "./caller.ts";
import { readJsonBody } from "./json-body.ts";
import { jsonResponse } from "./json-response.ts";
import type { Route } from "./route.ts";
import { endedSessionCookie, sessionCookie } from "./session-cookie.ts";

const tokenBody = z.strictObject({
  token: z.string().min(1).max(1000).describe("token printed by `tidemark token create`"),
});

/** The information that a page receives about its session. */
export interface ShownSession {
  name: string | null;
  project: string | null;
  scopes: string[];
  is_admin: boolean;
  expires_at: string | null;
  csrf_token: string | null;
}

const sessionSchema: z.ZodType<ShownSession> = z.object({
  name: z.string().nullable().describe("name of the token; null if the caller must log in or send a token"),
  project: z.string().nullable(),
  scopes: z.array(z.string()),
  is_admin: z.boolean().describe("whether the caller may accept or exclude batches, and change streams"),
  expires_at: z.iso.datetime().nullable().describe("end of the session; null for a caller without a session"),
  csrf_token: z
    .string()
    .nullable()
    .describe("value of the X-CSRF-Token header, which requests with the session cookie need to change anything"),
});

export function sessionRoutes(authorizer: Pick<Authorizer, "identify" | "logIn" | "logOut">): Route[] {
  const path = "/v1/session";
  return [
    {
      method: "get",
      path,
      // All callers get a reply, so that a page can find out whether it must log in.
      scope: null,
      operationId: "showSession",
      summary: "The current caller, and its scopes",
      replies: { 200: { doc: "the caller", schema: sessionSchema } },
      answer: async ({ sent }) => jsonResponse(shownSession(await authorizer.identify(sent))),
    },
    {
      method: "post",
      path,
      scope: null,
      operationId: "logIn",
      summary: "Log in with a token; the reply sets a cookie that scripts cannot read",
      body: { "application/json": { doc: "a token", schema: tokenBody } },
      replies: {
        200: { doc: "the session", schema: sessionSchema },
        400: { doc: "the body is damaged" },
        401: { doc: "the token is unknown" },
        403: { doc: "a page from another site sent the request" },
        413: { doc: "the body is too large" },
        415: { doc: "the body is not JSON" },
        422: { doc: "the body has no token" },
      },
      answer: async ({ sent, body, note }) => {
        const { token } = await readJsonBody({ headers: sent.headers, body }, tokenBody);
        const { caller, session } = await authorizer.logIn(sent, token.trim());
        note({ token: caller.name });
        const response = jsonResponse(shownSession(caller));
        // The browser deletes the cookie when the session expires.
        response.headers.set("Set-Cookie", sessionCookie(session.secret, session.seconds, sent.isSecure));
        return response;
      },
    },
    {
      method: "delete",
      path,
      scope: "any",
      operationId: "logOut",
      summary: "End the session",
      replies: { 200: { doc: "the session has ended", schema: z.object({ ended: z.boolean() }) } },
      answer: async ({ caller: { session }, sent }) => {
        if (session !== null) await authorizer.logOut(session);
        const response = jsonResponse({ ended: session !== null });
        response.headers.set("Set-Cookie", endedSessionCookie(sent.isSecure));
        return response;
      },
    },
  ];
}

function shownSession(caller: Caller | null): ShownSession {
  const session = caller?.session ?? null;
  return {
    name: caller?.name ?? null,
    project: caller?.project ?? null,
    scopes: [...(caller?.scopes ?? [])],
    is_admin: caller?.may("admin", null) ?? false,
    expires_at: session?.expiresAt ?? null,
    csrf_token: session === null ? null : csrfTokenOfPageSession(session.secret),
  };
}
