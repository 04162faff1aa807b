import { diag } from "@opentelemetry/api";

/** What listens to which of Node's diagnostics channels, by name. */
export type Listeners = Readonly<Record<string, (message: never) => void>>;

/** Listens to all of them; gives the way to stop. */
export function subscribe(listeners: Listeners): () => void {
  const channels = process.getBuiltinModule("node:diagnostics_channel");
  const subscribed = Object.entries(listeners).map(([name, listen]) => {
    const listener = quietly((message: unknown) => listen(message as never));
    channels.subscribe(name, listener);
    return () => channels.unsubscribe(name, listener);
  });
  return () => {
    for (const unsubscribe of subscribed) unsubscribe();
  };
}

/** The same without its errors: what a listener throws, of a channel or an emitter, becomes an uncaught exception. */
export function quietly<Message>(listen: (message: Message) => void): (message: Message) => void {
  return (message) => {
    try {
      listen(message);
    } catch (error) {
      diag.error("Throughline: an outgoing request could not be traced as it should", error);
    }
  };
}
