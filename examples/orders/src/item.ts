/** One of an order's items. */
export interface Item {
  readonly order: string;
  readonly name: string;
  readonly kilos: number;
}

/** An item on its way, as the state machine hands it to *ship*, and *ship* tells of it. */
export interface Shipment {
  readonly order: string;
  readonly name: string;
  readonly by: "parcel" | "freight";
}
