import { type DuckDBDataChunk, DuckDBInstance, type Json } from "@duckdb/node-api";

/** DuckDB in memory. Once it is locked it can read the files that it was given, and nothing of it can be changed. */
export class Engine {
  readonly #database: DuckDBInstance;

  private constructor(database: DuckDBInstance) {
    this.#database = database;
  }

  /** @param folder where it puts what does not fit into its share of memory */
  static async open(folder: string): Promise<Engine> {
    const database = await DuckDBInstance.create(":memory:", {
      memory_limit: "384MB",
      threads: "2",
      temp_directory: folder,
      autoload_known_extensions: "false",
      autoinstall_known_extensions: "false",
    });
    const engine = new Engine(database);
    await engine.rows("SET TimeZone = 'UTC'");
    return engine;
  }

  /** From here on there are `files` and `folder`, no extensions, and no way back. */
  async lock(files: readonly string[], folder: string): Promise<void> {
    await this.rows(`SET allowed_paths = [${files.map(literal).join()}]`);
    await this.rows(`SET allowed_directories = [${literal(folder)}]`);
    await this.rows("SET enable_external_access = false");
    await this.rows("SET lock_configuration = true");
  }

  /** The rows of a small result. Numbers of more than 32 bits must be cast to DOUBLE, to be no texts. */
  async rows(sql: string, values: readonly string[] = []): Promise<Json[][]> {
    const connection = await this.#database.connect();
    try {
      return (await connection.runAndReadAll(sql, [...values])).getRowsJson();
    } finally {
      connection.closeSync();
    }
  }

  /** A result of any size, in order. */
  async *chunks(sql: string): AsyncGenerator<DuckDBDataChunk> {
    const connection = await this.#database.connect();
    try {
      const result = await connection.stream(sql);
      for (let chunk = await result.fetchChunk(); chunk !== null && chunk.rowCount > 0; ) {
        yield chunk;
        chunk = await result.fetchChunk();
      }
    } finally {
      connection.closeSync();
    }
  }

  /** Runs `sql`, which reads with store_rejects, and gives the rows of `query` about what it rejected. */
  async rejects(sql: string, query: string): Promise<Json[][]> {
    const connection = await this.#database.connect();
    try {
      await connection.runAndReadAll(sql);
      return (await connection.runAndReadAll(query)).getRowsJson();
    } finally {
      connection.closeSync();
    }
  }

  close(): void {
    this.#database.closeSync();
  }
}

export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** What DuckDB says, without its list of options. */
export function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split(/\n\s*(?:\n|Possible|LINE \d|file = )/)[0]!.trim();
}
