// Finds the relative links in Markdown files, and the broken links among them.
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";

export interface Link {
  /** The Markdown file, relative to the root. */
  readonly file: string;
  readonly line: number;
  /** The link's target, as written in the file. */
  readonly target: string;
}

/** Returns the links outside code, in order, except URLs and mail addresses. */
export function relativeLinks(root: string, file: string): Link[] {
  return prose(readFileSync(join(root, file), "utf8")).flatMap((text, index) =>
    [...text.matchAll(/\]\(<?([^)\s>]+)>?(?:\s+"[^"]*")?\)|^\[[^\]]+\]:\s*(\S+)|\b(?:src|href)="([^"]+)"/g)]
      .map((match) => match[1] ?? match[2] ?? match[3]!)
      .filter((target) => !/^[a-z][a-z0-9+.-]*:/i.test(target))
      .map((target) => ({ file, line: index + 1, target })),
  );
}

/**
 * Returns a line such as "README.md:12: docs/guide.md#nowhere: no such heading" for each link to a file or heading that does
 * not exist.
 */
export function brokenLinks(root: string, files: readonly string[]): string[] {
  return files
    .flatMap((file) => relativeLinks(root, file))
    .flatMap((link) => {
      const fault = faultOf(root, link);
      return fault === undefined ? [] : [`${link.file}:${link.line}: ${link.target}: ${fault}`];
    });
}

function faultOf(root: string, { file, target }: Link): string | undefined {
  const [path = "", anchor] = target.split("#");
  const found = path === "" ? file : normalize(join(dirname(file), decodeURIComponent(path)));
  if (found.startsWith("..")) return "outside of the root";
  if (!existsSync(join(root, found))) return "no such file";
  if (anchor === undefined) return undefined;
  if (!found.endsWith(".md")) return "no Markdown, so no headings";
  return anchorsOf(root, found).has(anchor) ? undefined : "no such heading";
}

/**
 * Returns the anchors of all headings in a file, as GitHub defines them: https://docs.github.com/get-started/writing-on-github
 * (section links).
 */
function anchorsOf(root: string, file: string): Set<string> {
  const anchors = new Set<string>();
  for (const line of prose(readFileSync(join(root, file), "utf8"), "with code spans")) {
    const heading = /^#{1,6}\s+(.*?)\s*#*$/.exec(line)?.[1];
    if (heading === undefined) continue;
    const words = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1").replaceAll(/[`*]/g, "");
    const slug = words
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\p{M}\s_-]/gu, "")
      .replaceAll(/\s/g, "-");
    for (let n = 0; ; n++) {
      const anchor = n === 0 ? slug : `${slug}-${n}`;
      if (anchors.has(anchor)) continue;
      anchors.add(anchor);
      break;
    }
  }
  return anchors;
}

/** Returns the lines without the content of code blocks and, unless `spans` is given, without code spans. */
function prose(text: string, spans?: "with code spans"): string[] {
  let fence: string | undefined;
  return text.split("\n").map((line) => {
    const mark = /^\s*(```+|~~~+)/.exec(line)?.[1];
    if (mark !== undefined && fence === undefined) fence = mark;
    else if (mark !== undefined && fence !== undefined && mark.startsWith(fence)) fence = undefined;
    else if (fence === undefined) return spans === undefined ? line.replaceAll(/`[^`]*`/g, "") : line;
    return "";
  });
}
