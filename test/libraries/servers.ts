import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chownSync, existsSync, globSync, mkdtempSync, rmSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

/** The servers that the libraries talk to, on loopback, with data of their own that goes with them. */
export interface Servers {
  /** What the clients read. */
  readonly environment: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

const postgres = find("postgres", globSync("/usr/lib/postgresql/*/bin"));
const initdb = find("initdb", globSync("/usr/lib/postgresql/*/bin"));
const redis = find("redis-server", []);

/** Why there are none; `undefined` where they can be started. */
export const missing: string | undefined =
  postgres && initdb && redis
    ? undefined
    : "PostgreSQL or Redis is not installed: apt-get install postgresql redis-server";

export async function startServers(): Promise<Servers> {
  const started = [await startPostgres(), await startRedis()];
  return {
    environment: Object.assign({}, ...started.map(({ environment }) => environment)),
    async stop() {
      for (const { stop } of started) await stop();
    },
  };
}

async function startPostgres(): Promise<Servers> {
  const data = mkdtempSync(join(tmpdir(), "throughline-postgres-"));
  const owner = ownerOf(data);
  execFileSync(initdb ?? "", ["-D", data, "-A", "trust", "-U", "test", "--no-sync"], {
    ...owner,
    stdio: "ignore",
  });
  const port = await freePort();
  const args = ["-D", data, "-h", "127.0.0.1", "-p", String(port), "-k", data, "-F"];
  const child = spawn(postgres ?? "", args, { ...owner, stdio: "ignore" });
  await listening(child, port);
  const environment = { PGHOST: "127.0.0.1", PGPORT: String(port), PGUSER: "test", PGDATABASE: "postgres" };
  // SIGINT: without waiting for its clients.
  return { environment, stop: () => end(child, "SIGINT", data) };
}

/** PostgreSQL refuses to be run by root; its package brings a user for it. */
function ownerOf(folder: string): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const [uid, gid] = ["-u", "-g"].map((which) => Number(execFileSync("id", [which, "postgres"]))) as [
    number,
    number,
  ];
  chownSync(folder, uid, gid);
  return { uid, gid };
}

async function startRedis(): Promise<Servers> {
  const folder = mkdtempSync(join(tmpdir(), "throughline-redis-"));
  const port = await freePort();
  const args = ["--bind", "127.0.0.1", "--port", String(port), "--save", "", "--dir", folder];
  const child = spawn(redis ?? "", args, { stdio: "ignore" });
  await listening(child, port);
  return {
    environment: { REDIS_URL: `redis://127.0.0.1:${port}` },
    stop: () => end(child, "SIGTERM", folder),
  };
}

function find(program: string, folders: readonly string[]): string | undefined {
  const places = [...folders, ...(process.env.PATH ?? "").split(delimiter)];
  return places.map((folder) => join(folder, program)).find((path) => existsSync(path));
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}

async function listening(child: ChildProcess, port: number): Promise<void> {
  while (!(await accepts(port))) {
    if (child.exitCode !== null) throw new Error(`${child.spawnfile} exited with ${child.exitCode}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    const answer = (is: boolean) => {
      socket.destroy();
      resolve(is);
    };
    socket.on("connect", () => answer(true)).on("error", () => answer(false));
  });
}

async function end(child: ChildProcess, signal: NodeJS.Signals, folder: string): Promise<void> {
  if (child.exitCode === null) {
    child.kill(signal);
    await once(child, "exit");
  }
  rmSync(folder, { recursive: true, force: true });
}
