import { parseArgs } from "node:util";
import { connectivity, waterfall } from "@throughline/testing";
import { runOrders } from "./orders.ts";
import { progress } from "./progress.ts";

// Whoever reads our output may leave.
process.stdout.on("error", () => process.exit());
const { json } = options();

const { receiver, protocolVersion, close } = await runOrders(progress);
const { spans } = receiver;
const { connected, components } = connectivity(spans);
if (json) {
  process.stdout.write(`${JSON.stringify(receiver.toOtlpJson(), undefined, 2)}\n`);
} else {
  const services = new Set(spans.map(({ resource }) => resource["service.name"]));
  process.stdout.write(`\n${waterfall(spans)}\n`);
  process.stdout.write(
    connected
      ? `One connected trace: ${spans.length} spans of ${services.size} services.\n`
      : `Not one connected trace: ${components.length} parts.\n`,
  );
  process.stdout.write(
    protocolVersion === 5
      ? "MQTT 5, by mosquitto: the context was in the messages' user properties.\n"
      : "MQTT 3.1.1: the context was in the messages' payloads. With Debian's mosquitto it is MQTT 5 and user properties.\n",
  );
}
await close();
process.exitCode = connected ? 0 : 1;

function options(): { readonly json: boolean } {
  try {
    return parseArgs({ options: { json: { type: "boolean", default: false } } }).values;
  } catch {
    process.stderr.write("usage: npm run demo [-- --json]\n");
    process.exit(2);
  }
}
