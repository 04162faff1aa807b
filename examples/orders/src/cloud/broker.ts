import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { delimiter, join } from "node:path";
import type { Readable } from "node:stream";
import { Aedes } from "aedes";

/** An MQTT broker on loopback. */
export interface Broker {
  readonly url: string;
  /** MQTT 5, or 4 for what is called MQTT 3.1.1. */
  readonly protocolVersion: 4 | 5;
  stop(): Promise<void>;
}

/** Debian's `mosquitto` where it is installed, for it speaks MQTT 5; else one in this process. */
export function startBroker(): Promise<Broker> {
  const mosquitto = findMosquitto();
  return mosquitto ? startMosquitto(mosquitto) : startAedes();
}

/** Its path; `undefined` where it is not installed. */
export function findMosquitto(): string | undefined {
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin"];
  return folders.map((folder) => join(folder, "mosquitto")).find(existsSync);
}

export async function startMosquitto(command: string): Promise<Broker> {
  const port = await freePort();
  // Without a configuration it takes anybody, from this machine only.
  const mosquitto = spawn(command, ["-p", String(port)], { stdio: ["ignore", "ignore", "pipe"] });
  const exited = once(mosquitto, "exit");
  await ready(mosquitto.stderr);
  return {
    url: `mqtt://127.0.0.1:${port}`,
    protocolVersion: 5,
    async stop() {
      mosquitto.kill();
      await exited;
    },
  };
}

/** In this process; it knows MQTT 3.1.1 only. */
export async function startAedes(): Promise<Broker> {
  const aedes = await Aedes.createBroker();
  const server = createServer(aedes.handle).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`,
    protocolVersion: 4,
    async stop() {
      await new Promise<void>((done) => aedes.close(done));
      server.close();
    },
  };
}

/** It says so; until then nobody can connect. */
async function ready(log: Readable): Promise<void> {
  let said = "";
  for await (const chunk of log.iterator({ destroyOnReturn: false })) {
    said += String(chunk);
    if (/ running$/m.test(said)) return void log.resume();
  }
  throw new Error(`mosquitto did not start:\n${said}`);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
