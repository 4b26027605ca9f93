// Before the first paint. Pages say that scripts run, and follow the system's theme until the visitor has chosen one.
// The cookie tells the server, so that the next page asks for its pictures in that theme at once.
const root = document.documentElement;
root.classList.add("scripted");
if (/(^|; )quiet=/.test(document.cookie)) root.dataset.quiet = "";
if (/(^|; )signs=on/.test(document.cookie)) root.dataset.signs = "";
if (!("projector" in root.dataset) && !/(^|; )theme=/.test(document.cookie) && !/[?&]theme=/.test(location.search)) {
  const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  document.cookie = `system=${system}; path=/; max-age=31536000; samesite=lax`;
  if (system === "dark") root.dataset.theme = "dark";
  else delete root.dataset.theme;
}

// Links and forms are handed to htmx when they are used. To look through all of them whenever a part of the page has come
// takes it longer than everything else that happens then.
addEventListener("htmx:before:process", (event) => { if (!event.target.matches("a, form")) event.preventDefault(); });
for (const use of ["click", "submit"]) addEventListener(use, (event) => {
  const used = event.target.closest?.("a, form");
  if (used) window.htmx?.process(used);
}, { capture: true });

// What moves comes when the page has been painted: fetched at once, it would hold up the first paint.
const start = (src) => {
  const script = document.createElement("script");
  Object.assign(script, { src, async: false, type: src.includes("/vendor/") ? "" : "module" });
  document.head.append(script);
};
let begun = false, late = 0;
const begin = () => {
  clearTimeout(late);
  const scripts = /** @type {HTMLMetaElement | null} */ (document.querySelector("meta[name=scripts]"))?.content;
  if (begun || !scripts) return;
  begun = true;
  scripts.split(" ").forEach(start);
};
new PerformanceObserver(begin).observe({ type: "paint", buffered: true });
addEventListener("load", () => begun || (late = setTimeout(begin, 500))); // where browsers tell nobody when they paint
