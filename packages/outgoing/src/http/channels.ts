/** What listens to which of Node's diagnostics channels, by name. */
export type Listeners = Readonly<Record<string, (message: never) => void>>;
