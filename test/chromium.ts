// Opens a page in a headless Chromium, runs it, and reads its document. Uses any Chromium or Chrome on the machine.

import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";

/**
 * Returns CHROMIUM_PATH without a check, or else the first program that starts, because `chromium-browser` may be a stub that
 * only suggests installing a snap.
 */
function findChromium(): string | undefined {
  const starts = (name: string): boolean => {
    try {
      execFileSync(name, ["--version"], { stdio: "ignore", timeout: 30_000, killSignal: "SIGKILL" });
      return true;
    } catch {
      return false;
    }
  };
  return process.env.CHROMIUM_PATH || ["chromium", "chromium-browser", "google-chrome"].find(starts);
}

export const chromium: string | undefined = findChromium();

/**
 * @param page html whose scripts have finished when it has loaded, or the address of such a page
 * @returns the document after that
 * @throws if the browser fails, or if it has not ended after `timeoutSeconds` and is therefore killed
 */
export async function loadPage(page: string | URL, timeoutSeconds: number = 60): Promise<string> {
  if (chromium === undefined) throw new Error("chromium: none was found; install it or set CHROMIUM_PATH");
  const directory = mkdtempSync(join(tmpdir(), "tidemark-chromium-"));
  try {
    const file = join(directory, "page.html");
    if (typeof page === "string") writeFileSync(file, page);
    const words = [
      ...["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"],
      ...[
        `--user-data-dir=${join(directory, "profile")}`,
        "--dump-dom",
        (typeof page === "string" ? pathToFileURL(file) : page).href,
      ],
    ];
    const options = { timeout: timeoutSeconds * 1000, killSignal: "SIGKILL", maxBuffer: 2 ** 28 } as const;
    return (await promisify(execFile)(chromium, words, options)).stdout;
  } catch (error) {
    const { killed, stderr } = error as { killed?: boolean; stderr?: string };
    const what = killed ? `had not ended after ${timeoutSeconds} s and was killed` : "ended badly";
    throw new Error(`chromium: ${chromium} ${what}: ${stderr || error}`, { cause: error });
  } finally {
    // The browser's child processes may still write files for a moment after the browser has been killed.
    rmSync(directory, { recursive: true, force: true, maxRetries: 10 });
  }
}
