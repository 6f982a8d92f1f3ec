import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import ts from "typescript";
import { expect } from "vitest";

/** Type-checks programs in one strict compilation, with one copy of the support files: setting up each alone would dominate. */
export function typeErrors(programs: readonly ReadonlyMap<string, string>[]): string[] {
  mkdirSync(".tmp", { recursive: true });
  const root = mkdtempSync(join(".tmp", "property-")); // inside the project, where the packages' types are found
  try {
    const texts = new Map<string, string>();
    const roots: string[] = [];
    for (const [index, files] of programs.entries()) {
      for (const [path, code] of files) {
        if (!path.endsWith(".ts")) continue;
        const shared = path.startsWith("support/");
        const target = shared ? path : path.replace(/\.ts$/, `${index}.ts`);
        const text = shared ? code : code.replace(/"\.\/(\w+)\.ts"/g, `"./$1${index}.ts"`);
        expect(texts.get(target) ?? text, target).toBe(text);
        texts.set(target, text);
        if (!shared) roots.push(join(root, target));
      }
    }
    for (const [path, text] of texts) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    const program = ts.createProgram(roots, {
      target: ts.ScriptTarget.ES2022,
      lib: ["lib.es2023.d.ts"],
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      types: ["node"],
      strict: true,
      noUncheckedIndexedAccess: true,
      exactOptionalPropertyTypes: true,
      noUnusedLocals: true,
      allowImportingTsExtensions: true,
      skipLibCheck: true,
      noEmit: true,
    });
    return ts
      .getPreEmitDiagnostics(program)
      .map(({ file, messageText }) => `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}
