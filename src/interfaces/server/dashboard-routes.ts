// The files of the dashboard, which `npm run build` writes to dist/dashboard. All files are read at startup, so no path is ever
// taken from a request.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { Problem } from "./problem.ts";
import type { Route } from "./route.ts";

const types: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
};

/** Scripts, styles and data come only from the service, and no script or style is inline. */
const contentSecurityPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Where the dashboard's files may be: next to the compiled code, or in dist/ if the source is executed directly. */
const folders = ["../../dashboard", "../../../dist/dashboard"].map((path) =>
  fileURLToPath(new URL(path, import.meta.url)),
);

export function dashboardRoutes(): Route[] {
  const folder = folders.find((path) => existsSync(join(path, "index.html")));
  const page = folder === undefined ? null : readFileSync(join(folder, "index.html"));
  const assets = folder === undefined ? new Map<string, Buffer>() : readDashboardAssets(join(folder, "assets"));
  return [
    {
      method: "get",
      path: "/",
      scope: null,
      operationId: "dashboard",
      summary: "The dashboard",
      replies: { 200: { doc: "a page", schema: z.string(), type: "text/html" } },
      answer: async () => {
        if (page === null) throw dashboardNotBuilt();
        return dashboardFile(page, "index.html", "no-cache");
      },
    },
    {
      method: "get",
      path: "/assets/{name}",
      scope: null,
      operationId: "dashboardFile",
      summary: "A file of the dashboard",
      replies: {
        200: { doc: "its content", schema: z.string(), type: "text/javascript" },
        404: { doc: "the file does not exist" },
      },
      answer: async ({ params }) => {
        const name = params.name!;
        const content = assets.get(name);
        if (content === undefined) {
          throw new Problem({ status: 404, title: "Not found", detail: `there is no file ${JSON.stringify(name)}` });
        }
        // The file names contain a hash of the content, so the files never change.
        return dashboardFile(content, name, "public, max-age=31536000, immutable");
      },
    },
  ];
}

/** The content of each file, by name. */
function readDashboardAssets(folder: string): Map<string, Buffer> {
  return new Map(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))]));
}

function dashboardFile(content: Buffer, name: string, cache: string): Response {
  return new Response(new Uint8Array(content), {
    headers: {
      "Content-Type": types[extname(name)] ?? "application/octet-stream",
      "Content-Security-Policy": contentSecurityPolicy,
      "Cache-Control": cache,
    },
  });
}

function dashboardNotBuilt(): Problem {
  return new Problem({
    status: 404,
    title: "No dashboard",
    detail: "the dashboard has not been built",
    advice: "Run npm run build.",
  });
}
