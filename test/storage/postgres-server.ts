// A real PostgreSQL server in its own directory, on a loopback port. The server flushes nothing to disk, because tests kill
// processes, not the machine.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { freePort } from "../free-port.ts";

/** The folder that holds PostgreSQL's programs on Debian, which is not in the PATH. */
const debian = "/usr/lib/postgresql";
const debianVersions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
const programs: string | undefined = [
  process.env.TIDEMARK_POSTGRES_BIN,
  ...debianVersions.map((version) => join(debian, version, "bin")),
  ...(process.env.PATH ?? "").split(":"),
].find((directory) => directory && existsSync(join(directory, "initdb")) && existsSync(join(directory, "postgres")));

/**
 * The account that runs PostgreSQL, which refuses to run as root: undefined if this process is not root, null if the system has
 * no such account.
 */
const account: { readonly uid: number; readonly gid: number } | undefined | null =
  process.getuid?.() === 0 ? accountOf("postgres") : undefined;

const isAbsent = programs === undefined || account === null;
/** The reason for skipping tests that need the server, which is added to their names; empty if PostgreSQL is installed. */
export const withoutPostgres: string = isAbsent ? " (skipped: no PostgreSQL server installed)" : "";

const user = "tide@mark";
export const postgresPassword = "p@ss/word";

export class PostgresServer {
  readonly #directory = mkdtempSync(join(tmpdir(), "tidemark-postgres-"));
  #child: ChildProcess | undefined;
  #port = 0;
  #databases = 0;

  readonly #killChild = (): void => {
    this.#child?.kill("SIGKILL");
  };

  /** Starts the server, on its earlier port if it had one, and returns once it responds. */
  async start(settings: readonly string[] = []): Promise<void> {
    const data = join(this.#directory, "data");
    if (this.#port === 0) {
      this.#port = await freePort();
      const password = join(this.#directory, "password");
      writeFileSync(password, postgresPassword);
      chmodSync(this.#directory, 0o755);
      if (account) chownSync(this.#directory, account.uid, account.gid);
      execFileSync(
        join(programs!, "initdb"),
        [
          ...["--pgdata", data, "--username", user, "--pwfile", password, "--auth", "scram-sha-256"],
          ...["--encoding", "UTF8", "--locale", "C", "--no-sync", "--no-instructions"],
        ],
        { ...account, stdio: "pipe" },
      );
    }
    const log = join(this.#directory, "log");
    const out = openSync(log, "a");
    const options = [`port=${this.#port}`, "listen_addresses=127.0.0.1", `unix_socket_directories=${this.#directory}`];
    const child = spawn(
      join(programs!, "postgres"),
      ["-D", data, ...[...options, "fsync=off", "max_connections=200", ...settings].flatMap((one) => ["-c", one])],
      { ...account, cwd: this.#directory, stdio: ["ignore", out, out] },
    );
    this.#child = child;
    process.once("exit", this.#killChild);
    const until = performance.now() + 60_000;
    for (;;) {
      const isUp = await this.sql("SELECT 1", [], "postgres").then(
        () => true,
        () => false,
      );
      if (isUp) return;
      if (child.exitCode !== null || performance.now() > until) {
        throw new Error(`postgres did not come up:\n${readFileSync(log, "utf8")}`);
      }
      await sleep(20);
    }
  }

  /** Returns the address of a database, with its password. */
  address(database: string): string {
    const credentials = [user, postgresPassword].map(encodeURIComponent).join(":");
    return `postgres://${credentials}@127.0.0.1:${this.#port}/${database}`;
  }

  get port(): number {
    return this.#port;
  }

  /** Creates an empty database. @returns its name */
  async newDatabase(settings = ""): Promise<string> {
    const name = `test${++this.#databases}`;
    await this.sql(`CREATE DATABASE ${name} ${settings}`, [], "postgres");
    return name;
  }

  /** Runs a statement on a new connection. */
  async sql(text: string, values: readonly unknown[], database: string): Promise<Record<string, unknown>[]> {
    const client = new pg.Client({ connectionString: this.address(database) });
    client.on("error", () => {});
    await client.connect();
    try {
      return (await client.query(text, [...values])).rows;
    } finally {
      await client.end();
    }
  }

  /** Runs one of PostgreSQL's programs in the server's directory. */
  run(program: string, ...words: readonly string[]): void {
    const env = {
      ...process.env,
      PGHOST: "127.0.0.1",
      PGPORT: `${this.#port}`,
      PGUSER: user,
      PGPASSWORD: postgresPassword,
    };
    execFileSync(join(programs!, program), words, { ...account, cwd: this.#directory, env, stdio: "pipe" });
  }

  /** Breaks the connections that Tidemark's processes have opened. @returns the number of broken connections */
  async breakConnections(): Promise<number> {
    const rows = await this.sql(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'tidemark'",
      [],
      "postgres",
    );
    return rows.length;
  }

  /** Ends the server at once, as a crash would; committed data remains. */
  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    process.off("exit", this.#killChild);
    if (child === undefined || child.exitCode !== null) return;
    const closed = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGQUIT");
    await closed;
  }

  /** Ends the server and removes its data. */
  async remove(): Promise<void> {
    await this.kill();
    rmSync(this.#directory, { recursive: true, force: true, maxRetries: 10 });
  }
}

/** Returns the user's ids, or null if the system has no such user. */
function accountOf(name: string): { uid: number; gid: number } | null {
  const line = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .find((entry) => entry.startsWith(`${name}:`));
  const [, , uid, gid] = line?.split(":") ?? [];
  return line === undefined ? null : { uid: Number(uid), gid: Number(gid) };
}
