import { existsSync, statSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll } from "vitest";

export interface Mirror {
  /** The folder's address, with a slash at its end. */
  readonly address: string;
  /** "/file" or "/file bytes=10-", of each request. */
  readonly requests: string[];
}

/** A web server on this machine for the tests of one file. */
export async function mirror(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<Mirror> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push([request.url, request.headers.range].filter(Boolean).join(" "));
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, requests };
}

/** Serves the bytes, or the part that the request names. */
export function serve(bytes: Uint8Array, request: IncomingMessage, response: ServerResponse): void {
  const from = /^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1];
  if (from === undefined) response.writeHead(200, { "content-length": bytes.length }).end(bytes);
  else if (Number(from) >= bytes.length) response.writeHead(416).end();
  else {
    const part = bytes.subarray(Number(from));
    const range = `bytes ${from}-${bytes.length - 1}/${bytes.length}`;
    response.writeHead(206, { "content-length": part.length, "content-range": range }).end(part);
  }
}

/**
 * Sends the first bytes under the length of all, and breaks the connection once the client has stored them in a file: what it
 * has not stored by then it may drop.
 */
export function breakAfter(count: number, bytes: Uint8Array, response: ServerResponse, stored: string): void {
  response.writeHead(200, { "content-length": bytes.length });
  response.write(bytes.subarray(0, count));
  const timer = setInterval(() => {
    if (!existsSync(stored) || statSync(stored).size < count) return;
    clearInterval(timer);
    response.destroy();
  }, 5);
  response.on("close", () => clearInterval(timer));
}
