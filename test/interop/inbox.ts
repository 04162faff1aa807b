/** What came, in order, each once; those who ask too early wait. */
export interface Inbox<Item> {
  put(item: Item): void;
  next(): Promise<Item>;
}

export function inbox<Item>(): Inbox<Item> {
  const items: Item[] = [];
  const waiting: ((item: Item) => void)[] = [];
  return {
    put(item) {
      const asker = waiting.shift();
      if (asker) asker(item);
      else items.push(item);
    },
    next() {
      const [item] = items.splice(0, 1);
      return item === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(item);
    },
  };
}
