import { parseArgs } from "node:util";
import { connectivity, waterfall } from "@throughline/testing";
import { runOrders } from "./orders.ts";
import { progress } from "./progress.ts";

const { values } = parseArgs({ options: { json: { type: "boolean", default: false } } });

const { receiver, close } = await runOrders(progress);
const { spans } = receiver;
const { connected } = connectivity(spans);
if (values.json) {
  process.stdout.write(`${JSON.stringify(receiver.toOtlpJson(), undefined, 2)}\n`);
} else {
  const functions = new Set(spans.map(({ resource }) => resource["service.name"]));
  process.stdout.write(`\n${waterfall(spans)}\n`);
  process.stdout.write(
    connected
      ? `One connected trace: ${spans.length} spans of ${functions.size} functions.\n`
      : `Not one connected trace: ${connectivity(spans).components.length} parts.\n`,
  );
}
await close();
process.exitCode = connected ? 0 : 1;
