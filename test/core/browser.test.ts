import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { createContext, runInContext } from "node:vm";
import { beforeAll, describe, expect, it } from "vitest";
import { compile } from "../../src/node.ts";
import { bundleCore, COMPILE_SCRIPT, exampleSpecs, inputsScript } from "./bundle.ts";

const CHROMIUM = "/usr/bin/chromium";
const NO_CHROMIUM = existsSync(CHROMIUM) ? "" : ` (skipped: there is no ${CHROMIUM})`;

/** Every example, and a spec whose mistakes go through the validator of the schema, its own functions too. */
const SPECS = new Map([
  ...exampleSpecs(),
  [
    "wrong.yaml",
    "specVersion: 1\nname: Ünder\ndataset: {type: digits, scale: 0}\nlayers: [{type: lstn}]\ntraining: {metrics: [accuracy, accuracy]}\n",
  ],
]);

/** What Node makes of the specs, as COMPILE_SCRIPT says it. */
function outputsOfNode(): unknown {
  const outputs = [...SPECS].map(([specPath, text]) => {
    const { program, diagnostics } = compile(text, { specPath });
    return [specPath, { files: [...(program?.files ?? [])], diagnostics }];
  });
  return JSON.parse(JSON.stringify(outputs));
}

describe("the core, bundled for a browser", () => {
  let bundle: string;
  beforeAll(async () => {
    bundle = (await bundleCore()).text;
  });

  it("has no compiler of schemas", () => {
    expect(bundle).toContain("must match pattern"); // what the generated validator says
    expect(bundle).not.toContain("can't resolve reference");
    expect(bundle).not.toMatch(/\bnew Function\b/);
  });

  it("compiles to the bytes of Node where there is nothing of Node, and no eval", () => {
    const web = { TextDecoder, TextEncoder, structuredClone };
    const context = createContext({ ...web }, { codeGeneration: { strings: false, wasm: false } });
    for (const script of [bundle, inputsScript(SPECS), COMPILE_SCRIPT]) runInContext(script, context);
    expect(JSON.parse(runInContext("outputs", context))).toEqual(outputsOfNode());
  });

  it.skipIf(NO_CHROMIUM !== "")(`compiles to the bytes of Node in Chromium${NO_CHROMIUM}`, () => {
    const folder = mkdtempSync(join(tmpdir(), "browser-"));
    try {
      const scripts = { "bundle.js": bundle, "inputs.js": inputsScript(SPECS), "compile.js": COMPILE_SCRIPT };
      for (const [name, text] of Object.entries(scripts)) writeFileSync(join(folder, name), text);
      // Without 'unsafe-eval' in its policy the page may not make code from text.
      const page = `<!doctype html><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src file: 'unsafe-inline'">
<body><script>onerror = (message) => { document.body.textContent = "FAILED " + message; };</script>
${Object.keys(scripts)
  .map((name) => `<script src="${name}"></script>`)
  .join("\n")}
<script>document.body.textContent = "OUTPUTS " + encodeURIComponent(outputs) + " END";</script>`;
      writeFileSync(join(folder, "page.html"), page);
      const options = ["--headless", "--no-sandbox", "--disable-gpu", `--user-data-dir=${join(folder, "profile")}`];
      const { stdout, stderr } = spawnSync(
        CHROMIUM,
        [...options, "--dump-dom", pathToFileURL(join(folder, "page.html")).href],
        {
          encoding: "utf8",
          maxBuffer: 2 ** 28,
          timeout: 100_000,
        },
      );
      const outputs = /OUTPUTS (\S*) END/.exec(stdout)?.[1];
      expect(outputs, `${stdout.slice(0, 2000)}\n${stderr.slice(-2000)}`).toBeDefined();
      expect(JSON.parse(decodeURIComponent(outputs!))).toEqual(outputsOfNode());
    } finally {
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    }
  });
});
