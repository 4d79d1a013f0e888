
"use strict";
(() => {
  const ROW = 58; // the height of .item in page.css
  const OVERSCAN = 8;
  const MAX_PRINTED = 200;
  const SEVERITIES = ["error", "fail", "warn", "pass"];
  const WORDS = { error: "could not be run", fail: "fail", warn: "warn", pass: "pass" };
  const TILES = { ...WORDS, error: "not run" };
  const MARKS = { error: "✗", fail: "✗", warn: "!", pass: "✓" };
  const SHAPES = { error: "square", fail: "cross", warn: "triangle", pass: "circle" };

  const $ = (id) => document.getElementById(id);
  const read = (element) => JSON.parse(element.textContent);
  const number = new Intl.NumberFormat("en");
  const collator = new Intl.Collator("en", { numeric: true });

  /** An element with text. Whatever a user wrote goes through here, and never through innerHTML. */
  function make(tag, attributes = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (value === null || value === undefined || value === false) continue;
      if (name === "class") element.className = value;
      else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
      else element.setAttribute(name, value);
    }
    element.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
    return element;
  }

  /** MathML that derivcheck made of a parsed expression, in which every name is escaped. */
  function maths(markup) {
    const template = document.createElement("template");
    template.innerHTML = markup;
    return template.content;
  }

  // --- the data -----------------------------------------------------------------------------------------------------

  const summary = read($("summary"));
  const statuses = new Map(summary.statuses.map((status, rank) => [status.label, { ...status, rank }]));
  const cases = [];
  const byName = new Map();
  document.querySelectorAll("script[data-index]").forEach((element) => {
    const chunk = element.dataset.index;
    read(element).forEach((entry, at) => {
      entry.chunk = chunk;
      entry.at = at;
      entry.order = cases.length;
      entry.label ||= entry.status; // of what is unexpected, the label says what was found
      entry.text = `${entry.name}\n${entry.expr}\n${entry.where}\n${entry.label}\n${entry.reason}`.toLowerCase();
      entry.size = entry.ulps === null ? -1 : entry.ulps === "inf" ? Infinity : entry.ulps;
      entry.rank = (SEVERITIES.length - SEVERITIES.indexOf(entry.severity)) * 100 + statuses.get(entry.status).rank;
      let id = entry.name;
      for (let copy = 2; byName.has(id); copy += 1) id = `${entry.name}~${copy}`;
      entry.id = id;
      byName.set(id, entry);
      cases.push(entry);
    });
  });
  const parsed = new Map();
  function details(entry) {
    if (!parsed.has(entry.chunk)) {
      if (parsed.size > 20) parsed.clear();
      parsed.set(entry.chunk, read(document.querySelector(`script[data-details="${entry.chunk}"]`)));
    }
    return parsed.get(entry.chunk)[entry.at];
  }

  // --- what is shown ------------------------------------------------------------------------------------------------

  const ORDERS = {
    file: () => 0,
    worst: (a, b) => b.rank - a.rank || b.size - a.size,
    error: (a, b) => (b.size === a.size ? 0 : b.size - a.size),
    name: (a, b) => collator.compare(a.name, b.name),
  };
  const chosen = { severity: new Set(), status: new Set() };
  let shown = [];
  let active = 0; // where the keyboard is in the list
  let opened = null;

  function apply() {
    const words = $("query").value.toLowerCase().split(/\s+/).filter(Boolean);
    const order = ORDERS[$("sort").value];
    const kept = shown[active];
    shown = cases.filter(
      (entry) =>
        (!chosen.severity.size || chosen.severity.has(entry.severity)) &&
        (!chosen.status.size || chosen.status.has(entry.status)) &&
        words.every((word) => entry.text.includes(word)),
    );
    shown.sort((a, b) => order(a, b) || a.order - b.order);
    active = Math.max(0, shown.indexOf(kept));
    const all = shown.length === cases.length;
    $("count").textContent = all
      ? `${number.format(cases.length)} ${cases.length === 1 ? "case" : "cases"}`
      : `${number.format(shown.length)} of ${number.format(cases.length)} cases`;
    $("clear").hidden = all && !words.length;
    document.querySelectorAll("[data-kind]").forEach((button) => {
      button.setAttribute("aria-pressed", String(chosen[button.dataset.kind].has(button.dataset.value)));
    });
    $("list").scrollTop = 0;
    list();
    draw();
  }

  function toggle(kind, value) {
    if (!chosen[kind].delete(value)) chosen[kind].add(value);
    apply();
  }

  function clear() {
    chosen.severity.clear();
    chosen.status.clear();
    $("query").value = "";
    apply();
  }

  // --- the head -----------------------------------------------------------------------------------------------------

  function head() {
    const total = cases.length;
    const has = (severity) => summary.cases[severity] > 0;
    let told = ["fail", "error"].filter(has);
    if (!told.length) told = ["warn"].filter(has);
    const verb = (severity) => (severity !== "error" && summary.cases[severity] === 1 ? `${WORDS[severity]}s` : WORDS[severity]);
    const counted = (severity) => number.format(summary.cases[severity]);
    const [first, ...others] = told;
    const noun = total === 1 ? "case" : "cases";
    const text = first
      ? [`${counted(first)} of ${number.format(total)} ${noun} ${verb(first)}`,
         others.map((severity) => `, ${counted(severity)} ${verb(severity)}`).join("")]
      : total ? [total === 1 ? "the case passes" : `all ${number.format(total)} cases pass`, ""] : ["nothing to check", ""];
    $("verdict").replaceChildren(make("strong", { class: told[0] || (total ? "pass" : "warn") }, text[0]), text[1]);
    document.title = `derivcheck: ${text.join("")}`;
    for (const severity of SEVERITIES) {
      const found = summary.cases[severity] || 0;
      const share = total ? `${((100 * found) / total).toFixed(found && found < total / 100 ? 1 : 0)} %` : "";
      const accepted = severity === "pass" && summary.expected ? `${number.format(summary.expected)} as expected` : share;
      $("tiles").append(
        make(
          "button",
          { type: "button", class: `tile ${severity}${found ? "" : " none"}`, "data-kind": "severity",
            "data-value": severity, onclick: () => toggle("severity", severity) },
          make("b", {}, number.format(found)), make("span", {}, TILES[severity]), " ", make("small", {}, accepted),
        ),
      );
      $("legend").append(make("li", {}, shape(severity), TILES[severity]));
    }
    const counts = new Map();
    for (const entry of cases) counts.set(entry.status, (counts.get(entry.status) || 0) + 1);
    for (const status of [...statuses.values()].reverse()) {
      if (!counts.has(status.label)) continue;
      const mark = status.label === "skipped" ? "–" : MARKS[status.severity];
      $("chips").append(
        make(
          "button",
          { type: "button", class: `chip ${status.severity}`, title: status.meaning, "data-kind": "status",
            "data-value": status.label, onclick: () => toggle("status", status.label) },
          make("i", { "aria-hidden": "true" }, `${mark} `), status.label, make("b", {}, number.format(counts.get(status.label))),
        ),
      );
    }
    $("foot").textContent = `exit code ${summary.exit.code}: ${summary.exit.meaning} · ${summary.versions.join(" · ")}`;
  }

  // --- the list: only what is in sight exists ------------------------------------------------------------------------

  const box = $("list");
  const spacer = make("div", { class: "spacer", role: "presentation" });
  function list() {
    if (!shown.length) {
      box.replaceChildren(make("p", { class: "empty" }, cases.length ? "No case is like that." : "There is no case."));
      box.removeAttribute("aria-activedescendant");
      return;
    }
    if (spacer.parentNode !== box) box.replaceChildren(spacer);
    spacer.style.height = `${shown.length * ROW}px`;
    const first = Math.max(0, Math.floor(box.scrollTop / ROW) - OVERSCAN);
    const last = Math.min(shown.length, Math.ceil((box.scrollTop + box.clientHeight) / ROW) + OVERSCAN);
    const items = [];
    for (let at = first; at < last; at += 1) items.push(item(at));
    if (active < first || active >= last) items.push(item(active)); // what the keyboard is on is there, out of sight
    spacer.replaceChildren(...items);
    box.setAttribute("aria-activedescendant", `item-${shown[active].order}`);
  }

  function item(at) {
    const entry = shown[at];
    const element = make(
      "div",
      { class: `item ${entry.severity}${at === active ? " active" : ""}`, role: "option", id: `item-${entry.order}`,
        "aria-selected": String(entry === opened), "aria-setsize": shown.length, "aria-posinset": at + 1,
        onclick: () => { active = at; go(entry); } },
      make("span", { class: "mark", "aria-hidden": "true" }, entry.status === "skipped" ? "–" : MARKS[entry.severity]),
      make("span", { class: "name" }, entry.name),
      make("span", { class: "label" }, entry.expected && entry.status !== "match" ? `${entry.label}, expected` : entry.label),
      make("span", { class: "expr mono" }, entry.expr),
      make("span", { class: "ulps" }, entry.error),
    );
    element.style.top = `${at * ROW}px`;
    return element;
  }

  function reveal(at) {
    active = Math.max(0, Math.min(shown.length - 1, at));
    const top = active * ROW;
    if (top < box.scrollTop) box.scrollTop = top;
    else if (top + ROW > box.scrollTop + box.clientHeight) box.scrollTop = top + ROW - box.clientHeight;
    list();
    draw();
  }

  box.addEventListener("scroll", list, { passive: true });
  box.addEventListener("keydown", (event) => {
    const page = Math.max(1, Math.floor(box.clientHeight / ROW) - 1);
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity };
    if (event.key in steps) reveal(active + steps[event.key]);
    else if (event.key === "Enter" || event.key === " ") { if (shown.length) go(shown[active], true); }
    else return;
    event.preventDefault();
  });

  // --- one case -----------------------------------------------------------------------------------------------------

  const link = (entry) => `#${encodeURIComponent(entry.id)}`;
  const narrow = () => matchMedia("(max-width: 900px)").matches;

  /** Open a case and make it the page's address; with the keyboard, the reader goes along. */
  function go(entry, withFocus = false) {
    if (location.hash !== link(entry)) history.pushState(null, "", link(entry));
    open(entry, withFocus);
  }

  function open(entry, withFocus) {
    opened = entry;
    document.body.classList.toggle("open", entry !== null);
    const pane = $("detail");
    pane.replaceChildren(...(entry ? article(entry) : [make("p", { class: "empty" }, "Choose a case: its formula, what is true, and what torch returned stand here.")]));
    pane.className = `card detail ${entry ? entry.severity : ""}`;
    list();
    draw();
    if (entry && (withFocus || narrow())) {
      pane.querySelector("h2").focus({ preventScroll: true });
      pane.scrollIntoView({ block: narrow() ? "start" : "nearest" });
    }
  }

  function close() {
    history.pushState(null, "", location.pathname + location.search);
    open(null);
    box.focus();
  }

  function fromAddress() {
    let id = location.hash.slice(1);
    try { id = decodeURIComponent(id); } catch { /* no name of a case */ }
    const entry = byName.get(id) || null;
    if (entry && !shown.includes(entry)) clear();
    if (entry) reveal(shown.indexOf(entry));
    open(entry, false);
  }

  /** What there is of a case that matches, in a report that has too many of them to hold each in full. */
  const leftOut = (entry) => ({ label: `✓ ${entry.label}`, math: "<code></code>", variables: [], why: "", message: "", points: [], left: 0, plain: true });

  function article(entry) {
    const found = details(entry) || leftOut(entry);
    const status = statuses.get(entry.status);
    const name = found.variables.length ? `f(${found.variables.join(", ")}) = ` : "f = ";
    const plain = found.math.startsWith("<code");
    const parts = [
      make("button", { type: "button", class: "quiet back", onclick: close }, "← All cases"),
      make("div", { class: "title" },
        make("h2", { tabindex: "-1" }, make("a", { href: link(entry) }, entry.name)),
        make("span", { class: `badge ${entry.severity}` }, found.label)),
      entry.where === entry.name ? "" : make("p", { class: "where" }, entry.where),
    ];
    if (found.plain) {
      parts.push(make("div", { class: "formula" }, make("code", {}, entry.expr)));
      parts.push(make("p", { class: "note" }, "Every number matches. The details of this case are left out, since the report has so many that match: check it alone to see them, with -k and its name."));
    } else if (entry.expr) parts.push(make("div", { class: "formula" }, plain ? "" : name, maths(found.math)));
    if (entry.expr && !plain) parts.push(make("p", { class: "source mono" }, entry.expr));
    if (found.message) parts.push(make("p", { class: `said ${entry.severity}` }, found.message));
    if (found.why) parts.push(make("p", { class: "said why" }, found.why));
    if (found.hunt) parts.push(huntOf(found.hunt));
    found.points.forEach((point) => parts.push(pointOf(point)));
    if (found.left) parts.push(make("p", { class: "note" }, `… and ${number.format(found.left)} more ${found.left === 1 ? "point" : "points"}, none of them worse`));
    if (entry.status !== "match") {
      parts.push(make("p", { class: "help" }, make("strong", {}, `${status.label}: `), `${status.meaning}. ${status.advice}`));
    }
    return parts;
  }

  function pointOf(point) {
    const at = point.at.map(([name, text]) => `${name} = ${text}`).join(", ");
    return make("section", { class: "point" },
      at || point.settings ? make("h3", {}, at ? `at ${at}` : "", make("small", {}, point.settings)) : null,
      ...point.moved.map((text) => make("p", { class: "note" }, `${text}, the number that the tensor holds`)),
      ...point.notes.map((text) => make("p", { class: "note" }, text)),
      ...point.rows.map(rowOf),
      ...point.explained.map(whyOf));
  }

  /** The map of a hunt, its picture, the points that it found, and what it looked at. */
  function huntOf(hunt) {
    const lineOf = (before, status, severity, ...after) => make("tr", { class: severity },
      ...before.map((text) => make("td", { class: "mono" }, text)), make("td", { class: "is" }, status),
      ...after.map((text) => make("td", { class: "mono" }, text)));
    const tableOf = (titles, lines) => make("div", { class: "elements", tabindex: "0" }, make("table", {},
      make("thead", {}, make("tr", {}, ...titles.map((title) => make("th", { scope: "col" }, title)))), make("tbody", {}, ...lines)));
    return make("section", { class: "hunt" },
      make("h3", {}, hunt.ranges),
      hunt.stretches.length ? tableOf(["", "range", "status", "worst", "numbers"],
        hunt.stretches.map(([name, ends, status, severity, worst, count]) => lineOf([name, ends], status, severity, worst, count))) : null,
      hunt.picture ? make("img", { src: hunt.picture, alt: `the error against ${hunt.ranges}, in ulps; the table above has the same stretches` }) : null,
      hunt.missing ? make("p", { class: "note" }, hunt.missing) : null,
      hunt.found.length ? tableOf(["found", "", "error", "status", "at"],
        hunt.found.map(([kind, name, error, status, severity, at]) => lineOf([kind, name, error], status, severity, at))) : null,
      make("p", { class: "note" }, hunt.covered),
      hunt.next ? make("p", { class: "note" }, "next: ", make("code", {}, hunt.next)) : null);
  }

  /** Why the numbers of a point are what they are: what is to blame, what helps, and the tape. */
  function whyOf(why) {
    const parts = [make("h3", {}, why.heading)];
    if (why.sentence) parts.push(make("p", { class: "reason" }, why.mark ? make("b", { class: "badge" }, why.mark) : "", ` ${why.sentence}`));
    if (why.excerpt) {
      parts.push(make("pre", { class: "mono" }, why.excerpt.file ? make("small", {}, `${why.excerpt.file}\n`) : "",
        why.excerpt.before, make("mark", {}, why.excerpt.meant), why.excerpt.after));
    }
    parts.push(...why.notes.map((text) => make("p", { class: "note" }, text)));
    if (why.rewrites.length) parts.push(make("h3", {}, why.help));
    for (const rewrite of why.rewrites) {
      parts.push(make("pre", { class: "mono" }, rewrite.expression),
        make("p", {}, rewrite.digits), make("p", { class: "note" }, `${rewrite.why}; ${rewrite.source}`));
    }
    parts.push(...why.tables.map((table) => tapeOf(table, why)));
    return make("section", { class: `explained ${why.severity}` }, ...parts);
  }

  function tapeOf(table, why) {
    const lines = table.rows.map(([number, ...cells], at) => make("tr", { class: at === table.marked ? "marked" : "" },
      make("th", { scope: "row" }, at === table.marked ? `${why.mark} ${number}` : number),
      ...cells.map((text) => make("td", { class: "mono" }, text))));
    const titles = make("tr", {}, ...table.titles.map((title) => make("th", { scope: "col" }, title)));
    return make("details", { open: table.rows.length <= 20 }, make("summary", {}, table.heading),
      make("div", { class: "elements", tabindex: "0" },
        make("table", {}, make("thead", {}, titles), make("tbody", {}, ...lines))),
      table.hidden ? make("p", { class: "note" }, `… and ${number.format(table.hidden)} more lines`) : null);
  }

  function rowOf(row) {
    if (row.stopped) return make("div", { class: "row error" }, make("pre", {}, row.stopped));
    const facts = make("dl");
    const fact = (term, ...content) => facts.append(make("dt", {}, term), make("dd", {}, ...content));
    if (row.truth) fact("truth", make("span", { class: "mono" }, row.truth));
    if (row.autograd) fact("torch", ...compared(row.autograd, row.truth, row.severity));
    if (row.symbolic && row.symbolic !== "—") fact("symbolic", make("span", { class: "mono" }, row.symbolic));
    if (row.error !== "—") fact("error", `${row.error}${row.digits ? `, ${row.digits} digits right` : ""}`);
    if (row.mode) fact("mode", row.mode);
    return make("div", { class: `row ${row.severity}` },
      make("div", { class: "row-head" },
        make("span", { class: "what" }, row.claim ? "claim " : "", row.math ? maths(row.math) : row.name,
          row.shape ? make("small", {}, row.shape) : ""),
        make("span", { class: "is" }, ...(row.formula ? [row.formula.startsWith("<span>") ? "" : "= ", maths(row.formula)] : [])),
        make("span", { class: `badge ${row.severity}` }, row.label)),
      facts,
      row.reason ? make("p", { class: "reason" }, row.reason) : null,
      ...(row.asides || []).map((text) => make("p", { class: "note" }, text)),
      row.elements && row.elements.length ? elementsOf(row) : null,
      row.left ? make("p", { class: "note" }, `… and ${number.format(row.left)} more`) : null,
      row.diagnosis ? make("p", { class: "reason" }, make("strong", {}, "diagnosis: "), row.diagnosis) : null);
  }

  /** The elements of a tensor that do not pass. */
  function elementsOf(row) {
    const lines = row.elements.map(([severity, name, truth, torch, error, status]) => make("tr", { class: severity },
      make("th", { scope: "row", class: "mono" }, name),
      make("td", {}, make("span", { class: "mono" }, truth)),
      make("td", {}, ...compared(torch, truth, severity)),
      make("td", {}, error),
      make("td", { class: "is" }, status)));
    const titles = make("tr", {}, ...row.titles.map((title) => make("th", { scope: "col" }, title)));
    return make("div", { class: "elements", tabindex: "0" }, make("table", {}, make("thead", {}, titles), make("tbody", {}, ...lines)));
  }

  /** Torch's number, with the digits in which it differs from the truth marked, where it does. */
  function compared(text, truth, severity) {
    const plain = [make("span", { class: "mono" }, text)];
    const [value] = truth.split(" ± ");
    const power = (digits) => digits.split("e")[1] || "";
    if (severity === "pass" || !/^-?[\d.]+(e-?\d+)?$/.test(value) || power(value) !== power(text)) return plain;
    let same = 0;
    while (same < text.length && text[same] === value[same]) same += 1;
    const end = text.split("e")[0].length;
    if (same === 0 || same >= end) return plain;
    return [make("span", { class: "mono" }, make("span", { class: "right" }, text.slice(0, same)),
      make("span", { class: "wrong" }, text.slice(same, end)), text.slice(end))];
  }

  // --- the plot -----------------------------------------------------------------------------------------------------

  const canvas = $("plot");
  const LEFT = 46, RIGHT = 10, TOP = 10, BOTTOM = 8, LANE = 18, LEAST = -2;
  const greatest = cases.reduce((most, entry) => (Number.isFinite(entry.size) ? Math.max(most, entry.size) : most), 100);
  const most = Math.ceil(Math.log10(greatest));
  const lanes = { none: cases.some((entry) => entry.ulps === null), inf: cases.some((entry) => entry.ulps === "inf") };
  let pointed = null; // the case under the mouse, or the one that the keyboard is on

  function path(context, kind, x, y, r) {
    context.beginPath();
    if (kind === "circle") context.arc(x, y, r * 0.8, 0, 7);
    else if (kind === "square") context.rect(x - r * 0.8, y - r * 0.8, r * 1.6, r * 1.6);
    else if (kind === "triangle") { context.moveTo(x, y - r); context.lineTo(x + r, y + r * 0.8); context.lineTo(x - r, y + r * 0.8); context.closePath(); }
    else { context.moveTo(x - r, y - r); context.lineTo(x + r, y + r); context.moveTo(x - r, y + r); context.lineTo(x + r, y - r); }
  }
  function mark(context, severity, x, y, r, colour) {
    path(context, SHAPES[severity], x, y, r);
    context.lineWidth = 2;
    if (severity === "fail") { context.strokeStyle = colour; context.stroke(); }
    else { context.fillStyle = colour; context.fill(); }
  }
  const legends = [];
  function shape(severity) {
    const small = make("canvas", { width: 24, height: 24, "aria-hidden": "true" });
    legends.push([small, severity]);
    return small;
  }

  function place(entry, width, height) {
    const x = LEFT + ((entry.order + 0.5) / cases.length) * (width - LEFT - RIGHT);
    const top = TOP + LANE * (lanes.none + lanes.inf);
    const bottom = height - BOTTOM - LANE;
    if (entry.ulps === null) return [x, TOP + 4];
    if (entry.ulps === "inf") return [x, TOP + LANE * lanes.none + 4];
    if (entry.size < 10 ** LEAST) return [x, height - BOTTOM - 4];
    return [x, bottom - ((Math.log10(entry.size) - LEAST) / (most - LEAST)) * (bottom - top)];
  }

  function draw() {
    const ratio = window.devicePixelRatio || 1;
    const width = canvas.clientWidth, height = canvas.clientHeight;
    if (!width) return;
    if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
    }
    const style = getComputedStyle(document.documentElement);
    const colour = (name) => style.getPropertyValue(`--${name}`).trim();
    const colours = Object.fromEntries(SEVERITIES.map((severity) => [severity, colour(severity)]));
    const context = canvas.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    context.font = "11px system-ui, sans-serif";
    context.textAlign = "right";
    context.textBaseline = "middle";
    const rule = (y, text, dashed) => {
      context.strokeStyle = colour("line");
      context.lineWidth = 1;
      context.setLineDash(dashed ? [3, 4] : []);
      context.beginPath();
      context.moveTo(LEFT, Math.round(y) + 0.5);
      context.lineTo(width - RIGHT, Math.round(y) + 0.5);
      context.stroke();
      context.fillStyle = colour("soft");
      context.fillText(text, LEFT - 8, y);
    };
    const at = (size) => place({ order: 0, ulps: size, size }, width, height)[1];
    const step = Math.max(1, Math.ceil(((most - LEAST) * 20) / (height - 60)));
    for (let power = 0; power <= most; power += step) rule(at(10 ** power), power ? `10${superscript(power)}` : "1", power > 0);
    rule(height - BOTTOM - 4, "0", true);
    if (lanes.none) rule(TOP + 4, "none", true);
    if (lanes.inf) rule(TOP + LANE * lanes.none + 4, "∞", true);
    context.setLineDash([]);
    const radius = cases.length > 2000 ? 3 : cases.length > 300 ? 3.5 : 4.5;
    const visible = new Set(shown);
    for (const severity of [...SEVERITIES].reverse()) {
      for (const entry of cases) {
        if (entry.severity !== severity) continue;
        const [x, y] = place(entry, width, height);
        context.globalAlpha = visible.has(entry) ? (severity === "pass" ? 0.55 : 0.95) : 0.08;
        mark(context, severity, x, y, radius, colours[severity]);
      }
    }
    context.globalAlpha = 1;
    for (const entry of [opened, pointed]) {
      if (!entry) continue;
      const [x, y] = place(entry, width, height);
      context.strokeStyle = colour(entry === pointed ? "ink" : "accent");
      context.lineWidth = 2;
      context.beginPath();
      context.arc(x, y, radius + 5, 0, 7);
      context.stroke();
    }
    for (const [small, severity] of legends) {
      const pen = small.getContext("2d");
      pen.clearRect(0, 0, 24, 24);
      pen.setTransform(2, 0, 0, 2, 0, 0);
      mark(pen, severity, 6, 6, 4.5, colours[severity]);
    }
  }
  const superscript = (power) => [...String(power)].map((digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit]).join("");

  function point(entry) {
    pointed = entry;
    const tip = $("tip");
    tip.hidden = !entry;
    draw();
    if (!entry) return;
    const [x, y] = place(entry, canvas.clientWidth, canvas.clientHeight);
    tip.replaceChildren(make("strong", {}, entry.name), make("br"), `${entry.label} · ${entry.error === "—" ? "no error known" : entry.error}`);
    tip.style.left = `${Math.max(0, Math.min(x + 12, canvas.clientWidth - tip.offsetWidth))}px`;
    tip.style.top = `${y > tip.offsetHeight + 16 ? y - tip.offsetHeight - 12 : y + 12}px`;
  }
  function nearest(event) {
    const bounds = canvas.getBoundingClientRect();
    const x = event.clientX - bounds.left, y = event.clientY - bounds.top;
    let best = null, least = 14 * 14;
    for (const entry of shown) {
      const [left, top] = place(entry, bounds.width, bounds.height);
      const distance = (left - x) ** 2 + (top - y) ** 2;
      if (distance < least) [best, least] = [entry, distance];
    }
    return best;
  }
  canvas.addEventListener("mousemove", (event) => { const entry = nearest(event); if (entry !== pointed) point(entry); });
  canvas.addEventListener("mouseleave", () => point(null));
  canvas.addEventListener("blur", () => point(null));
  canvas.addEventListener("click", (event) => {
    const entry = nearest(event);
    if (!entry) return;
    reveal(shown.indexOf(entry));
    go(entry, true);
  });
  canvas.addEventListener("keydown", (event) => {
    const row = shown.slice().sort((a, b) => a.order - b.order);
    if (!row.length) return;
    const at = row.indexOf(pointed);
    const steps = { ArrowRight: at + 1, ArrowLeft: at < 0 ? row.length - 1 : at - 1, Home: 0, End: row.length - 1 };
    if (event.key in steps) {
      const entry = row[Math.max(0, Math.min(row.length - 1, steps[event.key]))];
      point(entry);
      $("plot-said").textContent = `${entry.name}: ${entry.status}, ${entry.error === "—" ? "no error known" : entry.error}`;
    } else if (event.key === "Enter" && pointed) {
      const entry = pointed;
      reveal(shown.indexOf(entry));
      go(entry, true);
    } else if (event.key === "Escape") point(null);
    else return;
    event.preventDefault();
  });

  // --- light and dark, the keyboard, paper --------------------------------------------------------------------------

  const THEMES = ["auto", "light", "dark"];
  let theme = "auto";
  try { theme = localStorage.getItem("derivcheck-theme") || "auto"; } catch { /* a page without storage */ }
  function dress() {
    if (!THEMES.includes(theme)) theme = "auto";
    if (theme === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    $("theme").textContent = { auto: "◐ Auto", light: "☀ Light", dark: "☾ Dark" }[theme];
    $("theme").setAttribute("aria-label", `Colours: ${theme}. Press for the next.`);
    draw();
  }
  $("theme").addEventListener("click", () => {
    theme = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length];
    try { localStorage.setItem("derivcheck-theme", theme); } catch { /* likewise */ }
    dress();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);

  $("query").addEventListener("input", apply);
  $("sort").addEventListener("change", apply);
  $("clear").addEventListener("click", () => { clear(); $("query").focus(); });
  $("query").addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "Enter") { box.focus(); event.preventDefault(); }
  });
  document.addEventListener("keydown", (event) => {
    const typing = event.target.matches("input, select, textarea");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) { $("query").focus(); event.preventDefault(); }
    if (event.key === "Escape" && opened && $("detail").contains(event.target)) {
      if (narrow()) close();
      else box.focus();
    }
  });
  addEventListener("popstate", fromAddress);
  addEventListener("hashchange", fromAddress);
  new ResizeObserver(() => { draw(); list(); }).observe($("plot-box"));
  document.querySelector(".skip").addEventListener("click", (event) => { event.preventDefault(); box.focus(); });

  addEventListener("beforeprint", () => {
    const printed = shown.slice(0, MAX_PRINTED).map((entry) => make("article", { class: `detail ${entry.severity}` }, ...article(entry)));
    if (shown.length > MAX_PRINTED) printed.push(make("p", { class: "note" }, `… and ${number.format(shown.length - MAX_PRINTED)} more cases; filter them to print others.`));
    $("printed").replaceChildren(...printed);
    draw();
  });
  addEventListener("afterprint", () => $("printed").replaceChildren());

  document.body.classList.toggle("bare", !cases.length);
  head();
  apply();
  dress();
  fromAddress();
})();
