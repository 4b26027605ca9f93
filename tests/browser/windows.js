// What breaks in a window, as an eye would trip over it. windows.py says what each kind of fault means.
({
  /** Every fault of the page as it stands, as [kind, text]. @param {boolean} drawn whether a figure must be seen */
  faults(drawn) {
    const root = document.scrollingElement, W = document.documentElement.clientWidth, H = innerHeight;
    const dialog = document.querySelector("dialog[open]"), scope = dialog ?? document.body;
    const scrolls = dialog ? dialog.scrollHeight > dialog.clientHeight + 1 : root.scrollHeight > H + 1;
    const found = [], say = (kind, text) => found.push([kind, text]);

    // ---- what things are
    const styles = new WeakMap(), css = (e) => styles.get(e) ?? (styles.set(e, getComputedStyle(e)), styles.get(e));
    const ups = (e) => { const all = []; for (let u = e; u && u !== document; u = u.parentElement) all.push(u); return all; };
    const hidden = new WeakMap();
    const gone = (e) => {
      if (!e) return false;
      if (!hidden.has(e)) {
        const { display, visibility, opacity, clipPath } = css(e);
        const folded = e.parentElement?.matches("details:not([open])") && e.tagName !== "SUMMARY";
        hidden.set(e, display === "none" || visibility === "hidden" || +opacity < 0.05 || clipPath === "inset(50%)" || folded
          || e.matches(".sr, dialog:not([open]), template, defs, option") || gone(e.parentElement));
      }
      return hidden.get(e);
    };
    const clips = (e, own = 0) => ups(e).slice(1 - own).filter((u) => u !== root && u !== document.body && /hidden|clip|auto|scroll/.test(css(u).overflowX + css(u).overflowY));
    const slides = (e) => /auto|scroll/.test(css(e).overflowX + css(e).overflowY);
    const bar = (e) => ups(e).find((u) => /fixed|sticky/.test(css(u).position) && u !== dialog && !u.matches(".sheet, .sheet *"));
    const named = (e) => (e.getAttribute?.("aria-label") || e.textContent || e.id || e.tagName).trim().replace(/\s+/g, " ").slice(0, 26);
    const titled = (e) => e.id || e.getAttribute("class") || e.tagName;

    // ---- boxes
    const box = ({ left, top, right, bottom }) => ({ l: left, t: top, r: right, b: bottom });
    const meet = (a, b) => ({ l: Math.max(a.l, b.l), t: Math.max(a.t, b.t), r: Math.min(a.r, b.r), b: Math.min(a.b, b.b) });
    const area = ({ l, t, r, b }) => Math.max(0, r - l) * Math.max(0, b - t);
    const ink = (e) => { // of a drawing what is drawn, without the air beside it
      const r = e.getBoundingClientRect(), view = e.tagName === "svg" && e.viewBox.baseVal;
      if (!view?.width) return box(r);
      const k = Math.min(r.width / view.width, r.height / view.height), x = (r.width - view.width * k) / 2, y = (r.height - view.height * k) / 2;
      return { l: r.left + x, r: r.right - x, t: r.top + y, b: r.bottom - y };
    };

    const texts = [], slid = new Map();
    const readTexts = () => {
      const walker = document.createTreeWalker(scope, NodeFilter.SHOW_TEXT);
      while (walker.nextNode()) {
        const node = walker.currentNode, e = node.parentElement, what = node.data.trim().replace(/\s+/g, " ");
        if (!what || gone(e) || e.closest("script, style, option, select, textarea, math")) continue;
        const range = document.createRange();
        range.selectNodeContents(node);
        const matrix = e.closest("svg") && e.getScreenCTM?.(), size = parseFloat(css(e).fontSize) * (matrix ? Math.hypot(matrix.a, matrix.b) : 1);
        for (const r of range.getClientRects()) if (r.width >= 1 && r.height >= 1) readText(e, what, r, size, /[gjpqy,;()]/.test(node.data));
      }
    };
    const readText = (e, what, r, size, tail) => {
      const air = Math.max(0, (r.height - size * 0.74) / 2); // above and below the letters
      const full = { l: r.left, r: r.right, t: r.top + air, b: Math.min(r.bottom, r.bottom - air + (tail ? size * 0.14 : 0)) };
      let seen = full, cut = null, moves = false;
      for (const c of clips(e, 1)) {
        const s = css(c), b = box(c.getBoundingClientRect()), x = s.overflowX !== "visible", y = s.overflowY !== "visible";
        const edge = { l: x ? b.l : -1e6, r: x ? b.r : 1e6, t: y ? b.t : -1e6, b: y ? b.b : 1e6 };
        if (s.maskImage && s.maskImage !== "none" && c.scrollWidth > c.clientWidth + 1) edge.r -= 24; // faded there
        const before = area(seen);
        seen = meet(seen, edge);
        if (area(seen) >= before - 1) continue;
        if (slides(c)) moves = true;
        else if (!moves && s.textOverflow !== "ellipsis") cut = c;
        if (moves && area(seen) && /auto|scroll/.test(s.overflowX) && (full.l < edge.l - 1.5 || full.r > edge.r + 1.5)) slid.set(c, what);
      }
      if (!area(seen)) return; // what is dropped as a whole is no fault
      if (cut) say("clipped", `“${what.slice(0, 30)}” in ${titled(cut)}`);
      if (size < 11) say("tiny", `“${what.slice(0, 24)}” ${size.toFixed(1)} px`);
      texts.push({ e, what: what.slice(0, 26), kind: "text", ...seen, full, bar: bar(e), moves, size });
    };

    const controls = [];
    const readControls = () => {
      const all = scope.querySelectorAll("a[href], button, input:not([type=hidden], [type=file]), select, summary, [role=slider]");
      for (const e of all) {
        if (gone(e) || e.closest("svg, [inert]") || e.getBoundingClientRect().width <= 2) continue;
        if (e.matches("label [type=radio], label [type=checkbox]") && +css(e).opacity < 0.1) continue;
        const full = box(e.getBoundingClientRect());
        let seen = full, moves = false;
        for (const c of clips(e)) {
          const rest = meet(seen, box(c.getBoundingClientRect()));
          if (area(rest) < area(seen) - 1 && slides(c)) moves = true;
          seen = rest;
        }
        if (area(seen)) controls.push({ e, what: named(e), kind: "control", ...seen, full, bar: bar(e), moves });
        if (e.matches("input:not([type=range], [type=color], [type=checkbox], [type=radio])") && css(e).textOverflow !== "ellipsis" && e.scrollWidth > e.clientWidth + 1) say("clipped", `field ${e.name || e.id} “${e.value}”`);
      }
    };

    const cutRows = () => {
      for (const [row, what] of slid) if (!row.matches(".folded") && [...row.children].filter((e) => !gone(e)).length <= 4 && (W >= 1000 || !row.closest("nav"))) say("cut", `“${what.slice(0, 26)}” at the end of ${titled(row)}`);
    };

    const apart = (a, b) => a.bar !== b.bar && scrolls; // scrolling parts them; `covered` looks at the end of the page
    const overlaps = () => {
      const lean = (i) => i.kind === "text" ? i : { l: i.l + 3, r: i.r - 3, t: i.t + 3, b: i.b - 3 };
      const items = [...texts, ...controls].sort((a, b) => a.t - b.t), told = new Set();
      for (let i = 0; i < items.length; i++) for (let j = i + 1; j < items.length && items[j].t < items[i].b; j++) {
        const a = items[i], b = items[j], both = meet(lean(a), lean(b));
        if (both.r - both.l < 3 || both.b - both.t < 3 || (a.kind === "control" && b.kind === "control") || apart(a, b)) continue;
        if (a.e === b.e || a.e.contains(b.e) || b.e.contains(a.e) || (a.e.closest("label") && a.e.closest("label") === b.e.closest("label"))) continue;
        const words = `“${a.what}” and “${b.what}”`;
        if (!told.has(words)) say("overlap", words);
        told.add(words);
      }
      for (const e of scope.querySelectorAll(".crop, img, canvas:not([hidden], .ground), .block svg, .enlarged")) {
        if (gone(e) || e.closest("a, button, summary, label, .closeup, .around, .stop, .plate, .easel, .viewer, .frame")) continue;
        const r = box(e.getBoundingClientRect());
        for (const i of texts) {
          const both = meet(i, r);
          if (!i.e.closest("svg") && !e.contains(i.e) && !apart(i, { bar: bar(e) }) && both.r - both.l > 4 && both.b - both.t > 4 && area(both) > 0.2 * area(i)) say("overlap", `“${i.what}” and the picture ${titled(e)}`);
        }
      }
    };
    const regions = () => {
      const names = [".bar", ".ribbon:not(.whole)", ".plate > .figure", ".look > .board, .volumes > .figure", ".block, .column, .pictured", ".subtotals, .addup", ".maxline", ".transport"];
      const all = names.flatMap((name) => [...scope.querySelectorAll(name)]).filter((e) => !gone(e) && e.getBoundingClientRect().height > 1).map((e) => ({ e, ...ink(e), bar: bar(e) }));
      all.forEach((a, i) => all.slice(i + 1).forEach((b) => {
        if (a.e.contains(b.e) || b.e.contains(a.e) || apart(a, b)) return;
        let both = meet(a, b);
        for (const c of [...clips(a.e), ...clips(b.e)]) both = meet(both, box(c.getBoundingClientRect()));
        if (both.r - both.l > 4 && both.b - both.t > 4) say("overlap", `${titled(a.e)} and ${titled(b.e)} by ${Math.round(both.r - both.l)} × ${Math.round(both.b - both.t)}`);
      }));
      for (const lid of all.filter(({ e }) => e.matches(".bar, .ribbon, .transport"))) for (const i of texts) {
        const both = meet(i, lid);
        if (!lid.e.contains(i.e) && !apart(i, lid) && both.r - both.l > 4 && both.b - both.t > 3) say("overlap", `“${i.what}” and the ${titled(lid.e)}`);
      }
    };

    const merged = () => {
      const close = new Set(), rows = Map.groupBy(texts.filter(({ e, what }) => e.closest("td") && !/^[×=≈+−÷]$/.test(what)), ({ e }) => e.closest("tr"));
      for (const cells of rows.values()) for (const a of cells) for (const b of cells) {
        const beside = a.e.closest("td") !== b.e.closest("td") && Math.abs(a.t + a.b - b.t - b.b) < 8;
        if (beside && b.l >= a.l && b.l - a.r < Math.max(2, 0.15 * a.size) && b.l - a.r > -40) close.add(`“${a.what}” “${b.what}”`);
      }
      if (close.size) say("merged", `${[...close].slice(0, 2).join(", ")} of ${close.size}`);
    };

    const outside = () => {
      const end = scrolls ? (dialog ? dialog.getBoundingClientRect().top : -root.scrollTop) + scope.scrollHeight : H;
      for (const i of [...texts, ...controls]) if (!i.moves && !i.bar && (i.l < -1.5 || i.r > W + 1.5 || i.t < -root.scrollTop - 1.5 || i.b > end + 1.5)) say("outside", `“${i.what}” ${Math.round(i.full.l)},${Math.round(i.full.t)} – ${Math.round(i.full.r)},${Math.round(i.full.b)}`);
      if (root.scrollWidth > W + 1) say("wide", `${root.scrollWidth} px in ${W}`);
    };

    const starved = () => {
      const all = document.querySelectorAll(".plate > .figure, .volumes > .figure, .look .board svg, .look .board canvas, .enlarged, .look > .figure, .look svg.figure");
      const [f] = [...all].filter((e) => !gone(e)).map(ink).sort((a, b) => area(b) - area(a)), w = f ? f.r - f.l : 0, h = f ? f.b - f.t : 0;
      if (w < 0.8 * W && (w < Math.min(200, W / 3) - 0.5 || h < Math.min(120, H / 3) - 0.5)) say("starved", `${Math.round(w)} × ${Math.round(h)} px`);
    };

    const bars = () => {
      const lids = [...document.body.querySelectorAll("*")].filter((e) => /fixed|sticky/.test(css(e).position) && !gone(e) && !e.closest(".sheet, dialog, #drop, #laser, #blank, td, th, .look") && e.getBoundingClientRect().width > W * 0.6);
      const tall = lids.filter((e) => !lids.some((o) => o !== e && o.contains(e))).reduce((sum, e) => sum + e.getBoundingClientRect().height, 0);
      if ((scrolls || lids.some((e) => css(e).position === "fixed")) && tall > H * 0.2 + 0.5) say("bars", `${Math.round(tall)} px of ${H}`);
    };

    const covered = () => {
      const top = root.scrollTop;
      for (const { e, bar: lid, what } of controls) {
        if (css(e).pointerEvents === "none") continue;
        if (!lid) this.show(e);
        const r = e.getBoundingClientRect(), x = (r.left + r.right) / 2, y = (r.top + r.bottom) / 2;
        if (x < 0 || y < 0 || x > W || y > H) say("covered", `“${what}” cannot be brought into the window`);
        else if (!this.hits(e, x, y)) say("covered", `“${what}” by ${titled(document.elementFromPoint(x, y) ?? root)}`);
      }
      root.scrollTo(0, top);
    };

    readTexts();
    readControls();
    cutRows();
    overlaps();
    regions();
    merged();
    outside();
    if (drawn) starved();
    bars();
    covered();
    return found;
  },

  /** What faults depend on: two pages with the same text have the same ones, whatever their colours. */
  layout() {
    return [...document.querySelectorAll("body, body *")].map((e) => {
      const { x, y, width, height } = e.getBoundingClientRect(), s = getComputedStyle(e);
      return [x, y, width, height, s.fontSize, s.display, s.visibility, s.opacity, s.clipPath, s.overflow, s.position, s.maskImage, s.pointerEvents, s.zIndex];
    }).join(";");
  },

  /** Brings something into the window as a person can: what only a script can scroll stays where it was. @param {Element} e */
  show(e, block = "center") {
    e.scrollIntoView({ block, inline: "center", behavior: "instant" });
    for (let u = e; u && u !== document.body; u = u.parentElement) {
      const { overflowX, overflowY } = getComputedStyle(u);
      if (/hidden|clip/.test(overflowY) && !/auto|scroll/.test(overflowX + overflowY)) u.scrollTo(0, 0);
    }
  },

  hits(e, x, y) {
    const hit = document.elementFromPoint(x, y);
    return hit && (hit === e || e.contains(hit) || (hit.contains(e) && hit.closest("label, a, button")) || e.closest("label")?.contains(hit));
  },

  /** Opens the nth menu, looks whether its ends can be reached, and closes it; null where there are no more. @param {number} n */
  menu(n) {
    const opener = [...document.querySelectorAll("details.menu > summary, #help-open, details.flip > summary, [popovertarget]")].filter((e) => e.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && !e.closest("[inert]"))[n];
    const close = () => {
      for (const menu of document.querySelectorAll(":is(.menu, .flip)[open]")) menu.open = false;
      document.querySelector("#help[open]")?.close();
      document.querySelector(":popover-open")?.hidePopover();
    };
    if (!opener || document.querySelector("dialog[open]")) return null;
    close();
    this.show(opener, "nearest");
    const help = opener.id === "help-open", over = help ? document.querySelector("#help") : opener.popoverTargetElement, sheet = over ?? opener.nextElementSibling;
    if (help) over.showModal();
    else if (over) over.showPopover();
    else opener.parentElement.open = true;
    const faults = sheet ? this.ends(sheet) : [];
    close();
    document.scrollingElement.scrollTop = 0;
    return { name: (opener.getAttribute("aria-label") || opener.textContent).trim().replace(/\s+/g, " ").slice(0, 30), faults };
  },

  /** Why the ends of a sheet cannot be reached. @param {Element} sheet */
  ends(sheet) {
    const W = document.documentElement.clientWidth, H = innerHeight, faults = [], { left, right } = sheet.getBoundingClientRect();
    if (left < -1.5 || right > W + 1.5) faults.push(`reaches from ${Math.round(left)} to ${Math.round(right)} in ${W} px`);
    const all = [...sheet.querySelectorAll("a, button, input:not([type=hidden]), select, p, dd, small, h2, b")].filter((e) => e.checkVisibility({ visibilityProperty: true }) && e.getBoundingClientRect().width > 2 && getComputedStyle(e).clipPath !== "inset(50%)");
    for (const e of new Set([all[0], all.at(-1), all.findLast((e) => e.matches("a, button, input, select"))].filter(Boolean))) {
      this.show(e, "nearest");
      const r = e.getBoundingClientRect(), x = Math.min(Math.max((r.left + r.right) / 2, 1), W - 1), y = (r.top + r.bottom) / 2;
      if (r.height > sheet.clientHeight - 12) continue; // a long text; its end is looked at with what follows
      const text = (e.textContent || e.name || e.type || e.tagName).trim().slice(0, 24), hit = document.elementFromPoint(x, y);
      if (r.top < -1.5 || (r.bottom > H + 1.5 && r.height < H)) faults.push(`“${text}” stays out of the window (${Math.round(r.top)} – ${Math.round(r.bottom)} of ${H})`);
      else if (!hit || !(sheet.contains(hit) || hit === e)) faults.push(`“${text}” lies behind ${hit?.id || hit?.getAttribute("class") || hit?.tagName}`);
    }
    return faults;
  },
})
