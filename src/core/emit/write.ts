import { IndentationText, NewLineKind, Project, QuoteKind, type SourceFileStructure } from "ts-morph";

/** Statements of a file, as ts-morph takes them: structures for declarations, writers for bodies. */
export type Statements = Exclude<SourceFileStructure["statements"], undefined>;

let project: Project | undefined;

/** Prints one TypeScript file. One structure call per file: many small manipulations would be slow. */
export function printFile(statements: Statements): string {
  project ??= new Project({
    useInMemoryFileSystem: true,
    skipLoadingLibFiles: true,
    manipulationSettings: {
      indentationText: IndentationText.TwoSpaces,
      newLineKind: NewLineKind.LineFeed,
      quoteKind: QuoteKind.Double,
    },
  });
  const file = project.createSourceFile("/file.ts", { statements }, { overwrite: true });
  const text = file.getFullText();
  project.removeSourceFile(file);
  return text;
}
