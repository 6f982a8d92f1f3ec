// What follows in the JSON Schema from the rest of it, for editors: the names of a choice with what each means, and the
// default at the end of a description, since editors show descriptions and no defaults.

/**
 * The schema with the definitions given here, lists of them by the choice that each begins with, in place of those that it has: those of
 * the same name, and all that are called after the choice.
 */
export function withDefinitions(schema, lists) {
  const given = new Set(Object.values(lists).flatMap(Object.keys));
  const isOurs = (name) => given.has(name) || Object.keys(lists).some((choice) => name.endsWith(choice));
  const $defs = {};
  for (const [name, part] of Object.entries(schema.$defs)) {
    if (Object.hasOwn(lists, name)) Object.assign($defs, lists[name]);
    if (!isOurs(name)) $defs[name] = part;
  }
  return { ...schema, $defs };
}

/** The schema with all of it written out anew. */
export function completed(schema) {
  const { $defs } = schema;
  const definition = (reference) => $defs[reference.split("/").pop()];
  const parts = [schema, ...Object.values($defs)];
  for (const part of parts) {
    if (part.then?.allOf === undefined) continue;
    const [tag] = part.required;
    const variants = part.then.allOf.map(({ then }) => ({ then, kind: definition(then.$ref).properties[tag] }));
    part.properties[tag] = {
      description: part.properties[tag].description,
      type: "string",
      enum: variants.map(({ kind }) => kind.const),
      enumDescriptions: variants.map(({ kind }) => kind.description),
      examples: [variants[0].kind.const],
    };
    part.if = { type: "object", required: [tag] };
    part.then.allOf = variants.map(({ then, kind }) => ({
      if: { properties: { [tag]: { const: kind.const } } },
      then,
    }));
  }
  for (const { anyOf: [names, maps] = [] } of parts) {
    if (maps?.$ref === undefined) continue; // a name, or a map of `type` and options
    const { enum: values, enumDescriptions = [], ...rest } = definition(names.$ref);
    const { type } = definition(maps.$ref).properties;
    const meanings = values.map(
      (name, index) => type.enumDescriptions[type.enum.indexOf(name)] ?? enumDescriptions[index],
    );
    $defs[names.$ref.split("/").pop()] = { ...rest, enum: values, enumDescriptions: meanings };
  }
  for (const { properties = {} } of parts) {
    for (const property of Object.values(properties)) {
      if (!("default" in property)) continue;
      property.description = `${property.description.replace(/ Default: .*$/, "")} Default: ${shown(property.default)}.`;
    }
  }
  return schema;
}

/** A default as a spec would give it. */
function shown(value) {
  if (typeof value === "string" && value !== "") return value;
  return JSON.stringify(value)
    .replaceAll(/"([A-Za-z]+)"/g, "$1")
    .replaceAll(/([:,])/g, "$1 ");
}
