import { describe, expect, it } from "vitest";
import {
  describeFrequency,
  detectTimes,
  inferFrequency,
  nextTimes,
  seasonLength,
  type Times,
} from "../../../src/support/data/time.ts";
import { formatTime, parseTime } from "../../../src/support/data/time-format.ts";

function times(cells: readonly string[], order?: "dayFirst" | "monthFirst"): Times {
  const found = detectTimes(cells, order);
  if (found.kind !== "times") throw new Error(`${found.kind}: ${cells.join(", ")}`);
  return found.times;
}

const iso = (found: Times): string[] => Array.from(found.instants, (instant) => new Date(instant).toISOString());

describe("times", () => {
  it.each<[string, string[], string, string[]]>([
    ["days", ["2020-01-05", "2020-02-29"], "YYYY-MM-DD", ["2020-01-05T00:00:00.000Z", "2020-02-29T00:00:00.000Z"]],
    [
      "days with slashes",
      ["2020/1/5", "2020/12/29"],
      "YYYY/M/D",
      ["2020-01-05T00:00:00.000Z", "2020-12-29T00:00:00.000Z"],
    ],
    ["days in digits", ["20200105", "20201229"], "YYYYMMDD", ["2020-01-05T00:00:00.000Z", "2020-12-29T00:00:00.000Z"]],
    ["months", ["1949-01", "1949-12"], "YYYY-MM", ["1949-01-01T00:00:00.000Z", "1949-12-01T00:00:00.000Z"]],
    ["years", ["1700", "1701"], "YYYY", ["1700-01-01T00:00:00.000Z", "1701-01-01T00:00:00.000Z"]],
    ["quarters", ["1959Q1", "1959Q4"], "YYYYQq", ["1959-01-01T00:00:00.000Z", "1959-10-01T00:00:00.000Z"]],
    ["quarters first", ["Q1 1959", "Q4 1959"], "Qq YYYY", ["1959-01-01T00:00:00.000Z", "1959-10-01T00:00:00.000Z"]],
    ["instants", ["2020-01-05T01:02:03Z"], "YYYY-MM-DDTHH:mm:ssZ", ["2020-01-05T01:02:03.000Z"]],
    [
      "zones, mixed",
      ["2020-03-29 01:30:00+01:00", "2020-03-29 03:30:00+0200", "2020-03-29 02:00:00Z"],
      "YYYY-MM-DD HH:mm:ssZ",
      ["2020-03-29T00:30:00.000Z", "2020-03-29T01:30:00.000Z", "2020-03-29T02:00:00.000Z"],
    ],
    [
      "fractions that are left out where they are 0",
      ["2020-01-05T01:02:03", "2020-01-05T01:02:03.250000"].reverse(),
      "YYYY-MM-DDTHH:mm:ssSSSSSS",
      ["2020-01-05T01:02:03.250Z", "2020-01-05T01:02:03.000Z"],
    ],
    [
      "minutes",
      ["2020-01-05 1:02", "2020-01-05 23:59"],
      "YYYY-MM-DD H:mm",
      ["2020-01-05T01:02:00.000Z", "2020-01-05T23:59:00.000Z"],
    ],
    [
      "halves of a day",
      ["1/13/2020 12:05 AM", "1/13/2020 12:05 PM", "2/1/2020 1:05 PM"],
      "M/D/YYYY h:mm A",
      ["2020-01-13T00:05:00.000Z", "2020-01-13T12:05:00.000Z", "2020-02-01T13:05:00.000Z"],
    ],
    ["US dates", ["04/27/2012", "05/01/2012"], "MM/DD/YYYY", ["2012-04-27T00:00:00.000Z", "2012-05-01T00:00:00.000Z"]],
    [
      "European dates",
      ["24.07.2000", "01.08.2000"],
      "DD.MM.YYYY",
      ["2000-07-24T00:00:00.000Z", "2000-08-01T00:00:00.000Z"],
    ],
    [
      "European dates with slashes",
      ["1/12/2006", "16/12/2006"],
      "D/MM/YYYY",
      ["2006-12-01T00:00:00.000Z", "2006-12-16T00:00:00.000Z"],
    ],
    [
      "names of months",
      ["9-Aug-17", "11-Aug-17"],
      "D-MMM-YY",
      ["2017-08-09T00:00:00.000Z", "2017-08-11T00:00:00.000Z"],
    ],
    [
      "dates as US sites write them",
      ["Feb 03, 2020", "May 29, 2020"],
      "MMM DD, YYYY",
      ["2020-02-03T00:00:00.000Z", "2020-05-29T00:00:00.000Z"],
    ],
    [
      "long names",
      ["May 3, 2020", "September 12, 2020"],
      "MMMM D, YYYY",
      ["2020-05-03T00:00:00.000Z", "2020-09-12T00:00:00.000Z"],
    ],
    ["seconds since 1970", ["1577836800", "1577836860"], "X", ["2020-01-01T00:00:00.000Z", "2020-01-01T00:01:00.000Z"]],
    [
      "milliseconds since 1970",
      ["1577836800000", "1577836800250"],
      "x",
      ["2020-01-01T00:00:00.000Z", "2020-01-01T00:00:00.250Z"],
    ],
  ])("%s", (_, cells, template, instants) => {
    const found = times(cells);
    expect(found.format.template).toBe(template);
    expect(iso(found)).toEqual(instants);
    // Written as it was read, but for zones and fractions of other rows.
    const [cell] = cells;
    expect(formatTime(parseTime(cell!, found.format)!, found.format)).toBe(cell);
  });

  it("may stand at the end of a day", () => {
    expect(iso(times(["2020-12-31 24:00"]))).toEqual(["2021-01-01T00:00:00.000Z"]);
  });

  it("are numbers where they only count the rows", () => {
    const { format, instants } = times(["-1", "0", "1.5"]);
    expect([format.template, ...instants]).toEqual(["N", -1, 0, 1.5]);
  });

  it("take two digits of a year for the hundred years in which the rows have an order", () => {
    expect(iso(times(["Jan-49", "Feb-49"]))[0]).toBe("2049-01-01T00:00:00.000Z");
    expect(iso(times(["Dec-68", "Jan-69"])).map((text) => text.slice(0, 7))).toEqual(["1968-12", "1969-01"]);
    expect(iso(times(["Jan-99", "Jan-00"])).map((text) => text.slice(0, 4))).toEqual(["1999", "2000"]);
  });

  it.each([
    ["2023-02-30"],
    ["2023-02-29"],
    ["1900-02-29"],
    ["2023-13-01"],
    ["2023-00-01"],
    ["2023-01-00"],
    ["2023-01-01 25:00"],
    ["2023-01-01 24:01"],
    ["2023-01-01 12:60"],
    ["2023-01-01 12:30:61"],
    ["2023-01-01 13:00 PM"],
    ["2023-01-01 12:00+19:00"],
    ["2023Q5"],
    ["31/11/2023"],
    ["30-Feb-20"],
    ["Total"],
    ["12:30"],
    ["1-01"],
    [""],
  ])("are not %j", (cell) => {
    expect(detectTimes(["x", cell]).kind).toBe("none");
    expect(detectTimes([cell]).kind).toBe("none");
  });

  it("have leap years", () => {
    for (const day of ["2024-02-29", "2000-02-29"]) expect(detectTimes([day]).kind).toBe("times");
  });

  it("are ambiguous where day and month can change places in every row, unless the spec says more", () => {
    const cells = ["01/02/2020", "01/03/2020", "01/04/2020"];
    const found = detectTimes(cells);
    expect(found.kind).toBe("ambiguous");
    expect(iso(times(cells, "dayFirst"))[1]).toBe("2020-03-01T00:00:00.000Z");
    expect(iso(times(cells, "monthFirst"))[1]).toBe("2020-01-03T00:00:00.000Z");
    expect(detectTimes(["01/01/2020", "02/02/2020"]).kind).toBe("times");
    expect(detectTimes(["13/02/2020"], "monthFirst").kind).toBe("none");
  });

  it("name the cells that have another form than most", () => {
    expect(detectTimes(["2020-01", "2020-02", "Total", "2020-03"])).toEqual({
      kind: "none",
      template: "YYYY-M",
      others: [2],
    });
    expect(detectTimes(["2020-01-01 00:00", "2020-01-02 00:00Z", "2020-01-03 00:00"])).toMatchObject({ others: [1] });
  });
});

/** The frequency of a column, and the times that follow it. */
function following(cells: readonly string[], horizon: number) {
  const found = times(cells);
  const { frequency = null, gaps } = inferFrequency(found);
  return { frequency, gaps, next: nextTimes(cells.at(-1)!, horizon, { column: "t", format: found.format, frequency }) };
}

describe("the times that follow", () => {
  it.each<[string, string[], string[], string, number | undefined]>([
    ["months", ["1960-10", "1960-11", "1960-12"], ["1961-01", "1961-02"], "1 month", 12],
    ["ends of months", ["2023-11-30", "2023-12-31", "2024-01-31"], ["2024-02-29", "2024-03-31"], "1 month", 12],
    [
      "a day that short months lack",
      ["2023-12-30", "2024-01-30", "2024-02-29"],
      ["2024-03-30", "2024-04-30"],
      "1 month",
      12,
    ],
    ["quarters", ["1959Q3", "1959Q4", "1960Q1"], ["1960Q2", "1960Q3", "1960Q4", "1961Q1"], "1 quarter", 4],
    ["ends of quarters", ["2023-06-30", "2023-09-30", "2023-12-31"], ["2024-03-31", "2024-06-30"], "1 quarter", 4],
    ["years", ["2006", "2007", "2008"], ["2009", "2010"], "1 year", undefined],
    ["ends of years", ["1972-12-31", "1973-12-31", "1974-12-31"], ["1975-12-31"], "1 year", undefined],
    ["days", ["2024-02-27", "2024-02-28", "2024-02-29"], ["2024-03-01", "2024-03-02"], "1 day", 7],
    ["weeks", ["03/01/2024", "10/01/2024", "17/01/2024"], ["24/01/2024"], "1 week", 52],
    ["hours", ["2024-12-31 21:00", "2024-12-31 22:00", "2024-12-31 23:00"], ["2025-01-01 00:00"], "1 hour", 24],
    [
      "quarters of an hour",
      ["1/13/24 11:30 PM", "1/13/24 11:45 PM", "1/14/24 12:00 AM"],
      ["1/14/24 12:15 AM"],
      "15 minutes",
      96,
    ],
    ["seconds since 1970", ["1577836800", "1577836860", "1577836920"], ["1577836980"], "1 minute", 1440],
    ["numbers", ["0.1", "0.2", "0.3"], ["0.4", "0.5"], "0.1", undefined],
    ["negative numbers", ["-4", "-2", "0"], ["2"], "2", undefined],
    [
      "days at midnight of a zone whose clocks change",
      [
        "2024-03-29T00:00:00+01:00",
        "2024-03-30T00:00:00+01:00",
        "2024-03-31T00:00:00+01:00",
        "2024-04-01T00:00:00+02:00",
      ],
      ["2024-04-02T00:00:00+02:00"],
      "1 day",
      7,
    ],
    [
      "hours of a zone whose clocks change",
      [
        "2024-03-31T00:00:00+01:00",
        "2024-03-31T01:00:00+01:00",
        "2024-03-31T03:00:00+02:00",
        "2024-03-31T04:00:00+02:00",
      ],
      ["2024-03-31T05:00:00+02:00"],
      "1 hour",
      24,
    ],
  ])("%s", (_, cells, next, name, season) => {
    const found = following(cells, next.length);
    expect(found.next).toEqual(next);
    expect(describeFrequency(found.frequency!)).toBe(name);
    expect(seasonLength(found.frequency)).toBe(season);
    expect(found.gaps).toEqual({ count: 0, first: -1, missing: 0 });
  });

  const weekdays = (first: number, count: number): string[] =>
    Array.from({ length: count }, (_, k) => new Date(Date.UTC(2024, 0, first + k)))
      .filter((date) => date.getUTCDay() % 6 !== 0)
      .map((date) => date.toISOString().slice(0, 10));

  it("are business days where two weeks have no weekend", () => {
    const cells = weekdays(1, 19); // to Friday, 2024-01-19
    const found = following(cells, 6);
    expect(found.next).toEqual(["2024-01-22", "2024-01-23", "2024-01-24", "2024-01-25", "2024-01-26", "2024-01-29"]);
    expect([describeFrequency(found.frequency!), seasonLength(found.frequency), found.gaps.count]).toEqual([
      "1 business day",
      5,
      0,
    ]);
    const holiday = following(
      cells.filter((cell) => cell !== "2024-01-05" && cell !== "2024-01-15"),
      1,
    );
    expect(holiday).toMatchObject({ next: ["2024-01-22"], gaps: { count: 2, first: 4, missing: 2 } });
    expect(following(weekdays(1, 12), 1).frequency).toMatchObject({ unit: "milliseconds" });
  });

  it("step over gaps, which are counted", () => {
    const found = following(["2020-01", "2020-02", "2020-05", "2020-06", "2020-07", "2020-09"], 1);
    expect(found).toMatchObject({ next: ["2020-10"], gaps: { count: 2, first: 2, missing: 3 } });
  });

  it("are not known without a frequency", () => {
    expect(following(["2020-01-01", "2020-01-02", "2020-01-09", "2020-02-20"], 3).next).toBeUndefined();
    expect(following(["2020-01-01", "2020-01-02"], 3).next).toBeUndefined();
  });
});
