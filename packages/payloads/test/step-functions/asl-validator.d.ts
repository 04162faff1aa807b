declare module "asl-validator" {
  /** Writes each state's query language into the definition. */
  export default function validate(definition: object): {
    readonly isValid: boolean;
    readonly errors: readonly { readonly "Error code": string; readonly Message: string }[];
  };
}
