// Opens a page in Chromium in light and dark mode, at desktop and phone size. Collects the browser's errors and axe's findings,
// and takes a screenshot if PAGE_SCREENSHOTS gives a folder.
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, isAbsolute, join } from "node:path";
import { type Browser, chromium as engine, type Page } from "playwright-core";
import { chromium } from "./chromium.ts";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export const views = {
  light: { colorScheme: "light", viewport: { width: 1200, height: 900 } },
  dark: { colorScheme: "dark", viewport: { width: 1200, height: 900 } },
  phone: { colorScheme: "light", viewport: { width: 390, height: 844 } },
} as const;
export type View = keyof typeof views;

export function openBrowser(): Promise<Browser> {
  if (chromium === undefined) throw new Error("chromium: none was found; install it or set CHROMIUM_PATH");
  return engine.launch({ executablePath: onPath(chromium), args: ["--no-sandbox", "--disable-dev-shm-usage"] });
}

/** Returns the path of a program, because Playwright requires a path and not a name. */
function onPath(program: string): string {
  if (isAbsolute(program)) return program;
  const paths = (process.env.PATH ?? "").split(delimiter).map((folder) => join(folder, program));
  return paths.find((path) => existsSync(path)) ?? program;
}

export interface Complaints {
  /** Console errors and warnings, failed requests and exceptions. */
  readonly browser: string[];
  /** Serious and critical violations of WCAG 2 A and AA, and of best practice. */
  readonly axe: string[];
  /** Number of pixels by which the page is wider than the browser window. */
  readonly sideways: number;
}

/**
 * @param name of the screenshot
 * @param use what to do on the page before it is examined, such as waiting for its data
 */
export async function complaintsAbout(
  browser: Browser,
  address: string,
  view: View,
  name: string,
  use: (page: Page) => Promise<void> = async () => {},
): Promise<Complaints> {
  const context = await browser.newContext(views[view]);
  try {
    const page = await context.newPage();
    const heard: string[] = [];
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) heard.push(`${message.type()}: ${message.text()}`);
    });
    page.on("pageerror", (error) => heard.push(`exception: ${error.message}`));
    page.on("requestfailed", (request) => heard.push(`failed: ${request.url()}`));
    await page.goto(address);
    await use(page);
    // Opens all `details` elements, so that their content is also examined.
    await page.evaluate("for (const details of document.querySelectorAll('details')) details.open = true");
    const sideways = await page.evaluate<number>("document.documentElement.scrollWidth - innerWidth");
    const folder = process.env.PAGE_SCREENSHOTS;
    if (folder !== undefined) {
      mkdirSync(folder, { recursive: true });
      await page.screenshot({ path: join(folder, `${name}-${view}.png`), fullPage: true });
    }
    await page.evaluate(`${axe};0`);
    const { violations } = await page.evaluate<{ violations: Violation[] }>("axe.run()");
    const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
    return {
      browser: heard,
      axe: serious.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(" | ")}`),
      sideways: Math.max(0, sideways),
    };
  } finally {
    await context.close();
  }
}

interface Violation {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly html: string }[];
}
