// The files in examples/monitoring, checked by the programs that read them.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const folder = fileURLToPath(new URL("../examples/monitoring/", import.meta.url));
const run = (program: string, words: readonly string[]) => {
  const { status, stdout, stderr } = spawnSync(program, words, { cwd: folder, encoding: "utf8" });
  return { status, output: `${stdout}${stderr}` };
};
const isThere = (program: string): boolean => run(program, ["--version"]).status === 0;

const findModule = "import importlib.util as u, sys; sys.exit(u.find_spec('kubernetes_validate') is None)";
/** The Python that has kubernetes-validate: TIDEMARK_KUBERNETES_PYTHON, or the Python in .venv. */
const python = [
  process.env.TIDEMARK_KUBERNETES_PYTHON,
  fileURLToPath(new URL("../.venv/bin/python", import.meta.url)),
].find((path) => path !== undefined && existsSync(path) && run(path, ["-c", findModule]).status === 0);
const withoutPython = python === undefined ? " (skipped: no Python with kubernetes-validate in .venv)" : "";
const hasPrometheus = ["promtool", "amtool"].every(isThere);
const hasSystemd = isThere("systemd-analyze");

describe("the files in examples/monitoring", () => {
  it.skipIf(python === undefined)(`are what Kubernetes accepts${withoutPython}`, () => {
    const checked = run(python!, ["-m", "kubernetes_validate", "--strict", "kubernetes.yaml"]);
    expect(checked.output.match(/passed for resource \w+/g)).toHaveLength(3);
    expect(checked.status).toBe(0);
  });

  it.skipIf(!hasPrometheus)(
    `are what Prometheus and Alertmanager accept${hasPrometheus ? "" : " (skipped: no promtool or amtool)"}`,
    () => {
      // The file of the token exists only in the container.
      const prometheus = run("promtool", ["check", "config", "--syntax-only", "prometheus.yml"]);
      expect(prometheus, prometheus.output).toMatchObject({ status: 0 });
      const alertmanager = run("amtool", ["check-config", "alertmanager.yml"]);
      expect(alertmanager, alertmanager.output).toMatchObject({ status: 0 });
    },
  );

  it.skipIf(!hasSystemd)(`are what systemd accepts${hasSystemd ? "" : " (skipped: no systemd-analyze)"}`, () => {
    // Every unknown section, key and value is a warning.
    expect(run("systemd-analyze", ["verify", "./tidemark.service"])).toEqual({ status: 0, output: "" });
  });
});
