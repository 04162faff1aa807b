import { isRecord } from "../json.ts";
import { type Absent, addContext, type Edit, type Scope, type Template } from "./add-context.ts";

/**
 * A distributed Map's state whose child executions get the context; `undefined` for another Map.
 *
 * The children have context objects of their own: what started them can only be told by their input.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html
 */
export function addToMap(state: Template, scope: Scope): Edit | undefined {
  if (!isDistributed(state)) return undefined;
  const { ItemBatcher: batcher } = state;
  if (!isRecord(batcher)) return addContext(state, selectorOf(state), scope, wholeItem(scope));
  const at = `${scope.at}.ItemBatcher`;
  const { template, points } = addContext(batcher, "BatchInput", { ...scope, at }, { create: "object" });
  return { template: { ...state, ItemBatcher: template }, points };
}

function isDistributed({ ItemProcessor }: Template): boolean {
  if (!isRecord(ItemProcessor) || !isRecord(ItemProcessor.ProcessorConfig)) return false;
  return ItemProcessor.ProcessorConfig.Mode === "DISTRIBUTED";
}

/** `Parameters` is what `ItemSelector` was called before. */
function selectorOf(state: Template): string {
  return "Parameters" in state ? "Parameters" : "ItemSelector";
}

function wholeItem({ dialect }: Scope): Absent {
  return dialect.guarded
    ? { merge: "{% $states.context.Map.Item.Value %}" }
    : {
        left: "each item is a child's whole input: give the Map an ItemSelector with fields, or an ItemBatcher",
      };
}
