// The try-it page: Swagger UI over this server's own description of its API. Everything comes from this host, and the
// description is not shown to a validator elsewhere.

const root = document.documentElement;
root.classList.toggle("dark-mode", root.dataset.theme === "dark"); // Swagger UI's name for it
const place = document.getElementById("requests");

/** Gives a component of Swagger UI a name that is read out, where it has none. */
const named = (name) => (Original, { React }) => (props) =>
  React.createElement(Original, { "aria-label": typeof name === "function" ? name(props) : name, ...props });

/** Leaves out the title block, since the page has a heading of its own, and names the fields. */
const ours = () => ({
  wrapComponents: {
    InfoContainer: () => () => null,
    Input: named(({ type, title, placeholder }) => (type === "file" ? place.dataset.file : title || placeholder)),
    TextArea: named(place.dataset.body),
    ExamplesSelect: (Original, { React }) => (props) =>
      React.createElement("label", null, React.createElement(Original, props)),
  },
});

SwaggerUIBundle({
  url: "/openapi.json",
  domNode: place,
  layout: "BaseLayout",
  plugins: [ours],
  validatorUrl: null,
  deepLinking: true,
  defaultModelsExpandDepth: -1, // the schemas are few and each stands with its request
  syntaxHighlight: false, // a long array would be coloured number by number
});
