// Before the first paint: pages say that scripts run, and follow the system's theme until the visitor has chosen one.
// The cookie tells the server, so that the next page asks for its pictures in that theme at once.
const root = document.documentElement;
root.classList.add("scripted");
if (!("projector" in root.dataset) && !/(^|; )theme=/.test(document.cookie) && !/[?&]theme=/.test(location.search)) {
  const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  document.cookie = `system=${system}; path=/; max-age=31536000; samesite=lax`;
  if (system === "dark") root.dataset.theme = "dark";
  else delete root.dataset.theme;
}
