import { UserError } from "../../../support/system/user-error.ts";
import type { OpenFile } from "../format.ts";
import { checkSize, overLimit } from "../limits.ts";
import type { Hdf5Item } from "./tree.ts";

/**
 * Everything that `bytes`, a file or an entry of one, hold as HDF5 and that Keras has written for layers, groups before what is in them.
 * @throws UserError (exit code 2) where they are damaged or over a limit
 */
export async function hdf5Items(file: OpenFile, bytes: Uint8Array): Promise<readonly Hdf5Item[]> {
  const answer = await file.host.readHdf5(bytes, file.limits);
  if ("items" in answer) return answer.items;
  if ("noAnswer" in answer) {
    const what = `the HDF5 library gave no answer within ${file.limits.seconds} s; the file may be damaged`;
    throw overLimit(file, what, "seconds");
  }
  if ("tooLarge" in answer) checkSize(file, "its weights have", answer.tooLarge);
  const reason = "reason" in answer ? answer.reason : undefined;
  throw new UserError(`${file.path} is damaged: ${reason ?? "it cannot be read as HDF5"}`, {
    exitCode: 2,
    fix: "save or copy it again",
    cause: new Error("error" in answer ? answer.error : "too large"),
  });
}
