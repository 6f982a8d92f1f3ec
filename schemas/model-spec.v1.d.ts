// What scripts/generate-validator.js writes into model-spec.v1.js.

/** A mistake, as ajv reports it. */
export interface SchemaError {
  /** JSON pointer into the value. */
  readonly instancePath: string;
  readonly keyword: string;
  // biome-ignore lint/suspicious/noExplicitAny: each keyword has its own
  readonly params: Record<string, any>;
  readonly message?: string;
  readonly data?: unknown;
  /** The part of `schema` that has the keyword. */
  readonly parentSchema?: object;
}

/** The JSON Schema of specs. */
export const schema: object;

/** Checks a value and fills defaults in. After false, `errors` has every mistake. */
export const validate: { (value: unknown): boolean; errors?: readonly SchemaError[] | null };
