import type { DatasetInput } from "../spec/dataset.ts";
import type { SourceDefinition } from "./source.ts";

/** An image is read row by row: a row is a timestep. */
export function imageInput(rows: number, columns: number): DatasetInput {
  return { name: "input", shape: [rows, columns], kind: "floats", vocabularySize: undefined };
}

/** Of sources with pixels. */
export const PIXEL_RULES = {
  "pixels are scaled": ({ scale }, { report }) => {
    if (scale !== 1) return;
    const message = "pixels stay in 0..255, with which recurrent layers hardly learn";
    const changes = [{ pointer: "/dataset/scale", value: 255 }];
    report("LC2001", "/dataset", message, "add `scale: 255`", "warning", changes);
  },
} satisfies SourceDefinition<"mnist" | "digits" | "idx">["rules"];
