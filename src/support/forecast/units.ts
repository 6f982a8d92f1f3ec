/**
 * Metrics of scaled targets in the units of the data, and those of validation where there are some: "meanAbsoluteErrorInDataUnits".
 * @param powers by metric: mean absolute error and root mean squared error grow with the scale, the mean squared error with its square
 * @param scale value = scaled · scale + offset
 */
export function metricsInDataUnits(
  metrics: Readonly<Record<string, number>>,
  powers: Readonly<Record<string, number>>,
  scale: number,
): Record<string, number> {
  const result: Record<string, number> = {};
  for (const [name, power] of Object.entries(powers)) {
    for (const key of [name, `val${name.charAt(0).toUpperCase()}${name.slice(1)}`]) {
      if (metrics[key] !== undefined) result[`${key}InDataUnits`] = metrics[key] * scale ** power;
    }
  }
  return result;
}
