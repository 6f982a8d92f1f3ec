import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

export interface Completion {
  readonly label: string;
  readonly insertText?: string;
  readonly documentation?: string | { readonly value: string };
}

export interface Finding {
  readonly message: string;
  readonly range: { readonly start: Place; readonly end: Place };
}

/** 0-based, as in the protocol. */
export interface Place {
  readonly line: number;
  readonly character: number;
}

/** yaml-language-server as an editor runs it: a child that speaks the Language Server Protocol over stdio. */
export class LanguageServer {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #waiting = new Map<number, { resolve: (result: unknown) => void; reject: (error: Error) => void }>();
  readonly #findings = new Map<string, (findings: Finding[]) => void>();
  #received = Buffer.alloc(0);
  #requests = 0;
  #documents = 0;

  private constructor(child: ChildProcessWithoutNullStreams) {
    this.#child = child;
    child.stdout.on("data", (bytes: Buffer) => this.#read(bytes));
    child.on("exit", (code) => {
      for (const { reject } of this.#waiting.values()) reject(new Error(`the language server ended with ${code}`));
    });
  }

  /** Starts the server; `folder` is what the editor has open. */
  static async start(folder: string): Promise<LanguageServer> {
    const manifest = createRequire(import.meta.url).resolve("yaml-language-server/package.json");
    const server = join(dirname(manifest), "bin", "yaml-language-server");
    const started = new LanguageServer(spawn(process.execPath, [server, "--stdio"], { stdio: "pipe" }));
    const uri = pathToFileURL(folder).href;
    await started.#request("initialize", {
      processId: process.pid,
      rootUri: uri,
      workspaceFolders: [{ uri, name: "project" }],
      capabilities: {
        textDocument: {
          completion: { completionItem: { snippetSupport: true, documentationFormat: ["markdown"] } },
          hover: { contentFormat: ["markdown"] },
          publishDiagnostics: {},
        },
        workspace: { configuration: false, workspaceFolders: true },
      },
    });
    started.#notify("initialized", {});
    started.#notify("workspace/didChangeConfiguration", {
      settings: { yaml: { completion: true, hover: true, validate: true, schemaStore: { enable: false } } },
    });
    return started;
  }

  /** Opens a text as a file of its own in `folder`, which need not exist; what is asked of it afterwards waits for its findings. */
  async open(folder: string, text: string): Promise<Document> {
    const uri = pathToFileURL(join(folder, `spec-${++this.#documents}.yaml`)).href;
    const findings = new Promise<Finding[]>((resolve) => {
      this.#findings.set(uri, resolve);
    });
    this.#notify("textDocument/didOpen", { textDocument: { uri, languageId: "yaml", version: 1, text } });
    return new Document(uri, await findings, (method, params) => this.#request(method, params));
  }

  stop(): void {
    this.#child.removeAllListeners("exit");
    this.#child.kill();
  }

  #send(message: object): void {
    const body = Buffer.from(JSON.stringify({ jsonrpc: "2.0", ...message }));
    this.#child.stdin.write(`Content-Length: ${body.length}\r\n\r\n`);
    this.#child.stdin.write(body);
  }

  #notify(method: string, params: object): void {
    this.#send({ method, params });
  }

  #request(method: string, params: object): Promise<unknown> {
    const id = ++this.#requests;
    this.#send({ id, method, params });
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
  }

  #read(bytes: Buffer): void {
    this.#received = Buffer.concat([this.#received, bytes]);
    for (;;) {
      const head = this.#received.indexOf("\r\n\r\n");
      if (head < 0) return;
      const length = Number(/Content-Length: (\d+)/i.exec(this.#received.toString("latin1", 0, head))?.[1]);
      const end = head + 4 + length;
      if (this.#received.length < end) return;
      this.#take(JSON.parse(this.#received.toString("utf8", head + 4, end)));
      this.#received = this.#received.subarray(end);
    }
  }

  #take(message: {
    id?: number;
    method?: string;
    params?: { uri: string; diagnostics: Finding[] };
    result?: unknown;
    error?: { message: string };
  }): void {
    const { id, method, params, result, error } = message;
    if (method === undefined && id !== undefined) {
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error === undefined) waiting?.resolve(result);
      else waiting?.reject(new Error(error.message));
    } else if (method === "textDocument/publishDiagnostics") {
      this.#findings.get(params!.uri)?.(params!.diagnostics);
    } else if (id !== undefined) {
      this.#send({ id, result: null }); // the server asks the editor to register or configure something
    }
  }
}

/** An open text. */
export class Document {
  readonly #uri: string;
  readonly findings: readonly Finding[];
  readonly #request: (method: string, params: object) => Promise<unknown>;

  constructor(
    uri: string,
    findings: readonly Finding[],
    request: (method: string, params: object) => Promise<unknown>,
  ) {
    this.#uri = uri;
    this.findings = findings;
    this.#request = request;
  }

  async complete(position: Place): Promise<Completion[]> {
    const found = await this.#request("textDocument/completion", { textDocument: { uri: this.#uri }, position });
    return (found as { items: Completion[] }).items;
  }

  /** The hover's Markdown; "" where there is none. */
  async hover(position: Place): Promise<string> {
    const found = await this.#request("textDocument/hover", { textDocument: { uri: this.#uri }, position });
    return (found as { contents: { value: string } } | null)?.contents.value ?? "";
  }
}
