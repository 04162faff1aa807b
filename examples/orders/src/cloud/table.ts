import { once } from "node:events";
import type { Server } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { DynamoDB } from "@aws-sdk/client-dynamodb";
import { clientConfig } from "./client-config.ts";

const require = createRequire(import.meta.url);
// It has no types.
const dynalite = require("dynalite") as (options: object) => Server;

/** DynamoDB in this process, with a table of shipments by `id`. */
export async function startTable() {
  const server = dynalite({ createTableMs: 0 }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const dynamodb = new DynamoDB(clientConfig(endpoint));
  const tableName = "shipments";
  await dynamodb.createTable({
    TableName: tableName,
    BillingMode: "PAY_PER_REQUEST",
    AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
    KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
  });
  while ((await dynamodb.describeTable({ TableName: tableName })).Table?.TableStatus !== "ACTIVE");
  return {
    endpoint,
    dynamodb,
    tableName,
    async stop() {
      dynamodb.destroy();
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
