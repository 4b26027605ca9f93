// What Swagger UI is given to read when a request is opened: that request and what it names. It would read the whole
// description, and again for each request, which takes a second each time.

const NAMED = /"#\/components\/schemas\/(\w+)"/g;

/** The part of a description that one request, or another part of it, needs. */
function needed(description, [section, path, method]) {
  if (section !== "paths" || !method) return description;
  const { paths, components, ...about } = description;
  const asked = paths[path][method], schemas = {}, found = [asked];
  for (const part of found) {
    for (const [, name] of JSON.stringify(part).matchAll(NAMED)) {
      if (name in schemas) continue;
      schemas[name] = components.schemas[name];
      found.push(schemas[name]);
    }
  }
  return { ...about, paths: { [path]: { [method]: asked } }, components: { ...components, schemas } };
}

/** Has what is resolved read no more than it needs. */
export const reading = ({ fn: { resolveSubtree } }) => ({
  fn: { resolveSubtree: (description, at, ...options) => resolveSubtree(needed(description, at), at, ...options) },
});
