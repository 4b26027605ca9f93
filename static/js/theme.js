// Before the first paint: pages say that scripts run, and follow the system's theme until the visitor has chosen.
const root = document.documentElement;
root.classList.add("scripted");
if (!/(^|; )theme=/.test(document.cookie) && !/[?&]theme=/.test(location.search) && matchMedia("(prefers-color-scheme: dark)").matches) {
  root.dataset.theme = "dark";
}
