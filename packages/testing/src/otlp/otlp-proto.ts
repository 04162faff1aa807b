import protobuf from "protobufjs";
import { Malformed } from "./received-span.ts";

/**
 * A protobuf `ExportTraceServiceRequest` as the same value that OTLP/JSON spells: hex ids, decimal strings, integer enums.
 *
 * Throws `Malformed` where the bytes are no such message, or hold a field that the schema does not have: an encoder's
 * mistake would otherwise pass unseen, for protobuf readers skip what they do not know.
 */
export function decodeTraceRequest(bytes: Uint8Array): unknown {
  const reader = protobuf.Reader.create(bytes);
  reader.discardUnknown = false;
  const message = decode(reader);
  refuseUnknown(message, "request");
  return spellIds(request.toObject(message, { longs: String, json: true, bytes: Array }));
}

/** The empty `ExportTraceServiceResponse`, or one that reports spans as rejected. */
export function encodeTraceResponse(partialSuccess?: PartialSuccess): Uint8Array {
  return response.encode(response.fromObject(partialSuccess ? { partialSuccess } : {})).finish();
}

/** `google.rpc.Status`, the body of a refusal. */
export function encodeStatus(code: number, message: string): Uint8Array {
  return status.encode(status.fromObject({ code, message })).finish();
}

export interface PartialSuccess {
  readonly rejectedSpans: number;
  readonly errorMessage: string;
}

// The field numbers are those of opentelemetry-proto 1.x (trace, trace_service, common, resource) and google.rpc.Status.
const { root } = protobuf.parse(`
  syntax = "proto3";

  message ExportTraceServiceRequest { repeated ResourceSpans resource_spans = 1; }
  message ExportTraceServiceResponse { ExportTracePartialSuccess partial_success = 1; }
  message ExportTracePartialSuccess { int64 rejected_spans = 1; string error_message = 2; }

  message ResourceSpans { Resource resource = 1; repeated ScopeSpans scope_spans = 2; string schema_url = 3; }
  message Resource { repeated KeyValue attributes = 1; uint32 dropped_attributes_count = 2; }
  message ScopeSpans { InstrumentationScope scope = 1; repeated Span spans = 2; string schema_url = 3; }
  message InstrumentationScope {
    string name = 1;
    string version = 2;
    repeated KeyValue attributes = 3;
    uint32 dropped_attributes_count = 4;
  }

  message Span {
    bytes trace_id = 1;
    bytes span_id = 2;
    string trace_state = 3;
    bytes parent_span_id = 4;
    string name = 5;
    int32 kind = 6;
    fixed64 start_time_unix_nano = 7;
    fixed64 end_time_unix_nano = 8;
    repeated KeyValue attributes = 9;
    uint32 dropped_attributes_count = 10;
    repeated Event events = 11;
    uint32 dropped_events_count = 12;
    repeated Link links = 13;
    uint32 dropped_links_count = 14;
    Status status = 15;
    fixed32 flags = 16;
  }
  message Event {
    fixed64 time_unix_nano = 1;
    string name = 2;
    repeated KeyValue attributes = 3;
    uint32 dropped_attributes_count = 4;
  }
  message Link {
    bytes trace_id = 1;
    bytes span_id = 2;
    string trace_state = 3;
    repeated KeyValue attributes = 4;
    uint32 dropped_attributes_count = 5;
    fixed32 flags = 6;
  }
  message Status { reserved 1; string message = 2; int32 code = 3; }

  message KeyValue { string key = 1; AnyValue value = 2; }
  message AnyValue {
    oneof value {
      string string_value = 1;
      bool bool_value = 2;
      int64 int_value = 3;
      double double_value = 4;
      ArrayValue array_value = 5;
      KeyValueList kvlist_value = 6;
      bytes bytes_value = 7;
    }
  }
  message ArrayValue { repeated AnyValue values = 1; }
  message KeyValueList { repeated KeyValue values = 1; }

  message RpcStatus { int32 code = 1; string message = 2; }
`);

const request = root.lookupType("ExportTraceServiceRequest");
const response = root.lookupType("ExportTraceServiceResponse");
const status = root.lookupType("RpcStatus");

function decode(reader: protobuf.Reader): protobuf.Message {
  try {
    return request.decode(reader);
  } catch (error) {
    throw new Malformed("request", `no protobuf message (${(error as Error).message})`);
  }
}

/** Fields of no known number, or of the wrong wire type, are kept by the reader under this name. */
const UNKNOWNS = "$unknowns";

function refuseUnknown(value: unknown, path: string): void {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return;
  const unknown = (value as { [UNKNOWNS]?: Uint8Array[] })[UNKNOWNS]?.[0];
  if (unknown) throw new Malformed(path, `unknown field ${protobuf.Reader.create(unknown).uint32() >>> 3}`);
  for (const [key, child] of Object.entries(value)) refuseUnknown(child, `${path}.${key}`);
}

/** OTLP departs from the protobuf JSON mapping in one thing: ids are hex. Other bytes stay base64. */
function spellIds(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(spellIds);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, spell(key, child)]));
}

function spell(key: string, value: unknown): unknown {
  if (["traceId", "spanId", "parentSpanId"].includes(key)) {
    return Buffer.from(value as number[]).toString("hex");
  }
  if (key === "bytesValue") return Buffer.from(value as number[]).toString("base64");
  return spellIds(value);
}
