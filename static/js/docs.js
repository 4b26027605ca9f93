// The try-it page: Swagger UI over this server's own description of its API. Everything comes from this host, and the
// description is not shown to a validator elsewhere.
import { filledIn } from "./docs/form.js";
import { reading } from "./docs/resolving.js";
import { carry, fill, remember } from "./docs/visit.js";

const root = document.documentElement;
root.classList.toggle("dark-mode", root.dataset.theme === "dark"); // Swagger UI's name for it
const place = document.getElementById("requests");

/** Gives a component of Swagger UI a name that is read out, where it has none. */
const named = (name) => (Original, { React }) => (props) =>
  React.createElement(Original, { "aria-label": typeof name === "function" ? name(props) : name, ...props });

/** Lets a request be tried once its fields say which thing of the visitor's it is about. */
const aboutMine = (Original, { React }) => (props) => {
  const onTryoutClick = () => fill(props).finally(props.onTryoutClick);
  return React.createElement(Original, { ...props, onTryoutClick });
};

/** Draws words once, however often what is around them is drawn. */
const once = (Original, { React }) => React.memo(Original, (before, now) => before.source === now.source);

/** A request that deletes comes behind those that are about what it deletes. */
const deletes = (operation) => Number(operation.get("method") === "delete");

/** Leaves out the title block, since the page has a heading of its own, names the fields, and fills them. */
const ours = ({ React }) => ({
  components: { // which a list of files asks for
    JsonSchema_string_binary: (props) => React.createElement(props.getComponent("JsonSchema_string"), props),
  },
  wrapComponents: {
    InfoContainer: () => () => null,
    Input: named(({ type, title, placeholder }) => (type === "file" ? place.dataset.file : title || placeholder)),
    TextArea: named(place.dataset.body),
    Markdown: once,
    parameters: aboutMine,
    RequestBody: filledIn,
    ParameterIncludeEmpty: () => () => null, // what is empty is not sent
    ExamplesSelect: (Original, { React }) => (props) =>
      React.createElement("label", null, React.createElement(Original, props)),
  },
});

SwaggerUIBundle({
  url: "/openapi.json",
  domNode: place,
  layout: "BaseLayout",
  plugins: [ours, reading],
  requestInterceptor: carry,
  responseInterceptor: remember,
  operationsSorter: (one, other) => deletes(one) - deletes(other),
  validatorUrl: null,
  deepLinking: true,
  defaultModelsExpandDepth: -1, // the schemas are few and each stands with its request
  syntaxHighlight: false, // a long array would be coloured number by number
});
