import type { Service } from "../service.ts";

export const iot: Service = { client: "IoTDataPlane", operations: {} };
