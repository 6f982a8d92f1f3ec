import { damaged, isRecord } from "../data/csv-scalers.ts";
import { parseTableFitted, type TableFitted } from "./scalers.ts";
import type { TableFormat } from "./table.ts";

/** How the numbers of the training rows are written: a file of few rows may not tell. null where the format has numbers. */
export type NumberFormat = { readonly decimal: "." | "," | null; readonly thousands: string | null };

/** What a run keeps of its training rows: plain JSON, read by all that forecasts with it. */
export type FittedTable = TableFitted & { readonly numbers: NumberFormat };

export function numberFormat({ decimal, thousands }: TableFormat): NumberFormat {
  return { decimal: decimal ?? null, thousands: thousands ?? null };
}

/** The same as part of what a table is opened with. */
export function asFormat({ decimal, thousands }: NumberFormat): TableFormat {
  return { ...(decimal === null ? {} : { decimal }), ...(thousands === null ? {} : { thousands }) };
}

/**
 * The fitted state of a run as it was read from its files, checked to have scalers for each of `columns`.
 * @throws UserError (1) where it is not what {@link FittedTable} says
 */
export function parseFittedTable(value: unknown, columns: readonly string[]): FittedTable {
  const fitted = parseTableFitted(value, columns);
  const { numbers } = value as { numbers?: unknown };
  if (!isRecord(numbers)) throw damaged("it does not say how numbers are written");
  const { decimal, thousands } = numbers;
  const isMark = decimal === null || decimal === "." || decimal === ",";
  if (!isMark || !(thousands === null || typeof thousands === "string")) throw damaged("how numbers are written");
  return { ...fitted, numbers: { decimal, thousands } };
}
