export { extract, matches, type StepFunctionsContext } from "./step-functions/context-object.ts";
export { injectInput } from "./step-functions/inject-input.ts";
export { snippets, type TaskSnippets } from "./step-functions/snippets.ts";
