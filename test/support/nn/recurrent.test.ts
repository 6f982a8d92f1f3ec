import * as tf from "@tensorflow/tfjs-core";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  activate,
  BACKENDS,
  expectClose,
  FIXTURES_MISSING,
  fixtureNames,
  GRADIENT_TOLERANCE,
  type LayerFixture,
  OUTPUT_TOLERANCE,
  readFixture,
} from "./fixtures.ts";
import { isRunnable, runChain } from "./layer-chain.ts";

const fixtures = fixtureNames("layer-")
  .map((name) => [name, readFixture<LayerFixture>(name)] as const)
  .filter(([, fixture]) => isRunnable(fixture));

describe.each(BACKENDS)("on %s%s", (backend, skipped) => {
  describe.skipIf(skipped !== "")("kernels", () => {
    beforeAll(() => activate(backend));
    beforeEach(() => tf.engine().startScope());
    afterEach(() => tf.engine().endScope());

    describe.skipIf(FIXTURES_MISSING !== "")(`agree with Keras 3${FIXTURES_MISSING}`, () => {
      it("in all chains of layers that there are kernels for", () => {
        expect(fixtures.length).toBeGreaterThan(40);
      });

      it.each(fixtures)("%s", (_name, fixture) => {
        const { output, inputGradient, weightGradients } = runChain(fixture);
        expectClose(output, fixture.output, OUTPUT_TOLERANCE, "output");
        expectClose(inputGradient, fixture.inputGradient!, GRADIENT_TOLERANCE, "gradient of the input");
        for (const expected of fixture.weightGradients!) {
          expectClose(weightGradients[expected.name]!, expected, GRADIENT_TOLERANCE, `gradient of ${expected.name}`);
        }
      });
    });
  });
});
