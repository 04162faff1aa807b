/** The context object as a state sees it. */
export interface StateContext {
  readonly Execution: {
    readonly Id: string;
    readonly Input: unknown;
    readonly Name: string;
    readonly RoleArn: string;
    /** ISO 8601 with milliseconds, as every time here. */
    readonly StartTime: string;
    readonly RedriveCount: number;
    readonly RedriveTime?: string;
  };
  readonly State: { readonly EnteredTime: string; readonly Name: string; readonly RetryCount: number };
  readonly StateMachine: { readonly Id: string; readonly Name: string };
  /** In a map, and in what runs for each of its items. */
  readonly Map?: { readonly Item: { readonly Index: number; readonly Value: unknown } };
  /** In a task that waits for its token. */
  readonly Task?: { readonly Token: string };
}

export type Variables = Readonly<Record<string, unknown>>;

/** What a state's expressions can look at. */
export interface Scope {
  /** As the state before it gave it. */
  readonly input: unknown;
  readonly context: StateContext;
  readonly variables: Variables;
}
