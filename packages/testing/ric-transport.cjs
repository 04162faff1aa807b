// Preloaded into aws-lambda-ric where its native client is not built. It takes the place of `rapid-client.node` and keeps its
// manners: `next` waits on another thread, `done` and `error` block this one until the Runtime API has answered.
const Module = require("node:module");
const { MessageChannel, Worker, receiveMessageOnPort } = require("node:worker_threads");

const RUNTIME_API = "/2018-06-01/runtime/invocation";
const load = Module._load;

Module._load = function loadWithTransport(request, ...rest) {
  return request === "./rapid-client.node" ? client() : load.call(this, request, ...rest);
};

let shared;

function client() {
  shared ??= connect();
  return shared;
}

function connect() {
  const { port1: port, port2 } = new MessageChannel();
  const signal = new Int32Array(new SharedArrayBuffer(4));
  const { NODE_OPTIONS: _preloads, ...env } = process.env;
  const worker = new Worker(`(${transport})()`, {
    eval: true,
    env,
    execArgv: [],
    workerData: { port: port2, signal, api: process.env.AWS_LAMBDA_RUNTIME_API, path: RUNTIME_API },
    transferList: [port2],
  });
  worker.unref();
  const waiting = [];
  worker.on("message", (reply) => {
    const { resolve, reject } = waiting.shift();
    if (waiting.length === 0) worker.unref();
    if (reply.failure) reject(new Error(`Failed to get next invocation, error ${reply.failure}`));
    else resolve(reply);
  });

  function post(path, body, headers) {
    Atomics.store(signal, 0, 0);
    port.postMessage({ path, body, headers });
    Atomics.wait(signal, 0, 0);
    receiveMessageOnPort(port);
  }

  return {
    next: () =>
      new Promise((resolve, reject) => {
        waiting.push({ resolve, reject });
        worker.ref();
        worker.postMessage("next");
      }),
    done: (id, body) => post(`/${id}/response`, body, {}),
    error: (id, body, cause) =>
      post(`/${id}/error`, body, { "lambda-runtime-function-xray-error-cause": cause }),
  };
}

// Runs in the worker; nothing of the outer scope is visible there.
function transport() {
  const http = require("node:http");
  const { parentPort, workerData } = require("node:worker_threads");
  const { port, signal, api, path } = workerData;
  const [host, apiPort] = api.split(":");
  const agent = new http.Agent({ keepAlive: true });

  function call(method, suffix, body, headers) {
    return new Promise((resolve, reject) => {
      const options = { agent, host, port: apiPort, method, path: path + suffix, headers };
      const request = http.request(options, (response) => {
        const chunks = [];
        response.on("data", (chunk) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () => {
          resolve({
            status: response.statusCode,
            headers: response.headers,
            body: Buffer.concat(chunks).toString(),
          });
        });
      });
      request.on("error", reject);
      request.end(body);
    });
  }

  parentPort.on("message", async () => {
    try {
      const { status, headers, body } = await call("GET", "/next");
      if (status !== 200) throw new Error(String(status));
      headers["lambda-runtime-deadline-ms"] = Number(headers["lambda-runtime-deadline-ms"]);
      headers["lambda-runtime-trace-id"] ??= "";
      parentPort.postMessage({ bodyJson: body, headers });
    } catch (error) {
      parentPort.postMessage({ failure: error.message });
    }
  });

  port.on("message", async ({ path: suffix, body, headers }) => {
    const bytes = Buffer.from(body);
    const type = { "content-type": "application/json", "content-length": bytes.length };
    await call("POST", suffix, bytes, { ...type, ...headers }).catch(() => undefined);
    port.postMessage("done");
    Atomics.store(signal, 0, 1);
    Atomics.notify(signal, 0);
  });
}
