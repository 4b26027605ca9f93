// Styles that the first page does not need: each is fetched once, when something is there for it.

/** Fetches css/<name>.css where it has not come yet; meanwhile <html> is "no-<name>". @param {string} name @returns {Promise<void>} */
export function dressed(name) {
  const { classList } = document.documentElement;
  const first = /** @type {HTMLLinkElement} */ (document.querySelector('link[href$="/css/all.css"]'));
  if (document.querySelector(`link[href$="/css/${name}.css"]`)) return Promise.resolve();
  const link = /** @type {HTMLLinkElement} */ (first.cloneNode());
  link.href = first.href.replace("all.css", `${name}.css`);
  const without = `no-${name.replace("/", "-")}`;
  classList.add(without);
  return new Promise((done) => {
    link.onload = link.onerror = () => {
      classList.remove(without);
      done();
    };
    first.after(link);
  });
}
