import { printableMessage } from "../system/printable.ts";
import { UserError } from "../system/user-error.ts";
import { type Engine, reasonOf } from "./engine.ts";

/** Parts of an expression over the cells of one row. */
const CLASSES = new Set([
  ..."BETWEEN CASE CAST COLLATE COLUMN_REF COMPARISON CONJUNCTION CONSTANT FUNCTION LAMBDA LAMBDA_REF OPERATOR".split(
    " ",
  ),
]);
/** Functions that DuckDB defines by others, and that are safe. */
const MACROS = new Set([
  "nullif",
  "split_part",
  "fmod",
  "fdiv",
  "round_even",
  "roundbankers",
  "date_add",
  "days_in_month",
]);

type Node = Readonly<Record<string, unknown>>;

/**
 * Checks that SQL from a spec says something about the cells of one row and no more: no second statement, no other table, no file, nothing
 * that differs from run to run.
 * @param key its place in the spec
 * @param kind one value, or a list of values with directions
 * @throws UserError (2) with the key and DuckDB's words
 */
export async function checkExpression(
  engine: Engine,
  key: string,
  sql: string,
  kind: "value" | "order",
): Promise<void> {
  const select = kind === "value" ? `SELECT (${sql}\n)` : `SELECT 0 ORDER BY ${sql}\n`;
  const parsed = await parse(engine, select);
  if (parsed.error) throw refused(key, parsed.error_message ?? "it cannot be read");
  const bare = kind === "value" ? await parse(engine, `SELECT ${sql}\n`) : parsed;
  if (bare.error) throw refused(key, bare.error_message ?? "it cannot be read");
  const [statement, ...more] = parsed.statements ?? [];
  const node = statement?.node;
  if (node === undefined || more.length > 0 || node.type !== "SELECT_NODE")
    throw refused(key, "it is more than one expression");
  const values = node.select_list as Node[];
  const modifiers = node.modifiers as Node[];
  const isAlone =
    values.length === 1 &&
    (node.from_table as Node).type === "EMPTY" &&
    [node.where_clause, node.having, node.qualify, node.sample].every((part) => part === null) &&
    (node.group_expressions as unknown[]).length === 0 &&
    ((node.cte_map as Node).map as unknown[]).length === 0 &&
    modifiers.length === (kind === "value" ? 0 : 1);
  if (!isAlone) throw refused(key, "it is more than one expression");
  if (kind === "value") return checkNode(engine, key, values[0]!);
  if (modifiers[0]!.type !== "ORDER_MODIFIER") throw refused(key, "it is more than an order of rows");
  for (const { expression } of modifiers[0]!.orders as { expression: Node }[]) {
    if (expression.class === "CONSTANT") throw refused(key, "rows are ordered by columns, not by a constant");
    await checkNode(engine, key, expression);
  }
}

interface Parsed {
  readonly error: boolean;
  readonly error_message?: string;
  readonly statements?: readonly { readonly node: Node }[];
}

async function parse(engine: Engine, sql: string): Promise<Parsed> {
  const [[text] = []] = await engine.rows("SELECT json_serialize_sql(?::VARCHAR)", [sql]);
  return JSON.parse(String(text)) as Parsed;
}

async function checkNode(engine: Engine, key: string, root: Node): Promise<void> {
  const functions = new Set<string>();
  const visit = (part: unknown): void => {
    if (typeof part !== "object" || part === null) return;
    const { class: kind, function_name: name } = part as Node;
    if (typeof kind === "string" && !CLASSES.has(kind)) {
      throw refused(key, `it has a ${kind.toLowerCase()}: an expression can use the cells of its row only`);
    }
    if (kind === "FUNCTION") functions.add(String(name));
    for (const value of Object.values(part)) visit(value);
  };
  visit(root);
  for (const name of functions) {
    const found = await engine.rows(
      "SELECT function_type, stability FROM duckdb_functions() WHERE function_name = lower(?::VARCHAR) AND schema_name IN ('main', 'pg_catalog') AND internal",
      [name],
    );
    const isSafe = found.some(([type, stability]) => type === "scalar" && stability === "CONSISTENT");
    if (isSafe || (found.length > 0 && MACROS.has(name.toLowerCase()))) continue;
    const why = found.length === 0 ? "there is no such function" : "it is no function of the cells of one row";
    throw refused(key, `${name}(): ${why}`);
  }
}

/** @param error what DuckDB says of a query that has the expression */
export function refused(key: string, error: unknown): UserError {
  return new UserError(`${key}: ${printableMessage(reasonOf(typeof error === "string" ? new Error(error) : error))}`, {
    exitCode: 2,
    fix: 'give one SQL expression over the table\'s columns, such as ln(Close) or "T (degC)" > 0',
  });
}
