import { createReadStream } from "node:fs";
import { join } from "node:path";
import { createGunzip } from "node:zlib";
import { counted } from "../system/counted.ts";
import { type Engine, literal, reasonOf } from "./engine.ts";
import { detectLayout, footerLines, type Layout, records } from "./layout.ts";
import { placed } from "./places.ts";
import type { TableFormat, TableProblem } from "./table.ts";
import { copyText, type Ends, headText, markedEncoding, noText, readEnds, tailLines } from "./text-file.ts";

/** A CSV file: what is read in its place, and how. */
interface CsvFile {
  readonly file: string;
  readonly path: string;
  readonly layout: Layout;
  readonly compression: Ends["compression"];
  readonly format: TableFormat;
}

/** Beyond both a compressed file is taken for an attack on the disk. */
const MAX_RATIO = 250;
const MAX_UNPACKED = 2 ** 26; // bytes

const LINES =
  "auto_detect = false, header = false, columns = {'line': 'VARCHAR'}, delim = E'\\x1f', quote = '', escape = ''";

/**
 * Finds out how a CSV file is written. Where that is no plain UTF-8 from the header to the last row, a copy that is comes into `folder`.
 * @param sameEnds whether lines may end in different ways, so that a copy is needed
 */
export async function openCsv(
  engine: Engine,
  file: string,
  { format: given, folder, name, sameEnds }: { format: TableFormat; folder: string; name: string; sameEnds: boolean },
): Promise<CsvFile | TableProblem> {
  let ends = readEnds(file);
  const { compression } = ends;
  const wrong = noText(file, ends) ?? (await compressionProblem(engine, file, ends));
  if (wrong !== undefined) return wrong;
  const encoding = given.encoding ?? markedEncoding(ends) ?? "utf-8";
  const isText = encoding !== "utf-16";
  let head = !isText ? "" : compression === "none" ? headText(ends) : await unpackedHead(engine, file);
  const comment = given.comment ?? (/^[\ufeff\s]*#/.test(head) ? "#" : undefined);
  let path = file;
  const copyWith = async (
    footer: number,
    from: string,
    of: typeof compression,
    as: typeof encoding,
  ): Promise<TableProblem | undefined> => {
    if (of === "zstd")
      return placed("compressed", "a compressed file is not read with this format", [{ file, row: 0 }], "unpack it");
    path = join(folder, `${name}-${footer}.csv`);
    const problem = await copyText(from, path, { compression: of, encoding: as, comment, footer });
    ends = readEnds(path);
    head = headText(ends);
    return problem && { ...problem, places: [{ file, row: problem.places[0]!.row }] };
  };
  if (encoding !== "utf-8" || comment !== undefined || !sameEnds) {
    const problem = await copyWith(0, file, compression, encoding);
    if (problem !== undefined) return problem;
  }
  const isPlain = path !== file || compression === "none";
  if (head.includes("\0")) {
    const fix = "export the file as text in UTF-8, or say encoding: utf-16";
    return placed("nul", "the file has NUL characters: it is no text in UTF-8", [{ file, row: 0 }], fix);
  }
  const layout = detectLayout(file, head.replace(/^\ufeff/, ""), given);
  if ("code" in layout) return layout;
  const skipFooter = given.skipFooter ?? (isPlain ? detectedFooter(ends, layout, head) : 0);
  if (skipFooter > 0) {
    const problem = await copyWith(skipFooter, path, path === file ? compression : "none", "utf-8");
    if (problem !== undefined) return problem;
  }
  const { delimiter, skipRows } = layout;
  const format = { delimiter, encoding, skipRows, skipFooter, ...(comment === undefined ? {} : { comment }) };
  return { file, path, layout, compression: path === file ? compression : "none", format };
}

/** Whether a compressed file is whole, and of a size that can be meant. */
async function compressionProblem(
  engine: Engine,
  file: string,
  { size, compression }: Ends,
): Promise<TableProblem | undefined> {
  if (compression === "none") return undefined;
  let unpacked = 0;
  try {
    for await (const length of compression === "gzip" ? gzipLengths(file) : lineLengths(engine, file)) {
      unpacked += length;
      if (unpacked <= MAX_UNPACKED || unpacked <= MAX_RATIO * size) continue;
      const message = `it unpacks to more than ${MAX_RATIO} times its size`;
      return placed("compressed", message, [{ file, row: 0 }], "unpack it, where that is right");
    }
  } catch (error) {
    // What is wrong with the text in it is found when it is read.
    if (/unicode|invalid state/i.test(reasonOf(error))) return undefined;
    const message = `it cannot be unpacked: ${reasonOf(error).split("\n")[0]!.slice(0, 200)}`;
    return placed("unreadable", message, [{ file, row: 0 }], "make it again");
  }
  return undefined;
}

/** DuckDB takes a file that was cut off for a whole one; this does not. */
async function* gzipLengths(file: string): AsyncGenerator<number> {
  const bytes = createReadStream(file);
  const unpacked = bytes.pipe(createGunzip({ chunkSize: 1 << 18 }));
  bytes.on("error", (error) => unpacked.destroy(error));
  for await (const chunk of unpacked as AsyncIterable<Buffer>) yield chunk.length;
}

async function* lineLengths(engine: Engine, file: string): AsyncGenerator<number> {
  const source = `read_csv(${literal(file)}, ${LINES}, compression = 'zstd')`;
  for await (const chunk of engine.chunks(`SELECT coalesce(strlen(line), 0)::DOUBLE + 1 FROM ${source}`)) {
    for (const length of chunk.getColumnValues(0)) yield Number(length);
  }
}

async function unpackedHead(engine: Engine, file: string): Promise<string> {
  const rows = await engine.rows(
    `SELECT coalesce(line, '') FROM read_csv(${literal(file)}, ${LINES}, ignore_errors = true) LIMIT 500`,
  );
  return rows.map(([line]) => `${line}\n`).join("");
}

function detectedFooter(ends: Ends, { delimiter, skipRows, names }: Layout, head: string): number {
  const { lines, isWhole } = tailLines(ends);
  const rows = isWhole ? lines.slice(skipRows + 1) : lines;
  const sample = records(head, delimiter).filter(({ line, cells }) => line > skipRows && cells.length === names.length);
  const first = sample.slice(0, 20).map(({ cells }) => cells[0]!);
  const count = footerLines(rows, delimiter, names.length, first);
  // Blank lines at the end are no rows for any reader, unless there is one column.
  const isBlank = rows.slice(rows.length - count).every((line) => line.trim() === "");
  return count === rows.length || (isBlank && names.length > 1) ? 0 : count;
}

/** SQL of the rows of a file; columns are called `prefix` and their position. */
export function csvRows({ path, layout, compression }: CsvFile, prefix: string, options = ""): string {
  const columns = layout.names.map((_, k) => `'${prefix}${k}': 'VARCHAR'`).join();
  return (
    `read_csv(${literal(path)}, auto_detect = false, header = true, skip = ${layout.skipRows}, columns = {${columns}}, ` +
    `delim = ${literal(layout.delimiter)}, quote = '"', escape = '"', strict_mode = true, compression = '${compression}'${options})`
  );
}

const KINDS: readonly (readonly [type: string, code: string, message: (cells: number) => string, fix: string])[] = [
  [
    "COLUMNS",
    "ragged",
    (cells) => `rows have more or fewer cells than the header, which has ${cells}`,
    "correct or delete the rows",
  ],
  [
    "UNQUOTED VALUE",
    "unclosedQuote",
    () => "a quote is not closed, or text follows it",
    "close it, or double quotes that are part of a text",
  ],
  ["INVALID ENCODING", "encoding", () => "the file is not text in UTF-8", "save it as UTF-8, or say encoding: latin-1"],
  [
    "LINE SIZE",
    "lineTooLong",
    () => "a line is longer than 2 million characters",
    "close the quotes of the line, or shorten it",
  ],
];

/** What is wrong with the rows of a file that DuckDB cannot read. */
export async function csvProblems(engine: Engine, source: CsvFile, prefix: string): Promise<TableProblem[]> {
  const { file, layout } = source;
  const rejected = await engine.rejects(
    `SELECT count(COLUMNS(*)) FROM ${csvRows(source, prefix, ", store_rejects = true, rejects_limit = 0")}`,
    "SELECT error_type::VARCHAR, count(*)::DOUBLE, list([line::VARCHAR, csv_line] ORDER BY line)[:5] FROM reject_errors GROUP BY ALL ORDER BY ALL",
  );
  return rejected.map(([type, count, lines]) => {
    const [, code, message, fix] = KINDS.find(([part]) => String(type).includes(part)) ?? [
      "",
      "unreadable",
      () => String(type).toLowerCase(),
      "correct the rows",
    ];
    const places = (lines as [string, string][]).map(([line, text]) => ({
      file,
      row: Number(line) - layout.skipRows - 1,
      text: text ?? "",
    }));
    return placed(code, message(layout.names.length), places, fix, Number(count));
  });
}

/** Whether the files have the same columns; the first that has others is named. */
export function sameNames(files: readonly { file: string; names: readonly string[] }[]): TableProblem[] {
  const [first] = files;
  const others = files.filter(({ names }) => names.join("\0") !== first?.names.join("\0"));
  if (first === undefined || others.length === 0) return [];
  const places = others.map(({ file, names }) => ({ file, row: 0, text: names.join(", ") }));
  const message = `${counted(others.length, "file has", "files have")} other columns than ${first.file}`;
  return [placed("columnsDiffer", message, places, "give all files the same columns in the same order")];
}
