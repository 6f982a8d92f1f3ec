import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cursor, namedValues, placeOf, sites, written } from "../core/spec/sites.ts";
import { LanguageServer } from "./server.ts";

const FOLDER = resolve("specs");
const MODELINE = "# yaml-language-server: $schema=../schemas/model-spec.v1.schema.json\n";
const CURSOR = "hereIsTheCursor";
const { maps, choices } = sites();
const named = namedValues();
const SLOW = 60_000;

let server: LanguageServer;
beforeAll(async () => {
  server = await LanguageServer.start(resolve("."));
});
afterAll(() => server.stop());

async function completions(spec: object, change = (text: string): string => text): Promise<string[]> {
  const { text, place } = cursor(change(MODELINE + written(spec).text), CURSOR);
  const document = await server.open(FOLDER, text);
  return (await document.complete(place)).map(({ label }) => label);
}

/** What is offered, and is one of the names, sorted; what no one could choose is an error. */
function offered(labels: readonly string[], names: readonly unknown[]): unknown[] {
  expect(labels.filter((label) => /undefined|\[object/.test(label))).toEqual([]);
  return names.map(String).filter((name) => labels.includes(name));
}

/** Hovers are Markdown: `\[` is a bracket. */
function plain(markdown: string): string {
  return markdown.replace(/\\([\\`*_{}[\]#+!])/g, "$1");
}

describe("yaml-language-server with the schema", () => {
  it("finds every choice of maps and every key with names", () => {
    expect(choices.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        "spec.dataset",
        "spec.layers[0]",
        "spec.layers[0][bidirectional].layer",
        "spec.layers[0][timeDistributed].layer",
        "spec.optimizer",
        "spec.optimizer[sgd].learningRate",
        "spec.training.loss",
        "spec.training.metrics[0]",
      ]),
    );
    expect(named.length).toBeGreaterThan(50);
  });

  it("completes all values of the key that tells maps apart, alone and beside other keys", {
    timeout: SLOW,
  }, async () => {
    await Promise.all(
      choices.flatMap(({ name, tag, values, around }) =>
        [{ [tag]: CURSOR }, { [tag]: CURSOR, units: 3, rate: 0.5 }].map(async (map) => {
          expect(offered(await completions(around(map)), values), name).toEqual(values);
        }),
      ),
    );
  });

  it("completes all names of a value, in wrappers and options, too", { timeout: SLOW }, async () => {
    await Promise.all(
      named.map(async ({ name, names, around }) => {
        expect(offered(await completions(around(CURSOR)), names), name).toEqual(names.map(String));
      }),
    );
  });

  it("completes all metrics in a list, in brackets or line by line", { timeout: SLOW }, async () => {
    const names = choices.find(({ name }) => name === "spec.training.metrics[0]")!.values;
    for (const list of [[CURSOR], ["accuracy", CURSOR]]) {
      const spec = { training: { loss: "huber", metrics: list } };
      expect(offered(await completions(spec), names)).toEqual(names);
      const flow = `metrics: [${list.join(", ")}]`;
      const inBrackets = (text: string): string => text.replace(/metrics:\n(.*\n)+/, `${flow}\n`);
      expect(offered(await completions(spec, inBrackets), names)).toEqual(names);
    }
  });

  it("says what each name means", { timeout: SLOW }, async () => {
    for (const { name, tag, values, around } of choices) {
      const { text, place } = cursor(MODELINE + written(around({ [tag]: CURSOR })).text, CURSOR);
      const items = await (await server.open(FOLDER, text)).complete(place);
      for (const value of values) {
        const documentation = items.find(({ label }) => label === value)?.documentation;
        const said = typeof documentation === "object" ? documentation.value : (documentation ?? "");
        expect(said.length, `${name}: ${value}`).toBeGreaterThan(5);
      }
    }
  });

  it.concurrent.each(maps.map((site) => [site.name, site] as const))(
    "%s: each key's hover has its description and default; a wrong key is reported at its place",
    { timeout: SLOW },
    async (_name, { path, properties, around }) => {
      const values = Object.entries(properties).map(([key, { examples, ...part }]) => [
        key,
        examples?.[0] ?? part.const ?? part.enum?.[0] ?? {},
      ]);
      const { text, keyAt } = written(around({ ...Object.fromEntries(values), wrongKey: 1 }));
      const document = await server.open(FOLDER, MODELINE + text);
      const at = (key: string) => {
        const { line, character } = keyAt([...path, key]);
        return { line: line + 1, character };
      };
      for (const [key, property] of Object.entries(properties)) {
        const hover = plain(await document.hover(at(key)));
        expect(hover, key).toContain(property.description ?? "");
        expect(hover.length, key).toBeGreaterThan(20);
        const { default: standard } = property;
        if (standard !== undefined)
          expect(hover, key).toContain(`Default: ${typeof standard === "object" || standard === "" ? "" : standard}`);
      }
      const wrong = document.findings.filter(({ message }) => message.includes("wrongKey"));
      expect(wrong.map(({ range }) => range.start)).toEqual([at("wrongKey")]);
    },
  );

  it("lists all names where a value is none of them, at its place", { timeout: SLOW }, async () => {
    await Promise.all(
      named.map(async ({ name, names, around }) => {
        const text = MODELINE + written(around("nonsense")).text;
        const { findings } = await server.open(FOLDER, text);
        const here = placeOf(text, text.indexOf("nonsense"));
        const own = findings.filter(({ range }) => JSON.stringify(range.start) === JSON.stringify(here));
        const said = own.map(({ message }) => message).join("\n");
        expect(
          names.filter((one) => !said.includes(JSON.stringify(one))),
          name,
        ).toEqual([]);
      }),
    );
  });

  it.each(readdirSync(FOLDER).filter((file) => file.endsWith(".yaml")))("finds nothing wrong in %s", async (file) => {
    expect((await server.open(FOLDER, readFileSync(join(FOLDER, file), "utf8"))).findings).toEqual([]);
  });
});
