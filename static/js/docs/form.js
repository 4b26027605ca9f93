// How a form is filled in when it is opened: as its example says, else with defaults; the other fields are left out.

/** A form of which each field has the example that the whole has for it. */
function asItsExample(form) {
  const example = form.get("example");
  const fill = (schema, name) => (schema.has("default") ? schema : schema.set("example", example.get(name, "")));
  return form.updateIn(["schema", "properties"], (fields) => fields.map(fill));
}

const FORM = ["content", "multipart/form-data"];

/** The body of a request, with its form filled in: Swagger UI asks each field alone for an example, or makes one up. */
export const filledIn = (Original, { React }) => ({ requestBody, ...props }) =>
  React.createElement(Original, {
    ...props, requestBody: requestBody.hasIn(FORM) ? requestBody.updateIn(FORM, asItsExample) : requestBody,
  });
