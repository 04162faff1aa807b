import { parseArgs } from "node:util";
import { connectivity, waterfall } from "@throughline/testing";
import { runOrders } from "./orders.ts";
import { progress } from "./progress.ts";

// Whoever reads our output may leave.
process.stdout.on("error", () => process.exit());
const { json } = options();

const { receiver, close } = await runOrders(progress);
const { spans } = receiver;
const { connected } = connectivity(spans);
if (json) {
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

function options(): { readonly json: boolean } {
  try {
    return parseArgs({ options: { json: { type: "boolean", default: false } } }).values;
  } catch {
    process.stderr.write("usage: npm run demo [-- --json]\n");
    process.exit(2);
  }
}
